"""All networks behind one face: what the desk and the till ask of the eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from models import pins, store
from models.errors import BadModelFileError
from models.faces import Face, Landmarks

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from models.iris import Iris
    from models.mesh import Mesh
    from models.passive import Passive


class DetectorPort(Protocol):
    """What finds faces: `models.detector`, or a pack's."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """The faces, largest first."""


class RecogniserPort(Protocol):
    """What tells faces apart: `models.recogniser`, or a pack's."""

    def features(self, aligned: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network says of one aligned face."""


class Vision:
    """The networks of one folder; for one thread at a time.

    Args:
        detector: finds faces.
        recogniser: makes embeddings.
        mesh: face landmarks.
        iris: eye contours.
        passive: anti-spoofing, where it is installed.
        model_ids: each role and the network that fills it, as an authorisation names them.
    """

    def __init__(
        self,
        detector: DetectorPort,
        recogniser: RecogniserPort,
        mesh: Mesh,
        iris: Iris,
        passive: Passive | None,
        model_ids: dict[str, str],
    ) -> None:
        self._detector = detector
        self._recogniser = recogniser
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

    def with_eyes(self, detector: DetectorPort, recogniser: RecogniserPort) -> Vision:
        """The same, but for what runs the detector and the recogniser, of the same weights."""
        return Vision(detector, recogniser, self._mesh, self._iris, self._passive, self.model_ids)

    def warm_up(self) -> None:
        """Run every network once, on nothing: what they allocate is then there for a person."""
        image = np.zeros((360, 640, 3), np.uint8)
        points = np.array([[290, 150], [350, 150], [320, 185], [295, 220], [345, 220]], np.float32)
        nobody = Face(np.array([260, 90, 380, 260], np.float32), 1.0, points)
        self.detect(image)
        self.landmarks(image, nobody)
        self.embed(image, nobody)
        self.passive(image, nobody)

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find the faces in a picture.

        Args:
            image: uint8 (H, W, 3), BGR.

        Returns:
            The faces, largest first, at most 16.
        """
        return self._detector.detect(image)

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

        return self.embed_aligned(align(image, face.points))

    def embed_aligned(self, aligned: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The same of a face that is already levelled.

        Args:
            aligned: uint8 (112, 112, 3), BGR, as `models.align.align` gives it.

        Returns:
            As `embed`.
        """
        embedding = self._recogniser.features(aligned)
        return np.asarray(embedding / max(float(np.linalg.norm(embedding)), 1e-12), np.float32)

    def passive(self, image: NDArray[np.uint8], face: Face) -> float | None:
        """How live the face looks, 0..1; none where no network is installed or it cannot say."""
        return None if self._passive is None else self._passive(image, face)


def _load_passive(folder: Path) -> Passive | None:
    if not store.has_passive(folder):
        from models.passive_addon import load

        return load(folder)
    from models.passive import MiniFASNet
    from models.sessions import open_session

    store.require(folder, pins.PASSIVE)
    pair = ((pins.PASSIVE_V2, 2.7), (pins.PASSIVE_V1SE, 4.0))
    sessions = tuple((open_session(folder / pin.name), scale) for pin, scale in pair)
    return MiniFASNet(sessions, _id("minifasnet", pins.PASSIVE_V2.sha256))


def _load_eyes(folder: Path, pack: str | None) -> tuple[DetectorPort, RecogniserPort]:
    if pack is not None:
        from models.packs import open_pack

        return open_pack(folder / "packs" / pack)
    from models.detector import Detector
    from models.recogniser import Recogniser
    from models.sessions import THREADS_MAX, open_session

    return (
        Detector(open_session(folder / pins.DETECTOR_LEAN.name, THREADS_MAX)),
        Recogniser(open_session(folder / pins.RECOGNISER_LEAN.name, THREADS_MAX)),
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
        "passive": passive.id if passive else "none",
    }
    detector, recogniser_port = _load_eyes(folder, pack)
    return Vision(
        detector,
        recogniser_port,
        Mesh(Network(folder / pins.MESH.name)),
        Iris(Network(folder / pins.IRIS.name)),
        passive,
        model_ids,
    )
