"""`facetill bench search`: one probe against galleries of a thousand to a million templates.

What the gallery uses is timed twice: in a run of its own, as at a till where nothing else reads so
much memory, and in turns with numpy's brute force on the same templates, which empties the caches
before every search and says what the recall is. `p99_ms` is the run's. The templates are unit
vectors in clusters, as families and likenesses make them; half of the probes are somebody's, a
noisy copy, and half nobody's.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from enroll.search import SCAN_FROM, index_for
from kiosk.bench.soak import resident_mb
from kiosk.bench.timing import percentile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

DIMENSIONS = 128
CLUSTERS = 400
TOGETHER = 0.35  # length of a cluster's own direction, beside noise of length 1
PROBE_NOISE = 0.8  # a probe's cosine to its template is then about 0.78
BLOCK = 65_536
WARM_UP = 10  # searches
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def _unit(rows: Rows) -> Rows:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _noise(rng: np.random.Generator, count: int) -> Rows:
    noise = rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return np.asarray(noise / np.sqrt(np.float32(DIMENSIONS)), np.float32)


def templates(rng: np.random.Generator, count: int) -> Rows:
    """So many clustered unit vectors, (count, 128)."""
    centres = _unit(_noise(rng, CLUSTERS))
    made = np.empty((count, DIMENSIONS), np.float32)
    for start in range(0, count, BLOCK):
        some = min(BLOCK, count - start)
        drawn = TOGETHER * centres[rng.integers(0, CLUSTERS, some)] + _noise(rng, some)
        made[start : start + some] = _unit(drawn)
    return made


def probes(rng: np.random.Generator, rows: Rows, count: int) -> Rows:
    """Half of them somebody's, half nobody's, (count, 128)."""
    known = rows[rng.integers(0, len(rows), count)] + PROBE_NOISE * _noise(rng, count)
    strangers = templates(rng, count)
    return _unit(np.where((np.arange(count) % 2)[:, None] == 0, known, strangers))


def measure(count: int, searches: int) -> dict[str, float]:
    """One size of gallery.

    Args:
        count: templates, of a shopper each.
        searches: how many probes.
    """
    rng = np.random.default_rng(count)
    rows = templates(rng, count)
    index_for(count, DIMENSIONS).best_two(rows[0])  # libraries are loaded before memory is weighed
    before_mb = resident_mb()
    started_s = time.perf_counter()
    index = index_for(count, DIMENSIONS)
    index.add(np.arange(count, dtype=np.int32), rows)
    built_s = time.perf_counter() - started_s
    size_mb = resident_mb() - before_mb
    asked = probes(rng, rows, searches)
    for probe in asked[:WARM_UP]:
        index.best_two(probe)
    run_ms, run_cpu_ms = [], []
    for probe in asked:
        started_s, cpu_s = time.perf_counter(), time.process_time()
        index.best_two(probe)
        run_cpu_ms.append((time.process_time() - cpu_s) * 1e3)
        run_ms.append((time.perf_counter() - started_s) * 1e3)
    turns_ms, brute_ms, right = [], [], 0
    for probe in asked:
        started_s = time.perf_counter()
        found = index.best_two(probe)
        turns_ms.append((time.perf_counter() - started_s) * 1e3)
        started_s = time.perf_counter()
        cosines = rows @ probe
        first = int(np.argmax(cosines))
        cosines[first] = -np.inf
        second = int(np.argmax(cosines))
        brute_ms.append((time.perf_counter() - started_s) * 1e3)
        right += len({first, second} & {owner for owner, _ in found})
    changed_ms = _changes(index, rows)
    return {
        "templates": count,
        "p50_ms": statistics.median(run_ms),
        "p99_ms": percentile(run_ms, 99),
        "cpu_p50_ms": statistics.median(run_cpu_ms),  # of all threads
        "turns_p50_ms": statistics.median(turns_ms),
        "turns_p99_ms": percentile(turns_ms, 99),
        "brute_p50_ms": statistics.median(brute_ms),
        "brute_p99_ms": percentile(brute_ms, 99),
        "speedup": statistics.median(b / o for b, o in zip(brute_ms, turns_ms, strict=True)),
        "recall": right / (2 * searches),
        "memory_mb": size_mb,
        "build_s": built_s,
        **changed_ms,
    }


def _changes(index: Any, rows: Rows) -> dict[str, float]:  # noqa: ANN401 - either kind of index
    added, removed = [], []
    for number in range(20):
        owner = len(rows) + number
        started_s = time.perf_counter()
        index.add(np.array([owner], np.int32), rows[number : number + 1])
        added.append((time.perf_counter() - started_s) * 1e3)
        started_s = time.perf_counter()
        index.remove(owner)
        removed.append((time.perf_counter() - started_s) * 1e3)
    return {"add_ms": statistics.median(added), "remove_ms": statistics.median(removed)}


def run(
    *, quick: bool, largest: int, step: Callable[[str], object] = lambda _: None
) -> dict[str, Any]:
    """Measure all sizes up to the largest; the figures at the top are the largest one's."""
    sizes = [size for size in SIZES if size < largest] + [largest]
    rows = []
    for size in sizes:
        step(f"{size:,} templates")
        rows.append(measure(size, 100 if quick else 1_000))
    last = rows[-1]
    return {
        "p99_ms": last["p99_ms"],
        "turns_p99_ms": last["turns_p99_ms"],
        "recall": last["recall"],
        "templates": last["templates"],
        "memory_mb": last["memory_mb"],
        "speedup_vs_numpy": last["speedup"],
        "compact_from": SCAN_FROM,
        "sizes": rows,
    }


def plot(found: dict[str, Any], path: Path) -> None:
    """Draw time over size."""
    from kiosk.bench.plots import figure

    sizes = [row["templates"] for row in found["sizes"]]
    with figure(path, "One probe against a gallery") as axes:
        for key, label in (
            ("p50_ms", "gallery, median"),
            ("p99_ms", "gallery, p99"),
            ("brute_p50_ms", "numpy brute force, median"),
            ("brute_p99_ms", "numpy brute force, p99"),
        ):
            axes.plot(sizes, [row[key] for row in found["sizes"]], marker="o", label=label)
        axes.set(xscale="log", yscale="log", xlabel="templates", ylabel="milliseconds")
        axes.legend()
