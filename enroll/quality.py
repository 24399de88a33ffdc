"""Whether a frame is good enough to enrol a face from, and what to change if it is not.

One prominent face, near, sharp, well lit, looking ahead, eyes open: the conditions that ISO/IEC
29794-5 and 39794-5 ask of an enrolment picture, as far as these networks can tell. The limits are
this project's own, set on its sample media.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from models.align import align

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from models.faces import Face, Landmarks

PROMINENT_AREA_RATIO: Final = 0.25
"""A second face at least this large, as a share of the first one's area, counts as a person too."""
EYE_DISTANCE_PX_MIN: Final = 32.0
DETECTOR_SCORE_MIN: Final = 0.6
YAW_RATIO_MAX: Final = 0.18
EYE_OPENNESS_MIN: Final = 0.17
BRIGHTNESS_MIN: Final = 50.0
BRIGHTNESS_MAX: Final = 215.0
SHARPNESS_MIN: Final = 80.0

REASONS: Final[dict[str, tuple[str, str]]] = {
    "no_face": ("No face was seen.", "Stand before the camera, with the face uncovered."),
    "two_faces": ("More than one face was seen.", "Only the person who enrols may be in view."),
    "nearer": ("The face is too small in the picture.", "Move nearer to the camera."),
    "unclear": ("The face is not clearly visible.", "Uncover the whole face and hold still."),
    "look_ahead": ("The face looks aside.", "Look straight into the camera."),
    "too_dark": ("The face is too dark.", "Bring more light from the front."),
    "too_bright": ("The face is too bright.", "Turn away from the strong light."),
    "blurred": ("The face is blurred.", "Hold still, and clean the lens."),
    "eyes_closed": ("The eyes are closed or hidden.", "Open the eyes, and take off dark glasses."),
}
"""Reason key -> what was wrong, what to do; one sentence each."""


def grade_faces(image: NDArray[np.uint8], faces: Sequence[Face]) -> str | None:
    """The first thing wrong with a frame's faces, or None.

    Args:
        image: (h, w, 3) uint8 BGR.
        faces: Largest first.

    Returns:
        A key of REASONS.
    """
    if not faces:
        return "no_face"
    face = faces[0]
    if any(other.area_px >= PROMINENT_AREA_RATIO * face.area_px for other in faces[1:]):
        return "two_faces"
    if face.eye_distance_px < EYE_DISTANCE_PX_MIN:
        return "nearer"
    if face.score < DETECTOR_SCORE_MIN:
        return "unclear"
    if abs(face.yaw_ratio) > YAW_RATIO_MAX:
        return "look_ahead"
    grey = align(image, face.points).astype(np.float32) @ _GREY
    return _grade_light(grey)


def grade_landmarks(landmarks: Landmarks) -> str | None:
    """The first thing wrong with a face's dense landmarks, or None."""
    if min(landmarks.eye_openness) < EYE_OPENNESS_MIN:
        return "eyes_closed"
    return None


def sharpness(grey: NDArray[np.float32]) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) of a grey picture, 0..255 values."""
    laplacian = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    )
    return float(laplacian.var())


def _grade_light(grey: NDArray[np.float32]) -> str | None:
    brightness = float(grey.mean())
    if brightness < BRIGHTNESS_MIN:
        return "too_dark"
    if brightness > BRIGHTNESS_MAX:
        return "too_bright"
    return "blurred" if sharpness(grey) < SHARPNESS_MIN else None


_GREY: Final = np.array([0.114, 0.587, 0.299], dtype=np.float32)  # ITU-R BT.601, of BGR
