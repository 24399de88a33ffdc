"""Puts a face's five points where the recogniser was taught to expect them.

S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
IEEE PAMI 13(4), 1991: the similarity (turn, scale, shift) of least squared error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE_PX = 112

# Where ArcFace and SFace were taught to find eyes, nose and mouth corners in 112 by 112 pixels.
TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)


def similarity(points: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """The similarity that carries points onto a target best.

    Args:
        points: (n, 2).
        target: (n, 2).

    Returns:
        float64 (2, 3), an affine matrix.
    """
    mean, target_mean = points.mean(axis=0), target.mean(axis=0)
    centred, target_centred = points - mean, target - target_mean
    u, spread, vt = np.linalg.svd(target_centred.T @ centred / len(points))
    sign = np.array([1.0, np.sign(np.linalg.det(u @ vt)) or 1.0])
    turn = u @ np.diag(sign) @ vt
    scale = float(spread @ sign) / max(float(centred.var(axis=0).sum()), 1e-12)
    shift = target_mean - scale * turn @ mean
    return np.hstack([scale * turn, shift[:, None]])


def align(image: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cut out a face, levelled and scaled for the recogniser.

    Args:
        image: uint8 (H, W, 3), BGR.
        points: float32 (5, 2), as in `models.faces.Face`.

    Returns:
        uint8 (112, 112, 3), BGR.
    """
    matrix = similarity(points.astype(np.float64), TEMPLATE)
    return np.asarray(cv2.warpAffine(image, matrix, (SIDE_PX, SIDE_PX)), dtype=np.uint8)
