"""What a face must show before it pays, and how much it may pay, as data.

The digest of the policy in force is in every authorisation, so that an auditor can tell by which
rules a payment was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from kiosk.liveness.rules import LivenessRules
from ledger.canonical import encode

if TYPE_CHECKING:
    from ledger.canonical import Value

# What a face may pay at most where passive anti-spoofing is not installed, in minor units.
WITHOUT_PASSIVE_MINOR_MAX = {
    "EUR": 10_000,
    "USD": 10_000,
    "GBP": 10_000,
    "CHF": 10_000,
    "CNY": 80_000,
    "JPY": 15_000,
    "KRW": 150_000,
}
OTHER_CURRENCY_MINOR_MAX = 10_000


def _encodable(value: object) -> Value:
    """The same value with fractions as text, because the canonical encoding has none."""
    if isinstance(value, dict):
        return {str(key): _encodable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(one) for one in value]
    return value if type(value) is int else str(value)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one till; times in milliseconds.

    Attributes:
        version: of this record's form.
        liveness: what a face must show before it pays.
        failures_max: failed face checks one after another before the till locks.
        lock_ms: how long it stays locked.
        authorization_ms: how long a signed authorisation lives.
        without_passive_minor_max: by currency, the most a face pays without passive evidence.
    """

    version: int = 1
    liveness: LivenessRules = field(default_factory=LivenessRules)
    failures_max: int = 5
    lock_ms: int = 60_000
    authorization_ms: int = 30_000
    without_passive_minor_max: dict[str, int] = field(
        default_factory=lambda: dict(WITHOUT_PASSIVE_MINOR_MAX)
    )

    @property
    def digest(self) -> str:
        """SHA-256 of the policy's canonical form, in hexadecimal."""
        return hashlib.sha256(encode(_encodable(asdict(self)))).hexdigest()

    def allows(self, amount_minor: int, currency: str, *, passive: bool) -> bool:
        """Whether a face alone may pay that much here."""
        most = self.without_passive_minor_max.get(currency, OTHER_CURRENCY_MINOR_MAX)
        return passive or amount_minor <= most
