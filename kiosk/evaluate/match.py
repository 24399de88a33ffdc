"""`facetill evaluate match`: how often the recogniser confuses the operator's own people.

One picture against one other (verification), as ISO/IEC 19795-1 evaluates it. The till searches a
whole gallery and asks for a lead as well: its false matches grow with the number of shoppers, which
docs/evaluate.md explains.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from enroll.gallery import THRESHOLD
from kiosk.evaluate import metrics
from kiosk.evaluate.errors import NothingToEvaluateError
from kiosk.evaluate.metrics import in_words, plain
from kiosk.evaluate.pictures import BAD_INPUT, FAILURES, acquire_all
from kiosk.impostors import impostors_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.evaluate.metrics import Rate, Scores, Suggestion
    from kiosk.evaluate.pairs import Comparisons
    from kiosk.evaluate.pictures import Acquisition
    from kiosk.policy import Identification
    from models.vision import Vision

GALLERIES: Final = (1, 100, 1_000, 10_000)
TABLE: Final = tuple(round(0.10 + 0.05 * step, 2) for step in range(13))  # 0.10 to 0.70
SCORES_AT_ONCE: Final = 100_000
FAILED_SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """The outcome of one evaluation; holds aggregates and, for the plot alone, sorted scores.

    Attributes:
        comparisons: what was asked for.
        acquisition: what became of the pictures.
        scores: of the pairs whose two pictures were acquired.
        threshold: the shipped one.
        suggestion: for the wanted FMR.
        recogniser_id: the model that was measured.
        seconds: of the whole run.
        false_positive_rate: the policy's, from which the till's own thresholds follow.
    """

    comparisons: Comparisons
    acquisition: Acquisition
    scores: Scores
    threshold: float
    suggestion: Suggestion
    recogniser_id: str
    seconds: float
    false_positive_rate: float

    @property
    def till_thresholds(self) -> dict[int, float]:
        """The cosine that a till asks for, by how many shoppers are enrolled."""
        impostors = impostors_of(self.recogniser_id)
        return {n: impostors.threshold(self.false_positive_rate, n) for n in GALLERIES}

    @property
    def failures_to_acquire(self) -> Rate:
        """Pictures without a usable face, of all."""
        return metrics.Rate(len(self.acquisition.failures), len(self.comparisons.files))

    @property
    def failed(self) -> list[tuple[str, str]]:
        """Each picture that failed, by name, and why."""
        names = self.comparisons.names
        return [(names[place], why) for place, why in sorted(self.acquisition.failures.items())]

    def system_rate(self, *, same: bool) -> Rate | None:
        """False rejections (of mated pairs) or acceptances, over all pairs: FRR and FAR.

        A pair that was not acquired is rejected: it worsens the FRR and betters the FAR.
        """
        pairs = int(np.sum(self.comparisons.same == same))
        if same:
            matched = self.scores.mated.size - self.scores.false_non_matches(self.threshold)
            return metrics.rate(pairs - matched, pairs)
        return metrics.rate(self.scores.false_matches(self.threshold), pairs)


def run_match(
    comparisons: Comparisons,
    vision: Vision,
    wanted_fmr: float,
    rules: Identification,
    step: Callable[[], object] = lambda: None,
) -> Matching:
    """Acquire every picture, compare every pair.

    Args:
        comparisons: from `pairs`.
        vision: the networks.
        wanted_fmr: 0..1, for the suggested threshold.
        rules: the till's, of identification.
        step: called after each picture.

    Raises:
        NothingToEvaluateError: no pair is left to compare.
    """
    began_s = time.monotonic()
    acquisition = acquire_all(vision, comparisons.files, step)
    pairs = comparisons.pairs
    usable = acquisition.acquired[pairs].all(axis=1)
    if not usable.any():
        raise _nothing(acquisition, len(comparisons.files))
    similarities = _similarities(acquisition, pairs[usable])
    same = comparisons.same[usable]
    scores = metrics.Scores.of(similarities[same], similarities[~same])
    return Matching(
        comparisons,
        acquisition,
        scores,
        THRESHOLD,
        metrics.suggest(scores, wanted_fmr),
        vision.recogniser_id,
        time.monotonic() - began_s,
        rules.false_positive_rate,
    )


def _similarities(acquisition: Acquisition, pairs: np.ndarray) -> np.ndarray:
    rows = acquisition.embeddings
    return np.concatenate(
        [
            np.einsum("ij,ij->i", rows[some[:, 0]], rows[some[:, 1]])
            for some in np.array_split(pairs, max(1, len(pairs) // SCORES_AT_ONCE))
        ]
    )


def _nothing(acquisition: Acquisition, files: int) -> NothingToEvaluateError:
    counted = Counter(acquisition.failures.values())
    said = ", ".join(f"{FAILURES[why]}: {count}" for why, count in counted.most_common())
    hint = "Use pictures of one face each, and check the paths: they count from the list's folder."
    return NothingToEvaluateError(
        f"No pair could be compared; of {files} pictures {len(acquisition.failures)} were not "
        f"acquired ({said}).",
        hint=hint,
    )


def to_json(done: Matching) -> dict[str, object]:
    """The report as plain values: aggregates, and the names of the files that failed."""
    fmr, fnmr = done.scores.fmr(done.threshold), done.scores.fnmr(done.threshold)
    wish = done.suggestion
    return {
        "fmr": None if fmr is None else fmr.estimate,
        "fnmr": None if fnmr is None else fnmr.estimate,
        "eer": metrics.equal_error_rate(done.scores),
        "threshold": done.threshold,
        "failures_to_acquire": len(done.acquisition.failures),
        "pairs": len(done.comparisons.pairs),
        "pictures": len(done.comparisons.files),
        "comparisons": {
            "mated": int(done.scores.mated.size),
            "non_mated": int(done.scores.non_mated.size),
            "not_acquired": len(done.comparisons.pairs)
            - int(done.scores.mated.size + done.scores.non_mated.size),
            "non_mated_sampled_of": done.comparisons.sampled_of,
        },
        "at_threshold": {"fmr": plain(fmr), "fnmr": plain(fnmr)},
        "with_failures_to_acquire": {
            "far": plain(done.system_rate(same=False)),
            "frr": plain(done.system_rate(same=True)),
        },
        "failure_to_acquire_rate": plain(done.failures_to_acquire),
        "failed": [{"file": name, "reason": why} for name, why in done.failed],
        "bad_files": sum(why in BAD_INPUT for _, why in done.failed),
        "acquired": done.acquisition.how,
        "thresholds": [
            {
                "threshold": at,
                "fmr": plain(done.scores.fmr(at)),
                "fnmr": plain(done.scores.fnmr(at)),
            }
            for at in sorted({*TABLE, done.threshold})
        ],
        "till": [
            {
                "shoppers": shoppers,
                "threshold": at,
                "fmr": plain(done.scores.fmr(at)),
                "fnmr": plain(done.scores.fnmr(at)),
            }
            for shoppers, at in done.till_thresholds.items()
        ],
        "suggested": {
            "wanted_fmr": wish.wanted_fmr,
            "threshold": wish.threshold,
            "fmr": plain(wish.fmr),
            "fmr_upper_bound_95": wish.fmr_bound,
            "fnmr": plain(wish.fnmr),
            "non_mated_needed": wish.needed,
            "says": suggestion_text(done),
        },
        "recogniser": done.recogniser_id,
        "duration_s": round(done.seconds, 3),
        "says": CLAIM,
    }


CLAIM: Final = (
    "One picture against one other, on these pictures alone; no certification, and no promise for "
    "other people, cameras or light. Pairs that share pictures or people are not independent: the "
    "true uncertainty is larger than the bounds."
)


def suggestion_text(done: Matching) -> str:
    """What can be said about the wanted FMR, in a sentence."""
    wish, count = done.suggestion, done.scores.non_mated.size
    if wish.threshold is None:
        return (
            f"No threshold is suggested for an FMR of {wish.wanted_fmr:g}: that takes at least "
            f"{wish.needed:,} non-mated comparisons, and there are {count:,}"
            + (f", which support none below {3 / count:.2g}." if count else ".")
        )
    return (
        f"For an FMR below {wish.wanted_fmr:g}: threshold {wish.threshold:.4f} "
        f"(observed {in_words(wish.fmr)}; below {100 * (wish.fmr_bound or 0):.3g} % with 95 % "
        f"confidence; FNMR there {in_words(wish.fnmr)})."
    )


def to_text(done: Matching) -> str:
    """The report for a terminal."""
    eer = metrics.equal_error_rate(done.scores)
    frr, far = (in_words(done.system_rate(same=same)) for same in (True, False))
    lines = [
        *_counts(done),
        "",
        *_table(done),
        f"a till's own, where {done.false_positive_rate:g} of strangers may be taken for anybody:",
        *(
            _row(done, at, f" ← {shoppers:,} shoppers")
            for shoppers, at in done.till_thresholds.items()
        ),
        "",
        f"equal error rate: {'no data' if eer is None else f'{100 * eer:.3g} %'}",
        f"with failures to acquire: FRR {frr}, FAR {far}",
        suggestion_text(done),
        "Bounds are 95 %: Clopper-Pearson, or the rule of three where nothing was counted.",
        CLAIM,
        f"{done.seconds:.1f} s",
    ]
    return "\n".join(lines)


def _counts(done: Matching) -> list[str]:
    asked, sampled = done.comparisons, done.comparisons.sampled_of
    drawn = f" (drawn at random from {sampled:,})" if sampled else ""
    mated, non_mated = done.scores.mated.size, done.scores.non_mated.size
    failed = [f"  {name}: {FAILURES[why]}" for name, why in done.failed]
    if len(failed) > FAILED_SHOWN_MAX:
        failed[FAILED_SHOWN_MAX:] = [f"  and {len(failed) - FAILED_SHOWN_MAX} more: see --json"]
    return [
        f"{len(asked.pairs):,} pairs of {len(asked.files):,} pictures, {done.recogniser_id}",
        f"compared: {mated:,} mated, {non_mated:,} non-mated{drawn}",
        f"failures to acquire: {in_words(done.failures_to_acquire)}",
        *failed,
    ]


def _table(done: Matching) -> list[str]:
    lines = [f"{'threshold':>10}  {'FMR':<36}FNMR"]
    marks = {done.threshold: " ← shipped"}
    return lines + [_row(done, at, marks.get(at, "")) for at in sorted({*TABLE, *marks})]


def _row(done: Matching, at: float, mark: str) -> str:
    fmr, fnmr = in_words(done.scores.fmr(at)), in_words(done.scores.fnmr(at))
    return f"{at:>10.3f}  {fmr:<36}{fnmr}{mark}"
