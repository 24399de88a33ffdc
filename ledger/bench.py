"""`facetill bench ledger`: how fast the book is, beside peers that were measured in the same run.

Everything is durable: each commit is on the disk before it counts. Payments are what kiosks sign,
made before the clock starts; every signature is verified and every receipt carries its proof.
The peers are plain SQLite, which writes a row and moves two balances per transaction with the same
settings and no signature, no tree and no rule; and pgbench's TPC-B-like script with one branch (the
hot merchant row), where a PostgreSQL is given.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import apsw

from ledger import audit, merkle
from ledger.authorization import Authorization, sign, sign_batch
from ledger.book import Ledger
from ledger.errors import BadInputError
from ledger.home import create_home, station_key
from ledger.ids import fresh_id
from ledger.orders import Order, OrderLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.authorization import SignedAuthorization
    from ledger.home import Home

NOW_MS: Final = 1_800_000_000_000
COMMIT: Final = 1_000
SIGNED_TOGETHER: Final = 64
SHOPPERS: Final = 500
PAYMENTS_A_MS: Final = 17
BILLION: Final = 1_000_000_000
PROOFS: Final = 200
KNOWN_EVERY: Final = 31  # of how many payments one is proven later
CHECKS: Final = (
    "check_first_entries_per_s",
    "check_entries_per_s",
    "check_open_entries_per_s",
)
SOLD_MEANWHILE: Final = 100  # payments between two checks
CHECKED_TO: Final = 1_000_000  # entries of a growing book; a first check of more takes an hour
PGBENCH_S: Final = 5
_TPS: Final = re.compile(r"tps = ([0-9.]+)")

Item = tuple["SignedAuthorization", Order]


@dataclass
class Bench:
    """What was measured; rates in 1/s, times in milliseconds."""

    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {**{k: round(v, 4) for k, v in self.figures.items()}, "notes": self.notes}

    def text(self) -> str:
        """For a terminal."""
        rows = [f"{value:>14,.3f}  {name}" for name, value in self.figures.items()]
        return "\n".join([*rows, *self.notes]) + "\n"


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
        with _quiet_collector():
            started_s = time.perf_counter()
            for start in range(0, len(items), COMMIT):
                for answer in self.book.post_many(items[start : start + COMMIT], NOW_MS):
                    if isinstance(answer, Exception):
                        raise answer
            seconds = time.perf_counter() - started_s
        self.paid += [signed.authorization.id for signed, _ in items[::KNOWN_EVERY]]
        return seconds


def run(
    folder: Path | None,
    *,
    quick: bool,
    database: str | None = None,
    step: Callable[[str], object] = lambda _: None,
) -> Bench:
    """Measure everything.

    Args:
        folder: Where to put the throw-away homes: the disk that is measured; None: the system's.
        quick: Fewer payments, within a minute.
        database: Also a PostgreSQL at this address, and pgbench against it.
        step: Told what is measured next.
    """
    bench = Bench()
    count = 10_000 if quick else 60_000
    with tempfile.TemporaryDirectory(prefix="facetill-bench-", dir=folder) as name:
        place = Path(name)
        step("plain SQLite")
        _plain_sqlite(bench, place, quick=quick)
        shop = Shop(place, "one")
        step("payments in shared commits")
        bench.figures["payments_per_s"] = count / shop.post(shop.items(count))
        step("payments signed one by one")
        some = count // 5
        bench.figures["payments_signed_singly_per_s"] = some / shop.post(shop.single_items(some))
        step("single payments")
        _single(bench, shop, 300 if quick else 2_000)
        step("proofs")
        _proofs(bench, shop)
        step("checking")
        _check(bench, shop, place)
        shop.book.close()
        step("two books on two cores")
        _two_books(bench, place, count)
        if database is not None:
            step("PostgreSQL")
            _postgres(bench, place, database, count // 4)
        else:
            bench.notes.append("PostgreSQL was not measured: give its address with --database.")
    figures = bench.figures
    figures["ratio_to_plain_sqlite_batched"] = (
        figures["payments_per_s"] / figures["plain_sqlite_batched_rows_per_s"]
    )
    figures["ratio_post_to_plain_sqlite_commit"] = (
        figures["post_ms_p50"] / figures["plain_sqlite_commit_ms_p50"]
    )
    return bench


def _single(bench: Bench, shop: Shop, count: int) -> None:
    times_ms = []
    for signed, order in shop.single_items(count):
        started_s = time.perf_counter()
        shop.book.post(signed, order, NOW_MS)
        times_ms.append((time.perf_counter() - started_s) * 1_000)
    bench.figures["post_ms_p50"] = statistics.median(times_ms)
    bench.figures["post_ms_p99"] = statistics.quantiles(times_ms, n=100)[98]


def _proofs(bench: Bench, shop: Shop) -> None:
    ids = shop.paid[:: max(1, len(shop.paid) // PROOFS)]
    started_s = time.perf_counter()
    proofs = [shop.book.receipt(payment_id) for payment_id in ids]
    bench.figures["proof_ms"] = (time.perf_counter() - started_s) * 1_000 / len(proofs)
    deepest = max(proofs, key=lambda proof: len(proof.proof_text()))
    bench.figures["proof_bytes"] = len(deepest.proof_text().encode())
    nothing = bytes(merkle.HASH_BYTES)
    path = merkle.inclusion_proof(0, BILLION, lambda *_: nothing)
    longer = (len(path) - len(deepest.proof)) * 45
    bench.figures["proof_bytes_at_a_billion"] = bench.figures["proof_bytes"] + longer + 4


def _check(bench: Bench, shop: Shop, place: Path) -> None:
    """A first check, one again of the book at rest, and one while a till has it open and sells."""
    shop.book.close()
    for name in CHECKS:
        if name == CHECKS[-1]:
            shop.book = Ledger.open(shop.home)
            shop.post(shop.items(SOLD_MEANWHILE))
        started_s = time.perf_counter()
        findings, size = audit.check_home(shop.home, memory=place / "auditor")
        bench.figures[name] = size / (time.perf_counter() - started_s)
        if findings:
            raise BadInputError(f"The book is not clean: {findings[0]}.", hint="Report this.")


def _two_books(bench: Bench, place: Path, count: int) -> None:
    """Two shops on two cores: how a shop that grows past one book goes on."""
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(2), spawn.Queue()
    children = [
        spawn.Process(target=_post_in_child, args=(place, f"child{n}", count, barrier, answers))
        for n in range(2)
    ]
    for child in children:
        child.start()
    times_s = [answers.get(timeout=600) for _ in children]
    for child in children:
        child.join()
    bench.figures["payments_two_books_per_s"] = len(children) * count / max(times_s)


def _post_in_child(place: Path, name: str, count: int, barrier: object, answers: object) -> None:
    shop = Shop(place, name)
    items = shop.items(count)
    barrier.wait()  # type: ignore[attr-defined]
    answers.put(shop.post(items))  # type: ignore[attr-defined]
    shop.book.close()


def _plain_sqlite(bench: Bench, place: Path, *, quick: bool) -> None:
    """A payments table and two balances, as a till without proofs would write them."""
    db = apsw.Connection(str(place / "plain.db"))
    db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE payments (id TEXT PRIMARY KEY, body BLOB) STRICT")
    db.execute("CREATE TABLE balances (account TEXT PRIMARY KEY, balance INTEGER) STRICT")
    accounts = ["merchant", *(f"s-{n}" for n in range(SHOPPERS))]
    db.executemany("INSERT INTO balances VALUES (?, 0)", [(account,) for account in accounts])
    body, times_ms = os.urandom(1_400), []

    def write(payment_id: str, shopper: str) -> None:
        db.execute("INSERT INTO payments VALUES (?, ?)", (payment_id, body))
        moves = (-1, shopper), (1, "merchant")
        db.executemany("UPDATE balances SET balance = balance + ? WHERE account = ?", moves)

    for number in range(300 if quick else 2_000):
        started_s = time.perf_counter()
        with db:
            write(os.urandom(16).hex(), accounts[1 + number % SHOPPERS])
        times_ms.append((time.perf_counter() - started_s) * 1_000)
    bench.figures["plain_sqlite_commit_ms_p50"] = statistics.median(times_ms)
    bench.figures["plain_sqlite_commits_per_s"] = 1_000 / statistics.fmean(times_ms)
    rounds = 10 if quick else 60
    started_s = time.perf_counter()
    for _ in range(rounds):
        with db:
            for number in range(COMMIT):
                write(os.urandom(16).hex(), accounts[1 + number % SHOPPERS])
    seconds = time.perf_counter() - started_s
    bench.figures["plain_sqlite_batched_rows_per_s"] = rounds * COMMIT / seconds
    db.close()


def _postgres(bench: Bench, place: Path, database: str, count: int) -> None:
    shop = Shop(place, "database", database)
    try:
        bench.figures["postgres_payments_per_s"] = count / shop.post(shop.items(count))
        times_ms = []
        for signed, order in shop.single_items(200):
            started_s = time.perf_counter()
            shop.book.post(signed, order, NOW_MS)
            times_ms.append((time.perf_counter() - started_s) * 1_000)
        bench.figures["postgres_post_ms_p50"] = statistics.median(times_ms)
    finally:
        shop.book.close()
    pgbench = shutil.which("pgbench")
    if pgbench is None:
        bench.notes.append("pgbench is not installed; PostgreSQL's own figure is missing.")
        return
    _run([pgbench, "-i", "-q", "-s", "1", database])
    found = _TPS.search(_run([pgbench, "-T", str(PGBENCH_S), "-c", "8", "-j", "2", database]))
    if found is None:
        bench.notes.append("pgbench failed; PostgreSQL's own figure is missing.")
        return
    bench.figures["pgbench_tpcb_per_s"] = float(found.group(1))
    bench.figures["ratio_to_pgbench"] = (
        bench.figures["postgres_payments_per_s"] / bench.figures["pgbench_tpcb_per_s"]
    )


def _run(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603 - the installed program, with the user's own address
        command, capture_output=True, text=True, check=False
    )
    return done.stdout


def growth(
    folder: Path | None, largest: int, step: Callable[[str], object]
) -> list[dict[str, float]]:
    """The same figures at 1,000, 10,000 … entries of one growing book.

    Checks, whose cost is a sum over the entries, are measured up to CHECKED_TO of them.

    Args:
        folder: Where the book is put.
        largest: Number of entries at which to stop.
        step: Told what is measured next.
    """
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="facetill-bench-", dir=folder) as name:
        place = Path(name)
        shop = Shop(place, "growing")
        size = 1_000
        while size <= largest:
            step(f"{size:,} entries")
            last = min(20_000, size // 2)
            while len(shop.book) < size - last:
                shop.post(shop.items(min(20_000, size - last - len(shop.book))))
            left = size - len(shop.book)
            bench = Bench({"entries": size, "payments_per_s": left / shop.post(shop.items(left))})
            _single(bench, shop, 200)
            _proofs(bench, shop)
            if size <= CHECKED_TO:
                _check(bench, shop, place)
            bench.figures["bytes_per_entry"] = shop.home.ledger_db.stat().st_size / size
            rows.append(bench.figures)
            step(", ".join(f"{name} {value:,.2f}" for name, value in bench.figures.items()))
            size *= 10
        shop.book.close()
    return rows


def plot(rows: list[dict[str, float]], path: Path) -> None:
    """Draw `growth` as a picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    panels = (
        ("payments a second", ("payments_per_s",)),
        ("milliseconds", ("post_ms_p50", "post_ms_p99", "proof_ms")),
        ("entries checked a second", CHECKS),
        ("bytes", ("bytes_per_entry", "proof_bytes")),
    )
    figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    for panel, (title, names) in zip(axes.flat, panels, strict=True):
        for name in names:
            seen = [(row["entries"], row[name]) for row in rows if name in row]
            panel.plot(*zip(*seen, strict=True), marker="o", label=name)
        panel.set(title=title, xscale="log", xlabel="entries in the book")
        panel.set_ylim(bottom=0)
        panel.grid(alpha=0.3)
        panel.legend()
    figure.suptitle("How the book's costs grow")
    figure.savefig(path, dpi=110)
    plt.close(figure)


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """What was made before the clock started is not looked through again by the collector."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
