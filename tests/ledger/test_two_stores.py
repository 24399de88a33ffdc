"""SQLite and PostgreSQL keep the same book: the same heads, the same answers, the same refusals."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import random
import re
import shutil
import sys
import threading
from pathlib import Path

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import postgres_server
import rush
from operations import NOW_MS, batch, make_pair, payment, run

from ledger import audit, backup, errors, parts
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.log import HEAD_AFTER
from ledger.orders import Order, OrderLine
from ledger.store import LOOKUP

pytestmark = [
    pytest.mark.skipif(postgres_server.binaries() is None, reason="PostgreSQL is not installed"),
    pytest.mark.timeout(600),
]
OPERATIONS = 600
OTHER_SHOPPERS = "convert_to(replace(convert_from(payments, 'utf8'), 's-ann', 's-bob'), 'utf8')"


@pytest.fixture(scope="module")
def server():
    with postgres_server.running() as it:
        yield it


@pytest.fixture
def pair(tmp_path, server):
    """One home twice, with the same keys: the book of one in a file, of the other in a database."""
    books = [Ledger.create(home, NOW_MS) for home in make_pair(tmp_path, server.url)]
    yield books
    for book in books:
        book.close()


@pytest.fixture
def base(pair):
    return pair[1]


def test_the_same_operations_give_the_same_heads_and_answers(pair):
    said = [run(book, 7, OPERATIONS) for book in pair]
    assert said[0] == said[1]
    assert pair[0].head == pair[1].head
    assert pair[0].balances() == pair[1].balances()
    assert pair[0].stock() == pair[1].stock()
    for one, other in zip(*(book.entries() for book in pair), strict=True):
        assert one == other
    assert [book.check() for book in pair] == [[], []]
    assert pair[0].prove_consistency(100) == pair[1].prove_consistency(100)


def test_any_number_of_rows_is_looked_up_at_once(pair):
    for book in pair:
        run(book, 5, 20)
        store, places = (
            book._store,
            [(account, currency) for account, currency, _ in book.balances()],
        )
        with store.transaction(write=False):
            for count in (1, 2, 3, 5, LOOKUP):
                asked = [(index,) for index in range(count)]
                found = sorted(store.lookup("idx", "entries", ("idx",), asked))
                assert found == asked[: len(book)]
            asked = [("nobody", "EUR"), *places, (places[0][0], "USD")]
            found = store.lookup("account, currency", "accounts", ("account", "currency"), asked)
            assert sorted(found) == sorted(places)


def test_both_are_checked_in_parts_by_processes(pair, monkeypatch):
    monkeypatch.setattr(parts, "ENTRIES_LEAST", 40)
    monkeypatch.setattr(parts, "_cores", lambda: 2)
    for book in pair:
        run(book, 9, 120)
        with monkeypatch.context() as patch:
            patch.setattr(audit._Audit, "_check_row", lambda *_: pytest.fail("read by the asker"))
            assert audit.check_home(book.home) == ([], len(book))


def drop(home):
    with psycopg.connect(home.database, autocommit=True) as db:
        db.execute(f"DROP SCHEMA facetill_{home.id} CASCADE".encode())


def test_a_book_moves_from_one_store_to_the_other_by_its_backup(pair, tmp_path):
    run(pair[0], 8, 60)
    backup.write(pair[0], tmp_path / "book.gz")
    pair[1].close()
    drop(pair[1].home)
    (pair[1].home.path / "ledger" / "head.note").unlink()
    backup.restore(tmp_path / "book.gz", pair[1].home.path)
    with Ledger.open(pair[1].home) as book:
        assert book.head == pair[0].head
        run(book, 9, 20)
        assert book.check() == []
    with pytest.raises(errors.LedgerExistsError):
        backup.restore(tmp_path / "book.gz", pair[1].home.path)


def post_batches(book):
    """One of two pages and one of one; gives the receipt of the first one's last payment."""
    desk = book.at(station_key(book.home, "desk"), NOW_MS)
    desk.topup("s-ann", 1_000, "t-batches")
    order = Order((OrderLine("X", "Thing", 1, 2),), "EUR")
    kiosk = station_key(book.home, "kiosk")
    first = book.post_batch(*rush.signed(kiosk, [("s-ann", order)] * 130), NOW_MS)[129]
    desk.refund(first.id, 1, "r-batches")
    book.post_batch(*rush.signed(kiosk, [("s-ann", order)] * 3), NOW_MS)
    desk.close("z-batches")
    return book.receipt(first.id)


