"""What an entry of the book can say: the beginning, keys, payments and holds.

A kind's `body()` is all it says, and its `postings()` follow from that alone and sum to zero in
each currency. Debits are positive, as in hledger, so that what the shop owes a shopper is a
negative balance of `liabilities:shopper:<pseudonym>`. Pieces of counted articles are moved in the
commodity PCS by the same postings, so that stock and money can never part ways.
"""

# ruff: noqa: D102  (what every kind offers is described once, in Content)
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple, Protocol, TypeAlias, cast

from ledger import canonical
from ledger.authorization import SignedAuthorization
from ledger.fields import (
    HEX_16,
    HEX_64,
    bad_field,
    require_currency,
    require_fields,
    require_mode,
    require_pattern,
)
from ledger.keys import key_id
from ledger.lazy import lazy
from ledger.money import PIECES
from ledger.orders import Order

if TYPE_CHECKING:
    from ledger.home import Mode

CASH: Final = "assets:cash"
SALES: Final = "income:sales"
SUPPLIES: Final = "equity:supplies"
GOODS_SOLD: Final = "expenses:goods-sold"

Body: TypeAlias = "dict[str, canonical.Value]"


def shopper_account(pseudonym: str) -> str:
    """The account of a shopper's prepaid balance."""
    return f"liabilities:shopper:{pseudonym}"


def held_account(pseudonym: str) -> str:
    """The account of what is set aside for a shopper's holds."""
    return f"liabilities:held:{pseudonym}"


def stock_account(sku: str) -> str:
    """The account of an article's pieces in the shop."""
    return f"assets:stock:{sku}"


def tax_account(name: str) -> str:
    """The account of a tax that is owed."""
    return f"liabilities:tax:{name}"


class Posting(NamedTuple):
    """One side of an entry; debits are positive."""

    account: str
    currency: str
    amount_minor: int


class Content(Protocol):
    """What an entry says, apart from where and when it was written."""

    kind: ClassVar[str]

    @property
    def entry_id(self) -> str:
        """Unique in the book for ever."""

    def body(self) -> Body:
        """The kind's own fields, to be encoded; parts of them may be so already."""

    def postings(self) -> tuple[Posting, ...]:
        """What it moves; follows from the body alone."""


class Sale(Protocol):
    """Something bought and paid: a payment, or a hold that was captured."""

    @property
    def sale_id(self) -> str:
        """The authorisation's id."""

    @property
    def pseudonym(self) -> str:
        """Who paid."""

    @property
    def order(self) -> Order:
        """What was bought."""

    @property
    def mode(self) -> Mode:
        """Money or play."""

    @property
    def method(self) -> str:
        """How it was paid, for the receipt."""


def sale_postings(order: Order, payer: Posting) -> tuple[Posting, ...]:
    """What a sale moves: the payer's side, and the shop's."""
    return payer, *shop_postings(order)


def shop_postings(order: Order) -> tuple[Posting, ...]:
    """The shop's side of a sale: the taxes, the rest to the shop, and the goods."""
    currency, net_minor = order.currency, order.total_minor
    moved = []
    for tax in order.taxes:
        if tax.amount_minor:
            moved.append(Posting(tax_account(tax.name), currency, -tax.amount_minor))
            net_minor -= tax.amount_minor
    moved.append(Posting(SALES, currency, -net_minor))
    moved += goods_postings(order, GOODS_SOLD)
    return tuple(moved)


def goods_postings(order: Order, to: str) -> tuple[Posting, ...]:
    """Counted pieces that leave the stock."""
    counted = order.counted
    if not counted:
        return ()
    out = [Posting(stock_account(sku), PIECES, -pieces) for sku, pieces in counted.items()]
    return (*out, Posting(to, PIECES, sum(counted.values())))


@dataclass(frozen=True)
class Genesis:
    """The first entry: whose book this is."""

    kind: ClassVar[str] = "genesis"
    home_id: str
    mode: Mode
    currency: str
    public_bytes: bytes

    def __post_init__(self) -> None:
        require_pattern("home", self.home_id, HEX_16)
        require_mode(self.mode)
        require_currency(self.currency)

    @property
    def entry_id(self) -> str:
        return "genesis"

    @property
    def origin(self) -> str:
        """The log's name in its checkpoints."""
        return f"facetill/{self.home_id}"

    def body(self) -> Body:
        return {
            "home": self.home_id,
            "mode": self.mode,
            "currency": self.currency,
            "ledger_key": self.public_bytes.hex(),
        }

    def postings(self) -> tuple[Posting, ...]:
        return ()

    @classmethod
    def from_body(cls, body: Body) -> Genesis:
        kinds: dict[str, type] = dict.fromkeys(("home", "mode", "currency", "ledger_key"), str)
        fields = require_fields(body, kinds)
        require_pattern("ledger_key", fields["ledger_key"], HEX_64)
        home, mode, currency, key = (cast("str", fields[k]) for k in kinds)
        return cls(home, cast("Mode", mode), currency, bytes.fromhex(key))


