"""Whatever is altered in the payments of a batch is found and named, remembered or not."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import apsw
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import rush
from threaded_parts import alone

from ledger import audit, errors, pages, parts, rules, seals
from ledger.batches import PAGE
from ledger.book import Ledger
from ledger.orders import Order, OrderLine
from ledger.store import open_store

BIG, SMALL, LATER = 6, 8, 11  # the entries that are batches: of 3 pages, of 1 and of 1
NO_BATCH, SIZE = 7, 14
COLUMNS = ("idx", "page", "root", "total_minor", "payments", "orders")


def order(number):
    return Order((OrderLine("X", f"Thing {number}", 1, 7 + number),), "EUR")


def post(book, shop, count):
    """A batch of so many payments of two shoppers, for three orders; gives their ids."""
    who = ("s-other", "s-third")
    items = [(who[n % 2], order(n % 3)) for n in range(count)]
    batch, sheet = rush.signed(shop.kiosk, items)
    book.post_batch(batch, sheet, shop.now_ms)
    return rush.ids(batch)


@pytest.fixture
def rushed(shop):
    """Batches with a payment, refunds of two of their payments and a Z report between them."""
    for pseudonym in (shop.shopper, "s-other", "s-third"):
        shop.topup(20_000, shopper=pseudonym)
    big = post(shop.book, shop, 2 * PAGE + 44)
    shop.pay()
    small = post(shop.book, shop, 5)
    shop.at_desk().refund(big[-1], 3, "r1")
    shop.at_desk().close("z1")
    post(shop.book, shop, 5)
    shop.at_desk().refund(small[-1], 3, "r2")
    shop.topup(1)
    shop.ids = big, small
    return shop


@pytest.fixture
def closed(rushed):
    rushed.book.close()
    return rushed


@pytest.fixture
def memory(tmp_path, monkeypatch):
    monkeypatch.setattr(seals, "CHUNK", 4)
    return tmp_path / "auditor"


def spoil(shop, *statements):
    db = apsw.Connection(str(shop.home.ledger_db))
    for statement in statements:
        db.execute(statement)
    db.close()


def named(shop, **options):
    return {finding.index for finding in audit.check_home(shop.home, **options)[0]}


def said_of(shop, index):
    return [f.problem for f in audit.check_home(shop.home)[0] if f.index == index]


def last_byte(column):
    """SQL for a column whose last byte is another."""
    return f"CAST(substr({column}, 1, length({column}) - 1) || X'01' AS BLOB)"


def copied(index, page, source):
    return (
        f"INSERT INTO batch_pages SELECT {index}, {page}, root, total_minor, payments, orders"
        f" FROM batch_pages WHERE idx = {source} AND page = 0"
    )


def exchanged(columns, one, other):
    """SQL that swaps columns between two rows, each named by (entry, page)."""
    put = "UPDATE batch_pages SET {} WHERE idx = {} AND page = {}"
    return [
        "CREATE TEMP TABLE kept AS SELECT * FROM batch_pages",
        *(
            put.format(
                ", ".join(
                    f"{c} = (SELECT {c} FROM kept WHERE idx = {source[0]} AND page = {source[1]})"
                    for c in columns
                ),
                *target,
            )
            for target, source in ((one, other), (other, one))
        ),
        "DROP TABLE kept",
    ]


def other_text(column, old, new, where):
    """SQL that replaces a text in a column of bytes."""
    made = f"CAST(replace(CAST({column} AS TEXT), '{old}', '{new}') AS BLOB)"
    return f"UPDATE batch_pages SET {column} = {made} WHERE {where}"


CONTENT = COLUMNS[2:]
TAMPERED = {
    "a page is deleted": (["DELETE FROM batch_pages WHERE idx = 6 AND page = 1"], {BIG}),
    "the first page is deleted": (["DELETE FROM batch_pages WHERE idx = 6 AND page = 0"], {BIG}),
    "the last page is deleted": (["DELETE FROM batch_pages WHERE idx = 6 AND page = 2"], {BIG}),
    "all pages are deleted": (["DELETE FROM batch_pages WHERE idx = 8"], {SMALL}),
    "all of all batches are": (["DELETE FROM batch_pages"], {BIG, SMALL, LATER}),
    "two pages are swapped": (exchanged(CONTENT, (BIG, 0), (BIG, 1)), {BIG}),
    "the payments of two batches are": (exchanged(CONTENT, (SMALL, 0), (LATER, 0)), {SMALL, LATER}),
    "only their records are": (exchanged(["payments"], (SMALL, 0), (LATER, 0)), {SMALL, LATER}),
    "a page is moved to another batch": (
        ["UPDATE batch_pages SET idx = 8, page = 1 WHERE idx = 6 AND page = 2"],
        {BIG, SMALL},
    ),
    "a page is moved to an entry that is no batch": (
        ["UPDATE batch_pages SET idx = 7 WHERE idx = 8"],
        {SMALL, NO_BATCH},
    ),
    "a page is moved beyond the book": (
        ["UPDATE batch_pages SET idx = 14 WHERE idx = 11"],
        {LATER, SIZE},
    ),
    "a root is altered": ([f"UPDATE batch_pages SET root = {last_byte('root')}"], {BIG, LATER}),
    "a root is emptied": (["UPDATE batch_pages SET root = X'' WHERE idx = 8"], {SMALL}),
    "a total is altered": (["UPDATE batch_pages SET total_minor = 1 WHERE idx = 11"], {LATER}),
    "two totals that sum to the same": (
        [
            "UPDATE batch_pages SET total_minor = total_minor + 1 WHERE idx = 6 AND page = 0",
            "UPDATE batch_pages SET total_minor = total_minor - 1 WHERE idx = 6 AND page = 1",
        ],
        {BIG},
    ),
    "a page stands beside an entry that is no batch": ([copied(7, 0, 8)], {NO_BATCH}),
    "a page stands before the book": ([copied(-1, 0, 8)], {-1}),
    "a page stands beyond the end": ([copied(900, 0, 8)], {900}),
    "a page is added to a batch": ([copied(6, 3, 8)], {BIG}),
    "a page of a batch has a number below 0": ([copied(6, -1, 8)], {BIG}),
    "pages are numbered otherwise": (
        ["UPDATE batch_pages SET page = page + 1 WHERE page = 2 OR idx = 8"],
        {BIG, SMALL},
    ),
    "an order is another": (
        [other_text("orders", "Thing 1", "Thing 9", "idx = 8")],
        {SMALL},
    ),
    "a record is gone": (
        ["UPDATE batch_pages SET payments = substr(payments, 1, 100) WHERE idx = 8"],
        {SMALL},
    ),
    "a payment is another shopper's": (
        [other_text("payments", "s-other", "s-third", "idx = 8")],
        {SMALL},
    ),
    "a batch's entry is deleted": (["DELETE FROM entries WHERE idx = 11"], {LATER}),
    "a batch has another id": (["UPDATE entries SET id = 'batch/x' WHERE idx = 8"], {SMALL}),
    "a batch has the id of another kind": (["UPDATE entries SET id = 'x' WHERE idx = 8"], {SMALL}),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_is_altered_is_named_at_once_and_by_one_who_remembers_and_in_parts(
    closed, memory, started, how
):
    assert audit.check_home(closed.home, memory=memory) == ([], SIZE)
    assert started.reached
    statements, expected = TAMPERED[how]
    spoil(closed, *statements)
    found = alone(closed.home)
    assert expected <= {finding.index for finding in found[0]}
    assert audit.check_home(closed.home) == found
    assert audit.check_home(closed.home, memory=memory) == found


@pytest.mark.parametrize("index", [BIG, SMALL, LATER])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_bit_in_any_column_of_a_page_breaks_the_seal(closed, memory, column, index):
    for _ in range(2):
        assert audit.check_home(closed.home, memory=memory) == ([], SIZE)
    db = apsw.Connection(str(closed.home.ledger_db))
    query = f"SELECT rowid, {column} FROM batch_pages WHERE idx = ? ORDER BY page DESC"
    rowid, value = next(db.execute(query, (index,)))
    spoilt = value ^ 64 if isinstance(value, int) else value[:-1] + bytes([value[-1] ^ 1])
    put = f"UPDATE batch_pages SET {column} = ? WHERE rowid = ?"
    db.execute(put, (spoilt, rowid))
    assert index in named(closed, memory=memory)
    db.execute(put, (value, rowid))
    db.close()
    assert audit.check_home(closed.home, memory=memory) == ([], SIZE)


def test_a_book_with_batches_that_nobody_wrote_to_is_known_by_its_file(closed, memory, monkeypatch):
    assert audit.check_home(closed.home, memory=memory) == ([], SIZE)
    monkeypatch.setattr(pages, "read", lambda *_: pytest.fail("a page was read"))
    assert audit.check_home(closed.home, memory=memory) == ([], SIZE)


def test_what_was_verified_is_compared_and_not_judged_again(rushed, memory, monkeypatch):
    """With the book open, and its newest pages in the log beside the file."""
    assert rushed.home.ledger_db.with_name("ledger.db-wal").stat().st_size
    assert audit.check_home(rushed.home, memory=memory) == ([], SIZE)
    with monkeypatch.context() as patch:
        patch.setattr(rules, "require", lambda *_: pytest.fail("judged again"))
        assert audit.check_home(rushed.home, memory=memory) == ([], SIZE)
    post(rushed.book, rushed, 5)
    rushed.at_desk().refund(rushed.ids[0][0], 3, "r3")
    read, real = [], audit._Audit._check_row

    def noted(self, index, *rest):
        read.append(index)
        real(self, index, *rest)

    monkeypatch.setattr(audit._Audit, "_check_row", noted)
    assert audit.check_home(rushed.home, memory=memory) == ([], SIZE + 2)
    assert audit.check_home(rushed.home, memory=memory) == ([], SIZE + 2)
    assert read == [SIZE, SIZE + 1]


def test_a_page_altered_while_the_book_is_open_is_found_by_one_who_remembers(rushed, memory):
    assert audit.check_home(rushed.home, memory=memory) == ([], SIZE)
    spoil(rushed, f"UPDATE batch_pages SET payments = {last_byte('payments')} WHERE idx = 8")
    assert SMALL in named(rushed, memory=memory)


def test_a_page_of_a_later_batch_that_is_altered_ends_what_is_remembered(closed, memory):
    """The balances at the memory's size cannot be told without the later batch's payments."""
    assert audit.check_home(closed.home, memory=memory) == ([], SIZE)
    with Ledger.open(closed.home) as book:
        post(book, closed, 5)
    spoil(closed, f"UPDATE batch_pages SET orders = X'00' WHERE idx = {SIZE}")
    assert SIZE in named(closed, memory=memory)


def test_a_z_report_after_a_memory_counts_the_batches_since_the_one_before(rushed, memory):
    assert audit.check_home(rushed.home, memory=memory) == ([], SIZE)
    post(rushed.book, rushed, 130)
    figures = rushed.book.figures()
    assert (figures.sales, figures.refunds) == (135, 1)
    rushed.at_desk().close("z2")
    assert audit.check_home(rushed.home, memory=memory) == ([], SIZE + 2)
    (file,) = memory.iterdir()
    kept = json.loads(file.read_text())["figures"]
    assert kept["grand_total_minor"] == rushed.book.figures().grand_total_minor
    assert audit.check_home(rushed.home) == ([], SIZE + 2)


def test_a_z_report_that_leaves_a_batch_out_is_found(rushed, memory, started, monkeypatch):
    assert audit.check_home(rushed.home, memory=memory)[0] == []
    post(rushed.book, rushed, 9)
    for _ in range(9):
        rushed.topup(1)
    with monkeypatch.context() as lenient:
        lenient.setattr(rules, "_require_close", lambda *_: None)
        lenient.setattr(pages, "total_minor", lambda *_: 0)
        entry = rushed.at_desk().close("z2")
    assert named(rushed, memory=memory) == {entry.index}
    assert alone(rushed.home) == audit.check_home(rushed.home)


@pytest.mark.parametrize("rule", ["require_signed", "_require_batch"])
def test_a_batch_that_no_rule_let_pass_is_named(rushed, started, monkeypatch, rule):
    """Signed by no kiosk of the book; or spending more than there is."""
    key = rushed.kiosk if rule == "_require_batch" else rushed.desk
    price_minor = 90_000 if rule == "_require_batch" else 1
    bought = Order((OrderLine("X", "Thing", 1, price_minor),), "EUR")
    with monkeypatch.context() as lenient:
        lenient.setattr(rules, rule, lambda *_: None)
        rushed.book.post_batch(*rush.signed(key, [("s-other", bought)]), rushed.now_ms)
    assert named(rushed) == {SIZE}
    assert started.reached is None
    assert audit.check_home(rushed.home) == alone(rushed.home)


def test_a_batch_below_which_a_payment_stands_by_itself_is_named(shop, monkeypatch):
    shop.topup(20_000, shopper="s-other")
    batch, sheet = rush.signed(shop.kiosk, [("s-other", order(1))])
    shop.topup()
    paid = shop.pay(id=rush.ids(batch)[0])
    with pytest.raises(errors.AlreadyUsedWithOtherContent):
        shop.book.post_batch(batch, sheet, shop.now_ms)
    with monkeypatch.context() as lenient:
        lenient.setattr(rules, "_require_batch", lambda *_: None)
        shop.book.post_batch(batch, sheet, shop.now_ms)
    assert named(shop) == {paid.index + 1}


def test_more_refunded_of_a_batched_payment_than_paid_is_found(rushed, memory, monkeypatch):
    """Its price is 7 to 9; 3 were given back before the first check."""
    assert audit.check_home(rushed.home, memory=memory)[0] == []
    with monkeypatch.context() as lenient:
        lenient.setattr(rules, "_require_refund", lambda *_: None)
        entry = rushed.at_desk().refund(rushed.ids[0][-1], 7, "r3")
    assert named(rushed, memory=memory) == {entry.index}
    assert named(rushed) == {entry.index}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batch_pages SET payments = substr(payments, 1, 112) WHERE idx = 8",
        "DELETE FROM batch_pages WHERE idx = 8",
        "UPDATE batch_pages SET payments = X'00' WHERE idx = 8",
    ],
)
def test_a_refund_of_a_payment_that_is_no_longer_there_is_named(closed, statement):
    """Its page may be gone, or end before it."""
    line = "SELECT instr(payments, X'0a') - 1, length(payments) FROM batch_pages WHERE idx = 8"
    db = apsw.Connection(str(closed.home.ledger_db))
    first, whole = next(db.execute(line))
    db.close()
    assert whole == 5 * first + 4
    spoil(
        closed,
        statement.replace("112", str(first)),
        "UPDATE batch_pages SET orders = substr(orders, 1, instr(orders, X'0a') - 1) WHERE idx = 8",
    )
    assert {SMALL, 12} <= named(closed)
    with Ledger.open(closed.home) as book:
        desk = book.at(closed.desk, closed.now_ms)
        for ask in (book.receipt, lambda sale_id: desk.refund(sale_id, 1, "r")):
            with pytest.raises(errors.DamagedError, match="Entry 8 of the book is damaged"):
                ask(closed.ids[1][-1])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM batch_pages WHERE idx = 6 AND page = 0",
        "UPDATE batch_pages SET root = zeroblob(32) WHERE idx = 6 AND page = 0",
        "UPDATE batch_pages SET root = zeroblob(32) WHERE idx = 6 AND page = 2",
        other_text("payments", "s-other", "s-third", "idx = 6 AND page = 2"),
    ],
)
def test_no_receipt_is_given_that_would_not_verify(closed, statement):
    spoil(closed, statement)
    with (
        Ledger.open(closed.home, read_only=True) as book,
        pytest.raises(errors.DamagedError, match="Entry 6 of the book is damaged"),
    ):
        book.receipt(closed.ids[0][-1])


def test_what_is_wrong_with_payments_is_said(closed):
    spoil(closed, "UPDATE batch_pages SET payments = X'00' WHERE idx = 8", copied(7, 0, 11))
    assert said_of(closed, SMALL)[0].startswith("its payments are malformed: The field record is")
    assert said_of(closed, NO_BATCH) == ["it has payments beside it, and is no batch"]
    spoil(closed, *exchanged(CONTENT, (BIG, 0), (BIG, 1)))
    [said] = said_of(closed, BIG)
    assert said == ("it should have been refused: The payments are not those that the kiosk signed")


@pytest.mark.parametrize("index", ["sqlite_autoindex_batch_pages_1", "batch_roots"])
def test_a_page_whose_row_is_no_longer_indexed_is_named(closed, index):
    """What lies below rows is the database's own check; it knows a page by its row alone."""
    db = apsw.Connection(str(closed.home.ledger_db))
    db.execute("PRAGMA writable_schema = ON")
    [(page,)] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (index,))
    size = db.pragma("page_size")
    db.close()
    data = bytearray(closed.home.ledger_db.read_bytes())
    start = (page - 1) * size
    cells = int.from_bytes(data[start + 3 : start + 5], "big")
    assert cells == 5
    place = start + int.from_bytes(data[start + 8 : start + 10], "big")
    data[place + 1 + data[place + 1]] ^= 0x20  # the entry of the first page, in the index alone
    closed.home.ledger_db.write_bytes(data)
    assert BIG in named(closed)


