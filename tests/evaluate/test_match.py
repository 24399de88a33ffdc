"""The real command on real portraits: two people twice, two others, and files that are no use."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path


def evaluate(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", "evaluate", *words, "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
        env=os.environ,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done


@pytest.fixture(scope="module")
def people(models_dir, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for picture in (models_dir / "portraits").glob("*.jpg"):
        person = folder / picture.stem.removesuffix("_1").removesuffix("_2")
        if picture.stem.startswith("impostor"):
            person = folder / picture.stem
        person.mkdir(exist_ok=True)
        (person / picture.name).write_bytes(picture.read_bytes())
    return folder


@pytest.fixture(scope="module")
def report(people, tmp_path_factory):
    """The folder of portraits, evaluated with a plot."""
    home = tmp_path_factory.mktemp("evaluated")
    plot = home / "det.png"
    done = evaluate("match", "--folder", str(people), "--plot", str(plot), "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), plot


def test_the_portraits_are_told_apart_at_the_shipped_threshold(report):
    from enroll.gallery import THRESHOLD

    told, _ = report
    assert (told["fmr"], told["fnmr"], told["eer"]) == (0, 0, 0)
    assert told["threshold"] == THRESHOLD
    assert told["failures_to_acquire"] == 0
    assert told["pairs"] == 15
    assert told["comparisons"] == {
        "mated": 2, "non_mated": 13, "not_acquired": 0, "non_mated_sampled_of": None,
    }  # fmt: skip


def test_no_error_is_reported_with_what_so_few_pictures_can_say(report):
    told, _ = report
    at = told["at_threshold"]
    assert at["fmr"]["bounds_rule"] == at["fnmr"]["bounds_rule"] == "rule of three"
    assert at["fmr"]["bounds_95"][1] == pytest.approx(1 - 0.05 ** (1 / 13))
    assert told["suggested"]["threshold"] is None
    assert told["suggested"]["non_mated_needed"] == 3000
    assert "3,000 non-mated comparisons" in told["suggested"]["says"]
    assert "no certification" in told["says"]


def test_the_table_of_thresholds_is_monotone_and_holds_the_shipped_one(report):
    told, _ = report
    rows = told["thresholds"]
    assert told["threshold"] in [row["threshold"] for row in rows]
    for one, next_ in itertools.pairwise(rows):
        assert one["threshold"] < next_["threshold"]
        assert one["fmr"]["rate"] >= next_["fmr"]["rate"]
        assert one["fnmr"]["rate"] <= next_["fnmr"]["rate"]


def test_the_tills_own_thresholds_rise_with_the_shoppers_and_stand_with_their_rates(report):
    told, _ = report
    rows = told["till"]
    assert [row["shoppers"] for row in rows] == [1, 100, 1_000, 10_000]
    assert [row["threshold"] for row in rows] == sorted(row["threshold"] for row in rows)
    assert rows[0]["threshold"] >= told["threshold"]
    assert all(row["fmr"]["rate"] == 0 for row in rows)


def test_the_plot_is_a_picture_and_the_only_thing_written(report):
    _, plot = report
    assert cv2.imread(str(plot)).shape[1] > 1000
    assert [file.name for file in plot.parent.iterdir()] == [plot.name]


def test_a_list_goes_on_past_files_that_are_no_use_and_names_them(people, models_dir, tmp_path):
    (group,) = models_dir.rglob("multi_face.jpg")
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((200, 200, 3), 120, np.uint8))
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "empty.jpg").touch()
    one, two = sorted((people / "person_a").iterdir())
    other = next((people / "impostor_1").iterdir())
    rows = [
        f"{one},{two},1",
        f"{one},{other},0",
        f"{one},gone.jpg,1",
        f"{two},torn.jpg,0",
        f"empty.jpg,{two},0",
        f"wall.png,{two},0",
        f"{group},{two},0",
    ]
    listed = tmp_path / "pairs.csv"
    listed.write_text("\n".join(rows))
    done = evaluate("match", "--pairs", str(listed), "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {row["file"].rsplit("/")[-1]: row["reason"] for row in told["failed"]} == {
        "gone.jpg": "missing",
        "torn.jpg": "unreadable",
        "empty.jpg": "unreadable",
        "wall.png": "no_face",
        "multi_face.jpg": "two_faces",
    }
    assert (told["failures_to_acquire"], told["bad_files"]) == (5, 3)
    assert (told["comparisons"]["mated"], told["comparisons"]["non_mated"]) == (1, 1)
    assert told["with_failures_to_acquire"]["frr"]["rate"] == 0.5
    assert told["fnmr"] == 0
    shown = evaluate("match", "--pairs", str(listed), home=tmp_path).stdout
    assert "torn.jpg: cannot be decoded" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pairs", "gone.csv"], "gone.csv"),
        (["--folder", "gone"], "gone"),
        (["--folder", ".", "--plot", "det.pdf"], "det.pdf"),
        (["--folder", ".", "--plot", "nowhere/det.png"], "nowhere"),
    ],
)
def test_what_cannot_be_evaluated_is_bad_input(words, said, tmp_path, models_dir):
    words = [word if word.startswith("-") else str(tmp_path / word) for word in words]
    done = evaluate("match", *words, "--json", home=tmp_path)
    assert done.returncode == 2
    assert said in json.loads(done.stdout)["error"]


def test_when_no_pair_is_left_the_status_says_so(tmp_path, models_dir):
    listed = tmp_path / "pairs.csv"
    listed.write_text("a.jpg,b.jpg,1\n")
    done = evaluate("match", "--pairs", str(listed), home=tmp_path)
    assert done.returncode == 2
    assert "there is no such file: 2" in done.stderr


def test_without_networks_the_way_to_them_is_said(people, tmp_path, monkeypatch):
    monkeypatch.delenv("FACETILL_MODELS", raising=False)
    done = evaluate("match", "--folder", str(people), home=tmp_path)
    assert done.returncode == 2
    assert "facetill models fetch" in done.stderr


def test_the_command_explains_itself_with_examples(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", "evaluate", "match", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "facetill evaluate match" in done.stdout
    assert "--non-mated-max" in done.stdout
