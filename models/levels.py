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
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LEVELS: Final = 8
_EDGES: Final = np.arange(1 - LEVELS // 2, LEVELS // 2, dtype=np.float64)  # in steps
_TAIL: Final = (0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)


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
    density, above = _normal((step * _EDGES[:, None] - mean) / spread)
    # a level is the lowest one and a step for each edge that lies below x_i
    level = step * (above.sum(axis=0) - len(_EDGES) / 2)
    squared_level = step * step * (len(_EDGES) ** 2 / 4 + 2 * (_EDGES @ above))
    with_number = mean * level + step * spread * density.sum(axis=0)  # the mean of level times x_i
    error = level - mean
    squared = squared_level - 2 * with_number + mean * mean + spread * spread
    variance = query * query * np.maximum(squared - error * error, 0)
    return float(cosine + query @ error), float(math.sqrt(variance.sum()))


def _normal(at: Numbers) -> tuple[Numbers, Numbers]:
    """The normal density, and the share above, to 1e-7 (Abramowitz and Stegun, 26.2.17)."""
    density = np.exp(at * at * -0.5) * (1 / math.sqrt(2 * math.pi))
    near = 1 / (1 + 0.2316419 * np.abs(at))
    sums = near * _TAIL[-1]
    for factor in _TAIL[-2::-1]:
        sums = (sums + factor) * near
    tail = sums * density
    return density, np.where(at < 0, 1 - tail, tail)
