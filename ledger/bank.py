"""The bank's lines as the shop gets them: one type, and the CSV that every bank can write."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.errors import BadAmountError, BadInputError
from ledger.money import parse_amount

_COLUMNS: Final = ("date", "amount", "reference")
_GERMAN_DATE: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_BAD_ROWS_SHOWN: Final = 10


@dataclass(frozen=True, order=True)
class BankLine:
    """One line of a bank's statement; money that came in is positive."""

    date: date
    amount_minor: int
    currency: str
    reference: str


def parse_csv(data: bytes, currency: str) -> list[BankLine]:
    """Rows under a header with date, amount and reference, in any order and among others.

    Commas or semicolons separate; dates are 2026-11-24 or 24.11.2026; decimals have a point or a
    comma, thousands nothing.

    Raises:
        BadInputError: No such file, or rows that cannot be read, by their numbers.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise _no_csv("it is not UTF-8 text") from e
    head = text.partition("\n")[0].lower()
    separator = ";" if head.count(";") > head.count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise _no_csv(f"its header lacks {', '.join(missing)}")
    lines, bad = [], []
    for row in rows:
        day, amount, reference = ((row[names[name]] or "").strip() for name in _COLUMNS)
        try:
            minor = parse_amount(amount.removeprefix("+").replace(",", "."), currency)
            lines.append(BankLine(_date(day), minor, currency, reference))
        except (ValueError, BadAmountError):
            bad.append(str(rows.line_num))
    if bad:
        raise _no_csv(f"these rows cannot be read: {', '.join(bad[:_BAD_ROWS_SHOWN])}")
    return lines


def _date(text: str) -> date:
    found = _GERMAN_DATE.fullmatch(text)
    if found:
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    return date.fromisoformat(text)


def _no_csv(why: str) -> BadInputError:
    return BadInputError(
        f"This bank file cannot be used: {why}.",
        hint="Give camt.053, or CSV with the columns date, amount and reference.",
    )
