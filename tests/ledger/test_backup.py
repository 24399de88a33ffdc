"""The whole book in one file, and back again, or nothing."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path
from unittest.mock import Mock

import apsw
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import rush

from ledger import backup, errors, store
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


def with_header(saved, path, **changed):
    """A backup whose header has other fields; those that are None are left out."""
    first, *others = lines_of(saved)
    header = {k: v for k, v in (json.loads(first) | changed).items() if v is not None}
    path.write_bytes(gzip.compress(b"\n".join([json.dumps(header).encode(), *others])))
    return path


def home_record(saved, **changed):
    home = json.loads(json.loads(lines_of(saved)[0])["home"]) | changed
    return json.dumps({k: v for k, v in home.items() if v is not None})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"home": None}, "names no home"),
        ({"home": "{"}, "names no home"),
        ({"home": "[]"}, "names no home"),
        ({"home": "\ud800"}, "names no home"),
        ({"home": {"id": None}}, "names no home"),
        ({"home": {"id": "../../../../etc"}}, "names no home"),
        ({"home": {"mode": "other"}}, "names no home"),
        ({"home": {"currency": "XYZ"}}, "names no home"),
        ({"home": {"format": 99}}, "has format 99; this Facetill reads 1"),
        ({"vkey": None}, "no public key"),
        ({"vkey": "a+b+c"}, "no public key"),
        ({"vkey": "\ud800"}, "no public key"),
        ({"format": [1]}, "something else"),
    ],
)
def test_a_backup_with_another_header_says_what_is_wrong_with_it(saved, tmp_path, changed, said):
    if isinstance(changed.get("home"), dict):
        changed = {"home": home_record(saved, **changed["home"])}
    bad = with_header(saved, tmp_path / "bad.gz", **changed)
    with pytest.raises(errors.Error, match=said):
        backup.restore(bad, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


def test_a_line_that_no_backup_has_ends_it(saved, tmp_path, monkeypatch):
    lines = lines_of(saved)
    for spoilt, said in (
        ([b"[" * 100_000, *lines[1:]], "cannot be read"),
        ([*lines[:2], lines[1], *lines[2:]], "an entry twice"),
        ([*lines[:-2], b'{"entries":10,"head":"\\ud800"}', b""], "not as it was signed"),
    ):
        (tmp_path / "bad.gz").write_bytes(gzip.compress(b"\n".join(spoilt)))
        with pytest.raises(errors.Error, match=said):
            backup.restore(tmp_path / "bad.gz", tmp_path / "new")
    monkeypatch.setattr(backup, "_LINE_BYTES_MAX", max(map(len, lines)))
    with pytest.raises(errors.BadInputError, match=r"entry \d is damaged"):
        backup.restore(saved, tmp_path / "new")
    monkeypatch.setattr(backup, "_LINE_BYTES_MAX", max(map(len, lines)) + 1)
    assert backup.restore(saved, tmp_path / "new")[1] == 10


def test_a_home_s_own_public_key_decides_and_not_the_one_that_a_backup_brings(
    stocked, make_shop, monkeypatch, tmp_path
):
    monkeypatch.setattr(homes.secrets, "token_hex", lambda _: stocked.home.id)
    forger = make_shop(name="forger")
    assert forger.home.id == stocked.home.id
    backup.write(forger.book, tmp_path / "forged.gz")
    stocked.book.close()
    shutil.rmtree(stocked.home.path / "ledger")
    with pytest.raises(errors.DamagedError, match="not as it was signed"):
        backup.restore(tmp_path / "forged.gz", stocked.home.path)
    assert not (stocked.home.path / "ledger").exists()
    (stocked.home.keys_dir / "ledger.vkey").unlink()
    backup.restore(tmp_path / "forged.gz", stocked.home.path)
    vkeys = [shop.home.keys_dir / "ledger.vkey" for shop in (stocked, forger)]
    assert vkeys[0].read_bytes() == vkeys[1].read_bytes()


def test_a_backup_older_than_the_head_that_the_home_has_is_not_put_in_place(stocked, saved):
    stocked.pay()
    stocked.book.close()
    stocked.home.ledger_db.unlink()
    kept = stocked.home.ledger_db.with_name("head.note")
    newest = kept.read_bytes()
    with pytest.raises(errors.DamagedError, match="rolled back") as refused:
        backup.restore(saved, stocked.home.path)
    assert f"move {kept} away" in refused.value.hint
    assert kept.read_bytes() == newest
    assert not stocked.home.ledger_db.exists()
    kept.unlink()
    assert backup.restore(saved, stocked.home.path)[1] == 10


def test_no_book_is_put_beside_the_log_of_another(stocked, saved):
    stocked.book.close()
    stocked.home.ledger_db.unlink()
    stocked.home.ledger_db.with_name("head.note").unlink()
    log = stocked.home.ledger_db.with_name("ledger.db-wal")
    log.write_bytes(b"payments that were not moved yet")
    for make in (
        lambda: backup.restore(saved, stocked.home.path),
        lambda: Ledger.create(stocked.home),
    ):
        with pytest.raises(errors.LedgerExistsError, match=r"log|gone"):
            make()
    assert not stocked.home.ledger_db.exists()
    log.write_bytes(b"")  # as a reader leaves one
    assert backup.restore(saved, stocked.home.path)[1] == 10


def test_a_folder_with_a_book_but_without_its_home_json_is_left_alone(stocked, saved):
    stocked.book.close()
    before = stocked.home.ledger_db.read_bytes()
    (stocked.home.path / "home.json").unlink()
    with pytest.raises(errors.LedgerExistsError):
        backup.restore(saved, stocked.home.path)
    assert stocked.home.ledger_db.read_bytes() == before


def test_a_home_whose_book_is_gone_begins_no_new_one_in_silence(stocked):
    stocked.book.close()
    stocked.home.ledger_db.unlink()
    with pytest.raises(errors.LedgerExistsError, match="is gone") as refused:
        Ledger.open_or_create(stocked.home)
    assert "restore" in refused.value.hint
    stocked.home.ledger_db.with_name("head.note").unlink()
    with Ledger.open_or_create(stocked.home) as book:
        assert len(book) == 3


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside(stocked, saved, monkeypatch):
    assert saved.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(stocked.book, "copy_rows", Mock(side_effect=OSError(28, "full")))
    with pytest.raises(errors.DiskFullError):
        backup.write(stocked.book, saved.with_name("other.gz"))
    assert [path.name for path in saved.parent.glob("*other*")] == []


def refuse_to_back_up(home, path):
    with Ledger.open(home, read_only=True) as book, pytest.raises(errors.DamagedError) as refused:
        backup.write(book, path)
    assert not list(path.parent.glob(f"*{path.name}*"))
    return refused.value.message


def test_a_book_shorter_than_the_head_beside_it_is_not_backed_up(stocked, tmp_path):
    stocked.book.close()
    older = stocked.home.ledger_db.read_bytes()
    stocked.book = Ledger.open(stocked.home)
    stocked.pay()
    stocked.book.close()
    stocked.home.ledger_db.write_bytes(older)
    said = refuse_to_back_up(stocked.home, tmp_path / "short.gz")
    assert said == "The book has 8 entries, and 9 when its newest head was kept."


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE entries SET leaf = CAST(leaf || ' ' AS BLOB) WHERE idx = 6", "signed over"),
        ("UPDATE entries SET head = zeroblob(64) WHERE idx = 7", "signed over"),
        ("DELETE FROM entries WHERE idx = 6", "Entry 6 of the book is missing"),
        ("DELETE FROM entries WHERE idx >= 6", "8 when its newest head was kept"),
    ],
)
def test_a_book_that_was_altered_is_not_backed_up(stocked, tmp_path, statement, said):
    stocked.book.close()
    with apsw.Connection(str(stocked.home.ledger_db)) as db:
        db.execute(statement)
        assert db.changes() > 0
    assert said in refuse_to_back_up(stocked.home, tmp_path / "altered.gz")


def test_a_home_without_its_public_key_says_so_before_it_writes_a_backup(stocked, tmp_path):
    (stocked.home.keys_dir / "ledger.vkey").unlink()
    with pytest.raises(errors.KeyMissingError):
        backup.write(stocked.book, tmp_path / "book.gz")
    assert not (tmp_path / "book.gz").exists()


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


# --- batches --------------------------------------------------------------------------------------


@pytest.fixture
def rushed(stocked, tmp_path):
    """A backup with a batch of two pages, a payment, a refund and a batch of one after it."""
    stocked.topup(10_000)
    items = [(stocked.shopper, stocked.order(("X", f"Käse {n % 2}", 1, 5))) for n in range(130)]
    batch, sheet = rush.signed(stocked.kiosk, items)
    stocked.paid = stocked.book.post_batch(batch, sheet, stocked.now_ms)[129]
    stocked.pay()
    stocked.at_desk().refund(stocked.paid.id, 2, "r")
    stocked.book.post_batch(*rush.signed(stocked.kiosk, items[:3]), stocked.now_ms)
    assert backup.write(stocked.book, tmp_path / "rushed.gz") == 13
    return tmp_path / "rushed.gz"


def is_page(line):
    return line.startswith(b"[")


def test_a_restored_book_has_the_payments_of_its_batches(stocked, rushed, tmp_path):
    assert sum(map(is_page, lines_of(rushed))) == 3
    home, size = backup.restore(rushed, tmp_path / "new")
    assert size == 13
    with Ledger.open(home, read_only=True) as book:
        assert (book.head, book.balances()) == (stocked.book.head, stocked.book.balances())
        assert list(book.entries()) == list(stocked.book.entries())
        assert book.receipt(stocked.paid.id) == stocked.paid
        assert book.check() == []


def first_page(lines):
    return next(number for number, line in enumerate(lines) if is_page(line))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda ls, at: ls[:at],
        lambda ls, at: ls[: at + 1],
        lambda ls, at: [*ls[:at], *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], ls[at + 1], ls[at], *ls[at + 2 :]],
        lambda ls, at: [*ls[:at], ls[at], *ls[at:]],
        lambda ls, at: [*ls[:at], ls[at].replace(b"face", b"pin", 1), *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], ls[at][: len(ls[at]) // 2], *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], b"5", *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], b"[1,2]", *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], b'["a"]', *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], b'["",""]', *ls[at + 1 :]],
        lambda ls, at: [*ls[:at], b"", *ls[at + 1 :]],
    ],
)
def test_a_spoilt_page_puts_nothing_in_place(rushed, tmp_path, spoil):
    bad, lines = tmp_path / "bad.gz", lines_of(rushed)
    bad.write_bytes(gzip.compress(b"\n".join(spoil(lines, first_page(lines)))))
    with pytest.raises((errors.BadInputError, errors.DamagedError)):
        backup.restore(bad, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


def test_a_backup_of_a_version_that_knew_no_batches_is_restored(stocked, saved, tmp_path):
    """All but the number in its header was the same."""
    header, *rest = lines_of(saved)
    first = json.dumps({**json.loads(header), "format": 1}).encode()
    (tmp_path / "old.gz").write_bytes(gzip.compress(b"\n".join([first, *rest])))
    home, size = backup.restore(tmp_path / "old.gz", tmp_path / "new")
    assert size == 10
    with Ledger.open(home) as book:
        assert book.head == stocked.book.head
        assert book._store.require_format() == store.FORMAT


@pytest.mark.parametrize("other", [0, 3, None])
def test_a_backup_of_an_unknown_format_says_so(saved, tmp_path, other):
    header, *rest = lines_of(saved)
    first = json.dumps({**json.loads(header), "format": other}).encode()
    (tmp_path / "other.gz").write_bytes(gzip.compress(b"\n".join([first, *rest])))
    with pytest.raises(errors.BadInputError, match="something else"):
        backup.restore(tmp_path / "other.gz", tmp_path / "new")
