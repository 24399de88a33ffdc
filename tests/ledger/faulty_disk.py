"""A disk that fails on order, or loses power: an SQLite VFS between the book and the real files.

It keeps beside every file what a real disk is sure to hold, which is what was synced; the writes
after that may be there or not, whole or torn at a sector's border, when the power goes.
"""

from __future__ import annotations

import random
from pathlib import Path

import apsw

SECTOR = 512


class Disk(apsw.VFS):
    """Makes itself the default for all connections until `unregister`.

    Attributes:
        fail_at: number of the operation (writes, truncations and syncs, from 1) that fails.
        fail_with: "eio", "full" or "short"; a short write leaves half of the data.
        stays_broken: whether all operations after that fail too.
        watch: called before each operation, with nothing.
    """

    def __init__(self):
        self.operations = 0
        self.fail_at = None
        self.fail_with = "eio"
        self.stays_broken = False
        self.watch = None
        self.durable = {}
        self.pending = {}
        super().__init__("facetill-faulty", "unix", makedefault=True)

    def xOpen(self, name, flags):  # noqa: N802
        return File(self, name, flags)

    def xDelete(self, name, sync):  # noqa: N802
        self.durable.pop(name, None)
        self.pending.pop(name, None)
        super().xDelete(name, sync)

    def before(self, kind):
        """Count an operation; gives how it is to fail, if it is."""
        if self.watch is not None:
            self.watch()
        self.operations += 1
        if self.fail_at is None or self.operations < self.fail_at:
            return None
        if self.operations > self.fail_at and not self.stays_broken:
            return None
        return "eio" if kind == "sync" and self.fail_with == "short" else self.fail_with

    def heal(self):
        self.fail_at = None
        self.operations = 0

    def cut(self, seed):
        """path -> bytes as they may be found after a power cut now."""
        rng = random.Random(seed)
        found = {}
        for name, synced in self.durable.items():
            image = bytearray(synced)
            for offset, data in self.pending[name]:
                if offset is None:
                    if rng.random() < 0.5:
                        del image[data:]
                    continue
                for start in range(0, len(data), SECTOR):
                    if rng.random() < 0.6:
                        put(image, offset + start, data[start : start + SECTOR])
            found[name] = bytes(image)
        return found


def put(image, offset, data):
    if len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


def failure(kind):
    return apsw.FullError("disk full") if kind == "full" else apsw.IOError("the disk failed")


class File(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self.disk = disk
        self.name = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.durable = flags[0] & (apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL)
        super().__init__("unix", name, flags)
        if self.durable and self.name not in disk.durable:
            disk.durable[self.name] = Path(self.name).read_bytes()
            disk.pending[self.name] = []

    def xWrite(self, data, offset):  # noqa: N802
        how = self.disk.before("write")
        if how == "short":
            data = data[: len(data) // 2]
        if how in (None, "short"):
            super().xWrite(data, offset)
            if self.durable:
                self.disk.pending[self.name].append((offset, bytes(data)))
        if how is not None:
            raise failure(how)

    def xTruncate(self, size):  # noqa: N802
        how = self.disk.before("truncate")
        if how is not None:
            raise failure(how)
        super().xTruncate(size)
        if self.durable:
            self.disk.pending[self.name].append((None, size))

    def xSync(self, flags):  # noqa: N802
        how = self.disk.before("sync")
        if how is not None:
            raise failure(how)
        super().xSync(flags)
        if self.durable:
            self.disk.durable[self.name] = Path(self.name).read_bytes()
            self.disk.pending[self.name] = []
