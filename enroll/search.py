"""Finds the two shoppers nearest to a probe, in a gallery of any size, and never another two.

A payment needs the best match and the runner-up, so a search that misses one of them now and then
is of no use. Up to `SCAN_FROM` templates every one is compared in float32. Above, a first pass
compares 8-bit forms of all of them; how far it can be off is known for every pair (the lengths of
what was rounded away), so it leaves exactly those rows that may be among the best two, and only
these are compared in 16 bits, to within 1e-5. Nothing is built beforehand: adding a template writes
it, removing one strikes it out.

An approximate graph (HNSW) was not taken: it may miss the runner-up, takes minutes to build at
each start, since nothing of it may lie on the disk in the clear, and its links beside vectors that
are fine enough to decide by need more memory than this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from models.scan import Scan

SCAN_FROM: Final = 20_000
"""Templates from which the first pass pays; below, plain float32 is as fast and simpler."""

FINE_BITS: Final = 8
FINE: Final = 1 << FINE_BITS
COARSE_MAX: Final = 126.5  # a whole 16-bit value stays within a coarse byte of -127..127
QUERY_MAX: Final = 63  # a query is signed; with the zero point it is 1 to 127
ZERO_POINT: Final = 64
ROUNDING: Final = 1e-4  # of float32 sums and the 16-bit form, generously
FIRST_GROUPS: Final = 4
WRITTEN_TOGETHER: Final = 8_192  # templates; keeps what is needed besides small

Found = list[tuple[int, float]]


class Index(Protocol):
    """Templates by owner."""

    def __len__(self) -> int:
        """How many templates there are."""

    def add(self, owners: NDArray[np.int32], templates: NDArray[np.float32]) -> None:
        """Take templates, (n, d) of length 1, and whose they are, (n,) of numbers from 0."""

    def remove(self, owner: int) -> None:
        """Forget an owner's templates."""

    def best_two(self, probe: NDArray[np.float32]) -> Found:
        """The two nearest owners and their cosines, nearest first; fewer where there are fewer."""

    def at_least(self, probe: NDArray[np.float32], least: float) -> Found:
        """All owners whose cosine is at least `least`, nearest first."""

    def of(self, probe: NDArray[np.float32], owners: Collection[int]) -> Found:
        """These owners and their cosines, nearest first."""


def index_for(count: int, dimensions: int) -> Index:
    """What suits so many templates."""
    return Compact(dimensions) if count >= SCAN_FROM else Plain(dimensions)


def _by_owner(owners: NDArray[np.int32], cosines: NDArray[np.float32]) -> Found:
    """Each owner's best cosine, nearest first; of equals the lower number first."""
    order = np.lexsort((owners, -cosines))
    best: dict[int, float] = {}
    for place in order:
        best.setdefault(int(owners[place]), float(cosines[place]))
    return list(best.items())


class Plain:
    """All templates in float32, all compared."""

    def __init__(self, dimensions: int) -> None:
        self._owners = np.empty(0, np.int32)
        self._templates = np.empty((0, dimensions), np.float32)

    def __len__(self) -> int:
        return len(self._owners)

    def add(self, owners: NDArray[np.int32], templates: NDArray[np.float32]) -> None:
        """Take templates."""
        self._owners = np.concatenate([self._owners, owners.astype(np.int32)])
        self._templates = np.concatenate([self._templates, templates.astype(np.float32)])

    def remove(self, owner: int) -> None:
        """Forget an owner's templates."""
        stay = self._owners != owner
        self._owners, self._templates = self._owners[stay], self._templates[stay]

    def best_two(self, probe: NDArray[np.float32]) -> Found:
        """The two nearest owners."""
        cosines = self._templates @ probe
        if not len(cosines):
            return []
        first = self._owners[np.argmax(cosines)]
        others = np.where(self._owners == first, -np.inf, cosines)
        kept = cosines >= others.max()
        return _by_owner(self._owners[kept], cosines[kept])[:2]

    def at_least(self, probe: NDArray[np.float32], least: float) -> Found:
        """All owners that near."""
        cosines = self._templates @ probe
        kept = cosines >= least
        return _by_owner(self._owners[kept], cosines[kept])

    def of(self, probe: NDArray[np.float32], owners: Collection[int]) -> Found:
        """These owners."""
        kept = np.isin(self._owners, list(owners))
        return _by_owner(self._owners[kept], self._templates[kept] @ probe)


