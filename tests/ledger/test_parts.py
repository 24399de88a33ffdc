"""A first check that is shared among cores says what a check in one process says."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from threaded_parts import CORES, alone

from ledger import audit, parts, store
from ledger.book import Ledger
from ledger.errors import LedgerMissingError
from ledger.figures import Figures
from ledger.seals import Resumed


@pytest.fixture
def busy(stocked):
    """Every kind of entry, two Z reports, two keys, and a closed book."""
    desk = stocked.at_desk
    paid = [e.id[8:] for e in stocked.book.entries() if e.kind == "payment"]
    desk().limit("everybody", 50_000, "l1")
    desk().supply("A1", 10, "in")
    desk().close("z1")
    desk().refund(paid[0], 100, "r1")
    held = [stocked.hold() for _ in range(3)]
    stocked.book.rotate_key(stocked.now_ms)
    desk().capture(held[0], stocked.order())
    desk().void(held[1])
    desk().refund(paid[0], 300, "r2")
    desk().tombstone("s-other")
    stocked.pay()
    desk().close("z2")
    desk().limit(stocked.shopper, 60_000, "l2")
    stocked.topup(41_000)
    stocked.pay()
    stocked.book.close()
    return stocked


def spoil(shop, *statements):
    db = apsw.Connection(str(shop.home.ledger_db))
    for statement in statements:
        db.execute(statement)
    db.close()


def remembered(shop, tmp_path):
    """The memory after a check in parts; it must be as after one in one process."""
    assert audit.check_home(shop.home, memory=tmp_path / "parts")[0] == []
    assert alone(shop.home, memory=tmp_path / "alone")[0] == []
    (one,), (other,) = (tmp_path / "parts").iterdir(), (tmp_path / "alone").iterdir()
    assert one.read_text() == other.read_text()
    return json.loads(one.read_text())


def test_processes_verify_all_of_a_clean_book_but_for_the_asker(busy, small, monkeypatch):
    size = audit.check_home(busy.home)[1]
    monkeypatch.setattr(audit._Audit, "_check_row", lambda *_: pytest.fail("read by the asker"))
    assert audit.check_home(busy.home) == ([], size)


def test_a_process_that_is_asked_nothing_or_nonsense_ends_without_a_word():
    for asked in ("", "{}\n", '{"home": "/nowhere", "anchor": "x", "first": 0, "last": 1}\n'):
        done = subprocess.run(
            [sys.executable, "-c", parts._COMMAND],
            input=asked,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_a_process_answers_with_sums_and_then_with_the_end_of_its_part(busy, monkeypatch):
    polite = []
    monkeypatch.setattr(parts.os, "nice", polite.append)
    monkeypatch.setattr(sys, "stdout", out := io.StringIO())
    begin = Resumed(0, {}, Figures(), 0, audit.trusted_keys(busy.home)[:1])
    book = parts.Book(busy.home, begin.keys[0], signed_all=False)
    lines = [parts._job(book, 0, 3), parts._record(begin)]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{json.dumps(x)}\n" for x in lines)))
    parts.main()
    sums, done, end = map(json.loads, out.getvalue().splitlines())
    assert (sums, done) == ({"sums": []}, {"done": 3})
    assert end["end"]["closed"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(SystemExit) as e:
        parts.main()
    assert e.value.code == 1
    assert polite == [parts.NICE] * 2


def test_a_process_opens_the_book_for_reading_alone(busy, started, monkeypatch):
    open_store, asked = store.open_store, []

    def noted(home, *, read_only):
        asked.append(read_only)
        return open_store(home, read_only=read_only)

    monkeypatch.setattr(parts, "open_store", noted)
    assert audit.check_home(busy.home)[0] == []
    assert asked == [True] * CORES
    assert started.reached


def test_nothing_is_left_open_or_running(busy, small):
    before = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    assert audit.check_home(busy.home)[0] == []
    spoil(busy, "UPDATE entries SET hashes = x'00' WHERE idx = 5")
    assert audit.check_home(busy.home)[0]
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [c for c in children if b"ledger.parts" in Path(f"/proc/{c}/cmdline").read_bytes()]


def test_parts_follow_each_other_without_a_gap_and_end_where_a_head_was_signed(busy, started):
    findings, size = audit.check_home(busy.home)
    assert findings == []
    assert len(started) == CORES
    assert started.reached.size == size
    assert started.sizes == [0, *(last for _, last in started)]
    assert sorted(set(started.sizes)) == started.sizes


def test_a_commit_of_many_entries_is_never_cut(shop, started):
    shop.topup(100_000)
    order = shop.order()
    for count in (9, 4):
        shop.book.post_many([(shop.authorize(order), order) for _ in range(count)], shop.now_ms)
    assert audit.check_home(shop.home) == ([], 17)
    assert started == [(0, 13), (13, 17)]
    assert started.reached.size == 17


def test_a_book_of_one_great_commit_is_read_by_the_asker(shop, started):
    shop.topup(100_000)
    order = shop.order()
    shop.book.post_many([(shop.authorize(order), order) for _ in range(30)], shop.now_ms)
    assert audit.check_home(shop.home) == ([], 34)
    assert started == []


@pytest.mark.parametrize("cores", [1, 2])
def test_a_small_book_or_a_lonely_core_starts_no_process(stocked, started, monkeypatch, cores):
    monkeypatch.setattr(parts, "_cores", lambda: cores)
    if cores > 1:
        monkeypatch.setattr(parts, "ENTRIES_LEAST", 5)
    assert audit.check_home(stocked.home) == ([], 8)
    assert started == []
    monkeypatch.setattr(parts, "_cores", lambda: 2)
    monkeypatch.setattr(parts, "ENTRIES_LEAST", 4)
    assert audit.check_home(stocked.home) == ([], 8)
    assert len(started) == 2


def test_there_are_never_more_processes_than_the_most(busy, started, monkeypatch):
    monkeypatch.setattr(parts, "_cores", lambda: 100)
    monkeypatch.setattr(parts, "ENTRIES_LEAST", 1)
    monkeypatch.setattr(parts, "PARTS_MAX", 4)
    assert audit.check_home(busy.home)[0] == []
    assert len(started) == 4
    assert started.reached


def test_progress_goes_on_to_the_end(busy, started):
    told = []
    _, size = audit.check_home(busy.home, progress=lambda *now: told.append(now))
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert len(told) >= CORES
    assert started.reached


def test_what_parts_verified_is_remembered_as_if_it_was_read_at_once(busy, started, tmp_path):
    memory = remembered(busy, tmp_path)
    assert started.reached.size == memory["size"]
    assert len(started) == CORES


def test_a_z_report_in_a_later_part_counts_what_was_before_it(stocked, started, tmp_path):
    for number in range(2):
        stocked.at_desk().close(f"z{number}")
        stocked.pay()
        stocked.topup(1)
        memory = remembered(stocked, tmp_path / str(number))
        assert started.reached.figures.fields() == memory["figures"]
        assert memory["figures"]["number"] == number + 2


def test_what_came_after_a_memory_is_shared_too(busy, started, tmp_path):
    remembered(busy, tmp_path / "first")
    size = len_of(busy)
    with Ledger.open(busy.home) as book:
        book.rotate_key(busy.now_ms)
        for number in range(8):
            book.at(busy.desk, busy.now_ms).topup(busy.shopper, 1, f"later-{number}")
    started.clear()
    assert audit.check_home(busy.home, memory=tmp_path / "first" / "parts") == ([], size + 9)
    assert started.reached.size == size + 9
    assert started.sizes == [size, size + 3, size + 6, size + 9]
    assert audit.check_home(busy.home, memory=tmp_path / "first" / "parts") == ([], size + 9)


def test_little_that_came_after_a_memory_is_not_worth_a_process(busy, started, tmp_path):
    remembered(busy, tmp_path)
    started.clear()
    with Ledger.open(busy.home) as book:
        for number in range(5):
            book.at(busy.desk, busy.now_ms).topup(busy.shopper, 1, f"later-{number}")
    assert audit.check_home(busy.home, memory=tmp_path / "parts")[0] == []
    assert started == []


def len_of(shop):
    with Ledger.open(shop.home) as book:
        return len(book)


# --- what is wrong is named as by one process ---------------------------------------------------


@pytest.mark.parametrize("column", ["id", "leaf", "hashes", "head"])
def test_a_changed_bit_in_any_part_is_named_alike(busy, started, column):
    db = apsw.Connection(str(busy.home.ledger_db))
    for index in range(0, len_of(busy), 3):
        (value,) = db.execute(
            f"SELECT CAST({column} AS BLOB) FROM entries WHERE idx = ?", (index,)
        ).fetchone()
        spoilt = value[:-1] + bytes([(value or b"\0")[-1] ^ 1])
        put = f"UPDATE entries SET {column} = ? WHERE idx = ?"
        db.execute(put, (spoilt.decode() if column == "id" else spoilt, index))
        found = audit.check_home(busy.home)
        assert found == alone(busy.home)
        assert found[0]
        db.execute(put, (value.decode() if column == "id" else value, index))
    db.close()
    assert started


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET balance = balance + 1 WHERE account = 'assets:cash'",
        "DELETE FROM accounts WHERE account = 'income:sales'",
        "DELETE FROM entries WHERE idx = 3",
        "DELETE FROM entries WHERE idx > 17",
        "DELETE FROM entries WHERE idx < 12",
        "UPDATE entries SET idx = -5 WHERE idx = 4",
        "UPDATE entries SET idx = 500 WHERE idx = 12",
        "UPDATE entries SET leaf = x'00' WHERE idx % 7 = 6",
        "UPDATE entries SET head = x'' WHERE idx >= 9",
        "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE idx = 9) WHERE idx = 15",
        "UPDATE entries SET leaf = CAST('{\"postings\": [{}]}' AS BLOB) WHERE idx = 5",
        "UPDATE entries SET leaf = CAST('{\"postings\": 7}' AS BLOB) WHERE idx = 5",
        "UPDATE entries SET leaf = CAST('[]' AS BLOB) WHERE idx = 16",
    ],
)
def test_a_book_that_was_tampered_with_is_named_alike(busy, started, statement):
    spoil(busy, statement)
    found = audit.check_home(busy.home)
    assert found == alone(busy.home)
    assert found[0]


@pytest.mark.parametrize("rule", ["_require_payable", "_require_refund", "_require_close"])
def test_what_no_rule_let_pass_is_named_alike(stocked, started, monkeypatch, rule):
    paid = next(e.id[8:] for e in stocked.book.entries() if e.kind == "payment")
    stocked.at_desk().refund(paid, 200, "r1")
    stocked.at_desk().close("z1")
    for number in range(4):
        stocked.topup(1, f"between-{number}")
    with monkeypatch.context() as lenient:
        lenient.setattr(f"ledger.rules.{rule}", lambda *_: None)
        if rule == "_require_payable":
            stocked.pay(stocked.order(("C1", "Car", 1, 10_000_000)))
        elif rule == "_require_refund":
            stocked.at_desk().refund(paid, 201, "r2")
        else:
            lenient.setattr(Figures, "fields", lied_about(Figures.fields))
            stocked.at_desk().close("z2")
    for number in range(4):
        stocked.topup(1, f"later-{number}")
    found = audit.check_home(stocked.home)
    assert found == alone(stocked.home)
    assert len(found[0]) == 1
    assert started


def lied_about(fields):
    def lie(figures):
        return {**fields(figures), "sales": 7}

    return lie


def test_a_head_kept_elsewhere_is_compared_after_the_parts(busy, started, tmp_path):
    head = busy.home.ledger_db.with_name(store.HEAD_NAME).read_text()
    db = busy.home.ledger_db.read_bytes()
    with Ledger.open(busy.home) as book:
        book.at(busy.desk, busy.now_ms).topup(busy.shopper, 5, "t9")
    newer = busy.home.ledger_db.with_name(store.HEAD_NAME).read_text()
    assert audit.check_home(busy.home, heads=(head, newer))[0] == []
    busy.home.ledger_db.write_bytes(db)
    found = audit.check_home(busy.home, heads=(head, newer))
    assert found == alone(busy.home, heads=(head, newer))
    assert found[0]
    assert started


# --- a process that fails or lies ----------------------------------------------------------------


@pytest.mark.parametrize("python", ["/bin/false", "/bin/true", "/bin/cat", "/nowhere/python"])
def test_where_no_process_can_work_the_asker_reads_it_all(busy, small, monkeypatch, python):
    monkeypatch.setattr(parts.sys, "executable", python)
    assert audit.check_home(busy.home)[0] == []
    spoil(busy, "DELETE FROM entries WHERE idx = 3")
    assert audit.check_home(busy.home)[0]


@pytest.mark.parametrize("end", ["balances", "recorded_ms", "keys", "figures"])
@pytest.mark.parametrize("place", range(CORES))
def test_a_part_that_ends_otherwise_than_the_next_began_is_not_believed(
    busy, started, monkeypatch, tmp_path, end, place
):
    read_part, lock = audit.read_part, threading.Lock()
    firsts = []

    def lie(book, opened, begin, *rest):
        told = read_part(book, opened, begin, *rest)
        with lock:
            firsts.append(begin.size)
        if begin.size != sorted({first for first, _ in started})[place]:
            return told
        lies = {
            "balances": "0" * 64,
            "recorded_ms": told.recorded_ms + 1,
            "keys": [*told.keys, "00" * 32],
            "figures": None,
        }
        return parts.Ended(**{**vars(told), end: lies[end]})

    monkeypatch.setattr(audit, "read_part", lie)
    remembered(busy, tmp_path)
    assert started.reached is None
    assert len(firsts) == CORES


def test_sums_that_are_not_those_of_the_entries_are_not_believed(busy, started, monkeypatch):
    sums = parts._sums
    for wrong in range(CORES):
        monkeypatch.setattr(
            parts,
            "_sums",
            lambda opened, first, last, wrong=wrong: [
                *sums(opened, first, last),
                *([("assets:cash", "EUR", 1)] if first == started[wrong][0] else []),
            ],
        )
        started.clear()
        assert audit.check_home(busy.home)[0] == []
        assert started.reached is None


def test_a_book_that_is_gone_is_missing_however_it_is_read(busy, started):
    busy.home.ledger_db.unlink()
    with pytest.raises(LedgerMissingError):
        audit.check_home(busy.home)


def test_seeded_damage_is_named_alike(busy, started):
    rng = random.Random(11)
    sound = busy.home.ledger_db.read_bytes()
    for _ in range(25):
        at = rng.randrange(len(sound))
        busy.home.ledger_db.write_bytes(
            sound[:at] + bytes([sound[at] ^ 1 << rng.randrange(8)]) + sound[at + 1 :]
        )
        assert audit.check_home(busy.home) == alone(busy.home)
    busy.home.ledger_db.write_bytes(sound)
    assert audit.check_home(busy.home)[0] == []
