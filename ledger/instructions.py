"""What staff book at the desk, signed with the desk's key: top-ups, refunds, stock and more.

Every kind is an `Instruction`: its fields, but the signature, are what is signed, under a context
line of its own. Captures, voids and expiries carry the amounts of the hold that they end, so that
their postings follow from them alone; the book and the audit compare them with the hold.
"""

# ruff: noqa: D102  (what every kind offers is described once, in contents.Content)
from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, cast

from ledger import canonical
from ledger.contents import (
    CASH,
    GOODS_SOLD,
    SALES,
    SUPPLIES,
    Posting,
    held_account,
    sale_postings,
    shopper_account,
    stock_account,
)
from ledger.fields import (
    HEX_32,
    ID,
    STOCK_SKU,
    bad_field,
    require_currency,
    require_fields,
    require_integer,
    require_mode,
    require_pattern,
    require_pseudonym,
    signature_from_text,
)
from ledger.keys import b64
from ledger.money import MINOR_MAX, PIECES
from ledger.orders import Order

if TYPE_CHECKING:
    from ledger.contents import Body
    from ledger.home import Mode

EVERYBODY: Final = "everybody"
PIECES_MAX: Final = 10**9


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """Something a desk signs.

    Attributes:
        id: 1..64 of letters, digits, dot, hyphen and underscore; asking twice books once.
        issued_at_ms: Unix time in milliseconds, by the desk's clock.
        desk: Key id of the signing desk.
        mode: Money or play.
        signature: 64 bytes; empty until signed.
    """

    kind: ClassVar[str]
    id: str
    issued_at_ms: int
    desk: str
    mode: Mode
    signature: bytes = b""

    def __post_init__(self) -> None:
        require_pattern("id", self.id, ID)
        require_integer("issued_at_ms", self.issued_at_ms, 0, canonical.INTEGER_MAX)
        require_pattern("desk", self.desk, HEX_32)
        require_mode(self.mode)
        for name in ("amount_minor", "held_minor"):
            if hasattr(self, name):
                require_integer(name, getattr(self, name), 1, MINOR_MAX)
        if hasattr(self, "currency"):
            require_currency(self.currency)
        if hasattr(self, "pseudonym"):
            require_pseudonym(self.pseudonym)

    @property
    def entry_id(self) -> str:
        return f"{self.kind}/{self.id}"

    def signed_record(self) -> Body:
        """What the desk signs: every field but the signature."""
        return {name: getattr(self, name) for name in _field_types(cast("Any", type(self)))}

    def message(self) -> bytes:
        """The bytes that the desk signs."""
        context = f"facetill/{self.kind}/v1\n".encode()
        return context + canonical.encode(self.signed_record())

    def body(self) -> Body:
        return {self.kind: self.signed_record(), "signature": b64(self.signature)}

    def postings(self) -> tuple[Posting, ...]:
        return ()

    @classmethod
    def from_body(cls, body: Body) -> Self:
        record = require_fields(body, {cls.kind: dict, "signature": str})
        kinds = _field_types(cast("Any", cls))
        inner = cast("dict[str, Any]", require_fields(record[cls.kind], kinds))
        return cls(**cls._revive(inner), signature=signature_from_text(record["signature"]))

    @classmethod
    def _revive(cls, record: dict[str, Any]) -> dict[str, Any]:
        """Fields from their encoded form."""
        return record


@cache
def _field_types(kind: Any) -> dict[str, type]:  # noqa: ANN401 - a class of Instruction
    types: dict[str, type] = {"int": int, "str": str, "Mode": str, "Order": dict}
    return {f.name: types[cast("str", f.type)] for f in fields(kind) if f.name != "signature"}


@dataclass(frozen=True, kw_only=True)
class Topup(Instruction):
    """Cash taken at the desk for a shopper's prepaid balance."""

    kind: ClassVar[str] = "topup"
    pseudonym: str
    amount_minor: int
    currency: str

    def postings(self) -> tuple[Posting, ...]:
        return (
            Posting(CASH, self.currency, self.amount_minor),
            Posting(shopper_account(self.pseudonym), self.currency, -self.amount_minor),
        )


@dataclass(frozen=True, kw_only=True)
class Refund(Instruction):
    """Money of a payment or a captured hold given back to the shopper's prepaid balance."""

    kind: ClassVar[str] = "refund"
    payment: str
    pseudonym: str
    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        super().__post_init__()
        require_pattern("payment", self.payment, HEX_32)

    @property
    def entry_id(self) -> str:
        return f"refund/{self.payment}/{self.id}"

    def postings(self) -> tuple[Posting, ...]:
        return (
            Posting(SALES, self.currency, self.amount_minor),
            Posting(shopper_account(self.pseudonym), self.currency, -self.amount_minor),
        )


