"""What stands on a receipt, row by row, in the shopper's language; how it looks is said elsewhere.

It says what the book has, and nothing of the shopper: no name, no number, no pseudonym in words.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from babel import Locale
from babel.dates import format_datetime

from ledger.money import format_amount, format_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from ledger.orders import Tax
    from ledger.receipt import Receipt

Kind = Literal["title", "notice", "text", "small", "total", "rule", "code"]
QR_CHARS_MAX = 4_296  # ISO/IEC 18004: of alphanumeric characters in version 40, correction L
LANGUAGES = ("en", "ko", "zh")
_LOCALES = {"en": "en", "ko": "ko_KR", "zh": "zh_Hans_CN"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        kind: how it stands out; a "code" is drawn as a QR code of what is `left`.
        left: what it is.
        right: how much; empty where there is nothing to be said.
    """

    kind: Kind
    left: str = ""
    right: str = ""


def known(language: str) -> str:
    """The receipt's language for a BCP 47 code; English where there is no other."""
    return language[:2] if language[:2] in LANGUAGES else "en"


@functools.cache
def words(language: str) -> dict[str, str]:
    """The words of one of `LANGUAGES`."""
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return {key: str(word) for key, word in tomllib.loads(text)[language].items()}


def layout(
    receipt: Receipt,
    language: str,
    name_of: Callable[[str], str | None] = lambda _sku: None,
    zone: tzinfo | None = None,
) -> tuple[Row, ...]:
    """The rows from the top to the code.

    Args:
        receipt: of a payment.
        language: BCP 47 code.
        name_of: an article's or an offer's name in that language by its code; the book's own where
            it gives none.
        zone: the machine's own where none is given.
    """
    language = known(language)
    return tuple(_rows(receipt, words(language), name_of, _moment(receipt.time_ms, language, zone)))


def _rows(
    receipt: Receipt, say: dict[str, str], name_of: Callable[[str], str | None], when: str
) -> Iterator[Row]:
    order, currency = receipt.order, receipt.currency
    yield Row("title", say["receipt"])
    if receipt.mode == "demo":
        yield Row("notice", say["demo"])
    yield Row("small", when)
    yield Row("rule")
    for line in order.lines:
        name = name_of(line.sku) or line.name
        yield Row("text", name, format_decimal(line.total_minor, currency))
        if line.quantity > 1:
            unit = format_decimal(line.unit_minor, currency)
            yield Row("small", f"{line.quantity} \N{MULTIPLICATION SIGN} {unit}")
    added = [tax for tax in order.taxes if tax.kind == "added"]
    if order.discounts or added:
        gross_minor = sum(line.total_minor for line in order.lines)
        yield Row("rule")
        yield Row("text", say["subtotal"], format_decimal(gross_minor, currency))
    for discount in order.discounts:
        name = name_of(discount.code) or discount.name
        yield Row("text", name, format_decimal(-discount.amount_minor, currency))
    for tax in added:
        yield Row("text", _tax(tax), format_decimal(tax.amount_minor, currency))
    yield Row("rule")
    yield Row("total", say["total"], format_amount(receipt.amount_minor, currency))
    for tax in order.taxes:
        if tax.kind == "included":
            amount = format_decimal(tax.amount_minor, currency)
            yield Row("small", f"{say['included']} {_tax(tax)}", amount)
    method = receipt.sale.method
    yield Row("rule")
    yield Row("small", say["paid_by"], say.get(method, method))
    yield Row("small", say["entry"], str(receipt.index))
    yield Row("small", say["id"], receipt.id)
    payload = receipt.qr_payload()
    if len(payload) > QR_CHARS_MAX:
        yield Row("small", say["too_long"])
        return
    yield Row("code", payload)
    yield Row("small", say["verify"])
    yield Row("small", "facetill ledger verify photo.jpg")


def _moment(time_ms: int, language: str, zone: tzinfo | None) -> str:
    when = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(zone)
    locale = Locale.parse(_LOCALES[language])
    return format_datetime(when, "medium", tzinfo=when.tzinfo, locale=locale)


def _tax(tax: Tax) -> str:
    percent = f"{tax.rate_ppm / 10_000:.4f}".rstrip("0").rstrip(".")
    return f"{tax.name} {percent} %"