def test_a_book_rolled_back_behind_a_batch_is_found(rushed, tmp_path):
    rushed.book.close()
    older = tmp_path / "older.db"
    shutil.copy(rushed.home.ledger_db, older)
    with Ledger.open(rushed.home) as book:
        post(book, rushed, 3)
    shutil.copy(older, rushed.home.ledger_db)
    [found] = audit.check_home(rushed.home)[0]
    assert (found.index, "rolled back" in found.problem) == (SIZE, True)


def test_two_histories_with_other_batches_are_told_apart_by_a_kept_head(rushed, tmp_path):
    rushed.book.close()
    older = tmp_path / "older"
    shutil.copytree(rushed.home.path, older)
    with Ledger.open(rushed.home) as book:
        post(book, rushed, 3)
        kept = book.head
    shutil.rmtree(rushed.home.path)
    shutil.copytree(older, rushed.home.path)
    with Ledger.open(rushed.home) as book:
        post(book, rushed, 3)
    assert named(rushed) == set()
    [found] = audit.check_home(rushed.home, heads=(kept,))[0]
    assert found.index == SIZE


# --- in parts -----------------------------------------------------------------------------------


def test_processes_verify_a_book_with_batches_without_the_asker(closed, small, monkeypatch):
    monkeypatch.setattr(audit._Audit, "_check_row", lambda *_: pytest.fail("read by the asker"))
    assert audit.check_home(closed.home) == ([], SIZE)


