"""What a command does not need, it does not import: so the auditor never waits for a network."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import pytest

from kiosk.main import build_parser

EYES = {"cv2", "numpy", "onnx", "onnxruntime", "insightface", "ai_edge_litert", "PySide6"}
OTHERS = {"matplotlib", "faiss", "rich", "keyring", "zxingcpp", "escpos", "psycopg"}
SIGNING = {"cryptography", "nacl"}

SCRIPT = """
import contextlib, io, json, sys
from kiosk.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(sys.argv[1:])
sys.stdout.write(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported(*words):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_help_imports_neither_eyes_nor_book():
    assert not imported("--help") & (EYES | OTHERS | SIGNING | {"apsw", "orjson"})


def test_help_imports_no_station():
    script = (
        "import contextlib, io, sys; from kiosk.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "sys.stdout.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "kiosk.main" in loaded
    assert not loaded & {"enroll", "ledger", "models", "kiosk.cli", "kiosk.errors"}
    assert not loaded & {"logging", "json", "dataclasses", "inspect", "traceback", "tempfile"}


def paths_of(parser, path=()):
    """The words that lead to each parser below this one."""
    yield path
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from paths_of(below, (*path, name))


def helped(parser, path):
    for name in path:
        (verbs,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        parser = verbs.choices[name]
    return parser.format_help()


def test_a_command_line_read_in_part_helps_as_the_whole_one_does():
    whole = build_parser()
    paths = list(paths_of(whole))
    assert len(paths) > 60
    for path in paths:
        assert helped(build_parser([*path, "--help"]), path) == helped(whole, path)


def test_an_unknown_verb_is_told_of_all_that_there_are(capsys):
    for words in (["nonsense"], ["ledger", "nonsense"]):
        with pytest.raises(SystemExit):
            build_parser(words).parse_args(words)
        in_part = capsys.readouterr().err
        with pytest.raises(SystemExit):
            build_parser().parse_args(words)
        assert in_part == capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "balance"])
def test_the_auditors_verbs_import_no_eyes(demo_home, verb):
    from ledger.book import Ledger

    Ledger.create(demo_home).close()
    loaded = imported("ledger", verb, "--home", str(demo_home.path))
    assert "apsw" in loaded
    assert not loaded & (EYES | OTHERS | {"enroll", "models", "http", "ssl", "email"})


def test_balances_are_read_without_what_signs_and_verifies(demo_home):
    from ledger.book import Ledger

    Ledger.create(demo_home).close()
    loaded = imported("ledger", "balance", "--home", str(demo_home.path))
    assert "apsw" in loaded
    assert not loaded & SIGNING


def test_the_eyes_open_without_insightface(models_dir):
    script = (
        "import sys; from pathlib import Path; from models.vision import open_vision;"
        "open_vision(Path(sys.argv[1])); sys.stdout.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(models_dir)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "onnxruntime" in loaded
    assert not loaded & {"insightface", "onnx", "skimage", "matplotlib", "PySide6"}
