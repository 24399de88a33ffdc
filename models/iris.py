"""MediaPipe's iris network, wanted here for the contour of the lids: it sees a blink.

A. Ablavatski et al., "Real-time Pupil Tracking from Monocular Video for Digital Puppetry" (2020).
The face mesh's own lids stay open whatever the eyes do; these do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS, crop_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.litert import Network

INPUT_PX = 64
MARGIN = 2.3
CONTOUR_POINTS = 71
OUTER_CORNER, INNER_CORNER = 0, 8
LOWER_LID = slice(3, 6)
UPPER_LID = slice(11, 14)


class Iris:
    """The network and how to feed it.

    Args:
        network: the loaded graph.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def eye_openness(
        self, image: NDArray[np.uint8], mesh: NDArray[np.float32], roll_radians: float
    ) -> tuple[float, float]:
        """Lid distance over eye width, for the eye on the picture's left and the one on its right.

        About 0.3 to 0.4 for an open eye, below 0.15 for a closed one.
        """
        return (
            self._openness(image, mesh, LEFT_EYE_CORNERS, roll_radians, mirrored=False),
            self._openness(image, mesh, RIGHT_EYE_CORNERS, roll_radians, mirrored=True),
        )

    def _openness(
        self,
        image: NDArray[np.uint8],
        mesh: NDArray[np.float32],
        corners: tuple[int, int],
        roll_radians: float,
        *,
        mirrored: bool,
    ) -> float:
        first, second = mesh[corners[0], :2], mesh[corners[1], :2]
        side_px = max(float(np.hypot(*(first - second))) * MARGIN, 4.0)
        middle = (float(first[0] + second[0]) / 2, float(first[1] + second[1]) / 2)
        pixels, _ = crop_square(image, middle, side_px, roll_radians, INPUT_PX)
        if mirrored:  # the network was taught one side of the face
            pixels = np.ascontiguousarray(pixels[:, :, ::-1])
        by_size = {output.size: output for output in self._network(pixels)}
        contour = by_size[CONTOUR_POINTS * 3].reshape(CONTOUR_POINTS, 3)[:, :2]
        lids = contour[LOWER_LID].mean(axis=0) - contour[UPPER_LID].mean(axis=0)
        width = contour[OUTER_CORNER] - contour[INNER_CORNER]
        return float(np.hypot(*lids) / max(float(np.hypot(*width)), 1e-6))
