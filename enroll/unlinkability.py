"""Measures the templates' transform: what it costs in accuracy, and how unlinkable it makes them.

Unlinkability after Gomez-Barrero et al., "General Framework to Evaluate Unlinkability in Biometric
Template Protection Systems" (IEEE TIFS 2018): templates of two installations are compared as an
attacker would who stole both databases but no key. From the scores of mated pairs (one person) and
of non-mated ones, D(s) says at each score how much more likely a mated pair is there; the global
D_sys, from 0 (nothing can be told) to 1 (everybody can be linked), is its mean over mated pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from enroll.transform import orthogonal

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SCORES_A_BIN: Final = 25
_PERMUTATIONS: Final = 40


@dataclass(frozen=True, slots=True)
class TransformFigures:
    """What was measured.

    Attributes:
        pairs_mated: Pairs of one person.
        pairs_non_mated: Pairs of two people.
        cosine_error_max: Largest change of any cosine by the transform; its accuracy cost.
        decisions_changed: Pairs on whose side of the threshold the transform changed anything.
        d_sys: Across two installations, 0 to 1.
        d_sys_by_chance: What the same number of pairs gives where nothing can be told: the 95th
            percentile over shuffled labels. Below it, d_sys is as good as 0.
        d_sys_unprotected: The same for templates without the transform, to show that it would tell.
    """

    pairs_mated: int
    pairs_non_mated: int
    cosine_error_max: float
    decisions_changed: int
    d_sys: float
    d_sys_by_chance: float
    d_sys_unprotected: float

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


def evaluate(
    embeddings: NDArray[np.float32],
    people: NDArray[np.intp],
    keys: tuple[bytes, bytes],
    threshold: float,
    rng: np.random.Generator,
) -> TransformFigures:
    """Compare all pairs, within an installation and across two.

    Args:
        embeddings: (n, d) float32, each of length 1.
        people: (n,) whose each one is; at least one person has two.
        keys: Of the two installations' transforms.
        threshold: Cosine above which two templates match.
        rng: For the shuffled labels.
    """
    turns = [orthogonal(key, "evaluation", embeddings.shape[1]) for key in keys]
    one, two = (embeddings @ turn.T for turn in turns)
    first, second = np.triu_indices(len(embeddings), 1)
    mated = people[first] == people[second]
    plain = np.einsum("ij,ij->i", embeddings[first], embeddings[second])
    within = np.einsum("ij,ij->i", one[first], one[second])
    across = np.einsum("ij,ij->i", one[first], two[second])
    shuffled = [_d_sys(across, rng.permutation(mated)) for _ in range(_PERMUTATIONS)]
    return TransformFigures(
        int(mated.sum()),
        int((~mated).sum()),
        float(np.abs(plain - within).max()),
        int(((plain >= threshold) != (within >= threshold)).sum()),
        _d_sys(across, mated),
        float(np.percentile(shuffled, 95)),
        _d_sys(plain, mated),
    )


def synthetic(
    rng: np.random.Generator, people: int, each: int, dimensions: int = 128, cosine: float = 0.6
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Made-up embeddings: random people, whose pictures have about this cosine to one another."""
    centres = rng.standard_normal((people, dimensions))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    noise = rng.standard_normal((people, each, dimensions)) / np.sqrt(dimensions)
    spread = np.sqrt(1 / cosine - 1)
    made = (centres[:, None, :] + spread * noise).reshape(-1, dimensions)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32), np.repeat(np.arange(people), each)


def _d_sys(scores: NDArray[np.floating], mated: NDArray[np.bool_]) -> float:
    """The global measure, with equal prior odds, from histograms of both kinds of scores."""
    yes, no = scores[mated], scores[~mated]
    bins = max(4, min(200, len(yes) // _SCORES_A_BIN))
    edges = np.histogram_bin_edges(scores, bins)
    p_yes = np.histogram(yes, edges)[0] / len(yes)
    p_no = np.histogram(no, edges)[0] / len(no)
    ratio = np.divide(p_yes, p_no, out=np.full(len(p_yes), np.inf), where=p_no > 0)
    ratio[(p_yes == 0) & (p_no == 0)] = 0.0
    with np.errstate(invalid="ignore"):
        local = np.where(np.isinf(ratio), 1.0, 2 * ratio / (1 + ratio) - 1)
    local[ratio <= 1] = 0.0
    return float((local * p_yes).sum())