def test_a_memory_after_parts_with_batches_is_that_after_one_process(closed, started, tmp_path):
    assert audit.check_home(closed.home, memory=tmp_path / "parts")[0] == []
    assert started.reached.size == SIZE
    assert alone(closed.home, memory=tmp_path / "alone")[0] == []
    (one,), (other,) = (tmp_path / "parts").iterdir(), (tmp_path / "alone").iterdir()
    assert one.read_text() == other.read_text()


@pytest.mark.parametrize(("room", "times"), [(2, {1}), (1, {1, 2}), (0, {2})])
def test_a_batch_is_read_once_as_long_as_it_can_be_kept(closed, started, monkeypatch, room, times):
    """Where there is no more room, a part reads its batches again when it judges them."""
    opened = open_store(closed.home, read_only=True)
    moves = [len(pages.sheet(opened, index).moves) for index in (SMALL, LATER)]
    opened.close()
    monkeypatch.setattr(parts, "MOVES_KEPT", sum(moves[:room]))
    monkeypatch.setattr(parts, "_cuts", lambda _, first, last: [SMALL] if first == 0 else [])
    read, real = [], pages.sheet

    def noted(opened, index, *, kept):
        assert not kept
        read.append(index)
        return real(opened, index, kept=kept)

    monkeypatch.setattr(pages, "sheet", noted)
    assert audit.check_home(closed.home) == ([], SIZE)
    assert started.reached
    counts = {index: read.count(index) for index in (SMALL, LATER)}
    assert set(counts.values()) == times
    assert counts[SMALL] <= counts[LATER]


