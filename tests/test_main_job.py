"""The main job through the real commands: demo, enrol, pay, refuse a picture, audit."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SHOTS = ["attract", "cart", "cart", "review", "pay", "face", "confirm", "receipt"]


def facetill(*words, home):
    return subprocess.run(
        [sys.executable, "-m", "kiosk.main", *words, "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory, models_dir):
    assert models_dir
    home = tmp_path_factory.mktemp("demo") / "home"
    return home, facetill("demo", "--json", home=home)


def test_the_demo_pays_refuses_the_picture_and_checks(shown):
    _, done = shown
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["outcome"] == "paid"
    assert told["still"] == {"outcome": "refused", "reason": "not_live"}
    assert told["check"]["ok"] is True
    assert len(told["receipt"]["lines"]) == 3
    assert told["receipt"]["mode"] == "demo"


def test_the_demo_leaves_a_picture_of_every_screen(shown):
    home, _ = shown
    names = sorted(path.stem for path in (home / "screenshots").glob("*.png"))
    assert [name.split("-", 1)[1] for name in names] == SHOTS


def test_the_demo_can_be_run_again_and_recognises_its_shopper(shown):
    home, _ = shown
    again = facetill("demo", home=home)
    assert again.returncode == 0, again.stderr
    assert "TOTAL" in again.stdout
    listed = json.loads(facetill("enroll", "list", "--json", home=home).stdout)
    assert len(listed["shoppers"]) == 1


def test_the_demo_does_not_play_in_a_live_home(live_home):
    done = facetill("demo", home=live_home.path)
    assert done.returncode == 2
    assert "live home" in done.stderr


def test_the_receipt_of_a_headless_payment_is_verified_by_a_stranger(shown, tmp_path):
    home, _ = shown
    words = ("kiosk", "--headless", "--cart", "tea:1", "--camera", "sample", "--json")
    paid = json.loads(facetill(*words, home=home).stdout)
    assert paid["outcome"] == "paid"
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(paid["receipt"]))
    key = (home / "keys" / "ledger.vkey").read_text().strip()
    nowhere = tmp_path / "nowhere"
    assert facetill("ledger", "verify", str(receipt), "--key", key, home=nowhere).returncode == 0
    receipt.write_text(json.dumps(paid["receipt"]).replace("Tea", "Tee"))
    assert facetill("ledger", "verify", str(receipt), "--key", key, home=nowhere).returncode == 1


def test_a_person_already_enrolled_is_recognised_and_not_doubled(shown):
    home, _ = shown
    words = ("enroll", "add", "--name", "Somebody Else", "--phone", "5550199", "--consent")
    done = facetill(*words, "--camera", "sample", home=home)
    assert done.returncode == 1
    assert "s-" in done.stderr


def test_a_live_stranger_is_not_recognised_and_nobody_is_charged(demo_home, models_dir):
    portrait = str(models_dir / "portraits" / "person_a_2.jpg")
    person = ("enroll", "add", "--name", "Other", "--phone", "5550177", "--consent")
    enrolled = facetill(*person, "--camera", portrait, "--topup", "50.00", home=demo_home.path)
    assert enrolled.returncode == 0, enrolled.stderr
    before = facetill("ledger", "balance", "--json", home=demo_home.path).stdout
    words = ("kiosk", "--headless", "--cart", "tea:1", "--camera", "sample", "--json")
    done = json.loads(facetill(*words, home=demo_home.path).stdout)
    assert done["reason"] == "unknown_face"
    assert facetill("ledger", "balance", "--json", home=demo_home.path).stdout == before


def test_a_revoked_person_pays_no_more(shown):
    home, _ = shown
    assert facetill("enroll", "revoke", "5550100", "--yes", home=home).returncode == 0
    words = ("kiosk", "--headless", "--cart", "tea:1", "--camera", "sample", "--json")
    done = json.loads(facetill(*words, home=home).stdout)
    assert (done["outcome"], done["reason"]) == ("refused", "unknown_face")


def test_a_kiosk_without_anybody_enrolled_says_so(demo_home, models_dir):
    assert models_dir
    done = facetill(
        "kiosk", "--headless", "--cart", "tea:1", "--camera", "sample", home=demo_home.path
    )
    assert done.returncode == 2
    assert "Nobody is enrolled" in done.stderr
