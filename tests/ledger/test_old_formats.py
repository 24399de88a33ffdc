"""Books of every format ever written, opened and audited by today's code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import apsw
import pytest

from kiosk.main import main
from ledger import audit, pages, receipt, seals, store
from ledger.book import Ledger
from ledger.home import open_home
from ledger.log import HEAD_AFTER

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(params=sorted(p.name for p in FIXTURES.iterdir()))
def old(request, tmp_path):
    shutil.copytree(FIXTURES / request.param, tmp_path / "home")
    return open_home(tmp_path / "home")


def test_an_old_book_is_clean_and_reads_as_it_did(old):
    expected = json.loads((old.path / "expected.json").read_text("utf-8"))
    assert audit.check_home(old) == ([], expected["size"])
    with Ledger.open(old, read_only=True) as book:
        assert len(book) == expected["size"]
        assert {p: book.balance(p) for p in expected["balances"]} == expected["balances"]
        assert book.head == (old.path / "ledger" / "head.note").read_text("utf-8")


def test_old_receipts_still_verify_and_are_given_again_byte_for_byte(old):
    key = audit.trusted_keys(old)
    with Ledger.open(old, read_only=True) as book:
        texts = sorted(path for path in old.path.glob("receipt*") if path.suffix != ".txt")
        assert [path.name for path in texts[:2]] == ["receipt.json", "receipt.qr"]
        for text in texts:
            paid = receipt.verify(text.read_bytes(), key)
            assert book.receipt(paid.id) == paid
        assert paid.text() == (old.path / "receipt.txt").read_text("utf-8")
        assert paid.qr_payload() == texts[-1].read_text("utf-8").strip()


def test_an_old_book_goes_on_in_the_new_format(old):
    size = json.loads((old.path / "expected.json").read_text("utf-8"))["size"]
    with Ledger.open(old) as book:
        assert book._store.require_format() == store.FORMAT
    assert audit.check_home(old) == ([], size)


def test_what_an_auditor_remembers_of_an_old_book_holds_for_the_upgraded_one(
    old, tmp_path, monkeypatch
):
    monkeypatch.setattr(seals, "CHUNK", 4)
    _, size = audit.check_home(old, memory=tmp_path / "memory")
    with Ledger.open(old):
        pass
    monkeypatch.setattr(audit._Audit, "_check_row", lambda *_: pytest.fail("read again"))
    assert audit.check_home(old, memory=tmp_path / "memory") == ([], size)


def heads_of(book):
    with book._store.transaction(write=False):
        return [book._log.head_after(index) for index in range(len(book))]


def test_an_upgrade_changes_no_entry_no_head_and_no_receipt(old):
    ids = [json.loads(path.read_bytes())["id"] for path in old.path.glob("receipt*.json")]
    said = []
    for read_only in (True, False, True):
        with Ledger.open(old, read_only=read_only) as book:
            receipts = [book.receipt(each) for each in ids]
            said.append((book.head, list(book.entries()), heads_of(book), receipts))
    assert said[0] == said[1] == said[2]


def state_of(folder):
    """Every file below it: its bytes, and when it was written; without SQLite's locks.

    An empty log beside the book holds nothing.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [p for p in files if p.suffix != ".db-shm" and p.stat().st_size]
    return [(str(path), path.read_bytes(), path.stat().st_mtime_ns) for path in files]


def test_a_check_and_reading_write_nothing_to_an_old_book(old, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = state_of(old.path)
    assert main(["ledger", "check", "--home", str(old.path)]) == 0
    assert main(["ledger", "check", "--all", "--home", str(old.path)]) == 0
    with Ledger.open(old, read_only=True) as book:
        assert len(list(book.entries())) >= len(book)
    assert state_of(old.path) == before


def schema_of(home):
    db = apsw.Connection(str(home.ledger_db), flags=apsw.SQLITE_OPEN_READONLY)
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL")}
    [(version,)] = db.execute("PRAGMA user_version")
    db.close()
    return version, names


def test_an_old_book_gets_its_pages_and_its_index_of_heads_when_it_is_opened_for_writing(old):
    version, names = schema_of(old)
    expected = {"entries", "accounts"}
    if version >= pages.SINCE:
        expected |= {"batch_pages", "batch_roots"}
    if version >= store.HEADS_SINCE:
        expected |= {"entries_heads"}
    assert names == expected
    with Ledger.open(old, read_only=True):
        pass
    assert schema_of(old) == (version, names)
    with Ledger.open(old):
        pass
    written = {"entries", "accounts", "batch_pages", "batch_roots", "entries_heads"}
    assert schema_of(old) == (store.FORMAT, written)


def plan_of(book):
    [row] = book._store.rows(f"EXPLAIN QUERY PLAN {HEAD_AFTER}", (1,))
    return row[-1]


def test_a_head_is_found_by_the_index_once_an_old_book_has_it_and_by_its_entries_before(old):
    version, _ = schema_of(old)
    with Ledger.open(old, read_only=True) as book:
        assert ("INDEX entries_heads" in plan_of(book)) == (version >= store.HEADS_SINCE)
        assert ("INTEGER PRIMARY KEY" in plan_of(book)) == (version < store.HEADS_SINCE)
    with Ledger.open(old) as book:
        assert "INDEX entries_heads (idx>?)" in plan_of(book)


def test_a_format_has_a_kept_book_of_its_own():
    kept = {path.name for path in FIXTURES.iterdir()}
    assert kept == {f"home-v{number}" for number in store.FORMATS_READ}
    assert store.FORMATS_READ[-1] == store.FORMAT


@pytest.mark.parametrize("name", ["home-v4", "home-v5"])
def test_what_was_given_back_of_a_payment_of_an_old_batch_is_read(tmp_path, name):
    shutil.copytree(FIXTURES / name, tmp_path / "home")
    home = open_home(tmp_path / "home")
    expected = json.loads((home.path / "expected.json").read_text("utf-8"))
    with Ledger.open(home, read_only=True) as book:
        [(payment, given_minor)] = expected["refunds_minor"].items()
        refunds = [e.content for e in book.entries() if e.kind == "refund"]
        assert sum(r.amount_minor for r in refunds if r.payment == payment) == given_minor
        kinds = {entry.kind for entry in book.entries()}
        assert {"batch", "payment", "hold", "capture", "close", "rotation", "erasure"} <= kinds
        batches = [e.content for e in book.entries() if e.kind == "batch"]
        assert [batch.count for batch in batches] == [130, 3]


def test_every_row_of_the_first_format_has_a_head(old):
    db = apsw.Connection(str(old.ledger_db))
    [(version,)] = db.execute("PRAGMA user_version")
    db.execute("UPDATE entries SET head = X'' WHERE idx = 1")
    db.close()
    named = "entry 1: it has no signed tree head"
    assert (named in map(str, audit.check_home(old)[0])) == (version == 1)
