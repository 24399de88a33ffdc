"""Attacks and people: scripted measurements through real sessions, and the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.evaluate import pad, pad_plot, pad_report
from kiosk.evaluate.attempts import PASSED, Attempt, attempt
from kiosk.evaluate.errors import BadEvaluationError
from kiosk.evaluate.presentations import GENUINE, Measured, Presentation, gather
from kiosk.liveness import LivenessRules, Observation
from kiosk.liveness.planar import POINTS, RING

RULES = LivenessRules()
FACE = np.eye(1, 128, dtype=np.float32)[0]


def presentation(kind: str = GENUINE, name: str = "a.mp4") -> Presentation:
    return Presentation(Path(name), name, kind)


def frame(number: int, **seen: object) -> Observation:
    usual = Observation(
        t_ms=number * 40,
        fingerprint=number,
        centre=(320.0 + number % 3, 180.0),
        width_px=200.0,
        embedding=FACE,
    )
    return replace(usual, **seen)


RNG = np.random.default_rng(1)
PATCHES = RNG.integers(0, 255, (2, 56, 56), np.uint8)
HEAD = RNG.uniform(-1, 1, (len(POINTS), 3)) * [1.0, 1.3, 0.1]
HEAD[len(RING) :] = [0, 0.3, 0.8]  # the nose stands out


def relief(yaw: float) -> dict[str, object]:
    """A head's landmarks and look, turned so far."""
    across = HEAD[:, 0] * np.cos(1.4 * yaw) + HEAD[:, 2] * np.sin(1.4 * yaw)
    points = np.float32(320 + 80 * np.stack([across, HEAD[:, 1]], axis=1))
    return {"points": points, "patch": PATCHES[int(yaw != 0)]}


