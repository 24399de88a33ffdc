"""What one entry of the book is: its kinds, their postings, and their one encoding as a leaf.

A leaf is the canonical encoding (`ledger.canonical`) of

    {"format": 1, "index": 0.., "kind": ..., "id": ..., "clock_ms": ..., "recorded_ms": ...,
     "body": {...}, "postings": [{"account", "currency", "amount_minor"}, ...]}

`clock_ms` is the time that was handed in; `recorded_ms` is the latest of it and all before, so
it never goes backwards. Order is the index, whatever the clocks said. Postings follow from the
body alone and sum to zero in each currency: debits are positive, as in hledger, so that what the
shop owes a shopper is a negative balance of `liabilities:shopper:<pseudonym>`.
"""

# ruff: noqa: D102  (what every kind offers is described once, in Content)
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Protocol, TypeAlias, cast

from ledger import canonical
from ledger.authorization import (
    Authorization,
    Order,
    SignedAuthorization,
    bad_field,
    require_fields,
    require_integer,
    require_pattern,
    require_pseudonym,
    signature_from_text,
)
from ledger.keys import b64, key_id
from ledger.money import MINOR_MAX, exponent

if TYPE_CHECKING:
    from ledger.home import Mode

FORMAT: Final = 1
TOPUP_CONTEXT: Final = b"facetill/topup/v1\n"
REFUND_CONTEXT: Final = b"facetill/refund/v1\n"
CASH: Final = "assets:cash"
SALES: Final = "income:sales"

_HEX_16: Final = re.compile(r"[0-9a-f]{16}")
_HEX_32: Final = re.compile(r"[0-9a-f]{32}")
_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_TOPUP_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Body: TypeAlias = "dict[str, canonical.Value]"


def shopper_account(pseudonym: str) -> str:
    """The account of a shopper's prepaid balance."""
    return f"liabilities:shopper:{pseudonym}"


@dataclass(frozen=True)
class Posting:
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
        """The kind's own fields."""

    def postings(self) -> tuple[Posting, ...]:
        """What it moves; follows from the body alone."""


@dataclass(frozen=True)
class Genesis:
    """The first entry: whose book this is."""

    kind: ClassVar[str] = "genesis"
    home_id: str
    mode: Mode
    currency: str
    public_bytes: bytes

    def __post_init__(self) -> None:
        require_pattern("home", self.home_id, _HEX_16)
        require_mode(self.mode)
        exponent(self.currency)

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
        kinds = _strings("home", "mode", "currency", "ledger_key")
        fields = require_fields(body, kinds)
        require_pattern("ledger_key", fields["ledger_key"], _HEX_64)
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
        fields = require_fields(body, _strings("role", "key"))
        require_pattern("key", fields["key"], _HEX_64)
        role = cast("Literal['kiosk', 'desk']", fields["role"])
        return cls(role, bytes.fromhex(cast("str", fields["key"])))


@dataclass(frozen=True)
class Topup:
    """Cash taken at the desk for a shopper's prepaid balance, signed by the desk."""

    kind: ClassVar[str] = "topup"
    id: str
    pseudonym: str
    amount_minor: int
    currency: str
    issued_at_ms: int
    desk: str
    mode: Mode
    signature: bytes = b""

    def __post_init__(self) -> None:
        require_pattern("top-up id", self.id, _TOPUP_ID)
        require_pseudonym(self.pseudonym)
        require_integer("amount_minor", self.amount_minor, 1, MINOR_MAX)
        exponent(self.currency)
        require_integer("issued_at_ms", self.issued_at_ms, 0, canonical.INTEGER_MAX)
        require_pattern("desk", self.desk, _HEX_32)
        require_mode(self.mode)

    @property
    def entry_id(self) -> str:
        return f"topup/{self.id}"

    def signed_record(self) -> Body:
        """What the desk signs."""
        return {
            "id": self.id,
            "pseudonym": self.pseudonym,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "issued_at_ms": self.issued_at_ms,
            "desk": self.desk,
            "mode": self.mode,
        }

    def message(self) -> bytes:
        """The bytes that the desk signs."""
        return TOPUP_CONTEXT + canonical.encode(self.signed_record())

    def body(self) -> Body:
        return {"topup": self.signed_record(), "signature": b64(self.signature)}

    def postings(self) -> tuple[Posting, ...]:
        return (
            Posting(CASH, self.currency, self.amount_minor),
            Posting(shopper_account(self.pseudonym), self.currency, -self.amount_minor),
        )

    @classmethod
    def from_body(cls, body: Body) -> Topup:
        fields = require_fields(body, {"topup": dict, "signature": str})
        kinds = _strings("id", "pseudonym", "currency", "desk", "mode")
        kinds |= {"amount_minor": int, "issued_at_ms": int}
        record = cast("dict[str, Any]", require_fields(fields["topup"], kinds))
        return cls(**record, signature=signature_from_text(fields["signature"]))


