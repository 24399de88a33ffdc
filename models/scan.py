"""Inner products of one vector with very many, roughly: three bits of each number are read.

A search of a large gallery is bound by how many bytes it reads. Here a row of d numbers is 3d/8
bytes: each number is one of eight levels. faiss sums tables of products by the processor's byte
shuffles ("fast scan"), sixteen entries at a time, so a table has four bits: three of a number of
its own, and one of a fourth number, which three tables share. The sum is the inner product with
the levels, but for the rounding of the tables to bytes.

How far that is from the product with the row itself has no bound that would leave few rows, but its
distribution is known (`models/levels.py`): rows and queries are first turned together by a fixed
random rotation. `Look.least` says how low a result can be.
"""

from __future__ import annotations

import ctypes
import mmap
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from models.levels import result_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_ROWS: Final = 131_072
GROUP: Final = 4  # numbers that three tables hold together
TABLES: Final = 3  # of a group
STEP: Final = 0.586  # between levels, in standard deviations: the least error for normal numbers
SHARES: Final = (2.0, 1.0, 0.5)  # what each table's bit of the fourth number is worth, in steps
TOLD: Final = 768  # rows of a block whose results are kept at first
MORE: Final = 3  # times as many, where those are not all that are wanted
TOGETHER: Final = 64  # rows that faiss adds up side by side, which at 32 takes longer
SHUFFLED: Final = 16  # bytes
BYTE_MAX: Final = 255
SEED: Final = 20_240_229  # of the rotation

# A result may be so many deviations lower than `result_of` expects for a row to be told all the
# same. Of 9,437,184 pairs at d = 128 (72 queries) the lowest was 5.9 deviations lower, at a cosine
# of 0.2; at 0.35 to 0.95 it was 5.3.
DEVIATIONS: Final = 6.5


