"""What a kiosk signs so that one cart may be paid once, by one shopper, within seconds.

It binds the cart's digest, amount, currency and pseudonym to the policy, the networks and the
liveness cues that led to it. No score and no biometric is in it. The signature is Ed25519
(RFC 8032) over a context line and the canonical encoding (`ledger.canonical`), so that no
signature made for one purpose can be passed off for another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from ledger import canonical
from ledger.errors import BadInputError
from ledger.money import MINOR_MAX, exponent

if TYPE_CHECKING:
    from ledger.keys import StationKey

AUTHORIZATION_CONTEXT: Final = b"facetill/authorization/v1\n"
ORDER_CONTEXT: Final = b"facetill/order/v1\n"
LINES_MAX: Final = 500
QUANTITY_MAX: Final = 9_999
TEXT_CHARS_MAX: Final = 200
SIGNATURE_BYTES: Final = 64

_ID: Final = re.compile(r"[0-9a-f]{32}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PSEUDONYM: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
_WORD: Final = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True)
class OrderLine:
    """One line of an order.

    Attributes:
        sku: The shop's code of the article, 1..200 printable characters.
        name: As printed on the receipt, 1..200 printable characters.
        quantity: Pieces, 1..9999.
        unit_minor: Price of one piece in minor units, 0 or more.
    """

    sku: str
    name: str
    quantity: int
    unit_minor: int

    def __post_init__(self) -> None:
        require_text("sku", self.sku)
        require_text("name", self.name)
        require_integer("quantity", self.quantity, 1, QUANTITY_MAX)
        require_integer("unit_minor", self.unit_minor, 0, MINOR_MAX)

    @property
    def total_minor(self) -> int:
        """Price of the line in minor units."""
        return self.quantity * self.unit_minor

    def record(self) -> canonical.Value:
        """As the canonical encoding has it."""
        return {
            "sku": self.sku,
            "name": self.name,
            "quantity": self.quantity,
            "unit_minor": self.unit_minor,
        }


@dataclass(frozen=True)
class Order:
    """What is bought: 1..500 lines in one ISO 4217 currency, worth at least one minor unit."""

    lines: tuple[OrderLine, ...]
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        require_integer("number of order lines", len(self.lines), 1, LINES_MAX)
        require_integer("order total", self.total_minor, 1, MINOR_MAX)

    @property
    def total_minor(self) -> int:
        """Sum of all lines in minor units."""
        return sum(line.total_minor for line in self.lines)

    def record(self) -> dict[str, canonical.Value]:
        """As the canonical encoding has it."""
        return {"currency": self.currency, "lines": [line.record() for line in self.lines]}

    def digest(self) -> str:
        """64 hex digits: SHA-256 of the context line and the canonical encoding."""
        return hashlib.sha256(ORDER_CONTEXT + canonical.encode(self.record())).hexdigest()

    @classmethod
    def from_record(cls, record: canonical.Value) -> Order:
        """Read what `record` wrote; anything else is a BadInputError."""
        fields = require_fields(record, {"currency": str, "lines": list})
        lines = tuple(_line(x) for x in cast("list[canonical.Value]", fields["lines"]))
        return cls(lines, cast("str", fields["currency"]))


def _line(record: canonical.Value) -> OrderLine:
    kinds: dict[str, type] = {"sku": str, "name": str, "quantity": int, "unit_minor": int}
    return OrderLine(**cast("dict[str, Any]", require_fields(record, kinds)))


@dataclass(frozen=True)
class Authorization:
    """One permission to pay.

    Attributes:
        id: A fresh uuid4 as 32 hex digits; the payment's id for ever.
        kiosk: Key id of the signing kiosk.
        pseudonym: The shopper who pays.
        cart_digest: `Order.digest()`.
        amount_minor: 1 or more minor units.
        currency: ISO 4217 code.
        issued_at_ms, expires_at_ms: Unix time in milliseconds, by the kiosk's clock.
        policy: SHA-256 of the pay policy used, 64 hex digits.
        models: Role -> id of each network that took part.
        cues: Liveness cues that were seen, such as "blink".
        method: "face" or "pin".
        source: "live" for a camera, "file" for anything recorded.
    """

    id: str
    kiosk: str
    pseudonym: str
    cart_digest: str
    amount_minor: int
    currency: str
    issued_at_ms: int
    expires_at_ms: int
    policy: str
    models: dict[str, str]
    cues: tuple[str, ...]
    method: Literal["face", "pin"]
    source: Literal["live", "file"]

    def __post_init__(self) -> None:
        for name, value, pattern in (
            ("id", self.id, _ID),
            ("kiosk", self.kiosk, _ID),
            ("pseudonym", self.pseudonym, _PSEUDONYM),
            ("cart_digest", self.cart_digest, _DIGEST),
            ("policy", self.policy, _DIGEST),
        ):
            require_pattern(name, value, pattern)
        exponent(self.currency)
        require_integer("amount_minor", self.amount_minor, 1, MINOR_MAX)
        require_integer("issued_at_ms", self.issued_at_ms, 0, canonical.INTEGER_MAX)
        require_integer("expires_at_ms", self.expires_at_ms, 0, canonical.INTEGER_MAX)
        for role, model in self.models.items():
            require_pattern("model role", role, _WORD)
            require_text("model id", model)
        for cue in self.cues:
            require_pattern("cue", cue, _WORD)
        if self.method not in ("face", "pin"):
            raise bad_field("method")
        if self.source not in ("live", "file"):
            raise bad_field("source")

    def record(self) -> dict[str, canonical.Value]:
        """As the canonical encoding has it."""
        return {
            "id": self.id,
            "kiosk": self.kiosk,
            "pseudonym": self.pseudonym,
            "cart_digest": self.cart_digest,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "issued_at_ms": self.issued_at_ms,
            "expires_at_ms": self.expires_at_ms,
            "policy": self.policy,
            "models": dict(self.models),
            "cues": list(self.cues),
            "method": self.method,
            "source": self.source,
        }

    def message(self) -> bytes:
        """The bytes that are signed."""
        return AUTHORIZATION_CONTEXT + canonical.encode(self.record())

    @classmethod
    def from_record(cls, record: canonical.Value) -> Authorization:
        """Read what `record` wrote; anything else is a BadInputError."""
        kinds: dict[str, type] = dict.fromkeys(
            ("id", "kiosk", "pseudonym", "cart_digest", "currency", "policy", "method", "source"),
            str,
        )
        kinds |= dict.fromkeys(("amount_minor", "issued_at_ms", "expires_at_ms"), int)
        fields = require_fields(record, kinds | {"models": dict, "cues": list})
        cues = tuple(cast("list[str]", fields["cues"]))
        return cls(**cast("dict[str, Any]", {**fields, "cues": cues}))


@dataclass(frozen=True)
class SignedAuthorization:
    """An authorisation and its kiosk's 64-byte signature; verified only by the ledger."""

    authorization: Authorization
    signature: bytes

    def __post_init__(self) -> None:
        if len(self.signature) != SIGNATURE_BYTES:
            raise bad_field("signature")


