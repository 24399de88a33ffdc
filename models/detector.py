"""YuNet: where the faces are, and their five points.

W. Wu, H. Peng, S. Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023). The graph is the one
of `models.graph.build_detector`, decoded here instead of by InsightFace's SCRFD class, with equal
results: only what scored is computed, and the picture gets a margin instead of being filled up to a
square.

A face that was just seen is not looked for in a window around it, though that halves the time: the
network sees far, and a window moved the landmarks of the sample clip by 2 pixels in the median and
by 6 in places, which took the embedding's cosine to that of the whole picture down to 0.9.
"""

from __future__ import annotations

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
SCORE_MIN = 0.6
OVERLAP_MAX = 0.4  # intersection over union; above it two boxes are one face
ANSWERS_MAX = 16
MEAN, STD = 127.5, 128.0
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
        self._corners: dict[tuple[int, int], NDArray[np.float32]] = {}

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
        height, width = (self._padded(side) for side in picture.shape[:2])
        if (height, width) != picture.shape[:2]:
            below, beside = height - picture.shape[0], width - picture.shape[1]
            padded = cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_CONSTANT)
            picture = np.asarray(padded, dtype=np.uint8)
        blob = cv2.dnn.blobFromImage(picture, 1 / STD, mean=(MEAN, MEAN, MEAN), swapRB=True)
        outputs = self._session.run(None, {self._input: blob})
        rows = [
            self._rows(outputs[level :: len(STRIDES)], stride, height // stride, width // stride)
            for level, stride in enumerate(STRIDES)
        ]
        found = np.concatenate(rows)
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

    def _padded(self, side: int) -> int:
        """A side with its black margin: a multiple of the coarsest stride, within the square."""
        coarsest = STRIDES[-1]
        return min(-(-(side + MARGIN_PX) // coarsest) * coarsest, self._side_px)

    def _rows(
        self, level: list[NDArray[np.float32]], stride: int, rows: int, columns: int
    ) -> NDArray[np.float32]:
        """What scored on one pyramid level: (n, 15) of score, box and points, in pixels."""
        scores, distances, points = level
        # the graph gives each anchor twice, as SCRFD has it
        scored = np.flatnonzero(scores[::2, 0] >= SCORE_MIN)
        if not len(scored):
            return np.empty((0, 15), np.float32)
        key = (rows, columns)
        if key not in self._corners:
            y, x = np.mgrid[:rows, :columns].reshape(2, -1)
            self._corners[key] = np.column_stack([x, y]).astype(np.float32)
        anchor = self._corners[key][scored] * stride
        distance, five = distances[::2][scored] * stride, points[::2][scored] * stride
        return np.concatenate(
            [
                scores[::2][scored],
                anchor - distance[:, :2],
                anchor + distance[:, 2:],
                np.tile(anchor, 5) + five,
            ],
            axis=1,
        )
