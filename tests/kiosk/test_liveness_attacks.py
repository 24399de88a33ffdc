"""The liveness session against scripted people, pictures and swaps; numbers only, no network."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from kiosk.liveness import (
    CHALLENGES,
    FEATURES,
    TURNS,
    LiveFace,
    LivenessRules,
    LivenessSession,
    Observation,
)
from kiosk.liveness.planar import POINTS, RING

FRAME_MS = 40
POSES = {
    "turn_left": {"yaw": 0.4},
    "turn_right": {"yaw": -0.4},
    "blink": {"eyes": 0.05},
    "open_mouth": {"mouth": 0.7},
    "come_nearer": {"width_px": 270.0},
    "step_back": {"width_px": 150.0},
}
REACTION_FRAMES, ACT_FRAMES = 6, 8


RNG = np.random.default_rng(1)
AHEAD_PATCH, TURNED_PATCH = (RNG.integers(0, 255, (56, 56), np.uint8) for _ in range(2))
SHAPE = RNG.uniform(-1, 1, (len(POINTS), 3)) * [1.0, 1.3, 0.1]
SHAPE[:4] = [[-1.2, 0, 0], [-0.5, 0, 0], [0.5, 0, 0], [1.2, 0, 0]]
SHAPE[len(RING) :] = [0, 0.3, 0.8]  # the nose stands out
FLAT = SHAPE * [1, 1, 0]


def seen_from(shape, yaw):
    """Points of a head that is turned about its own axis."""
    angle = yaw * 1.4
    across = shape[:, 0] * np.cos(angle) + shape[:, 2] * np.sin(angle)
    return np.float32(320 + 80 * np.stack([across, shape[:, 1]], axis=1))


def turned(seen, yaw, shape=SHAPE, patch=TURNED_PATCH):
    return replace(seen, yaw=yaw, points=seen_from(shape, yaw), patch=patch)


def embedding(person: int) -> np.ndarray:
    vector = np.zeros(128, dtype=np.float32)
    vector[person] = 1
    return vector


class Actor:
    """Does what it is asked, one movement at a time, and rests in between."""

    def __init__(self, person=1, answer=lambda prompt: prompt):
        self.person = person
        self.answer = answer
        self.asked = ""
        self.left = 0

    def frame(self, number, prompt):
        if prompt != self.asked:
            self.asked, self.left = prompt, REACTION_FRAMES + ACT_FRAMES
        pose = POSES.get(self.answer(prompt), {}) if 0 < self.left <= ACT_FRAMES else {}
        self.left -= 1
        turn = pose.get("yaw", 0.0)
        pose = {"width_px": 200.0, **pose}
        return Observation(
            t_ms=number * FRAME_MS,
            fingerprint=number,
            centre=(320.0 + number % 3, 180.0),
            points=seen_from(SHAPE, turn),
            patch=TURNED_PATCH if turn else AHEAD_PATCH,
            embedding=embedding(self.person),
            passive=0.9,
            **pose,
        )


def play(session, frame, frames=1500):
    for number in range(frames):
        session.observe(frame(number, session.prompt))
        if session.over:
            return session
    session.end_of_frames()
    return session


def session(seed=1, *, passive=False, **limits):
    return LivenessSession(LivenessRules(**limits), random.Random(seed), passive=passive)


def reason(played):
    assert played.refusal is not None
    with pytest.raises(ValueError):
        played.live_face()
    return played.refusal.reason


@pytest.mark.parametrize("passive", [True, False])
@pytest.mark.parametrize("seed", range(25))
def test_a_person_who_does_what_is_asked_passes(seed, passive):
    played = play(session(seed, passive=passive), Actor().frame)
    assert played.refusal is None
    live = played.live_face()
    assert float(live.embedding @ embedding(1)) == pytest.approx(1)
    assert "passive" in live.cues or not passive


@pytest.mark.parametrize("seed", range(25))
def test_every_draw_holds_a_turn_and_a_movement_within_the_face(seed):
    cues = play(session(seed, passive=True), Actor().frame).live_face().cues
    assert set(cues) & set(TURNS)
    assert set(cues) & set(FEATURES)


def test_the_order_is_drawn_at_random():
    drawn = {play(session(seed), Actor().frame).live_face().cues for seed in range(25)}
    assert len(drawn) > 8


def test_only_a_passed_session_makes_a_live_face():
    with pytest.raises(TypeError):
        LiveFace(object(), embedding(1), ("blink",), passive=True)
    with pytest.raises(ValueError):
        session().live_face()


def test_a_frozen_picture_is_not_live():
    actor = Actor()
    played = play(session(), lambda n, p: replace(actor.frame(n, ""), fingerprint=7))
    assert reason(played) == "not_live"


@pytest.mark.parametrize("seed", range(10))
def test_a_picture_moved_about_shows_no_movement_in_time(seed):
    actor = Actor(answer=lambda _: "")

    def moved(number, prompt):
        sway = 40 * np.sin(number / 9)
        return replace(
            actor.frame(number, prompt), centre=(320 + sway, 180 + sway / 2), yaw=0.19 * sway / 40
        )

    assert reason(play(session(seed), moved)) == "challenge_timeout"


def test_a_turn_without_relief_is_a_picture():
    refused = 0
    for seed in range(10):
        actor = Actor()

        def flat(number, prompt, actor=actor):
            seen = actor.frame(number, prompt)
            return turned(seen, seen.yaw, FLAT, AHEAD_PATCH)

        assert reason(play(session(seed), flat)) == "flat"
        refused += 1
    assert refused == 10


def test_natural_blinks_are_no_wrong_action():
    actor = Actor()

    def blinking(number, prompt):
        seen = actor.frame(number, prompt)
        return replace(seen, eyes=0.05) if number % 40 < 4 and prompt != "blink" else seen

    for seed in range(8):
        assert play(session(seed), blinking).refusal is None


@pytest.mark.parametrize("wrong", ["open_mouth", "come_nearer", "step_back", "turn_left"])
def test_any_other_movement_again_and_again_is_a_wrong_action(wrong):
    refused = 0
    for seed in range(12):
        actor = Actor()
        watched = session(seed)

        def acting(number, prompt, actor=actor):
            if prompt in {wrong, "look"} or prompt in TURNS:
                return actor.frame(number, prompt)
            seen = actor.frame(number, "look")
            pose = POSES[wrong] if number // 8 % 2 else {}
            return turned(seen, pose["yaw"]) if "yaw" in pose else replace(seen, **pose)

        played = play(watched, acting)
        if played.refusal is not None:
            assert reason(played) == "wrong_action"
            refused += 1
    assert refused > 8


def test_too_few_pictures_a_second_are_refused():
    actor = Actor()
    played = play(session(), lambda n, p: replace(actor.frame(n, p), t_ms=n * 400))
    assert reason(played) == "slow_camera"


def test_a_session_without_passive_networks_says_so_and_asks_more():
    with_them = play(session(passive=True), Actor().frame).live_face()
    without = play(session(), Actor().frame).live_face()
    assert "no_passive" in without.cues
    assert "no_passive" not in with_them.cues
    assert len(set(without.cues) & set(CHALLENGES)) > len(set(with_them.cues) & set(CHALLENGES))


def test_a_recording_is_asked_obligingly_only_where_it_can_be_told_from_a_screen():
    with pytest.raises(ValueError, match="passive"):
        LivenessSession(LivenessRules(), random.Random(1), passive=False, ask="obliging")


def test_a_turned_picture_that_never_looked_ahead_never_begins():
    played = play(session(), lambda n, p: replace(Actor().frame(n, ""), yaw=0.5), frames=200)
    assert reason(played) == "source_ended"


@pytest.mark.parametrize("asked", TURNS)
def test_turning_the_other_way_again_and_again_is_refused(asked):
    other = TURNS[1 - TURNS.index(asked)]
    refused = 0
    for seed in range(20):
        actor, prompts = Actor(), set()

        def wrong(number, prompt, actor=actor, prompts=prompts):
            prompts.add(prompt)
            if prompt != asked:
                return actor.frame(number, prompt)
            seen = actor.frame(number, "look")
            return turned(seen, POSES[other]["yaw"]) if number // 6 % 2 else seen

        played = play(session(seed), wrong)
        if asked in prompts:
            assert reason(played) == "wrong_action"
            refused += 1
    assert refused > 5


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("after", [1, 2])
def test_another_person_in_the_middle_is_refused(seed, after):
    mine, other = Actor(1), Actor(2)
    watched = session(seed)

    def swapped(number, prompt):
        one = other if watched.steps[0] >= after else mine
        return one.frame(number, prompt)

    assert reason(play(watched, swapped)) == "face_changed"


def test_a_face_that_jumps_across_the_picture_is_another():
    actor = Actor()
    watched = session()

    def jumping(number, prompt):
        seen = actor.frame(number, prompt)
        return replace(seen, centre=(80.0, 300.0)) if watched.steps[0] else seen

    assert reason(play(watched, jumping)) == "face_changed"


def test_a_second_face_in_the_middle_is_refused():
    actor = Actor()
    watched = session()

    def joined(number, prompt):
        seen = actor.frame(number, prompt)
        return replace(seen, obstacle="two_faces") if watched.steps[0] else seen

    assert reason(play(watched, joined)) == "two_faces"


def test_a_face_that_goes_away_is_lost():
    actor = Actor()
    watched = session()

    def gone(number, prompt):
        if watched.steps[0]:
            return Observation(number * FRAME_MS, number, "no_face")
        return actor.frame(number, prompt)

    assert reason(play(watched, gone)) == "face_lost"


def test_a_stop_in_the_picture_is_an_interruption():
    actor = Actor()
    played = play(
        session(), lambda n, p: replace(actor.frame(n, p), t_ms=n * FRAME_MS + (n > 20) * 5000)
    )
    assert reason(played) == "interrupted"


def test_time_that_runs_backwards_is_refused():
    actor = Actor()
    played = play(session(), lambda n, p: replace(actor.frame(n, p), t_ms=(n % 20) * FRAME_MS))
    assert reason(played) == "interrupted"


def test_a_low_passive_score_denies_whatever_else_was_shown():
    actor = Actor()
    played = play(session(passive=True), lambda n, p: replace(actor.frame(n, p), passive=0.1))
    assert reason(played) == "looks_fake"


@pytest.mark.parametrize("obstacle", ["no_face", "two_faces", "nearer", "too_dark", "blurred"])
def test_what_stays_in_the_way_is_the_reason(obstacle):
    played = play(session(), lambda n, _: Observation(n * FRAME_MS, n, obstacle))
    assert reason(played) == obstacle


def test_a_verdict_is_never_taken_back():
    played = play(session(), lambda n, _: Observation(n * FRAME_MS, n, "no_face"))
    for number in range(2000, 2600):
        played.observe(Actor().frame(number, played.prompt))
    assert reason(played) == "no_face"


def test_no_score_and_no_embedding_is_in_any_text():
    seen = Actor().frame(1, "look")
    assert "embedding" not in repr(seen)
    assert "passive" not in repr(seen)
    live = play(session(), Actor().frame).live_face()
    assert repr(live) == f"LiveFace(cues={live.cues})"
