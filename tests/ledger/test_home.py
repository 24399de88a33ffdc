from __future__ import annotations

import json
import stat

import pytest

from ledger import home as home_module
from ledger.errors import (
    BadAmountError,
    DiskFullError,
    HomeCorruptError,
    HomeError,
    HomeMissingError,
    HomeOccupiedError,
    HomeVersionError,
    KeyCorruptError,
    KeyExposedError,
    KeyMissingError,
)
from ledger.home import create_home, open_home, station_key


def test_a_home_is_made_and_opened_again(tmp_path):
    made = create_home(tmp_path / "a" / "b", "live", "JPY")
    assert open_home(tmp_path / "a" / "b") == made
    assert (made.mode, made.currency) == ("live", "JPY")


def test_an_empty_folder_may_become_a_home(tmp_path):
    (tmp_path / "h").mkdir()
    assert create_home(tmp_path / "h", "demo").path == tmp_path / "h"


def test_private_keys_are_readable_by_their_owner_alone(tmp_path):
    home = create_home(tmp_path / "h", "live")
    assert stat.S_IMODE(home.keys_dir.stat().st_mode) == 0o700
    for name in ("ledger", "kiosk", "desk"):
        assert stat.S_IMODE((home.keys_dir / f"{name}.key").stat().st_mode) == 0o600


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "thesis.txt").write_text("years of work")
    with pytest.raises(HomeOccupiedError):
        create_home(tmp_path / "h", "live")
    assert [p.name for p in tmp_path.rglob("*")] == ["h", "thesis.txt"]


def test_a_home_is_not_made_twice(tmp_path):
    create_home(tmp_path / "h", "live")
    with pytest.raises(HomeOccupiedError):
        create_home(tmp_path / "h", "live")


def test_a_disk_that_fills_up_leaves_no_half_home(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home_module, "sync_folder", full)
    with pytest.raises(DiskFullError):
        create_home(tmp_path / "h", "live")
    assert list(tmp_path.iterdir()) == []


def test_a_home_below_a_file_is_refused(tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(HomeError):
        create_home(tmp_path / "f" / "h", "live")


def test_an_unknown_currency_is_refused(tmp_path):
    with pytest.raises(BadAmountError):
        create_home(tmp_path / "h", "live", "EURO")
    assert list(tmp_path.iterdir()) == []


def test_no_home_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(HomeMissingError) as e:
        open_home(tmp_path / "nowhere")
    assert "facetill init" in e.value.hint


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", HomeCorruptError),
        ("[]", HomeCorruptError),
        ("{}", HomeCorruptError),
        ('{"format": true}', HomeCorruptError),
        ('{"format": 2}', HomeVersionError),
        ('{"format": 1, "mode": "play", "currency": "EUR"}', HomeCorruptError),
        ('{"format": 1, "mode": "live", "currency": "EUR", "id": "x"}', HomeCorruptError),
        ('{"format": 1, "mode": "live", "id": "0123456789abcdef"}', HomeCorruptError),
        ("[" * 9999, HomeCorruptError),
    ],
)
def test_a_damaged_or_foreign_home_json_is_refused(tmp_path, text, error):
    home = create_home(tmp_path / "h", "live")
    (home.path / "home.json").write_text(text)
    with pytest.raises(error) as e:
        open_home(home.path)
    assert e.value.status == 2


def test_home_json_has_the_fields_that_others_read(tmp_path):
    record = json.loads((create_home(tmp_path / "h", "demo").path / "home.json").read_text())
    assert record["format"] == 1
    assert (record["mode"], record["currency"]) == ("demo", "EUR")


def test_a_missing_key_is_named(tmp_path):
    home = create_home(tmp_path / "h", "live")
    (home.keys_dir / "desk.key").unlink()
    with pytest.raises(KeyMissingError, match=r"desk\.key"):
        station_key(home, "desk")


def test_a_key_that_others_can_read_is_refused(tmp_path):
    home = create_home(tmp_path / "h", "live")
    (home.keys_dir / "kiosk.key").chmod(0o640)
    with pytest.raises(KeyExposedError) as e:
        station_key(home, "kiosk")
    assert "chmod 600" in e.value.hint


def test_a_file_that_is_no_key_is_refused(tmp_path):
    home = create_home(tmp_path / "h", "live")
    path = home.keys_dir / "kiosk.key"
    ed25519 = path.read_text()
    for text in ("-----BEGIN PRIVATE KEY-----\nAAAA\n", ed25519.replace("BQYDK2Vw", "BQYDk2Vw")):
        assert text != ed25519
        path.write_text(text)
        with pytest.raises(KeyCorruptError):
            station_key(home, "kiosk")


def test_a_key_never_shows_its_secret(tmp_path):
    key = station_key(create_home(tmp_path / "h", "live"), "kiosk")
    assert repr(key) == f"StationKey({key.key_id})"


def test_the_models_folder_may_be_elsewhere(tmp_path, monkeypatch):
    monkeypatch.delenv("FACETILL_MODELS", raising=False)
    home = create_home(tmp_path / "h", "live")
    assert home.models_dir == home.path / "models"
    monkeypatch.setenv("FACETILL_MODELS", str(tmp_path / "weights"))
    assert home.models_dir == tmp_path / "weights"
