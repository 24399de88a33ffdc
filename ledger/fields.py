"""Checks of single fields that others wrote; an error names the field, never its content."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final, cast

from ledger.errors import BadInputError
from ledger.money import exponent

if TYPE_CHECKING:
    from ledger import canonical

TEXT_CHARS_MAX: Final = 200
SIGNATURE_BYTES: Final = 64
METHODS: Final = ("face", "pin")

HEX_16: Final = re.compile(r"[0-9a-f]{16}")
HEX_24: Final = re.compile(r"[0-9a-f]{24}")
HEX_32: Final = re.compile(r"[0-9a-f]{32}")
HEX_64: Final = re.compile(r"[0-9a-f]{64}")
WORD: Final = re.compile(r"[a-z0-9_]{1,40}")
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
STOCK_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_PSEUDONYM: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
_PSEUDONYMS: Final = re.compile(rf"{_PSEUDONYM.pattern}(?:\n{_PSEUDONYM.pattern})*")


_TYPED: Final = {
    "sku": "1 to 40 letters, digits and hyphens",
    "pseudonym": "2 to 64 small letters, digits and hyphens",
    "id": "1 to 64 letters, digits, dots, hyphens and underscores",
    "pieces": "a number of pieces that is not 0",
    "amount_minor": "an amount above 0",
    "balance_max_minor": "an amount of 0 or more",
}


def bad_field(name: str) -> BadInputError:
    """An error naming a field and nothing of its content; what people type is described."""
    allowed = _TYPED.get(name)
    return BadInputError(
        f"The field {name} is outside of what the format allows.",
        hint=f"Nothing was written; it takes {allowed}."
        if allowed
        else "Nothing was written; the formats are described in ledger/entries.py.",
    )


def require_text(name: str, value: object) -> None:
    """1..200 printable characters, no line break, no lone surrogate."""
    if type(value) is not str or not 1 <= len(value) <= TEXT_CHARS_MAX or not value.isprintable():
        raise bad_field(name)


def require_integer(name: str, value: object, low: int, high: int) -> None:
    """An integer (no boolean) within low..high."""
    if type(value) is not int or not low <= value <= high:
        raise bad_field(name)


def require_pattern(name: str, value: object, pattern: re.Pattern[str]) -> None:
    """A string that matches as a whole."""
    if type(value) is not str or pattern.fullmatch(value) is None:
        raise bad_field(name)


def require_pseudonym(value: object) -> None:
    """2..64 of a-z, 0-9 and hyphen, not starting with a hyphen."""
    require_pattern("pseudonym", value, _PSEUDONYM)


def require_pseudonyms(lines: str) -> None:
    """As `require_pseudonym` for each line."""
    require_pattern("pseudonym", lines, _PSEUDONYMS)


def require_mode(mode: object) -> None:
    """One of live and demo."""
    if mode not in ("live", "demo"):
        raise bad_field("mode")


def require_source(source: object) -> None:
    """One of live and file."""
    if source not in ("live", "file"):
        raise bad_field("source")


def require_method(method: object) -> None:
    """One of METHODS."""
    if method not in METHODS:
        raise bad_field("method")


def require_models(models: dict[str, str]) -> None:
    """Role -> id of networks: words, and printable texts."""
    for role, model in models.items():
        require_pattern("model role", role, WORD)
        require_text("model id", model)


def require_currency(value: object) -> None:
    """An active ISO 4217 code."""
    if type(value) is not str:
        raise bad_field("currency")
    exponent(value)


def require_fields(record: canonical.Value, kinds: dict[str, type]) -> dict[str, canonical.Value]:
    """An object with exactly these fields, of exactly these types."""
    if not isinstance(record, dict) or record.keys() != kinds.keys():
        raise bad_field("record")
    if [*map(type, map(record.__getitem__, kinds))] != [*kinds.values()]:
        raise bad_field(next(name for name in kinds if type(record[name]) is not kinds[name]))
    return record


def bytes_from_text(name: str, text: canonical.Value) -> bytes:
    """Bytes from canonical base64 (RFC 4648, section 4)."""
    try:
        data = binascii.a2b_base64(cast("str", text))
    except (ValueError, TypeError) as e:
        raise bad_field(name) from e
    if binascii.b2a_base64(data, newline=False).decode() != text:
        raise bad_field(name)
    return data


def signature_from_text(text: canonical.Value) -> bytes:
    """64 bytes from canonical base64."""
    data = bytes_from_text("signature", text)
    if len(data) != SIGNATURE_BYTES:
        raise bad_field("signature")
    return data
