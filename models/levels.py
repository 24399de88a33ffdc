"""What an inner product becomes when one side keeps only the level of each of its numbers.

A row at cosine c to a query q is c q + sqrt(1 - c²) u, u being of length 1 across q. Both are
turned by a random rotation first, so that u is as good as uniform, and the row's number i close to
normal with mean c q_i and variance (1 - c²)(1 - q_i²) / (d - 1). The error of its level then has a
mean and a variance that follow from the normal distribution alone, and so has the sum over all
numbers: of *this* query, which matters, since a query with a few large numbers is met worse.
That the numbers vary together a little (q_i x_i add up to c) makes the true variance smaller.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LEVELS: Final = 8
_WIDEST: Final = 9.0  # standard deviations that are told apart
_POINTS: Final = 8_193


def result_of(query: Numbers, cosine: float, step: float) -> tuple[float, float]:
    """Mean and standard deviation of query · levels, over rows at a cosine to the query.

    Args:
        query: (d,) of length 1, turned.
        cosine: -1..1.
        step: between levels, which lie at ±0.5, ±1.5, ±2.5 and ±3.5 steps.
    """
    mean = cosine * query
    across = max(1 - cosine * cosine, 1e-12) / (len(query) - 1)
    spread = np.sqrt(np.maximum(across * (1 - query * query), 1e-15))
    bounds = (step * np.arange(1 - LEVELS // 2, LEVELS // 2)[:, None] - mean) / spread
    ends = np.zeros((1, len(query)))
    below = np.vstack([ends, np.interp(bounds, *_distribution()), ends + 1])
    density = np.vstack([ends, np.exp(-bounds * bounds / 2) / math.sqrt(2 * math.pi), ends])
    share = np.diff(below, axis=0)  # of rows whose number i has each level
    within = mean * share - spread * np.diff(density, axis=0)  # the mean of x_i there, times that
    levels = step * (np.arange(LEVELS)[:, None] - (LEVELS - 1) / 2)
    error = (levels * share).sum(axis=0) - mean
    squared = (levels * levels * share - 2 * levels * within).sum(axis=0) + mean**2 + spread**2
    variance = query * query * np.maximum(squared - error * error, 0)
    return float(cosine + query @ error), float(math.sqrt(variance.sum()))


@lru_cache
def _distribution() -> tuple[Numbers, Numbers]:
    """The normal distribution function, as a table."""
    at = np.linspace(-_WIDEST, _WIDEST, _POINTS)
    return at, np.array([math.erfc(-x / math.sqrt(2)) / 2 for x in at])
