"""The desk's commands from their arguments to their answers: bulk, roles, limits, PINs, backups."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

import enroll.cli
from enroll import errors, pins
from enroll.vault import Vault
from ledger.book import Ledger
from ledger.home import create_home, open_home


def run(home: Path, *words: str) -> tuple[int, dict[str, object], str]:
    whole = argparse.ArgumentParser()
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path)
    common.add_argument("--json", action="store_true")
    enroll.cli.register(whole.add_subparsers(required=True), common)
    args = whole.parse_args(["enroll", *map(str, words), "--home", str(home)])
    status, data, text = args.run(args)
    return status, json.loads(json.dumps(data)), text


def desk(home: Path, *words: str) -> dict[str, object]:
    status, data, text = run(home, *words)
    assert status == 0
    assert text
    return data


@pytest.fixture(scope="module")
def portraits(models_dir) -> dict[str, Path]:
    return {p.stem: p for p in (models_dir / "portraits").rglob("*.jpg")}


@pytest.fixture
def home(tmp_path, models_dir, monkeypatch):
    monkeypatch.setenv("FACETILL_MODELS", str(models_dir))
    made = create_home(tmp_path / "home", "live")
    Ledger.create(made).close()
    return made.path


@pytest.fixture
def pin_file(tmp_path):
    def make(name: str, pin: str) -> str:
        (tmp_path / name).write_text(f"{pin}\n")
        return str(tmp_path / name)

    return make


@pytest.fixture
def ada(home, person):
    with Vault.create(open_home(home)) as vault:
        return vault.add(person(1, name="Ada Lovelace", phone="5550100"))


# --- import ----------------------------------------------------------------------------------


def test_a_table_is_imported_row_by_row_and_a_bad_row_loses_nothing_else(home, portraits, tmp_path):
    table = tmp_path / "people.csv"
    rows = [
        ("Ada Lovelace", "5550100", portraits["person_a_2"], "yes"),
        ("No Consent", "5550101", portraits["impostor_1"], "no"),
        ("No Picture", "5550102", "not-there.jpg", "yes"),
        ("", "5550103", portraits["impostor_1"], "yes"),
        ("Bad Phone", "abc", portraits["impostor_1"], "yes"),
        ("Ada Again", "5550104", portraits["person_a_2"], "yes"),
        ("Same Phone", "5550100", portraits["impostor_1"], "yes"),
        ("Broken", "5550105", tmp_path / "broken.jpg", "yes"),
        ("Grace Hopper", "5550106", portraits["impostor_1"], "YES"),
    ]
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    lines = ["name,phone,picture,consent", *(",".join(map(str, row)) for row in rows)]
    table.write_text("\n".join(lines), encoding="utf-8")
    status, told, text = run(home, "import", str(table))
    assert status == 1
    assert (told["enrolled"], told["refused"]) == (2, 7)
    assert [r["status"] == "enrolled" for r in told["rows"]] == [True, *[False] * 7, True]
    assert [r["row"] for r in told["rows"]] == list(range(2, 11))  # as an editor counts lines
    first = told["rows"][0]["pseudonym"]
    assert told["rows"][5]["pseudonym"] == told["rows"][6]["pseudonym"] == first
    for row, why in (
        *((1, "consent"), (2, "not-there"), (3, "name"), (4, "phone"), (5, "enrolled already")),
        *((6, "phone number belongs"), (7, "broken.jpg")),
    ):
        assert why in told["rows"][row]["reason"]
    assert "2 of 9 rows enrolled" in text
    names = [s["name"] for s in desk(home, "list")["shoppers"]]
    assert names == ["Ada Lovelace", "Grace Hopper"]
    again = run(home, "import", str(table))[1]
    assert again["enrolled"] == 0  # and nobody is doubled by a second run


def test_a_folder_is_imported_by_its_file_names_once_somebody_says_they_agreed(
    home, portraits, tmp_path
):
    folder = tmp_path / "people"
    (folder / "Grace Hopper_5550101").mkdir(parents=True)
    (folder / "Ada Lovelace_5550100.jpg").write_bytes(portraits["person_a_2"].read_bytes())
    for name in ("person_b_1", "person_b_2"):
        (folder / "Grace Hopper_5550101" / f"{name}.jpg").write_bytes(portraits[name].read_bytes())
    (folder / "notes.txt").write_text("no picture")
    status, told, _ = run(home, "import", str(folder))
    assert (status, told["enrolled"]) == (1, 0)
    told = desk(home, "import", str(folder), "--consent")
    assert told["enrolled"] == 2
    assert desk(home, "show", "5550101")["name"] == "Grace Hopper"


@pytest.mark.parametrize("text", ["", "name,phone\nA,1\n", "name,phone,picture,consent\n"])
def test_a_table_without_rows_or_columns_is_refused_whole(home, tmp_path, text):
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(errors.BadInputError):
        run(home, "import", str(tmp_path / "people.csv"))
    with pytest.raises(errors.BadInputError):
        run(home, "import", str(tmp_path / "not-there.csv"))


def test_a_disk_that_fills_up_ends_an_import_and_says_what_was_not_tried(
    home, portraits, monkeypatch, tmp_path
):
    table = tmp_path / "people.csv"
    rows = [f"P{n},555010{n},{portraits['impostor_1']},yes" for n in range(3)]
    table.write_text("\n".join(["name,phone,picture,consent", *rows]))

    def full(*_, **__):
        raise errors.DiskFullError("The disk is full.", hint="Free some space.")

    monkeypatch.setattr(Vault, "add", full)
    status, told, _ = run(home, "import", str(table))
    assert status == 1
    assert [r["status"] for r in told["rows"]] == ["refused", "not tried", "not tried"]


# --- accounts --------------------------------------------------------------------------------


def test_a_shopper_is_corrected_limited_given_a_pin_and_exported(home, ada, pin_file, tmp_path):
    assert desk(home, "edit", "5550100", "--name", "Ada King")["name"] == "Ada King"
    assert desk(home, "pin", "5550100", "--pin-file", pin_file("p", "907214"))["has_pin"]
    limited = desk(home, "limits", "5550100", "--per-payment", "20", "--per-day", "50.00")
    assert limited["limits"] == {
        "per_payment_minor": 2_000,
        "per_day_minor": 5_000,
        "face_allowed": True,
    }
    freed = desk(home, "limits", "5550100", "--per-day", "none", "--face", "no")["limits"]
    assert freed == {"per_payment_minor": 2_000, "per_day_minor": None, "face_allowed": False}
    assert "per day: none" in run(home, "limits", "5550100")[2]
    out = tmp_path / "ada.json"
    assert desk(home, "export", "5550100", "--out", out)["pseudonym"] == ada.pseudonym
    assert out.stat().st_mode & 0o077 == 0
    assert json.loads(out.read_text())["name"] == "Ada King"
    with pytest.raises(errors.BadInputError, match="already"):
        run(home, "export", "5550100", "--out", out)
    assert not desk(home, "pin", ada.pseudonym, "--remove")["has_pin"]
    with pytest.raises(errors.BadInputError, match="Nothing was named"):
        run(home, "edit", "5550100")
    with pytest.raises(errors.BadInputError, match="terminal"):
        run(home, "pin", "5550100")


def test_a_person_enrols_with_pin_and_limits_and_renews_the_template(home, portraits, pin_file):
    made = desk(
        *(home, "add", "--name", "B", "--phone", "5550101", "--consent", "--language", "ko"),
        *("--camera", portraits["person_b_1"], "--pin-file", pin_file("p", "907214")),
        *("--per-day", "30"),
    )
    assert made["has_pin"]
    assert made["limits"]["per_day_minor"] == 3_000
    assert made["consent"]["version"] == "2026-2-ko"
    assert 40 <= made["quality"] <= 100
    renewed = desk(home, "renew", "5550101", "--camera", portraits["person_b_2"], "--consent")
    assert renewed["pseudonym"] == made["pseudonym"]
    with pytest.raises(errors.OtherFaceError):
        run(home, "renew", "5550101", "--camera", portraits["impostor_1"], "--consent")
    with pytest.raises(errors.ConsentMissingError):
        run(home, "renew", "5550101", "--camera", portraits["person_b_2"])


def test_a_revocation_is_in_vault_book_and_trail(home, ada):
    desk(home, "topup", "5550100", "5")
    gone = desk(home, "revoke", "5550100", "--yes")
    assert gone["status"] == "revoked"
    with Ledger.open(open_home(home), read_only=True) as book:
        assert [e.kind for e in book.entries()][-1] == "erasure"
    told = desk(home, "audit")
    assert [e["action"] for e in told["entries"]] == ["enrol", "top up", "revoke"]


# --- roles -----------------------------------------------------------------------------------


def test_staff_sign_in_by_pin_and_managers_do_the_rest(home, ada, pin_file, monkeypatch):
    monkeypatch.setattr(pins, "_MEMORY_KIB", 64)  # what a hash costs is looked at elsewhere
    anna, ben, wrong = (
        pin_file(name, pin) for name, pin in (("a", "290571"), ("b", "835027"), ("w", "111112"))
    )
    assert "open desk" in run(home, "staff", "list")[2]
    desk(home, "staff", "add", "anna", "--role", "manager", "--pin-file", anna)
    as_anna = ("--staff", "anna", "--staff-pin-file", anna)
    as_ben = ("--staff", "ben", "--staff-pin-file", ben)
    desk(home, "staff", "add", "ben", "--pin-file", ben, *as_anna)
    with pytest.raises(errors.SignInError, match="nobody signed in"):
        run(home, "list")
    with pytest.raises(errors.SignInError, match="not the PIN"):
        run(home, "list", "--staff", "ben", "--staff-pin-file", wrong)
    assert len(desk(home, "list", *as_ben)["shoppers"]) == 1
    assert len(desk(home, "staff", "list", *as_ben)["staff"]) == 2
    for words in (("revoke", "5550100", "--yes"), ("rotate-key",), ("audit",)):
        with pytest.raises(errors.SignInError, match="ben may not"):
            run(home, *words, *as_ben)
    desk(home, "revoke", "5550100", "--yes", *as_anna)
    told = desk(home, "audit", *as_anna)
    assert [(e["staff"], e["action"]) for e in told["entries"]] == [
        *(("desk", "enrol"), ("desk", "add staff"), ("anna", "add staff"), ("anna", "revoke")),
    ]
    head = told["head"]
    assert desk(home, "audit", "--head", head, "--since", "3", *as_anna)["head"] == head
    with pytest.raises(errors.DamagedError, match="does not contain the head"):
        run(home, "audit", "--head", "2:" + "0" * 64, *as_anna)


# --- the vault as a whole --------------------------------------------------------------------


def test_a_vault_is_backed_up_and_restored_by_command(home, ada, tmp_path):
    file = tmp_path / "vault.gz"
    assert desk(home, "backup", file)["shoppers"] == 1
    with pytest.raises(errors.VaultExistsError):
        run(home, "restore", file)
    (home / "vault").rename(tmp_path / "aside")
    assert desk(home, "restore", file)["shoppers"] == 1
    assert desk(home, "show", "5550100")["pseudonym"] == ada.pseudonym
    assert desk(home, "renew-transform") == {"renewed": 1}
    assert desk(home, "rotate-key")["rewrapped"] == 1


def test_the_transform_is_evaluated_and_a_rotation_timed_by_command(home, portraits, tmp_path):
    for name in ("person_a", "person_b"):
        (tmp_path / "people" / name).mkdir(parents=True)
        for place in ("1", "2"):
            picture = portraits[f"{name}_{place}"]
            (tmp_path / "people" / name / picture.name).write_bytes(picture.read_bytes())
    found = desk(home, "evaluate-transform", "--pictures", tmp_path / "people")
    assert (found["pairs_mated"], found["pairs_non_mated"]) == (2, 4)
    assert found["cosine_error_max"] < 1e-5
    timed = desk(home, "bench", "--records", "500")
    assert timed["records"] == 500
    assert timed["ratio_to_peer"] > 0
    with pytest.raises(errors.BadInputError):
        run(home, "evaluate-transform", "--pictures", tmp_path)
