"""How the book's costs grow with it: the same figures at a thousand, ten thousand … payments."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.batches import PAYMENTS_MAX
from ledger.bench import (
    CHECKS,
    Bench,
    measure_batched_proofs,
    measure_checks,
    measure_proofs,
    measure_single,
    timed_check,
)
from ledger.bench_shop import Shop
from ledger.book import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP: Final = 20_000
_CHECKED: Final = "checked a second"
_BATCHED_CHECKS: Final = (
    "batched_check_first_payments_per_s",
    "batched_check_payments_per_s",
    "batched_check_open_payments_per_s",
)

Row = dict[str, float]


def growth(
    folder: Path | None, largest: int, step: Callable[[str], object], *, in_batches: bool = False
) -> list[Row]:
    """The same figures at 1,000, 10,000 … payments in one growing book.

    Args:
        folder: Where the book is put.
        largest: Number of payments at which to stop.
        step: Told what is measured next.
        in_batches: Of batches; else of payments with an entry each, of which ten million take an
            hour or more.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="facetill-bench-", dir=folder) as name:
        place = Path(name)
        shop = Shop(place, "growing")
        size = 1_000
        while size <= largest:
            step(f"{size:,} payments")
            work = _batched if in_batches else _each
            bench = work(shop, place, size)
            bytes_used = shop.home.ledger_db.stat().st_size
            bench.figures["bytes_per_payment"] = bytes_used / bench.figures["payments"]
            rows.append(bench.figures)
            step(", ".join(f"{name} {value:,.2f}" for name, value in bench.figures.items()))
            size *= 10
        shop.book.close()
    return rows


def _each(shop: Shop, place: Path, size: int) -> Bench:
    """Payments with an entry each, until there are so many entries."""
    last = min(_STEP, size // 2)
    while len(shop.book) < size - last:
        shop.post(shop.items(min(_STEP, size - last - len(shop.book))))
    left = size - len(shop.book)
    bench = Bench({"payments": size, "payments_per_s": left / shop.post(shop.items(left))})
    measure_single(bench, shop, 200)
    measure_proofs(bench, shop)
    measure_checks(bench, shop, place / str(size))
    return bench


def _batched(shop: Shop, place: Path, size: int) -> Bench:
    """Batches of a twentieth of the book, or the largest, until there are so many payments."""
    each = min(PAYMENTS_MAX, size // 20)
    paid = shop.book.figures().sales
    while True:
        some = min(10, -(-(size - paid) // each))
        rate = some * each / shop.post_batches(shop.batches(some, each))
        paid += some * each
        if paid >= size:
            break
    bench = Bench({"payments": paid, "batched_payments_per_s": rate})
    measure_batched_proofs(bench, shop)
    shop.book.close()
    for name in _BATCHED_CHECKS[:-1]:
        bench.figures[name] = paid / timed_check(shop, place / str(size))
    shop.book = Ledger.open(shop.home)
    shop.post_batches(shop.batches(1, each))
    bench.figures["payments"] = paid = paid + each
    bench.figures[_BATCHED_CHECKS[-1]] = paid / timed_check(shop, place / str(size))
    return bench


def plot(rows: list[Row], path: Path) -> None:
    """Draw `growth` as a picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    panels = (
        ("payments a second", ("payments_per_s", "batched_payments_per_s")),
        ("milliseconds", ("post_ms_p50", "post_ms_p99", "proof_ms", "batched_proof_ms")),
        (_CHECKED, (*CHECKS, *_BATCHED_CHECKS)),
        ("bytes", ("bytes_per_payment", "proof_bytes", "batched_proof_bytes")),
    )
    figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    for panel, (title, names) in zip(axes.flat, panels, strict=True):
        for name in names:
            seen = [(row["payments"], row[name]) for row in rows if name in row]
            if seen:
                panel.plot(*zip(*seen, strict=True), marker="o", label=name)
        panel.set(title=title, xscale="log", xlabel="payments in the book")
        if title == _CHECKED:  # which differ by a hundred times
            panel.set_yscale("log")
        else:
            panel.set_ylim(bottom=0)
        panel.grid(alpha=0.3)
        panel.legend()
    figure.suptitle("How the book's costs grow")
    figure.savefig(path, dpi=110)
    plt.close(figure)
