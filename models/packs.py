"""InsightFace's own packs, for users whose use their licence allows, run by InsightFace itself."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from models.detector import ANSWERS_MAX, INPUT_PX, SCORE_MIN
from models.errors import BadModelFileError, Error
from models.faces import Face
from models.sessions import session_options

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class PackDetector:
    """A pack's detector.

    Args:
        network: InsightFace's SCRFD, prepared.
    """

    def __init__(self, network: Any) -> None:  # noqa: ANN401 - InsightFace publishes no types
        self._network = network

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """As `models.detector.Detector.detect`."""
        height, width = image.shape[:2]
        if min(height, width) * INPUT_PX <= max(height, width):
            return []
        boxes, points = self._network.detect(image, max_num=ANSWERS_MAX, metric="max")
        faces = [
            Face(box[:4].astype(np.float32), float(box[4]), five.astype(np.float32))
            for box, five in zip(boxes, points, strict=True)
        ]
        return sorted(faces, key=lambda face: face.area_px, reverse=True)


class PackRecogniser:
    """A pack's recogniser.

    Args:
        network: InsightFace's ArcFaceONNX, prepared.
    """

    def __init__(self, network: Any) -> None:  # noqa: ANN401 - the same
        self._network = network

    def features(self, aligned: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As `models.recogniser.Recogniser.features`, with 512 dimensions."""
        return np.asarray(self._network.get_feat(aligned), dtype=np.float32).ravel()


def open_pack(place: Path) -> tuple[PackDetector, PackRecogniser]:
    """Load a pack that was checked before.

    Args:
        place: its folder.

    Raises:
        BadModelFileError: InsightFace cannot load it.
    """
    try:
        from insightface.app import FaceAnalysis

        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it loads
            analysis = FaceAnalysis(
                name=str(place.resolve()),  # absolute: a bare name may mean a folder nearby
                allowed_modules=["detection", "recognition"],
                providers=["CPUExecutionProvider"],
                sess_options=session_options(),
            )
            analysis.prepare(ctx_id=-1, det_thresh=SCORE_MIN, det_size=(INPUT_PX, INPUT_PX))
        return (
            PackDetector(analysis.models["detection"]),
            PackRecogniser(analysis.models["recognition"]),
        )
    except Error:
        raise
    except Exception as error:  # onnxruntime and InsightFace raise kinds of their own
        raise BadModelFileError(place.name, "cannot be loaded") from error
