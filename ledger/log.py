"""The append-only log in SQLite: leaves, their tree hashes, and a signed head after each.

It knows entries by index and id, and no rule about money. All methods run inside a transaction
of the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ledger import keys, merkle, note
from ledger.entries import Entry, Refund, parse_leaf
from ledger.errors import BadInputError, DamagedError

if TYPE_CHECKING:
    import apsw

    from ledger.entries import AnyContent


@dataclass(frozen=True)
class Tip:
    """The newest state: all perfect subtrees, the head's signature, and the latest time."""

    frontier: merkle.Frontier
    head: bytes
    recorded_ms: int


class Log:
    """The log in an open database, whose heads are signed with `vkey`'s key."""

    def __init__(self, db: apsw.Connection, vkey: note.VerifierKey) -> None:
        self.vkey = vkey
        self._db = db
        self._tip: Tip | None = None

    def forget(self) -> None:
        """Trust nothing remembered: the transaction that it came from was rolled back."""
        self._tip = None

    def size(self) -> int:
        """Number of entries."""
        row = self._db.execute("SELECT max(idx) FROM entries").fetchone()
        return 0 if row is None or row[0] is None else cast("int", row[0]) + 1

    def tip(self) -> Tip:
        """The tree to build on; one that another process wrote must carry the ledger's signature.

        A log that was altered is so never signed over again.
        """
        row = self._db.execute(
            "SELECT idx, leaf, head FROM entries ORDER BY idx DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return Tip(merkle.Frontier(), b"", 0)
        index, leaf, head = cast("tuple[int, bytes, bytes]", row)
        known = self._tip
        if known is not None and (known.frontier.size, known.head) == (index + 1, head):
            return known
        places = merkle.frontier_places(index + 1)
        frontier = merkle.Frontier(index + 1, [self._subtree(*place) for place in places])
        text = note.Checkpoint(self.vkey.name, index + 1, frontier.root()).text()
        if not keys.verify(self.vkey.public_bytes, head, text.encode()):
            raise DamagedError(
                f"The tree head of entry {index} does not verify; nothing was added.",
                hint="Run: facetill ledger check",
            )
        self._tip = Tip(frontier, head, self.parse(index, leaf).recorded_ms)
        return self._tip

    def append(self, content: AnyContent, now_ms: int, key: keys.StationKey) -> Entry:
        """Write an entry, the hashes that it completes, and the signed head with it."""
        tip = self.tip()
        frontier = merkle.Frontier(tip.frontier.size, tip.frontier.hashes)
        entry = Entry(frontier.size, now_ms, max(tip.recorded_ms, now_ms), content)
        leaf = entry.leaf()
        completed = frontier.completed(merkle.leaf_hash(leaf))
        frontier.append(completed)
        checkpoint = note.Checkpoint(self.vkey.name, frontier.size, frontier.root())
        head = key.sign(checkpoint.text().encode())
        self._db.execute(
            "INSERT INTO entries (idx, id, leaf, hashes, head) VALUES (?, ?, ?, ?, ?)",
            (entry.index, entry.id, leaf, b"".join(completed), head),
        )
        self._tip = Tip(frontier, head, entry.recorded_ms)
        return entry

    def by_id(self, entry_id: str) -> Entry | None:
        """The entry with this id, such as "payment/…"."""
        row = self._db.execute("SELECT idx, leaf FROM entries WHERE id = ?", (entry_id,)).fetchone()
        if row is None:
            return None
        entry = self.parse(cast("int", row[0]), cast("bytes", row[1]))
        if entry.id != entry_id:
            raise damaged_entry(entry.index)
        return entry

    def refunded_minor(self, payment_id: str) -> int:
        """What was given back of a payment so far, in minor units."""
        first, beyond = f"refund/{payment_id}/", f"refund/{payment_id}0"  # 0 follows the slash
        rows = self._db.execute(
            "SELECT idx, leaf FROM entries WHERE id >= ? AND id < ?", (first, beyond)
        )
        refunds = (self.parse(cast("int", i), cast("bytes", leaf)).content for i, leaf in rows)
        return sum(refund.amount_minor for refund in refunds if isinstance(refund, Refund))

    def batch(self, start: int, count: int) -> list[Entry]:
        """Up to `count` entries from index `start` on."""
        rows = self._db.execute(
            "SELECT idx, leaf FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?", (start, count)
        )
        return [self.parse(cast("int", index), cast("bytes", leaf)) for index, leaf in rows]

    def parse(self, index: int, leaf: bytes) -> Entry:
        """The entry of a row, or a DamagedError that names it."""
        try:
            entry = parse_leaf(leaf)
        except BadInputError as e:
            raise damaged_entry(index) from e
        if entry.index != index:
            raise damaged_entry(index)
        return entry

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Inclusion path of an entry in the tree that ends with it."""
        return tuple(merkle.inclusion_proof(index, index + 1, self._subtree))

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """Proof that the newest tree continues the one of `first` entries."""
        return tuple(merkle.consistency_proof(first, self.size(), self._subtree))

    def checkpoint(self, index: int) -> str:
        """The signed head right after an entry."""
        row = self._db.execute("SELECT head FROM entries WHERE idx = ?", (index,)).fetchone()
        if row is None:
            raise damaged_entry(index)
        root = merkle.fold([self._subtree(*p) for p in merkle.frontier_places(index + 1)])
        checkpoint = note.Checkpoint(self.vkey.name, index + 1, root)
        return note.assemble(checkpoint, self.vkey, cast("bytes", row[0]))

    def _subtree(self, level: int, number: int) -> bytes:
        index = merkle.keeper(level, number)
        row = self._db.execute(
            "SELECT substr(hashes, ?, 32) FROM entries WHERE idx = ?", (32 * level + 1, index)
        ).fetchone()
        if row is None or len(cast("bytes", row[0])) != merkle.HASH_BYTES:
            raise damaged_entry(index)
        return cast("bytes", row[0])


def damaged_entry(index: int) -> DamagedError:
    """An error that names a row which is not what it should be."""
    return DamagedError(f"Entry {index} of the book is damaged.", hint="Run: facetill ledger check")
