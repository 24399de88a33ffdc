"""Finds the two shoppers nearest to a probe, in a gallery of any size, and never another two.

A payment needs the best match and the runner-up: a runner-up that is missed makes the margin look
larger than it is. Up to `SCAN_FROM` templates every one is compared in float32. Above, a first pass
reads three bits of each number of all templates (`models/scan.py`), and whatever may be among the
best two is then compared in 8 bits, whose error is known for every row, and what may still be, in
14, to within 1e-4. Nothing is built beforehand: adding a template writes it, removing one strikes
it out.

The first pass is right by chance, not by proof, and the chance is not an attacker's: it lies in how
templates and probe are turned, by the vault's key and by a rotation here. It keeps all rows up to
6.5 standard deviations below what the runner-up should have, about two thousand of a million.

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


SCAN_FROM: Final = 20_000
"""Templates from which the first pass pays; below, plain float32 is as fast and simpler."""

FINE_BITS: Final = 6
FINE: Final = 1 << FINE_BITS
COARSE_MAX: Final = 126.5  # a whole value, of both, stays within a coarse byte of -127..127
ROUNDING: Final = 1e-4  # of float32 sums and the 14-bit form, generously
FIRST: Final = 32  # rows of the highest results, among which the second is sought at first
PLANES_ROWS: Final = 262_144
WRITTEN_TOGETHER: Final = 2_048  # templates; keeps what is needed besides small
MULTIPLIED_TOGETHER: Final = 1_024  # rows; more would wake the threads of numpy's BLAS, which spin

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


def _products(rows: NDArray[np.float32], probe: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products with each row, by this thread alone."""
    made = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), MULTIPLIED_TOGETHER):
        some = slice(start, start + MULTIPLIED_TOGETHER)
        np.matmul(rows[some], probe, out=made[some])
    return made


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
        cosines = _products(self._templates, probe)
        if not len(cosines):
            return []
        first = self._owners[np.argmax(cosines)]
        others = np.where(self._owners == first, -np.inf, cosines)
        kept = cosines >= others.max()
        return _by_owner(self._owners[kept], cosines[kept])[:2]

    def at_least(self, probe: NDArray[np.float32], least: float) -> Found:
        """All owners that near."""
        cosines = _products(self._templates, probe)
        kept = cosines >= least
        return _by_owner(self._owners[kept], cosines[kept])

    def of(self, probe: NDArray[np.float32], owners: Collection[int]) -> Found:
        """These owners."""
        kept = np.isin(self._owners, list(owners))
        return _by_owner(self._owners[kept], _products(self._templates[kept], probe))


