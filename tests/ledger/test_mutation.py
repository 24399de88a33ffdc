"""The faults that the mutation score puts in are what they say, and one that matters is found."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mutants import mutants, mutated

TRY_MONEY = """
import sys
sys.path.insert(0, "tests/ledger")
import mutation
mutation.is_chosen = lambda test: test.stem == "test_money"
sys.argv = ["mutation.py", "--only", "money", "--sample", "12"]
sys.exit(mutation.main())
"""


@pytest.mark.parametrize(
    ("source", "faulty"),
    [
        ("a < 1", {"a <= 1", "a < 2"}),
        ("a and b", {"a or b"}),
        ("x = a + b", {"x = a - b"}),
        ("x = not a", {"x = not not a"}),
        ("x = 'word'", {"x = 'wordX'"}),
        ("x = 'two words'", set()),
        ("x = f'{a} words'", set()),
        ("x: list[3] = a", set()),
        ("cast('X', a)", {"pass"}),
        ("if a:\n    b()", {"if not a:\n    b()", "if a:\n    pass"}),
        ("def f():\n    return a", {"def f():\n    return None"}),
        ("while a:\n    break", {"while False:\n    break", "while a:\n    continue"}),
        ("[a for a in b if c]", {"[a for a in b if not c]"}),
    ],
)
def test_a_fault_is_small_and_one_at_a_time(source, faulty):
    assert {ast.unparse(mutated(source, mutant)) for mutant in mutants(source)} == faulty


def test_a_sample_of_faults_is_tried_and_those_that_matter_are_found(repository):
    done = subprocess.run(
        [sys.executable, "-c", TRY_MONEY],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=repository,
    )
    told = json.loads(done.stdout[done.stdout.index("{") :])
    assert told["tried"] == 12
    assert told["found"] >= 10
    assert len(told["survivors"]) == 12 - told["found"]
