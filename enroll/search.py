"""Finds the two shoppers nearest to a probe, in a gallery of any size, and never another two.

A payment needs the best match and the runner-up: a runner-up that is missed makes the margin look
larger than it is. Up to `SCAN_FROM` templates every one is compared in float32. Above, a first pass
reads three bits of each number of all templates (`models/scan.py`), and whatever may be among the
best two is then compared in 8 bits, whose error is known for every row, and what may still be, in
14, to within 1e-4. Nothing is built beforehand: adding a template writes it, removing one strikes
it out.

The first pass is right by chance, not by proof, and the chance is not an attacker's: it lies in how
templates and probe are turned, by the vault's key and by a rotation here. It keeps all rows up to
6.5 standard deviations below what the runner-up should have, and as much again as bytes may be off
(some 0.7 deviations more), about two thousand of a million.

Right after so much memory was read nothing else is in the processor's caches, and each numpy
function costs several times what it does otherwise: hence few of them, and one place for a row.

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

    from models.scan import Look

SCAN_FROM: Final = 20_000
"""Templates from which the first pass pays; below, plain float32 is as fast and simpler."""

FINE_BITS: Final = 6
FINE: Final = 1 << FINE_BITS
COARSE_MAX: Final = 126.5  # a whole value, of both, stays within a coarse byte of -127..127
ROUNDING: Final = 1e-4  # of float32 sums and the 14-bit form, generously
NOBODY: Final = -1
FIRST: Final = 32  # rows of the highest results, among which the second is sought at first
PLANES_ROWS: Final = 262_144
WRITTEN_TOGETHER: Final = 2_048  # templates; keeps what is needed besides small
MULTIPLIED_TOGETHER: Final = 1_024  # rows; more would wake the threads of numpy's BLAS, which spin
WIDENED_TOGETHER: Final = 256  # rows of bytes, whose float32 form then stays in the cache

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


def _products(
    rows: NDArray[np.float32] | NDArray[np.int8], probe: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Inner products with each row, by this thread alone."""
    made = np.empty(len(rows), np.float32)
    together = MULTIPLIED_TOGETHER if rows.dtype == np.float32 else WIDENED_TOGETHER
    for start in range(0, len(rows), together):
        end = start + together
        np.matmul(rows[start:end].astype(np.float32, copy=False), probe, out=made[start:end])
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
    """All templates in 14 bits: a byte of each number, and what that rounded away.

    At 128 dimensions a template takes 284 bytes with all that belongs to it.
    """

    def __init__(self, dimensions: int) -> None:
        from models.scan import Scan

        self._scan = Scan(dimensions)
        self._form = _Form(dimensions)
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
                self._planes.append(_Planes(self._form))
            some = slice(start, start + min(PLANES_ROWS - row, WRITTEN_TOGETHER))
            turned = self._scan.turned(templates[some])
            self._scan.add(turned)
            rows, rounded = self._form.of(owners[some], turned)
            self._planes[block].rows[row : row + len(rows)] = rows
            self._planes[block].owners[row : row + len(rows)] = owners[some]
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
        second = _second(*self._near(turned, look.highest(FIRST), -np.inf)) - ROUNDING
        return _by_owner(*self._from(turned, look, second, spare=self._off))[:2]

    def at_least(self, probe: NDArray[np.float32], least: float) -> Found:
        """All owners that near."""
        if not len(self):
            return []
        turned = self._scan.turned(probe)
        look = self._scan.look(turned)
        owners, cosines = self._from(turned, look, least)
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
        return _by_owner(*self._near(turned, np.concatenate(places), -np.inf))

    def _from(
        self, turned: NDArray[np.float32], look: Look, least: float, spare: float = 0.0
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Owners and cosines of rows, among them all whose cosine is at least this.

        Args:
            turned: the probe.
            look: what the first pass told.
            least: cosine.
            spare: how much lower the first pass takes it to be, which it then misses the less.
        """
        wanted = look.places_from(look.least(least - spare))
        owners, cosines = zip(*(self._near(turned, some, least) for some in wanted), strict=True)
        return np.concatenate(owners), np.concatenate(cosines)

    def _near(
        self, turned: NDArray[np.float32], places: NDArray[np.int64], least: float
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Owners and cosines of rows that nobody struck out, among them all that are so near.

        Args:
            turned: the probe.
            places: of the rows, in their order, which is the memory's.
            least: cosine.
        """
        held = np.empty((len(places), self._form.bytes), np.uint8)
        bounds = places.searchsorted(np.arange(len(self._planes) + 1) * PLANES_ROWS).tolist()
        for number, planes in enumerate(self._planes):
            start, end = bounds[number : number + 2]
            rows = places[start:end] - number * PLANES_ROWS
            planes.rows.take(rows, axis=0, out=held[start:end], mode="clip")  # others copy twice
        return self._form.near(held, turned, least - self._off)


def _second(owners: NDArray[np.int32], cosines: NDArray[np.float32]) -> float:
    """The cosine of the second owner; -inf where there is none."""
    if not len(owners):
        return -np.inf
    others = cosines[owners != owners[np.argmax(cosines)]]
    return float(others.max(initial=-np.inf))


class _Planes:
    """Some rows, and whose they are: of what was not written yet the memory is not taken."""

    def __init__(self, form: _Form) -> None:
        self.rows = np.zeros((PLANES_ROWS, form.bytes), np.uint8)
        self.owners = np.full(PLANES_ROWS, NOBODY, np.int32)  # again, to look one up

    def blank(self, row: int) -> None:
        """Leave nothing of a row."""
        self.owners[row] = NOBODY
        self.rows[row] = 0


class _Form:
    """What is held of a template: all in one place, since the memory is far away.

    Its numbers in bytes, what those rounded away in six bits each, their step, and the owner, from
    1; a row of zeros is nobody's.
    """

    def __init__(self, dimensions: int) -> None:
        self._fine = slice(dimensions, dimensions + dimensions * FINE_BITS // 8)
        self._step = slice(self._fine.stop, self._fine.stop + 4)
        self._owner = slice(self._step.stop, self._step.stop + 4)
        self.bytes = self._owner.stop

    def of(
        self, owners: NDArray[np.int32], templates: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint8], float]:
        """Rows, (n, bytes), and how far one's bytes are off at the most, as a length."""
        most = np.maximum(np.abs(templates).max(axis=1, keepdims=True), 1e-9)
        steps = (most / COARSE_MAX).astype(np.float32)
        whole = np.rint(templates / (steps / FINE)).astype(np.int32)
        coarse = (whole + FINE // 2) >> FINE_BITS
        # from half a step below the bytes
        below = (whole - (coarse << FINE_BITS) + FINE // 2).astype(np.uint8)
        rows = np.empty((len(templates), self.bytes), np.uint8)
        rows[:, : self._fine.start].view(np.int8)[:] = coarse
        rows[:, self._fine] = _packed(below)
        rows[:, self._step].view(np.float32)[:] = steps
        rows[:, self._owner].view(np.int32)[:, 0] = owners + 1
        return rows, float(np.linalg.norm(templates - coarse * steps, axis=1).max())

    def near(
        self, rows: NDArray[np.uint8], probe: NDArray[np.float32], least: float
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Owners and cosines of these rows, but those that are nobody's or not so near in bytes.

        Args:
            rows: as `of` gives them.
            probe: turned.
            least: of the cosine of a row's bytes.
        """
        coarse = rows[:, : self._fine.start].view(np.int8)
        steps = rows[:, self._step].view(np.float32)[:, 0]
        owners = rows[:, self._owner].view(np.int32)[:, 0] - 1
        near = _products(coarse, probe) * steps >= least
        kept = (near & (owners != NOBODY)).nonzero()[0]
        whole = coarse[kept].astype(np.float32)
        whole += _unpacked(rows[kept, self._fine]) / np.float32(FINE) - np.float32(0.5)
        return owners[kept], _products(whole, probe) * steps[kept]


def _packed(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Six bits of each number, (n, d) to (n, 3d/4): the last fourth, in twos, above the others."""
    fourth = values.shape[1] // 4
    twos = values[:, None, 3 * fourth :] >> np.array([[0], [2], [4]], np.uint8) & 3
    return np.asarray(values[:, : 3 * fourth] | twos.reshape(len(values), -1) << 6, np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The numbers again, (n, d)."""
    fourth = packed.shape[1] // 3
    twos = packed >> 6
    last = twos[:, :fourth] | twos[:, fourth : 2 * fourth] << 2 | twos[:, 2 * fourth :] << 4
    return np.concatenate((packed & 63, last), axis=1)
