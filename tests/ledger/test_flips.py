"""Single bits of the book's file: whichever flips, the audit finds and names it."""

from __future__ import annotations

import sys
from pathlib import Path

import apsw

sys.path.insert(0, str(Path(__file__).parent))
import flips

from ledger import audit


def test_a_flipped_bit_anywhere_in_the_file_is_found_and_named(tmp_path):
    found = flips.run(250, 3, 120, tmp_path)
    assert (found["missed"], found["not_named"], found["false_alarms"]) == (0, 0, 0)
    assert found["found"] > 150


def test_every_bit_of_every_leaf_hash_head_and_page_counts(tmp_path):
    """Each row against what vouches for it, for every bit of 40 rows and each 25th of the pages."""
    tried, missed = flips.every_bit(flips.make_book(tmp_path, 1_000), step=25)
    assert missed == 0
    assert tried > 300_000


def used_bytes(data, start):
    """Where a leaf page of an index has its header and pointers, and where its cells are."""
    cells = int.from_bytes(data[start + 3 : start + 5], "big")
    pointers = range(start + 8, start + 8 + 2 * cells, 2)
    places = [start + int.from_bytes(data[at : at + 2], "big") for at in pointers]
    return range(start, pointers.stop), places


def test_a_flipped_bit_in_any_byte_of_the_index_of_heads_is_found_and_its_entry_named(tmp_path):
    home = flips.make_book(tmp_path, 40)
    path = home.ledger_db
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    [(page,)] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entries_heads'")
    heads = [index for (index,) in db.execute("SELECT idx FROM entries WHERE length(head) > 0")]
    size = db.pragma("page_size")
    db.close()
    assert audit.check_home(home) == ([], 40)
    original = path.read_bytes()
    head, cells = used_bytes(original, (page - 1) * size)
    assert len(cells) == len(heads) > 10
    for place in [*head, *(cell + byte for cell in cells for byte in range(6))]:
        flips.flip(path, original, place * 8 + place % 8)
        assert audit.check_home(home)[0]
    for cell, index in zip(cells, heads, strict=True):
        flips.flip(path, original, (cell + 5) * 8)  # its last byte is the entry that it leads to
        assert index in {finding.index for finding in audit.check_home(home)[0]}
