"""What a kiosk signs so that one cart may be paid once, by one shopper, within seconds.

It binds the cart's digest, amount, currency and pseudonym to the policy, the networks and the
liveness cues that led to it. No score and no biometric is in it. The signature is Ed25519
(RFC 8032) over a context line and the canonical encoding (`ledger.canonical`), so that no
signature made for one purpose can be passed off for another.

A station that pays for many at once signs them together: one signature over the RFC 6962 tree of
their messages, and with each its inclusion path. Each is still verified by itself, for ever, at
the price of a few hashes; one that was not in the batch cannot be added to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from ledger import canonical, keys, merkle
from ledger.fields import (
    HEX_32,
    HEX_64,
    SIGNATURE_BYTES,
    WORD,
    bad_field,
    bytes_from_text,
    require_currency,
    require_fields,
    require_integer,
    require_method,
    require_models,
    require_pattern,
    require_pseudonym,
    require_source,
    signature_from_text,
)
from ledger.lazy import lazy
from ledger.money import MINOR_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.keys import StationKey

AUTHORIZATION_CONTEXT: Final = b"facetill/authorization/v1\n"
HOLD_CONTEXT: Final = b"facetill/hold/v1\n"
BATCH_CONTEXT: Final = b"facetill/batch/v1\n"
BATCH_MAX: Final = 1 << 16
BATCHES_AT_ONCE: Final = 16  # whose nodes are kept, while their members come in


_KINDS: Final[dict[str, type]] = {
    **dict.fromkeys(("id", "kiosk", "pseudonym", "cart_digest", "currency", "policy"), str),
    **dict.fromkeys(("method", "source"), str),
    **dict.fromkeys(("amount_minor", "issued_at_ms", "expires_at_ms"), int),
    "models": dict,
    "cues": list,
}
_HOLD_KINDS: Final = _KINDS | {"hold_until_ms": int}


@dataclass(frozen=True)
class Authorization:
    """One permission to pay.

    Attributes:
        id: 32 hex digits, as `ids.fresh_id` makes them; the payment's id for ever.
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
        hold_until_ms: None for a payment; for a hold, when it ends by itself.
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
    hold_until_ms: int | None = None

    def __post_init__(self) -> None:
        require_pattern("id", self.id, HEX_32)
        require_pattern("kiosk", self.kiosk, HEX_32)
        require_pseudonym(self.pseudonym)
        require_pattern("cart_digest", self.cart_digest, HEX_64)
        require_pattern("policy", self.policy, HEX_64)
        require_currency(self.currency)
        require_integer("amount_minor", self.amount_minor, 1, MINOR_MAX)
        require_integer("issued_at_ms", self.issued_at_ms, 0, canonical.INTEGER_MAX)
        require_integer("expires_at_ms", self.expires_at_ms, 0, canonical.INTEGER_MAX)
        require_models(self.models)
        for cue in self.cues:
            require_pattern("cue", cue, WORD)
        require_method(self.method)
        require_source(self.source)
        if self.hold_until_ms is not None:
            require_integer("hold_until_ms", self.hold_until_ms, 0, canonical.INTEGER_MAX)

    def record(self) -> dict[str, canonical.Value]:
        """As the canonical encoding has it."""
        record: dict[str, canonical.Value] = {
            "id": self.id,
            "kiosk": self.kiosk,
            "pseudonym": self.pseudonym,
            "cart_digest": self.cart_digest,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "issued_at_ms": self.issued_at_ms,
            "expires_at_ms": self.expires_at_ms,
            "policy": self.policy,
            "models": cast("dict[str, canonical.Value]", self.models),
            "cues": list(self.cues),
            "method": self.method,
            "source": self.source,
        }
        if self.hold_until_ms is not None:
            record["hold_until_ms"] = self.hold_until_ms
        return record

    @lazy
    def encoded(self) -> bytes:
        """The canonical encoding of `record`."""
        return canonical.encode(self.record())

    def message(self) -> bytes:
        """The bytes that are signed; a hold's can never be a payment's."""
        context = AUTHORIZATION_CONTEXT if self.hold_until_ms is None else HOLD_CONTEXT
        return context + self.encoded

    @classmethod
    def from_record(cls, record: canonical.Value) -> Authorization:
        """Read what `record` wrote; anything else is a BadInputError."""
        holds = isinstance(record, dict) and "hold_until_ms" in record
        fields = require_fields(record, _HOLD_KINDS if holds else _KINDS)
        cues = tuple(cast("list[str]", fields["cues"]))
        return cls(**cast("dict[str, Any]", {**fields, "cues": cues}))