def sign(authorization: Authorization, key: StationKey) -> SignedAuthorization:
    """Sign with the kiosk's key, whose id the authorisation must name."""
    if authorization.kiosk != key.key_id:
        raise bad_field("kiosk")
    return SignedAuthorization(authorization, key.sign(authorization.message()))


# --- reading fields that others wrote ---------------------------------------------------------


def bad_field(name: str) -> BadInputError:
    """An error naming a field and nothing of its content."""
    return BadInputError(
        f"The field {name} is outside of what the format allows.",
        hint="Nothing was written; the format is described in ledger/authorization.py.",
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


def require_fields(record: canonical.Value, kinds: dict[str, type]) -> dict[str, canonical.Value]:
    """An object with exactly these fields, of exactly these types."""
    if not isinstance(record, dict) or record.keys() != kinds.keys():
        raise bad_field("record")
    for name, kind in kinds.items():
        if type(record[name]) is not kind:
            raise bad_field(name)
    return record


def signature_from_text(text: canonical.Value) -> bytes:
    """64 bytes from canonical base64."""
    try:
        data = base64.b64decode(cast("str", text), validate=True)
    except (ValueError, TypeError, binascii.Error) as e:
        raise bad_field("signature") from e
    if len(data) != SIGNATURE_BYTES or base64.b64encode(data).decode() != text:
        raise bad_field("signature")
    return data