@dataclass(frozen=True)
class Station:
    """A kiosk's or a desk's public key, from here on accepted."""

    kind: ClassVar[str] = "station"
    role: Literal["kiosk", "desk"]
    public_bytes: bytes

    def __post_init__(self) -> None:
        if self.role not in ("kiosk", "desk"):
            raise bad_field("role")

    @property
    def key_id(self) -> str:
        """What authorisations and top-ups call it."""
        return key_id(self.public_bytes)

    @property
    def entry_id(self) -> str:
        return f"station/{self.role}/{self.key_id}"

    def body(self) -> Body:
        return {"role": self.role, "key": self.public_bytes.hex()}

    def postings(self) -> tuple[Posting, ...]:
        return ()

    @classmethod
    def from_body(cls, body: Body) -> Station:
        fields = require_fields(body, {"role": str, "key": str})
        require_pattern("key", fields["key"], HEX_64)
        role = cast("Literal['kiosk', 'desk']", fields["role"])
        return cls(role, bytes.fromhex(cast("str", fields["key"])))


@dataclass(frozen=True)
class Rotation:
    """The ledger's next key: heads after this entry's are signed with it, this one's with the old.

    Whoever trusts one key can so follow the book to every later one.
    """

    kind: ClassVar[str] = "rotation"
    public_bytes: bytes

    @property
    def entry_id(self) -> str:
        return f"rotation/{key_id(self.public_bytes)}"

    def body(self) -> Body:
        return {"ledger_key": self.public_bytes.hex()}

    def postings(self) -> tuple[Posting, ...]:
        return ()

    @classmethod
    def from_body(cls, body: Body) -> Rotation:
        fields = require_fields(body, {"ledger_key": str})
        require_pattern("ledger_key", fields["ledger_key"], HEX_64)
        return cls(bytes.fromhex(cast("str", fields["ledger_key"])))


@dataclass(frozen=True)
class Payment:
    """A shopper's purchase: what the kiosk signed, and the order it signed for."""

    kind: ClassVar[str] = "payment"
    signed: SignedAuthorization
    order: Order
    mode: Mode

    def __post_init__(self) -> None:
        require_mode(self.mode)
        if (self.signed.authorization.hold_until_ms is None) != (self.kind == "payment"):
            raise bad_field("hold_until_ms")

    @lazy
    def entry_id(self) -> str:
        return f"{self.kind}/{self.signed.authorization.id}"

    @property
    def sale_id(self) -> str:
        return self.signed.authorization.id

    @property
    def pseudonym(self) -> str:
        return self.signed.authorization.pseudonym

    @property
    def method(self) -> str:
        return self.signed.authorization.method

    def body(self) -> Body:
        order = canonical.embed(self.order.encoded)
        return {**self.signed.record(), "order": order, "mode": self.mode}

    def postings(self) -> tuple[Posting, ...]:
        a = self.signed.authorization
        payer = Posting(shopper_account(a.pseudonym), a.currency, a.amount_minor)
        return sale_postings(self.order, payer)

    @classmethod
    def from_body(cls, body: Body) -> Payment:
        signed = dict(body)
        order, mode = signed.pop("order", None), signed.pop("mode", None)
        return cls(
            SignedAuthorization.from_record(signed),
            Order.from_record(cast("canonical.Value", order)),
            cast("Mode", mode),
        )


@dataclass(frozen=True)
class Hold(Payment):
    """Money and goods set aside for a purchase that is settled later, or ends at its time."""

    kind: ClassVar[str] = "hold"

    @property
    def until_ms(self) -> int:
        """When it ends by itself, Unix milliseconds."""
        return cast("int", self.signed.authorization.hold_until_ms)

    @property
    def amount_minor(self) -> int:
        """What is set aside, in minor units."""
        return self.signed.authorization.amount_minor

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.signed.authorization.currency

    def postings(self) -> tuple[Posting, ...]:
        return (
            Posting(shopper_account(self.pseudonym), self.currency, self.amount_minor),
            Posting(held_account(self.pseudonym), self.currency, -self.amount_minor),
            *goods_postings(self.order, held_account(self.pseudonym)),
        )
