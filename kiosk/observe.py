"""Turns a frame into the few numbers that the liveness session decides by."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kiosk.liveness import LivenessRules, Observation
from kiosk.liveness.planar import POINTS
from models.align import align
from models.plane import PATCH_PX
from models.pose import nod_of, turn_of

if TYPE_CHECKING:
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
SCENE_PX = (32, 18)
SKIN = slice(40, 96)  # of the levelled face, 112 by 112: cheeks and nose, no hair, no background


def _obstacle(faces: list[Face], image: NDArray[np.uint8]) -> str:
    if not faces:
        # a frame too dark to find a face in deserves its own word
        return "too_dark" if float(image.mean()) < BRIGHTNESS_MIN / 2 else "no_face"
    if len(faces) > 1 and faces[1].area_px >= PROMINENT_SHARE * faces[0].area_px:
        return "two_faces"
    return "nearer" if faces[0].eye_distance_px < EYE_DISTANCE_PX_MIN else ""


def _bad_light(grey: NDArray[np.uint8]) -> str:
    brightness = float(grey.mean())
    if brightness < BRIGHTNESS_MIN:
        return "too_dark"
    if brightness > BRIGHTNESS_MAX:
        return "too_bright"
    if float(cv2.Laplacian(grey, cv2.CV_64F).var()) < SHARPNESS_MIN:
        return "blurred"
    return ""


def _small(grey: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _skin(levelled: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean colour of the face's middle: logarithms of red over green and of blue over green."""
    blue, green, red = (max(value, 1.0) for value in cv2.mean(levelled[SKIN, 28:84])[:3])
    return float(np.log(red / green)), float(np.log(blue / green))


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
    levelled = align(image, face.points)
    grey = np.asarray(cv2.cvtColor(levelled, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if obstacle := _bad_light(grey):
        return Observation(frame.t_ms, fingerprint, obstacle)
    scene = _small(image, SCENE_PX)
    landmarks = vision.landmarks(image, face)
    turn = turn_of(landmarks.mesh)
    ahead = abs(turn) <= AHEAD_MAX
    # a lowered head is the same person's at a cosine of 0.4: it is no witness for or against
    level = LEVEL_MIN <= nod_of(landmarks.mesh) <= LEVEL_MAX
    embedding = vision.embed_aligned(levelled) if wants_embedding and ahead and level else None
    score = None
    if ahead and frame.index % PASSIVE_EVERY_FRAMES == 0:
        score = vision.passive(image, face)
    return Observation(
        t_ms=frame.t_ms,
        fingerprint=fingerprint,
        centre=face.centre,
        width_px=face.width_px,
        yaw=turn,
        level=level,
        eyes=sum(landmarks.eye_openness) / 2,
        mouth=landmarks.mouth_openness,
        points=np.asarray(landmarks.mesh[POINTS, :2], dtype=np.float32),
        patch=_small(grey, (PATCH_PX, PATCH_PX)),
        scene=np.asarray(cv2.cvtColor(scene, cv2.COLOR_BGR2GRAY), dtype=np.uint8),
        skin=_skin(levelled),
        passive=score,
        embedding=embedding,
    )
