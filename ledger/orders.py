"""What is bought: articles, what was taken off, and the tax, as integers that add up.

`total = lines - discounts + taxes added`. A tax is exact: its amount is the rate's share of its
base, rounded half up to the minor unit, and nothing else is accepted. A field that is empty is
left out of the encoding, so that an order without discounts and tax encodes as it always did.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from ledger import canonical
from ledger.fields import (
    STOCK_SKU,
    bad_field,
    require_currency,
    require_fields,
    require_integer,
    require_pattern,
    require_text,
)
from ledger.lazy import lazy
from ledger.money import MINOR_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER_CONTEXT: Final = b"facetill/order/v1\n"
LINES_MAX: Final = 500
QUANTITY_MAX: Final = 9_999
DISCOUNTS_MAX: Final = 100
TAXES_MAX: Final = 20
RATE_PPM_MAX: Final = 1_000_000
_COUNTED: Final = "counted"

_LINE: Final[dict[str, type]] = {"sku": str, "name": str, "quantity": int, "unit_minor": int}
_ORDER: Final[dict[str, type]] = {"currency": str, "lines": list}
_COUNTED_LINE: Final = _LINE | {"stock": str}
_FIELDS: Final[Callable[[dict[str, Any]], tuple[Any, ...]]] = itemgetter(*_LINE)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order.

    Attributes:
        sku: The shop's code of the article, 1..200 printable characters.
        name: As printed on the receipt, 1..200 printable characters.
        quantity: Pieces, 1..9999.
        unit_minor: Price of one piece in minor units, 0 or more.
        counted: Whether the book counts its stock; the sku is then 1..40 of A-Z, a-z, 0-9 and
            hyphen, for it becomes the name of an account.
    """

    sku: str
    name: str
    quantity: int
    unit_minor: int
    counted: bool = False

    def __post_init__(self) -> None:
        require_text("sku", self.sku)
        require_text("name", self.name)
        require_integer("quantity", self.quantity, 1, QUANTITY_MAX)
        require_integer("unit_minor", self.unit_minor, 0, MINOR_MAX)
        if self.counted:
            require_pattern("sku", self.sku, STOCK_SKU)

    @property
    def total_minor(self) -> int:
        """Price of the line in minor units."""
        return self.quantity * self.unit_minor

    def record(self) -> canonical.Value:
        """As the canonical encoding has it."""
        record: dict[str, canonical.Value] = {
            "sku": self.sku,
            "name": self.name,
            "quantity": self.quantity,
            "unit_minor": self.unit_minor,
        }
        if self.counted:
            record["stock"] = _COUNTED
        return record


@dataclass(frozen=True, slots=True)
class Discount:
    """What a coupon or an offer takes off.

    Attributes:
        code: The coupon's or the offer's code, 1..200 printable characters.
        name: As printed on the receipt.
        amount_minor: What is taken off, 1 or more minor units.
    """

    code: str
    name: str
    amount_minor: int

    def __post_init__(self) -> None:
        require_text("discount code", self.code)
        require_text("discount name", self.name)
        require_integer("discount", self.amount_minor, 1, MINOR_MAX)

    def record(self) -> canonical.Value:
        """As the canonical encoding has it."""
        return {"code": self.code, "name": self.name, "amount_minor": self.amount_minor}


@dataclass(frozen=True, slots=True)
class Tax:
    """One rate of tax over a part of the order.

    Attributes:
        name: The tax's account and its name on the receipt, such as "VAT-7"; as a counted sku.
        rate_ppm: Millionths of the net price, 0..1000000 (7 % is 70000).
        base_minor: The prices it is reckoned from: net if it is added, gross if included.
        kind: "added" on top of the prices, or "included" in them.
    """

    name: str
    rate_ppm: int
    base_minor: int
    kind: Literal["added", "included"]

    def __post_init__(self) -> None:
        require_pattern("tax name", self.name, STOCK_SKU)
        require_integer("tax rate", self.rate_ppm, 0, RATE_PPM_MAX)
        require_integer("tax base", self.base_minor, 0, MINOR_MAX)
        if self.kind not in ("added", "included"):
            raise bad_field("tax kind")

    @property
    def amount_minor(self) -> int:
        """The tax, rounded half up to the minor unit."""
        whole = 1_000_000 if self.kind == "added" else 1_000_000 + self.rate_ppm
        return (2 * self.base_minor * self.rate_ppm + whole) // (2 * whole)

    def record(self) -> canonical.Value:
        """As the canonical encoding has it."""
        return {
            "name": self.name,
            "rate_ppm": self.rate_ppm,
            "base_minor": self.base_minor,
            "kind": self.kind,
            "amount_minor": self.amount_minor,
        }


