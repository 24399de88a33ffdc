"""The append-only log in a store: leaves, their tree hashes, and a signed head after each commit.

It knows entries by index and id, and no rule about money. All methods run inside a transaction
of the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ledger import keys, merkle, note
from ledger.contents import Rotation, Station
from ledger.entries import Entry, parse_leaf
from ledger.errors import BadInputError, DamagedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.contents import Genesis
    from ledger.store import Store

LOOKUP: Final = 200  # ids in one query


@dataclass(frozen=True)
class Tip:
    """The newest state: all perfect subtrees, the head's signature, the latest time, the key."""

    frontier: merkle.Frontier
    head: bytes
    recorded_ms: int
    public_bytes: bytes


class Log:
    """The log in an open store, which begins with this genesis."""

    def __init__(self, store: Store, genesis: Genesis) -> None:
        self.origin = genesis.origin
        self._store = store
        self._genesis = genesis
        self._tip: Tip | None = None
        self._stations: dict[str, Entry] = {}  # asked for at each payment, and never changed

    def forget(self) -> None:
        """Trust nothing remembered: the transaction that it came from was rolled back."""
        self._tip = None
        self._stations.clear()

    def remember(self, tip: Tip) -> None:
        """What was just written."""
        self._tip = tip

    def size(self) -> int:
        """Number of entries."""
        (index,) = next(self._store.rows("SELECT max(idx) FROM entries"))
        return 0 if index is None else cast("int", index) + 1

    def rotations(self) -> list[tuple[int, bytes]]:
        """(entry, public key) of each change of the ledger's key, in order."""
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE id >= ? AND id < ? ORDER BY idx",
            ("rotation/", "rotation0"),
        )
        entries = [self.parse(cast("int", index), cast("bytes", leaf)) for index, leaf in rows]
        return [
            (e.index, e.content.public_bytes) for e in entries if isinstance(e.content, Rotation)
        ]

    def key_of(self, size: int) -> note.VerifierKey:
        """The key that signs the head of a tree of this size: a new one, after its own entry's."""
        public_bytes = self._genesis.public_bytes
        for index, following in self.rotations():
            if self.head_after(index)[0] < size:
                public_bytes = following
        return note.VerifierKey(self.origin, public_bytes)

    def tip(self) -> Tip:
        """The tree to build on; one that another process wrote must carry the ledger's signature.

        A log that was altered is so never signed over again.
        """
        row = next(
            self._store.rows("SELECT idx, leaf, head FROM entries ORDER BY idx DESC LIMIT 1"), None
        )
        if row is None:
            return Tip(merkle.Frontier(), b"", 0, self._genesis.public_bytes)
        index, leaf, head = cast("tuple[int, bytes, bytes]", row)
        known = self._tip
        if known is not None and (known.frontier.size, known.head) == (index + 1, head):
            return known
        places = merkle.frontier_places(index + 1)
        frontier = merkle.Frontier(index + 1, [self.subtree(*place) for place in places])
        text = note.Checkpoint(self.origin, index + 1, frontier.root()).text()
        if not keys.verify(self.key_of(index + 1).public_bytes, head, text.encode()):
            raise DamagedError(
                f"The tree head of entry {index} does not verify; nothing was added.",
                hint="Run: facetill ledger check",
            )
        # the next head's key: a rotation that stands last has signed with the old one
        following = self.key_of(index + 2).public_bytes
        self._tip = Tip(frontier, head, self.parse(index, leaf).recorded_ms, following)
        return self._tip

    def by_ids(self, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of these entries that are in the log, such as "payment/…"."""
        found = {}
        for start in range(0, len(entry_ids), LOOKUP):
            some = list(entry_ids[start : start + LOOKUP])
            some += some[:1] * (LOOKUP - len(some) if len(entry_ids) > 1 else 0)
            marks = ",".join("?" * len(some))
            query = f"SELECT idx, id, leaf FROM entries WHERE id IN ({marks})"  # noqa: S608 - marks
            rows = self._store.rows(query, some)
            for index, entry_id, leaf in rows:
                entry = self.parse(cast("int", index), cast("bytes", leaf))
                if entry.id != entry_id:
                    raise damaged_entry(entry.index)
                found[entry.id] = entry
        return found

    def by_id(self, entry_id: str) -> Entry | None:
        """The entry with this id."""
        if entry_id in self._stations:
            return self._stations[entry_id]
        entry = self.by_ids((entry_id,)).get(entry_id)
        if entry is not None and isinstance(entry.content, Station):
            self._stations[entry_id] = entry
        return entry

    def within(self, prefix: str) -> list[Entry]:
        """The entries whose id begins with a kind or path that ends with a slash, in order."""
        beyond = prefix[:-1] + "0"  # 0 follows the slash
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE id >= ? AND id < ? ORDER BY idx", (prefix, beyond)
        )
        return [self.parse(cast("int", index), cast("bytes", leaf)) for index, leaf in rows]

    def last_within(self, prefix: str) -> Entry | None:
        """The entry with the greatest id below such a path."""
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
            (prefix, prefix[:-1] + "0"),
        )
        for index, leaf in rows:
            return self.parse(cast("int", index), cast("bytes", leaf))
        return None

    def newest_within(self, prefix: str) -> Entry | None:
        """The entry that was added last below such a path."""
        # the sum keeps both databases on the index of ids
        (index,) = next(
            self._store.rows(
                "SELECT max(idx + 0) FROM entries WHERE id >= ? AND id < ?",
                (prefix, prefix[:-1] + "0"),
            )
        )
        return None if index is None else self.batch(cast("int", index), 1)[0]

    def first_since(self, time_ms: int) -> int:
        """Index of the first entry recorded at a time or later; recorded times never go back."""
        low, high = 0, self.size()
        while low < high:
            middle = (low + high) // 2
            [entry] = self.batch(middle, 1)
            if entry.recorded_ms < time_ms:
                low = middle + 1
            else:
                high = middle
        return low

    def batch(self, start: int, count: int) -> list[Entry]:
        """Up to `count` entries from index `start` on."""
        return [self.parse(index, leaf) for index, leaf in self.leaves(start, count)]

    def leaves(self, start: int, count: int) -> list[tuple[int, bytes]]:
        """(index, leaf) of up to `count` entries from index `start` on."""
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?", (start, count)
        )
        return cast("list[tuple[int, bytes]]", list(rows))

    def parse(self, index: int, leaf: bytes) -> Entry:
        """The entry of a row, or a DamagedError that names it."""
        try:
            entry = parse_leaf(leaf)
        except BadInputError as e:
            raise damaged_entry(index) from e
        if entry.index != index:
            raise damaged_entry(index)
        return entry

    def head_after(self, index: int) -> tuple[int, bytes]:
        """(size, signature) of the first signed head that covers an entry."""
        rows = self._store.rows(
            "SELECT idx, head FROM entries WHERE idx >= ? AND length(head) > 0"
            " ORDER BY idx LIMIT 1",
            (index,),
        )
        for last, head in rows:
            return cast("int", last) + 1, cast("bytes", head)
        raise damaged_entry(index)

    def proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Inclusion path of an entry in the tree of `size`."""
        return merkle.inclusion_proof(index, size, self.subtree)

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """Proof that the newest tree continues the one of `first` entries."""
        return tuple(merkle.consistency_proof(first, self.size(), self.subtree))

    def checkpoint(self, index: int) -> str:
        """The first signed head that covers an entry."""
        size, signature = self.head_after(index)
        root = merkle.fold([self.subtree(*place) for place in merkle.frontier_places(size)])
        checkpoint = note.Checkpoint(self.origin, size, root)
        return note.assemble(checkpoint, self.key_of(size), signature)

    def subtree(self, level: int, number: int) -> bytes:
        """The hash of a perfect subtree, kept with the leaf that completes it."""
        index = merkle.keeper(level, number)
        row = next(
            self._store.rows(
                "SELECT substr(hashes, ?, 32) FROM entries WHERE idx = ?", (32 * level + 1, index)
            ),
            None,
        )
        if row is None or len(cast("bytes", row[0])) != merkle.HASH_BYTES:
            raise damaged_entry(index)
        return cast("bytes", row[0])


def damaged_entry(index: int) -> DamagedError:
    """An error that names a row which is not what it should be."""
    return DamagedError(f"Entry {index} of the book is damaged.", hint="Run: facetill ledger check")
