"""What the till decides about one presentation: by its passive networks, and by whole sessions.

A recording hears no prompt. So sessions are run over it with many draws of the asked movements, and
the presentation counts as taken for a live one if any draw is passed: the worst case for the till
where it is an attack, and what a person who does as asked would have shown where it is genuine.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from kiosk.liveness import LivenessSession

if TYPE_CHECKING:
    from kiosk.evaluate.presentations import Measured, Presentation
    from kiosk.liveness import LivenessRules

PASSED: Final = "passed"
NON_RESPONSES: Final = frozenset(
    {"no_face", "two_faces", "nearer", "too_dark", "too_bright", "blurred"}
)
"""Refusals that say nothing of live or not: there was no face that could be judged."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The decisions about one presentation.

    Attributes:
        presentation: which.
        fault: why the file could not be read; nothing else is meant where it is not empty.
        passive: the median of its passive scores, 0..1; none where the networks are missing or saw
            too few frontal frames. Never to be shown or kept.
        outcome: `passed` if any draw was, else the commonest reason of refusal.
        passes: draws that were passed.
        draws: draws in all.
    """

    presentation: Presentation
    fault: str
    passive: float | None = field(repr=False)
    outcome: str
    passes: int
    draws: int

    @property
    def judged(self) -> bool:
        """Whether the session came to a verdict about liveness (not a non-response)."""
        return not self.fault and self.outcome not in NON_RESPONSES


def attempt(measured: Measured, rules: LivenessRules, *, draws: int, passive: bool) -> Attempt:
    """Judge a presentation.

    Args:
        measured: what was seen of it.
        rules: the till's.
        draws: sessions with different movements asked.
        passive: whether the passive networks are installed.
    """
    if measured.fault:
        return Attempt(measured.presentation, measured.fault, None, "", 0, 0)
    counted = Counter(
        _session(measured, rules, random.Random(seed), passive=passive)  # noqa: S311 - replay
        for seed in range(draws)
    )
    passes = counted.pop(PASSED, 0)
    outcome = PASSED if passes else counted.most_common(1)[0][0]
    level = _passive(measured, rules)
    return Attempt(measured.presentation, "", level, outcome, passes, draws)


def _passive(measured: Measured, rules: LivenessRules) -> float | None:
    scores = measured.passive_scores
    fewest = 1 if measured.presentation.is_still else rules.passive_samples_min
    return float(np.median(scores)) if len(scores) >= max(fewest, 1) else None


def _session(measured: Measured, rules: LivenessRules, rng: random.Random, *, passive: bool) -> str:
    """Run one session; `passed`, or why it was refused."""
    # the hardest case: whatever the presentation does is what was asked of it
    ask: Literal["random", "obliging"] = "obliging" if passive else "random"
    session = LivenessSession(rules, rng, passive=passive, ask=ask, lit=False)
    for seen in measured.observations:
        wanted = seen if session.wants_embedding else replace(seen, embedding=None)
        session.observe(wanted)
        if session.over:
            break
    else:
        session.end_of_frames()
    return PASSED if session.refusal is None else session.refusal.reason