@dataclass(frozen=True)
class Order:
    """What is bought: 1..500 lines in one ISO 4217 currency, worth at least one minor unit."""

    lines: tuple[OrderLine, ...]
    currency: str
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[Tax, ...] = ()

    def __post_init__(self) -> None:
        require_currency(self.currency)
        require_integer("number of order lines", len(self.lines), 1, LINES_MAX)
        require_integer("number of discounts", len(self.discounts), 0, DISCOUNTS_MAX)
        require_integer("number of taxes", len(self.taxes), 0, TAXES_MAX)
        require_integer("order total", self.total_minor, 1, MINOR_MAX)
        if self.taxes and len({tax.name for tax in self.taxes}) != len(self.taxes):
            raise bad_field("tax name")
        if self.taxes and max(tax.base_minor for tax in self.taxes) > self.priced_minor:
            raise bad_field("tax base")

    @lazy
    def priced_minor(self) -> int:
        """All lines less all discounts, in minor units."""
        lines = sum([line.quantity * line.unit_minor for line in self.lines])
        return lines - sum([discount.amount_minor for discount in self.discounts])

    @lazy
    def total_minor(self) -> int:
        """What is to be paid, in minor units."""
        if not self.taxes:
            return self.priced_minor
        added = sum(tax.amount_minor for tax in self.taxes if tax.kind == "added")
        return self.priced_minor + added

    @lazy
    def counted(self) -> dict[str, int]:
        """Pieces of each article whose stock the book counts."""
        pieces: dict[str, int] = {}
        for line in self.lines:
            if line.counted:
                pieces[line.sku] = pieces.get(line.sku, 0) + line.quantity
        return pieces

    def record(self) -> dict[str, canonical.Value]:
        """As the canonical encoding has it."""
        record: dict[str, canonical.Value] = {
            "currency": self.currency,
            "lines": [line.record() for line in self.lines],
        }
        if self.discounts:
            record["discounts"] = [discount.record() for discount in self.discounts]
        if self.taxes:
            record["taxes"] = [tax.record() for tax in self.taxes]
        return record

    @lazy
    def encoded(self) -> bytes:
        """The canonical encoding of `record`."""
        return canonical.encode(self.record())

    def digest(self) -> str:
        """64 hex digits: SHA-256 of the context line and the canonical encoding."""
        return self._digest

    @lazy
    def _digest(self) -> str:
        return hashlib.sha256(ORDER_CONTEXT + self.encoded).hexdigest()

    @classmethod
    def from_record(cls, record: canonical.Value) -> Order:
        """Read what `record` wrote; anything else is a BadInputError."""
        if not isinstance(record, dict):
            raise bad_field("order")
        kinds = _ORDER
        for name in ("discounts", "taxes"):
            if record.get(name):
                kinds = kinds | {name: list}
        fields = cast("dict[str, Any]", require_fields(record, kinds))
        return cls(
            tuple(map(_line, fields["lines"])),
            fields["currency"],
            tuple(map(_discount, fields.get("discounts", ()))),
            tuple(map(_tax, fields.get("taxes", ()))),
        )


def _line(record: canonical.Value) -> OrderLine:
    if not isinstance(record, dict):
        raise bad_field("order line")
    stock = record.get("stock")
    if record.keys() != (_LINE if stock is None else _COUNTED_LINE).keys():
        raise bad_field("order line")
    if stock not in (None, _COUNTED):
        raise bad_field("stock")
    sku, name, quantity, unit_minor = _FIELDS(record)  # their types are looked at by the line
    return OrderLine(sku, name, quantity, unit_minor, counted=stock is not None)


def _discount(record: canonical.Value) -> Discount:
    kinds: dict[str, type] = {"code": str, "name": str, "amount_minor": int}
    return Discount(**cast("dict[str, Any]", require_fields(record, kinds)))


def _tax(record: canonical.Value) -> Tax:
    kinds: dict[str, type] = dict.fromkeys(("rate_ppm", "base_minor", "amount_minor"), int)
    fields = dict(require_fields(record, kinds | {"name": str, "kind": str}))
    amount_minor = fields.pop("amount_minor")
    tax = Tax(**cast("dict[str, Any]", fields))
    if tax.amount_minor != amount_minor:
        raise bad_field("tax amount")
    return tax
