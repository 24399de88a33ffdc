"""The one door: help, errors, interruptions and statuses, as a person at a shell meets them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import kiosk.main
from ledger.errors import Refused

HEAVY = {"cv2", "numpy", "onnxruntime", "insightface", "PySide6", "cryptography", "apsw", "rich"}


def facetill(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk.main", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def test_describing_the_command_line_loads_nothing_heavy():
    script = (
        f"import sys, kiosk.main; kiosk.main.build_parser(); print({HEAVY!r} & set(sys.modules))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "station", ["demo", "models", "enroll", "kiosk", "ledger", "evaluate", "doctor"]
)
def test_every_station_explains_itself_with_examples(station):
    shown = facetill(station, "--help")
    assert shown.returncode == 0
    assert "examples:" in shown.stdout
    assert f"facetill {station}" in shown.stdout


def test_an_unknown_command_is_bad_input():
    shown = facetill("dance")
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


def _raise(error: BaseException) -> tuple[int, dict[str, object], str]:
    raise error


def test_an_error_is_one_sentence_and_one_hint_and_its_own_status(capsys):
    error = Refused("The book is shut.", hint="Open it.")
    assert kiosk.main.run(lambda: _raise(error), as_json=False) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "facetill: The book is shut.\n  hint: Open it.\n"


def test_an_error_is_one_object_for_a_machine(capsys):
    error = Refused("The book is shut.", hint="Open it.")
    kiosk.main.run(lambda: _raise(error), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told == {"error": "The book is shut.", "hint": "Open it.", "status": 1}


def test_ctrl_c_says_so_and_nothing_more(capsys):
    assert kiosk.main.run(lambda: _raise(KeyboardInterrupt()), as_json=False) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_our_own_shows_no_traceback_and_no_value(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("FACETILL_DEBUG", raising=False)
    monkeypatch.setattr("tempfile.tempdir", None)
    fault = ZeroDivisionError("secret value")
    assert kiosk.main.run(lambda: _raise(fault), as_json=False) == 2
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    (report,) = tmp_path.glob("facetill-crash-*.txt")
    kept = report.read_text(encoding="utf-8")
    assert "ZeroDivisionError" in kept
    assert "secret value" not in kept + shown


def test_the_home_comes_from_the_environment_when_none_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("FACETILL_HOME", str(tmp_path))
    assert kiosk.main.default_home() == tmp_path


def test_doctor_says_what_it_looked_at_and_how_to_mend_it(tmp_path):
    shown = facetill("doctor", "--home", str(tmp_path / "none"), "--json")
    told = json.loads(shown.stdout)
    looked_at = {finding["name"]: finding for finding in told["findings"]}
    assert {"python", "qt", "opencv", "models", "camera", "home"} <= set(looked_at)
    assert looked_at["home"]["mend"].startswith("facetill init")
    assert shown.returncode == (0 if told["ready"] else 1)
