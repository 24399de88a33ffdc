"""The liveness session: frames' measurements go in, prompts and a verdict come out.

Evidence accumulates: the face must settle, then do movements that are drawn at random, each within
seconds, and stay one and the same face all the while. Whatever denies, denies for good; nothing is
averaged away. Only a session that was passed makes a `LiveFace`, and only a `LiveFace` is searched
for in the gallery. No clock, camera or network here: time and measurements are handed in, so that
every session can be replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from kiosk.refusals import refusal

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kiosk.errors import Refusal
    from kiosk.liveness.rules import LivenessRules

FEATURES, TURNS = ("blink", "open_mouth"), ("turn_left", "turn_right")
CHALLENGES = (*FEATURES, *TURNS)


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What one frame shows of the most prominent face.

    Attributes:
        t_ms: the frame's time.
        fingerprint: tells whether two frames are the same picture.
        obstacle: what is in the way: "", "no_face", "two_faces", "nearer", "too_dark", "too_bright"
            or "blurred".
        centre: of the face's box, pixels; none where there is no face.
        width_px: of the box.
        yaw: turn of the head, positive to the person's own left; see `models.pose.turn_of`.
        eyes: mean eye openness.
        mouth: mouth openness.
        passive: how live it looks, 0..1; none where not measured.
        embedding: of length 1; none where not asked for.
    """

    t_ms: int
    fingerprint: int
    obstacle: str = ""
    centre: tuple[float, float] | None = None
    width_px: float = 0.0
    yaw: float = 0.0
    eyes: float = 0.3
    mouth: float = 0.0
    passive: float | None = field(default=None, repr=False)
    embedding: NDArray[np.float32] | None = field(default=None, repr=False)


class LiveFace:
    """A face that has shown itself live; made by a passed session and by nothing else.

    Args:
        key: proves that the maker is this module.
        embedding: of length 1, of the whole session's frontal frames.
        cues: what was seen.
        passive: whether passive anti-spoofing took part.
    """

    __slots__ = ("cues", "embedding", "passive")

    def __init__(
        self, key: object, embedding: NDArray[np.float32], cues: tuple[str, ...], *, passive: bool
    ) -> None:
        if key is not _KEY:
            raise TypeError("only a passed liveness session makes a LiveFace")
        self.embedding = embedding
        self.cues = cues
        self.passive = passive

    def __repr__(self) -> str:
        return f"LiveFace(cues={self.cues})"


_KEY = object()


class _Stage(Enum):
    SETTLING = "settling"
    CHALLENGE = "challenge"
    RETURNING = "returning"
    PASSED = "passed"
    DENIED = "denied"


@dataclass(slots=True)
class _Attempt:
    """One challenge while it is asked."""

    name: str
    asked_ms: int
    neutral: bool = False
    mouth_least: float = 1.0
    shut: bool = False
    wrong: bool = False


def _draw(able: list[str], count: int, rng: random.Random) -> tuple[str, ...]:
    """Movements in random order: a turn of the head and one within the face, then any others.

    A tilted picture may feign a turn, and cut-out eyes a blink; no draw asks for one kind alone.
    """
    kinds = [[name for name in able if name in kind] for kind in (FEATURES, TURNS)]
    drawn = [rng.choice(kind) for kind in kinds if kind][:count]
    others = [name for name in able if name not in drawn]
    drawn += rng.sample(others, min(max(count - len(drawn), 0), len(others)))
    rng.shuffle(drawn)
    return tuple(drawn)


