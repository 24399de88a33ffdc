"""A till killed at random moments, many times over: what it acknowledged is in the book, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CYCLES = 1_000 if os.environ.get("CI") else 60
COMMAND = [sys.executable, str(Path(__file__).parent / "crash.py")]


def run(*args):
    done = subprocess.run(
        [*COMMAND, *args], capture_output=True, text=True, timeout=850, check=False
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.timeout(900)
def test_killed_at_any_moment_nothing_is_lost_doubled_or_half_posted():
    status, found = run("--cycles", str(CYCLES), "--seed", "5")
    assert (found["lost"], found["doubled"], found["half"]) == (0, 0, 0)
    assert status == 0
    assert found["kills"] == CYCLES
    assert found["acknowledged"] > CYCLES


def test_a_book_that_broke_its_word_would_be_found_out():
    status, found = run("--cycles", "3", "--lie")
    assert status == 1
    assert found["lost"] == 3
