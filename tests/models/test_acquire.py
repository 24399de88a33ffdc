"""Pictures as people keep them: cut tight, grey, tiny, on their side; each is acquired, rightly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from enroll.gallery import THRESHOLD
from models.acquire import acquire
from models.frames import PictureSource


@pytest.fixture(scope="module")
def portraits(models_dir, vision):
    """A portrait of each person, its face, and its embedding as the till would make it."""
    found = {}
    for name in ("impostor_1", "impostor_2", "person_a_1", "person_b_1"):
        path = models_dir / "portraits" / f"{name}.jpg"
        image = cv2.imread(str(path))
        face = vision.detect(image)[0]
        found[name] = image, face, vision.embed(image, face)
    return found


def cut(image, face, margin, size=None, roll=0):
    """The face's box with a margin on each side (a share of it), turned and scaled."""
    width, height = face.width_px * (1 + 2 * margin), (face.box[3] - face.box[1]) * (1 + 2 * margin)
    size = size or (int(width), int(height))
    scale = float(min(size[0] / width, size[1] / height))
    if scale < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), 0.45 / scale)
    matrix = cv2.getRotationMatrix2D(face.centre, roll, scale)
    matrix[:, 2] += np.array(size) / 2 - np.array(face.centre)
    return cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)


def grey(image):
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


KINDS = {
    "a face that fills the picture": lambda i, f: cut(i, f, 0),
    "cut into the face": lambda i, f: cut(i, f, -0.15),
    "grey, 92 by 112": lambda i, f: grey(cut(i, f, 0, (92, 112))),
    "grey, 92 by 112, cut into the face": lambda i, f: grey(cut(i, f, -0.15, (92, 112))),
    "grey, 48 by 48": lambda i, f: grey(cut(i, f, 0, (48, 48))),
    "32 by 32": lambda i, f: cut(i, f, 0.1, (32, 32)),
    "held askew": lambda i, f: cut(i, f, 0.3, roll=30),
    "on its side": lambda i, f: cut(i, f, 0, roll=90),
    "upside down": lambda i, f: cut(i, f, 0.3, roll=180),
    "hardly lit": lambda i, f: (cut(i, f, 0.3) * 0.1).astype(np.uint8),
    "coarse JPEG": lambda i, f: cv2.imdecode(
        cv2.imencode(".jpg", cut(i, f, 0, (92, 112)), [cv2.IMWRITE_JPEG_QUALITY, 5])[1], 1
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_portrait_is_acquired_and_is_still_the_same_person(vision, portraits, kind):
    for name, (image, face, template) in portraits.items():
        found = acquire(vision, KINDS[kind](image, face))
        assert found.prominent == 1, name
        embedding = vision.embed(found.image, found.faces[0])
        assert float(embedding @ template) >= THRESHOLD, name


def test_a_good_picture_is_taken_as_it_is(vision, portraits):
    for image, face, _ in portraits.values():
        found = acquire(vision, image)
        assert found.how == "as_is"
        assert found.image is image
        assert np.array_equal(found.faces[0].points, face.points)


def test_faces_come_back_upright_whichever_way_the_picture_lay(vision, portraits):
    for image, face, _ in portraits.values():
        for roll in (45, 160):
            found = acquire(vision, cut(image, face, 0.2, roll=roll))
            assert found.how == "turned"
            assert abs(np.degrees(found.faces[0].roll_radians)) < 15


def test_two_people_stay_two(vision, portraits):
    (one, *_), (two, *_) = list(portraits.values())[:2]
    pair = np.hstack([cv2.resize(image, (400, 480)) for image in (one, two)])
    assert acquire(vision, pair).prominent == 2
    assert acquire(vision, np.rot90(pair).copy()).prominent == 2


@pytest.mark.parametrize("seed", range(4))
def test_no_face_is_seen_in_noise(vision, seed):
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 255, (24, 24, 3), dtype=np.uint8)
    image = cv2.resize(rough, (300, 200), interpolation=cv2.INTER_CUBIC)
    found = acquire(vision, image)
    assert (found.prominent, found.how) == (0, "as_is")


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_is_turned_as_its_exif_says(vision, portraits, orientation, tmp_path):
    image, _, template = portraits["person_b_1"]
    lying = {3: np.rot90(image, 2), 6: np.rot90(image, 1), 8: np.rot90(image, -1)}[orientation]
    coded = cv2.imencode(".jpg", lying)[1].tobytes()
    tag = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + bytes([0, orientation])
    block = tag + b"\0\0\0\0\0\0"
    path = tmp_path / "phone.jpg"
    path.write_bytes(coded[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block + coded[2:])
    read = PictureSource([path], "phone").read().image
    found = acquire(vision, read)
    assert found.how == "as_is"
    assert float(vision.embed(found.image, found.faces[0]) @ template) > 0.9
