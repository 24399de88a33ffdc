"""InsightFace's own liveness add-on as the passive network: another choice behind the same port.

Its weights are for non-commercial research and come with no package: whoever may use them puts
`liveness.onnx`, as InsightFace publishes it, into the model folder. It is used only where
MiniFASNet is not installed. It never ran here with the published weights, which this project cannot
fetch: tested are loading, checks and scale, on a graph of the same inputs and outputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models import store
from models.errors import BadModelFileError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from models.faces import Face

FILE = "liveness.onnx"
# Its own threshold, and the one that scores here are held against (`LivenessRules`).
THEIR_MIN, OUR_MIN = 0.8, 0.4


def published_sha256() -> str:
    """SHA-256 of the weights, as the installed InsightFace knows them."""
    from insightface.addons.catalog import ADDON_CATALOG

    return str(ADDON_CATALOG["liveness"].sha256)


def to_our_scale(score: float) -> float:
    """Their probability on the scale of MiniFASNet's, so that one threshold fits both."""
    if score <= THEIR_MIN:
        return score * OUR_MIN / THEIR_MIN
    return OUR_MIN + (score - THEIR_MIN) * (1 - OUR_MIN) / (1 - THEIR_MIN)


class AddonPassive:
    """The add-on's network.

    Args:
        network: InsightFace's `Liveness`, or what predicts as it does.
        sha256: of its weights.
    """

    def __init__(self, network: Any, sha256: str) -> None:  # noqa: ANN401 - published without types
        self._network = network
        self.id = f"insightface-liveness-{sha256[:16]}"

    def __call__(self, image: NDArray[np.uint8], face: Face) -> float | None:
        """How live the face looks, 0..1; none where too little of the picture is around it."""
        found = self._network.predict(image, face.points)
        score = found["live_score"]
        return None if score is None else to_our_scale(float(score))


def load(folder: Path) -> AddonPassive | None:
    """The add-on of a model folder; none where it is not there.

    Args:
        folder: the model folder.

    Raises:
        BadModelFileError: it is not what InsightFace published, or cannot be loaded.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    sha256 = store.sha256_of(path)
    if sha256 != published_sha256():
        raise BadModelFileError(FILE, "is not what was published: it is cut short or another file")
    from insightface.addons.liveness import Liveness

    from models.sessions import open_session

    try:
        network = Liveness(path, session=open_session(path))
    except Exception as error:  # onnxruntime and InsightFace raise kinds of their own
        raise BadModelFileError(FILE, "cannot be loaded") from error
    return AddonPassive(network, sha256)
