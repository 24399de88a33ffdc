"""Rigid-planar motion: a picture or a screen that is tilted moves as a plane, a head does not.

Two measurements that fail apart. The nose's shift against the face (plane and parallax: the rest of
the face is fitted by an affine map, and what the nose does beyond it is relief), and the pixels'
own fit to a plane. Neither convicts or acquits alone: the mesh network sees some relief in
photographs, and a small turn hardly differs from a tilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.plane import plane_fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules

# Of the face mesh: eye corners first, forehead, temples and cheeks, which do not move in a smile.
RING = (
    *(33, 133, 362, 263),
    *(9, 151, 10, 67, 297, 109, 338, 103, 332, 234, 454, 93, 323, 127, 356),
    *(116, 345, 117, 346, 118, 347, 50, 280, 168),
)
NOSE = (1, 4, 5, 195, 197)
POINTS = np.array(RING + NOSE)
SQUEEZE_MIN = 0.06  # a view from another side: the logarithm of the affine map's two scales' ratio
# Pictures tilted flat show no more relief than that many times their squeeze; heads twice as much.
RELIEF_PER_SQUEEZE_MAX = 1.2
FLAT_FIT_MIN = 0.985


def parallax(reference: NDArray[np.float32], points: NDArray[np.float32]) -> tuple[float, float]:
    """How far the nose left the plane of the face, and how much the plane was squeezed.

    Args:
        reference: float32 (33, 2), of the face looking ahead.
        points: float32 (33, 2), of the same face now.

    Returns:
        The nose's shift in eye distances, and the squeeze.
    """
    count = len(RING)
    before = np.concatenate([reference, np.ones((len(reference), 1))], axis=1)
    affine = np.linalg.lstsq(before[:count], points[:count].astype(np.float64), rcond=None)[0]
    scales = np.linalg.svd(affine[:2], compute_uv=False)
    eyes = reference[2:4].mean(axis=0) - reference[0:2].mean(axis=0)
    size = float(np.hypot(*eyes)) * float(np.sqrt(scales[0] * scales[1]))
    shift = (points[count:] - before[count:] @ affine).mean(axis=0)
    squeeze = float(np.log(max(scales[0], 1e-9) / max(scales[1], 1e-9)))
    return float(np.hypot(*shift)) / max(size, 1e-6), squeeze


class Planarity:
    """Evidence over a session of whether the face is flat.

    Args:
        rules: the thresholds.
    """

    def __init__(self, rules: LivenessRules) -> None:
        self._rules = rules
        self._points: NDArray[np.float32] | None = None
        self._patch: NDArray[np.uint8] | None = None
        self._flat = 0

    def anchor(self, seen: Observation) -> None:
        """Compare with this look ahead from now on."""
        self._points, self._patch = seen.points, seen.patch

    @property
    def flat(self) -> bool:
        """Whether a plane was seen moving, beyond doubt."""
        return self._flat >= self._rules.flat_frames

    def solid(self, seen: Observation, *, turned: bool) -> bool:
        """Take one frame; whether it shows a turned head's relief.

        Args:
            seen: the frame.
            turned: whether the face looks turned, so that relief is owed.
        """
        if self._points is None or seen.points is None:
            return False
        relief, squeeze = parallax(self._points, seen.points)
        tilted = squeeze >= SQUEEZE_MIN and relief <= RELIEF_PER_SQUEEZE_MAX * squeeze
        if not turned and not tilted:
            return False
        if self._patch is None or seen.patch is None:
            return False
        fit = plane_fit(self._patch, seen.patch)
        solid = relief >= self._rules.relief_min and fit <= self._rules.plane_fit_max
        if (tilted and fit >= FLAT_FIT_MIN) or (turned and fit > self._rules.plane_fit_max):
            self._flat += 1
        return solid and turned
