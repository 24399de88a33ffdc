"""`facetill bench ledger`: how fast the book is, beside peers that were measured in the same run.

Everything is durable: each commit is on the disk before it counts. Payments are what kiosks sign,
made before the clock starts; every signature is verified and every receipt carries its proof.
The peers are plain SQLite, which writes a row and moves two balances per transaction with the same
settings and no signature, no tree and no rule; and pgbench's TPC-B-like script with one branch (the
hot merchant row), where a PostgreSQL is given.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import apsw

from ledger import audit, keys, merkle
from ledger.batches import PAYMENTS_MAX
from ledger.bench_shop import COMMIT, NOW_MS, SHOPPERS, SIGNED_TOGETHER, Shop
from ledger.book import Ledger
from ledger.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.batches import Member
    from ledger.bench_shop import Asked
    from ledger.receipt import Receipt

BILLION: Final = 1_000_000_000
PROOFS: Final = 200
_STEP_BYTES: Final = 45  # of a proof's text: a hash in base64 and its line's end
CHECKS: Final = (
    "check_first_entries_per_s",
    "check_entries_per_s",
    "check_open_entries_per_s",
)
SIZES: Final = (("payments", SIGNED_TOGETHER), ("batched_payments", PAYMENTS_MAX))  # of batches
SOLD_MEANWHILE: Final = 100  # payments between two checks
PGBENCH_S: Final = 5
_TPS: Final = re.compile(r"tps = ([0-9.]+)")


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
        step("payments with an entry each")
        bench.figures["own_entries_payments_per_s"] = count / shop.post(shop.items(count))
        step("payments signed one by one")
        some = count // 5
        bench.figures["signed_singly_payments_per_s"] = some / shop.post(shop.single_items(some))
        step("single payments")
        measure_single(bench, shop, 300 if quick else 2_000)
        step("proofs")
        measure_proofs(bench, shop)
        step("checking")
        measure_checks(bench, shop, place)
        shop.book.close()
        _batches(bench, place, count, step)
        step("two books on two cores")
        _two_books(bench, place, count)
        if database is not None:
            step("PostgreSQL")
            _postgres(bench, place, database, count // 4)
        else:
            bench.notes.append("PostgreSQL was not measured: give its address with --database.")
    figures = bench.figures
    for kind in ("", "own_entries_", "batched_"):
        figures[f"{kind}ratio_to_plain_sqlite_batched"] = (
            figures[f"{kind}payments_per_s"] / figures["plain_sqlite_batched_rows_per_s"]
        )
    figures["ratio_post_to_plain_sqlite_commit"] = (
        figures["post_ms_p50"] / figures["plain_sqlite_commit_ms_p50"]
    )
    return bench


def _batches(bench: Bench, place: Path, count: int, step: Callable[[str], object]) -> None:
    """Small batches that share commits, the largest, and these with each order its own."""
    largest = 10 * count // PAYMENTS_MAX  # a check's processes take half a second to start
    for name, size, many, own_orders in (
        ("payments", SIGNED_TOGETHER, 2 * count // SIGNED_TOGETHER, False),
        ("batched_payments", PAYMENTS_MAX, largest, False),
        ("batched_own_orders_payments", PAYMENTS_MAX, max(4, count // PAYMENTS_MAX), True),
    ):
        step(f"payments in batches of {size}{', each its own order' if own_orders else ''}")
        shop = Shop(place, name)
        _batch_rate(bench, name, shop, shop.batches(many, size, own_orders=own_orders))
        if name == "batched_payments":
            step("proofs of payments in batches")
            measure_batched_proofs(bench, shop)
        _check_batches(bench, name.removesuffix("payments"), shop, place, step)


def _batch_rate(bench: Bench, name: str, shop: Shop, batches: list[Asked]) -> None:
    paid = sum(batch.count for batch, _ in batches)
    bench.figures[f"{name}_per_s"] = paid / shop.post_batches(batches)


def _check_batches(
    bench: Bench, name: str, shop: Shop, place: Path, step: Callable[[str], object]
) -> None:
    step("checking batches")
    paid = shop.book.figures().sales
    shop.book.close()
    for kind in ("check_first", "check"):
        bench.figures[f"{name}{kind}_payments_per_s"] = paid / timed_check(shop, place)


def measure_single(bench: Bench, shop: Shop, count: int) -> None:
    """One payment, its own commit."""
    times_ms = _post_times_ms(shop, count)
    bench.figures["post_ms_p50"] = statistics.median(times_ms)
    bench.figures["post_ms_p99"] = statistics.quantiles(times_ms, n=100)[98]


def _post_times_ms(shop: Shop, count: int) -> list[float]:
    times_ms = []
    for signed, order in shop.single_items(count):
        started_s = time.perf_counter()
        shop.book.post(signed, order, NOW_MS)
        times_ms.append((time.perf_counter() - started_s) * 1_000)
    return times_ms


def measure_proofs(bench: Bench, shop: Shop) -> None:
    """The proofs of payments that were posted a while ago."""
    ids = shop.paid[:: max(1, len(shop.paid) // PROOFS)]
    proofs, bench.figures["proof_ms"] = _timed_proofs(shop, ids)
    deepest = max(proofs, key=_proof_bytes)
    bench.figures["proof_bytes"] = _proof_bytes(deepest)
    bench.figures["proof_bytes_at_a_billion"] = _proof_bytes(deepest, BILLION)


def measure_batched_proofs(bench: Bench, shop: Shop) -> None:
    """As `measure_proofs`, of payments in batches; of the largest, for as many as a billion."""
    proofs, bench.figures["batched_proof_ms"] = _timed_proofs(shop, shop.some_batched(PROOFS))
    deepest = max(proofs, key=_proof_bytes)
    bench.figures["batched_proof_bytes"] = _proof_bytes(deepest)
    own, last = cast("Member", deepest.member), PAYMENTS_MAX - 1
    path = merkle.inclusion_proof(last, PAYMENTS_MAX, _nothing)
    far = replace(own, number=last, path=path)
    size = _proof_bytes(deepest, -(-BILLION // PAYMENTS_MAX)) - _extra_bytes(own)
    name = "batched_proof_bytes_at_a_billion"
    bench.figures[name] = size + _extra_bytes(far)
    bare = replace(far, record=b"", order=b"")
    bench.figures[f"{name}_without_the_payment"] = size + _extra_bytes(bare)


def _extra_bytes(member: Member) -> int:
    return len(keys.b64(member.encoded()))


def _proof_bytes(proof: Receipt, entries: int | None = None) -> int:
    """The bytes of a proof's text, or what they would be, at most, in a book of so many entries."""
    text = proof.proof_text()
    if entries is None:
        return len(text.encode())
    longer = len(merkle.inclusion_proof(0, entries, _nothing)) - len(proof.proof)
    size = proof.checkpoint.split("\n")[1]
    digits = len(f"{entries - 1}{entries}") - len(f"{proof.index}{size}")
    return len(text.encode()) + longer * _STEP_BYTES + digits


