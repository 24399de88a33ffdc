"""Single bits of the book's file: whichever flips, the audit finds and names it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import flips

from ledger import merkle, note
from ledger.treecheck import TreeCheck


def test_a_flipped_bit_anywhere_in_the_file_is_found_and_named(tmp_path):
    found = flips.run(250, 3, 120, tmp_path)
    assert (found["missed"], found["not_named"], found["false_alarms"]) == (0, 0, 0)
    assert found["found"] > 150


def test_every_bit_of_every_leaf_and_hash_of_a_thousand_entries_counts(tmp_path):
    """Each row against the tree before it, as the audit compares it, for every bit of 40 rows."""
    home = flips.make_book(tmp_path, 1_000)
    entries = flips.rows_of(home.ledger_db)[0]
    frontier = merkle.Frontier()
    anchor = note.VerifierKey("facetill/x", bytes(32))
    tried = 0
    for index, (_, leaf, hashes, _) in entries.items():
        if index % 25 == 0:
            for column, value in (("leaf", leaf), ("hashes", hashes)):
                for place in range(len(value) * 8):
                    spoilt = bytearray(value)
                    spoilt[place // 8] ^= 1 << place % 8
                    tree = TreeCheck(anchor, lambda *_: None, set(), signed_all=False)
                    tree._computed = merkle.Frontier(frontier.size, frontier.hashes)
                    row = {"leaf": leaf, "hashes": hashes} | {column: bytes(spoilt)}
                    tree.add(index, row["leaf"], row["hashes"], b"")
                    assert tree._suspects == [index]
                    tried += 1
        frontier.append(frontier.completed(merkle.leaf_hash(leaf)))
    assert tried > 300_000
