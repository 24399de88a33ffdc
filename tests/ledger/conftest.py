"""A small shop for the ledger's tests: its home, its keys, its clock, its shopper."""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import rush
import threaded_parts

from ledger import cli
from ledger.authorization import Authorization, sign
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.orders import Order, OrderLine

NOW_MS = 1_800_000_000_000
SHOPPER = "s-abcdefghijklmnop"


small, started = threaded_parts.small, threaded_parts.started


@dataclass
class Shop:
    home: object
    book: Ledger
    now_ms: int = NOW_MS
    shopper: str = SHOPPER

    @property
    def kiosk(self):
        return station_key(self.home, "kiosk")

    @property
    def desk(self):
        return station_key(self.home, "desk")

    def order(self, *lines, currency="EUR"):
        lines = lines or (("A1", "Apple", 3, 50), ("B1", "Brot, dunkel", 1, 250))
        return Order(tuple(OrderLine(*line) for line in lines), currency)

    def authorize(self, order=None, *, key=None, **changes):
        order = order or self.order()
        key = key or self.kiosk
        fields = {
            "id": uuid.uuid4().hex,
            "kiosk": key.key_id,
            "pseudonym": self.shopper,
            "cart_digest": order.digest(),
            "amount_minor": order.total_minor,
            "currency": order.currency,
            "issued_at_ms": self.now_ms,
            "expires_at_ms": self.now_ms + 30_000,
            "policy": "0" * 64,
            "models": {"recogniser": "sface-0123456789abcdef"},
            "cues": ("blink", "turn_left"),
            "method": "face",
            "source": "live",
        }
        return sign(Authorization(**(fields | changes)), key)

    def pay(self, order=None, **changes):
        order = order or self.order()
        return self.book.post(self.authorize(order, **changes), order, self.now_ms)

    def topup(self, amount_minor=10_000, topup_id=None, shopper=None):
        return self.at_desk().topup(
            shopper or self.shopper, amount_minor, topup_id or uuid.uuid4().hex
        )

    def at_desk(self, key=None):
        return self.book.at(key or self.desk, self.now_ms)

    def instruct(self, kind, **changed):
        """An instruction that the desk signed and nobody judged yet."""
        fields = {"id": "x-1", "issued_at_ms": 1, "desk": self.desk.key_id, "mode": "demo"}
        unsigned = kind(**{**fields, **changed})
        return replace(unsigned, signature=self.desk.sign(unsigned.message()))

    def batch(self, *buys, key=None, **changes):
        """A batch of (shopper, order), as the kiosk hands it over."""
        fields = {"mode": self.home.mode, "now_ms": self.now_ms}
        return rush.signed(key or self.kiosk, buys, **(fields | changes))

    def pay_batch(self, *buys):
        return self.book.post_batch(*self.batch(*buys), self.now_ms)

    def ask(self, *words):
        """What the command line answers: status, what `--json` prints, and text."""
        common = argparse.ArgumentParser(add_help=False)
        common.add_argument("--home", type=Path, default=self.home.path)
        common.add_argument("--json", action="store_true")
        parser = argparse.ArgumentParser()
        cli.register(parser.add_subparsers(), common)
        args = parser.parse_args([str(word) for word in words])
        status, record, text = args.run(args)
        return status, json.loads(json.dumps(record)), text

    def hold(self, order=None, until_ms=None, **changes):
        order = order or self.order()
        until_ms = self.now_ms + 600_000 if until_ms is None else until_ms
        signed = self.authorize(order, hold_until_ms=until_ms, **changes)
        self.book.hold(signed, order, self.now_ms)
        return signed.authorization.id


@pytest.fixture
def make_shop(tmp_path):
    made = []

    def make(mode="demo", currency="EUR", name="home"):
        home = create_home(tmp_path / name, mode, currency)
        made.append(Shop(home, Ledger.create(home, NOW_MS)))
        return made[-1]

    yield make
    for shop in made:
        shop.book.close()


@pytest.fixture
def shop(make_shop):
    return make_shop()


@pytest.fixture
def stocked(shop):
    """Topped up, with three payments: entries 0 to 7."""
    shop.topup()
    shop.topup(500, shopper="s-other")
    for _ in range(3):
        shop.now_ms += 1_000
        shop.pay()
    return shop
