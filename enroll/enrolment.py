"""One enrolment: collects good frames of one person and makes a template of them.

Pure: no camera, no clock, no network; what was seen and when is handed in.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from enroll.errors import NotEnoughFramesError, PoorTemplateError, TwoPeopleError
from enroll.gallery import THRESHOLD
from enroll.quality import FIGURE_MIN, REASONS, figure
from enroll.shopper import Template

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from enroll.quality import Measures, Quality


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much an enrolment asks for.

    Attributes:
        good_min: Fewest good frames that make a template.
        good_max: Enough; the session is complete.
        gap_ms: Least time between two good frames, so that they are not one picture five times.
        frames_max: Frames looked at before giving up.
        chosen: Somebody chose each picture: a face in it that lies on its side, or fills it, is
            looked for harder than a frame of a camera is, which the next one follows.
    """

    good_min: int
    good_max: int
    gap_ms: int
    frames_max: int
    chosen: bool = False


FROM_VIDEO: Final = Wanted(good_min=5, good_max=5, gap_ms=150, frames_max=400)
PICTURES_MAX: Final = 20


def of_pictures(count: int) -> Wanted:
    """For 1 or more different pictures: a person chose them, so one good one will do.

    Each is looked at once, up to PICTURES_MAX of them; bad ones among them are skipped.
    """
    looked_at = min(count, PICTURES_MAX)
    return Wanted(good_min=1, good_max=looked_at, gap_ms=0, frames_max=looked_at, chosen=True)


class Enrolment:
    """A running enrolment.

    Args:
        wanted: What makes it complete.
        model: Recogniser that makes the embeddings.
    """

    def __init__(self, wanted: Wanted, model: str) -> None:
        self.wanted = wanted
        self.model = model
        self._embeddings: list[NDArray[np.float32]] = []
        self._measures: list[Measures] = []
        self._least_cosine = 1.0
        self._reasons: Counter[str] = Counter()
        self._last_good_ms: int | None = None
        self.frames_seen = 0

    @property
    def good(self) -> int:
        """Good frames so far."""
        return len(self._embeddings)

    @property
    def over(self) -> bool:
        """Complete, or out of frames."""
        return self.good >= self.wanted.good_max or self.frames_seen >= self.wanted.frames_max

    def wants(self, t_ms: int) -> bool:
        """Whether a frame of this time is far enough from the last good one to be looked at."""
        return self._last_good_ms is None or t_ms - self._last_good_ms >= self.wanted.gap_ms

    def reject(self, reason: str) -> None:
        """A frame that was not good enough, with a key of `quality.REASONS`."""
        self.frames_seen += 1
        self._reasons[reason] += 1

    def accept(
        self, embedding: NDArray[np.float32], t_ms: int, measures: Measures | None = None
    ) -> None:
        """A good frame: (d,) float32 of length 1, its time in ms, and what was measured on it.

        Raises:
            TwoPeopleError: It is not the person of the frames before.
        """
        self.frames_seen += 1
        # With each one, not with their mean: a mean of several people is near to all of them.
        least = min((float(e @ embedding) for e in self._embeddings), default=1.0)
        if least < THRESHOLD:
            raise TwoPeopleError(
                "The frames show two different people.",
                hint="Only the person who enrols may look into the camera; start again.",
            )
        self._least_cosine = min(self._least_cosine, least)
        self._embeddings.append(embedding)
        if measures is not None:
            self._measures.append(measures)
        self._last_good_ms = t_ms

    def template(self) -> Template:
        """The mean of the good frames' embeddings, scaled to length 1.

        Raises:
            NotEnoughFramesError: With the commonest reason as its sentence.
            PoorTemplateError: It would match badly; with what to change.
        """
        if self.good < self.wanted.good_min:
            raise self.refusal()
        judged = self.quality()
        if judged is not None and judged.figure < FIGURE_MIN:
            said, hint = REASONS[judged.weakest]
            raise PoorTemplateError(
                f"{said.removesuffix('.')}: the template's quality is {judged.figure} of 100, and"
                f" it takes {FIGURE_MIN}.",
                hint=hint,
            )
        return Template(self._mean(), self.model, None if judged is None else judged.figure)

    def quality(self) -> Quality | None:
        """That of the template so far; None as long as nothing was measured."""
        if not self._measures:
            return None
        return figure(self._measures, self._least_cosine if self.good > 1 else None)

    def _mean(self) -> NDArray[np.float32]:
        total = np.sum(self._embeddings, axis=0, dtype=np.float64)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)

    def refusal(self) -> NotEnoughFramesError:
        """Why there is no template: the commonest reason, and what to do."""
        counted = f"{self.good} of {self.wanted.good_min} good frames"
        if not self._reasons:
            return NotEnoughFramesError(
                f"The camera ended too soon: {counted}.", hint="Use a longer clip, or a camera."
            )
        ((reason, _),) = self._reasons.most_common(1)
        said, hint = REASONS[reason]
        return NotEnoughFramesError(f"{said.removesuffix('.')} ({counted}).", hint=hint)
