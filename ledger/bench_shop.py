"""The shop that is measured: a throw-away home, its funded shoppers, and what its kiosks sign."""

from __future__ import annotations

import gc
import os
import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from ledger.authorization import Authorization, sign, sign_batch
from ledger.batches import payment_id
from ledger.batching import Batching
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.ids import fresh_id
from ledger.orders import Order, OrderLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ledger.authorization import SignedAuthorization
    from ledger.batches import Batch
    from ledger.home import Home

NOW_MS: Final = 1_800_000_000_000
COMMIT: Final = 1_000
SIGNED_TOGETHER: Final = 64
SHOPPERS: Final = 500
PAYMENTS_A_MS: Final = 17
KNOWN_EVERY: Final = 31  # of how many payments one is proven later

T = TypeVar("T")
Item = tuple["SignedAuthorization", Order]
Asked = tuple["Batch", list[tuple[bytes, bytes]]]


class Shop:
    """A throw-away home with funded shoppers, in `folder`."""

    def __init__(self, folder: Path, name: str, database: str | None = None) -> None:
        self.home = create_home(folder / name, "demo", database=database)
        self.book = Ledger.create(self.home, NOW_MS)
        self._stand(name)
        desk = self.book.at(station_key(self.home, "desk"), NOW_MS)
        for number in range(SHOPPERS):
            desk.topup(f"s-{number:04d}", 10**12, f"t-{number}")

    @classmethod
    def reopened(cls, home: Home) -> Shop:
        """Another till in the same home, as a process of its own sees it."""
        shop = cls.__new__(cls)
        shop.home = home
        shop.book = Ledger.open(home)
        shop._stand(os.urandom(8).hex())  # noqa: SLF001 - its own class
        return shop

    def _stand(self, seed: str) -> None:
        self.kiosk = station_key(self.home, "kiosk")
        self.paid: list[str] = []
        self.batches_posted: list[tuple[str, int]] = []  # id, payments
        self._rng = random.Random(seed)  # noqa: S311 - which shopper pays is no secret
        self._made = 0
        line = OrderLine("coffee", "Coffee", 2, 250)
        self._order = Order((line, OrderLine("cake", "Cake", 1, 390)), "EUR")

    def authorization(self) -> Authorization:
        """A payment of a random shopper, unsigned."""
        return Authorization(
            id=fresh_id(self._now_ms(), self._rng.getrandbits(74)),
            kiosk=self.kiosk.key_id,
            pseudonym=f"s-{self._rng.randrange(SHOPPERS):04d}",
            cart_digest=self._order.digest(),
            amount_minor=self._order.total_minor,
            currency="EUR",
            issued_at_ms=NOW_MS,
            expires_at_ms=NOW_MS + 60_000,
            policy="0" * 64,
            models={"recogniser": "sface-0123456789abcdef"},
            cues=("blink", "turn_left"),
            method="face",
            source="live",
        )

    def _now_ms(self) -> int:
        """A clock that goes on by a millisecond each few payments, as on a busy day."""
        self._made += 1
        return NOW_MS + self._made // PAYMENTS_A_MS

    def items(self, count: int) -> list[Item]:
        """Payments signed together, `SIGNED_TOGETHER` with a signature."""
        signed: list[SignedAuthorization] = []
        while len(signed) < count:
            some = min(SIGNED_TOGETHER, count - len(signed))
            signed += sign_batch([self.authorization() for _ in range(some)], self.kiosk)
        return [(one, self._order) for one in signed]

    def single_items(self, count: int) -> list[Item]:
        """Payments signed one by one, as a till does."""
        return [(sign(self.authorization(), self.kiosk), self._order) for _ in range(count)]

    def post(self, items: list[Item]) -> float:
        """Post all in commits of COMMIT; gives the seconds."""
        seconds = _timed(self.book.post_many, items, COMMIT)
        self.paid += [signed.authorization.id for signed, _ in items[::KNOWN_EVERY]]
        return seconds

    def batches(self, count: int, size: int, *, own_orders: bool = False) -> list[Asked]:
        """So many batches of a size, whose payments are all for the same order, or each its own."""
        return [self._batch(size, own_orders=own_orders) for _ in range(count)]

    def _batch(self, size: int, *, own_orders: bool) -> Asked:
        policy, models = "0" * 64, {"recogniser": "sface-0123456789abcdef"}
        made = Batching(self.kiosk, "demo", NOW_MS, policy=policy, models=models, source="live")
        for _ in range(size):
            order = self._own_order() if own_orders else self._order
            shopper = f"s-{self._rng.randrange(SHOPPERS):04d}"
            made.add(shopper, order, "face", ("blink", "turn_left"))
        return made.signed(NOW_MS + 60_000)

    def _own_order(self) -> Order:
        self._made += 1
        line = OrderLine("cake", "Cake", 1, 390 + self._made)
        return Order((OrderLine("coffee", "Coffee", 2, 250), line), "EUR")

    def some_batched(self, count: int) -> list[str]:
        """Random payments of all batches that were posted."""
        picked = self._rng.choices(self.batches_posted, k=count)
        return [payment_id(batch_id, self._rng.randrange(size)) for batch_id, size in picked]

    def post_batches(self, asked: Sequence[Asked]) -> float:
        """Post all, in commits of COMMIT payments or of one batch; gives the seconds."""
        together = max(1, COMMIT // asked[0][0].count)
        seconds = _timed(self.book.post_batches, asked, together)
        self.batches_posted += [(batch.id, batch.count) for batch, _ in asked]
        return seconds


def _timed(
    post: Callable[[Sequence[T], int], Sequence[object]], asked: Sequence[T], together: int
) -> float:
    """Post all, so many in a commit; gives the seconds."""
    with _quiet_collector():
        started_s = time.perf_counter()
        for start in range(0, len(asked), together):
            for answer in post(asked[start : start + together], NOW_MS):
                if isinstance(answer, Exception):
                    raise answer
        return time.perf_counter() - started_s


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """What was made before the clock started is not looked through again by the collector."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
