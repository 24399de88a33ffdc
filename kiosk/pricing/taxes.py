"""The shop's rates of tax, read from the home's `taxes.csv`; without that file nothing is taxed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from kiosk.goods import tables
from kiosk.goods.tables import Columns, Report
from ledger.fields import STOCK_SKU
from ledger.orders import RATE_PPM_MAX, TAXES_MAX

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["included", "added"]
COLUMNS = Columns(("name", "rate", "kind"))
PPM_OF_PERCENT = 10_000
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,4}))?\s*%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One rate.

    Attributes:
        name: the tax's account in the book, and its name on the receipt, such as VAT-7.
        rate_ppm: millionths of the net price, 0..1000000.
        kind: whether the shop's prices include it, or it is added to them.
    """

    name: str
    rate_ppm: int
    kind: Kind


def percent_ppm(text: str) -> int:
    """Millionths of a percentage such as 7, 7.5 or 7,5.

    Raises:
        ValueError: it is none from 0 to 100.
    """
    found = _PERCENT.fullmatch(text)
    ppm = -1
    if found:
        ppm = int(found[1]) * PPM_OF_PERCENT + int((found[2] or "").ljust(4, "0"))
    if not 0 <= ppm <= RATE_PPM_MAX:
        raise ValueError("a percentage from 0 to 100 is allowed, such as 7.5")
    return ppm


def _name(text: str) -> str:
    if not STOCK_SKU.fullmatch(text):
        raise ValueError("1 to 40 letters, digits and hyphens are allowed, such as VAT-7")
    return text


def _kind(text: str) -> Kind:
    if text not in ("included", "added"):
        raise ValueError("included or added is allowed")
    return cast("Kind", text)


def parse(text: str, name: str) -> dict[str, TaxRate]:
    """The rates by name.

    Raises:
        TableError: names every row that cannot be used.
    """
    report = Report(name)
    rates: dict[str, TaxRate] = {}
    for row in tables.rows(text, COLUMNS, report):
        rate = TaxRate(
            row.take("name", _name, ""),
            row.take("rate", percent_ppm, 0),
            row.take("kind", _kind, "included"),
        )
        if rate.name in rates:
            row.refuse("name", "it is there twice")
        rates[rate.name] = rate
        if len(rates) == TAXES_MAX + 1:
            row.refuse("name", f"at most {TAXES_MAX} rates are allowed")
    report.finish()
    return rates


def load(path: Path) -> dict[str, TaxRate]:
    """The home's rates; none where it has no such file.

    Raises:
        TableError: the file cannot be read or used.
    """
    return parse(tables.read_file(path), path.name) if path.exists() else {}
