"""Runs the camera and the networks beside the window: frames in, one `Seen` a frame out.

The window's thread never runs a network and never waits for a camera. Everything that is kept of a
frame is what the guide keeps; the frame itself lives until the next one comes.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from enroll.errors import Error
from enroll.guide import Guide
from enroll.looking import look_at
from models.capture import LatestFrame
from models.errors import Error as ModelsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from enroll.looking import Eyes
    from models.frames import Frame, Source

log = logging.getLogger(__name__)

FRAME_WAIT_S: Final = 3.0
FIRST_FRAME_WAIT_S: Final = 15.0  # cameras and recordings need a while to begin
JOIN_S: Final = 10.0
# a recording acts out what it is asked, as the sample does
CUES: Final = {"left": "turn_left", "right": "turn_right"}


@dataclass(frozen=True, slots=True)
class Seen:
    """How far the guide is."""

    pose: str
    hint: str
    done: tuple[str, ...]
    progress: float
    may_skip: bool


class CaptureRun(QObject):
    """One enrolment before the camera, on a thread of its own.

    Args:
        open_source: opens the camera; called on the thread.
        load_eyes: gives the networks; called on the thread, where it may take seconds.
    """

    seen = Signal(object)
    finished = Signal(object)  # a Template
    failed = Signal(object)  # an Error of the desk's or the camera's

    def __init__(self, open_source: Callable[[], Source], load_eyes: Callable[[], Eyes]) -> None:
        super().__init__()
        self._open_source = open_source
        self._load_eyes = load_eyes
        self._capture: LatestFrame | None = None
        self._skips = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="enrol", daemon=True)

    def start(self) -> None:
        """Open the camera and begin."""
        self._thread.start()

    @property
    def frame(self) -> Frame | None:
        """The newest frame; none before the first and after the end."""
        capture = self._capture
        return None if capture is None or self._stop.is_set() else capture.frame

    def skip(self) -> None:
        """Leave the asked pose out, if that may be."""
        self._skips += 1

    def close(self) -> None:
        """Let go of the camera."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        try:
            eyes = self._load_eyes()
            self._capture = LatestFrame(self._open_source())
            try:
                self._guide(eyes, self._capture)
            finally:
                self._capture.close()
        except (Error, ModelsError) as error:
            self._fail(error)
        except Exception:
            log.exception("the enrolment broke")
            self._fail(Error("The desk met a fault of its own.", hint="Nothing was kept."))

    def _fail(self, error: Error | ModelsError) -> None:
        if not self._stop.is_set():
            self.failed.emit(error)

    def _guide(self, eyes: Eyes, capture: LatestFrame) -> None:
        guide, index = Guide(eyes.recogniser_id), -1
        while not self._stop.is_set() and not guide.complete:
            frame = capture.wait(index, FIRST_FRAME_WAIT_S if index < 0 else FRAME_WAIT_S)
            if frame is None:
                if capture.error is not None:
                    raise capture.error
                if capture.ended:
                    guide.template()  # says what was missing
                raise ModelsError(
                    "The camera gives no picture.", hint="Plug it in again and start anew."
                )
            index = frame.index
            while self._skips:
                self._skips -= 1
                if guide.may_skip:
                    guide.skip()
            capture.source.cue(CUES.get(guide.pose, guide.pose))
            guide.see(look_at(eyes, frame, asks_ahead=guide.pose in {"ahead", "back"}))
            if not self._stop.is_set():
                self.seen.emit(
                    Seen(guide.pose, guide.hint, guide.done, guide.progress, guide.may_skip)
                )
        if guide.complete and not self._stop.is_set():
            self.finished.emit(guide.template())
