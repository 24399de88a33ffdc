"""Errors at every write and sync, and power cuts at every moment: nothing lost, doubled or half."""

from __future__ import annotations

import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import faulty_disk
import rush

from ledger import errors
from ledger.batches import PAGE
from ledger.book import Ledger
from ledger.home import open_home


@pytest.fixture
def disk():
    disk = faulty_disk.Disk()
    yield disk
    disk.unregister()


@pytest.fixture
def ready(shop):
    shop.topup(5_000)
    shop.book.close()
    return shop


def reopen(shop):
    shop.book = Ledger.open(shop.home)


def payment(shop):
    order = shop.order()
    return shop.authorize(order), order


def topup(shop):
    return shop.book.at(shop.desk, shop.now_ms).topup(shop.shopper, 7, "t-7")


def refused():
    return pytest.raises(errors.StorageError)


def batch_of(shop, count):
    """A batch booking of so many payments of one minor unit."""
    return rush.signed(shop.kiosk, [(shop.shopper, shop.order(("X", "Thing", 1, 1)))] * count)


OPERATIONS = {
    "post": lambda shop, item: shop.book.post(*item, shop.now_ms),
    "topup": lambda shop, _: topup(shop),
    "batch": lambda shop, item: shop.book.post_all([item, shop.second], shop.now_ms),
    "batch booking": lambda shop, _: shop.book.post_batch(*shop.booking, shop.now_ms),
    "close": lambda shop, _: shop.book.at(shop.desk, shop.now_ms).close("z-1"),
}


@pytest.mark.parametrize("how", ["eio", "full", "short"])
@pytest.mark.parametrize("stays_broken", [False, True])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_error_at_any_write_or_sync_is_never_success(ready, disk, operation, how, stays_broken):
    do = OPERATIONS[operation]
    item, ready.second = payment(ready), payment(ready)
    ready.booking = batch_of(ready, PAGE + 2)
    disk.fail_with, disk.stays_broken = how, stays_broken
    failed = 0
    for number in range(1, 200):
        with Ledger.open(ready.home) as book:  # a failure on opening is another matter
            before = len(book)
            ready.book = book
            disk.operations, disk.fail_at = 0, number
            try:
                do(ready, item)
            except errors.StorageError:
                failed += 1
                # a full disk may have room again; after any other failure the book has stopped
                again = nullcontext if how == "full" and not stays_broken else refused
                with again():
                    do(ready, item)
                disk.heal()
            else:
                met = disk.operations >= number
                disk.heal()
                if met:
                    pytest.fail("an operation failed, and success was reported")
                break
        with Ledger.open(ready.home) as book:
            assert book.check() == []
            grown = len(book) - before
            assert grown in ((0, 2) if operation == "batch" else (0, 1))
            if operation == "batch booking":
                pages = next(book._store.rows("SELECT count(*) FROM batch_pages"))[0]
                assert (pages, book.balance(ready.shopper)) == (2 * grown, 5_000 - 130 * grown)
    assert failed
    reopen(ready)
    size = len(ready.book)
    do(ready, item)
    assert len(ready.book) == size
    assert ready.book.check() == []


def books_after_cuts(ready, disk, tmp_path, acts, *, folded_after, more_than, balance):
    """The book as a power cut at each moment of these acts leaves it; how many were acknowledged.

    After one of them the log goes into the database. Each book is clean, and once all acts were
    done again, in it the shopper has what is left after them.
    """
    acknowledged, cuts = [], []

    def watch():
        head = ready.home.ledger_db.with_name("head.note").read_bytes()
        cuts.append((disk.cut(len(cuts)), head, len(acknowledged)))

    reopen(ready)
    disk.watch = watch
    for number, act in enumerate(acts):
        act(ready.book)
        acknowledged.append(act)
        if number == folded_after:
            ready.book._store.db.pragma("wal_checkpoint", "TRUNCATE")
    disk.watch = None
    assert len(cuts) > more_than
    for number, (files, head, count) in enumerate(cuts):
        copy = tmp_path / f"cut{number}"
        shutil.copytree(ready.home.path, copy, ignore=shutil.ignore_patterns("ledger.db*"))
        for name, data in files.items():
            (copy / "ledger" / Path(name).name).write_bytes(data)
        (copy / "ledger" / "head.note").write_bytes(head)
        with Ledger.open(open_home(copy)) as book:
            assert book.check() == [], number
            yield book, count
            for act in acts:
                act(book)
            assert book.balance(ready.shopper) == balance
            assert book.check() == []
        shutil.rmtree(copy)


def test_a_power_cut_at_any_moment_keeps_every_acknowledged_payment(ready, disk, tmp_path):
    items = [payment(ready) for _ in range(10)]
    acts = [lambda book, item=item: book.post(*item, ready.now_ms) for item in items]
    left = {"balance": 5_000 - 400 * len(items), "folded_after": 4, "more_than": 60}
    for book, count in books_after_cuts(ready, disk, tmp_path, acts, **left):
        found = [entry.id for entry in book.entries() if entry.kind == "payment"]
        assert len(set(found)) == len(found)
        wanted = {f"payment/{signed.authorization.id}" for signed, _ in items[:count]}
        assert wanted <= set(found)
        assert len(found) <= count + 1


def test_a_power_cut_at_any_moment_of_a_batch_leaves_all_of_it_or_nothing(ready, disk, tmp_path):
    bookings = [batch_of(ready, count) for count in (PAGE + 2, 3, 2 * PAGE)]
    acts = [lambda book, item=item: book.post_batch(*item, ready.now_ms) for item in bookings]
    paid = sum(batch.count for batch, _ in bookings)
    left = {"balance": 5_000 - paid, "folded_after": 1, "more_than": 20}
    for book, count in books_after_cuts(ready, disk, tmp_path, acts, **left):
        found = [entry.id for entry in book.entries() if entry.kind == "batch"]
        wanted = [batch.entry_id for batch, _ in bookings]
        assert found == wanted[: len(found)]
        assert count <= len(found) <= count + 1


def test_the_simulated_disk_does_lose_what_is_not_synced(ready, disk, tmp_path, monkeypatch):
    """A test that cannot fail is none: without syncs the same cuts lose acknowledged payments."""
    monkeypatch.setattr(faulty_disk.File, "xSync", lambda *_: None)
    reopen(ready)
    paid = payment(ready)
    ready.book.post(*paid, ready.now_ms)
    lost = 0
    for seed in range(20):
        copy = tmp_path / f"cut{seed}"
        shutil.copytree(ready.home.path, copy, ignore=shutil.ignore_patterns("ledger.db*"))
        for name, data in disk.cut(seed).items():
            (copy / "ledger" / Path(name).name).write_bytes(data)
        with Ledger.open(open_home(copy)) as book:
            lost += len(book) == 4
    assert lost


def test_a_disk_that_fails_on_opening_is_said(ready, disk):
    for number in range(1, 12):
        disk.operations, disk.fail_at = 0, number
        try:
            Ledger.open(ready.home).close()
        except errors.StorageError:
            disk.heal()
            continue
        disk.heal()
        break
    reopen(ready)
    assert ready.book.check() == []
