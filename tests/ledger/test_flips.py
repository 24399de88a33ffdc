"""Single bits of the book's file: whichever flips, the audit finds and names it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import flips


def test_a_flipped_bit_anywhere_in_the_file_is_found_and_named(tmp_path):
    found = flips.run(250, 3, 120, tmp_path)
    assert (found["missed"], found["not_named"], found["false_alarms"]) == (0, 0, 0)
    assert found["found"] > 150


def test_every_bit_of_every_leaf_hash_head_and_page_counts(tmp_path):
    """Each row against what vouches for it, for every bit of 40 rows and each 25th of the pages."""
    tried, missed = flips.every_bit(flips.make_book(tmp_path, 1_000), step=25)
    assert missed == 0
    assert tried > 300_000
