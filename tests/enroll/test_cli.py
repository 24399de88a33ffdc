"""`facetill enroll` from its arguments to its answers, on real faces and the real networks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

import enroll.cli
import enroll.errors
import ledger.errors
import models.errors
from ledger.book import Ledger
from ledger.home import open_home


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser()
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path)
    common.add_argument("--json", action="store_true")
    enroll.cli.register(whole.add_subparsers(required=True), common)
    return whole


def desk(home: Path, *words: str) -> dict[str, object]:
    args = parser().parse_args(["enroll", *words, "--home", str(home)])
    status, data, text = args.run(args)
    assert status == 0
    assert text
    return json.loads(json.dumps(data))


def add(home: Path, camera: object, phone: str, *more: str) -> dict[str, object]:
    words = ("--name", f"Person {phone}", "--phone", phone, "--camera", str(camera), "--consent")
    return desk(home, "add", *words, *more)


@pytest.fixture(scope="module")
def portraits(models_dir) -> dict[str, Path]:
    return {p.stem: p for p in (models_dir / "portraits").rglob("*.jpg")}


@pytest.fixture
def home(tmp_path, monkeypatch, models_dir) -> Path:
    monkeypatch.setenv("FACETILL_MODELS", str(models_dir))
    return tmp_path / "home"


def test_a_shopper_is_enrolled_found_topped_up_and_erased(home, capsys):
    made = add(home, "sample", "555-0100", "--topup", "20")
    assert "made a live home" in capsys.readouterr().err
    assert (made["status"], made["balance_minor"], made["frames"]) == ("active", 2000, 5)
    assert set(made).isdisjoint({"embedding", "template", "similarity", "margin", "score"})
    assert desk(home, "topup", "5550100", "5.50", "--id", "t-1")["balance_minor"] == 2550
    assert desk(home, "topup", "5550100", "5.50", "--id", "t-1")["balance_minor"] == 2550
    with pytest.raises(enroll.errors.AlreadyEnrolledError, match=made["pseudonym"]):
        add(home, "sample:200-300", "5550101")  # the same person, another time, another number
    assert desk(home, "rotate-key")["rewrapped"] == 1
    assert desk(home, "show", "5550100")["name"] == "Person 555-0100"
    assert len(desk(home, "list")["shoppers"]) == 1
    gone = desk(home, "revoke", "5550100", "--yes")
    assert (gone["status"], gone["name"], gone["phone"]) == ("revoked", "", "")
    with pytest.raises(enroll.errors.UnknownShopperError):
        desk(home, "topup", made["pseudonym"], "1")
    with Ledger.open(open_home(home)) as book:
        assert book.check() == []


def test_one_picture_is_enough_and_another_of_years_later_is_recognised(home, portraits):
    first = add(home, portraits["person_b_1"], "5550100")
    assert first["frames"] == 1
    with pytest.raises(enroll.errors.AlreadyEnrolledError, match=first["pseudonym"]):
        add(home, portraits["person_b_2"], "5550101")
    add(home, portraits["impostor_1"], "5550102")


def test_a_folder_of_different_people_is_refused(home, portraits):
    with pytest.raises(enroll.errors.TwoPeopleError):
        add(home, portraits["person_b_1"].parent, "5550100")
    assert desk(home, "list") == {"shoppers": []}


def test_without_consent_nothing_is_opened_or_made(home):
    with pytest.raises(enroll.errors.ConsentMissingError, match="consent") as told:
        desk(home, "add", "--name", "A", "--phone", "5550100", "--camera", "sample")
    assert told.value.status == 2
    assert not home.exists()


def test_a_number_in_use_is_refused_before_the_camera_opens(home, portraits):
    made = add(home, portraits["person_b_1"], "5550100")
    with pytest.raises(enroll.errors.AlreadyEnrolledError, match=made["pseudonym"]):
        add(home, "no-such-camera.mp4", "5550100")


@pytest.mark.parametrize("amount", ["0", "-1", "ten", "1.234"])
def test_a_bad_amount_enrols_nobody(home, portraits, amount):
    with pytest.raises((enroll.errors.BadInputError, ledger.errors.BadAmountError)):
        add(home, portraits["person_b_1"], "5550100", f"--topup={amount}")
    assert desk(home, "list") == {"shoppers": []}


def test_a_source_that_is_not_there_makes_no_vault(home):
    with pytest.raises(models.errors.Error):
        add(home, "no-such-clip.mp4", "5550100")
    assert not open_home(home).vault_db.exists()
    assert not list((home / "keys").glob("master*"))


def test_a_passphrase_is_asked_of_every_verb_from_then_on(home, portraits, tmp_path):
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse battery\n")
    wrong.write_text("incorrect horse\n")
    add(home, portraits["person_b_1"], "5550100", "--passphrase-file", str(right))
    for words in (("list",), ("show", "5550100"), ("revoke", "5550100", "--yes")):
        with pytest.raises(enroll.errors.WrongSecretError, match="passphrase"):
            desk(home, *words, "--passphrase-file", str(wrong))
    listed = desk(home, "list", "--passphrase-file", str(right))
    assert [s["status"] for s in listed["shoppers"]] == ["active"]
    moved = desk(home, "rotate-key", "--key", "keyfile", "--passphrase-file", str(right))
    assert moved == {"rewrapped": 1, "key": "keyfile"}
    assert len(desk(home, "list")["shoppers"]) == 1


def test_erasing_asks_first(home, portraits, monkeypatch):
    add(home, portraits["person_b_1"], "5550100")
    with pytest.raises(enroll.errors.BadInputError, match="cannot be undone"):
        desk(home, "revoke", "5550100")
    assert desk(home, "show", "5550100")["status"] == "active"


def test_whoever_wants_no_face_on_file_gets_an_account_without_a_camera(home, tmp_path):
    pin = tmp_path / "pin"
    pin.write_text("482913\n")
    words = ("add", "--name", "Ada", "--phone", "5550100", "--consent", "--camera", "none")
    with pytest.raises(enroll.errors.BadInputError, match="PIN"):
        desk(home, *words)
    made = desk(home, *words, "--pin-file", str(pin))
    assert made["has_pin"]
    assert not made["limits"]["face_allowed"]
    assert desk(home, "renew-transform")["renewed"] == 0
    assert len(desk(home, "list")["shoppers"]) == 1
