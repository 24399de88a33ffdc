"""Error rates with their uncertainty, as ISO/IEC 19795-1 defines them; numbers in, numbers out.

A comparison matches when its similarity is at least the threshold. FMR is the share of non-mated
comparisons that match, FNMR the share of mated ones that do not; both over comparisons whose two
pictures were acquired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
SUPPORT_ERRORS: Final = 3.0
"""Rule of three: n comparisons without an error say no more than that the rate is below 3/n."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of trials, with what these many trials can say about it.

    Attributes:
        count: trials counted, such as errors; 0..trials.
        trials: all of them; at least 1.
    """

    count: int
    trials: int

    @property
    def estimate(self) -> float:
        """The observed share, 0..1."""
        return self.count / self.trials

    @property
    def bounds(self) -> tuple[float, float]:
        """95 % bounds, 0..1: Clopper and Pearson's exact two-sided interval (Biometrika 26, 1934).

        Where nothing, or everything, was counted there is one side only: the exact form of the rule
        of three, 1 - 0.05^(1/n), which is just below 3/n.
        """
        from scipy.stats import beta

        tail = (1 - CONFIDENCE) / 2
        if self.count == 0:
            return 0.0, upper_bound(0, self.trials)
        if self.count == self.trials:
            return 1 - upper_bound(0, self.trials), 1.0
        low = beta.ppf(tail, self.count, self.trials - self.count + 1)
        high = beta.ppf(1 - tail, self.count + 1, self.trials - self.count)
        return float(low), float(high)

    @property
    def rule(self) -> str:
        """Which rule the bounds follow, by name."""
        return "rule of three" if self.count in {0, self.trials} else "Clopper-Pearson"

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        low, high = self.bounds
        return {
            "rate": self.estimate,
            "count": self.count,
            "trials": self.trials,
            "bounds_95": [low, high],
            "bounds_rule": self.rule,
        }


def rate(count: int, trials: int) -> Rate | None:
    """A rate, or none where there were no trials: no data is not a rate of zero."""
    return Rate(count, trials) if trials else None


def plain(rate: Rate | None) -> dict[str, object] | None:
    """A rate for JSON; null where there were no trials."""
    return None if rate is None else rate.to_json()


def in_words(rate: Rate | None) -> str:
    """A rate for a person: percent, counts and 95 % bounds."""
    if rate is None:
        return "no data"
    low, high = (100 * bound for bound in rate.bounds)
    if rate.count == 0:
        return f"0 of {rate.trials:,}, below {high:.2g} %"
    counted = f"{rate.count:,} of {rate.trials:,}"
    return f"{100 * rate.estimate:.3g} % ({counted}; {low:.2g} to {high:.2g} %)"


def upper_bound(count: int, trials: int) -> float:
    """The one-sided 95 % upper bound of a share (Clopper and Pearson), 0..1."""
    from scipy.stats import beta

    if count >= trials:
        return 1.0
    return float(beta.ppf(CONFIDENCE, count + 1, trials - count))


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The similarities of one evaluation, each kind sorted; never shown, written or logged.

    Args:
        mated: of pairs of one person.
        non_mated: of pairs of two people.
    """

    mated: NDArray[np.float64]
    non_mated: NDArray[np.float64]

    @classmethod
    def of(cls, mated: NDArray[np.floating], non_mated: NDArray[np.floating]) -> Scores:
        """Sort both kinds."""
        return cls(np.sort(mated).astype(np.float64), np.sort(non_mated).astype(np.float64))

    def __repr__(self) -> str:
        return f"Scores({self.mated.size} mated, {self.non_mated.size} non-mated)"

    def false_matches(self, threshold: float) -> int:
        """Non-mated comparisons that match at this threshold."""
        below = np.searchsorted(self.non_mated, threshold, side="left")
        return int(self.non_mated.size - below)

    def false_non_matches(self, threshold: float) -> int:
        """Mated comparisons that do not match at this threshold."""
        return int(np.searchsorted(self.mated, threshold, side="left"))

    def fmr(self, threshold: float) -> Rate | None:
        """False match rate; falls as the threshold rises. None without non-mated comparisons."""
        return rate(self.false_matches(threshold), self.non_mated.size)

    def fnmr(self, threshold: float) -> Rate | None:
        """False non-match rate; rises with the threshold. None without mated comparisons."""
        return rate(self.false_non_matches(threshold), self.mated.size)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Every operating point, by rising threshold: float64 (n,) each; rates 0..1."""

    thresholds: NDArray[np.float64]
    fmr: NDArray[np.float64]
    fnmr: NDArray[np.float64]


def curve(scores: Scores) -> Curve:
    """Both rates at each threshold at which one of them changes, from all match to none does.

    Args:
        scores: at least one of each kind.
    """
    both = np.unique(np.concatenate([scores.mated, scores.non_mated]))
    thresholds = np.append(both, np.nextafter(both[-1], np.inf))
    false = scores.non_mated.size - np.searchsorted(scores.non_mated, thresholds, side="left")
    missed = np.searchsorted(scores.mated, thresholds, side="left")
    return Curve(thresholds, false / scores.non_mated.size, missed / scores.mated.size)


def equal_error_rate(scores: Scores) -> float | None:
    """Where FMR and FNMR cross, 0..1, between operating points by a straight line.

    None where a kind of comparison is missing.
    """
    if not scores.mated.size or not scores.non_mated.size:
        return None
    points = curve(scores)
    apart = points.fmr - points.fnmr  # falls from 1 to -1
    after = int(np.argmax(apart <= 0))
    before = after - 1
    share = apart[before] / (apart[before] - apart[after])
    return float(points.fnmr[before] + share * (points.fnmr[after] - points.fnmr[before]))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A threshold for a wanted FMR, or why the data cannot support one.

    Attributes:
        wanted_fmr: what was asked for.
        needed: non-mated comparisons that could support it at all: 3 / wanted (rule of three).
        threshold: the least, to four decimals, whose FMR is below the wanted one with 95 %
            confidence; none where the data do not reach.
        fmr: at that threshold.
        fmr_bound: its one-sided 95 % upper bound; at most the wanted FMR.
        fnmr: at that threshold; none without mated comparisons.
    """

    wanted_fmr: float
    needed: int
    threshold: float | None = None
    fmr: Rate | None = None
    fmr_bound: float | None = None
    fnmr: Rate | None = None