@pytest.mark.parametrize("source", [0, 1])
def test_batches_move_from_one_store_to_the_other_by_a_backup(pair, tmp_path, source):
    receipt = post_batches(pair[source])
    head, entries = pair[source].head, list(pair[source].entries())
    assert pair[source].check() == []
    backup.write(pair[source], tmp_path / "book.gz")
    target = pair[1 - source].home
    pair[1 - source].close()
    if target.database:
        drop(target)
        (target.path / "ledger" / "head.note").unlink()
    else:
        shutil.rmtree(target.path / "ledger")
    backup.restore(tmp_path / "book.gz", target.path)
    with Ledger.open(target) as book:
        assert (book.head, list(book.entries())) == (head, entries)
        assert book.receipt(receipt.id) == receipt
        assert book.check() == []


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("UPDATE batch_pages SET payments = payments || 'x'::bytea WHERE page = 1", 4),
        ("UPDATE batch_pages SET total_minor = 1 WHERE idx = 6", 6),
        ("UPDATE batch_pages SET root = '\\x00' WHERE idx = 6", 6),
        ("UPDATE batch_pages SET idx = 5 WHERE idx = 6", 5),
        ("DELETE FROM batch_pages WHERE page = 1", 4),
        ("ALTER TABLE batch_pages ADD COLUMN more TEXT", None),
        ("DROP TABLE batch_pages", None),
    ],
)
def test_what_is_altered_of_batches_in_the_database_is_named(base, tmp_path, statement, index):
    post_batches(base)
    base.close()
    assert audit.check_home(base.home, memory=tmp_path / "memory")[0] == []
    with psycopg.connect(base.home.database, autocommit=True) as db:
        db.execute(f"SET search_path = facetill_{base.home.id}".encode())
        db.execute(statement.encode())
    for memory in (None, tmp_path / "memory"):
        findings, _ = audit.check_home(base.home, memory=memory)
        assert index in {finding.index for finding in findings}


def post_some(home, number, count):
    book = Ledger.open(home)
    rng = random.Random(number)
    for _ in range(count):
        book.post(*payment(book, rng, "s-ann", 1), NOW_MS)
    book.close()


def test_many_tills_at_once_lose_and_double_nothing(pair):
    for book in pair:
        book.at(station_key(book.home, "desk"), NOW_MS).topup("s-ann", 1_000, "t")
        spawn = multiprocessing.get_context("spawn")
        tills = [
            spawn.Process(target=post_some, args=(book.home, number, 25)) for number in range(4)
        ]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
        assert [till.exitcode for till in tills] == [0] * 4
        assert book.balance("s-ann") == 900
        assert book.check() == []


def post_into(receipts, book, item):
    receipts.append(book.post(*item, NOW_MS))


def test_threads_that_post_at_once_share_commits(pair):
    for book in pair:
        book.at(station_key(book.home, "desk"), NOW_MS).topup("s-ann", 1_000, "t")
        rng = random.Random(1)
        items = [payment(book, rng, "s-ann", 1) for _ in range(60)]
        receipts = []
        with book._lock:  # all wait, as behind a slow disk
            threads = [
                threading.Thread(target=post_into, args=(receipts, book, item)) for item in items
            ]
            for thread in threads:
                thread.start()
            while len(book._committer._waiting) < len(items):
                pass
        for thread in threads:
            thread.join()
        assert len({receipt.id for receipt in receipts}) == 60
        assert len({receipt.checkpoint for receipt in receipts}) == 1
        assert book.check() == []


def test_one_refusal_in_a_shared_commit_is_only_its_own_askers(base):
    base.at(station_key(base.home, "desk"), NOW_MS).topup("s-ann", 10, "t")
    rng = random.Random(2)
    dear, cheap = payment(base, rng, "s-ann", 11), payment(base, rng, "s-ann", 10)
    with pytest.raises(errors.InsufficientFunds):
        base.post(*dear, NOW_MS)
    assert base.post(*cheap, NOW_MS).amount_minor == 10


