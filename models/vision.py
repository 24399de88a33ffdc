"""All networks behind one face: what the desk and the till ask of the eyes."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from models import pins, store
from models.errors import BadModelFileError, Error
from models.faces import Face, Landmarks

if TYPE_CHECKING:
    from pathlib import Path

    from insightface.app import FaceAnalysis
    from numpy.typing import NDArray

    from models.iris import Iris
    from models.mesh import Mesh
    from models.passive import Passive

# The size of the detector's picture moves the landmarks, and with them the embedding: one size
# for the desk and the till.
DETECTOR_INPUT_PX = 640
DETECTOR_SCORE_MIN = 0.6
DETECTOR_ANSWERS_MAX = 16


class Vision:
    """The networks of one folder; for one thread at a time.

    Args:
        analysis: InsightFace's detector and recogniser, prepared.
        mesh: face landmarks.
        iris: eye contours.
        passive: anti-spoofing, where it is installed.
        model_ids: each role and the network that fills it, as an authorisation names them.
    """

    def __init__(
        self,
        analysis: FaceAnalysis,
        mesh: Mesh,
        iris: Iris,
        passive: Passive | None,
        model_ids: dict[str, str],
    ) -> None:
        self._detector: Any = analysis.models["detection"]
        self._recogniser: Any = analysis.models["recognition"]
        self._mesh = mesh
        self._iris = iris
        self._passive = passive
        self.model_ids = model_ids

    @property
    def recogniser_id(self) -> str:
        """The network that makes templates: name, and the start of its file's SHA-256."""
        return self.model_ids["recogniser"]

    @property
    def has_passive(self) -> bool:
        """Whether passive anti-spoofing is installed."""
        return self._passive is not None

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find the faces in a picture.

        Args:
            image: uint8 (H, W, 3), BGR.

        Returns:
            The faces, largest first, at most 16.
        """
        height, width = image.shape[:2]
        if min(height, width) * DETECTOR_INPUT_PX <= max(height, width):
            return []  # scaled to the detector's input, nothing would be left of the thin side
        boxes, points = self._detector.detect(image, max_num=DETECTOR_ANSWERS_MAX, metric="max")
        faces = [
            Face(box[:4].astype(np.float32), float(box[4]), five.astype(np.float32))
            for box, five in zip(boxes, points, strict=True)
        ]
        return sorted(faces, key=lambda face: face.area_px, reverse=True)

    def landmarks(self, image: NDArray[np.uint8], face: Face) -> Landmarks:
        """Dense landmarks, and how open eyes and mouth are."""
        from models.mesh import mouth_openness

        mesh, presence = self._mesh(image, face)
        eyes = self._iris.eye_openness(image, mesh, face.roll_radians)
        return Landmarks(mesh, presence, eyes, mouth_openness(mesh))

    def embed(self, image: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """The face's embedding, float32, of length 1: (128,) for SFace, (512,) for ArcFace packs.

        Two embeddings compare by their cosine, which is their inner product.
        """
        from models.align import align

        aligned = align(image, face.points)
        embedding = np.asarray(self._recogniser.get_feat(aligned), dtype=np.float32).ravel()
        return np.asarray(embedding / max(float(np.linalg.norm(embedding)), 1e-12), np.float32)

    def passive(self, image: NDArray[np.uint8], face: Face) -> float | None:
        """How live the face looks to MiniFASNet, 0..1; none where it is not installed."""
        return None if self._passive is None else self._passive(image, face)


def _session_options() -> Any:  # noqa: ANN401 - onnxruntime publishes no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # spinning threads burn the core that the window needs: measured, 48 ms a frame against 97
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _analysis(folder: Path, pack: str | None) -> FaceAnalysis:
    from insightface.app import FaceAnalysis

    place = folder / "packs" / pack if pack else folder
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it loads
            analysis = FaceAnalysis(
                name=str(place.resolve()),  # absolute: a bare name may mean a folder nearby
                allowed_modules=["detection", "recognition"],
                providers=["CPUExecutionProvider"],
                sess_options=_session_options(),
            )
            side = (DETECTOR_INPUT_PX, DETECTOR_INPUT_PX)
            analysis.prepare(ctx_id=-1, det_thresh=DETECTOR_SCORE_MIN, det_size=side)
    except Error:
        raise
    except Exception as error:  # onnxruntime and InsightFace raise kinds of their own
        raise BadModelFileError(pack or pins.DETECTOR.name, "cannot be loaded") from error
    return analysis


def _load_passive(folder: Path) -> Passive | None:
    if not store.has_passive(folder):
        return None
    import onnxruntime

    from models.passive import Passive

    store.require(folder, pins.PASSIVE)
    pair = ((pins.PASSIVE_V2, 2.7), (pins.PASSIVE_V1SE, 4.0))
    return Passive(
        tuple(
            (
                onnxruntime.InferenceSession(
                    str(folder / pin.name),
                    sess_options=_session_options(),
                    providers=["CPUExecutionProvider"],
                ),
                scale,
            )
            for pin, scale in pair
        )
    )


def _id(name: str, sha256: str) -> str:
    return f"{name}-{sha256[:16]}"


def _recogniser_id(folder: Path) -> tuple[str | None, str]:
    pack = store.read_pack(folder)
    if pack is None:
        for name, fault in store.description_faults(folder):
            raise BadModelFileError(name, fault)
        return None, _id("sface-2021dec", pins.RECOGNISER.sha256)
    for name, fault in store.pack_faults(folder):
        raise BadModelFileError(name, fault)
    import hashlib

    sums = "".join(f"{name}={sha256}\n" for name, sha256 in sorted(pack.items()))
    return pack["name"], _id(pack["name"], hashlib.sha256(sums.encode()).hexdigest())


def open_vision(folder: Path) -> Vision:
    """Check every file of a model folder, and only then load its networks.

    Args:
        folder: what `models.fetch.fetch` filled.

    Raises:
        BadModelFileError: a file is missing, cut short, altered or foreign; named.
    """
    from models.iris import Iris
    from models.litert import Network
    from models.mesh import Mesh

    store.require(folder, pins.CORE)
    pack, recogniser = _recogniser_id(folder)
    passive = _load_passive(folder)
    model_ids = {
        "detector": pack or _id("yunet-2023mar", pins.DETECTOR.sha256),
        "recogniser": recogniser,
        "mesh": _id("mediapipe-mesh", pins.MESH.sha256),
        "iris": _id("mediapipe-iris", pins.IRIS.sha256),
        "passive": _id("minifasnet", pins.PASSIVE_V2.sha256) if passive else "none",
    }
    return Vision(
        _analysis(folder, pack),
        Mesh(Network(folder / pins.MESH.name)),
        Iris(Network(folder / pins.IRIS.name)),
        passive,
        model_ids,
    )