@dataclass(frozen=True)
class Payment:
    """A shopper's purchase: what the kiosk signed, and the order it signed for."""

    kind: ClassVar[str] = "payment"
    signed: SignedAuthorization
    order: Order
    mode: Mode

    def __post_init__(self) -> None:
        require_mode(self.mode)

    @property
    def entry_id(self) -> str:
        return f"payment/{self.signed.authorization.id}"

    def body(self) -> Body:
        return {
            "authorization": self.signed.authorization.record(),
            "signature": b64(self.signed.signature),
            "order": self.order.record(),
            "mode": self.mode,
        }

    def postings(self) -> tuple[Posting, ...]:
        a = self.signed.authorization
        return (
            Posting(shopper_account(a.pseudonym), a.currency, a.amount_minor),
            Posting(SALES, a.currency, -a.amount_minor),
        )

    @classmethod
    def from_body(cls, body: Body) -> Payment:
        kinds: dict[str, type] = {"authorization": dict, "signature": str, "order": dict}
        fields = require_fields(body, kinds | {"mode": str})
        signed = SignedAuthorization(
            Authorization.from_record(fields["authorization"]),
            signature_from_text(fields["signature"]),
        )
        return cls(signed, Order.from_record(fields["order"]), cast("Mode", fields["mode"]))


@dataclass(frozen=True)
class Refund:
    """Money of a payment given back to the shopper's prepaid balance, signed by the desk."""

    kind: ClassVar[str] = "refund"
    id: str
    payment: str
    pseudonym: str
    amount_minor: int
    currency: str
    issued_at_ms: int
    desk: str
    mode: Mode
    signature: bytes = b""

    def __post_init__(self) -> None:
        require_pattern("refund id", self.id, _TOPUP_ID)
        require_pattern("payment id", self.payment, _HEX_32)
        require_pseudonym(self.pseudonym)
        require_integer("amount_minor", self.amount_minor, 1, MINOR_MAX)
        exponent(self.currency)
        require_integer("issued_at_ms", self.issued_at_ms, 0, canonical.INTEGER_MAX)
        require_pattern("desk", self.desk, _HEX_32)
        require_mode(self.mode)

    @property
    def entry_id(self) -> str:
        return f"refund/{self.payment}/{self.id}"

    def signed_record(self) -> Body:
        """What the desk signs."""
        return {
            "id": self.id,
            "payment": self.payment,
            "pseudonym": self.pseudonym,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "issued_at_ms": self.issued_at_ms,
            "desk": self.desk,
            "mode": self.mode,
        }

    def message(self) -> bytes:
        """The bytes that the desk signs."""
        return REFUND_CONTEXT + canonical.encode(self.signed_record())

    def body(self) -> Body:
        return {"refund": self.signed_record(), "signature": b64(self.signature)}

    def postings(self) -> tuple[Posting, ...]:
        return (
            Posting(SALES, self.currency, self.amount_minor),
            Posting(shopper_account(self.pseudonym), self.currency, -self.amount_minor),
        )

    @classmethod
    def from_body(cls, body: Body) -> Refund:
        fields = require_fields(body, {"refund": dict, "signature": str})
        kinds = _strings("id", "payment", "pseudonym", "currency", "desk", "mode")
        kinds |= {"amount_minor": int, "issued_at_ms": int}
        record = cast("dict[str, Any]", require_fields(fields["refund"], kinds))
        return cls(**record, signature=signature_from_text(fields["signature"]))


AnyContent: TypeAlias = Genesis | Station | Topup | Payment | Refund
_KINDS: Final[dict[str, type[AnyContent]]] = {
    "genesis": Genesis,
    "station": Station,
    "topup": Topup,
    "payment": Payment,
    "refund": Refund,
}


@dataclass(frozen=True)
class Entry:
    """One entry as it stands in the book."""

    index: int
    clock_ms: int
    recorded_ms: int
    content: AnyContent

    @property
    def kind(self) -> str:
        """genesis, station, topup, payment or refund."""
        return self.content.kind

    @property
    def id(self) -> str:
        """The entry's id, with its kind before the slash."""
        return self.content.entry_id

    @property
    def postings(self) -> tuple[Posting, ...]:
        """What it moves."""
        return self.content.postings()

    def leaf(self) -> bytes:
        """The one encoding of this entry."""
        return canonical.encode(
            {
                "format": FORMAT,
                "index": self.index,
                "kind": self.kind,
                "id": self.id,
                "clock_ms": self.clock_ms,
                "recorded_ms": self.recorded_ms,
                "body": self.content.body(),
                "postings": [
                    {"account": p.account, "currency": p.currency, "amount_minor": p.amount_minor}
                    for p in self.postings
                ],
            }
        )


def parse_leaf(leaf: bytes) -> Entry:
    """The entry whose `leaf()` is exactly these bytes.

    Raises:
        BadInputError: It is no leaf of this format; the sentence names the field.
    """
    kinds = _strings("kind", "id") | dict.fromkeys(
        ("format", "index", "clock_ms", "recorded_ms"), int
    )
    kinds |= {"body": dict, "postings": list}
    record = require_fields(canonical.decode_object(leaf), kinds)
    if record["format"] != FORMAT:
        raise bad_field("format")
    content = _KINDS.get(cast("str", record["kind"]))
    if content is None:
        raise bad_field("kind")
    index, clock_ms, recorded_ms = (
        cast("int", record[name]) for name in ("index", "clock_ms", "recorded_ms")
    )
    for name, value in (("index", index), ("clock_ms", clock_ms), ("recorded_ms", recorded_ms)):
        require_integer(name, value, 0, canonical.INTEGER_MAX)
    entry = Entry(index, clock_ms, recorded_ms, content.from_body(cast("Body", record["body"])))
    if entry.leaf() != leaf:
        raise bad_field("id or postings")
    return entry


def require_mode(mode: object) -> None:
    """One of live and demo."""
    if mode not in ("live", "demo"):
        raise bad_field("mode")


def _strings(*names: str) -> dict[str, type]:
    return dict.fromkeys(names, str)