def moving(count: int = 1000) -> tuple[Observation, ...]:
    """Somebody who does all movements again and again, looking ahead between them."""
    poses = ({"yaw": 0.4}, {"eyes": 0.05}, {"yaw": -0.4}, {"mouth": 0.7})
    shown = [poses[n // 24 % 4] if n % 24 < 8 else {} for n in range(count)]
    return tuple(
        frame(n, **pose, **relief(pose.get("yaw", 0.0)), passive=0.9)
        for n, pose in enumerate(shown)
    )


def judged(seen, kind=GENUINE, name="a.mp4", *, passive=True) -> Attempt:
    return attempt(Measured(presentation(kind, name), seen), RULES, draws=16, passive=passive)


def test_a_recording_that_makes_every_movement_passes_some_draw():
    one = judged(moving())
    assert one.outcome == PASSED
    assert 0 < one.passes <= one.draws == 16
    assert one.passive == pytest.approx(0.9)


def test_a_still_picture_passes_no_draw_and_says_why():
    still = tuple(frame(n, fingerprint=7, passive=0.9) for n in range(250))
    one = judged(still, "print", "a.jpg")
    assert (one.outcome, one.passes) == ("not_live", 0)
    assert one.passive == pytest.approx(0.9)  # it looks live, and is refused for standing still


def test_a_screen_is_refused_by_the_passive_networks_whatever_it_does():
    screen = tuple(replace(seen, passive=0.05) for seen in moving())
    assert judged(screen, "replay").outcome == "looks_fake"


def test_what_shows_no_face_is_no_verdict_about_liveness():
    nobody = tuple(Observation(n * 40, n, "no_face") for n in range(400))
    one = judged(nobody, "print")
    assert one.outcome == "no_face"
    assert not one.judged
    assert one.passive is None


def test_a_session_is_given_an_embedding_only_when_it_asks_for_one(monkeypatch):
    from kiosk.liveness import LivenessSession

    given = []
    observe = LivenessSession.observe

    def spy(self, seen):
        given.append((self.wants_embedding, seen.embedding is not None))
        observe(self, seen)

    monkeypatch.setattr(LivenessSession, "observe", spy)
    judged(moving(200))
    assert {True, False} == {wanted for wanted, _ in given}
    assert all(wanted == had for wanted, had in given)


def verdicts(*outcomes: tuple[str, str, float | None]) -> pad.Verdicts:
    attempts = tuple(
        Attempt(presentation(kind), "", score, outcome, int(outcome == PASSED), 1)
        for kind, outcome, score in outcomes
    )
    return pad.Verdicts(attempts, passive_installed=True, passive_min=0.4, seconds=1.0)


MIXED = (
    (GENUINE, PASSED, 0.9),
    (GENUINE, PASSED, 0.3),
    (GENUINE, "challenge_timeout", 0.8),
    (GENUINE, "too_dark", None),
    ("print", "not_live", 0.1),
    ("print", "not_live", 0.6),
    ("replay", PASSED, 0.7),
    ("replay", "looks_fake", 0.2),
    ("replay", "no_face", None),
)


def test_rates_are_counted_as_the_standard_defines_them():
    done = verdicts(*MIXED)
    counted = {kind: (rate.count, rate.trials) for kind, rate in done.apcer.items()}
    assert counted == {"print": (0, 2), "replay": (1, 2)}
    assert (done.bpcer.count, done.bpcer.trials) == (1, 3)
    assert (done.bpnrr.count, done.bpnrr.trials) == (1, 4)
    assert (done.apnrr["replay"].count, done.apnrr["replay"].trials) == (1, 3)
    assert pad.worst(done.apcer)[0] == "replay"
    passive = done.passive_apcer(0.4)
    assert [(passive[k].count, passive[k].trials) for k in ("print", "replay")] == [(1, 2), (1, 2)]
    assert (done.passive_bpcer(0.4).count, done.passive_bpcer(0.4).trials) == (1, 3)


def test_a_stricter_passive_threshold_lets_fewer_attacks_and_fewer_people_through():
    done = verdicts(*MIXED)
    for kind in done.types:
        rates = [done.passive_apcer(t)[kind].estimate for t in np.linspace(0, 1, 21)]
        assert rates == sorted(rates, reverse=True)
    refused = [done.passive_bpcer(t).estimate for t in np.linspace(0, 1, 21)]
    assert refused == sorted(refused)


def test_a_report_has_no_score_and_names_only_what_went_wrong():
    done = verdicts(*MIXED)
    told = pad_report.to_json(done)
    text = json.dumps(told) + pad_report.to_text(done) + repr(done)
    assert told["apcer"] == {"print": 0.0, "replay": 0.5}
    assert told["bpcer"] == pytest.approx(1 / 3)
    assert told["apcer_max_type"] == "replay"
    assert told["attacks_passed"] == ["a.mp4"]
    assert {row["reason"] for row in told["genuine_refused"]} == {"challenge_timeout", "too_dark"}
    assert "0.9" not in repr(done)
    assert "passive=" not in text
    assert "no certification" in text


def test_genuine_pictures_are_left_to_the_passive_networks():
    attempts = (
        Attempt(presentation(GENUINE, "a.jpg"), "", 0.9, "not_live", 0, 1),
        Attempt(presentation(GENUINE, "b.mp4"), "", 0.9, PASSED, 1, 1),
    )
    done = pad.Verdicts(attempts, passive_installed=True, passive_min=0.4, seconds=0)
    assert (done.bpcer.count, done.bpcer.trials) == (0, 1)
    assert done.passive_bpcer(0.4).trials == 2
    assert pad_report.to_json(done)["session"]["genuine_pictures_left_out"] == 1


@pytest.mark.parametrize("installed", [True, False])
def test_the_plot_is_drawn_with_and_without_passive_networks(installed, tmp_path):
    from kiosk.evaluate.plots import write

    done = replace(verdicts(*MIXED), passive_installed=installed)
    write(pad_plot.draw(done), tmp_path / "pad.png")
    assert cv2.imread(str(tmp_path / "pad.png")).shape[1] > 1000


def test_sub_folders_are_types_of_attack(tmp_path):
    for name in ("g/a.mp4", "g/deep/b.jpg", "a/c.png", "a/print/d.jpg", "a/print/x/e.mov"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "README.md").touch()
    found = gather(tmp_path / "g", tmp_path / "a")
    assert [(one.name, one.kind) for one in found] == [
        ("a.mp4", GENUINE),
        ("deep/b.jpg", GENUINE),
        ("c.png", "attack"),
        ("print/d.jpg", "print"),
        ("print/x/e.mov", "print"),
    ]


def test_a_folder_without_recordings_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadEvaluationError, match="empty holds no video"):
        gather(tmp_path / "empty", tmp_path)
    with pytest.raises(BadEvaluationError, match="no folder gone"):
        gather(tmp_path / "gone", tmp_path)


def evaluate_pad(genuine, attack, home, *more, **environment):
    done = subprocess.run(
        [
            sys.executable, "-m", "kiosk.main", "evaluate", "pad", "--json", "--home", str(home),
            "--genuine", str(genuine), "--attack", str(attack), *more,
        ],
        capture_output=True, text=True, timeout=280, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout
    return done.returncode, json.loads(done.stdout)


def test_the_command_counts_pictures_of_people_as_refused_prints(models_dir, tmp_path):
    genuine, attack = tmp_path / "genuine", tmp_path / "attacks"
    genuine.mkdir()
    (attack / "print").mkdir(parents=True)
    for name in ("person_a_2.jpg", "person_b_1.jpg"):
        (attack / "print" / name).write_bytes((models_dir / "portraits" / name).read_bytes())
    (attack / "print" / "torn.mp4").write_bytes(b"no video")
    (genuine / "still.jpg").write_bytes((models_dir / "portraits" / "impostor_1.jpg").read_bytes())
    home = tmp_path / "home"
    home.mkdir()
    plot = home / "pad.png"
    status, told = evaluate_pad(genuine, attack, home, "--plot", str(plot), "--seeds", "4")
    assert status == 0
    assert told["apcer"] == {"print": 0}
    assert told["bpcer"] is None
    assert told["session"]["outcomes"]["print"] == {"not_live": 2}
    assert told["session"]["genuine_pictures_left_out"] == 1
    assert [row["file"] for row in told["unreadable"]] == ["print/torn.mp4"]
    assert told["passive"]["installed"] or "No passive" in told["says"]
    assert [file.name for file in home.iterdir()] == ["pad.png"]


def test_when_nothing_can_be_read_the_status_says_so(models_dir, tmp_path):
    for folder in ("g", "a"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "torn.mp4").write_bytes(b"no video")
    status, told = evaluate_pad(tmp_path / "g", tmp_path / "a", tmp_path)
    assert status == 2
    assert "torn.mp4" in told["error"]


def cut(source: Path, target: Path, frames: int) -> None:
    """The first frames of a video."""
    reader = cv2.VideoCapture(str(source))
    rate = reader.get(cv2.CAP_PROP_FPS)
    writer = None
    for _ in range(frames):
        read, image = reader.read()
        assert read
        if writer is None:
            size = image.shape[1], image.shape[0]
            writer = cv2.VideoWriter(str(target), cv2.VideoWriter_fourcc(*"mp4v"), rate, size)
        writer.write(image)
    writer.release()
    reader.release()


def test_prints_screens_and_replays_are_refused_with_the_passive_networks(
    models_dir, shared_dir, tmp_path
):
    import shutil

    folder = tmp_path / "models"
    shutil.copytree(models_dir, folder, ignore=shutil.ignore_patterns("packs", "carriers"))
    for weights in (shared_dir / "weights").glob("*.onnx"):
        (folder / weights.name).write_bytes(weights.read_bytes())
    media = shared_dir / "media"
    for name, place in (("image_T1", "g"), ("image_F1", "a/print"), ("image_F2", "a/screen")):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / f"{name}.jpg").write_bytes((media / f"{name}.jpg").read_bytes())
    (tmp_path / "a" / "replay").mkdir()
    cut(media / "turning_replay.mp4", tmp_path / "a" / "replay" / "turning.mp4", 120)
    status, told = evaluate_pad(
        tmp_path / "g", tmp_path / "a", tmp_path, FACETILL_MODELS=str(folder)
    )
    assert status == 0
    assert told["passive"]["installed"]
    assert told["apcer"] == {"print": 0, "replay": 0, "screen": 0}
    assert told["session"]["outcomes"]["replay"] == {"looks_fake": 1}
    assert told["passive"]["apcer"]["replay"]["rate"] == 0
    assert told["attacks_passed"] == []
