"""Screen light: the kiosk lights the face in random colours and looks for them in the skin.

A recording made before knows nothing of the sequence, and a screen that shows one gives its own
light. PROVEN IN SIMULATION ONLY: recorded faces were tinted by a modelled reflection, with delay,
noise and daylight; no measurement of a real screen before a real face has been made. Daylight may
drown the reflection, so its absence denies only where the rules require it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules

# Under three changes a second, which is safe for those whom flashing hurts (WCAG 2.3.1).
COLOUR_MS = 700
COLOURS = ("#ff3030", "#30ff30", "#3060ff", "#ffffff")
STEPS = 90
DELAYS_MS = range(0, 500, 50)  # screen, exposure and capture together
FRAMES_MIN = 40
SWING_MIN = 0.003  # of the fitted reflection, in logarithms: less is no light at all
LEAD_MIN = 0.15  # over the best of the sequences that were not shown


def _chroma(colour: str) -> tuple[float, float]:
    """Shares of red and blue beside green, as a weak light adds them."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red - green, blue - green


def _correlation(shown: NDArray[np.float64], skin: NDArray[np.float64]) -> float:
    """Mean of both channels' correlations, after a straight drift is taken out."""
    time = np.linspace(-1, 1, len(skin))[:, None]
    drift = np.concatenate([time, np.ones_like(time)], axis=1)
    pair = [values - drift @ np.linalg.lstsq(drift, values, rcond=None)[0]
            for values in (shown, skin)]  # fmt: skip
    spread = np.sqrt((pair[0] ** 2).sum(axis=0) * (pair[1] ** 2).sum(axis=0))
    return float(((pair[0] * pair[1]).sum(axis=0) / np.maximum(spread, 1e-12)).mean())


class ScreenLight:
    """The colours of one session and what the skin did.

    Args:
        rules: whether, and how well, the skin must follow.
        rng: draws the colours.
    """

    def __init__(self, rules: LivenessRules, rng: random.Random) -> None:
        self._rules = rules
        drawn = [rng.choice(COLOURS)]
        while len(drawn) < STEPS:
            drawn.append(rng.choice([one for one in COLOURS if one != drawn[-1]]))
        self._drawn = tuple(drawn)
        self._began_ms: int | None = None
        self._times: list[int] = []
        self._skin: list[tuple[float, float]] = []

    def begin(self, t_ms: int) -> None:
        """Light up; only once."""
        if self._began_ms is None:
            self._began_ms = t_ms

    def colour(self, t_ms: int) -> str:
        """What the screen should show now; nothing before the beginning."""
        if self._began_ms is None:
            return ""
        return self._drawn[(t_ms - self._began_ms) // COLOUR_MS % STEPS]

    def look(self, seen: Observation) -> None:
        """Take one frame of a face that looks ahead."""
        if self._began_ms is None or seen.skin is None or abs(seen.yaw) > self._rules.ahead_max:
            return
        self._times.append(seen.t_ms - self._began_ms)
        self._skin.append(seen.skin)

    def reflected(self) -> bool:
        """Whether the skin followed this sequence, and no other as well."""
        if len(self._times) < FRAMES_MIN:
            return False
        times = np.array(self._times)
        skin = np.array(self._skin)
        palette = np.array([_chroma(colour) for colour in self._drawn])
        best = max(self._at(times - delay, skin, palette, 0) for delay in DELAYS_MS)
        # the sequence shifted by whole colours is as random as any that was not shown
        others = max(
            self._at(times - delay, skin, palette, shift)
            for shift in range(2, STEPS - 1, 4)
            for delay in DELAYS_MS[::3]
        )
        swing = float(skin.std(axis=0).mean())
        enough = best >= self._rules.light_correlation_min and swing >= SWING_MIN
        return enough and best - others >= LEAD_MIN

    @staticmethod
    def _at(
        times: NDArray[np.int64],
        skin: NDArray[np.float64],
        palette: NDArray[np.float64],
        shift: int,
    ) -> float:
        steps = np.maximum(times // COLOUR_MS, 0) + shift
        return _correlation(palette[steps % STEPS], skin)
