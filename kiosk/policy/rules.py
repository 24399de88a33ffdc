"""The rules themselves: every field typed, with the range that is allowed and a safe default."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Final, Literal

from kiosk.liveness.rules import LivenessRules
from kiosk.ranges import Range
from ledger.canonical import encode
from ledger.money import MINOR_MAX, exponent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.canonical import Value

VERSION: Final = 1
Factor = Literal["face", "digits", "pin"]
Amounts = dict[str, int]
"""Currency (ISO 4217) to minor units of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is needed for payments up to an amount.

    Attributes:
        up_to_minor: the most that this step pays, in minor units.
        needs: what must be shown: the face, and what besides it.
        movements: movements to be made before the camera, at least; 0 leaves it to `liveness`.
        cues: what must have been seen of the face, such as "passive".
    """

    up_to_minor: int
    needs: tuple[Factor, ...] = ("face",)
    movements: int = 0
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identification:
    """Who a face is.

    Attributes:
        false_positive_rate: how often a stranger before the camera may be taken for any of the
            shoppers, wanted; the threshold follows from it and from how many are searched.
        margin: least lead over the second shopper; below it the last digits are asked.
        face_alone_shoppers_max: above so many shoppers the last digits of a phone are always asked.
        digits_shoppers_max: above so many a face is not taken at all.
        second_factor_tries: wrong digits that one look at the camera is good for.
    """

    false_positive_rate: Annotated[float, Range(1e-7, 1e-2)] = 1e-4
    margin: Annotated[float, Range(0.0, 0.5)] = 0.05
    face_alone_shoppers_max: Annotated[int, Range(0, 100_000)] = 1_000
    digits_shoppers_max: Annotated[int, Range(0, 10_000_000)] = 1_000_000
    second_factor_tries: Annotated[int, Range(1, 10)] = 3


@dataclass(frozen=True, slots=True)
class Lock:
    """When failures lock, and for how long.

    Attributes:
        failures_max: failures one after another that lock.
        lock_ms: how long the first lock lasts, milliseconds; each further failure doubles it.
        lock_ms_max: how long a lock lasts at most, milliseconds.
    """

    failures_max: Annotated[int, Range(1, 20)] = 5
    lock_ms: Annotated[int, Range(1_000, 86_400_000)] = 60_000
    lock_ms_max: Annotated[int, Range(1_000, 604_800_000)] = 86_400_000


@dataclass(frozen=True, slots=True)
class Lockout:
    """Locks; they outlive a restart.

    Attributes:
        shopper: wrong PINs of one shopper, at whichever till.
        kiosk: failed face checks at one till, and failed PINs there; a till is locked for the one
            or the other way only, and soon free again for the shoppers after.
    """

    shopper: Lock = field(default_factory=Lock)
    kiosk: Lock = field(default_factory=lambda: Lock(lock_ms_max=300_000))


@dataclass(frozen=True, slots=True)
class PerDay:
    """What one shopper may pay within 24 hours, by whichever way.

    Attributes:
        payments_max: how often.
        up_to_minor: how much, by currency.
    """

    payments_max: Annotated[int, Range(1, 1_000)] = 20
    up_to_minor: Amounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PinAlone:
    """Paying by phone number and PIN, without a face.

    Attributes:
        up_to_minor: how much at once, by currency; nothing turns it off.
    """

    up_to_minor: Amounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WithoutPassive:
    """What becomes of the steps where passive anti-spoofing is not installed.

    Attributes:
        percent: each step of a face pays only so much of its amount; 0 takes no face at all.
    """

    percent: Annotated[int, Range(0, 100)] = 50


# Whole units of currencies that are worth a tenth of a euro or less would be no amount at all.
_UNITS: Final = {"KRW": 1_000, "JPY": 150, "CNY": 8, "VND": 20_000, "IDR": 15_000, "INR": 80}


def _units(amount: int, currency: str) -> int:
    """A round amount in minor units, worth about so many euros where the table knows."""
    return amount * _UNITS.get(currency, 1) * int(10 ** exponent(currency))


def default_steps(currency: str) -> tuple[Step, ...]:
    """The steps of a currency that the file does not name."""
    return (
        Step(_units(50, currency)),
        Step(_units(150, currency), ("face", "digits")),
        Step(_units(500, currency), ("face", "pin")),
    )


def _cap(caps: Mapping[str, int], currency: str, default: int) -> int:
    return min(caps.get(currency, _units(default, currency)), MINOR_MAX)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one till.

    Attributes:
        version: of this record's form.
        authorization_ms: how long a signed authorisation lives, milliseconds.
        amounts: by currency, what is needed up to which amount; more than the last is refused.
        pin_alone: paying without a face.
        per_day: what one shopper may pay within 24 hours.
        identification: who a face is.
        without_passive: what becomes of it where passive anti-spoofing is not installed.
        lockout: what failures lead to.
        liveness: what a face must show before it is searched for at all.
    """

    version: Annotated[int, Range(VERSION, VERSION)] = VERSION
    authorization_ms: Annotated[int, Range(5_000, 120_000)] = 30_000
    amounts: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    pin_alone: PinAlone = field(default_factory=PinAlone)
    per_day: PerDay = field(default_factory=PerDay)
    identification: Identification = field(default_factory=Identification)
    without_passive: WithoutPassive = field(default_factory=WithoutPassive)
    lockout: Lockout = field(default_factory=Lockout)
    liveness: LivenessRules = field(default_factory=LivenessRules)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole policy's canonical form, in hexadecimal."""
        return hashlib.sha256(encode(canonical(asdict(self)))).hexdigest()

    def resolved(self, currency: str) -> Policy:
        """The same rules with the defaults of a currency written out, as they are in force."""
        caps = {currency: self.pin_alone_minor_max(currency), **self.pin_alone.up_to_minor}
        days = {currency: self.per_day_minor_max(currency), **self.per_day.up_to_minor}
        return replace(
            self,
            amounts={currency: self.steps(currency), **self.amounts},
            pin_alone=replace(self.pin_alone, up_to_minor=caps),
            per_day=replace(self.per_day, up_to_minor=days),
        )

    def steps(self, currency: str) -> tuple[Step, ...]:
        """What is needed up to which amount, in rising order."""
        return self.amounts.get(currency) or default_steps(currency)

    def pin_alone_minor_max(self, currency: str) -> int:
        """What a phone number and a PIN pay at most, in minor units; 0 where they pay nothing."""
        return _cap(self.pin_alone.up_to_minor, currency, 150)

    def per_day_minor_max(self, currency: str) -> int:
        """What one shopper pays within 24 hours at most, in minor units."""
        return _cap(self.per_day.up_to_minor, currency, 1_000)


def canonical(value: object) -> Value:
    """A policy's values as the canonical encoding takes them: numbers with a point as text."""
    if isinstance(value, dict):
        return {str(name): canonical(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(inner) for inner in value]
    return value if type(value) is int else str(value)
