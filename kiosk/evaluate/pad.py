"""`facetill evaluate pad`: which attacks pass for a live face, and which live faces do not.

The rates are those of ISO/IEC 30107-3, over presentations the till came to a verdict about: APCER,
for each type of attack the share taken for bona fide; BPCER, the share of bona fide presentations
taken for attacks. Presentations without a verdict (no face, too dark …) are the non-response rates
APNRR and BPNRR, over all presentations. The figure that counts is the worst type's APCER.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.evaluate.attempts import PASSED
from kiosk.evaluate.metrics import rate
from kiosk.evaluate.presentations import GENUINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kiosk.evaluate.attempts import Attempt
    from kiosk.evaluate.metrics import Rate

CLAIM: Final = (
    "These attacks, these people, this camera; no certification, no promise for other attacks. "
    "A recording cannot answer a prompt, so it counts as passing when any order of movements "
    "would have let it pass. Screen light is not part of a recording and was not tested."
)
NO_PASSIVE: Final = (
    "No passive anti-spoofing weights are installed: nothing was judged by them, and sessions ran "
    "without them, as a till without them would. See `facetill models add --help`."
)


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """All attempts of an evaluation.

    Attributes:
        attempts: one a presentation.
        passive_installed: whether the passive networks took part.
        passive_min: the shipped threshold of the passive score, 0..1.
        seconds: of the whole run.
    """

    attempts: tuple[Attempt, ...]
    passive_installed: bool
    passive_min: float
    seconds: float

    @property
    def types(self) -> tuple[str, ...]:
        """The types of attack, by name."""
        kinds = {one.presentation.kind for one in self.attempts} - {GENUINE}
        return tuple(sorted(kinds))

    def of(self, kind: str) -> list[Attempt]:
        """The attempts of one kind that could be read."""
        return [a for a in self.attempts if a.presentation.kind == kind and not a.fault]

    @property
    def unreadable(self) -> list[Attempt]:
        """Files that could not be read: bad input, in no rate."""
        return [one for one in self.attempts if one.fault]

    @property
    def acting(self) -> list[Attempt]:
        """Genuine presentations that can act; a still picture of a person cannot."""
        return [one for one in self.of(GENUINE) if not one.presentation.is_still]

    @property
    def apcer(self) -> dict[str, Rate | None]:
        """By type, of whole sessions."""
        return {kind: _share(self.of(kind), _judged, _passed) for kind in self.types}

    @property
    def bpcer(self) -> Rate | None:
        """Of whole sessions, over genuine videos."""
        return _share(self.acting, _judged, lambda one: not _passed(one))

    @property
    def apnrr(self) -> dict[str, Rate | None]:
        """By type: attacks that no session came to a verdict about."""
        return {kind: _share(self.of(kind), _any, _unjudged) for kind in self.types}

    @property
    def bpnrr(self) -> Rate | None:
        """Genuine videos that no session came to a verdict about."""
        return _share(self.acting, _any, _unjudged)

    def passive_apcer(self, least: float) -> dict[str, Rate | None]:
        """By type: attacks whose passive score reaches a threshold, of those that have one."""
        return {
            kind: _share(self.of(kind), _scored, lambda one: _reaches(one, least))
            for kind in self.types
        }

    def passive_bpcer(self, least: float) -> Rate | None:
        """Genuine presentations, pictures too, whose passive score does not reach a threshold."""
        return _share(self.of(GENUINE), _scored, lambda one: not _reaches(one, least))

    def outcomes(self, kind: str) -> dict[str, int]:
        """How sessions of one kind ended, commonest first."""
        attempts = self.acting if kind == GENUINE else self.of(kind)
        return dict(Counter(one.outcome for one in attempts).most_common())


def _share(
    attempts: Iterable[Attempt],
    among: Callable[[Attempt], bool],
    counted: Callable[[Attempt], bool],
) -> Rate | None:
    some = [one for one in attempts if among(one)]
    return rate(sum(counted(one) for one in some), len(some))


def _any(_: Attempt) -> bool:
    return True


def _judged(one: Attempt) -> bool:
    return one.judged


def _unjudged(one: Attempt) -> bool:
    return not one.judged


def _passed(one: Attempt) -> bool:
    return one.outcome == PASSED


def _scored(one: Attempt) -> bool:
    return one.passive is not None


def _reaches(one: Attempt, least: float) -> bool:
    return one.passive is not None and one.passive >= least


def worst(rates: dict[str, Rate | None]) -> tuple[str, Rate] | None:
    """The type with the highest rate; none where no type has one."""
    known = [(kind, rate) for kind, rate in rates.items() if rate is not None]
    return max(known, key=lambda one: (one[1].estimate, one[1].bounds[1]), default=None)
