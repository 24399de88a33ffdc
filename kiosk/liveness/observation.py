"""What one frame says of the face in it: all that liveness ever sees of a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What one frame shows of the most prominent face.

    Attributes:
        t_ms: the frame's time.
        fingerprint: tells whether two frames are the same picture.
        obstacle: what is in the way: "", "no_face", "two_faces", "nearer", "too_dark", "too_bright"
            or "blurred".
        centre: of the face's box, pixels; none where there is no face.
        width_px: of the box.
        yaw: turn of the head, positive to the person's own left; see `models.pose.turn_of`.
        level: whether the head is neither lowered nor raised.
        eyes: mean eye openness.
        mouth: mouth openness.
        points: float32 (33, 2), pixels: the mesh at `kiosk.liveness.planar.POINTS`.
        patch: uint8 (56, 56), grey: the face, levelled by its five points.
        scene: uint8 (18, 32), grey: the whole picture, small.
        skin: natural logarithms of red over green and of blue over green, of the face's middle.
        passive: how live it looks, 0..1; none where not measured.
        embedding: of length 1; none where not asked for.
    """

    t_ms: int
    fingerprint: int
    obstacle: str = ""
    centre: tuple[float, float] | None = None
    width_px: float = 0.0
    yaw: float = 0.0
    level: bool = True
    eyes: float = 0.3
    mouth: float = 0.0
    points: NDArray[np.float32] | None = field(default=None, repr=False)
    patch: NDArray[np.uint8] | None = field(default=None, repr=False)
    scene: NDArray[np.uint8] | None = field(default=None, repr=False)
    skin: tuple[float, float] | None = field(default=None, repr=False)
    passive: float | None = field(default=None, repr=False)
    embedding: NDArray[np.float32] | None = field(default=None, repr=False)
