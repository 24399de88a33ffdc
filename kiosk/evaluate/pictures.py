"""Every picture decoded and embedded once; embeddings stay in memory and end with the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from models.acquire import acquire
from models.errors import SourceError
from models.frames import PictureSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.vision import Vision

FAILURES = {
    "missing": "there is no such file",
    "unreadable": "cannot be decoded",
    "no_face": "no face was found",
    "two_faces": "more than one face",
}
"""Why a picture was not acquired; the first two are bad input, the others the system's failures."""
BAD_INPUT = ("missing", "unreadable")


@dataclass(frozen=True, slots=True, eq=False)
class Acquisition:
    """What became of each picture.

    Attributes:
        embeddings: float32 (n, d), of length 1; zeros where a picture was not acquired.
        failures: picture's place -> key of FAILURES.
        how: pictures taken as they are, padded, or padded and turned, by that name.
    """

    embeddings: NDArray[np.float32] = field(repr=False)
    failures: dict[int, str]
    how: dict[str, int]

    @property
    def acquired(self) -> NDArray[np.bool_]:
        """Which pictures have an embedding, bool (n,)."""
        mask = np.ones(len(self.embeddings), dtype=np.bool_)
        mask[list(self.failures)] = False
        return mask


def acquire_all(
    vision: Vision, files: Sequence[Path], step: Callable[[], object] = lambda: None
) -> Acquisition:
    """Decode, find the face, embed; a picture that fails is noted, and the run goes on.

    Args:
        vision: the networks.
        files: the pictures.
        step: called after each.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    embeddings: dict[int, NDArray[np.float32]] = {}
    failures: dict[int, str] = {}
    how: Counter[str] = Counter()
    for place, file in enumerate(files):
        looked = _embed(vision, file)
        if isinstance(looked, str):
            failures[place] = looked
        else:
            embeddings[place], way = looked
            how[way] += 1
        step()
    width = next(iter(embeddings.values())).size if embeddings else 0
    rows = np.zeros((len(files), width), dtype=np.float32)
    for place, embedding in embeddings.items():
        rows[place] = embedding
    return Acquisition(rows, failures, dict(how))


def _embed(vision: Vision, file: Path) -> tuple[NDArray[np.float32], str] | str:
    """The embedding and how it was had, or a key of FAILURES."""
    if not file.is_file():
        return "missing"
    try:
        frame = PictureSource([file], file.name).read()
    except SourceError:
        frame = None
    if frame is None:
        return "unreadable"
    found = acquire(vision, frame.image)
    if not found.faces:
        return "no_face"
    if found.prominent > 1:
        return "two_faces"
    return vision.embed(found.image, found.faces[0]), found.how
