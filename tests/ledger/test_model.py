"""The book against a dictionary: whatever is asked in whatever order, both say the same."""

from __future__ import annotations

import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

sys.path.insert(0, str(Path(__file__).parent))
import rush

from ledger import errors
from ledger.authorization import Authorization, sign
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.orders import Order, OrderLine

SHOPPERS = st.sampled_from(["s-ann", "s-bob"])
AGES_MS = st.sampled_from([0, 0, 0, 1, 30_000, 30_001])


class BookAgainstModel(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = create_home(Path(self.folder.name) / "home", "live")
        self.book = Ledger.create(self.home, 0)
        self.kiosk = station_key(self.home, "kiosk")
        self.desk = station_key(self.home, "desk")
        self.now_ms = 1_000_000
        self.balances = {"s-ann": 0, "s-bob": 0}
        self.topups = {}
        self.payments = []
        self.batches = []
        self.paid = {}
        self.refunds = {}
        self.size = 3
        for shopper in self.balances:  # or little of what is asked would be taken
            self.topup(shopper, 2_000, shopper)

    def teardown(self):
        assert self.book.check() == []
        self.book.close()
        self.folder.cleanup()

    @rule(shopper=SHOPPERS, amount=st.integers(1, 3_000), number=st.integers(0, 3))
    def topup(self, shopper, amount, number):
        fresh = number not in self.topups
        known = self.topups.setdefault(number, (shopper, amount))
        try:
            self.book.at(self.desk, self.now_ms).topup(shopper, amount, f"t{number}")
        except errors.AlreadyUsedWithOtherContent:
            assert known != (shopper, amount)
            return
        assert known == (shopper, amount)
        if fresh:
            self.balances[shopper] += amount
            self.size += 1

    @rule(shopper=SHOPPERS, price=st.integers(1, 700), age_ms=AGES_MS)
    def pay(self, shopper, price, age_ms):
        order = Order((OrderLine("X", "Thing", 1, price),), "EUR")
        signed = sign(
            Authorization(
                uuid.uuid4().hex,
                self.kiosk.key_id,
                shopper,
                order.digest(),
                price,
                "EUR",
                self.now_ms,
                self.now_ms + 30_000,
                "0" * 64,
                {},
                (),
                "pin",
                "live",
            ),
            self.kiosk,
        )
        try:
            receipt = self.book.post(signed, order, self.now_ms + age_ms)
        except errors.Expired:
            assert age_ms > 30_000
        except errors.InsufficientFunds:
            assert self.balances[shopper] < price
        else:
            assert age_ms <= 30_000
            assert self.balances[shopper] >= price
            self.balances[shopper] -= price
            self.size += 1
            self.payments.append((signed, order, receipt))
            self.paid[receipt.id] = shopper, price

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def pay_again(self, data):
        signed, order, receipt = data.draw(st.sampled_from(self.payments))
        assert self.book.post(signed, order, self.now_ms) == receipt

    @rule(
        buys=st.lists(st.tuples(SHOPPERS, st.integers(1, 500)), min_size=1, max_size=3),
        age_ms=AGES_MS,
    )
    def pay_in_a_batch(self, buys, age_ms):
        items = [(who, Order((OrderLine("X", "Thing", 1, price),), "EUR")) for who, price in buys]
        batch = rush.signed(self.kiosk, items, self.now_ms, mode="live")
        spent = Counter()
        for shopper, price in buys:
            spent[shopper] += price
        suffices = all(self.balances[shopper] >= minor for shopper, minor in spent.items())
        try:
            receipts = [*self.book.post_batch(*batch, self.now_ms + age_ms)]
        except errors.Expired:
            assert age_ms > 30_000
        except errors.InsufficientFunds:
            assert not suffices
        else:
            assert age_ms <= 30_000
            assert suffices
            assert [receipt.id for receipt in receipts] == rush.ids(batch[0])
            assert [(r.pseudonym, r.amount_minor) for r in receipts] == buys
            for shopper, minor in spent.items():
                self.balances[shopper] -= minor
            self.size += 1
            self.batches.append((batch, receipts))
            self.paid |= zip(rush.ids(batch[0]), buys, strict=True)

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def pay_a_batch_again(self, data):
        batch, receipts = data.draw(st.sampled_from(self.batches))
        assert [*self.book.post_batch(*batch, self.now_ms)] == receipts
        assert [self.book.receipt(receipt.id) for receipt in receipts] == receipts

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), amount=st.integers(1, 500), number=st.integers(0, 2))
    def refund(self, data, amount, number):
        sale_id = data.draw(st.sampled_from([*self.paid]))
        shopper, price = self.paid[sale_id]
        known = self.refunds.setdefault(sale_id, {})
        try:
            self.book.at(self.desk, self.now_ms).refund(sale_id, amount, f"r{number}")
        except errors.AlreadyUsedWithOtherContent:
            assert known[number] != amount
        except errors.RefundTooHigh:
            assert number not in known
            assert sum(known.values()) + amount > price
        else:
            if number not in known:
                known[number] = amount
                self.balances[shopper] += amount
                self.size += 1
            assert known[number] == amount
            assert sum(known.values()) <= price

    @rule(jump_ms=st.sampled_from([1, 60_000, -500_000, 315_576_000_000]))
    def the_clock_jumps(self, jump_ms):
        self.now_ms = max(0, self.now_ms + jump_ms)

    @rule()
    def restart(self):
        self.book.close()
        self.book = Ledger.open(self.home)

    @invariant()
    def both_say_the_same(self):
        assert {s: self.book.balance(s) for s in self.balances} == self.balances
        assert len(self.book) == self.size
        assert sum(minor for *_, minor in self.book.balances()) == 0


BookAgainstModel.TestCase.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None
)
TestBook = BookAgainstModel.TestCase
