from __future__ import annotations

import shutil

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import audit, keys, store
from ledger.book import Ledger
from ledger.errors import DamagedError, KeyMissingError, LedgerMissingError
from ledger.home import open_home
from ledger.sqlite import SqliteStore


def findings(home):
    return audit.check_home(home)[0]


def named(home):
    return {f.index for f in findings(home)}


@pytest.fixture
def closed(stocked):
    """A closed book of entries 0 to 7, and an open, unguarded connection to its file."""
    stocked.book.close()
    return stocked


def sql(shop, *statements):
    db = apsw.Connection(str(shop.home.ledger_db))
    for statement in statements:
        db.execute(statement) if isinstance(statement, str) else db.execute(*statement)
    db.close()


def test_a_clean_book_has_no_finding(closed):
    assert audit.check_home(closed.home) == ([], 8)


def test_every_byte_of_every_column_of_every_entry_is_covered(closed):
    db = apsw.Connection(str(closed.home.ledger_db))
    rows = list(db.execute("SELECT idx, CAST(id AS BLOB), leaf, hashes, head FROM entries"))
    tried = 0
    for index, *values in rows:
        for column, value in zip(("id", "leaf", "hashes", "head"), values, strict=True):
            if not value:  # no head on the first entries of a commit
                continue
            step = max(1, len(value) // 7)
            for place in {*range(0, len(value), step), len(value) - 1}:
                damaged = value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
                new = damaged.decode() if column == "id" else damaged
                put = f"UPDATE entries SET {column} = ? WHERE idx = ?"
                db.execute(put, (new, index))
                assert index in named(closed.home), (index, column, place)
                db.execute(put, (value.decode() if column == "id" else value, index))
                tried += 1
    db.close()
    assert tried > 150
    assert findings(closed.home) == []


@pytest.mark.parametrize("end", ["", "x"])
@pytest.mark.parametrize("column", ["id", "leaf", "hashes", "head"])
def test_a_shorter_or_longer_value_is_found(closed, column, end):
    value = f"substr({column}, 1, length({column}) - 1)" if not end else f"{column} || X'78'"
    if column != "id":
        value = f"CAST({value} AS BLOB)"
    sql(closed, f"UPDATE entries SET {column} = {value} WHERE idx = 4")
    assert 4 in named(closed.home)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET balance = balance + 1 WHERE account = 'assets:cash'",
        "UPDATE accounts SET account = 'assets:cask' WHERE account = 'assets:cash'",
        "UPDATE accounts SET currency = 'USD' WHERE account = 'assets:cash'",
        "DELETE FROM accounts WHERE account = 'assets:cash'",
        "INSERT INTO accounts VALUES ('equity:mine', 'EUR', 0)",
        "UPDATE accounts SET account = CAST(X'ff' AS TEXT) WHERE account = 'assets:cash'",
        "PRAGMA user_version = 1",
        "PRAGMA user_version = 99",
        "PRAGMA application_id = 1",
        "CREATE TABLE notes (x)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN SELECT 1; END",
        "CREATE INDEX i ON entries (leaf)",
        "DROP INDEX entries_heads",
        "ALTER TABLE entries ADD COLUMN more TEXT",
        "DROP TABLE accounts",
        "DROP TABLE entries",
    ],
)
def test_a_change_to_what_is_derived_or_to_the_schema_is_found(closed, statement):
    sql(closed, statement)
    assert findings(closed.home)


def test_a_changed_balance_names_the_last_entry_that_touched_it(closed):
    sql(closed, "UPDATE accounts SET balance = 0 WHERE account = 'liabilities:shopper:s-other'")
    assert named(closed.home) == {4}


@pytest.mark.parametrize("index", range(8))
def test_a_deleted_entry_is_named(closed, index):
    sql(closed, ("DELETE FROM entries WHERE idx = ?", (index,)))
    assert index in named(closed.home)


