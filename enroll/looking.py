"""Measures a frame for the guide: one face, its quality, its pose, how live it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from enroll import desk
from enroll.guide import AHEAD_MAX, Look
from enroll.quality import grade_faces, grade_landmarks, measure
from models.pose import nod_of, turn_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.faces import Face
    from models.frames import Frame

PRESENCE_MIN = 0.5  # of the mesh network: below, something covers the face
PASSIVE_EVERY_FRAMES = 4


class Eyes(desk.Eyes, Protocol):
    """What the guide needs of `models.vision.Vision`: what the desk does, and passive scores."""

    def passive(self, image: NDArray[np.uint8], face: Face) -> float | None:
        """How live it looks, 0..1; none where the networks are not installed."""


def look_at(eyes: Eyes, frame: Frame, *, asks_ahead: bool) -> Look:
    """Measure one frame; only what the guide will use is computed.

    Args:
        eyes: the networks.
        frame: the frame; its `centre_x` says where a face is expected.
        asks_ahead: whether a frame that looks ahead is to be embedded.
    """
    image = frame.image
    faces = eyes.detect(image)
    problem = grade_faces(image, faces)
    # the pose is the guide's to judge: five points take a tilted head for a turned one
    if problem not in {None, "look_ahead"}:
        return Look(frame.t_ms, problem or "")
    face = faces[0]
    landmarks = eyes.landmarks(image, face)
    if landmarks.presence < PRESENCE_MIN:
        return Look(frame.t_ms, "unclear")
    height, width = image.shape[:2]
    turn = turn_of(landmarks.mesh)
    ahead = abs(turn) <= AHEAD_MAX
    eyes_open = grade_landmarks(landmarks) is None
    wanted = asks_ahead and ahead and eyes_open and problem is None
    centre_x, centre_y = face.centre
    passive = None
    if ahead and frame.index % PASSIVE_EVERY_FRAMES == 0:
        passive = eyes.passive(image, face)
    return Look(
        t_ms=frame.t_ms,
        turn=turn,
        nod=nod_of(landmarks.mesh),
        eyes_open=eyes_open,
        centre=(centre_x / width - frame.centre_x, centre_y / height - 0.5),
        width=face.width_px / height,
        measures=measure(image, face) if wanted else None,
        embedding=eyes.embed(image, face) if wanted else None,
        passive=passive,
    )
