"""What an auditor has verified is not verified again, and a changed bit in it is still found."""

from __future__ import annotations

import json
import random
import shutil

import apsw
import pytest

from ledger import audit, errors, fingerprint, pages, seals, store
from ledger.book import Ledger
from ledger.sqlite import SqliteStore


@pytest.fixture
def memory(tmp_path, monkeypatch):
    monkeypatch.setattr(seals, "CHUNK", 4)
    return tmp_path / "auditor"


def check(shop, memory):
    return [f.index for f in audit.check_home(shop.home, memory=memory)[0]]


@pytest.fixture
def sealed(stocked, memory):
    assert check(stocked, memory) == []
    return stocked


def test_a_second_check_reads_no_entry_again(sealed, memory, monkeypatch):
    monkeypatch.setattr(audit._Audit, "_check_row", lambda *_: pytest.fail("read again"))
    assert check(sealed, memory) == []
    assert audit.check_home(sealed.home, memory=memory) == ([], 8)


def test_a_third_check_reads_nothing_again_that_the_second_had_added(sealed, memory, monkeypatch):
    for _ in range(7):
        sealed.topup(1)
        assert check(sealed, memory) == []
    monkeypatch.setattr(audit._Audit, "_check_row", lambda *_: pytest.fail("read again"))
    assert check(sealed, memory) == []


def test_what_came_after_is_checked_with_all_that_was_before(sealed, memory):
    paid = sealed.book.receipt(next(e.id[8:] for e in sealed.book.entries() if e.kind == "payment"))
    sealed.at_desk().refund(paid.id, 100, "r1")
    sealed.at_desk().limit(sealed.shopper, 50_000, "l1")
    sealed.pay()
    assert check(sealed, memory) == []
    sealed.at_desk().refund(paid.id, 300, "r2")
    sealed.at_desk().close("z1")
    sealed.book.rotate_key(sealed.now_ms)
    sealed.topup(5, shopper="s-new")
    assert check(sealed, memory) == []
    assert check(sealed, memory) == []
    assert sealed.book.check() == []


def test_more_refunded_than_paid_across_two_checks_is_found(sealed, memory, monkeypatch):
    paid = sealed.book.receipt(next(e.id[8:] for e in sealed.book.entries() if e.kind == "payment"))
    sealed.at_desk().refund(paid.id, 400, "r1")
    assert check(sealed, memory) == []
    with monkeypatch.context() as lenient:
        lenient.setattr("ledger.rules._require_refund", lambda *_: None)
        entry = sealed.at_desk().refund(paid.id, 1, "r2")
    assert check(sealed, memory) == [entry.index]


@pytest.mark.parametrize("column", ["id", "leaf", "hashes", "head"])
@pytest.mark.parametrize("index", [2, 3, 5, 7])
def test_a_changed_bit_in_what_was_verified_is_named(sealed, memory, column, index):
    sealed.book.close()
    db = apsw.Connection(str(sealed.home.ledger_db))
    (value,) = db.execute(
        f"SELECT CAST({column} AS BLOB) FROM entries WHERE idx = ?", (index,)
    ).fetchone()
    spoilt = value[:-1] + bytes([value[-1] ^ 1])
    new = spoilt.decode() if column == "id" else spoilt
    db.execute(f"UPDATE entries SET {column} = ? WHERE idx = ?", (new, index))
    assert index in check(sealed, memory)
    db.execute(
        f"UPDATE entries SET {column} = ? WHERE idx = ?",
        (value.decode() if column == "id" else value, index),
    )
    db.close()
    assert check(sealed, memory) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET balance = balance + 1 WHERE account = 'assets:cash'",
        "DELETE FROM accounts WHERE account = 'liabilities:shopper:s-spent'",
        "INSERT INTO accounts VALUES ('equity:mine', 'EUR', 0)",
        "DELETE FROM entries WHERE idx = 8",
        "DELETE FROM entries WHERE idx = 2",
        "UPDATE entries SET idx = 100 WHERE idx = 8",
    ],
)
def test_what_follows_from_entries_is_compared_again(stocked, memory, statement):
    stocked.shopper = "s-spent"
    stocked.topup(400)
    stocked.pay()
    assert check(stocked, memory) == []
    stocked.book.close()
    db = apsw.Connection(str(stocked.home.ledger_db))
    db.execute(statement)
    db.close()
    assert check(stocked, memory)


