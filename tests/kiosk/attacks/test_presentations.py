"""Attacks and genuine people through the real networks: each refused for its own reason.

The frames of a presentation are measured once and judged by many sessions with other movements.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.liveness import LivenessRules, LivenessSession
from kiosk.liveness.light import COLOUR_MS, ScreenLight
from kiosk.observe import observe
from models import pins
from models.frames import Frame, VideoSource
from models.vision import open_vision

sys.path.insert(0, str(Path(__file__).parent))

import held

FRAME_MS = 100
DRAWS = 12
PRINT_REFUSALS = {"flat", "challenge_timeout", "source_ended", "wrong_action", "face_changed"}


def judge(observations, seed=0, *, passive=False, ask="random"):
    session = LivenessSession(
        LivenessRules(), random.Random(seed), passive=passive, ask=ask, lit=False
    )
    for seen in observations:
        session.observe(seen if session.wants_embedding else replace(seen, embedding=None))
        if session.over:
            break
    else:
        session.end_of_frames()
    return session.refusal.reason if session.refusal else "passed"


def outcomes(observations, **how):
    return Counter(judge(observations, seed, **how) for seed in range(DRAWS))


def measure(vision, images):
    return [
        observe(vision, Frame(image, number * FRAME_MS, number), wants_embedding=number % 3 == 0)
        for number, image in enumerate(images)
    ]


@pytest.fixture(scope="module")
def portrait(vision, models_dir):
    image = cv2.imread(str(models_dir / "portraits" / "person_a_1.jpg"))
    face = vision.detect(image)[0]
    half = face.width_px * 1.6
    x, y = face.centre
    cut = image[int(max(y - half, 0)) : int(y + half), int(max(x - half, 0)) : int(x + half)]
    scale = 420 / cut.shape[1]
    return cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def swung(picture, **how):
    """Held still, then tilted to and fro and up and down, as by hand."""
    rng = np.random.default_rng(3)
    poses = [{"shift": 0.002 * k} for k in range(9)]
    poses += [
        {"yaw": 48 * np.sin(k / 4), "pitch": 30 * np.sin(k / 9), "roll": 5} for k in range(26)
    ]
    return [held.noisy(held.held(picture, **pose, **how), rng) for pose in poses]


@pytest.fixture(scope="module")
def tilted(vision, portrait):
    return measure(vision, swung(portrait))


def test_a_print_that_is_tilted_moves_as_a_plane(tilted):
    assert outcomes(tilted) == {"flat": DRAWS}
    answered = [replace(seen, passive=0.95) for seen in tilted]
    assert outcomes(answered, passive=True, ask="obliging") == {"flat": DRAWS}


def test_a_print_moved_without_tilting_shows_no_movement(vision, portrait):
    rng = np.random.default_rng(4)
    places = [{"shift": 0.03 * np.sin(k / 5), "away": 1 + 0.2 * np.sin(k / 7)} for k in range(30)]
    images = [held.noisy(held.held(portrait, **place), rng) for place in places]
    found = outcomes(measure(vision, images))
    assert "passed" not in found
    assert set(found) <= PRINT_REFUSALS


def test_cut_out_eyes_blink_but_the_print_stays_a_plane(vision, portrait, tilted):
    """The eyes in the holes close on every fifth frame; the print is swung about them."""
    blinking = [
        replace(seen, eyes=0.05 if number % 5 == 4 else seen.eyes)
        for number, seen in enumerate(tilted)
    ]
    found = outcomes(blinking)
    assert "passed" not in found
    assert set(found) <= PRINT_REFUSALS


def test_a_bent_print_does_not_pass(vision, portrait):
    found = outcomes(measure(vision, swung(portrait, bend=1.6)))
    assert "passed" not in found
    assert set(found) <= PRINT_REFUSALS


@pytest.fixture(scope="module")
def seeing(models_dir, shared_dir, tmp_path_factory):
    """The networks with passive anti-spoofing, in a folder of their own."""
    folder = tmp_path_factory.mktemp("models") / "models"
    shutil.copytree(models_dir, folder)
    for pin in pins.PASSIVE:
        shutil.copy(shared_dir / "weights" / pin.name, folder / pin.name)
    return open_vision(folder)


def clip(vision, path, step):
    video = VideoSource(path)
    images, kept = [], 0
    while (frame := video.read()) is not None:
        if frame.index % step == 0:
            seen = observe(
                vision,
                Frame(frame.image, frame.t_ms, kept),
                wants_embedding=kept % 3 == 0,
            )
            images.append(seen)
            kept += 1
    video.close()
    return images


@pytest.fixture(scope="module")
def live(seeing, shared_dir):
    return clip(seeing, shared_dir / "media" / "turning_live.mp4", 4)


@pytest.fixture(scope="module")
def replayed(seeing, shared_dir):
    return clip(seeing, shared_dir / "media" / "turning_replay.mp4", 4)


def test_a_recording_of_a_living_face_is_accepted(live):
    assert outcomes(live, passive=True, ask="obliging") == {"passed": DRAWS}


def test_a_face_that_turns_on_a_screen_is_refused_whatever_is_asked(replayed):
    assert outcomes(replayed, passive=True, ask="obliging") == {"looks_fake": DRAWS}
    assert "passed" not in outcomes([replace(seen, passive=None) for seen in replayed])


def test_the_genuine_refusal_rate_is_measured(live, capsys):
    """Parts of the genuine clip that hold a turn and a blink: how many are refused."""
    counted = Counter(judge(live[start:], passive=True, ask="obliging") for start in range(50))
    refused = 50 - counted["passed"]
    with capsys.disabled():
        print(f"\ngenuine sessions refused: {refused} of 50, {dict(counted)}")  # noqa: T201 - asked for
    assert refused <= 10


def test_a_loop_is_known_by_its_second_round(live):
    stretch = live[6:36]
    rounds = [
        replace(stretch[k % len(stretch)], t_ms=k * 133, fingerprint=k)
        for k in range(4 * len(stretch))
    ]
    assert judge(rounds, passive=True, ask="obliging") == "looped"


def test_another_face_in_the_middle_is_refused(vision, live, portrait):
    other = measure(vision, [held.noisy(portrait, np.random.default_rng(5))])[0]
    swapped = [
        *live[:60],
        *[
            replace(seen, embedding=None if seen.embedding is None else other.embedding)
            for seen in live[60:]
        ],
    ]
    assert outcomes(swapped, passive=True, ask="obliging") == {"face_changed": DRAWS}


def test_two_faces_are_refused(vision, portrait):
    pair = np.concatenate([portrait, portrait], axis=1)
    rng = np.random.default_rng(6)
    found = measure(vision, [held.noisy(pair, rng) for _ in range(3)])
    assert {seen.obstacle for seen in found} == {"two_faces"}


def tinted(live, colours_of, strength, rng):
    """Skin that reflects a screen: a share of its colour, late by 120 ms, under noise and drift."""
    seen = []
    for number in range(150):
        t_ms = number * 50
        base = live[number % len(live)].skin
        colour = colours_of(max(t_ms - 120, 0)) or "#ffffff"
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        skin = (
            base[0] * 0.1 + strength * (red - green) + rng.normal(0, 0.004) + number * 1e-5,
            base[1] * 0.1 + strength * (blue - green) + rng.normal(0, 0.004),
        )
        seen.append(replace(live[0], t_ms=t_ms, yaw=0.0, skin=skin))
    return seen


@pytest.mark.parametrize(
    ("attack", "reflected"), [("none", True), ("other", False), ("dark", False)]
)
def test_the_screens_light_is_known_from_another_sequence_and_from_none(live, attack, reflected):
    """In simulation: a face under this screen, one under another sequence, one under none."""
    right = 0
    for seed in range(6):
        light = ScreenLight(LivenessRules(), random.Random(seed))
        other = ScreenLight(LivenessRules(), random.Random(seed + 100))
        light.begin(0)
        other.begin(0)
        shown = {"none": light.colour, "other": other.colour, "dark": lambda _: ""}[attack]
        for seen in tinted(live, shown, 0.02, np.random.default_rng(seed)):
            light.look(seen)
        right += light.reflected() == reflected
    assert right >= 5
    assert COLOUR_MS * 3 > 1000 * 2  # under three changes a second
