"""Books of every format ever written, opened and audited by today's code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import apsw
import pytest

from ledger import audit, receipt, store
from ledger.book import Ledger
from ledger.home import open_home

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
        for name in ("receipt.json", "receipt.qr"):
            paid = receipt.verify((old.path / name).read_bytes(), key)
            assert book.receipt(paid.id) == paid
        assert paid.text() == (old.path / "receipt.txt").read_text("utf-8")
        assert paid.qr_payload() == (old.path / "receipt.qr").read_text("utf-8").strip()


def test_an_old_book_goes_on_in_the_new_format(old):
    size = json.loads((old.path / "expected.json").read_text("utf-8"))["size"]
    with Ledger.open(old) as book:
        assert book._store.require_format() == store.FORMAT
    assert audit.check_home(old) == ([], size)


def test_every_row_of_the_first_format_has_a_head(old):
    db = apsw.Connection(str(old.ledger_db))
    [(version,)] = db.execute("PRAGMA user_version")
    db.execute("UPDATE entries SET head = X'' WHERE idx = 1")
    db.close()
    named = "entry 1: it has no signed tree head"
    assert (named in map(str, audit.check_home(old)[0])) == (version == 1)