def test_bytes_moved_from_one_column_to_the_next_are_another_book(sealed, memory):
    sealed.book.close()
    db = apsw.Connection(str(sealed.home.ledger_db))
    db.execute(
        "UPDATE entries SET leaf = CAST(leaf || substr(hashes, 1, 1) AS BLOB),"
        " hashes = substr(hashes, 2) WHERE idx = 5"
    )
    db.close()
    assert 5 in check(sealed, memory)


@pytest.mark.parametrize(
    "leaf",
    [
        b"\xff",
        b"[]",
        b"{}",
        b'{"postings":[1]}',
        b'{"postings":[{}]}',
        b'{"postings":[{"account":[],"amount_minor":1,"currency":"EUR"}]}',
        b'{"postings":[{"account":"a","amount_minor":"1","currency":"EUR"}]}',
    ],
)
def test_an_entry_that_came_later_and_is_malformed_is_named(sealed, memory, leaf):
    later = sealed.topup(100)
    sealed.book.close()
    db = apsw.Connection(str(sealed.home.ledger_db))
    db.execute("UPDATE entries SET leaf = ? WHERE idx = ?", (leaf, later.index))
    db.close()
    assert later.index in check(sealed, memory)


def test_a_memory_that_is_damaged_or_of_another_book_is_no_help(sealed, memory, make_shop):
    (file,) = memory.iterdir()
    for text in ("", "{}", "[]", file.read_text()[:-5], file.read_text().replace("size", "sise")):
        file.write_text(text)
        assert check(sealed, memory) == []
    other = make_shop(name="other")
    assert check(other, memory) == []
    assert len(list(memory.iterdir())) == 2


def test_a_book_put_back_to_an_older_copy_is_checked_as_it_is(sealed, memory, tmp_path):
    before = sealed.home.ledger_db.read_bytes()
    sealed.book.close()
    before = sealed.home.ledger_db.read_bytes()
    with Ledger.open(sealed.home) as book:
        book.at(sealed.desk, sealed.now_ms).topup(sealed.shopper, 5, "t9")
    assert check(sealed, memory) == []
    sealed.home.ledger_db.write_bytes(before)
    assert check(sealed, memory) == [8]


def test_a_memory_that_cannot_be_kept_says_so(sealed, tmp_path):
    (tmp_path / "file").write_text("")
    findings, _ = audit.check_home(sealed.home, memory=tmp_path / "file" / "below")
    assert "could not be remembered" in findings[0].problem
    assert isinstance(findings[0], audit.Finding)
    assert errors.HomeError


def test_a_remembered_limit_is_not_that_of_a_longer_name(sealed, memory, monkeypatch):
    sealed.at_desk().limit("s-a", 100, "l1")
    sealed.at_desk().limit("s-a0", 10_000, "l2")
    assert check(sealed, memory) == []
    with monkeypatch.context() as lenient:
        lenient.setattr("ledger.rules._require_room", lambda *_: None)
        entry = sealed.topup(101, shopper="s-a")
    assert check(sealed, memory) == [entry.index]


# --- a book that nobody wrote to ----------------------------------------------------------------


@pytest.fixture
def at_rest(sealed, memory, monkeypatch):
    """Closed, verified, and no row of it may be read again."""
    sealed.book.close()
    monkeypatch.setattr(fingerprint, "SEGMENT", 1 << 14)
    monkeypatch.setattr(fingerprint, "_STEP", 1 << 12)
    assert check(sealed, memory) == []
    return sealed


def without_rows(patch):
    for owner, name in ((seals, "_chunk_digest"), (pages.canonical, "loads")):
        patch.setattr(owner, name, lambda *_: pytest.fail("a row was read"))
    patch.setattr(SqliteStore, "problems", lambda *_: pytest.fail("the rows were looked for"))


def test_a_book_that_nobody_wrote_to_is_known_by_its_file(at_rest, memory, monkeypatch):
    told = []
    with monkeypatch.context() as patch:
        without_rows(patch)
        for _ in range(2):
            size = len(told)
            found = audit.check_home(
                at_rest.home, memory=memory, progress=lambda *now: told.append(now)
            )
            assert found == ([], 8)
            assert told[size:] == sorted(told[size:])
            assert told[-1] == (8, 8)
    assert len({done for done, _ in told}) > 1