def test_two_swapped_entries_are_named(closed):
    sql(
        closed,
        "UPDATE entries SET idx = -1 WHERE idx = 5",
        "UPDATE entries SET idx = 5 WHERE idx = 6",
        "UPDATE entries SET idx = 6 WHERE idx = -1",
    )
    found = set(map(str, findings(closed.home)))
    assert "entry 5: its leaf says that it is entry 6" in found
    assert "entry 6: its leaf says that it is entry 5" in found


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE entries SET leaf = X'7b7d' WHERE idx = 5", "its leaf is malformed: The field "),
        ("UPDATE entries SET id = 'x' WHERE idx = 5", "its id column is not the id in its leaf"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(closed, statement, problem):
    sql(closed, statement)
    found = [f.problem for f in findings(closed.home) if f.index == 5]
    assert any(said.startswith(problem) and not said.endswith(".") for said in found)


@pytest.mark.parametrize("index", [-1, 8, 100])
def test_an_inserted_entry_is_named(closed, index):
    sql(
        closed,
        (
            "INSERT INTO entries SELECT ?, id||'0', leaf, hashes, head FROM entries WHERE idx = 6",
            (index,),
        ),
    )
    assert index in named(closed.home)


def test_a_book_rolled_back_to_an_older_copy_is_found(shop, tmp_path):
    shop.topup()
    shop.pay()
    shop.book.close()
    old = tmp_path / "old.db"
    shutil.copy(shop.home.ledger_db, old)
    shop.book = Ledger.open(shop.home)
    shop.pay()
    shop.book.close()
    shutil.copy(old, shop.home.ledger_db)
    (found,) = findings(shop.home)
    assert found.index == 5
    assert "rolled back" in found.problem


def test_a_head_kept_elsewhere_finds_a_rollback_of_both_files(shop, tmp_path):
    shop.topup()
    shop.book.close()
    shutil.copytree(shop.home.path / "ledger", tmp_path / "old")
    shop.book = Ledger.open(shop.home)
    shop.pay()
    kept = shop.book.head
    assert audit.check_home(shop.home, heads=(kept,)) == ([], 5)
    shop.book.close()
    shutil.rmtree(shop.home.path / "ledger")
    shutil.copytree(tmp_path / "old", shop.home.path / "ledger")
    assert findings(shop.home) == []
    (found,) = audit.check_home(shop.home, heads=(kept,))[0]
    assert found.index == 4


def test_a_history_rewritten_with_the_stolen_key_is_found_by_a_kept_head(shop, tmp_path):
    shutil.copytree(shop.home.path, tmp_path / "before")
    shop.topup(10_000, "t1")
    kept = shop.book.head
    shop.book.close()
    shutil.rmtree(shop.home.path)
    shutil.copytree(tmp_path / "before", shop.home.path)
    shop.book = Ledger.open(shop.home)
    shop.topup(20_000, "t1")
    assert findings(shop.home) == []
    (found,) = audit.check_home(shop.home, heads=(kept,))[0]
    assert found.index == 3


@pytest.mark.parametrize("spoilt", [None, b"", b"\xff", b"junk", b"a\nb\n\n\xe2\x80\x94 c d\n"])
def test_a_missing_or_damaged_kept_head_is_found(closed, spoilt):
    path = closed.home.ledger_db.with_name("head.note")
    if spoilt is None:
        path.unlink()
    else:
        path.write_bytes(spoilt)
    [found] = findings(closed.home)
    assert found.problem.startswith("head.note beside the book")
    is_missing = found.problem == "head.note beside the book is missing"
    assert is_missing == (spoilt in (None, b"", b"\xff"))


def test_a_head_note_left_behind_by_a_crash_is_no_false_alarm(shop):
    path = shop.home.ledger_db.with_name("head.note")
    older = path.read_text()
    shop.topup()
    path.write_text(older)
    assert findings(shop.home) == []


def test_a_forged_book_under_another_key_is_found(make_shop):
    honest, forged = make_shop(), make_shop(name="forged")
    forged.topup()
    honest.book.close()
    forged.book.close()
    shutil.copy(forged.home.ledger_db, honest.home.ledger_db)
    assert 0 in named(honest.home)
    with pytest.raises(DamagedError):
        Ledger.open(honest.home)


def test_a_home_that_changed_its_mode_is_found(closed):
    path = closed.home.path / "home.json"
    path.write_text(path.read_text().replace("demo", "live"))
    assert 0 in named(open_home(closed.home.path))


def test_an_altered_book_is_not_built_upon(closed):
    sql(closed, "UPDATE entries SET hashes = zeroblob(length(hashes)) WHERE idx = 7")
    book = Ledger.open(closed.home)
    with pytest.raises(DamagedError):
        book.at(closed.desk, closed.now_ms).topup(closed.shopper, 5, "t9")
    book.close()
    assert 7 in named(closed.home)


def test_a_payment_signed_into_the_tree_by_an_insider_without_the_kiosk_is_found(shop, monkeypatch):
    """The ledger's key alone cannot make a payment: the kiosk's signature is checked again."""
    shop.topup()
    order = shop.order()
    signed = shop.authorize(order)
    forged = type(signed)(signed.authorization, bytes(64))
    monkeypatch.setattr("ledger.rules.require_signed", lambda *_: None)
    shop.book.post(forged, order, shop.now_ms)
    monkeypatch.undo()
    assert named(shop.home) == {4}


def test_a_payment_that_broke_a_rule_is_found(shop, monkeypatch):
    order = shop.order()
    monkeypatch.setattr("ledger.rules.require", lambda *_: None)
    shop.book.post(shop.authorize(order), order, shop.now_ms)
    monkeypatch.undo()
    (found,) = findings(shop.home)
    assert (found.index, "needs 4.00 EUR" in found.problem) == (3, True)


def test_a_book_cut_short_gives_findings_and_no_traceback(closed):
    data = closed.home.ledger_db.read_bytes()
    for length in (0, 10, 100, 4096, 5000, 8192, len(data) - 4096, len(data) - 1):
        closed.home.ledger_db.write_bytes(data[:length])
        assert findings(closed.home), length


def test_a_file_that_is_no_database_is_a_finding(closed):
    closed.home.ledger_db.write_bytes(b"not a database" * 1000)
    (found,) = findings(closed.home)
    assert "damaged" in found.problem
    assert not found.problem.endswith(".")


def test_without_a_book_or_a_public_key_there_is_nothing_to_check(closed):
    closed.home.ledger_db.unlink()
    with pytest.raises(LedgerMissingError):
        findings(closed.home)
    (closed.home.keys_dir / "ledger.vkey").unlink()
    with pytest.raises(KeyMissingError):
        findings(closed.home)


def test_findings_are_capped_on_a_ruined_book(closed):
    sql(closed, "UPDATE entries SET head = zeroblob(64)")
    found = findings(closed.home)
    assert [f.index for f in found] == [0]
    assert "up to entry 7" in found[0].problem


def _content(path):
    """All that can be read from the file, or None if it cannot."""
    try:
        db = apsw.Connection(str(path), apsw.SQLITE_OPEN_READONLY)
        entries = list(db.execute("SELECT idx, CAST(id AS BLOB), leaf, hashes, head FROM entries"))
        accounts = list(db.execute("SELECT CAST(account AS BLOB), currency, balance FROM accounts"))
    except (apsw.Error, UnicodeDecodeError):
        return None
    return entries, accounts


@given(data=st.data())
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_flipped_bit_anywhere_in_the_file_is_found_or_changed_nothing(closed, data):
    path = closed.home.ledger_db
    whole = path.read_bytes()
    before = _content(path)
    place = data.draw(st.integers(0, len(whole) * 8 - 1))
    damaged = bytearray(whole)
    damaged[place // 8] ^= 1 << place % 8
    path.write_bytes(damaged)
    try:
        assert findings(closed.home) or _content(path) == before
    finally:
        path.write_bytes(whole)
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)


def test_the_key_can_be_given_from_elsewhere(closed):
    other = keys.generate()
    from ledger.note import VerifierKey

    found, _ = audit.check_home(
        closed.home, key=VerifierKey(f"facetill/{closed.home.id}", other.public_bytes)
    )
    assert 0 in {f.index for f in found}


@pytest.mark.parametrize(
    ("gone", "problem"), [("idx = 4", "it is missing;"), ("idx IN (4, 5)", "it is missing to 5;")]
)
def test_what_is_missing_is_named_from_the_first_to_the_last(closed, gone, problem):
    sql(closed, f"DELETE FROM entries WHERE {gone}")
    found = {f.index: f.problem for f in findings(closed.home)}
    assert found[4].startswith(problem)


def test_behind_a_gap_a_leaf_that_is_not_its_hash_is_still_named(closed):
    sql(closed, "DELETE FROM entries WHERE idx = 3")
    sql(closed, "UPDATE entries SET hashes = zeroblob(length(hashes)) WHERE idx = 6")
    assert {3, 6} <= named(closed.home)


def test_a_book_of_several_batches_is_read_whole_and_its_progress_told(closed, monkeypatch):
    monkeypatch.setattr(audit, "BATCH", 3)
    told = []
    found = audit.check_home(closed.home, progress=lambda done, total: told.append((done, total)))
    assert found == ([], 8)
    assert told == [(3, 8), (6, 8), (8, 8)]


def test_behind_a_gap_at_the_end_of_a_batch_all_is_read(closed, monkeypatch):
    monkeypatch.setattr(audit, "BATCH", 3)
    sql(closed, "DELETE FROM entries WHERE idx = 3")
    found, size = audit.check_home(closed.home)
    assert size == 7
    assert [f.index for f in found if "it is missing" in f.problem] == [3, 7]


def test_an_audit_only_reads_and_lets_go_of_the_book(closed, monkeypatch):
    asked, real, transaction = [], store.open_store, SqliteStore.transaction

    def opening(home, **how):
        asked.append((how, real(home, **how)))
        return asked[0][1]

    monkeypatch.setattr(store, "open_store", opening)
    monkeypatch.setattr(
        SqliteStore, "transaction", lambda it, **how: asked.append(how) or transaction(it, **how)
    )
    assert findings(closed.home) == []
    (how, opened), *transactions = asked
    assert how == {"read_only": True}
    assert transactions == [{"write": False}]
    with pytest.raises(apsw.ConnectionClosedError):
        opened.rows("SELECT 1")
