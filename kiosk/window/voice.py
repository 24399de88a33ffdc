"""What the kiosk says aloud, where this machine has a voice: prompts for who cannot see them.

A speech program is run as a child of its own, its text on standard input: no words are in a
process list, and the window never waits. A newer sentence cuts an older one short. Where there is
no speech but a player, a short tone says that something changed; where there is neither, silence.
"""

from __future__ import annotations

import io
import logging
import math
import shutil
import struct
import subprocess
import wave
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.window.look import Language

log = logging.getLogger(__name__)

# program: its words for a voice and a loudness of 0..200; the text is read from standard input
SPEAKERS: Final = ("espeak-ng", "espeak")
PLAYERS: Final[tuple[tuple[str, ...], ...]] = (
    ("pw-play", "-"),
    ("paplay", "--raw", "--format=s16le", "--rate=22050", "--channels=1"),
    ("aplay", "-q", "-"),
)
_VOICES: Final[dict[Language, str]] = {"en": "en", "ko": "ko", "zh-Hans": "cmn"}
WORDS_PER_MINUTE: Final = 150
TEXT_CHARS_MAX: Final = 400
RATE: Final = 22_050
TONE_HZ: Final = 660
TONE_SECONDS: Final = 0.12
FADE_SHARE: Final = 0.2
LOUDEST: Final = 32_767


class Voice(Protocol):
    """A way to be heard."""

    @property
    def available(self) -> bool:
        """Whether anything can be heard at all."""

    def say(self, text: str, language: Language, volume: int) -> None:
        """Say a sentence at a volume of 0..100; returns at once."""

    def hush(self) -> None:
        """Stop."""


class Silence:
    """Nothing is heard."""

    available = False

    def say(self, text: str, language: Language, volume: int) -> None:
        """Say nothing."""

    def hush(self) -> None:
        """Go on saying nothing."""


class ProgramVoice:
    """Speaks, or sounds, by a program of this machine.

    Args:
        command: the program and its words; a speech program gets voice and loudness besides.
        speaks: it reads text; else it plays a tone.
    """

    available = True

    def __init__(self, command: Sequence[str], *, speaks: bool) -> None:
        self._command = tuple(command)
        self._speaks = speaks
        self._child: subprocess.Popen[bytes] | None = None

    def say(self, text: str, language: Language, volume: int) -> None:
        """Say a sentence, or sound a tone in its place."""
        self.hush()
        if volume <= 0 or not text:
            return
        if self._speaks:
            words = ("-v", _VOICES[language], "-a", str(volume * 2), "-s", str(WORDS_PER_MINUTE))
            self._run((*self._command, *words, "--stdin"), text[:TEXT_CHARS_MAX].encode())
        else:
            is_raw = "--raw" in self._command
            self._run(self._command, tone(volume, header=not is_raw))

    def hush(self) -> None:
        """End the sentence under way, and let go of what ended."""
        child, self._child = self._child, None
        if child is not None and child.poll() is None:
            child.terminate()
        if child is not None:
            try:
                child.wait(0.5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _run(self, command: Sequence[str], data: bytes) -> None:
        try:
            self._child = subprocess.Popen(  # noqa: S603 - a program found on this machine
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._child.stdin is not None:  # a few hundred bytes: the pipe takes them at once
                self._child.stdin.write(data)
                self._child.stdin.close()
        except OSError as error:
            log.warning("the voice cannot be heard: %s", error)


def tone(volume: int, *, header: bool) -> bytes:
    """A short soft tone: 16-bit mono at 22,050 Hz, with or without a WAV header."""
    count = int(RATE * TONE_SECONDS)
    fade = count * FADE_SHARE
    samples = [
        math.sin(2 * math.pi * TONE_HZ * at / RATE) * min(1, at / fade, (count - at) / fade)
        for at in range(count)
    ]
    loud = LOUDEST * volume / 100 * 0.5
    data = struct.pack(f"<{count}h", *(round(sample * loud) for sample in samples))
    if not header:
        return data
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data)
    return held.getvalue()


def find_voice() -> Voice:
    """The best way to be heard that this machine has."""
    for name in SPEAKERS:
        if path := shutil.which(name):
            return ProgramVoice((path,), speaks=True)
    for name, *words in PLAYERS:
        if path := shutil.which(name):
            return ProgramVoice((path, *words), speaks=False)
    return Silence()
