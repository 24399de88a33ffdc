"""What a damaged file can make of a page: a column of another type is no page of a batch."""

from __future__ import annotations

import apsw
import pytest
import rush

from ledger import draft, errors, keys, pages, seals
from ledger.batches import Page, Sheet
from ledger.orders import Order, OrderLine

CENT = Order((OrderLine("C", "Cent", 1, 1),), "EUR")
COLUMNS = ("root", "payments", "orders")


class Loose:
    """A store of one batch as entry 0, whose columns take any type."""

    raw_id = "id"

    def __init__(self):
        _, [page] = rush.signed(keys.generate(), [("s-ann", CENT)])
        self.sheet = Sheet([Page(*page)])
        self._db = apsw.Connection(":memory:")
        self._db.execute("CREATE TABLE entries (idx, id, leaf, hashes, head)")
        self._db.execute("INSERT INTO entries VALUES (0, x'00', x'01', x'02', x'03')")
        self._db.execute(
            "CREATE TABLE batch_pages (idx, page, root, total_minor, payments, orders)"
        )
        self._db.execute(
            pages.INSERT, (0, 0, self.sheet.pages[0].root, self.sheet.total_minor, *page)
        )

    def retype(self, column):
        self._db.execute(f"UPDATE batch_pages SET {column} = 7")

    def require_format(self):
        return pages.SINCE

    def rows(self, sql, values=()):
        return self._db.execute(sql, values)


@pytest.fixture
def loose():
    return Loose()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_sheet_with_a_column_of_another_type_is_no_sheet(loose, column):
    assert pages.sheet(loose, 0).root == loose.sheet.root
    loose.retype(column)
    with pytest.raises(errors.BadInputError, match="field page"):
        pages.sheet(loose, 0)


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_a_page_with_a_column_of_another_type_is_no_page(loose, column):
    assert pages.page(loose, 0, 0).root == loose.sheet.pages[0].root
    loose.retype(column)
    with pytest.raises(errors.BadInputError, match="field page"):
        pages.page(loose, 0, 0)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_another_type_breaks_the_seal(loose, column):
    before = seals._chunk_digest(loose, 0, 1)
    assert before != ""
    loose.retype(column)
    assert seals._chunk_digest(loose, 0, 1) == ""


@pytest.mark.parametrize("at_once", [1, 256])
def test_a_payment_with_an_id_of_a_batch_is_refused_however_many_batches_there_are(
    shop, monkeypatch, at_once
):
    monkeypatch.setattr(draft, "LOOKUP", at_once)
    shop.topup()
    ids = [shop.pay_batch((shop.shopper, CENT)).entry.content.id for _ in range(3)]
    for batch_id in ids:
        with pytest.raises(errors.AlreadyUsedWithOtherContent):
            shop.pay(CENT, id=f"{batch_id}00000000")
        paid = shop.pay(CENT, id=f"{batch_id}00000001")  # it has one payment only
        assert shop.book.receipt(paid.id) == paid
    answers = shop.book.post_many(
        [(shop.authorize(CENT, id=f"{batch_id}{n:08x}"), CENT) for batch_id in ids for n in (0, 2)],
        shop.now_ms,
    )
    assert [type(answer).__name__ for answer in answers] == [
        *("AlreadyUsedWithOtherContent", "Receipt") * 3
    ]