@dataclass(frozen=True)
class BatchPlace:
    """Where an authorisation stands among those that were signed together.

    Attributes:
        index: From 0.
        size: How many were signed, 1..65536.
        path: RFC 9162 inclusion path, 32 bytes each.
    """

    index: int
    size: int
    path: tuple[bytes, ...]

    def __post_init__(self) -> None:
        require_integer("batch size", self.size, 1, BATCH_MAX)
        require_integer("batch index", self.index, 0, self.size - 1)
        if not {*map(len, self.path)} <= {merkle.HASH_BYTES}:
            raise bad_field("batch path")

    def record(self) -> canonical.Value:
        """As the canonical encoding has it."""
        path = keys.b64(b"".join(self.path))
        return {"index": self.index, "size": self.size, "path": path}

    @classmethod
    def from_record(cls, record: canonical.Value) -> BatchPlace:
        """Read what `record` wrote; anything else is a BadInputError."""
        fields = require_fields(record, {"index": int, "size": int, "path": str})
        path = bytes_from_text("batch path", fields["path"])
        step = merkle.HASH_BYTES
        steps = [path[i : i + step] for i in range(0, len(path), step)]
        return cls(cast("int", fields["index"]), cast("int", fields["size"]), tuple(steps))


@dataclass(frozen=True)
class SignedAuthorization:
    """An authorisation and its kiosk's 64-byte signature; verified only by the ledger."""

    authorization: Authorization
    signature: bytes
    batch: BatchPlace | None = None

    def __post_init__(self) -> None:
        if len(self.signature) != SIGNATURE_BYTES:
            raise bad_field("signature")

    def record(self) -> dict[str, canonical.Value]:
        """To be encoded; the authorisation is so already."""
        record: dict[str, canonical.Value] = {
            "authorization": canonical.embed(self.authorization.encoded),
            "signature": keys.b64(self.signature),
        }
        if self.batch is not None:
            record["batch"] = self.batch.record()
        return record

    @classmethod
    def from_record(cls, record: dict[str, canonical.Value]) -> SignedAuthorization:
        """Read what `record` wrote; anything else is a BadInputError."""
        kinds: dict[str, type] = {"authorization": dict, "signature": str}
        if "batch" in record:
            kinds["batch"] = dict
        fields = require_fields(record, kinds)
        batch = BatchPlace.from_record(fields["batch"]) if "batch" in fields else None
        return cls(
            Authorization.from_record(fields["authorization"]),
            signature_from_text(fields["signature"]),
            batch,
        )

    def is_signed_by(self, public_bytes: bytes) -> bool:
        """Whether the key (32 bytes) signed exactly this."""
        message = self.authorization.message()
        if self.batch is None:
            return keys.verify(public_bytes, self.signature, message)
        place = self.batch

        def is_root(root: bytes) -> bool:
            signed = _batch_message(place.size, root)
            return keys.verify(public_bytes, self.signature, signed)

        tree = _batch_tree(public_bytes, self.signature, place.size)
        return tree.includes(place.index, merkle.leaf_hash(message), place.path, is_root)


# One signature for a whole batch is verified once while its members come in.
@lru_cache(maxsize=BATCHES_AT_ONCE)
def _batch_tree(_public_bytes: bytes, _signature: bytes, size: int) -> merkle.ProvenTree:
    return merkle.ProvenTree(size)


def _batch_message(size: int, root: bytes) -> bytes:
    return BATCH_CONTEXT + canonical.encode({"size": size, "root": root.hex()})


def sign(authorization: Authorization, key: StationKey) -> SignedAuthorization:
    """Sign with the kiosk's key, whose id the authorisation must name."""
    if authorization.kiosk != key.key_id:
        raise bad_field("kiosk")
    return SignedAuthorization(authorization, key.sign(authorization.message()))


def sign_batch(
    authorizations: Sequence[Authorization], key: StationKey
) -> list[SignedAuthorization]:
    """Sign 1..65536 authorisations with one signature of the kiosk's key, which all must name."""
    require_integer("batch size", len(authorizations), 1, BATCH_MAX)
    if any(authorization.kiosk != key.key_id for authorization in authorizations):
        raise bad_field("kiosk")
    size = len(authorizations)
    frontier = merkle.Frontier()
    completed = []
    for authorization in authorizations:
        completed.append(frontier.completed(merkle.leaf_hash(authorization.message())))
        frontier.append(completed[-1])
    signature = key.sign(_batch_message(size, frontier.root()))

    def subtree(level: int, number: int) -> bytes:
        return completed[merkle.keeper(level, number)][level]

    paths = merkle.inclusion_proofs(0, size, size, subtree)
    return [
        SignedAuthorization(authorizations[index], signature, BatchPlace(index, size, path))
        for index, path in enumerate(paths)
    ]