@dataclass(frozen=True, kw_only=True)
class Capture(Instruction):
    """A hold settled for what was taken in the end; the rest of it goes back.

    Its `id` is the hold's, so that a hold is captured once.

    Attributes:
        held_minor: What the hold had set aside.
        order: What was taken; not worth more than that.
        returned: Pieces of counted articles that were held and not taken, by sku.
    """

    kind: ClassVar[str] = "capture"
    pseudonym: str
    held_minor: int
    order: Order
    held_order: Order

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.order.currency != self.held_order.currency:
            raise bad_field("currency")
        require_integer("order total", self.order.total_minor, 1, self.held_minor)
        held = self.held_order.counted
        for sku, pieces in self.order.counted.items():
            require_integer("quantity", pieces, 1, held.get(sku, 0))

    @property
    def sale_id(self) -> str:
        return self.id

    @property
    def method(self) -> str:
        return "hold"

    def signed_record(self) -> Body:
        orders = {"order": self.order.record(), "held_order": self.held_order.record()}
        return {**super().signed_record(), **orders}

    @classmethod
    def _revive(cls, record: dict[str, Any]) -> dict[str, Any]:
        orders = {name: Order.from_record(record[name]) for name in ("order", "held_order")}
        return {**record, **orders}

    def postings(self) -> tuple[Posting, ...]:
        currency, held = self.order.currency, held_account(self.pseudonym)
        payer = Posting(held, currency, self.held_minor)
        money = [p for p in sale_postings(self.order, payer) if p.currency != PIECES]
        left_minor = self.held_minor - self.order.total_minor
        if left_minor:
            money.append(Posting(shopper_account(self.pseudonym), currency, -left_minor))
        counted, taken = self.held_order.counted, self.order.counted
        goods = [
            Posting(stock_account(sku), PIECES, pieces - taken.get(sku, 0))
            for sku, pieces in counted.items()
            if pieces > taken.get(sku, 0)
        ]
        if taken:
            goods.append(Posting(GOODS_SOLD, PIECES, sum(taken.values())))
        if counted:
            goods.append(Posting(held, PIECES, -sum(counted.values())))
        return (*money, *goods)


@dataclass(frozen=True, kw_only=True)
class Void(Instruction):
    """A hold given back before its time, because the sale fell through; `id` is the hold's."""

    kind: ClassVar[str] = "void"
    pseudonym: str
    held_minor: int
    held_order: Order

    def signed_record(self) -> Body:
        return {**super().signed_record(), "held_order": self.held_order.record()}

    @classmethod
    def _revive(cls, record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "held_order": Order.from_record(record["held_order"])}

    def postings(self) -> tuple[Posting, ...]:
        currency, held = self.held_order.currency, held_account(self.pseudonym)
        counted = self.held_order.counted
        goods = [Posting(stock_account(sku), PIECES, pieces) for sku, pieces in counted.items()]
        if counted:
            goods.append(Posting(held, PIECES, -sum(counted.values())))
        return (
            Posting(held, currency, self.held_minor),
            Posting(shopper_account(self.pseudonym), currency, -self.held_minor),
            *goods,
        )


@dataclass(frozen=True, kw_only=True)
class Expiry(Void):
    """A hold given back because its time was over; `id` is the hold's."""

    kind: ClassVar[str] = "expiry"


@dataclass(frozen=True, kw_only=True)
class Erasure(Instruction):
    """A tombstone: what was kept of a person is destroyed, and the pseudonym pays no more.

    Its `id` is the pseudonym, so that there is one for each. It moves no money: what the shop
    still owes stays owed.
    """

    kind: ClassVar[str] = "erasure"

    @property
    def pseudonym(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class Supply(Instruction):
    """Pieces of an article that came in, or were found missing."""

    kind: ClassVar[str] = "supply"
    sku: str
    pieces: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require_pattern("sku", self.sku, STOCK_SKU)
        require_integer("pieces", self.pieces, -PIECES_MAX, PIECES_MAX)
        if self.pieces == 0:
            raise bad_field("pieces")

    def postings(self) -> tuple[Posting, ...]:
        return (
            Posting(stock_account(self.sku), PIECES, self.pieces),
            Posting(SUPPLIES, PIECES, -self.pieces),
        )


@dataclass(frozen=True, kw_only=True)
class Limit(Instruction):
    """The most that one shopper's balance, or everybody's, may be from here on.

    Attributes:
        pseudonym: The shopper, or EVERYBODY for all that have no limit of their own.
        balance_max_minor: In minor units, 0 or more.
    """

    kind: ClassVar[str] = "limit"
    pseudonym: str
    balance_max_minor: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require_integer("balance_max_minor", self.balance_max_minor, 0, MINOR_MAX)

    @property
    def entry_id(self) -> str:
        return f"limit/{self.pseudonym}/{self.id}"


@dataclass(frozen=True, kw_only=True)
class Close(Instruction):
    """A Z report: the figures since the one before, numbered, and a grand total without end.

    Attributes:
        number: 1 for the first, then without a gap.
        first, last: Entries that it covers, both included.
        sales, refunds, topups: How many; a captured hold is a sale.
        sales_minor, refunds_minor, topups_minor: Their sums in minor units.
        grand_total_minor: All sales since the book began; it never goes back to 0.
    """

    kind: ClassVar[str] = "close"
    number: int
    first: int
    last: int
    currency: str
    sales: int
    sales_minor: int
    refunds: int
    refunds_minor: int
    topups: int
    topups_minor: int
    grand_total_minor: int

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, kind in _field_types(Close).items():
            if kind is int:
                require_integer(name, getattr(self, name), 0, canonical.INTEGER_MAX)

    @property
    def entry_id(self) -> str:
        return f"close/{self.number:08d}"
