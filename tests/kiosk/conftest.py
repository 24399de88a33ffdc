"""Shoppers in memory, and what lets them pay: the vault's and the book's ports, for unit tests."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

import pytest

from enroll.errors import UnknownShopperError
from enroll.shopper import Limits
from kiosk.clearance import Clearance
from kiosk.policy import Policy


class MemoryAttempts:
    """As the vault counts them, without its file."""

    def __init__(self):
        self.failures, self.until_ms = {}, {}

    def locked_until_ms(self, subject, now_ms):
        until_ms = self.until_ms.get(subject, 0)
        return until_ms if until_ms > now_ms else 0

    def failed(self, subject, now_ms, *, failures_max, lock_ms, lock_ms_max):
        count = self.failures[subject] = self.failures.get(subject, 0) + 1
        if count >= failures_max:
            lasts_ms = min(lock_ms << (count - failures_max), lock_ms_max)
            self.until_ms[subject] = now_ms + lasts_ms
        return self.locked_until_ms(subject, now_ms)

    def succeeded(self, subject):
        self.failures.pop(subject, None)
        self.until_ms.pop(subject, None)


@dataclass
class MemoryPeople:
    """Shoppers: pseudonym to phone number, PIN and limits."""

    phones: dict = field(default_factory=dict)
    pins: dict = field(default_factory=dict)
    own: dict = field(default_factory=dict)
    attempts: MemoryAttempts = field(default_factory=MemoryAttempts)
    compared: list = field(default_factory=list)

    def pseudonym_of(self, ref):
        for pseudonym, phone in self.phones.items():
            if ref == phone:
                return pseudonym
        raise UnknownShopperError("Nobody.", hint="Look again.")

    def has_pin(self, pseudonym):
        return pseudonym in self.pins

    def verify_pin(self, pseudonym, pin):
        self.compared.append(pseudonym)
        return hmac.compare_digest(self.pins.get(pseudonym, "none"), pin)

    def limits(self, pseudonym):
        return self.own.get(pseudonym, Limits())


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, now=1_000_000):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def people():
    return MemoryPeople()


@pytest.fixture
def clearance_of(people, clock):
    def make(policy=None, *, passive=False, shoppers=1, sales=None, now_ms=None):
        return Clearance(
            (policy or Policy()).resolved("EUR"),
            people,
            sales or (lambda _pseudonym, _since_ms: {}),
            lambda: passive,
            lambda: shoppers,
            now_ms or clock,
        )

    return make
