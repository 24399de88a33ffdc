"""The passive networks' word over a session: one low median denies, whatever else was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules


class PassiveEvidence:
    """Collects scores.

    Args:
        rules: the thresholds.
    """

    def __init__(self, rules: LivenessRules) -> None:
        self._rules = rules
        self._scores: list[float] = []

    @property
    def enough(self) -> bool:
        """Whether there are as many as a verdict needs."""
        return len(self._scores) >= self._rules.passive_samples_min

    def fake(self, seen: Observation) -> bool:
        """Take one frame; whether the face looks like a picture or a screen."""
        if seen.passive is not None:
            self._scores.append(seen.passive)
        least = self._rules.passive_median_min
        return self.enough and float(np.median(self._scores)) < least
