"""Collecting good frames, grading them, and the search: pure parts, with made-up faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enroll import errors, quality
from enroll.desk import capture
from enroll.enrolment import FROM_VIDEO, Enrolment, of_pictures
from enroll.gallery import MARGIN, THRESHOLD, Gallery, masked
from enroll.transform import orthogonal
from models.faces import Face, Landmarks


def a_face(x=100.0, eye_distance=60.0, score=0.9, nose=0.0) -> Face:
    centre, d = np.array([x, 100.0]), eye_distance
    shape = np.array([[-0.5, 0], [0.5, 0], [nose, 0.6], [-0.4, 1.1], [0.4, 1.1]])
    box = np.array([x - d, 100 - d, x + d, 100 + 2 * d], dtype=np.float32)
    return Face(box, score, (centre + shape * d).astype(np.float32))


def noise(level=128, spread=40) -> np.ndarray:
    picture = np.random.default_rng(0).normal(level, spread, (300, 300, 3))
    return picture.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("reason", "picture", "faces"),
    [
        (None, noise(), [a_face()]),
        (None, noise(), [a_face(), a_face(eye_distance=20)]),
        ("no_face", noise(), []),
        ("two_faces", noise(), [a_face(), a_face(x=200)]),
        ("nearer", noise(), [a_face(eye_distance=20)]),
        ("unclear", noise(), [a_face(score=0.5)]),
        ("look_ahead", noise(), [a_face(nose=0.24)]),
        ("look_ahead", noise(), [a_face(nose=-0.24)]),
        ("too_dark", noise(20, 10), [a_face()]),
        ("too_bright", noise(245, 10), [a_face()]),
        ("blurred", noise(128, 0), [a_face()]),
    ],
)
def test_a_frame_is_graded_by_what_is_wrong_with_it(reason, picture, faces):
    assert quality.grade_faces(picture, faces) == reason


@pytest.mark.parametrize(("eyes", "reason"), [((0.3, 0.3), None), ((0.3, 0.1), "eyes_closed")])
def test_closed_eyes_are_seen_on_either_side(eyes, reason):
    landmarks = Landmarks(np.zeros((468, 3), np.float32), 1.0, eyes, 0.0)
    assert quality.grade_landmarks(landmarks) == reason


def test_every_reason_has_a_sentence_and_something_to_do():
    for said, hint in quality.REASONS.values():
        assert said.endswith(".")
        assert hint.endswith(".")


def test_five_good_frames_spread_over_time_make_a_unit_template(embedding):
    session = Enrolment(FROM_VIDEO, "m")
    t_ms = 0
    while not session.over:
        if session.wants(t_ms):
            near = embedding(1) + 0.02 * embedding(t_ms + 10)
            session.accept(near / np.linalg.norm(near), t_ms)
        t_ms += 33
    assert t_ms >= 4 * FROM_VIDEO.gap_ms
    template = session.template()
    assert np.linalg.norm(template.embedding) == pytest.approx(1, abs=1e-6)
    assert float(template.embedding @ embedding(1)) > 0.99


def test_two_people_in_one_enrolment_are_refused_even_among_many(embedding):
    session = Enrolment(of_pictures(20), "m")
    for _ in range(8):
        session.accept(embedding(1), 0)
    with pytest.raises(errors.TwoPeopleError, match="two different people") as told:
        session.accept(embedding(2), 0)
    assert told.value.status == 1


def test_giving_up_says_the_commonest_reason(embedding):
    session = Enrolment(FROM_VIDEO, "m")
    session.accept(embedding(1), 0)
    session.reject("blurred")
    while not session.over:
        session.reject("too_dark")
    assert session.frames_seen == FROM_VIDEO.frames_max
    with pytest.raises(errors.NotEnoughFramesError, match=r"too dark.*1 of 5") as told:
        session.template()
    assert "light" in told.value.hint


@dataclass
class FakeFrame:
    image: np.ndarray
    t_ms: int


class FakeCamera:
    def __init__(self, count):
        self.frames = [FakeFrame(noise(), 40 * i) for i in range(count)]

    def read(self):
        return self.frames.pop(0) if self.frames else None


class FakeEyes:
    recogniser_id = "m"

    def __init__(self, faces, vector):
        self.faces, self.vector = faces, vector

    def detect(self, _image):
        return self.faces

    def landmarks(self, _image, _face):
        return Landmarks(np.zeros((468, 3), np.float32), 1.0, (0.3, 0.3), 0.0)

    def embed(self, _image, _face):
        return self.vector


def test_the_desk_reads_no_further_than_it_needs(embedding):
    camera = FakeCamera(100)
    template, good = capture(camera, FakeEyes([a_face()], embedding(1)), FROM_VIDEO)
    assert (good, template.model) == (5, "m")
    assert len(camera.frames) > 80


def test_a_clip_with_no_face_is_refused_in_those_words(embedding):
    with pytest.raises(errors.NotEnoughFramesError, match="No face was seen"):
        capture(FakeCamera(30), FakeEyes([], embedding(1)), FROM_VIDEO)


def test_a_source_that_ends_at_once_is_told(embedding):
    with pytest.raises(errors.NotEnoughFramesError, match="ended too soon"):
        capture(FakeCamera(0), FakeEyes([], embedding(1)), FROM_VIDEO)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_the_transform_keeps_every_cosine(one, two):
    turn = orthogonal(b"k" * 32, "m", 128)
    a, b = (np.random.default_rng(s).standard_normal(128).astype(np.float32) for s in (one, two))
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    assert float((turn @ a) @ (turn @ b)) == pytest.approx(float(a @ b), abs=1e-5)


def test_the_transform_is_the_keys_and_the_models_own_and_stays_the_same_for_ever():
    turn = orthogonal(b"k" * 32, "m", 16)
    assert np.array_equal(turn, orthogonal(b"k" * 32, "m", 16))
    assert not np.allclose(turn, orthogonal(b"K" * 32, "m", 16))
    assert not np.allclose(turn, orthogonal(b"k" * 32, "n", 16))
    assert np.allclose(turn @ turn.T, np.eye(16), atol=1e-6)


def plain_gallery(*rows, owners) -> Gallery:
    size = len(rows[0])
    return Gallery("m", np.array(rows, np.float32), owners, {}, np.eye(size, dtype=np.float32))


def unit(*values) -> np.ndarray:
    vector = np.zeros(4, np.float32)
    vector[: len(values)] = values
    vector[3] = np.sqrt(1 - float(np.sum(vector**2)))
    return vector


def test_a_match_needs_the_threshold():
    gallery = plain_gallery([1, 0, 0, 0], owners=["a"])
    assert gallery.search(unit(THRESHOLD + 0.01)).accepted
    assert not gallery.search(unit(THRESHOLD - 0.01)).accepted


def test_a_match_needs_a_lead_over_the_second_shopper_but_not_over_oneself():
    rows = ([1, 0, 0, 0], [0, 1, 0, 0])
    probe = unit(0.6, 0.6 - MARGIN + 0.01)
    assert not plain_gallery(*rows, owners=["a", "b"]).search(probe).accepted
    assert plain_gallery(*rows, owners=["a", "a"]).search(probe).accepted
    clear = unit(0.6, 0.6 - MARGIN - 0.01)
    assert plain_gallery(*rows, owners=["a", "b"]).search(clear).pseudonym == "a"
    assert plain_gallery(*rows, owners=["a", "b"]).search(clear).accepted


def test_a_probe_of_no_numbers_is_an_error_and_no_match():
    with pytest.raises(errors.OtherModelError):
        plain_gallery([1, 0, 0, 0], owners=["a"]).search(np.full(4, np.nan, np.float32))


@pytest.mark.parametrize(
    ("name", "shown"), [("Wolfgang Langer", "W*** L***"), ("김철수", "김***"), ("", "")]
)
def test_a_name_on_a_screen_keeps_first_letters_only(name, shown):
    assert masked(name) == shown
