"""What a damaged file can make of a row: every reader names it, and none goes round in circles."""

from __future__ import annotations

import random

import apsw
import pytest

from ledger import audit, backup, errors
from ledger.book import Ledger

LAST = 7  # of the entries of a stocked shop
LEAF, HEAD = 2, 4  # columns
TABLE_LEAF = 13

pytestmark = pytest.mark.timeout(60)


class File:
    """A closed book's file, cell by cell (sqlite.org/fileformat2.html)."""

    def __init__(self, path):
        self.path = path
        db = apsw.Connection(str(path))
        [(root,)] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'")
        self.page_bytes = db.pragma("page_size")
        db.close()
        self.data = bytearray(path.read_bytes())
        self.cells = dict(self._cells_below(root))

    def write(self):
        self.path.write_bytes(self.data)

    def _cells_below(self, page):
        start = (page - 1) * self.page_bytes
        leaf = self.data[start] == TABLE_LEAF
        count = int.from_bytes(self.data[start + 3 : start + 5], "big")
        first = start + (8 if leaf else 12)
        for number in range(first, first + 2 * count, 2):
            cell = start + int.from_bytes(self.data[number : number + 2], "big")
            if leaf:
                _, row_id_at = self.varint(cell)
                yield self.varint(row_id_at)[0], row_id_at
            else:
                yield from self._cells_below(int.from_bytes(self.data[cell : cell + 4], "big"))
        if not leaf:
            yield from self._cells_below(int.from_bytes(self.data[start + 8 : start + 12], "big"))

    def varint(self, at):
        """A number of up to 8 bytes, and where it ends."""
        number = 0
        while self.data[at] & 0x80:
            number, at = number << 7 | self.data[at] & 0x7F, at + 1
        return number << 7 | self.data[at], at + 1

    def renumber(self, entry, other):
        assert max(entry, other) < 0x80
        self.data[self.cells[entry]] = other

    def type_at(self, entry, column):
        _, at = self.varint(self.cells[entry])
        _, at = self.varint(at)
        for _ in range(column):
            _, at = self.varint(at)
        return at

    def make_text(self, entry, column):
        kind, end = self.varint(self.type_at(entry, column))
        assert (kind >= 12, kind % 2) == (True, 0), "a blob"
        self.data[end - 1] |= 1

    def make_last_null(self, entry, column):
        """The last column; its bytes become the end of the one before, as a row has no gaps."""
        before, at = self.type_at(entry, column - 1), self.type_at(entry, column)
        kind, end = self.varint(at)
        longer = self.varint(before)[0] + kind - 12
        assert (at - before, end - at) == (2, 2)
        self.data[before:end] = bytes([0x80 | longer >> 7, longer & 0x7F, 0x80, 0x00])


@pytest.fixture
def file(stocked):
    stocked.book.close()
    file = File(stocked.home.ledger_db)
    assert sorted(file.cells) == [*range(LAST + 1)]
    return file


READERS = {
    "entries": lambda book, _: list(book.entries()),
    "leaves": lambda book, _: list(book.leaves(len(book))),
    "backup": lambda book, path: backup.write(book, path / "b.gz"),
    "sales": lambda book, _: book.sales_since("s-abcdefghijklmnop", 0),
    "no sales": lambda book, _: book.sales_since("s-nobody", 0),
    "figures": lambda book, _: book.figures(),
    "consistency": lambda book, _: book.prove_consistency(3),
    "head": lambda book, _: book.head,
}


def refused_by(home, tmp_path):
    """The readers who name the damage; the others come to an end too, and not by a fault."""
    names = set()
    for name, read in READERS.items():
        try:
            with Ledger.open(home, read_only=True) as book:
                read(book, tmp_path)
        except errors.DamagedError:
            names.add(name)
        finally:
            (tmp_path / "b.gz").unlink(missing_ok=True)
    assert not list(tmp_path.glob("*.new"))
    return names


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_row_says_of_itself_readers_end_in_words(stocked, file, tmp_path, seed):
    with Ledger.open(stocked.home, read_only=True) as book:
        entries = list(book.entries())
    rng = random.Random(seed)
    whole = bytes(file.data)
    for _ in range(20):
        file.data[:] = whole
        for _ in range(rng.choice((1, 1, 2, 4))):
            at = rng.choice([*file.cells.values()]) + rng.randrange(-2, 10)
            file.data[at] = rng.choice((rng.randrange(14), rng.randrange(256)))
        if file.data == whole:
            continue
        file.write()
        found, _ = audit.check_home(stocked.home)
        refused = refused_by(stocked.home, tmp_path)
        if not found:  # what a row says of its own number is not read, as it stands before it
            with Ledger.open(stocked.home, read_only=True) as book:
                assert (refused, list(book.entries())) == (set(), entries)


def test_a_row_that_bears_an_earlier_number_keeps_nobody_for_ever(stocked, file, tmp_path):
    file.renumber(LAST, 2)
    file.write()
    findings, _ = audit.check_home(stocked.home)
    assert any("out of order" in finding.problem for finding in findings)
    assert {"entries", "no sales", "backup"} <= refused_by(stocked.home, tmp_path)


def test_a_leaf_of_another_type_is_named_wherever_it_is_read(stocked, file, tmp_path):
    file.make_text(LAST, LEAF)
    file.write()
    findings, _ = audit.check_home(stocked.home)
    assert (LAST, "a column has another type than it was made with") in [
        (finding.index, finding.problem) for finding in findings
    ]
    names = refused_by(stocked.home, tmp_path)
    assert names >= {"entries", "leaves", "backup", "sales", "figures"}


def test_a_head_of_another_type_is_named_wherever_it_is_read(stocked, file, tmp_path):
    file.make_last_null(LAST, HEAD)
    file.write()
    findings, _ = audit.check_home(stocked.home)
    assert LAST in [finding.index for finding in findings]
    names = refused_by(stocked.home, tmp_path)
    assert names >= {"backup", "figures", "head", "consistency"}


def test_the_head_of_an_earlier_entry_is_not_taken_for_one_that_follows(stocked, monkeypatch):
    heads = [(3, b"an earlier one"), (LAST, b"a later one")]
    for given, found in ((heads, (LAST + 1, b"a later one")), (heads[:1], None)):
        monkeypatch.setattr(stocked.book._store, "rows", lambda *_, given=given: iter(given))
        if found is not None:
            assert stocked.book._log.head_after(4) == found
            continue
        with pytest.raises(errors.DamagedError, match="Entry 4 of the book"):
            stocked.book._log.head_after(4)
    monkeypatch.undo()
