"""Turns a frame into the few numbers that the liveness session decides by."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import cv2

from kiosk.liveness import LivenessRules, Observation
from models.align import align
from models.pose import nod_of, turn_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.faces import Face
    from models.frames import Frame
    from models.vision import Vision

EYE_DISTANCE_PX_MIN = 30.0
PROMINENT_SHARE = 0.25  # of the largest face's area: a second one so large stands before the till
BRIGHTNESS_MIN, BRIGHTNESS_MAX = 35.0, 235.0  # mean grey of the face, 0..255
SHARPNESS_MIN = 12.0  # variance of the Laplacian over the aligned face
PASSIVE_EVERY_FRAMES = 4
LEVEL_MIN, LEVEL_MAX = 0.11, 0.33  # of `nod_of`
AHEAD_MAX = LivenessRules().ahead_max


def _obstacle(faces: list[Face], image: NDArray[np.uint8]) -> str:
    if not faces:
        # a frame too dark to find a face in deserves its own word
        return "too_dark" if float(image.mean()) < BRIGHTNESS_MIN / 2 else "no_face"
    if len(faces) > 1 and faces[1].area_px >= PROMINENT_SHARE * faces[0].area_px:
        return "two_faces"
    if faces[0].eye_distance_px < EYE_DISTANCE_PX_MIN:
        return "nearer"
    return _bad_light(image, faces[0])


def _bad_light(image: NDArray[np.uint8], face: Face) -> str:
    grey = cv2.cvtColor(align(image, face.points), cv2.COLOR_BGR2GRAY)
    brightness = float(grey.mean())
    if brightness < BRIGHTNESS_MIN:
        return "too_dark"
    if brightness > BRIGHTNESS_MAX:
        return "too_bright"
    if float(cv2.Laplacian(grey, cv2.CV_64F).var()) < SHARPNESS_MIN:
        return "blurred"
    return ""


def observe(vision: Vision, frame: Frame, *, wants_embedding: bool) -> Observation:
    """Measure one frame; only what will be used is computed.

    Args:
        vision: the networks.
        frame: the frame.
        wants_embedding: whether a frontal face should be embedded too.
    """
    image = frame.image
    fingerprint = zlib.crc32(image[::2, ::2].tobytes())
    faces = vision.detect(image)
    obstacle = _obstacle(faces, image)
    if obstacle:
        return Observation(frame.t_ms, fingerprint, obstacle)
    face = faces[0]
    landmarks = vision.landmarks(image, face)
    turn = turn_of(landmarks.mesh)
    ahead = abs(turn) <= AHEAD_MAX
    # a lowered head is the same person's at a cosine of 0.4: it is no witness for or against
    level = LEVEL_MIN <= nod_of(landmarks.mesh) <= LEVEL_MAX
    embedding = vision.embed(image, face) if wants_embedding and ahead and level else None
    score = None
    if ahead and frame.index % PASSIVE_EVERY_FRAMES == 0:
        score = vision.passive(image, face)
    return Observation(
        t_ms=frame.t_ms,
        fingerprint=fingerprint,
        centre=face.centre,
        width_px=face.width_px,
        yaw=turn,
        eyes=sum(landmarks.eye_openness) / 2,
        mouth=landmarks.mouth_openness,
        passive=score,
        embedding=embedding,
    )
