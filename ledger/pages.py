"""The pages of batches as rows beside the entries: written once, and read page by page.

A row keeps its page's root too, so that a receipt is made from one page and the roots of the
others, and what its payments come to, so that a report need not read them. Books of a format before
`SINCE` have no such rows; one opened for reading alone stays so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from ledger import batches, canonical
from ledger.batches import PAGE, Batch, Page, Sheet
from ledger.fields import bad_field
from ledger.store import below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledger.batches import Member
    from ledger.entries import Entry
    from ledger.store import Store

SINCE: Final = 4
INSERT: Final = (
    "INSERT INTO batch_pages (idx, page, root, total_minor, payments, orders)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)

Row = tuple[int, int, bytes, int, bytes, bytes]  # entry, page, root, total, payments, orders


def rows_of(entry: Entry) -> list[Row]:
    """The rows of an entry, if it is a batch with its sheet."""
    if entry.sheet is None:
        return []
    return [
        (entry.index, number, page.root, page.total_minor, page.payments, page.order_lines)
        for number, page in enumerate(entry.sheet.pages)
    ]


def read(store: Store, first: int, end: int) -> Iterator[Row]:
    """The rows of the entries first..end-1, in order; those of one batch are held at a time.

    Raises:
        BadInputError: A column has another type than it was made with.
    """
    query = (
        "SELECT idx, page, root, total_minor, payments, orders FROM batch_pages"
        " WHERE idx = ? ORDER BY page"
    )
    for index, _ in counts(store, first, end):
        for row in cast("Iterator[Row]", store.rows(query, (index,))):
            _, _, root, _, payments, orders = row
            if not (type(root) is type(payments) is type(orders) is bytes):
                raise bad_field("page")
            yield row


def counts(store: Store, first: int, end: int) -> list[tuple[int, int]]:
    """The entries first..end-1 that have pages, and how many."""
    if store.require_format() < SINCE:
        return []
    query = (
        "SELECT idx, count(*) FROM batch_pages WHERE idx >= ? AND idx < ? GROUP BY idx ORDER BY idx"
    )
    return cast("list[tuple[int, int]]", list(store.rows(query, (first, end))))


def sheet(store: Store, index: int, *, kept: bool = True) -> Sheet:
    """The batch that is this entry; `kept`: with all of its pages at hand.

    Raises:
        BadInputError: They are missing, or not what a kiosk makes.
    """
    return Sheet(_whole(read(store, index, index + 1)), kept=kept)


def _whole(rows: Iterable[Row]) -> Iterator[Page]:
    for at, (_, number, root, total_minor, payments, orders) in enumerate(rows):
        if number != at:
            raise bad_field("page")
        page = Page(payments, orders)
        if (root, total_minor) != (page.root, page.total_minor):
            raise bad_field("page's root or total")
        yield page


def sums(
    store: Store,
    first: int,
    end: int,
    take: Callable[[int, Sheet], object] = lambda _index, _sheet: None,
) -> dict[tuple[str, str], int]:
    """What the entries first..end-1 add to each account and currency, as they say; none is judged.

    Args:
        store: The book, in a transaction.
        first: The first entry.
        end: The one after the last.
        take: Given each batch by its entry, without its pages.

    Raises:
        BadInputError, LookupError, TypeError: A leaf or a page is malformed.
    """
    added: dict[tuple[str, str], int] = defaultdict(int)
    leaves = store.rows("SELECT leaf FROM entries WHERE idx >= ? AND idx < ?", (first, end))
    for (leaf,) in leaves:
        entry = cast("dict[str, Any]", canonical.loads(cast("bytes", leaf)))
        for posting in entry["postings"]:
            added[posting["account"], posting["currency"]] += posting["amount_minor"]
    for index, _ in counts(store, first, end):
        batch = sheet(store, index, kept=False)
        for account, currency, amount_minor in batch.moves:
            added[account, currency] += amount_minor
        take(index, batch)
    return added


def page(store: Store, index: int, number: int) -> Page:
    """The page with a payment, by its number in the batch that is this entry.

    Raises:
        BadInputError: It is missing, or not what a kiosk makes, or ends before that payment.
    """
    query = "SELECT payments, orders FROM batch_pages WHERE idx = ? AND page = ?"
    for payments, orders in store.rows(query, (index, number // PAGE)):
        if isinstance(payments, bytes) and isinstance(orders, bytes):
            found = Page(payments, orders)
            if number % PAGE < found.count:
                return found
    raise bad_field("page")


def member(store: Store, index: int, number: int) -> Member:
    """What leads from a payment to the header of the batch that is this entry.

    Only what it needs of the rows is looked at: `Member.payment` says whether it leads there.

    Raises:
        BadInputError: A page is missing, or not what a kiosk makes, or ends before that payment.
    """
    roots = "SELECT root FROM batch_pages WHERE idx = ? ORDER BY page"
    found = [root for (root,) in store.rows(roots, (index,)) if isinstance(root, bytes)]
    query = "SELECT payments, orders FROM batch_pages WHERE idx = ? AND page = ?"
    for payments, orders in store.rows(query, (index, number // PAGE)):
        if isinstance(payments, bytes) and isinstance(orders, bytes):
            return batches.member_of_row(payments, orders, found, number)
    raise bad_field("page")


def total_minor(store: Store, entry: Entry) -> int:
    """What the payments of a batch come to, in minor units; 0 for any other entry."""
    if not isinstance(entry.content, Batch):
        return 0
    # PostgreSQL's sum of integers is no integer
    query = "SELECT CAST(sum(total_minor) AS BIGINT) FROM batch_pages WHERE idx = ?"
    [(total,)] = store.rows(query, (entry.index,))
    return cast("int | None", total) or 0


def spread(entry: Entry) -> Iterator[Entry]:
    """An entry, and after a batch that has its sheet, each of its payments in the same place."""
    yield entry
    if isinstance(entry.content, Batch):
        for payment in entry.content.payments():
            yield replace(entry, content=payment)


def about(store: Store, entry: Entry, pseudonym: str) -> Iterator[Entry]:
    """An entry, or of a batch those of its payments that a shopper made, in the same place.

    Raises:
        BadInputError: As for `page`.
    """
    batch = entry.content
    if not isinstance(batch, Batch):
        yield entry
        return
    needle = f"\t{pseudonym}\t".encode()
    rows = [*read(store, entry.index, entry.index + 1)]
    if len(rows) != -(-batch.count // PAGE):  # or a payment would count as never made
        raise bad_field("page")
    for _, number, _, _, payments, orders in rows:
        if needle in payments:
            page = Page(payments, orders)
            for at, who in enumerate(page.pseudonyms):
                if who == pseudonym:
                    payment = page.payment(batch, number * PAGE + at, at)
                    yield replace(entry, content=payment)


def strays(store: Store) -> Iterator[int]:
    """Entries that have pages and are no batch."""
    if store.require_format() >= SINCE:
        query = (
            "SELECT DISTINCT idx FROM batch_pages WHERE NOT EXISTS (SELECT 1 FROM entries"
            " WHERE entries.idx = batch_pages.idx AND id >= ? AND id < ?) ORDER BY idx"
        )
        for (index,) in store.rows(query, below(f"{Batch.kind}/")):
            yield cast("int", index)
