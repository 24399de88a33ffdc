"""One face from beginning to end: its place from frame to frame, its embedding now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules

FIRST_KEPT = 3  # all later ones are held against the first: a face that drifts would pass otherwise


class Continuity:
    """Follows one face.

    Args:
        rules: the thresholds.
    """

    def __init__(self, rules: LivenessRules) -> None:
        self._rules = rules
        self._last: Observation | None = None
        self._embeddings: list[NDArray[np.float32]] = []

    @property
    def known(self) -> bool:
        """Whether the face was embedded at least once."""
        return bool(self._embeddings)

    @property
    def mean(self) -> NDArray[np.float32]:
        """The mean of all embeddings, of length 1."""
        mean = np.mean(self._embeddings, axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def forget(self) -> None:
        """Another face may begin."""
        self._embeddings.clear()

    def jumped(self, seen: Observation) -> bool:
        """Take one frame's place; whether no face could have moved there."""
        last, self._last = self._last, seen
        if last is None or last.centre is None or seen.centre is None:
            return False
        moved = np.hypot(seen.centre[0] - last.centre[0], seen.centre[1] - last.centre[1])
        grown = max(seen.width_px, last.width_px) / max(min(seen.width_px, last.width_px), 1e-6)
        rules = self._rules
        return bool(moved > rules.track_jump_max * last.width_px or grown > rules.track_growth_max)

    def changed(self, seen: Observation) -> bool:
        """Take one frame's embedding; whether it is another person's."""
        if seen.embedding is None or abs(seen.yaw) > self._rules.turned_min:
            return False
        least = self._rules.same_face_min
        first = self._embeddings[:FIRST_KEPT]
        other = any(float(known @ seen.embedding) < least for known in first)
        self._embeddings.append(seen.embedding)
        return other
