"""`facetill bench tills`: many tills on one PostgreSQL, each a process that posts one by one.

Each payment is signed, checked, committed and durable by itself, as a till does it; nothing is put
together into larger commits. What grows with the number of tills is the waiting for each other.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.bench.timing import percentile
from kiosk.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTS = (1, 2, 4, 8)
PAYMENTS_MAX = 5_000  # of a till; signed before the clock starts
ANSWER_S = 300


def run(
    database: str, seconds: float, step: Callable[[str], object] = lambda _: None
) -> dict[str, Any]:
    """Measure 1, 2, 4 and 8 tills.

    Args:
        database: address of an empty PostgreSQL database, in which a demo book is made.
        seconds: for how long each number of tills posts.
        step: is told what is measured next.

    Raises:
        Error: a till stopped.
    """
    from ledger.bench_shop import Shop

    rows = []
    with tempfile.TemporaryDirectory(prefix="facetill-bench-") as folder:
        shop = Shop(Path(folder), "tills", database)
        home_dir = shop.home.path
        shop.book.close()
        for count in COUNTS:
            step(f"{count} tills")
            rows.append(_together(home_dir, count, seconds))
    return {
        "payments_per_s_one_till": rows[0]["payments_per_s"],
        "payments_per_s_most": max(row["payments_per_s"] for row in rows),
        "tills": rows,
    }


def _together(home_dir: Path, count: int, seconds: float) -> dict[str, float]:
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(count), spawn.Queue()
    tills = [
        spawn.Process(target=_till, args=(home_dir, seconds, barrier, answers))
        for _ in range(count)
    ]
    for till in tills:
        till.start()
    try:
        posted = [answers.get(timeout=ANSWER_S) for _ in tills]
    except Exception as error:  # the queue's Empty, which says nothing by itself
        raise Error("A till stopped.", hint="Use an empty database, and try again.") from error
    finally:
        for till in tills:
            till.join(1)
            till.terminate()
    times_ms = [ms for took in posted for ms in took]
    return {
        "tills": count,
        "payments_per_s": len(times_ms) / max(sum(took) / 1e3 for took in posted),
        "post_ms_p50": statistics.median(times_ms),
        "post_ms_p99": percentile(times_ms, 99),
    }


def _till(home_dir: Path, seconds: float, barrier: Any, answers: Any) -> None:  # noqa: ANN401 - multiprocessing's
    """One till, in a process of its own."""
    from ledger.bench_shop import NOW_MS, Shop
    from ledger.home import open_home

    shop = Shop.reopened(open_home(home_dir))
    items = shop.single_items(min(PAYMENTS_MAX, max(1, int(seconds * 200))))
    barrier.wait()
    times_ms: list[float] = []
    for signed, order in items:
        if sum(times_ms) > seconds * 1e3:
            break
        started_s = time.perf_counter()
        shop.book.post(signed, order, NOW_MS)
        times_ms.append((time.perf_counter() - started_s) * 1e3)
    answers.put(times_ms)
    shop.book.close()