def test_parts_are_cut_by_their_pages_too(shop, started, monkeypatch):
    """A batch of many pages takes as long as many entries."""
    monkeypatch.setattr(parts, "ENTRIES_LEAST", 5)
    monkeypatch.setattr(parts, "_cores", lambda: 2)
    shop.topup(20_000, shopper="s-other")
    shop.topup(20_000, shopper="s-third")
    post(shop.book, shop, 6 * PAGE)
    for _ in range(6):
        shop.topup(1)
    assert audit.check_home(shop.home) == ([], 12)
    assert started == [(0, 6), (6, 12)]  # 5 + 1 + 18 of work, and then 6
    assert started.reached


def test_few_entries_with_many_pages_are_worth_a_process(shop, started, monkeypatch):
    monkeypatch.setattr(parts, "ENTRIES_LEAST", 9)
    monkeypatch.setattr(parts, "_cores", lambda: 2)
    shop.topup(20_000, shopper="s-other")
    shop.topup(20_000, shopper="s-third")
    for _ in range(2):
        post(shop.book, shop, 2 * PAGE)
    assert audit.check_home(shop.home) == ([], 7)
    assert len(started) == 2
    assert started.reached


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batch_pages SET payments = X'00' WHERE idx = 8",
        "UPDATE batch_pages SET total_minor = 1 WHERE idx = 8",
        "DELETE FROM batch_pages WHERE idx = 8",
        copied(7, 0, 8),
    ],
)
def test_a_spoilt_page_ends_the_attempt_and_one_process_names_it(closed, started, statement):
    spoil(closed, statement)
    found = audit.check_home(closed.home)
    assert started
    assert started.reached is None
    assert found == alone(closed.home)
    assert {SMALL, NO_BATCH} & {finding.index for finding in found[0]}