def test_another_writer_is_waited_for_and_then_named(base):
    base._store.db.execute("SET lock_timeout = 50")
    with psycopg.connect(base.home.database) as other:
        schema = f"facetill_{base.home.id}"
        other.execute(f"SELECT * FROM {schema}.book FOR UPDATE".encode())
        with pytest.raises(errors.BusyError, match="held it"):
            base.at(station_key(base.home, "desk"), NOW_MS).topup("s-ann", 10, "t")
        other.rollback()
    base.at(station_key(base.home, "desk"), NOW_MS).topup("s-ann", 10, "t")
    assert base.check() == []


@pytest.mark.parametrize("times", [1, 4, 5])
def test_a_serialisation_failure_is_tried_again_a_few_times(base, monkeypatch, times):
    left, real = [times], base._store.write_rows

    def failing(*args):
        if left[0]:
            left[0] -= 1
            raise psycopg.errors.SerializationFailure
        real(*args)

    monkeypatch.setattr(base._store, "write_rows", failing)
    desk = base.at(station_key(base.home, "desk"), NOW_MS)
    if times == 5:
        with pytest.raises(errors.RetryableError):
            desk.topup("s-ann", 10, "t")
        monkeypatch.undo()
    desk.topup("s-ann", 10, "t")
    assert base.balance("s-ann") == 10
    assert base.check() == []


def test_a_database_that_is_killed_loses_nothing_it_acknowledged(tmp_path):
    with postgres_server.running() as server:
        home = create_home(tmp_path / "home", "demo", database=server.url)
        book = Ledger.create(home, NOW_MS)
        book.at(station_key(home, "desk"), NOW_MS).topup("s-ann", 1_000, "t")
        items = [payment(book, random.Random(n), "s-ann", 1) for n in range(40)]
        for item in items[:30]:
            book.post(*item, NOW_MS)
        server.kill()
        with pytest.raises(errors.StorageError, match="cut off"):
            book.post(*items[30], NOW_MS)
        with pytest.raises(errors.StorageError, match="stopped"):
            book.post(*items[31], NOW_MS)
        book.close()
        server.start()
        with Ledger.open(home) as again:
            for item in items:
                again.post(*item, NOW_MS)
            assert again.balance("s-ann") == 960
            assert again.check() == []


def test_a_database_that_does_not_sync_is_refused(tmp_path):
    with postgres_server.running("fsync = off") as server:
        home = create_home(tmp_path / "home", "demo", database=server.url)
        with pytest.raises(errors.StorageError, match="fsync"):
            Ledger.create(home, NOW_MS)


@pytest.mark.parametrize(
    "url", ["postgresql://till:secret@/x", "mysql://x", "postgresql://till@/x?password=y"]
)
def test_an_address_with_a_password_or_of_another_kind_is_refused(tmp_path, url):
    with pytest.raises(errors.BadInputError) as caught:
        create_home(tmp_path / "home", "demo", database=url)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "home").exists()


def test_a_database_that_is_not_there_is_said(tmp_path):
    home = create_home(tmp_path / "home", "demo", database=f"postgresql://t@/x?host={tmp_path}")
    with pytest.raises(errors.StorageError, match="cannot be reached"):
        Ledger.create(home, NOW_MS)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("UPDATE entries SET leaf = leaf || 'x'::bytea WHERE idx = 3", 3),
        ("UPDATE entries SET head = '\\x00' WHERE idx = 4", 4),
        ("DELETE FROM entries WHERE idx = 3", 3),
        ("UPDATE entries SET id = 'topup/other' WHERE idx = 4", 4),
        ("UPDATE accounts SET balance = 0 WHERE account = 'assets:cash'", 5),
        ("DELETE FROM entries WHERE idx = 5", 5),
        ("ALTER TABLE entries ADD COLUMN more TEXT", None),
        ("UPDATE book SET format = 99", None),
        ("DROP TABLE accounts", None),
    ],
)
def test_what_is_altered_in_the_database_is_named(base, statement, index):
    for number in range(3):
        base.at(station_key(base.home, "desk"), NOW_MS).topup("s-ann", 10, f"t{number}")
    base.close()
    execute(base.home, statement)
    findings, _ = audit.check_home(base.home)
    assert index in {finding.index for finding in findings}


