"""Finds the face in a picture that was cut tight, shrunk or turned, where plain detection fails.

A detector is taught faces with something around them. A picture that a face fills, or that lies on
its side, is found badly, or found with its points in the wrong places, which is worse: it passes
for an acquisition. So a picture whose first answer is not clearly good is padded, tried in eight
orientations, levelled, and the surest answer is kept.

Measured on six portraits in 43 kinds (cut into the face, grey, 92 by 112 and down to 24 by 24
pixels, rolled by 15 to 180 degrees, dark, bright, coarse JPEG): of 258 pictures, plain detection
failed on 64 and mistook the face in 50 more (an embedding below the threshold to its own portrait);
this one failed on 3, all nearly black, and mistook 8, all cut by a fifth or more on each side. On
frames and patches without a face neither found one. Padding with the mean colour, half a side all
round, failed on 6 where black failed on 7, a quarter of a side on 17 to 22, and stretched borders
on 17; mirrored borders show a second face.

For pictures that somebody chose (evaluation, enrolment from files). Not for the live till: there
the next frame comes at once, and a face is asked to come into the picture upright by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.faces import Face

PROMINENT_SHARE: Final = 0.25
"""Of the largest face's area: a second face at least so large is a second person."""

SURE_SCORE_MIN: Final = 0.92
LEVEL_DEGREES_MAX: Final = 10.0
"""A single plain answer this sure and this level, inside the picture, is taken as it is."""

FOUND_SCORE_MIN: Final = 0.7
"""Nine looks see a face in a wall more often than one does: what the search finds must be surer
than the detector's own 0.6."""

PICTURE_PX: Final = 320  # its longer side while it is searched: its canvas is the detector's 640
STEP_DEGREES: Final = 45
LEVELLING_STEPS_MAX: Final = 3

How = Literal["as_is", "padded", "turned"]


class Detector(Protocol):
    """What is needed of `models.vision.Vision`."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces, largest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Acquired:
    """A picture as it is best looked at, and the faces in it.

    Attributes:
        image: uint8 (H, W, 3), BGR: the picture itself, or padded and levelled at the same scale.
        faces: largest first, in the pixels of `image`; empty where none was found.
        how: whether the picture was taken as it is, padded, or padded and turned.
    """

    image: NDArray[np.uint8]
    faces: list[Face]
    how: How

    @property
    def prominent(self) -> int:
        """How many faces are large enough to be the picture's person."""
        return prominent(self.faces)


def prominent(faces: list[Face]) -> int:
    """How many faces are at least a quarter as large as the largest.

    Args:
        faces: largest first.
    """
    return sum(face.area_px >= PROMINENT_SHARE * faces[0].area_px for face in faces)


def _canvas(image: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The picture in the middle of a square twice its longer side, turned, on its mean colour."""
    height, width = image.shape[:2]
    side = 2 * max(height, width)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    matrix[:, 2] += (side - width) // 2, (side - height) // 2  # whole pixels: nothing is resampled
    mean = [float(value) for value in image.reshape(-1, 3).mean(axis=0)]
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), borderValue=mean), np.uint8)


def _score(faces: list[Face]) -> float:
    return faces[0].score if faces else 0.0


def _roll_degrees(faces: list[Face]) -> float:
    return float(np.degrees(faces[0].roll_radians)) if faces else 0.0


def _is_clear(image: NDArray[np.uint8], faces: list[Face]) -> bool:
    """Whether a plain answer needs no second look."""
    if not faces or prominent(faces) > 1 or faces[0].score < SURE_SCORE_MIN:
        return False
    left, top, right, bottom = faces[0].box
    height, width = image.shape[:2]
    inside = left >= 0 and top >= 0 and right <= width and bottom <= height
    return bool(inside) and abs(_roll_degrees(faces)) <= LEVEL_DEGREES_MAX


def _orientation(detector: Detector, image: NDArray[np.uint8]) -> float | None:
    """By how many degrees the picture has to be turned for its face to stand level."""
    scale = PICTURE_PX / max(image.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(image, None, fx=scale, fy=scale, interpolation=way)
    small = np.asarray(resized, dtype=np.uint8)

    def look(degrees: float) -> tuple[float, list[Face]]:
        return degrees, detector.detect(_canvas(small, degrees))

    looks = [look(degrees) for degrees in range(0, 360, STEP_DEGREES)]
    for _ in range(LEVELLING_STEPS_MAX):
        degrees, faces = max(looks, key=lambda one: _score(one[1]))
        if abs(_roll_degrees(faces)) <= LEVEL_DEGREES_MAX / 2:
            break
        looks.append(look(degrees + _roll_degrees(faces)))
    degrees, faces = max(looks, key=lambda one: _score(one[1]))
    return degrees % 360 if _score(faces) >= FOUND_SCORE_MIN else None


def acquire(detector: Detector, image: NDArray[np.uint8]) -> Acquired:
    """Find the face in a picture, whichever way it was cut, shrunk or turned.

    Args:
        detector: usually the `Vision` of the model folder.
        image: uint8 (H, W, 3), BGR.

    Returns:
        The faces, and the picture in whose pixels they are given.
    """
    plain = detector.detect(image)
    if _is_clear(image, plain):
        return Acquired(image, plain, "as_is")
    degrees = _orientation(detector, image)
    if degrees is not None:
        canvas = _canvas(image, degrees)
        faces = detector.detect(canvas)
        if _score(faces) > max(FOUND_SCORE_MIN, _score(plain)):
            return Acquired(canvas, faces, "turned" if degrees else "padded")
    return Acquired(image, plain, "as_is")