class LivenessSession:
    """One person's check, from the first frame to the verdict.

    Args:
        rules: thresholds, times and counts.
        rng: draws the movements and their order; the till's own is the system's.
        passive: whether observations will carry passive scores.
        shows: the movements that the source can show; all where none is given.
    """

    def __init__(
        self,
        rules: LivenessRules,
        rng: random.Random,
        *,
        passive: bool,
        shows: Sequence[str] | None = None,
    ) -> None:
        able = [name for name in CHALLENGES if shows is None or name in shows]
        self._challenges = _draw(able, rules.challenges_for(passive=passive), rng)
        self._rules = rules
        self._passive = passive
        self._stage = _Stage.SETTLING
        self._attempt: _Attempt | None = None
        self._done = 0
        self._wrong = 0
        self._settled = 0
        self._frames = 0
        self._began_ms: int | None = None
        self._obstacle_since_ms: int | None = None
        self._hint = ""
        self._last: Observation | None = None  # the last one with a face
        self._last_t_ms = 0
        self._identical = 0
        self._fingerprint: int | None = None
        self._returning_since_ms = 0
        self._embeddings: list[NDArray[np.float32]] = []
        self._passives: list[float] = []
        self.refusal: Refusal | None = None

    @property
    def prompt(self) -> str:
        """What the person should do now: a key of the window's words."""
        if self._stage is _Stage.CHALLENGE and self._attempt is not None:
            return self._attempt.name
        return "look"

    @property
    def hint(self) -> str:
        """What is in the way now; empty where nothing is."""
        return self._hint

    @property
    def steps(self) -> tuple[int, int]:
        """Movements done, and movements in all."""
        return self._done, len(self._challenges)

    @property
    def over(self) -> bool:
        """Whether there is a verdict."""
        return self._stage in {_Stage.PASSED, _Stage.DENIED}

    @property
    def wants_embedding(self) -> bool:
        """Whether the next frontal frame should carry an embedding."""
        return (
            self._stage is not _Stage.CHALLENGE
            or self._frames % self._rules.embed_every_frames == 0
        )

    def live_face(self) -> LiveFace:
        """The proof of a passed session.

        Raises:
            ValueError: it was not passed.
        """
        if self._stage is not _Stage.PASSED:
            raise ValueError("the session was not passed")
        mean = np.mean(self._embeddings, axis=0)
        cues = (*self._challenges, "one_face", *(("passive",) if self._passive else ()))
        embedding = np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)
        return LiveFace(_KEY, embedding, cues, passive=self._passive)

    def deny(self, reason: str) -> None:
        """End the session; a verdict is never taken back."""
        if not self.over:
            self._stage = _Stage.DENIED
            self.refusal = refusal(reason)

    def end_of_frames(self) -> None:
        """The source gives no more frames: refuse by what was missing most."""
        if self._began_ms is None:
            self.deny(self._hint or "no_face")
        elif self._stage is _Stage.SETTLING and self._hint:
            self.deny(self._hint)
        else:
            self.deny("source_ended")

    def observe(self, seen: Observation) -> None:
        """Take one frame's measurements; frames must come in order of time."""
        if self.over:
            return
        if self._began_ms is None:
            self._began_ms = self._last_t_ms = seen.t_ms
        self._frames += 1
        if self._denied_by_flow(seen) or self._held_up(seen) or self._denied_by_face(seen):
            return
        if self._stage is _Stage.SETTLING:
            self._settle(seen)
        elif self._stage is _Stage.CHALLENGE:
            self._challenge(seen)
        else:
            self._return(seen)

    def _denied_by_flow(self, seen: Observation) -> bool:
        """Frozen, halting or endless pictures."""
        gap_ms = seen.t_ms - self._last_t_ms
        self._last_t_ms = seen.t_ms
        same = seen.fingerprint == self._fingerprint
        self._fingerprint = seen.fingerprint
        self._identical = self._identical + 1 if same else 0
        if self._identical >= self._rules.identical_frames_max and seen.obstacle in {"", "blurred"}:
            self.deny("not_live")
        elif gap_ms < 0 or gap_ms > self._rules.gap_ms:
            self.deny("interrupted")
        elif seen.t_ms - (self._began_ms or 0) > self._rules.session_ms:
            self.deny("timeout")
        return self.over

    def _held_up(self, seen: Observation) -> bool:
        """Something in the way: tell the person, and refuse when it stays."""
        self._hint = seen.obstacle
        if not seen.obstacle:
            self._obstacle_since_ms = None
            return False
        if self._obstacle_since_ms is None:
            self._obstacle_since_ms = seen.t_ms
        lasted_ms = seen.t_ms - self._obstacle_since_ms
        if self._stage is _Stage.SETTLING:
            self._settled = 0
            if lasted_ms > self._rules.obstacle_ms:
                self.deny(seen.obstacle)
        elif seen.obstacle == "two_faces":
            self.deny("two_faces")
        elif lasted_ms > self._rules.gap_ms:
            self.deny("face_lost" if seen.obstacle == "no_face" else seen.obstacle)
        elif self._attempt is not None and self._late(seen):
            self.deny("challenge_timeout")
        return True

    def _denied_by_face(self, seen: Observation) -> bool:
        """One face all along: its place from frame to frame, and its embedding now and then."""
        last, self._last = self._last, seen
        if last is not None and self._jumped(last, seen):
            if self._stage is _Stage.SETTLING:
                self._settled = 0
                self._embeddings.clear()
            else:
                self.deny("face_changed")
        if seen.embedding is not None and abs(seen.yaw) <= self._rules.turned_min:
            if any(
                float(known @ seen.embedding) < self._rules.same_face_min
                for known in self._embeddings[:3]
            ):
                self.deny("face_changed")
            self._embeddings.append(seen.embedding)
        if seen.passive is not None:
            self._passives.append(seen.passive)
            enough = len(self._passives) >= self._rules.passive_samples_min
            if enough and float(np.median(self._passives)) < self._rules.passive_median_min:
                self.deny("looks_fake")
        return self.over

    def _jumped(self, last: Observation, seen: Observation) -> bool:
        if last.centre is None or seen.centre is None:
            return False
        moved = np.hypot(seen.centre[0] - last.centre[0], seen.centre[1] - last.centre[1])
        grown = max(seen.width_px, last.width_px) / max(min(seen.width_px, last.width_px), 1e-6)
        return bool(
            moved > self._rules.track_jump_max * last.width_px
            or grown > self._rules.track_growth_max
        )

    def _neutral(self, seen: Observation) -> bool:
        return abs(seen.yaw) <= self._rules.ahead_max and seen.eyes >= self._rules.eyes_open_min

    def _settle(self, seen: Observation) -> None:
        self._settled = self._settled + 1 if self._neutral(seen) else 0
        if self._settled >= self._rules.settled_frames and self._embeddings:
            self._ask(seen)

    def _ask(self, seen: Observation) -> None:
        self._stage = _Stage.CHALLENGE
        self._attempt = _Attempt(self._challenges[self._done], seen.t_ms)

    def _late(self, seen: Observation) -> bool:
        asked_ms = self._attempt.asked_ms if self._attempt else seen.t_ms
        return seen.t_ms - asked_ms > self._rules.challenge_ms

    def _challenge(self, seen: Observation) -> None:
        attempt = self._attempt
        if attempt is None:
            return
        if self._late(seen):
            self.deny("challenge_timeout")
            return
        self._count_wrong(attempt, seen)
        if self.over:
            return
        # a pose that was held before it was asked for shows nothing
        attempt.neutral = attempt.neutral or self._ready(attempt, seen)
        if attempt.neutral and self._performed(attempt, seen):
            self._done += 1
            self._attempt = None
            self._stage = _Stage.RETURNING
            self._returning_since_ms = seen.t_ms

    def _ready(self, attempt: _Attempt, seen: Observation) -> bool:
        """Whether the movement has yet to begin."""
        if attempt.name == "blink":
            return seen.eyes >= self._rules.eyes_open_min
        return abs(seen.yaw) <= self._rules.ahead_max

    def _performed(self, attempt: _Attempt, seen: Observation) -> bool:
        if attempt.name == "blink":
            attempt.shut = attempt.shut or seen.eyes <= self._rules.eyes_closed_max
            return attempt.shut and seen.eyes >= self._rules.eyes_open_min
        if attempt.name == "open_mouth":
            attempt.mouth_least = min(attempt.mouth_least, seen.mouth)
            return seen.mouth >= max(
                self._rules.mouth_open_min, attempt.mouth_least + self._rules.mouth_rise_min
            )
        turned = seen.yaw if attempt.name == "turn_left" else -seen.yaw
        return turned >= self._rules.turned_min

    def _count_wrong(self, attempt: _Attempt, seen: Observation) -> None:
        """A turn to the other side than the asked one; counted once for each turn."""
        if attempt.name not in {"turn_left", "turn_right"} or not attempt.neutral:
            return
        other = -seen.yaw if attempt.name == "turn_left" else seen.yaw
        if other >= self._rules.turned_min and not attempt.wrong:
            attempt.wrong = True
            self._wrong += 1
            if self._wrong > self._rules.wrong_actions_max:
                self.deny("wrong_action")
        elif other < self._rules.ahead_max:
            attempt.wrong = False

    def _return(self, seen: Observation) -> None:
        """After each movement the face looks ahead again, and is still the same."""
        if seen.t_ms - self._returning_since_ms > self._rules.challenge_ms:
            self.deny("challenge_timeout")
        elif self._neutral(seen) and seen.embedding is not None:
            if self._done < len(self._challenges):
                self._ask(seen)
            elif self._passive and len(self._passives) < self._rules.passive_samples_min:
                return
            else:
                self._stage = _Stage.PASSED
