"""What the networks say of one face, in the picture's own pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One detected face.

    Attributes:
        box: float32 (4,), left, top, right, bottom in pixels; may reach past the picture.
        score: the detector's confidence, 0..1.
        points: float32 (5, 2), pixels: the eye on the picture's left, the eye on its right, the
            nose tip, the mouth corner on its left, the one on its right.
    """

    box: NDArray[np.float32]
    score: float
    points: NDArray[np.float32]

    @property
    def width_px(self) -> float:
        """Width of the box in pixels."""
        return float(self.box[2] - self.box[0])

    @property
    def area_px(self) -> float:
        """Area of the box in square pixels."""
        return self.width_px * float(self.box[3] - self.box[1])

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box, in pixels."""
        return float(self.box[0] + self.box[2]) / 2, float(self.box[1] + self.box[3]) / 2

    @property
    def eye_distance_px(self) -> float:
        """Distance between the eyes in pixels (the standards' inter-eye distance)."""
        return float(np.hypot(*(self.points[1] - self.points[0])))

    @property
    def roll_radians(self) -> float:
        """Angle of the line between the eyes; 0 where it is level."""
        across = self.points[1] - self.points[0]
        return float(np.arctan2(across[1], across[0]))

    @property
    def yaw_ratio(self) -> float:
        """How far the head is turned: (nose x - middle of the eyes) / distance of the eyes.

        Near 0 looking ahead; positive when the nose points to the picture's right, which is the
        person's own left in a picture that is not mirrored. About 0.24 at a clear turn.
        """
        middle = (self.points[0, 0] + self.points[1, 0]) / 2
        return float(self.points[2, 0] - middle) / max(self.eye_distance_px, 1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """The dense landmarks of one face.

    Attributes:
        mesh: float32 (468, 3); x and y in the picture's pixels, z in the same scale.
        presence: how sure the network is that there is a face, 0..1.
        eye_openness: lid distance over eye width, for the eye on the picture's left and the one on
            its right; about 0.3 to 0.4 open, below 0.15 closed.
        mouth_openness: distance of the inner lips over the inner mouth's width; near 0 closed.
    """

    mesh: NDArray[np.float32]
    presence: float
    eye_openness: tuple[float, float]
    mouth_openness: float
