"""A head's turn, measured on the sample's own face and on pictures of it moved as a plane."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.liveness import LivenessRules
from kiosk.observe import observe
from models import sample
from models.frames import VideoSource
from models.pose import turn_of

AHEAD_MAX, TURNED_MIN = LivenessRules().ahead_max, LivenessRules().turned_min


@pytest.fixture(scope="module")
def turn(vision):
    def measure(image):
        face = vision.detect(image)[0]
        return turn_of(vision.landmarks(image, face).mesh)

    return measure


@pytest.fixture(scope="module")
def frame(models_dir):
    def read(number):
        video = VideoSource(sample.sample_clip(models_dir), number, number)
        try:
            return video.read().image
        finally:
            video.close()

    return read


def test_the_sample_rests_ahead_and_turns_both_ways(turn, frame):
    assert abs(turn(frame(sample.REST[0]))) <= AHEAD_MAX
    assert turn(frame(sample.ACTIONS["turn_left"][1])) >= TURNED_MIN
    assert turn(frame(sample.ACTIONS["turn_right"][1])) <= -TURNED_MIN


def _tilted(image, degrees):
    high, wide = image.shape[:2]
    angle, focal = np.radians(degrees), 1.2 * wide
    corners = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]]) / 2
    across, depth = corners[:, 0] * np.cos(angle), focal + corners[:, 0] * np.sin(angle)
    seen = np.stack([focal * across / depth, focal * corners[:, 1] / depth], axis=1)
    middle = np.array([wide / 2, high / 2])
    plane = cv2.getPerspectiveTransform(
        (corners + middle).astype(np.float32), (seen + middle).astype(np.float32)
    )
    return cv2.warpPerspective(image, plane, (wide, high), borderMode=cv2.BORDER_REPLICATE)


def _rolled(image, degrees):
    high, wide = image.shape[:2]
    plane = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1)
    return cv2.warpAffine(image, plane, (wide, high), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("number", [230, 330])
@pytest.mark.parametrize("degrees", [-30, -15, 15, 30])
@pytest.mark.parametrize("move", [_rolled, _tilted])
def test_a_picture_tilted_by_hand_turns_nothing(turn, frame, number, degrees, move):
    assert abs(turn(move(frame(number), degrees))) < TURNED_MIN


def test_a_lowered_head_bears_no_witness_and_a_level_one_does(vision, shared_dir):
    def embedding(number):
        video = VideoSource(shared_dir / "media" / "turning_live.mp4", number, number)
        seen = observe(vision, video.read(), wants_embedding=True)
        video.close()
        return seen.embedding

    assert embedding(384) is None  # looking down
    assert embedding(450) is None  # looking up
    assert embedding(36) is not None
