"""The whole book in one file, and back again, or nothing."""

from __future__ import annotations

import gzip
import shutil

import pytest

from ledger import backup, errors
from ledger import home as homes
from ledger.book import Ledger


@pytest.fixture
def saved(stocked, tmp_path):
    stocked.book.rotate_key(stocked.now_ms)
    stocked.pay()
    assert backup.write(stocked.book, tmp_path / "book.gz") == 10
    return tmp_path / "book.gz"


def test_a_restored_book_is_the_same_to_the_last_byte_of_its_head(stocked, saved, tmp_path):
    head, balances = stocked.book.head, stocked.book.balances()
    home, size = backup.restore(saved, tmp_path / "new")
    assert size == 10
    with Ledger.open(home, read_only=True) as book:
        assert (book.head, book.balances()) == (head, balances)
        assert book.check() == []
        assert [e.leaf() for e in book.entries()] == [e.leaf() for e in stocked.book.entries()]
    assert not (home.keys_dir / "ledger.key").exists()


def test_a_lost_book_is_put_back_into_its_home_and_goes_on(stocked, saved):
    stocked.book.close()
    shutil.rmtree(stocked.home.path / "ledger")
    backup.restore(saved, stocked.home.path)
    stocked.book = Ledger.open(stocked.home)
    stocked.pay()
    assert stocked.book.check() == []


def test_a_book_that_is_there_is_never_replaced(stocked, saved, make_shop):
    with pytest.raises(errors.LedgerExistsError):
        backup.restore(saved, stocked.home.path)
    other = make_shop(name="other")
    with pytest.raises(errors.BadInputError, match="another home"):
        backup.restore(saved, other.home.path)


def test_a_file_that_is_there_is_never_overwritten(stocked, tmp_path):
    (tmp_path / "kept").write_text("dear")
    with pytest.raises(errors.BadInputError):
        backup.write(stocked.book, tmp_path / "kept")
    assert (tmp_path / "kept").read_text() == "dear"
    with pytest.raises(errors.Error):
        backup.write(stocked.book, tmp_path / "no" / "folder")


def lines_of(path):
    return gzip.decompress(path.read_bytes()).split(b"\n")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda ls: ls[:-2],
        lambda ls: [*ls[:5], *ls[6:]],
        lambda ls: [*ls[:6], ls[6].replace(b'"quantity":3', b'"quantity":4'), *ls[7:]],
        lambda ls: [*ls[:4], ls[4].replace(b"10000", b"90000"), *ls[5:]],
        lambda ls: [*ls[:4], b"- " + ls[4].partition(b" ")[2], *ls[5:-3], ls[-3][130:], *ls[-2:]],
        lambda ls: [ls[0].replace(b"facetill/backup", b"other"), *ls[1:]],
        lambda ls: [b"not json", *ls[1:]],
        lambda ls: [b"[]", *ls[1:]],
        lambda ls: [*ls[:6], b"zz " + ls[6], *ls[7:]],
    ],
)
def test_a_spoilt_backup_puts_nothing_in_place(saved, tmp_path, spoil):
    bad = tmp_path / "bad.gz"
    spoilt = spoil(lines_of(saved))
    assert spoilt != lines_of(saved)
    bad.write_bytes(gzip.compress(b"\n".join(spoilt)))
    with pytest.raises((errors.BadInputError, errors.DamagedError)):
        backup.restore(bad, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


@pytest.mark.parametrize("data", [b"", b"plain text", b"\x1f\x8b\x08\x00"])
def test_what_is_no_backup_says_so(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(errors.BadInputError):
        backup.restore(tmp_path / "x", tmp_path / "new")


def test_a_cut_off_backup_says_so(saved, tmp_path):
    (tmp_path / "x").write_bytes(saved.read_bytes()[:-20])
    with pytest.raises(errors.BadInputError, match="cut off"):
        backup.restore(tmp_path / "x", tmp_path / "new")


def test_a_missing_backup_says_so(tmp_path):
    with pytest.raises(errors.Error):
        backup.restore(tmp_path / "x", tmp_path / "new")
    with pytest.raises(errors.HomeMissingError):
        homes.open_home(tmp_path / "new")