class Compact:
    """All templates in 16 bits, as two planes of bytes: the coarse one is scanned.

    At 128 dimensions a template takes 268 bytes with all that belongs to it.
    """

    def __init__(self, dimensions: int) -> None:
        from models.scan import Scan

        self._dimensions = dimensions
        self._scan = Scan(dimensions)
        self._fine: list[NDArray[np.int8]] = []  # (BLOCK_ROWS, d) a block
        self._owners: list[NDArray[np.int32]] = []  # (BLOCK_ROWS,) a block; -1 is nobody
        self._used = 0
        self._gone = 0
        self._rounded_max = 0.0  # the most that any row's coarse form is off, as a length

    def __len__(self) -> int:
        return self._used - self._gone

    def add(self, owners: NDArray[np.int32], templates: NDArray[np.float32]) -> None:
        """Take templates."""
        from models.scan import BLOCK_ROWS

        start = 0
        while start < len(templates):
            if self._used == len(self._fine) * BLOCK_ROWS:
                self._scan.add_block()
                self._fine.append(np.zeros((BLOCK_ROWS, self._dimensions), np.int8))
                self._owners.append(np.full(BLOCK_ROWS, -1, np.int32))
            block, row = divmod(self._used, BLOCK_ROWS)
            some = slice(start, start + min(BLOCK_ROWS - row, WRITTEN_TOGETHER))
            written = len(templates[some])
            self._write(block, slice(row, row + written), owners[some], templates[some])
            self._used += written
            start += written

    def _write(
        self,
        block: int,
        rows: slice,
        owners: NDArray[np.int32],
        templates: NDArray[np.float32],
    ) -> None:
        most = np.maximum(np.abs(templates).max(axis=1), 1e-9)
        steps = (most / COARSE_MAX).astype(np.float32)
        whole = np.rint(templates / (steps[:, None] / FINE)).astype(np.int32)
        coarse = (whole + FINE // 2) >> FINE_BITS
        scanned = self._scan.blocks[block]
        scanned.rows[:, rows] = coarse.T
        scanned.scales[0, rows] = steps
        # a query is shifted by ZERO_POINT to have no negative component: taken back here
        scanned.offsets[0, rows] = -ZERO_POINT * coarse.sum(axis=1) * steps
        self._fine[block][rows] = whole - (coarse << FINE_BITS)
        self._owners[block][rows] = owners
        rounded = np.linalg.norm(templates - coarse * steps[:, None], axis=1)
        self._rounded_max = max(self._rounded_max, float(rounded.max()))

    def remove(self, owner: int) -> None:
        """Forget an owner's templates."""
        for number, owners in enumerate(self._owners):
            for row in np.flatnonzero(owners == owner):
                scanned = self._scan.blocks[number]
                scanned.rows[:, row] = 0
                scanned.scales[0, row] = 0
                scanned.offsets[0, row] = -np.inf
                self._fine[number][row] = 0
                owners[row] = -1
                self._gone += 1

    def best_two(self, probe: NDArray[np.float32]) -> Found:
        """The two nearest owners."""
        if not len(self):
            return []
        seen = _CoarsePass(self._scan, self._rounded_max, probe)
        groups = FIRST_GROUPS
        while True:
            blocks, rows = seen.rows_of_highest(groups)
            owners = self._owner_of(blocks, rows)
            found = _by_owner(owners, seen.cosines(blocks, rows))
            if len(found) > 1 or groups >= seen.groups:
                break
            groups *= 16  # one owner fills all of them
        if len(found) > 1:  # a row that is nearer than the second has at least this
            blocks, rows = seen.rows_from(found[1][1] - 2 * seen.off)
        return _by_owner(*self._exact(probe, blocks, rows))[:2]

    def at_least(self, probe: NDArray[np.float32], least: float) -> Found:
        """All owners that near."""
        if not len(self):
            return []
        seen = _CoarsePass(self._scan, self._rounded_max, probe)
        owners, cosines = self._exact(probe, *seen.rows_from(least - seen.off))
        kept = cosines >= least
        return _by_owner(owners[kept], cosines[kept])

    def of(self, probe: NDArray[np.float32], owners: Collection[int]) -> Found:
        """These owners."""
        wanted = list(owners)
        places = [np.flatnonzero(np.isin(some, wanted)) for some in self._owners]
        if not places:
            return []
        blocks = np.repeat(np.arange(len(places)), [len(rows) for rows in places])
        return _by_owner(*self._exact(probe, blocks, np.concatenate(places)))

    def _owner_of(self, blocks: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.int32]:
        pairs = zip(blocks.tolist(), rows.tolist(), strict=True)
        return np.array([self._owners[block][row] for block, row in pairs], np.int32)

    def _exact(
        self, probe: NDArray[np.float32], blocks: NDArray[np.intp], rows: NDArray[np.intp]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Owners and cosines of some rows, in 16 bits."""
        cosines = np.empty(len(rows), np.float32)
        for block in np.unique(blocks):
            here = blocks == block
            scanned = self._scan.blocks[block]
            whole = scanned.rows[:, rows[here]].T.astype(np.float32) * FINE
            whole += self._fine[block][rows[here]]
            cosines[here] = (whole @ probe) * (scanned.scales[0, rows[here]] / FINE)
        return self._owner_of(blocks, rows), cosines


class _CoarsePass:
    """What the scan says of one probe: each row's cosine, and how far it can be off."""

    def __init__(self, scan: Scan, rounded_max: float, probe: NDArray[np.float32]) -> None:
        step = max(float(np.abs(probe).max()), 1e-9) / QUERY_MAX
        query = np.rint(probe / step).astype(np.int32)
        # |q·x - q'·x'| ≤ |q - q'| |x'| + |q| |x - x'|, and both vectors have length 1
        lost = float(np.linalg.norm(probe - query * step))
        self.off = lost * (1 + rounded_max) + rounded_max + ROUNDING
        self._step = np.float32(step)
        passed = list(scan.results((query + ZERO_POINT).astype(np.uint8)))
        self._results = [results for results, _ in passed]
        self._peaks = np.stack([peaks for _, peaks in passed])

    @property
    def groups(self) -> int:
        """How many groups of neighbouring rows there are."""
        return self._peaks.size

    def cosines(self, blocks: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Of some rows."""
        pairs = zip(blocks.tolist(), rows.tolist(), strict=True)
        return np.array([self._results[b][r] for b, r in pairs], np.float32) * self._step

    def rows_of_highest(self, groups: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Block and row of all rows of the groups with the highest peaks."""
        peaks = self._peaks.ravel()
        some = min(groups, len(peaks))
        return self._rows(np.argpartition(peaks, -some)[-some:], -np.inf)

    def rows_from(self, least: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Block and row of all rows whose cosine is at least this."""
        raw = least / float(self._step)
        return self._rows(np.flatnonzero(self._peaks >= raw), raw)

    def _rows(
        self, groups: NDArray[np.intp], raw: float
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        from models.scan import PEAK_ROWS

        blocks, rows = [], []
        for group in groups.tolist():
            block, within = divmod(group, self._peaks.shape[1])
            start = within * PEAK_ROWS
            part = self._results[block][start : start + PEAK_ROWS]
            wanted = np.flatnonzero((part >= raw) & np.isfinite(part))
            rows.append(wanted + start)
            blocks.append(np.full(len(wanted), block, np.intp))
        if not rows:
            return np.empty(0, np.intp), np.empty(0, np.intp)
        return np.concatenate(blocks), np.concatenate(rows)
