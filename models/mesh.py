"""MediaPipe's face mesh: 468 landmarks in three dimensions.

Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs" (2019).
The network wants the face level and in the middle of a square, 1.5 times as large as its box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.faces import Face
    from models.litert import Network

INPUT_PX = 192
MARGIN = 1.5
POINTS = 468

# Indices in the mesh, by MediaPipe's canonical face model.
INNER_LIPS_UPPER, INNER_LIPS_LOWER = 13, 14
INNER_MOUTH_LEFT, INNER_MOUTH_RIGHT = 78, 308
LEFT_EYE_CORNERS = (33, 133)  # the eye on the picture's left
RIGHT_EYE_CORNERS = (362, 263)


def crop_square(
    image: NDArray[np.uint8],
    centre: tuple[float, float],
    side_px: float,
    roll_radians: float,
    out_px: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cut out a square, level it and scale it.

    Args:
        image: uint8 (H, W, 3), BGR.
        centre: of the square, in pixels.
        side_px: of the square, in the picture's pixels.
        roll_radians: the square's tilt in the picture.
        out_px: side of what is given back.

    Returns:
        float32 (1, out, out, 3), RGB in 0..1, and the float32 (2, 3) matrix from its pixels back to
        the picture's.
    """
    matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(roll_radians)), out_px / side_px)
    matrix[:, 2] += np.array([out_px / 2 - centre[0], out_px / 2 - centre[1]])
    cut = cv2.warpAffine(image, matrix, (out_px, out_px))
    pixels = np.ascontiguousarray(cut[None, :, :, ::-1], dtype=np.float32) / np.float32(255)
    return pixels, np.asarray(cv2.invertAffineTransform(matrix), dtype=np.float32)


class Mesh:
    """The network and how to feed it.

    Args:
        network: the loaded graph.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, image: NDArray[np.uint8], face: Face) -> tuple[NDArray[np.float32], float]:
        """Landmarks of one face.

        Returns:
            float32 (468, 3), x and y in the picture's pixels and z in the same scale, and the
            probability that there is a face at all.
        """
        height = float(face.box[3] - face.box[1])
        side_px = max(face.width_px, height, 1.0) * MARGIN
        pixels, back = crop_square(image, face.centre, side_px, face.roll_radians, INPUT_PX)
        by_size = {output.size: output for output in self._network(pixels)}
        points = by_size[POINTS * 3].reshape(POINTS, 3)
        logit = float(by_size[1].ravel()[0])
        placed = points[:, :2] @ back[:, :2].T + back[:, 2]
        depth = points[:, 2:] * (side_px / INPUT_PX)
        mesh = np.concatenate([placed, depth], axis=1).astype(np.float32)
        return mesh, float(1 / (1 + np.exp(-logit)))


def mouth_openness(mesh: NDArray[np.float32]) -> float:
    """Distance of the inner lips over the inner mouth's width; 0 closed, above 0.35 open."""
    gap = np.hypot(*(mesh[INNER_LIPS_UPPER, :2] - mesh[INNER_LIPS_LOWER, :2]))
    width = np.hypot(*(mesh[INNER_MOUTH_LEFT, :2] - mesh[INNER_MOUTH_RIGHT, :2]))
    return float(gap / max(width, 1e-6))
