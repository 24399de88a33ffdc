"""Summaries for people: what the book holds, one shopper's statement, and X and Z reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.batches import BatchedPayment
from ledger.contents import shopper_account
from ledger.entries import sale_in
from ledger.money import format_amount, format_decimal
from ledger.receipt import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.entries import Entry

ARTICLES_SHOWN = 10
BAR_WIDTH = 40
_MINOR = "_minor"


@dataclass
class Stats:
    """Counts over the whole book.

    Attributes:
        entries: In all.
        kinds: Entries of each kind, and the payments of batches too.
        pieces: Pieces sold of each article, by sku.
        days: Sales in minor units of each UTC day.
        first_ms, last_ms: When it begins and ends, by the clock of the book.
    """

    entries: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    pieces: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    first_ms: int = 0
    last_ms: int = 0

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "entries": self.entries,
            "kinds": dict(sorted(self.kinds.items())),
            "pieces_sold": dict(self.pieces.most_common()),
            "sales_minor_by_day": dict(sorted(self.days.items())),
            "first": iso_time(self.first_ms),
            "last": iso_time(self.last_ms),
        }

    def text(self, currency: str) -> str:
        """For a terminal."""
        rows = [f"{self.entries} entries, {iso_time(self.first_ms)} to {iso_time(self.last_ms)}"]
        rows += [f"{count:>10}  {kind}" for kind, count in sorted(self.kinds.items())]
        if self.pieces:
            rows.append("Sold most:")
            top = self.pieces.most_common(ARTICLES_SHOWN)
            rows += [f"{pieces:>10}  {sku}" for sku, pieces in top]
        if self.days:
            rows.append("Sales by day (UTC):")
            most = max(self.days.values())
            for day, minor in sorted(self.days.items()):
                bar = "#" * (BAR_WIDTH * minor // most)
                rows.append(f"{day}  {format_decimal(minor, currency):>14} {currency}  {bar}")
        return "\n".join(rows) + "\n"


def count(entries: Iterable[Entry]) -> Stats:
    """Count a book."""
    stats = Stats()
    for entry in entries:
        if not stats.entries:
            stats.first_ms = entry.recorded_ms
        stats.last_ms = entry.recorded_ms
        stats.entries += not isinstance(entry.content, BatchedPayment)
        stats.kinds[entry.kind] += 1
        sale = sale_in(entry.content)
        if sale is not None:
            stats.days[iso_time(entry.clock_ms)[:10]] += sale.order.total_minor
            for line in sale.order.lines:
                stats.pieces[line.sku] += line.quantity
    return stats


@dataclass(frozen=True)
class StatementRow:
    """One movement of a shopper's balance; money in is positive."""

    entry: int
    time_ms: int
    kind: str
    what: str
    amount_minor: int
    balance_minor: int

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {**vars(self), "time": iso_time(self.time_ms)}


def statement(entries: Iterable[Entry], pseudonym: str, currency: str) -> list[StatementRow]:
    """All movements of a shopper's prepaid balance, with what was bought."""
    account, rows, balance_minor = shopper_account(pseudonym), [], 0
    for entry in entries:
        moved = sum(
            -p.amount_minor
            for p in entry.postings
            if (p.account, p.currency) == (account, currency)
        )
        if not moved:
            continue
        balance_minor += moved
        order = getattr(entry.content, "order", None)
        what = ", ".join(f"{line.quantity} x {line.name}" for line in order.lines) if order else ""
        rows.append(
            StatementRow(entry.index, entry.clock_ms, entry.kind, what, moved, balance_minor)
        )
    return rows


def statement_text(
    rows: list[StatementRow], pseudonym: str, balance_minor: int, currency: str
) -> str:
    """For a terminal, or to be handed over."""
    from ledger.cli_tools import table

    cells = [
        (
            str(row.entry),
            iso_time(row.time_ms),
            row.kind,
            format_amount(row.amount_minor, currency),
            format_amount(row.balance_minor, currency),
            row.what,
        )
        for row in rows
    ]
    end = f"Balance of {pseudonym}: {format_amount(balance_minor, currency)}\n"
    head = ("entry", "time", "kind", "amount", "balance", "what")
    return table(cells, (0, 3, 4), head) + end


def report_text(title: str, fields: dict[str, int], currency: str) -> str:
    """An X or Z report."""
    from ledger.cli_tools import table

    rows = [
        (
            name.removesuffix(_MINOR).replace("_", " "),
            "" if name.endswith(_MINOR) else str(value),
            format_amount(fields.get(name + _MINOR, value), currency)
            if name.endswith(_MINOR) or name + _MINOR in fields
            else "",
        )
        for name, value in fields.items()
        if name.removesuffix(_MINOR) == name or name.removesuffix(_MINOR) not in fields
    ]
    return f"{title}\n{table(rows, right=(1, 2))}"
