"""Amounts as integers in minor units, so that no cent is ever rounded.

Currencies and their exponents follow ISO 4217 (the active alphabetic codes). Amounts stay
within ±(2**53 - 1), the integers that every JSON reader keeps exactly.
"""

from __future__ import annotations

import re
from typing import Final

from ledger.errors import BadAmountError

MINOR_MAX: Final = 2**53 - 1
PIECES: Final = "PCS"  # the commodity that counted stock moves in; no code of ISO 4217

_EXPONENT_OTHER: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENT_TWO: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD "
    "LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB "
    "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
)
EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(_EXPONENT_TWO.split(), 2),
    **{code: digits for digits, codes in _EXPONENT_OTHER.items() for code in codes.split()},
}

_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,4}))?", re.ASCII)


def exponent(currency: str) -> int:
    """Digits after the decimal point (0, 2, 3 or 4) of an ISO 4217 code.

    Raises:
        BadAmountError: The code is not an active ISO 4217 code.
    """
    digits = EXPONENTS.get(currency)
    if digits is None:
        raise BadAmountError(
            f"{currency[:20]!r} is not a currency of ISO 4217.",
            hint="Use a three-letter code such as EUR, USD or JPY.",
        )
    return digits


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as "12.50"; a leading minus is kept.

    Raises:
        BadAmountError: Not a decimal, more digits than the currency has, or out of range.
    """
    digits = exponent(currency)
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise BadAmountError(
            f"{text[:40]!r} is not an amount.",
            hint="Write digits with a decimal point, such as 12.50.",
        )
    sign, whole, fraction = found.group(1), found.group(2), found.group(3) or ""
    if len(fraction) > digits:
        raise BadAmountError(
            f"{text.strip()} has more decimals than {currency} has ({digits}).",
            hint=f"Write at most {digits} digits after the point.",
        )
    minor = int(whole + fraction.ljust(digits, "0"))
    if minor > MINOR_MAX:
        raise BadAmountError(
            f"{text.strip()} {currency} is more than the book can hold.",
            hint="Use a smaller amount.",
        )
    return -minor if sign else minor


def format_decimal(minor: int, currency: str) -> str:
    """The plain decimal of minor units: 1250, "EUR" -> "12.50"; `parse_amount` reads it back."""
    digits = 0 if currency == PIECES else exponent(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{fraction:0{digits}d}" if digits else f"{sign}{whole}"


def format_amount(minor: int, currency: str) -> str:
    """For people: 1250, "EUR" -> "12.50 EUR"."""
    return f"{format_decimal(minor, currency)} {currency}"
