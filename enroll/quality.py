"""Whether a frame is good enough to enrol a face from, and what to change if it is not.

One prominent face, near, sharp, well lit, looking ahead, eyes open: the conditions that ISO/IEC
29794-5 and 39794-5 ask of an enrolment picture, as far as these networks can tell. The limits are
this project's own, set on its sample media.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from enroll.gallery import THRESHOLD
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
    "unsteady": (
        "The pictures of this face differ too much from one another.",
        "Hold still in even light, clean the lens, and start again.",
    ),
}
"""Reason key -> what was wrong, what to do; one sentence each."""

FIGURE_MIN: Final = 40
"""Figure below which a template is refused."""
SINGLE_MAX: Final = 75
_STEADY: Final = 0.7  # least cosine among frames of one person that are good
_WHITE: Final = 250.0
_BLACK: Final = 5.0


class Measures(NamedTuple):
    """Of one frame's face, as the recogniser sees it (112 by 112 pixels).

    Attributes:
        sharpness: Variance of the Laplacian.
        brightness: Mean grey, 0 to 255.
        clipped: Share of pixels that are as good as white or black, 0 to 1.
        eye_distance_px: In the frame.
        yaw: Turn of the head to either side, as a share of the eyes' distance.
    """

    sharpness: float
    brightness: float
    clipped: float
    eye_distance_px: float
    yaw: float


class Quality(NamedTuple):
    """How well a template may be expected to match.

    Attributes:
        figure: 0 (not at all) to 100; a figure for staff, and no score of any match.
        weakest: The key of REASONS that holds it down most.
    """

    figure: int
    weakest: str


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
    return _grade_light(measure(image, face))


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


def measure(image: NDArray[np.uint8], face: Face) -> Measures:
    """What the figure of a template is made of, for one frame.

    Args:
        image: (h, w, 3) uint8 BGR.
        face: The face in it.
    """
    grey = align(image, face.points).astype(np.float32) @ _GREY
    clipped = float(((grey >= _WHITE) | (grey <= _BLACK)).mean())
    yaw = abs(float(face.yaw_ratio))
    return Measures(sharpness(grey), float(grey.mean()), clipped, face.eye_distance_px, yaw)


def figure(frames: Sequence[Measures], least_cosine: float | None) -> Quality:
    """The quality of a template, from the frames that it is the mean of.

    Each part is placed between the value at which matching was seen to fail and the one from which
    more brings nothing; the figure is that of the weakest part. Measured on the sample clip against
    frames of another stretch, whose median cosine to untouched frames is 0.82: blur lowers it below
    0.80 under a sharpness of 50, noise to 0.69 before the sharpness says so (only the frames'
    likeness to one another does), over-exposure to 0.46, darkness to 0.73 at a mean of 18; a face
    of 31 pixels between the eyes loses nothing, and one turned by 0.2 or more comes to 0.68.

    Args:
        frames: One or more.
        least_cosine: Of any two of their embeddings; None for a single frame, which nothing can be
            compared with and whose figure therefore ends at SINGLE_MAX.
    """
    sharp, light, clipped, size, yaw = np.mean(np.array(frames), axis=0)
    parts = {
        "blurred": _between(np.log(max(float(sharp), 1.0)), np.log(40.0), np.log(200.0)),
        "too_dark": _between(float(light), 20.0, 60.0),
        "too_bright": min(
            _between(float(light), 235.0, 170.0), _between(float(clipped), 0.35, 0.05)
        ),
        "nearer": _between(float(size), 20.0, 40.0),
        "look_ahead": _between(float(yaw), 0.3, 0.1),
        "unsteady": SINGLE_MAX / 100
        if least_cosine is None
        else _between(least_cosine, THRESHOLD, _STEADY),
    }
    weakest = min(parts, key=lambda part: parts[part])
    return Quality(round(100 * parts[weakest]), weakest)


def _between(value: float, none: float, full: float) -> float:
    """0 at `none`, 1 at `full`, and in a straight line between."""
    return min(max((value - none) / (full - none), 0.0), 1.0)


def _grade_light(seen: Measures) -> str | None:
    if seen.brightness < BRIGHTNESS_MIN:
        return "too_dark"
    if seen.brightness > BRIGHTNESS_MAX:
        return "too_bright"
    return "blurred" if seen.sharpness < SHARPNESS_MIN else None


_GREY: Final = np.array([0.114, 0.587, 0.299], dtype=np.float32)  # ITU-R BT.601, of BGR
