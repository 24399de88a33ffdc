"""The book in the forms that other programs read: CSV, JSON, hledger and beancount journals.

An export is a copy for reading. It carries no signature; who wants proof asks for a receipt or for
`facetill ledger prove`. The payments of a batch stand after it, under its entry's number.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final, cast

from ledger import canonical
from ledger.batches import Batch, BatchedPayment
from ledger.contents import Payment
from ledger.money import format_amount, format_decimal
from ledger.receipt import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledger.entries import AnyContent, Entry

CSV_COLUMNS: Final = ("entry", "id", "kind", "time", "account", "currency", "amount")


def record(entry: Entry) -> dict[str, object]:
    """An entry as plain values; amounts in minor units."""
    fields = cast("dict[str, object]", canonical.loads(entry.leaf()))
    names = ("id", "kind", "clock_ms", "recorded_ms", "body", "postings")
    return {"entry": entry.index, **{name: fields[name] for name in names}}


def to_json(entries: Iterable[Entry]) -> str:
    """One JSON object with all entries."""
    return json.dumps({"entries": [record(entry) for entry in entries]}, ensure_ascii=False) + "\n"


def to_csv(entries: Iterable[Entry]) -> str:
    """RFC 4180: a header, then a row a posting; amounts as decimals, debits positive."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(CSV_COLUMNS)
    for entry in entries:
        about = (entry.index, entry.id, entry.kind, iso_time(entry.clock_ms))
        for p in entry.postings:
            amount = format_decimal(p.amount_minor, p.currency)
            rows.writerow((*about, p.account, p.currency, amount))
    return text.getvalue()


def hledger_transaction(entry: Entry) -> str:
    """One transaction of an hledger journal; an entry without postings is a comment."""
    moment = iso_time(entry.clock_ms)
    if not entry.postings:
        return f"; {moment} entry {entry.index} {entry.id}{_said_of(entry.content)}\n"
    width = max(len(p.account) for p in entry.postings)
    rows = [f"{moment[:10]} * ({entry.index}) {entry.kind}  ; {moment} {entry.id}"]
    if isinstance(entry.content, (Payment, BatchedPayment)):
        rows += [f"    ; {line.quantity} x {line.name}" for line in entry.content.order.lines]
    rows += [
        f"    {p.account:<{width}}  {format_amount(p.amount_minor, p.currency):>14}"
        for p in entry.postings
    ]
    return "\n".join(rows) + "\n"


def _said_of(content: AnyContent) -> str:
    if not isinstance(content, Batch):
        return ""
    payments = "1 payment" if content.count == 1 else f"{content.count} payments"
    return f": {payments} from the kiosk {content.kiosk}"


def to_hledger(entries: Iterable[Entry]) -> str:
    """An hledger journal, in the book's order."""
    return "\n".join(hledger_transaction(entry) for entry in entries)


def _beancount_account(account: str) -> str:
    """Beancount begins each part of a name with a capital."""
    return ":".join(part[:1].upper() + part[1:] for part in account.split(":"))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def to_beancount(entries: Iterable[Entry]) -> str:
    """A beancount file: accounts opened on the first day, then a transaction an entry."""
    moved = [entry for entry in entries if entry.postings]
    accounts = sorted({(p.account, p.currency) for entry in moved for p in entry.postings})
    first_day = min((iso_time(entry.clock_ms)[:10] for entry in moved), default="1970-01-01")
    rows = [
        f"{first_day} open {_beancount_account(account)} {currency}"
        for account, currency in accounts
    ]
    for entry in moved:
        rows += [
            "",
            f"{iso_time(entry.clock_ms)[:10]} * {_quoted(entry.kind)} {_quoted(entry.id)}",
            f"  entry: {entry.index}",
        ]
        rows += [
            f"  {_beancount_account(p.account)}  {format_amount(p.amount_minor, p.currency)}"
            for p in entry.postings
        ]
    return "\n".join(rows) + "\n"


FORMATS: Final[dict[str, Callable[[Iterable[Entry]], str]]] = {
    "csv": to_csv,
    "json": to_json,
    "hledger": to_hledger,
    "beancount": to_beancount,
}
