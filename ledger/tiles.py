"""The log as files that any web server can serve, in the layout of C2SP `tlog-tiles`.

`checkpoint` is the signed head, `tile/<L>/<N>` holds 256 hashes of level 8*L, `tile/entries/<N>`
256 leaves, each behind its length in two bytes; a tile that is not full yet is named
`<N>.p/<W>` after its width. Full tiles never change, so an export is gone on with, not begun anew.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ledger import merkle
from ledger.entries import LEAF_BYTES_MAX
from ledger.errors import BadInputError, ProofRefused
from ledger.home import storage_error, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

WIDTH: Final = 256
HEIGHT: Final = 8
CHECKPOINT: Final = "checkpoint"
_GROUP: Final = 1_000


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Where a tile is: `tile/0/x001/x234/067` is number 1,234,067 of level 0.

    Args:
        level: 0.., or "entries" for a bundle of leaves.
        number: 0..
        width: 1..256; 256 is a full tile.
    """
    parts = [f"{number % _GROUP:03d}"]
    while number := number // _GROUP:
        parts.insert(0, f"x{number % _GROUP:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(parts)}{partial}"


def export(
    folder: Path,
    checkpoint: str,
    size: int,
    leaves: Iterable[bytes],
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a log, or what is new of it; gives the number of files written.

    Args:
        folder: A new or empty folder, or one with an earlier export of the same log.
        checkpoint: The signed head of a tree of `size`.
        size: Number of leaves.
        leaves: They, in order.
        progress: Called now and then with leaves done and leaves in all.

    Raises:
        BadInputError: The folder holds something else, or a leaf is too long.
        ProofRefused: A full tile there is not this log's: the log was rewritten.
        HomeError, DiskFullError: The disk refused; an earlier checkpoint stays valid.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / CHECKPOINT).is_file():
        raise BadInputError(
            f"{folder} is not empty and holds no such export.", hint="Name a new folder."
        )
    try:
        writer = _Writer(folder)
        for done, leaf in enumerate(leaves, 1):
            writer.add(leaf)
            if progress is not None and done % WIDTH == 0:
                progress(done, size)
        if writer.size != size:
            raise BadInputError(
                f"The log gave {writer.size} of {size} entries.", hint="Run: facetill ledger check"
            )
        writer.finish()
        # at last, so that nobody reads a head whose tiles are not there yet
        return writer.put(CHECKPOINT, checkpoint.encode(), replace=True)
    except OSError as e:
        raise storage_error(e, f"The tiles in {folder} could not be written") from e


class _Writer:
    """Collects hashes and leaves into tiles, and writes each when it is full."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._frontier = merkle.Frontier()
        self._bundle: list[bytes] = []
        self._levels: list[list[bytes]] = []
        self._numbers: list[int] = []
        self._written = 0

    def add(self, leaf: bytes) -> None:
        if len(leaf) > LEAF_BYTES_MAX:
            raise BadInputError(
                f"Entry {self.size} has {len(leaf)} bytes, more than a bundle can hold.",
                hint="Such an entry cannot be exported as tiles.",
            )
        self._bundle.append(len(leaf).to_bytes(2, "big") + leaf)
        completed = self._frontier.completed(merkle.leaf_hash(leaf))
        self._frontier.append(completed)
        self.size += 1
        for place in range(0, len(completed), HEIGHT):
            level = place // HEIGHT
            if level == len(self._levels):
                self._levels.append([])
                self._numbers.append(0)
            self._levels[level].append(completed[place])
            if len(self._levels[level]) == WIDTH:
                self.put(tile_path(level, self._numbers[level]), b"".join(self._levels[level]))
                self._levels[level] = []
                self._numbers[level] += 1
        if len(self._bundle) == WIDTH:
            self.put(tile_path("entries", self.size // WIDTH - 1), b"".join(self._bundle))
            self._bundle = []

    def finish(self) -> None:
        """Write the tiles that are not full."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                self.put(tile_path(level, self._numbers[level], len(hashes)), b"".join(hashes))
        if self._bundle:
            path = tile_path("entries", self.size // WIDTH, len(self._bundle))
            self.put(path, b"".join(self._bundle))

    def put(self, name: str, data: bytes, *, replace: bool = False) -> int:
        """Write one file whole; one that is there already must say the same."""
        path = self._folder / name
        if path.exists():
            if path.read_bytes() == data:
                return self._written
            if not replace:
                raise ProofRefused(
                    f"{name} of the earlier export is not this log's: the log was rewritten.",
                    hint="Keep both: together they prove it.",
                )
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = path.with_name(path.name + ".new")
        with staging.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
        sync_folder(path.parent)
        self._written += 1
        return self._written


class Tiles:
    """An export, read as a stranger would: from its files alone."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size

    def leaf(self, index: int) -> bytes:
        """The bytes of an entry."""
        data = self._read("entries", index // WIDTH, self._size)
        for _ in range(index % WIDTH):
            data = data[2 + int.from_bytes(data[:2], "big") :]
        return data[2 : 2 + int.from_bytes(data[:2], "big")]

    def subtree(self, level: int, number: int) -> bytes:
        """A perfect subtree's hash, for `ledger.merkle`; worked out from the tile below it."""
        tile_level, above = divmod(level, HEIGHT)
        first = number << above
        data = self._read(tile_level, first // WIDTH, self._size >> (HEIGHT * tile_level))
        start = first % WIDTH * merkle.HASH_BYTES
        step = merkle.HASH_BYTES
        hashes = [data[start + i * step :][:step] for i in range(1 << above)]
        while len(hashes) > 1:
            hashes = [merkle.node_hash(*hashes[i : i + 2]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    def _read(self, level: int | str, number: int, count: int) -> bytes:
        width = min(WIDTH, count - number * WIDTH)
        full = self._folder / tile_path(level, number)
        path = full if full.exists() else self._folder / tile_path(level, number, width)
        return path.read_bytes()