def _nothing(_level: int, _number: int) -> bytes:
    return bytes(merkle.HASH_BYTES)


def _timed_proofs(shop: Shop, ids: list[str]) -> tuple[list[Receipt], float]:
    """The receipts of these payments, and the milliseconds that each took."""
    started_s = time.perf_counter()
    proofs = [shop.book.receipt(payment_id) for payment_id in ids]
    return proofs, (time.perf_counter() - started_s) * 1_000 / len(proofs)


def measure_checks(bench: Bench, shop: Shop, place: Path) -> None:
    """A first check, one again of the book at rest, and one while a till has it open and sells."""
    size = len(shop.book)
    shop.book.close()
    for name in CHECKS:
        if name == CHECKS[-1]:
            shop.book = Ledger.open(shop.home)
            shop.post(shop.items(SOLD_MEANWHILE))
            size += SOLD_MEANWHILE
        bench.figures[name] = size / timed_check(shop, place)


def timed_check(shop: Shop, place: Path) -> float:
    """Check the book as an auditor who remembers; gives the seconds."""
    started_s = time.perf_counter()
    findings, _ = audit.check_home(shop.home, memory=place / "auditor")
    seconds = time.perf_counter() - started_s
    if findings:
        raise BadInputError(f"The book is not clean: {findings[0]}.", hint="Report this.")
    return seconds


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
    told = [answers.get(timeout=600) for _ in children]
    for child in children:
        child.join()
    for kind, paid in told[0].items():
        slowest_s = max(seconds[kind][1] for seconds in told)
        bench.figures[f"two_books_{kind}_per_s"] = len(children) * paid[0] / slowest_s


def _post_in_child(place: Path, name: str, count: int, barrier: object, answers: object) -> None:
    """Payments of each kind, at the same time as the other shop's; how many, and the seconds."""
    shop = Shop(place, name)
    told = {}
    items = shop.items(count)
    barrier.wait()  # type: ignore[attr-defined]
    told["own_entries_payments"] = count, shop.post(items)
    for kind, size in SIZES:
        batches = shop.batches(max(4, 2 * count // size), size)
        barrier.wait()  # type: ignore[attr-defined]
        told[kind] = len(batches) * size, shop.post_batches(batches)
    answers.put(told)  # type: ignore[attr-defined]
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
        rate = count / shop.post(shop.items(count))
        bench.figures["postgres_own_entries_payments_per_s"] = rate
        for kind, size in SIZES:
            batches = shop.batches(max(4, count // size), size)
            _batch_rate(bench, f"postgres_{kind}", shop, batches)
        bench.figures["postgres_post_ms_p50"] = statistics.median(_post_times_ms(shop, 200))
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
    for kind in ("", "own_entries_", "batched_"):
        rate = bench.figures[f"postgres_{kind}payments_per_s"]
        bench.figures[f"{kind}ratio_to_pgbench"] = rate / bench.figures["pgbench_tpcb_per_s"]


def _run(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603 - the installed program, with the user's own address
        command, capture_output=True, text=True, check=False
    )
    return done.stdout
