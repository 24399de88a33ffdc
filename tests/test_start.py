"""What a command does not need, it does not import: so the auditor never waits for a network."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

EYES = {"cv2", "numpy", "onnx", "onnxruntime", "insightface", "ai_edge_litert", "PySide6"}
OTHERS = {"matplotlib", "faiss", "rich", "keyring", "zxingcpp", "escpos", "psycopg"}

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
    assert not imported("--help") & (EYES | OTHERS | {"apsw", "cryptography", "orjson"})


@pytest.mark.parametrize("verb", ["check", "balance"])
def test_the_auditors_verbs_import_no_eyes(demo_home, verb):
    from ledger.book import Ledger

    Ledger.create(demo_home).close()
    loaded = imported("ledger", verb, "--home", str(demo_home.path))
    assert "apsw" in loaded
    assert not loaded & (EYES | OTHERS)


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
