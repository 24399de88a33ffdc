"""YuNet: where the faces are, and their five points.

W. Wu, H. Peng, S. Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023). The graph is the one
of `models.lean_detector`, which gives what the network says of each cell and no more. It is decoded
here, with the results of InsightFace's SCRFD class: only what scored is computed, and the picture
gets a margin instead of being filled up to a square.

A face that was just seen is not looked for in a window around it, though that halves the time: the
network sees far, and a window moved the landmarks of the sample clip by 2 pixels in the median and
by 6 in places, which took the embedding's cosine to that of the whole picture down to 0.9.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from models.faces import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

INPUT_PX = 640
"""The longer side of what the network sees. Its size moves the landmarks, and with them the
embedding: one size for the desk and the till."""

STRIDES = (8, 16, 32)  # pixels; a padded side is a multiple of the coarsest
# Of the 16 channels of a level.
CLASS, OBJECT, CENTRE, SIZE, FIVE = 0, 1, slice(2, 4), slice(4, 6), slice(6, 16)
SCORE_MIN = 0.6
# A score is the square root of two probabilities' product: neither may be below its square.
LOGIT_MIN = math.log(SCORE_MIN**2 / (1 - SCORE_MIN**2)) - 1e-3
OVERLAP_MAX = 0.4  # intersection over union; above it two boxes are one face
ANSWERS_MAX = 16
# InsightFace fills the picture up to a square with black. What the network sees of that moves the
# landmarks of a face at the edge: without it the embedding's cosine to theirs fell to 0.96 on the
# sample clip, with a margin of 32 pixels it is above 0.9998, with 64 there is no difference.
MARGIN_PX = 32


class Detector:
    """The network and how to feed it; for one thread at a time.

    Args:
        session: the loaded graph.
        side_px: the longer side of what it sees.
    """

    def __init__(self, session: InferenceSession, side_px: int = INPUT_PX) -> None:
        self._session = session
        self._side_px = side_px
        self._input = session.get_inputs()[0].name

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find the faces in a picture.

        Args:
            image: uint8 (H, W, 3), BGR.

        Returns:
            The faces, largest first, at most 16.
        """
        height, width = image.shape[:2]
        if min(height, width) * self._side_px <= max(height, width):
            return []  # scaled to the network's input, nothing would be left of the thin side
        # rounded, and one scale for both axes, as InsightFace has it
        ratio = height / width
        if ratio > 1:
            wide, high = int(self._side_px / ratio), self._side_px
        else:
            wide, high = self._side_px, int(self._side_px * ratio)
        scale = high / height
        if (wide, high) != (width, height):
            image = np.asarray(cv2.resize(image, (wide, high)), dtype=np.uint8)
        return self._decoded(image, scale)

    def _decoded(self, picture: NDArray[np.uint8], scale: float) -> list[Face]:
        levels = self._session.run(None, {self._input: self._fed(picture)})
        pairs = zip(levels, STRIDES, strict=True)
        found = np.concatenate([_rows(level[0], stride) for level, stride in pairs])
        if not len(found):
            return []
        found[:, 1:] /= np.float32(scale)
        boxes = np.column_stack([found[:, 1:3], found[:, 3:5] - found[:, 1:3]])
        kept = cv2.dnn.NMSBoxes(
            boxes.astype(float).tolist(), found[:, 0].tolist(), SCORE_MIN, OVERLAP_MAX
        )
        faces = [
            Face(found[i, 1:5].copy(), float(found[i, 0]), found[i, 5:].reshape(5, 2).copy())
            for i in np.asarray(kept, dtype=int).ravel()
        ]
        return sorted(faces, key=lambda face: face.area_px, reverse=True)[:ANSWERS_MAX]

    def _fed(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The picture as float32 (1, 3, H, W), with its black margin."""
        height, width = picture.shape[:2]
        fed = np.empty((1, 3, self._padded(height), self._padded(width)), np.float32)
        fed[:, :, height:] = 0
        fed[:, :, :height, width:] = 0
        for channel, plane in enumerate(cv2.split(picture)):
            fed[0, channel, :height, :width] = plane
        return fed

    def _padded(self, side: int) -> int:
        """A side with its black margin: a multiple of the coarsest stride, within the square."""
        coarsest = STRIDES[-1]
        return min(-(-(side + MARGIN_PX) // coarsest) * coarsest, self._side_px)


def _sigmoid(logit: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.float32(1) / (np.float32(1) + np.exp(-logit))


def _rows(level: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """What scored on one pyramid level: (n, 15) of score, box and points, in pixels."""
    y, x = np.nonzero((level[CLASS] >= LOGIT_MIN) & (level[OBJECT] >= LOGIT_MIN))
    if not len(y):
        return np.empty((0, 15), np.float32)
    said = level[:, y, x]
    score = np.sqrt(_sigmoid(said[CLASS]) * _sigmoid(said[OBJECT]))
    scored = score >= SCORE_MIN
    said, cell = said[:, scored], np.stack([x, y])[:, scored].astype(np.float32)
    centre, half = cell + said[CENTRE], np.exp(said[SIZE]) / 2
    five = np.tile(cell, (5, 1)) + said[FIVE]
    rows = np.concatenate(
        [score[None, scored], *(part * stride for part in (centre - half, centre + half, five))]
    )
    return np.ascontiguousarray(rows.T, dtype=np.float32)