class Compact:
    """All templates in 14 bits: a plane of bytes, and one of what those rounded away.

    At 128 dimensions a template takes 280 bytes with all that belongs to it.
    """

    def __init__(self, dimensions: int) -> None:
        from models.scan import Scan

        self._scan = Scan(dimensions)
        self._planes: list[_Planes] = []
        self._used = 0
        self._gone = 0
        self._off = ROUNDING  # the most that any row's coarse cosine is off

    def __len__(self) -> int:
        return self._used - self._gone

    def add(self, owners: NDArray[np.int32], templates: NDArray[np.float32]) -> None:
        """Take templates."""
        start = 0
        while start < len(templates):
            block, row = divmod(self._used, PLANES_ROWS)
            if block == len(self._planes):
                self._planes.append(_Planes(self._scan.dimensions))
            some = slice(start, start + min(PLANES_ROWS - row, WRITTEN_TOGETHER))
            turned = self._scan.turned(templates[some])
            self._scan.add(turned)
            rounded = self._planes[block].write(row, owners[some], turned)
            self._off = max(self._off, rounded + ROUNDING)
            self._used += len(turned)
            start += len(turned)

    def remove(self, owner: int) -> None:
        """Forget an owner's templates."""
        for number, planes in enumerate(self._planes):
            for row in np.flatnonzero(planes.owners == owner).tolist():
                self._scan.blank(number * PLANES_ROWS + row)
                planes.blank(row)
                self._gone += 1

    def best_two(self, probe: NDArray[np.float32]) -> Found:
        """The two nearest owners."""
        if not len(self):
            return []
        turned = self._scan.turned(probe)
        look = self._scan.look(turned)
        # two owners have at least this cosine, so who has less is not wanted; -inf takes everybody
        _, owners, cosines = self._compare(turned, look.highest(FIRST))
        second = _second(owners, cosines) - self._off
        wanted = look.places_from(look.least(second))
        places, owners, cosines = self._compare(turned, wanted)
        near = places[cosines >= _second(owners, cosines) - 2 * self._off]
        return _by_owner(*self._compare(turned, near, fine=True)[1:])[:2]

    def at_least(self, probe: NDArray[np.float32], least: float) -> Found:
        """All owners that near."""
        if not len(self):
            return []
        turned = self._scan.turned(probe)
        look = self._scan.look(turned)
        wanted = look.places_from(look.least(least))
        places, _, cosines = self._compare(turned, wanted)
        near = places[cosines >= least - self._off]
        _, owners, cosines = self._compare(turned, near, fine=True)
        kept = cosines >= least
        return _by_owner(owners[kept], cosines[kept])

    def of(self, probe: NDArray[np.float32], owners: Collection[int]) -> Found:
        """These owners."""
        wanted = list(owners)
        places = [
            np.flatnonzero(np.isin(planes.owners, wanted)) + number * PLANES_ROWS
            for number, planes in enumerate(self._planes)
        ]
        if not places:
            return []
        turned = self._scan.turned(probe)
        return _by_owner(*self._compare(turned, np.concatenate(places), fine=True)[1:])

    def _compare(
        self, turned: NDArray[np.float32], places: NDArray[np.int64], *, fine: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Of rows that nobody struck out: places, owners and cosines, of the bytes or all bits.

        Args:
            turned: the probe.
            places: in their order, which is the memory's.
            fine: whether of all bits.
        """
        owners = np.empty(len(places), np.int32)
        cosines = np.empty(len(places), np.float32)
        bounds = np.searchsorted(places, np.arange(len(self._planes) + 1) * PLANES_ROWS).tolist()
        for number, planes in enumerate(self._planes):
            some = slice(bounds[number], bounds[number + 1])
            rows = places[some] - number * PLANES_ROWS
            owners[some], cosines[some] = planes.owners[rows], planes.cosines(turned, rows, fine)
        live = owners >= 0
        return places[live], owners[live], cosines[live]


def _second(owners: NDArray[np.int32], cosines: NDArray[np.float32]) -> float:
    """The cosine of the second owner; -inf where there is none."""
    if not len(owners):
        return -np.inf
    others = cosines[owners != owners[np.argmax(cosines)]]
    return float(others.max(initial=-np.inf))


class _Planes:
    """Some rows, and whose they are: of what was not written yet the memory is not taken."""

    def __init__(self, dimensions: int) -> None:
        self.owners = np.full(PLANES_ROWS, -1, np.int32)
        self._coarse = np.zeros((PLANES_ROWS, dimensions), np.int8)
        self._fine = np.zeros((PLANES_ROWS, dimensions * FINE_BITS // 8), np.uint8)
        self._steps = np.zeros(PLANES_ROWS, np.float32)  # of the coarse plane

    def write(self, row: int, owners: NDArray[np.int32], templates: NDArray[np.float32]) -> float:
        """Write from a row on; gives how far a row's bytes are off at the most, as a length."""
        rows = slice(row, row + len(owners))
        most = np.maximum(np.abs(templates).max(axis=1), 1e-9)
        steps = (most / COARSE_MAX).astype(np.float32)
        whole = np.rint(templates / (steps[:, None] / FINE)).astype(np.int32)
        coarse = (whole + FINE // 2) >> FINE_BITS
        below = (whole - (coarse << FINE_BITS) + FINE // 2).astype(np.uint8)
        bits = np.unpackbits(below[..., None], axis=2)[..., -FINE_BITS:]
        self.owners[rows], self._coarse[rows], self._steps[rows] = owners, coarse, steps
        self._fine[rows] = np.packbits(bits.reshape(len(owners), -1), axis=1)
        return float(np.linalg.norm(templates - coarse * steps[:, None], axis=1).max())

    def blank(self, row: int) -> None:
        """Leave nothing of a row."""
        self.owners[row] = -1
        self._coarse[row] = self._fine[row] = self._steps[row] = 0

    def cosines(
        self,
        probe: NDArray[np.float32],
        rows: NDArray[np.int64],
        fine: bool,  # noqa: FBT001 - named where it is given
    ) -> NDArray[np.float32]:
        """Of some rows: of the coarse plane, or of both."""
        made = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), MULTIPLIED_TOGETHER):
            some = rows[start : start + MULTIPLIED_TOGETHER]
            values = np.take(self._coarse, some, axis=0).astype(np.float32)
            if fine:
                values += self._below(some)
            made[start : start + len(some)] = (values @ probe) * self._steps[some]
        return made

    def _below(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the coarse plane rounded away, in its steps."""
        bits = np.unpackbits(self._fine[rows], axis=1).reshape(len(rows), -1, FINE_BITS)
        worth = 0.5 ** np.arange(1, FINE_BITS + 1, dtype=np.float32)
        return np.asarray(bits @ worth - np.float32(0.5), np.float32)
