"""The guide before the desk's camera: five poses of one living person, by measurements alone."""

import numpy as np
import pytest

from enroll.enrolment import FROM_VIDEO
from enroll.errors import BadInputError, Error, NotLiveError, TwoPeopleError
from enroll.guide import POSES, Guide, Look
from enroll.quality import Measures

FACE = np.eye(8, dtype=np.float32)[0]
OTHER = np.eye(8, dtype=np.float32)[1]
GOOD = Measures(300.0, 120.0, 0.0, 90.0, 0.0)


class Person:
    """Somebody who does what the guide asks, a frame each 200 ms."""

    def __init__(self, guide, face=FACE):
        self.guide, self.face, self.t_ms = guide, face, 0

    def show(self, **seen):
        self.t_ms += 200
        values = {"nod": 0.2, "width": 0.5, "embedding": self.face, "measures": GOOD, **seen}
        self.guide.see(Look(self.t_ms, **values))

    def look_ahead(self, times=1):
        for _ in range(times):
            self.show()

    def pose(self, name):
        turns = {"left": {"turn": 0.4}, "right": {"turn": -0.4}}
        nods = {"up": {"nod": 0.12}, "down": {"nod": 0.3}}
        self.show(**{**turns, **nods}[name])


@pytest.fixture
def person():
    return Person(Guide("model"))


def whole(person, but=()):
    person.look_ahead(FROM_VIDEO.good_max)
    for pose in POSES[1:]:
        if pose in but:
            person.guide.skip()
        else:
            person.pose(pose)
    person.look_ahead()


def test_five_poses_of_one_person_make_a_template(person):
    whole(person)
    assert person.guide.complete
    assert person.guide.done == POSES
    assert person.guide.progress == 1.0
    template = person.guide.template()
    assert np.allclose(template.embedding, FACE)
    assert template.quality is not None


def test_no_template_before_the_last_pose(person):
    person.look_ahead(FROM_VIDEO.good_max)
    with pytest.raises(Error):
        person.guide.template()


def test_a_face_that_never_turns_gets_no_template(person):
    person.look_ahead(60)
    assert person.guide.pose == "left"
    assert not person.guide.complete


def test_a_picture_that_is_tilted_by_hand_does_not_count_as_turned(person):
    person.look_ahead(FROM_VIDEO.good_max)
    for turn in (0.05, 0.12, 0.19, 0.1):
        person.show(turn=turn)
    assert person.guide.pose == "left"
    assert person.guide.hint == "turn_more"


def test_turning_to_the_other_side_is_not_what_was_asked(person):
    person.look_ahead(FROM_VIDEO.good_max)
    person.pose("right")
    assert person.guide.pose == "left"


def test_a_pose_that_cannot_be_done_is_left_out_but_not_both_turns(person):
    person.look_ahead(FROM_VIDEO.good_max)
    person.guide.skip()
    assert person.guide.pose == "right"
    assert not person.guide.may_skip
    with pytest.raises(BadInputError):
        person.guide.skip()


def test_up_and_down_may_both_be_left_out(person):
    whole(person, but=("up", "down"))
    assert person.guide.complete


def test_looking_ahead_cannot_be_left_out(person):
    assert not person.guide.may_skip
    with pytest.raises(BadInputError):
        person.guide.skip()


def test_somebody_else_at_the_end_is_refused(person):
    person.look_ahead(FROM_VIDEO.good_max)
    for pose in POSES[1:]:
        person.pose(pose)
    person.face = OTHER
    with pytest.raises(TwoPeopleError):
        person.look_ahead()


def test_a_face_that_jumps_across_the_picture_is_refused(person):
    person.look_ahead(FROM_VIDEO.good_max)
    person.show(centre=(-0.2, 0.0))
    with pytest.raises(TwoPeopleError):
        person.show(centre=(0.21, 0.0))


def test_a_face_that_was_away_for_long_is_refused(person):
    person.look_ahead(FROM_VIDEO.good_max)
    person.t_ms += 5_000
    with pytest.raises(TwoPeopleError):
        person.pose("left")


def test_what_looks_like_a_screen_is_refused(person):
    for _ in range(4):
        person.show(passive=0.05)
    with pytest.raises(NotLiveError):
        person.show(passive=0.05)


def test_what_looks_live_goes_on(person):
    for _ in range(20):
        person.show(passive=0.9)
    assert person.guide.pose == "left"


@pytest.mark.parametrize(
    ("seen", "hint"),
    [
        ({"width": 0.1}, "nearer"),
        ({"width": 0.95}, "farther"),
        ({"centre": (0.4, 0.0)}, "centre"),
        ({"eyes_open": False}, "eyes_closed"),
        ({"turn": 0.3}, "look_ahead"),
        ({"problem": "too_dark"}, "too_dark"),
        ({"problem": "two_faces"}, "two_faces"),
        ({"problem": "unclear"}, "unclear"),
    ],
)
def test_the_guide_says_what_is_in_the_way(person, seen, hint):
    person.show(**seen)
    assert person.guide.hint == hint
    assert person.guide.progress == 0.0


def test_after_two_minutes_it_gives_up_with_the_reason(person):
    for _ in range(601):
        person.show(problem="too_dark")
    with pytest.raises(Error, match="dark"):
        person.show(problem="too_dark")
