"""The benches measure what they say, on the real command; no figure is judged here."""

from __future__ import annotations

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from kiosk.bench import search, soak
from kiosk.bench.peers import InsightFacePeer, OpenCvPeer, opencv_detector
from kiosk.bench.session import STAGES, LoopProbe, Watch, Watched, _ratios
from kiosk.bench.timing import in_turns, percentile, ratio
from kiosk.bench.vision import SIZE, sample_frames
from kiosk.main import main
from models.frames import open_source


def bench(capsys, *words):
    status = main(["bench", *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_ways_are_run_in_turns_on_the_same_input():
    seen = []
    ways = {name: lambda item, name=name: seen.append((name, item)) for name in "ab"}
    times = in_turns(ways, [1, 2], rounds=3, seconds_max=60)
    assert seen[2:] == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 1), ("b", 1)]
    assert [len(values) for values in times.values()] == [3, 3]


def test_a_ratio_is_of_pairs_so_that_a_busy_second_counts_on_both_sides():
    assert ratio({"peer": [10, 100, 30], "own": [5, 50, 10]}, "peer", "own") == 2


@pytest.mark.parametrize(("percent", "wanted"), [(50, 2), (99, 4), (1, 1), (100, 4)])
def test_a_percentile_is_a_value_that_was_measured(percent, wanted):
    assert percentile([4, 1, 3, 2], percent) == wanted


def test_bench_search_gives_the_figures_that_others_read(capsys):
    status, data = bench(capsys, "search", "--quick", "--templates", "21000")
    assert status == 0
    assert data["templates"] == 21_000
    assert data["recall"] == 1
    assert data["p99_ms"] > 0
    assert [row["templates"] for row in data["sizes"]] == [1_000, 10_000, 21_000]


def test_probes_of_somebody_are_near_them_and_of_nobody_are_not():
    rng = np.random.default_rng(0)
    rows = search.templates(rng, 2_000)
    nearest = (search.probes(rng, rows, 200) @ rows.T).max(axis=1)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert nearest[::2].min() > nearest[1::2].max()


