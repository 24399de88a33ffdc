"""Sums and dates as a language writes them (CLDR, by Babel), never rounded.

CLDR shows some currencies with fewer decimals than ISO 4217 gives them, which would round a price
on the screen; the decimals are therefore always the book's own.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import NumberPattern, format_currency, parse_pattern

from ledger.money import exponent

if TYPE_CHECKING:
    from datetime import tzinfo

_LOCALES = {"en": "en", "ko": "ko_KR", "zh-Hans": "zh_Hans_CN"}
_CODE = re.compile(r"(?<=[A-Z])(?=[0-9])")
_FRACTION = re.compile(r"0\.0+")


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


@functools.cache
def _pattern(language: str, digits: int) -> NumberPattern:
    drawn = _locale(language).currency_formats["standard"].pattern
    whole = "0." + "0" * digits if digits else "0"
    return parse_pattern(_FRACTION.sub(whole, drawn))


def money(minor: int, currency: str, language: str) -> str:
    """A sum in minor units with its currency's sign, as `€10.90` or `₩12,300`.

    Raises:
        ledger.errors.BadAmountError: the currency is none of ISO 4217.
    """
    digits = exponent(currency)
    written = format_currency(
        Decimal(minor).scaleb(-digits),
        currency,
        format=_pattern(language, digits),
        locale=_locale(language),
        currency_digits=False,
    )
    return _CODE.sub("\N{NO-BREAK SPACE}", written)  # CLDR parts a code from its figure


def moment(time_ms: int, language: str, zone: tzinfo | None = None) -> str:
    """A date and time of day.

    Args:
        time_ms: Unix milliseconds.
        language: BCP 47 code.
        zone: the machine's own where none is given.
    """
    when = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(zone)
    return format_datetime(when, "medium", tzinfo=when.tzinfo, locale=_locale(language))