def execute(home, *statements):
    with psycopg.connect(home.database, autocommit=True) as db:
        db.execute(f"SET search_path = facetill_{home.id}".encode())
        for statement in statements:
            db.execute(statement.encode())


def with_batch(book, count=300):
    """Topped up, and a batch of three pages as entry 4; gives an id that is on its second page."""
    book.at(station_key(book.home, "desk"), NOW_MS).topup("s-ann", 10_000, "t")
    made = batch(book, random.Random(3), ["s-ann"], count, NOW_MS, counted=0)
    return book.post_batch(*made, NOW_MS)[200].id


@pytest.mark.parametrize(
    ("statement", "index", "problem"),
    [
        ("DELETE FROM batch_pages WHERE page = 0", 4, "its payments are malformed: .*page"),
        ("DELETE FROM batch_pages WHERE page = 2", 4, "payments are not those that the kiosk"),
        ("DELETE FROM batch_pages", 4, "its payments are malformed"),
        ("UPDATE batch_pages SET page = 3 WHERE page = 2", 4, "its payments are malformed"),
        ("UPDATE batch_pages SET idx = 3 WHERE page = 1", 3, "is no batch"),
        (f"UPDATE batch_pages SET payments = {OTHER_SHOPPERS}", 4, "malformed: .*root"),
        ("UPDATE batch_pages SET payments = '\\xff' WHERE page = 1", 4, "malformed: .*record"),
        ("UPDATE batch_pages SET orders = orders || ' '::bytea", 4, "malformed: .*orders"),
        ("UPDATE batch_pages SET root = sha256(root) WHERE page = 1", 4, "malformed: .*root"),
        ("UPDATE batch_pages SET total_minor = total_minor + 1", 4, "malformed: .*total"),
        ("INSERT INTO batch_pages VALUES (2, 0, '', 0, '', '')", 2, "is no batch"),
        ("DROP TABLE batch_pages", None, "missing or altered"),
        ("ALTER TABLE batch_pages ADD COLUMN more TEXT", None, "not as this version makes it"),
        ("ALTER TABLE batch_pages ALTER COLUMN page TYPE INTEGER", None, "missing or altered"),
        ("UPDATE book SET format = 3", None, "not as this version makes it"),
        ("DROP INDEX batch_roots", None, "INDEX batch_roots .* is missing or altered"),
        ("DROP INDEX entries_heads", None, "INDEX entries_heads .* is missing or altered"),
        ("ALTER TABLE entries DROP CONSTRAINT entries_id_key", None, "entries_id_key .* missing"),
        ("CREATE INDEX more ON entries (leaf)", None, "INDEX more .* is not as this version"),
    ],
)
def test_what_is_altered_in_a_batchs_pages_in_the_database_is_named(
    base, statement, index, problem
):
    with_batch(base)
    base.close()
    assert audit.check_home(base.home) == ([], 5)
    execute(base.home, statement)
    findings, _ = audit.check_home(base.home)
    assert [f for f in findings if f.index == index and re.search(problem, f.problem)], findings


def as_of_format_3(base):
    base.at(station_key(base.home, "desk"), NOW_MS).topup("s-ann", 10, "t0")
    base.close()
    statements = "DROP INDEX entries_heads", "DROP TABLE batch_pages", "UPDATE book SET format = 3"
    execute(base.home, *statements)


def test_a_database_of_the_format_before_batches_is_read_as_it_is(base, tmp_path):
    as_of_format_3(base)
    with Ledger.open(base.home, read_only=True) as book:
        assert (book.balance("s-ann"), len([*book.entries()])) == (10, 4)
        assert (book.sales_since("s-ann", 0), book.figures().topups) == ({}, 1)
        with pytest.raises(errors.UnknownReceipt):
            book.receipt("0" * 32)
        backup.write(book, tmp_path / "book.gz")
    assert audit.check_home(base.home) == ([], 4)


def test_a_database_of_the_format_before_batches_is_upgraded_when_it_is_written(base):
    as_of_format_3(base)
    with Ledger.open(base.home) as book:
        paid = with_batch(book)
        assert book.receipt(paid).index == 5
    assert audit.check_home(base.home) == ([], 6)


