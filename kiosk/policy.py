"""What a face must show before it pays, and how much it may pay, as data.

The digest of the policy in force is in every authorisation, so that an auditor can tell by which
rules a payment was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field

from ledger.canonical import encode

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


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one till; times in milliseconds.

    Attributes:
        version: of this record's form.
        challenges: movements asked for where passive anti-spoofing is installed.
        challenges_without_passive: the same where it is not.
        challenge_ms: for one movement, from the moment it is asked.
        session_ms: for the whole face check.
        obstacle_ms: how long something may be in the way (no face, two, dark) before it is refused.
        gap_ms: how long the face or the picture may be away once the check has begun.
        wrong_actions_max: movements other than the asked one that are forgiven.
        failures_max: failed face checks one after another before the till locks.
        lock_ms: how long it stays locked.
        authorization_ms: how long a signed authorisation lives.
        without_passive_minor_max: by currency, the most a face pays without passive evidence.
    """

    version: int = 1
    challenges: int = 2
    challenges_without_passive: int = 3
    challenge_ms: int = 8_000
    session_ms: int = 45_000
    obstacle_ms: int = 6_000
    gap_ms: int = 1_500
    wrong_actions_max: int = 1
    failures_max: int = 5
    lock_ms: int = 60_000
    authorization_ms: int = 30_000
    without_passive_minor_max: dict[str, int] = field(
        default_factory=lambda: dict(WITHOUT_PASSIVE_MINOR_MAX)
    )

    @property
    def digest(self) -> str:
        """SHA-256 of the policy's canonical form, in hexadecimal."""
        return hashlib.sha256(encode(asdict(self))).hexdigest()

    def challenges_for(self, *, passive: bool) -> int:
        """How many movements are asked for."""
        return self.challenges if passive else self.challenges_without_passive

    def allows(self, amount_minor: int, currency: str, *, passive: bool) -> bool:
        """Whether a face alone may pay that much here."""
        most = self.without_passive_minor_max.get(currency, OTHER_CURRENCY_MINOR_MAX)
        return passive or amount_minor <= most
