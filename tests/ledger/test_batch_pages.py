"""The pages of batches as rows: read as they were written, or what is wrong with them is named."""

from __future__ import annotations

from dataclasses import replace

import apsw
import pytest

from ledger import audit, batches, errors, merkle, pages
from ledger.batches import PAGE, Sheet, payment_id
from ledger.book import Ledger
from ledger.entries import parse_leaf
from ledger.orders import Order, OrderLine
from ledger.receipt import Receipt
from ledger.store import open_store

BIG, NO_BATCH, SMALL = 4, 5, 6  # batches of 300 and of 5 payments, and a top-up between them
SIZE = 8
ORDERS = tuple(Order((OrderLine("X", f"Thing {n}", 1, 7 + n),), "EUR") for n in range(3))


@pytest.fixture
def closed(shop):
    shop.topup(20_000)
    for count in (2 * PAGE + 44, 5):
        shop.pay_batch(*[(shop.shopper, ORDERS[n % 3]) for n in range(count)])
        shop.topup(1)
    shop.book.close()
    return shop


def spoil(shop, statement):
    db = apsw.Connection(str(shop.home.ledger_db))
    db.execute(statement)
    db.close()


def test_a_sheet_is_read_as_it_was_posted(closed):
    opened = open_store(closed.home, read_only=True)
    with opened.transaction(write=False):
        sheet = pages.sheet(opened, BIG)
        assert (len(sheet.pages), sheet.count) == (3, 300)
        assert [count for _, count in pages.counts(opened, 0, SIZE)] == [3, 1]
        assert pages.counts(opened, BIG + 1, SIZE) == [(SMALL, 1)]
        assert list(pages.strays(opened)) == []
        assert isinstance(sheet, Sheet)
        with pytest.raises(errors.BadInputError, match="field pages is"):
            pages.sheet(opened, NO_BATCH)
    opened.close()


def test_what_a_batch_comes_to_is_kept_and_any_other_entry_comes_to_nothing(closed):
    with Ledger.open(closed.home, read_only=True) as book, book._reading():
        minor = [book._log.total_minor(entry) for entry in book._log.batch(0, SIZE)]
    batches = {BIG: 2_400, SMALL: 39}
    assert minor == [batches.get(index, 0) for index in range(SIZE)]


@pytest.mark.parametrize(
    ("field", "statement"),
    [
        ("page", f"UPDATE batch_pages SET page = 3 WHERE idx = {BIG} AND page = 1"),
        ("page", f"UPDATE batch_pages SET page = 1 WHERE idx = {SMALL}"),
        ("page's root or total", f"UPDATE batch_pages SET root = zeroblob(32) WHERE idx = {SMALL}"),
        ("page's root or total", f"UPDATE batch_pages SET total_minor = 40 WHERE idx = {SMALL}"),
    ],
)
def test_a_sheet_that_is_not_whole_is_named(closed, field, statement):
    spoil(closed, statement)
    index = BIG if f"idx = {BIG}" in statement else SMALL
    said = f"its payments are malformed: The field {field} is"
    problems = [f.problem for f in audit.check_home(closed.home)[0] if f.index == index]
    assert [words for words in problems if words.startswith(said)]


class Retyped:
    """A store that reads one column as text, as after a flipped bit in a row's types."""

    def __init__(self, opened, column):
        self._opened, self._column = opened, column

    def require_format(self):
        return self._opened.require_format()

    def rows(self, query, values):
        columns = query.partition(" FROM ")[0].removeprefix("SELECT ").split(", ")
        for row in self._opened.rows(query, values):
            cells = zip(columns, row, strict=True)
            yield tuple(str(cell) if name == self._column else cell for name, cell in cells)


@pytest.mark.parametrize("column", ["root", "payments", "orders"])
def test_a_column_of_another_type_is_named_wherever_it_is_read(closed, column):
    opened = open_store(closed.home, read_only=True)
    spoilt = Retyped(opened, column)
    with opened.transaction(write=False):
        with pytest.raises(errors.BadInputError, match="The field page is"):
            pages.sheet(spoilt, SMALL)
        field = "page's root" if column == "root" else "page"
        with pytest.raises(errors.BadInputError, match=f"The field {field} is"):
            pages.member(spoilt, SMALL, 0)
        if column != "root":
            with pytest.raises(errors.BadInputError, match="The field page is"):
                pages.page(spoilt, SMALL, 0)
    opened.close()


