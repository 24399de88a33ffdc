from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys

import apsw
import pytest

from ledger import audit, errors, sqlite, store
from ledger.book import Ledger
from ledger.home import create_home

CHILD = """
import sys
from pathlib import Path
from ledger.book import Ledger
from ledger.home import open_home, station_key
home = open_home(Path(sys.argv[1]))
desk = station_key(home, "desk")
with Ledger.open(home) as book:
    for n in range(int(sys.argv[3])):
        book.at(desk, 1_800_000_000_000).topup("s-shared", 1, f"{sys.argv[2]}-{n}")
        print(n, flush=True)
"""


def child(home, name, count, repository):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home.path), name, str(count)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(repository)},
    )


@pytest.fixture
def repository(request):
    return request.config.rootpath


class Faults:
    """An SQLite VFS whose writes or syncs fail while `error` is set."""

    def __init__(self):
        self.error = None
        self.where = "sync"
        faults = self

        class File(apsw.VFSFile):
            def __init__(self, name, flags):
                super().__init__("", name, flags)

            def xSync(self, flags):  # noqa: N802
                if faults.error and faults.where == "sync":
                    raise faults.error
                super().xSync(flags)

            def xWrite(self, data, offset):  # noqa: N802
                if faults.error and faults.where == "write":
                    super().xWrite(data[: len(data) // 2], offset)
                    raise faults.error
                super().xWrite(data, offset)

        class Disk(apsw.VFS):
            def __init__(self):
                super().__init__("faulty", "")

            def xOpen(self, name, flags):  # noqa: N802
                return File(name, flags)

        self.disk = Disk()


@pytest.fixture
def faults(monkeypatch):
    faults = Faults()
    connection = functools.partial(apsw.Connection, vfs="faulty")
    monkeypatch.setattr(sqlite.apsw, "Connection", connection)
    yield faults
    faults.disk.unregister()


@pytest.mark.parametrize("where", ["sync", "write"])
def test_a_failed_write_or_sync_is_never_success_and_stops_the_book(shop, faults, where):
    shop.topup()
    shop.book.close()
    shop.book = Ledger.open(shop.home)
    order = shop.order()
    signed = shop.authorize(order)
    faults.where, faults.error = where, apsw.IOError("the disk is on fire")
    with pytest.raises(errors.StorageError):
        shop.book.post(signed, order, shop.now_ms)
    faults.error = None
    with pytest.raises(errors.StorageError, match="stopped"):
        shop.book.post(signed, order, shop.now_ms)
    shop.book.close()
    shop.book = Ledger.open(shop.home)
    assert shop.book.check() == []
    first = shop.book.post(signed, order, shop.now_ms)
    assert shop.book.post(signed, order, shop.now_ms) == first
    assert shop.book.balance(shop.shopper) == 9_600
    assert shop.book.check() == []


def test_a_disk_full_in_the_middle_keeps_nothing_of_it(shop, faults):
    shop.topup()
    shop.book.close()
    shop.book = Ledger.open(shop.home)
    faults.where, faults.error = "write", apsw.FullError("no space")
    with pytest.raises(errors.DiskFullError, match="the disk is full"):
        shop.pay()
    faults.error = None
    assert shop.book.balance(shop.shopper) == 10_000
    shop.pay()
    assert shop.book.check() == []


def test_a_full_disk_refuses_until_there_is_room_again(shop):
    shop.topup()
    pages = shop.book._store.db.pragma("page_count")
    shop.book._store.db.pragma("max_page_count", pages)
    order = shop.order()
    accepted = 0
    for _ in range(100):
        signed = shop.authorize(order)
        try:
            shop.book.post(signed, order, shop.now_ms)
        except errors.DiskFullError:
            break
        accepted += 1
    else:
        pytest.fail("the disk never filled up")
    assert shop.book.balance(shop.shopper) == 10_000 - 400 * accepted
    assert shop.book.check() == []
    shop.book._store.db.pragma("max_page_count", pages + 100)
    shop.book.post(signed, order, shop.now_ms)
    assert shop.book.balance(shop.shopper) == 10_000 - 400 * (accepted + 1)
    assert shop.book.check() == []


def test_a_head_note_that_cannot_be_written_does_not_undo_the_payment(shop, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    shop.topup()
    monkeypatch.setattr(store, "keep_head", full)
    assert shop.pay().amount_minor == 400
    assert shop.book.check() == []


def test_another_writer_is_waited_for_and_then_named(shop, monkeypatch):
    shop.topup()
    shop.book._store.db.set_busy_timeout(50)
    other = apsw.Connection(str(shop.home.ledger_db))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.BusyError):
        shop.pay()
    other.execute("ROLLBACK")
    other.close()
    shop.pay()


def test_several_processes_may_post_at_once(shop, repository):
    children = [child(shop.home, name, 15, repository) for name in ("a", "b", "c")]
    assert [len(c.communicate(timeout=60)[0].split()) for c in children] == [15] * 3
    assert [c.returncode for c in children] == [0] * 3
    assert shop.book.balance("s-shared") == 45
    shop.topup()
    assert shop.book.check() == []
    assert len(shop.book) == 3 + 45 + 1


def test_a_killed_process_loses_nothing_that_it_acknowledged(shop, repository):
    for cycle in range(3):
        process = child(shop.home, f"k{cycle}", 10_000, repository)
        acknowledged = [process.stdout.readline() for _ in range(5 + cycle * 7)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.communicate()[0].splitlines()
        posted = [e.id for e in shop.book.entries() if e.id.startswith(f"topup/k{cycle}-")]
        assert len(acknowledged) <= len(posted) <= len(acknowledged) + 1
        assert shop.book.check() == []


def test_a_book_is_not_made_twice(shop):
    with pytest.raises(errors.LedgerExistsError):
        Ledger.create(shop.home)


def test_an_interrupted_making_is_begun_anew(tmp_path):
    home = create_home(tmp_path / "h", "demo")
    for end in ("", "-wal", "-shm"):
        home.ledger_db.with_name("ledger.db.new" + end).write_bytes(b"half")
    with Ledger.create(home) as book:
        assert book.check() == []


def test_a_home_without_a_book_says_how_to_make_one(tmp_path):
    with pytest.raises(errors.LedgerMissingError) as e:
        Ledger.open(create_home(tmp_path / "h", "demo"))
    assert "init" in e.value.hint


@pytest.mark.parametrize(
    ("pragma", "error"),
    [
        ("user_version = 99", errors.LedgerVersionError),
        ("application_id = 7", errors.DamagedError),
    ],
)
def test_a_book_of_another_version_or_program_is_not_opened(shop, pragma, error):
    shop.book._store.db.execute(f"PRAGMA {pragma}")
    with pytest.raises(error):
        Ledger.open(shop.home)


def test_a_damaged_first_entry_or_file_gives_an_error_and_no_traceback(shop):
    shop.book._store.db.execute("UPDATE entries SET leaf = X'00' WHERE idx = 0")
    with pytest.raises(errors.DamagedError):
        Ledger.open(shop.home)
    shop.book.close()
    shop.home.ledger_db.write_bytes(os.urandom(20_000))
    with pytest.raises(errors.DamagedError):
        Ledger.open(shop.home)


def test_a_damaged_entry_is_named_when_it_is_read(stocked):
    stocked.book._store.db.execute("UPDATE entries SET leaf = X'7b7d' WHERE idx = 6")
    with pytest.raises(errors.DamagedError, match="Entry 6"):
        list(stocked.book.entries())


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only folders")
def test_a_read_only_folder_is_an_error_with_a_hint(shop):
    shop.book.close()
    shop.home.ledger_db.chmod(0o400)
    shop.home.ledger_db.parent.chmod(0o500)
    try:
        assert audit.check_home(shop.home)[0] == []
        with pytest.raises(errors.StorageError) as e:
            Ledger.open(shop.home).at(shop.desk, 0).topup("s-x", 1, "t")
        assert "permissions" in e.value.hint
    finally:
        shop.home.ledger_db.parent.chmod(0o700)


def test_a_book_opened_to_read_refuses_to_write(shop):
    with Ledger.open(shop.home, read_only=True) as book:
        assert book.balance(shop.shopper) == 0
        with pytest.raises(errors.StorageError):
            book.at(shop.desk, shop.now_ms).topup(shop.shopper, 1, "t")


def test_the_ledger_key_of_another_home_is_refused(make_shop):
    shop, other = make_shop(), make_shop(name="other")
    key = other.home.keys_dir / "ledger.key"
    (shop.home.keys_dir / "ledger.key").write_bytes(key.read_bytes())
    with Ledger.open(shop.home) as book, pytest.raises(errors.DamagedError):
        book.at(shop.desk, shop.now_ms).topup(shop.shopper, 1, "t")


@pytest.mark.parametrize("count", [1, 4, store.LOOKUP])
def test_what_is_looked_up_is_found_by_an_index(shop, count):
    looks = [
        ("idx, id, leaf", "entries", ("id",)),
        ("idx, hashes", "entries", ("idx",)),
        ("balance", "accounts", ("account", "currency")),
    ]
    for columns, table, key in looks:
        asked = [None] * (count * len(key))
        query = f"EXPLAIN QUERY PLAN {sqlite._lookup(columns, table, key, count)}"
        plan = [step for *_, step in shop.book._store.rows(query, asked)]
        assert any(step.startswith(f"SEARCH {table} USING") for step in plan)
        assert not any(step.startswith(f"SCAN {table}") for step in plan)