def test_any_changed_bit_of_a_file_at_rest_is_judged_as_if_nothing_were_remembered(at_rest, memory):
    file = at_rest.home.ledger_db
    sound = file.read_bytes()
    rng = random.Random(5)
    for at in (*rng.sample(range(len(sound)), 60), 0, len(sound) - 1):
        file.write_bytes(sound[:at] + bytes([sound[at] ^ 1 << rng.randrange(8)]) + sound[at + 1 :])
        assert audit.check_home(at_rest.home, memory=memory) == audit.check_home(at_rest.home)
        file.write_bytes(sound)


@pytest.mark.parametrize("cut", [1, 1 << 12, 1 << 14])
def test_a_file_at_rest_that_lost_its_end_is_not_taken_for_whole(at_rest, memory, cut):
    file = at_rest.home.ledger_db
    file.write_bytes(file.read_bytes()[:-cut])
    assert audit.check_home(at_rest.home, memory=memory)[0]


def test_a_head_kept_elsewhere_is_compared_with_a_file_at_rest(at_rest, memory, make_shop):
    head = at_rest.home.ledger_db.with_name(store.HEAD_NAME)
    other = make_shop(name="other")
    other.topup(3)
    other.book.close()
    assert audit.check_home(at_rest.home, memory=memory, heads=(head.read_text(),))[0] == []
    head.write_text(other.home.ledger_db.with_name(store.HEAD_NAME).read_text())
    assert audit.check_home(at_rest.home, memory=memory)[0]


def test_a_log_beside_the_file_is_read_with_it(sealed, memory):
    assert sealed.home.ledger_db.with_name("ledger.db-wal").stat().st_size
    before = sealed.home.ledger_db.read_bytes()
    entry = sealed.topup(7)
    assert sealed.home.ledger_db.read_bytes() == before
    assert audit.check_home(sealed.home, memory=memory) == ([], entry.index + 1)


def test_a_file_that_cannot_be_read_whole_is_read_by_its_rows(at_rest, memory, monkeypatch):
    def broken(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(fingerprint.os, "preadv", broken)
    assert audit.check_home(at_rest.home, memory=memory) == ([], 8)
    (file,) = memory.iterdir()
    assert json.loads(file.read_text())["file"] == ""
    db = apsw.Connection(str(at_rest.home.ledger_db))
    db.execute("UPDATE entries SET leaf = x'00' WHERE idx = 5")
    db.close()
    assert 5 in check(at_rest, memory)


def test_what_was_found_wrong_is_found_again_and_never_remembered(sealed, memory, monkeypatch):
    with monkeypatch.context() as lenient:
        lenient.setattr("ledger.rules._require_payable", lambda *_: None)
        receipt = sealed.pay(sealed.order(("A1", "Apple", 1, 90_000)))
    for _ in range(3):
        assert check(sealed, memory) == [receipt.index]


def test_a_clock_that_went_back_since_the_last_check_is_no_finding(sealed, memory):
    sealed.now_ms -= 86_400_000
    for _ in range(2):
        sealed.topup(1)
        assert check(sealed, memory) == []


def test_the_memory_of_a_longer_book_gives_way_to_that_of_a_shorter_one(
    shop, memory, tmp_path, monkeypatch
):
    shop.book.close()
    shutil.copytree(shop.home.ledger_db.parent, tmp_path / "older")
    with Ledger.open(shop.home) as book:
        for number in range(9):
            book.at(shop.desk, shop.now_ms).topup(shop.shopper, 1, f"t{number}")
    assert check(shop, memory) == []
    shutil.rmtree(shop.home.ledger_db.parent)
    shutil.copytree(tmp_path / "older", shop.home.ledger_db.parent)
    read, real = [], audit._Audit._check_row
    monkeypatch.setattr(
        audit._Audit,
        "_check_row",
        lambda self, index, *rest: read.append(index) or real(self, index, *rest),
    )
    with Ledger.open(shop.home) as book:
        for number in range(4):
            book.at(shop.desk, shop.now_ms).topup(shop.shopper, 2, f"t{number}")
            assert check(shop, memory) == []
    assert read == [0, 1, 2, 3, 4, 5, 6]