@pytest.mark.parametrize(
    "words",
    [
        ("search", "--templates", "999"),
        ("search", "--templates", "1000001"),
        ("soak", "--minutes", "0"),
        ("soak", "--minutes", "nan"),
        ("vision", "--sessions", "-1"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_a_range(capsys, words):
    assert main(["bench", *words]) == 2
    assert "Choose" in capsys.readouterr().err


def test_opencvs_detector_is_the_same_network_in_its_own_words(models_dir, vision, tmp_path):
    from models import pins

    file = tmp_path / "yunet.onnx"
    file.write_bytes(opencv_detector((models_dir / pins.DETECTOR.name).read_bytes()))
    (frame,) = sample_frames(models_dir, 1)
    row = cv2.FaceDetectorYN.create(str(file), "", SIZE, 0.6, 0.4).detect(frame)[1][0]
    face = vision.detect(frame)[0]
    assert np.allclose(row[4:14].reshape(5, 2), face.points, atol=0.2)
    assert row[14] == pytest.approx(face.score, abs=1e-3)


@pytest.mark.parametrize("name", ["insightface", "opencv"])
def test_a_peer_in_the_till_sees_and_knows_the_same_face(models_dir, vision, name):
    peer = InsightFacePeer(models_dir, 640)
    if name == "opencv":
        peer = OpenCvPeer(models_dir, (320, 240))
    theirs = vision.with_eyes(*peer.eyes())
    (frame,) = sample_frames(models_dir, 1)
    face, same = vision.detect(frame)[0], theirs.detect(frame)[0]
    assert np.allclose(face.points, same.points, atol=0.5)
    assert np.allclose(face.box, same.box, atol=2)
    assert vision.embed(frame, face) @ theirs.embed(frame, same) > 0.99
    assert theirs.detect(np.zeros((90, 120, 3), np.uint8)) == []
    assert theirs.recogniser_id == vision.recogniser_id


def test_a_session_has_its_ratio_to_every_peer_that_could_pay():
    ours = [dict.fromkeys(STAGES, ms) for ms in (10.0, 20.0, 30.0)]
    found = _ratios(ours, {"swift": [dict.fromkeys(STAGES, 50.0)], "slow": []})
    assert found == {
        "with_challenge_swift_ms_p50": 150,
        "with_challenge_speedup_vs_swift": 2.5,
        "without_challenge_swift_ms_p50": 100,
        "without_challenge_speedup_vs_swift": 2.5,
    }


def test_a_short_soak_pays_and_weighs_the_process(capsys, models_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("FACETILL_MODELS", str(models_dir))
    picture = tmp_path / "memory.png"
    status, data = bench(capsys, "soak", "--minutes", "0.001", "--plot", str(picture))
    assert status == 0
    assert data["payments"] == 1
    assert data["refused"] == {}
    assert data["resident_mb_end"] > 50
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_growth_is_the_slope_after_the_warm_up():
    seen = soak.Soak([0, 1, 2, 3, 4, 5], [10, 90, 93, 96, 99, 102])
    seen.outcomes["paid"] = 10
    assert seen.to_json()["growth_mb_per_minute"] == pytest.approx(3)


def test_a_plot_that_cannot_be_written_is_said_in_a_sentence(tmp_path):
    from kiosk.errors import Error

    seen = soak.Soak([0, 1], [1, 1])
    with pytest.raises(Error, match="cannot be written"):
        soak.plot(seen, tmp_path / "missing" / "memory.png")


def test_a_watch_cuts_a_payment_into_its_stages():
    from dataclasses import replace

    from kiosk.flow import Screen, attract

    state = attract("EUR")
    watch = Watch()
    watch.see(replace(state, screen=Screen.FACE))
    watch.captured()
    for change in (
        {"screen": Screen.FACE},
        {"screen": Screen.FACE, "steps_total": 1, "prompt": "look"},
        {"screen": Screen.FACE, "steps_total": 1, "prompt": "blink"},
        {"screen": Screen.FACE, "steps_total": 1, "steps_done": 1, "prompt": "look"},
        {"screen": Screen.CONFIRM},
        {"screen": Screen.RECEIPT},
    ):
        watch.see(replace(state, **change))
    names = [name for _, name in watch.marks]
    assert names == ["opening", "settling", "movements", "looking ahead again", "paying", "end"]
    assert all(ms >= 0 for ms in watch.stages_ms().values())
    assert watch.hint == ""


def test_a_frame_without_a_face_to_go_by_is_noted_before_the_movements_alone():
    from dataclasses import replace

    from kiosk.flow import Screen, attract

    face = replace(attract("EUR"), screen=Screen.FACE, steps_total=1, prompt="look")
    for began, wanted in ((True, "no_face"), (False, "")):
        watch = Watch()
        watch.captured()
        if not began:
            watch.see(replace(face, prompt="blink"))
        watch.see(replace(face, hint="no_face"))
        assert watch.hint == wanted


def test_a_watched_source_tells_of_its_first_frame_once_and_is_else_the_same(models_dir):
    told = []
    source = Watched(open_source("sample", models_dir), lambda: told.append("captured"))
    assert (source.kind, source.name, told) == ("sample", "the sample clip", [])
    assert [source.read().index, source.read().index] == [0, 1]
    assert told == ["captured"]
    source.close()


def test_a_watched_source_can_be_played_as_quickly_as_a_camera_gives_frames(models_dir):
    source = Watched(open_source("sample", models_dir), lambda: None, fps=30)
    played = [source.read() for _ in range(31)]
    source.close()
    own = open_source("sample", models_dir)
    assert all((frame.image == own.read().image).all() for frame in played)
    assert [frame.index for frame in played] == list(range(31))
    assert [played[n].t_ms for n in (0, 1, 2, 30)] == [0, 33, 67, 1000]
    own.close()


def test_a_way_that_is_to_be_warm_takes_the_input_before_its_own_untimed():
    seen = []
    ways = {name: lambda item, name=name: seen.append((name, item)) for name in "ab"}
    times = in_turns(ways, [1, 2, 3], rounds=3, seconds_max=60, warm=True)
    assert seen[2:6] == [("a", 3), ("a", 1), ("b", 3), ("b", 1)]
    assert seen[6:8] == [("a", 1), ("a", 2)]
    assert [len(values) for values in times.values()] == [3, 3]


def test_in_turns_rests_before_each_way_where_it_is_told_to():
    order = []
    ways = {name: lambda _, name=name: order.append(name) for name in "ab"}
    in_turns(ways, [0], rounds=3, seconds_max=60, before_each=lambda: order.append("rest"))
    assert order[2:6] == ["rest", "a", "rest", "b"]


def test_the_mirrors_rate_is_between_its_frames_and_its_worst_second_is_told():
    probe = LoopProbe(till=None)
    even = [n / 25 for n in range(51)]
    halting = [9 + n / 25 for n in range(26)] + [11 + n / 25 for n in range(1, 26)]
    probe.drawn_s = [even]
    assert probe.frames_per_second() == pytest.approx(25)
    assert set(probe.whole_seconds()) == {25}
    probe.drawn_s = [even, [], halting]
    assert probe.frames_per_second() == pytest.approx(100 / (2 + 3))
    assert min(probe.whole_seconds()) == 0


def test_the_probe_counts_turns_only_while_the_camera_is_on():
    class Till:
        preview = None

    probe = LoopProbe(Till())
    probe.turn()
    probe.turn()
    assert probe.late_ms == []


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_ten_minutes_of_shopping_leave_the_memory_as_it_was(tmp_path):
    words = ["bench", "soak", "--minutes", "10", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", *words, "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    data = json.loads(done.stdout)
    assert data["refused"] == {}
    assert data["resident_mb_end"] - data["resident_mb_start"] < 30
