"""The audit's view of the tree: leaves against stored hashes, and both against signed heads.

Where a leaf and its stored hash differ, the next signed head says which of them is the one that
was signed; the pass goes on with that one, so that one altered row gives one finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ledger import keys, merkle, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.store import Store


class TreeCheck:
    """Follows the rows of a book in order.

    Args:
        anchor: The first key of the ledger.
        find: Takes (entry, problem).
        sizes: Tree sizes whose roots will be asked for.
        signed_all: Whether every row must carry a signed head (format 1).
    """

    def __init__(
        self,
        anchor: note.VerifierKey,
        find: Callable[[int | None, str], None],
        sizes: set[int],
        *,
        signed_all: bool,
    ) -> None:
        self.keys = [anchor]
        self._find = find
        self._sizes = sizes
        self._signed_all = signed_all
        self._roots: dict[int, bytes] = {}
        self._computed: merkle.Frontier | None = merkle.Frontier()
        self._stored: merkle.Frontier | None = None  # where it differs from the computed one
        self._suspects: list[int] = []
        self._unsigned: list[int] = []
        self._open = False  # whether rows came since the last head
        self._rotated: bytes | None = None
        self._resumed = 0

    def resume(self, opened: Store, size: int, known_keys: list[note.VerifierKey]) -> None:
        """Go on after a part of the book that is known to be right."""
        hashes = [_subtree(opened, *place) for place in merkle.frontier_places(size)]
        self._computed = merkle.Frontier(size, hashes)
        self.keys = list(known_keys)
        self._resumed = size

    def rotate(self, public_bytes: bytes) -> None:
        """The entry just added names the next key; it signs after that entry's head."""
        if self._open:
            self._rotated = public_bytes
        else:
            self._trust(public_bytes)

    def lost(self) -> None:
        """A row cannot be read: later heads cannot be recomputed."""
        self._computed = self._stored = None

    def gap(self, index: int, expected: int) -> None:
        """A row has another index than the one that comes next."""
        self.lost()
        missing = range(expected, index)
        if missing:
            last = f" to {missing[-1]}" if len(missing) > 1 else ""
            self._find(expected, f"it is missing{last}; later tree heads cannot be recomputed")
        else:
            self._find(index, "it stands out of order")

    def add(self, index: int, leaf: bytes, hashes: bytes, head: bytes) -> None:
        """Take in the next row."""
        leaf_hash = merkle.leaf_hash(leaf)
        self._open = True
        if not head and self._signed_all:
            self._find(index, "it has no signed tree head")
        if self._computed is None:
            if hashes[: merkle.HASH_BYTES] != leaf_hash:
                self._find(index, "its tree hashes are not those of its leaf")
            if head:
                self._end_of_commit()
            return
        step = merkle.HASH_BYTES
        kept = [hashes[i : i + step] for i in range(0, len(hashes), step)]
        completed = self._computed.completed(leaf_hash)
        if self._stored is None and kept != completed:
            self._stored = merkle.Frontier(self._computed.size, self._computed.hashes)
        if self._stored is not None:
            expected = self._stored.completed(leaf_hash)
            # built on an altered leaf's own hash, or on what an altered hash should have been
            if kept not in (expected, completed):
                self._suspects.append(index)
            self._stored.append(kept if len(kept) == len(expected) else expected)
        self._computed.append(completed)
        if head:
            self._check_head(index, head)
            self._end_of_commit()
        if index + 1 in self._sizes:
            self._roots[index + 1] = self._computed.root()

    def _check_head(self, index: int, head: bytes) -> None:
        computed = cast("merkle.Frontier", self._computed)
        if self._is_signed(computed, head):
            problem = "its tree hashes are not those of its leaf"
        elif self._stored is not None and self._is_signed(self._stored, head):
            problem = "its leaf, or one before it, is not the one that was signed"
            self._computed = self._stored
        else:
            self._unsigned.append(index)
            return
        self._end_of_unsigned()
        for suspect in self._suspects:
            self._find(suspect, problem)
        self._suspects = []
        self._stored = None

    def _end_of_commit(self) -> None:
        self._open = False
        if self._rotated is not None:
            self._trust(self._rotated)
            self._rotated = None

    def _trust(self, public_bytes: bytes) -> None:
        self.keys.append(note.VerifierKey(self.keys[0].name, public_bytes))

    def _is_signed(self, frontier: merkle.Frontier, head: bytes) -> bool:
        text = note.Checkpoint(self.keys[0].name, frontier.size, frontier.root()).text()
        return keys.verify(self.keys[-1].public_bytes, head, text.encode())

    def _end_of_unsigned(self) -> None:
        if self._unsigned:
            first, last = self._unsigned[0], self._unsigned[-1]
            also = f", nor are those up to entry {last}" if last > first else ""
            self._find(first, f"the tree head after it is not signed by the ledger's key{also}")
            self._unsigned = []

    def finish(self, size: int) -> None:
        """No row is left."""
        for suspect in self._suspects:
            self._find(suspect, "its tree hashes are not those of its leaf")
        self._end_of_unsigned()
        if self._open:
            self._find(size - 1, "no signed tree head follows it")

    def root_at(self, opened: Store, size: int) -> bytes | None:
        """The root that the tree had at one of the sizes; None if it cannot be told."""
        if size <= self._resumed:
            return merkle.fold([_subtree(opened, *place) for place in merkle.frontier_places(size)])
        return self._roots.get(size)


def _subtree(opened: Store, level: int, number: int) -> bytes:
    row = next(
        opened.rows(
            "SELECT substr(hashes, ?, 32) FROM entries WHERE idx = ?",
            (32 * level + 1, merkle.keeper(level, number)),
        )
    )
    return cast("bytes", row[0])
