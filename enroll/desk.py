"""The desk's one errand with a camera: from frames to a template, keeping no frame.

The ports are what `models` offers, so that tests can hand in fakes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from enroll.enrolment import Enrolment
from enroll.quality import grade_faces, grade_landmarks, measure
from models.acquire import acquire

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from enroll.enrolment import Wanted
    from enroll.shopper import Template
    from models.faces import Face, Landmarks


class Eyes(Protocol):
    """What the desk needs of `models.vision.Vision`."""

    @property
    def recogniser_id(self) -> str:
        """Name and hash of the recogniser."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces, largest first."""

    def landmarks(self, image: NDArray[np.uint8], face: Face) -> Landmarks:
        """Dense landmarks of a face."""

    def embed(self, image: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """Embedding of a face."""


class Picture(Protocol):
    """What the desk needs of `models.frames.Frame`."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """(h, w, 3) BGR."""

    @property
    def t_ms(self) -> int:
        """Time in ms."""


class Camera(Protocol):
    """What the desk needs of `models.frames.Source`."""

    def read(self) -> Picture | None:
        """The next frame, or None at the end."""


def capture(
    camera: Camera,
    eyes: Eyes,
    wanted: Wanted,
    progress: Callable[[Enrolment], None] = lambda _: None,
) -> tuple[Template, int]:
    """Read frames until the template is complete; gives it and the number of good frames.

    Raises:
        TwoPeopleError, NotEnoughFramesError, PoorTemplateError: As named.
    """
    enrolment = Enrolment(wanted, eyes.recogniser_id)
    while not enrolment.over:
        frame = camera.read()
        if frame is None:
            break
        if enrolment.wants(frame.t_ms):
            _look(enrolment, eyes, frame)
            progress(enrolment)
    return enrolment.template(), enrolment.good


def _look(enrolment: Enrolment, eyes: Eyes, frame: Picture) -> None:
    if enrolment.wanted.chosen:
        found = acquire(eyes, frame.image)
        image, faces = found.image, found.faces
    else:
        image, faces = frame.image, eyes.detect(frame.image)
    reason = grade_faces(image, faces)
    if reason is None:
        reason = grade_landmarks(eyes.landmarks(image, faces[0]))
    if reason is None:
        seen = measure(image, faces[0])
        enrolment.accept(eyes.embed(image, faces[0]), frame.t_ms, seen)
    else:
        enrolment.reject(reason)