def suggest(scores: Scores, wanted_fmr: float) -> Suggestion:
    """The least threshold that keeps the FMR below a wanted one, with 95 % confidence.

    The bound holds although the threshold is picked from the same scores: the false match rate
    beyond an order statistic has the very beta distribution of the bound (S. S. Wilks, Annals of
    Mathematical Statistics 12, 1941), as far as comparisons are independent.

    Args:
        scores: of the evaluation.
        wanted_fmr: 0..1, exclusive.
    """
    trials = scores.non_mated.size
    needed = int(np.ceil(SUPPORT_ERRORS / wanted_fmr - 1e-9))
    if trials < needed:
        return Suggestion(wanted_fmr, needed)
    allowed = _errors_allowed(trials, wanted_fmr)
    # one above the highest score that must not match
    highest = float(scores.non_mated[trials - 1 - allowed])
    threshold = float(np.floor(highest * 1e4) + 1) / 1e4
    if threshold <= highest:  # rounding
        threshold += 1e-4
    false = scores.false_matches(threshold)
    return Suggestion(
        wanted_fmr,
        needed,
        threshold,
        rate(false, trials),
        upper_bound(false, trials),
        scores.fnmr(threshold),
    )


def _errors_allowed(trials: int, wanted: float) -> int:
    """The most errors whose upper bound stays at or below the wanted rate; by halving."""
    low, high = 0, trials
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(middle, trials) <= wanted:
            low = middle
        else:
            high = middle
    return low
