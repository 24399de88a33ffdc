"""The peers of `bench vision`: InsightFace's own analysis, and OpenCV's YuNet and SFace."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from models import graph, pins
from models.detector import INPUT_PX, OVERLAP_MAX, SCORE_MIN, STRIDES
from models.faces import Face
from models.packs import PackDetector, PackRecogniser

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.vision import DetectorPort, RecogniserPort

    Image = NDArray[np.uint8]

# Of each pyramid level, as OpenCV's decoder wants them, and how wide each is.
PARTS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


class InsightFacePeer:
    """`FaceAnalysis.get` on the same folder.

    Args:
        folder: the model folder.
        side_px: one size for the detector, or none for InsightFace's default of two.
        options: of the onnxruntime sessions; none for the defaults.
    """

    def __init__(self, folder: Path, side_px: int | None = None, options: object = None) -> None:
        from insightface.app import FaceAnalysis

        extra = {} if options is None else {"sess_options": options}
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it loads
            self._analysis: Any = FaceAnalysis(
                name=str(folder.resolve()), providers=["CPUExecutionProvider"], **extra
            )
            size = {} if side_px is None else {"det_size": (side_px, side_px)}
            self._analysis.prepare(ctx_id=-1, **size)

    def eyes(self) -> tuple[DetectorPort, RecogniserPort]:
        """Its networks, to be put into a till."""
        models = self._analysis.models
        return PackDetector(models["detection"]), PackRecogniser(models["recognition"])

    def faces(self, image: Image) -> object:
        """Boxes and points alone."""
        return self._analysis.det_model.detect(image)

    def embedding(self, image: Image) -> NDArray[np.float32] | None:
        """Of the largest face; all are embedded, as `get` does it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of its alignment, by scikit-image
            found = self._analysis.get(image)
        if not found:
            return None
        largest = max(found, key=lambda f: (f.bbox[2] - f.bbox[0]) * (f.bbox[3] - f.bbox[1]))
        return np.asarray(largest.normed_embedding, np.float32)


class OpenCvPeer:
    """`FaceDetectorYN` and `FaceRecognizerSF`, OpenCV's own defaults.

    Args:
        folder: the model folder.
        size: width and height of the pictures to come.
    """

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        with tempfile.TemporaryDirectory(prefix="facetill-bench-") as scratch:
            file = Path(scratch) / "yunet.onnx"  # in the form that OpenCV loads
            file.write_bytes(opencv_detector((folder / pins.DETECTOR.name).read_bytes()))
            self._detector = cv2.FaceDetectorYN.create(str(file), "", size, SCORE_MIN, OVERLAP_MAX)
        self._recogniser = cv2.FaceRecognizerSF.create(str(folder / pins.RECOGNISER.name), "")

    def eyes(self) -> tuple[DetectorPort, RecogniserPort]:
        """Its networks, to be put into a till."""
        return self, self

    def detect(self, image: Image) -> list[Face]:
        """As `models.detector.Detector.detect`, of a picture of any size."""
        self._detector.setInputSize((image.shape[1], image.shape[0]))
        rows = self.faces(image)
        if rows is None:
            return []
        corners = np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:4]])
        faces = [
            Face(box, float(row[14]), row[4:14].reshape(5, 2))
            for box, row in zip(corners, rows, strict=True)
        ]
        return sorted(faces, key=lambda face: face.area_px, reverse=True)

    def features(self, aligned: Image) -> NDArray[np.float32]:
        """As `models.recogniser.Recogniser.features`."""
        return np.asarray(self._recogniser.feature(aligned), np.float32).ravel()

    def faces(self, image: Image) -> NDArray[np.float32] | None:
        """Rows of box, points and score; none where there is no face."""
        found: Any = self._detector.detect(image)[1]  # none, where OpenCV's types say an array
        return None if found is None else np.asarray(found, np.float32)

    def embedding(self, image: Image) -> NDArray[np.float32] | None:
        """Of the largest face."""
        rows = self.faces(image)
        if rows is None:
            return None
        row = rows[np.argmax(rows[:, 2] * rows[:, 3])]
        feature = self._recogniser.feature(self._recogniser.alignCrop(image, row)).ravel()
        return np.asarray(feature / np.linalg.norm(feature), np.float32)


def opencv_detector(data: bytes) -> bytes:
    """Undo what `models.graph.build_detector` did for InsightFace: the same YuNet for OpenCV.

    Args:
        data: the detector as it stands in the model folder.

    Returns:
        An ONNX file with input (1, 3, H, W) BGR 0..255 and YuNet's own twelve outputs.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = graph.load_graph(data, "YuNet")
    first = model.graph.node[0]  # adds back what InsightFace subtracts
    outputs = {f"{part}_{s}": width for part, width in PARTS.items() for s in STRIDES}
    made = {name: node for node in model.graph.node for name in node.output}
    needed: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name in made and name not in needed:
            needed.add(name)
            waiting += made[name].input
    nodes = [n for n in model.graph.node if n is not first and set(n.output) & needed]
    convolution = next(n for n in nodes if n.op_type == "Conv")
    convolution.input[0] = model.graph.input[0].name
    used = {name for node in nodes for name in node.input}
    constants = []
    for tensor in model.graph.initializer:
        if tensor.name == convolution.input[1]:
            weight = numpy_helper.to_array(tensor)[:, ::-1] / np.float32(graph.SCRFD_STD)
            constants.append(numpy_helper.from_array(np.ascontiguousarray(weight), tensor.name))
        elif tensor.name in used:
            constants.append(tensor)
    picture = helper.make_tensor_value_info(
        model.graph.input[0].name, TensorProto.FLOAT, [1, 3, INPUT_PX, INPUT_PX]
    )
    described = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, width])
        for name, width in outputs.items()
    ]
    built = helper.make_graph(nodes, "yunet", [picture], described, constants)
    made_model = helper.make_model(built, opset_imports=list(model.opset_import))
    made_model.ir_version = model.ir_version
    onnx.checker.check_model(made_model)
    return bytes(made_model.SerializeToString())