def test_a_page_that_is_not_there_or_ends_too_soon_is_named(closed):
    opened = open_store(closed.home, read_only=True)
    with opened.transaction(write=False):
        assert pages.page(opened, BIG, 2 * PAGE + 43).count == 44
        for index, number in ((NO_BATCH, 0), (SMALL, 5), (SMALL, PAGE), (BIG, 2 * PAGE + 44)):
            with pytest.raises(errors.BadInputError, match="The field page is"):
                pages.page(opened, index, number)
    opened.close()


def test_a_shopper_s_payments_are_told_of_all_pages_or_not_at_all(closed):
    opened = open_store(closed.home, read_only=True)
    query = "SELECT leaf FROM entries WHERE idx = ?"
    with opened.transaction(write=False):
        batch, topup = (parse_leaf(next(opened.rows(query, (n,)))[0]) for n in (BIG, NO_BATCH))
        told = [*pages.about(opened, batch, closed.shopper)]
        assert [(e.index, e.content.number) for e in told] == [(BIG, n) for n in range(300)]
        assert [*pages.about(opened, topup, "s-nobody")] == [topup]
        assert [*pages.about(opened, batch, "s-nobody")] == []
    opened.close()
    spoil(closed, f"DELETE FROM batch_pages WHERE idx = {BIG} AND page = 2")
    opened = open_store(closed.home, read_only=True)
    with (
        opened.transaction(write=False),
        pytest.raises(errors.BadInputError, match="The field page is"),
    ):
        list(pages.about(opened, batch, "s-nobody"))
    opened.close()


def test_a_batch_whose_pages_are_all_gone_comes_to_nothing(closed):
    spoil(closed, f"DELETE FROM batch_pages WHERE idx = {SMALL}")
    with Ledger.open(closed.home, read_only=True) as book, book._reading():
        assert [book._log.total_minor(entry) for entry in book._log.batch(SMALL, 1)] == [0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batch_pages SET page = 3 WHERE page = 1",
        "UPDATE batch_pages SET root = zeroblob(32) WHERE page = 1",
        "UPDATE batch_pages SET root = zeroblob(32) WHERE page = 2",
        "UPDATE batch_pages SET root = zeroblob(31) WHERE page = 0",
        "DELETE FROM batch_pages WHERE page = 0",
        "DELETE FROM batch_pages WHERE page = 1",
        "UPDATE batch_pages SET payments = X'0A' WHERE page = 1",
        "UPDATE batch_pages SET payments = CAST(payments || X'0A' AS BLOB) WHERE page = 1",
        "UPDATE batch_pages SET orders = X'7B7D' WHERE page = 1",
        "UPDATE batch_pages SET orders = X'' WHERE page = 1",
    ],
)
def test_no_receipt_comes_from_pages_that_are_not_as_they_were(closed, statement):
    with Ledger.open(closed.home, read_only=True) as book:
        [batch] = [e.content for e in book._log.batch(BIG, 1)]
        sale_id = payment_id(batch.id, PAGE + 1)
        assert book.receipt(sale_id).order == ORDERS[(PAGE + 1) % 3]
    spoil(closed, f"{statement} AND idx = {BIG}")
    with (
        Ledger.open(closed.home, read_only=True) as book,
        pytest.raises(errors.DamagedError, match=f"Entry {BIG} of the book is damaged"),
    ):
        book.receipt(sale_id)


def test_a_record_that_no_kiosk_makes_is_no_receipt_although_its_batch_was_signed_over_it(closed):
    opened = open_store(closed.home, read_only=True)
    with opened.transaction(write=False):
        page = pages.page(opened, SMALL, 0)
    opened.close()
    line = page.payments.replace(b"\tface\t", b"\tcard\t")
    root = merkle.levels(merkle.leaf_hashes(line.split(b"\n")))[-1][0]
    member = batches.member_of_row(line, page.order_lines, [root], 0)
    with Ledger.open(closed.home, read_only=True) as book:
        [entry] = book._log.batch(SMALL, 1)
    entry = replace(entry, content=replace(entry.content, root=root.hex()))
    with pytest.raises(errors.BadInputError, match="The field method is"):
        Receipt.of(entry, (), "", member)
