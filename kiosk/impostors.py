"""From a wanted rate of false matches to the cosine that a match needs, by how many are searched.

A threshold picked for accuracy lets in too many where thousands are enrolled: at 0.363, which
OpenCV publishes for SFace, 3 of 300 random probes were taken for one of 1,000 random templates. So
the rate is what is chosen, and the cosine follows from how alike different people are.

Measured (SFace 2021dec, YuNet's points at 640 px, one figure for each two people, the mean over
their pictures): 253 pairs of 23 different people in press portraits, group pictures and videos have
a mean cosine of 0.084 and a standard deviation of 0.088, which is that of random directions in 128
dimensions. One pair of them lies above 0.363: 0.466, two people of one group picture. So the rate
itself is measured down to about 1 in 100 only (rule of three: at most 1.2 % at 0.47 or above).

What that costs: of 31 pairs of pictures of one person in the same material (single and frontal, up
to eleven years apart) the least alike are at 0.58. Among 10 shoppers one in ten thousand needs
0.51, which all of them reach; among 1,000 it needs 0.60, which one misses: that one is asked for
the last digits of a phone number, since it is above the 0.46 that a search of one needs.

Extrapolated: rates below that take a normal distribution with that mean and a deviation of 0.10,
14 % more than measured, since 23 people are few and the measured tail is a little heavier than a
normal one. Relatives and lookalikes are more alike than any such figure says: for them there are
the margin, the vault's lookalike flags and the second factor, not this threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final


@dataclass(frozen=True, slots=True)
class Impostors:
    """How alike different people are to a recogniser.

    Attributes:
        mean: of the cosine between two people.
        deviation: its standard deviation, above 0.
        floor: no threshold is below it: the one published for the recogniser.
    """

    mean: float
    deviation: float
    floor: float

    def threshold(self, rate: float, searched: int) -> float:
        """The least cosine of a match, such that a stranger is taken for anybody at that rate.

        Of N people searched, a stranger matches one or more with a probability of at most N times
        that of a single comparison (union bound; FPIR <= N FMR, ISO/IEC 19795-1).

        Args:
            rate: wanted false-positive identification rate, above 0 and below 1.
            searched: how many people are compared, 1 or more.

        Returns:
            Cosine, `floor`..1.
        """
        single = rate / max(searched, 1)
        above = NormalDist().inv_cdf(1 - single) if single > _TINY else _TINY_DEVIATIONS
        return min(max(self.mean + above * self.deviation, self.floor), 1.0)


_TINY: Final = 1e-15  # below it 1 - rate is 1 in floating point
_TINY_DEVIATIONS: Final = 8.0

SFACE: Final = Impostors(mean=0.084, deviation=0.10, floor=0.363)
# Nothing was measured: assume that a network separates people worse than SFace does.
UNMEASURED: Final = Impostors(mean=0.10, deviation=0.13, floor=0.40)
_MEASURED: Final = {"sface": SFACE}


def impostors_of(recogniser_id: str) -> Impostors:
    """What is known of a recogniser, by the name before the hash in its id."""
    return _MEASURED.get(recogniser_id.partition("-")[0], UNMEASURED)
