"""Whether two pictures of a face are one flat picture, seen from two sides.

A photograph, however it is tilted, shows itself again under some homography; a head that turned
does not, because its nose hides one cheek and shows the other. The homography is found on the
pixels themselves (G. Evangelidis and E. Psarakis, "Parametric Image Alignment Using Enhanced
Correlation Coefficient Maximization", PAMI 2008), since a face mesh sees relief in photographs too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATCH_PX = 56
MARGIN_PX = 8  # the border of a levelled face is hair and background
STEPS_MAX, STEP_MIN = 40, 1e-4
BLUR = 1.0


def _smooth(patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(patch.astype(np.float32), (0, 0), BLUR), dtype=np.float32)


def plane_fit(reference: NDArray[np.uint8], patch: NDArray[np.uint8]) -> float:
    """How well one patch is a plane's other view of the reference.

    Args:
        reference: uint8 (56, 56), grey, levelled by the five points.
        patch: the same.

    Returns:
        The correlation under the best homography, at most 1; -1 where none was found.
    """
    mask = np.zeros(reference.shape, np.uint8)
    mask[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = 255
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, STEPS_MAX, STEP_MIN)
    try:
        fit, _ = cv2.findTransformECC(
            _smooth(reference),
            _smooth(patch),
            np.eye(3, dtype=np.float32),
            cv2.MOTION_HOMOGRAPHY,
            stop,
            mask,
            3,
        )
    except cv2.error:  # it did not converge: the two have too little in common
        return -1.0
    return float(fit)