def indexes_of(home):
    with psycopg.connect(home.database) as db:
        query = "SELECT indexname FROM pg_indexes WHERE schemaname = %s"
        return {name for (name,) in db.execute(query, (f"facetill_{home.id}",))}


def test_a_database_of_the_format_before_the_index_of_heads_gets_it_when_it_is_written(base):
    paid = with_batch(base)
    receipt, entries = base.receipt(paid), list(base.entries())
    base.close()
    new = indexes_of(base.home)
    execute(base.home, "DROP INDEX entries_heads", "UPDATE book SET format = 4")
    old = indexes_of(base.home)
    assert new == old | {"entries_heads"} != old
    assert audit.check_home(base.home) == ([], 5)
    for read_only, indexes in ((True, old), (False, new), (True, new)):
        with Ledger.open(base.home, read_only=read_only) as book:
            assert (book.receipt(paid), list(book.entries())) == (receipt, entries)
        assert indexes_of(base.home) == indexes
    assert audit.check_home(base.home) == ([], 5)


def test_a_large_database_may_take_its_time_to_be_upgraded_and_no_statement_after(base):
    execute(base.home, "DROP INDEX entries_heads", "UPDATE book SET format = 4")
    with base._store.transaction(write=True):
        base._store.upgrade()
        assert [*base._store.rows("SHOW statement_timeout")] == [("0",)]
    assert [*base._store.rows("SHOW statement_timeout")] == [("1min",)]


@pytest.mark.parametrize("is_analyzed", [False, True])
@pytest.mark.parametrize("group", [1, 1_000])
def test_a_head_in_a_database_is_found_by_its_index(base, group, is_analyzed):
    base.close()
    rows = (
        f"SELECT n, 'x' || n, ''::bytea, ''::bytea, CASE n % {group} WHEN 0 THEN sha512('')"
        " ELSE ''::bytea END FROM generate_series(10, 20000) n"
    )
    with psycopg.connect(base.home.database) as db:
        db.execute(f"SET search_path = facetill_{base.home.id}".encode())
        db.execute(f"INSERT INTO entries {rows}".encode())
        if is_analyzed:
            db.execute("ANALYZE entries")
        plans = []
        for plan in ("force_custom_plan", "force_generic_plan"):
            db.execute(f"SET plan_cache_mode = {plan}".encode())
            db.execute(f"PREPARE it (bigint) AS {HEAD_AFTER.replace('?', '$1')}".encode())
            plans.append([line for (line,) in db.execute("EXPLAIN EXECUTE it (500)")])
            db.execute("DEALLOCATE it")
        db.rollback()
    assert all("Index Scan using entries_heads" in plan[1] for plan in plans), plans


def test_a_backup_of_a_database_is_restored_to_a_new_folder_as_a_file(pair, tmp_path):
    paid = with_batch(pair[1])
    receipt, written = pair[1].receipt(paid), [*pair[1].entries()]
    backup.write(pair[1], tmp_path / "book.gz")
    header = gzip.decompress((tmp_path / "book.gz").read_bytes()).partition(b"\n")[0]
    assert b"postgres" not in header
    pair[1].close()
    drop(pair[1].home)
    home, entries = backup.restore(tmp_path / "book.gz", tmp_path / "moved")
    assert (entries, home.database) == (5, None)
    with Ledger.open(home, read_only=True) as book:
        assert (book.receipt(paid), [*book.entries()]) == (receipt, written)
    assert audit.check_home(home) == ([], 5)


def test_nothing_is_restored_while_it_is_not_known_what_the_database_holds(pair, tmp_path):
    backup.write(pair[1], tmp_path / "book.gz")
    home = pair[1].home
    record = json.loads((home.path / "home.json").read_text())
    away = {"database": "postgresql://till@/facetill?host=/nonexistent"}
    (home.path / "home.json").write_text(json.dumps(record | away))
    kept = (home.path / "ledger" / "head.note").read_bytes()
    with pytest.raises(errors.StorageError, match="cannot be reached"):
        backup.restore(tmp_path / "book.gz", home.path)
    assert (home.path / "ledger" / "head.note").read_bytes() == kept
