"""A desk killed at random moments: every enrolment, erasure and rotation is before or after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CYCLES = 300 if os.environ.get("CI") else 25
COMMAND = [sys.executable, str(Path(__file__).parent / "crash.py")]


def run(*args):
    done = subprocess.run(
        [*COMMAND, *args], capture_output=True, text=True, timeout=550, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.timeout(600)
def test_killed_at_any_moment_the_vault_is_before_or_after():
    status, found = run("--cycles", str(CYCLES), "--seed", "7")
    assert found["wrong"] == []
    assert status == 0
    assert found["kills"] == CYCLES
    assert found["done"] > CYCLES / 5  # a busy machine does less between two kills


def test_a_vault_that_lost_somebody_would_be_found_out():
    status, found = run("--cycles", "1", "--lie")
    assert status == 1
    assert "999999" in found["wrong"][0]
