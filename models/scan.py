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
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

BLOCK_ROWS: Final = 131_072
GROUP: Final = 4  # numbers that three tables hold together
TABLES: Final = 3  # of a group
STEP: Final = 0.586  # between levels, in standard deviations: the least error for normal numbers
SHARES: Final = (2.0, 1.0, 0.5)  # what each table's bit of the fourth number is worth, in steps
TOLD: Final = 1_024  # rows of a block whose results are kept at first, which seldom are too few
LEFT: Final = 1  # blocks that are left to the other thread
MORE: Final = 3  # times as many, where those are not all that are wanted
TOGETHER: Final = 64  # rows that faiss adds up side by side, which at 32 takes longer
SHUFFLED: Final = 16  # bytes
BYTE_MAX: Final = 255
NO_RESULTS: Final = np.empty(0, np.float32)
NO_PLACES: Final = np.empty(0, np.int64)
CODES_MIN: Final = (1 << 24) + 1  # bytes: faiss asks malloc for the next power of two
SEED: Final = 20_240_229  # of the rotation

# A result may be so many deviations lower than `result_of` expects for a row to be told all the
# same. Of 20 million pairs at d = 128 (92 queries, cosines of 0.2 to 0.95) one was 6.6 deviations
# lower, the next 5.9: the distribution is not quite normal, since one large number of a row that
# meets a large one of the query is cut to the highest level. A search for the best two leaves room.
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

        Two threads take some milliseconds, and neither spins; where the other core is busy, this
        one does all of it.
        """
        return Look(self._blocks, query, self._step)

    def _levels(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The level of each number, 0..7."""
        levels = np.clip(np.floor(rows / np.float32(self._step)), -4, 3)
        return np.asarray(levels + 4, np.uint8)


class Look:
    """The results of one query: the highest of each block, and more when they are asked for.

    Two threads share the blocks, but this one leaves the last to the other, if that comes to it in
    time: what is to be done with the results of all the others is then done meanwhile.

    Args:
        blocks: faiss's indexes, one at least; nothing is written to them until all was told.
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
        # of each block that was read, the highest first
        self._told: dict[int, tuple[NDArray[np.float32], NDArray[np.int64]]] = {}
        self._begin(range(len(blocks)), TOLD)
        self._work(leave=LEFT)

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
        """Places of the highest results so far, so many if as many were kept, in their order."""
        told = list(self._told.values())
        results = np.concatenate([results[:count] for results, _ in told])
        places = np.concatenate([places[:count] for _, places in told])
        kept = places[(-results).argsort()[:count]]
        kept.sort()
        return kept

    def places_from(self, least: float) -> Iterator[NDArray[np.int64]]:
        """Places of all rows whose result is at least this: as known so far, then the others.

        Each time in their order; all of it is to be asked for.
        """
        first = [number for number in list(self._told) if not self._short(number, least)]
        yield self._places(first, least)
        self._end()
        others = [number for number in range(len(self._blocks)) if number not in first]
        count = TOLD
        while short := [number for number in others if self._short(number, least)]:
            count *= MORE
            self._begin(short, count)
            self._end()
        yield self._places(others, least)

    def _short(self, number: int, least: float) -> bool:
        """Whether a block has more such rows than were told."""
        results, _ = self._told[number]
        return bool(results[-1] >= least) and len(results) < self._blocks[number].ntotal

    def _places(self, numbers: list[int], least: float) -> NDArray[np.int64]:
        told = [self._told[number] for number in numbers]
        results = np.concatenate([NO_RESULTS, *(results for results, _ in told)])
        places = np.concatenate([NO_PLACES, *(places for _, places in told)])
        kept = places[results >= least]
        kept.sort()
        return kept

    def _begin(self, numbers: Iterable[int], count: int) -> None:
        """Set about fetching so many of the highest results of each of these blocks."""
        self._waiting = [(number, count) for number in numbers]
        mine = self._waiting.pop()
        self._other = _helper().submit(self._work) if self._waiting else None
        self._search(*mine)

    def _work(self, leave: int = 0) -> None:
        while len(self._waiting) > leave:
            try:
                number, count = self._waiting.pop()
            except IndexError:  # the other thread was quicker
                return
            self._search(number, count)

    def _search(self, number: int, count: int) -> None:
        block = self._blocks[number]
        results, rows = block.search(self._query, min(count, block.ntotal))
        self._told[number] = results[0], rows[0] + number * BLOCK_ROWS

    def _end(self) -> None:
        """Wait for the other thread; where it has not come to it, this one takes what is left."""
        self._work()
        if self._other is not None and not self._other.cancel():
            self._other.result()


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
    # never moved; what is not written is not resident. So large that malloc takes pages of its own
    # for it, where the kernel can use large ones: what lay in its heap before is in small ones
    size, group = BLOCK_ROWS * tables // 2, TOGETHER * tables // 2
    index.codes.resize(-(-max(size, CODES_MIN) // group) * group)
    _use_large_pages(int(index.codes.data()), index.codes.size())
    return index


def _use_large_pages(start: int, size: int) -> None:
    """Ask for them where there are some: a scan then takes a sixth less. numpy does the same."""
    advice = getattr(mmap, "MADV_HUGEPAGE", None)
    if advice is not None:
        whole = start // mmap.PAGESIZE * mmap.PAGESIZE  # with malloc's own few bytes
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