class Scan:
    """Rows in blocks, so that adding some never moves others; a row's place is its number.

    Args:
        dimensions: of a row; a multiple of 8.
    """

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._turn = _rotation(dimensions)
        self._step = float(STEP / dimensions**0.5)
        self._blocks: list[Any] = []

    def turned(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows or a query, (..., d), as all other methods take them: cosines stay the same."""
        return np.asarray(rows @ self._turn, np.float32)

    def add(self, rows: NDArray[np.float32]) -> None:
        """Take turned rows, (n, d) of length 1, behind the others."""
        levels = self._levels(rows)
        tables, start = _tables(levels), 0
        while start < len(tables):
            if not self._blocks or self._blocks[-1].ntotal == BLOCK_ROWS:
                self._blocks.append(_index(self.dimensions, self._step))
            last = self._blocks[-1]
            some = tables[start : start + BLOCK_ROWS - last.ntotal]
            _write(last, last.ntotal, some)
            last.ntotal += len(some)
            last.ntotal2 = -(-last.ntotal // TOGETHER) * TOGETHER
            start += len(some)

    def blank(self, place: int) -> None:
        """Overwrite a row. It stays, as one that is near to nothing."""
        block, row = divmod(place, BLOCK_ROWS)
        nothing = np.resize([self._step / 2, -self._step / 2], self.dimensions).astype(np.float32)
        _write(self._blocks[block], row, _tables(self._levels(nothing[None])))

    def levels_of(self, place: int) -> NDArray[np.float32]:
        """What is kept of a row, (d,)."""
        block, row = divmod(place, BLOCK_ROWS)
        held, at, high = _where(self._blocks[block], np.array([row]))
        groups = (held[at] >> 4 * high[:, None, None] & 15).reshape(-1, TABLES)
        shared = (groups >> TABLES) @ (1 << np.arange(TABLES)[::-1])
        level = np.concatenate([groups & 7, shared[:, None]], axis=1)
        return np.asarray((level.ravel() - 3.5) * self._step, np.float32)

    def look(self, query: NDArray[np.float32]) -> Look:
        """Compare a turned query, (d,) of length 1, with all rows.

        Two threads share the blocks, for some milliseconds, and neither spins; where the other core
        is busy, this one takes all of them.
        """
        return Look(self._blocks, query, self._step)

    def _levels(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The level of each number, 0..7."""
        levels = np.clip(np.floor(rows / np.float32(self._step)), -4, 3)
        return np.asarray(levels + 4, np.uint8)


class Look:
    """The results of one query: the highest of each block, and more when they are asked for.

    Args:
        blocks: faiss's indexes.
        query: turned, (d,).
        step: between levels.
    """

    def __init__(self, blocks: list[Any], query: NDArray[np.float32], step: float) -> None:
        self._blocks = blocks
        self._turned = query
        self._step = step
        groups = query.reshape(-1, GROUP)
        seen = np.empty((len(groups), TABLES, 2), np.float32)  # by table: its number, the shared
        seen[:, :, 0], seen[:, :, 1] = groups[:, :TABLES], groups[:, TABLES:]
        self._query = seen.reshape(1, -1)
        # of each block, the highest first
        self._told: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = [
            (np.empty(0, np.float32), np.empty(0, np.int64)) for _ in blocks
        ]
        self._search(dict.fromkeys(range(len(blocks)), TOLD))

    def least(self, cosine: float) -> float:
        """The least result of a row whose cosine is at least this one, -1..1; -inf gives -inf."""
        if cosine <= -1:
            return -np.inf
        query = self._turned.astype(np.float64)
        mean, deviation = result_of(query, min(cosine, 1.0), self._step)
        own, shared = np.abs(self._query.reshape(-1, TABLES, 2)).T
        widest = float((7 * own + 2 * shared * np.array(SHARES)[:, None]).max()) * self._step
        rounded = widest / BYTE_MAX * (own.size / 12) ** 0.5  # of the tables' entries to bytes
        return mean - DEVIATIONS * float(np.hypot(deviation, rounded))

    def highest(self, count: int) -> NDArray[np.int64]:
        """Places of the highest results, so many if as many were kept, in their order."""
        results = np.concatenate([results[:count] for results, _ in self._told])
        places = np.concatenate([places[:count] for _, places in self._told])
        return np.sort(places[np.argsort(-results)[:count]])

    def places_from(self, least: float) -> NDArray[np.int64]:
        """Places of all rows whose result is at least this, in their order."""
        while short := {
            number: MORE * len(results)
            for number, (results, _) in enumerate(self._told)
            if len(results) < self._blocks[number].ntotal and results[-1] >= least
        }:
            self._search(short)
        wanted = [
            places[: np.searchsorted(-results, -least, "right")] for results, places in self._told
        ]
        return np.sort(np.concatenate(wanted))

    def _search(self, wanted: dict[int, int]) -> None:
        """Fetch so many of the highest results of each of these blocks."""
        waiting = list(wanted.items())

        def work() -> None:
            while waiting:
                try:
                    number, count = waiting.pop()
                except IndexError:  # the other thread was quicker
                    return
                block = self._blocks[number]
                results, rows = block.search(self._query, min(count, block.ntotal))
                self._told[number] = results[0], rows[0] + number * BLOCK_ROWS

        other = _helper().submit(work) if len(waiting) > 1 else None
        work()
        if other is not None and not other.cancel():
            other.result()


def _tables(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The entry of each table for each row, 0..15, (n, 3d/4)."""
    groups = levels.reshape(len(levels), -1, GROUP)
    shared = groups[..., TABLES, None] >> np.arange(TABLES, dtype=np.uint8)[::-1] & 1
    tables = groups[..., :TABLES] | shared << TABLES
    return np.asarray(tables.reshape(len(levels), -1), np.uint8)


@lru_cache
def _helper() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="scan")


@lru_cache
def _rotation(dimensions: int) -> NDArray[np.float32]:
    square = np.random.default_rng(SEED).standard_normal((dimensions, dimensions))
    return np.asarray(np.linalg.qr(square)[0], np.float32)


def _index(dimensions: int, step: float) -> Any:  # noqa: ANN401 - made by swig
    import faiss

    tables = dimensions // GROUP * TABLES
    index = faiss.IndexPQFastScan(2 * tables, tables, 4, faiss.METRIC_INNER_PRODUCT, TOGETHER)
    centroids = np.empty((tables // TABLES, TABLES, 2, 8, 2), np.float32)
    centroids[..., 0] = np.arange(8) - 3.5
    for table, share in enumerate(SHARES):
        centroids[:, table, 0, :, 1], centroids[:, table, 1, :, 1] = -share, share
    faiss.copy_array_to_vector(centroids.ravel() * np.float32(step), index.pq.centroids)
    index.is_trained = True
    index.codes.resize(BLOCK_ROWS * tables // 2)  # never moved; what is not written is not resident
    _use_large_pages(int(index.codes.data()), index.codes.size())
    return index


def _use_large_pages(start: int, size: int) -> None:
    """Ask for them where there are some: a scan then takes a sixth less. numpy does the same."""
    advice = getattr(mmap, "MADV_HUGEPAGE", None)
    if advice is not None:
        whole = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        length = (start + size - whole) // mmap.PAGESIZE * mmap.PAGESIZE
        # what it answers is of no interest: without them all is the same, and slower
        ctypes.CDLL(None).madvise(ctypes.c_void_p(whole), ctypes.c_size_t(length), advice)


def _write(index: Any, row: int, tables: NDArray[np.uint8]) -> None:  # noqa: ANN401 - swig's
    """Put rows, (n, 3d/4) of four bits, from a row on, where faiss's kernel looks for them."""
    rows = np.arange(row, row + len(tables))
    pairs = tables.reshape(len(tables), -1, 2)
    for shift, keep in ((0, 0xF0), (4, 0x0F)):  # two rows share a byte
        of_row = np.flatnonzero(_where(index, rows)[2] == shift // 4)
        held, at, _ = _where(index, rows[of_row])
        held[at] = held[at] & keep | pairs[of_row] << shift


def _where(index: Any, rows: NDArray[np.int64]) -> tuple[Any, Any, NDArray[np.int64]]:  # noqa: ANN401 - swig's
    """Where rows are held: an array, what picks (n, 3d/8, 2) bytes of it, and 1 for high halves.

    64 rows lie together, their tables by pairs, and of these first 32 rows. Of a table the 16 bytes
    of a shuffle hold two rows each, the 8th after the 1st, as bytes are widened afterwards.
    """
    import faiss

    codes = faiss.rev_swig_ptr(index.codes.data(), index.codes.size())
    held = codes.reshape(-1, index.M // 2, TOGETHER // (2 * SHUFFLED), 2, SHUFFLED)
    around, within = np.divmod(rows, TOGETHER)
    half, place = np.divmod(within, SHUFFLED)
    byte = place % 8 * 2 + place // 8
    return held, (around, slice(None), half // 2, slice(None), byte), half % 2
