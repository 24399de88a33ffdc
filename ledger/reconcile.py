"""The book against the bank: which lines belong together, and what only one side knows.

Lines are matched one to one, first by a reference that names the entry and the same amount, then by
the same amount with the nearest date; what is left of a day in the book may be one deposit at the
bank. The order that lines come in does not matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from ledger.bank import BankLine, parse_csv
from ledger.money import format_amount
from ledger.receipt import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.reading import Register

_TOKEN: Final = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True, order=True)
class BookLine:
    """One movement of the account in the book; money that came in is positive."""

    date: date
    amount_minor: int
    currency: str
    entry: int
    id: str


@dataclass
class Reconciliation:
    """What belongs together, and what is on one side alone.

    Attributes:
        matched: Lines of the book with the one of the bank that they are.
        only_in_book, only_at_bank: The rest.
    """

    matched: list[tuple[tuple[BookLine, ...], BankLine]] = field(default_factory=list)
    only_in_book: list[BookLine] = field(default_factory=list)
    only_at_bank: list[BankLine] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left over."""
        return not (self.only_in_book or self.only_at_bank)

    @property
    def difference_minor(self) -> int:
        """The book's lines less the bank's, in minor units."""
        book = sum(line.amount_minor for line in self.only_in_book)
        return book - sum(line.amount_minor for line in self.only_at_bank)

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "matched": len(self.matched),
            "difference_minor": self.difference_minor,
            "only_in_book": [
                {"entry": line.entry, "id": line.id, "amount_minor": line.amount_minor}
                for line in self.only_in_book
            ],
            "only_at_bank": [
                {
                    "date": line.date.isoformat(),
                    "amount_minor": line.amount_minor,
                    "reference": line.reference,
                }
                for line in self.only_at_bank
            ],
        }

    def text(self) -> str:
        """For a terminal."""
        rows = [f"{len(self.matched)} lines of the bank are in the book."]
        rows += [
            f"only in the book: {line.date} {format_amount(line.amount_minor, line.currency)}"
            f" entry {line.entry} {line.id}"
            for line in self.only_in_book
        ]
        rows += [
            f"only at the bank: {line.date} {format_amount(line.amount_minor, line.currency)}"
            f" {line.reference}"
            for line in self.only_at_bank
        ]
        return "\n".join(rows) + "\n"


def read_bank_file(data: bytes, currency: str) -> list[BankLine]:
    """camt.053 or CSV, by what it begins with; lines in other currencies are left out.

    Raises:
        BadInputError: Neither of the two.
    """
    from ledger import camt

    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return [line for line in camt.parse_camt053(data) if line.currency == currency]
    return parse_csv(data, currency)


def book_lines(register: Iterable[Register], currency: str) -> list[BookLine]:
    """An account's postings as lines."""
    return [
        BookLine(
            date.fromisoformat(iso_time(row.entry.clock_ms)[:10]),
            row.amount_minor,
            row.currency,
            row.entry.index,
            row.entry.id,
        )
        for row in register
        if row.currency == currency
    ]


def reconcile(
    book: Sequence[BookLine], bank: Sequence[BankLine], *, days: int = 5
) -> Reconciliation:
    """Match two sides.

    Args:
        book: The account in the book.
        bank: The same at the bank.
        days: How far the dates of one movement may lie apart.
    """
    found = Reconciliation()
    left, open_lines = sorted(book), sorted(bank)
    reach = timedelta(days=days)
    open_lines = _match_named(left, open_lines, found)
    open_lines = _match_nearest(left, open_lines, found, reach)
    found.only_at_bank = _match_days(left, open_lines, found, reach)
    found.only_in_book = left
    return found


def _match_named(
    left: list[BookLine], bank: list[BankLine], found: Reconciliation
) -> list[BankLine]:
    by_id = {(name, line.amount_minor): line for line in left for name in _names(line)}
    rest = []
    for line in bank:
        keys = [(token, line.amount_minor) for token in _TOKEN.findall(line.reference)]
        named = next((by_id[key] for key in keys if key in by_id and by_id[key] in left), None)
        if named is None:
            rest.append(line)
            continue
        left.remove(named)
        found.matched.append(((named,), line))
    return rest


def _names(line: BookLine) -> tuple[str, str]:
    return line.id, line.id.rpartition("/")[2]


def _match_nearest(
    left: list[BookLine], bank: list[BankLine], found: Reconciliation, reach: timedelta
) -> list[BankLine]:
    pairs = sorted(
        (abs(theirs.date - ours.date), ours, number)
        for number, theirs in enumerate(bank)
        for ours in left
        if ours.amount_minor == theirs.amount_minor and abs(theirs.date - ours.date) <= reach
    )
    taken: set[int] = set()
    for _, ours, number in pairs:
        if number not in taken and ours in left:
            taken.add(number)
            left.remove(ours)
            found.matched.append(((ours,), bank[number]))
    return [line for number, line in enumerate(bank) if number not in taken]


def _match_days(
    left: list[BookLine], bank: list[BankLine], found: Reconciliation, reach: timedelta
) -> list[BankLine]:
    rest = []
    for line in bank:
        days: dict[date, list[BookLine]] = {}
        for ours in left:
            if abs(line.date - ours.date) <= reach:
                days.setdefault(ours.date, []).append(ours)
        sums = sorted(
            (abs(line.date - day), day)
            for day, lines in days.items()
            if len(lines) > 1 and sum(ours.amount_minor for ours in lines) == line.amount_minor
        )
        if not sums:
            rest.append(line)
            continue
        lines = days[sums[0][1]]
        for ours in lines:
            left.remove(ours)
        found.matched.append((tuple(lines), line))
    return rest
