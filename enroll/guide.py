"""Guides a person through the five poses of an enrolment, and says what is in the way.

Looking ahead gives the template; turning left and right, up and down shows a head with depth, of
one person, before anything is kept. Pure: no camera, no clock, no network; what was seen and when
is handed in, so that every session can be replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from enroll.enrolment import FROM_VIDEO, Enrolment
from enroll.errors import BadInputError, NotLiveError, TwoPeopleError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from enroll.quality import Measures
    from enroll.shopper import Template

POSES: Final = ("ahead", "left", "right", "up", "down")
TURNS: Final = ("left", "right")

# of `models.pose`: a frontal picture tilted by hand stays within 0.19 of turning
TURNED_MIN: Final = 0.27
AHEAD_MAX: Final = 0.17
# of `models.pose.nod_of`, from how the person held the head when looking ahead
RAISED_MIN, LOWERED_MIN = 0.05, 0.07
# of the face: its width by the frame's height, and its middle from where it is expected
WIDTH_MIN, WIDTH_MAX = 0.22, 0.85
OFF_CENTRE_MAX: Final = 0.22
TRACK_JUMP_MAX: Final = 0.7  # of the face's width, from frame to frame
PASSIVE_SAMPLES_MIN, PASSIVE_MEDIAN_MIN = 5, 0.4
SESSION_MS_MAX: Final = 120_000
GAP_MS_MAX: Final = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one frame shows, as far as the desk needs it.

    Attributes:
        t_ms: the frame's time.
        problem: a key of `quality.REASONS`; empty where nothing is in the way.
        turn, nod: of `models.pose`.
        eyes_open: whether both are.
        centre: middle of the face, in shares of the frame's width and height, from where a face is
            expected.
        width: of the face, as a share of the frame's height.
        measures: of a frame that looks ahead; none for others.
        embedding: (d,) float32 of length 1, of a frame that looks ahead; none for others.
        passive: how live it looks, 0..1; none where it was not measured.
    """

    t_ms: int
    problem: str = ""
    turn: float = 0.0
    nod: float = 0.0
    eyes_open: bool = True
    centre: tuple[float, float] = (0.0, 0.0)
    width: float = 0.0
    measures: Measures | None = None
    embedding: NDArray[np.float32] | None = field(default=None, repr=False)
    passive: float | None = field(default=None, repr=False)


