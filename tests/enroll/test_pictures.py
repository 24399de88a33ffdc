"""Pictures brought to the desk as people keep them: on their side, or cut to the face."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from enroll.desk import capture
from enroll.enrolment import of_pictures
from enroll.errors import NotEnoughFramesError
from models.frames import PictureSource


def enrolled(vision, image, tmp_path):
    path = tmp_path / "picture.png"
    cv2.imwrite(str(path), image)
    template, _ = capture(PictureSource([path], path.name), vision, of_pictures(1))
    return template


@pytest.fixture(scope="module")
def portrait(models_dir):
    return cv2.imread(str(models_dir / "portraits" / "person_b_2.jpg"))


def test_a_picture_on_its_side_makes_the_template_that_it_makes_upright(vision, portrait, tmp_path):
    upright = enrolled(vision, portrait, tmp_path).embedding
    for quarters in (1, 2, 3):
        turned = np.ascontiguousarray(np.rot90(portrait, quarters))
        assert float(enrolled(vision, turned, tmp_path).embedding @ upright) > 0.8


def test_a_picture_cut_to_the_face_enrols(vision, portrait, tmp_path):
    left, top, right, bottom = vision.detect(portrait)[0].box.astype(int)
    upright = enrolled(vision, portrait, tmp_path).embedding
    tight = portrait[top:bottom, left:right]
    assert float(enrolled(vision, tight, tmp_path).embedding @ upright) > 0.7


def test_looking_harder_does_not_let_a_face_in_that_is_too_small(vision, portrait, tmp_path):
    small = cv2.resize(portrait, None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA)
    with pytest.raises(NotEnoughFramesError, match="too small"):
        enrolled(vision, small, tmp_path)