class Guide:
    """One person before the desk's camera, from the first frame to a template.

    Args:
        model: the recogniser that makes the embeddings.
    """

    def __init__(self, model: str) -> None:
        self._enrolment = Enrolment(FROM_VIDEO, model)
        self._done: list[str] = []
        self._skipped: list[str] = []
        self._hint = ""
        self._level: list[float] = []
        self._last: Look | None = None
        self._began_ms: int | None = None
        self._passives: list[float] = []
        self._returned = False

    @property
    def pose(self) -> str:
        """What is asked now: one of POSES, "back" for a last look ahead, or "" when complete."""
        for pose in POSES:
            if pose not in self._done and pose not in self._skipped:
                return pose
        return "" if self._returned else "back"

    @property
    def done(self) -> tuple[str, ...]:
        """The poses that were seen, in the order of seeing."""
        return tuple(self._done)

    @property
    def hint(self) -> str:
        """What is in the way now: a key of `quality.REASONS` or of this module; empty if nothing.

        This module's own are "farther", "centre", "turn_more", "nod_more" and "wait".
        """
        return self._hint

    @property
    def complete(self) -> bool:
        """Whether there is a template."""
        return not self.pose

    @property
    def progress(self) -> float:
        """How far the whole is, 0..1."""
        share = self._enrolment.good / FROM_VIDEO.good_max
        seen = sum(1.0 for pose in self._done if pose != "ahead") + len(self._skipped)
        ahead = 1.0 if "ahead" in self._done else share
        return (ahead + seen + float(self._returned)) / (len(POSES) + 1)

    @property
    def may_skip(self) -> bool:
        """Whether the asked pose can be left out: all can but looking ahead and one turn."""
        if self.pose in {"ahead", "back", ""}:
            return False
        if self.pose not in TURNS or any(turn in self._done for turn in TURNS):
            return True
        return all(turn not in self._skipped for turn in TURNS)

    def skip(self) -> None:
        """Leave the asked pose out, for a person who cannot do it.

        Raises:
            BadInputError: looking ahead and at least one turn are needed.
        """
        if not self.may_skip:
            raise BadInputError(
                "This pose is needed.",
                hint="Looking ahead and one turn of the head show a living face.",
            )
        self._skipped.append(self.pose)

    def see(self, look: Look) -> None:
        """Take what a frame shows; frames come in order of time.

        Raises:
            TwoPeopleError: the face is not the one of the frames before.
            enroll.errors.NotLiveError: it looks like a picture or a screen.
            enroll.errors.NotEnoughFramesError: it took longer than two minutes.
        """
        if self.complete:
            return
        if self._began_ms is None:
            self._began_ms = look.t_ms
        if look.t_ms - self._began_ms > SESSION_MS_MAX:
            raise self._enrolment.refusal()
        self._hint = look.problem or self._misplaced(look)
        if look.problem:
            self._enrolment.reject(look.problem)
            return
        self._follow(look)
        if self._hint:
            return
        self._judge_passive(look)
        if self.pose in {"ahead", "back"}:
            self._see_ahead(look)
        else:
            self._see_pose(look)

    def template(self) -> Template:
        """The template of the frames that looked ahead.

        Raises:
            enroll.errors.Error: what a template needs was not seen.
        """
        if not self.complete:
            raise self._enrolment.refusal()
        return self._enrolment.template()

    def _misplaced(self, look: Look) -> str:
        if look.width < WIDTH_MIN:
            return "nearer"
        if look.width > WIDTH_MAX:
            return "farther"
        if max(abs(share) for share in look.centre) > OFF_CENTRE_MAX:
            return "centre"
        return ""

    def _follow(self, look: Look) -> None:
        """One and the same face all along: it neither jumps nor stays away for long."""
        last, self._last = self._last, look
        if last is None or "ahead" not in self._done:
            return
        moved = max(abs(a - b) for a, b in zip(look.centre, last.centre, strict=True))
        if look.t_ms - last.t_ms > GAP_MS_MAX or moved > TRACK_JUMP_MAX * max(last.width, 1e-6):
            raise TwoPeopleError(
                "The face was lost in the middle.",
                hint="Stay before the camera from beginning to end; start again.",
            )

    def _judge_passive(self, look: Look) -> None:
        if look.passive is None:
            return
        self._passives.append(look.passive)
        enough = len(self._passives) >= PASSIVE_SAMPLES_MIN
        if enough and float(np.median(self._passives)) < PASSIVE_MEDIAN_MIN:
            raise NotLiveError(
                "This looks like a picture or a screen.",
                hint="Only the person themselves may be enrolled, with nothing before the face.",
            )

    def _see_ahead(self, look: Look) -> None:
        if abs(look.turn) > AHEAD_MAX:
            self._hint = "look_ahead"
        elif not look.eyes_open:
            self._hint = "eyes_closed"
        elif look.embedding is None:
            self._hint = "wait"
        elif not self._enrolment.wants(look.t_ms):
            return
        else:
            self._enrolment.accept(look.embedding, look.t_ms, look.measures)
            if self.pose == "back":
                self._returned = True
                return
            self._level.append(look.nod)
            if self._enrolment.good >= FROM_VIDEO.good_min:
                self._done.append("ahead")

    def _see_pose(self, look: Look) -> None:
        pose = self.pose
        if pose in TURNS:
            turned = look.turn if pose == "left" else -look.turn
            seen, self._hint = turned >= TURNED_MIN, "turn_more"
        else:
            level = float(np.median(self._level))
            lowered = look.nod - level
            seen = lowered >= LOWERED_MIN if pose == "down" else -lowered >= RAISED_MIN
            self._hint = "nod_more"
        if seen:
            self._hint = ""
            self._done.append(pose)
