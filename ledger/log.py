"""The append-only log in a store: leaves, their tree hashes, and a signed head after each commit.

It knows entries by index and id, and no rule about money. All methods run inside a transaction
of the caller.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar, cast

from ledger import keys, merkle, note, pages
from ledger.contents import Rotation, Station
from ledger.entries import Entry, parse_leaf
from ledger.errors import BadInputError, DamagedError
from ledger.store import below, lookup_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ledger.batches import Batch, Page
    from ledger.contents import Genesis
    from ledger.store import Store

_BEYOND: Final = 2**63 - 1  # an index that no entry has
_is_signed = lru_cache(maxsize=1_024)(keys.verify)  # the receipts of a commit share its head
HEAD_AFTER: Final = (
    "SELECT idx, head FROM entries WHERE idx >= ? AND length(head) > 0 ORDER BY idx LIMIT 1"
)
T = TypeVar("T")


@dataclass(frozen=True)
class Tip:
    """The newest state: all perfect subtrees, the head's signature, the latest time.

    And the key that signs the next head.
    """

    frontier: merkle.Frontier
    head: bytes
    recorded_ms: int
    key: note.VerifierKey


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
        entries = self.within(f"{Rotation.kind}/")
        return [
            (e.index, e.content.public_bytes) for e in entries if isinstance(e.content, Rotation)
        ]

    def key_of(self, size: int) -> note.VerifierKey:
        """The key that signs the head of a tree of this size: a new one, after its own entry's."""
        known = [key for signed, key in self._keys() if signed < size]
        return note.VerifierKey(self.origin, known[-1])

    def _keys(self) -> list[tuple[int, bytes]]:
        """(size of the last tree that the one before signs, public key), in order."""
        changes = [(self.head_after(index)[0], key) for index, key in self.rotations()]
        return [(0, self._genesis.public_bytes), *changes]

    def tip(self) -> Tip:
        """The tree to build on; one that another process wrote must carry the ledger's signature.

        A log that was altered is so never signed over again.
        """
        row = next(
            self._store.rows("SELECT idx, head FROM entries ORDER BY idx DESC LIMIT 1"), None
        )
        if row is None:
            first = note.VerifierKey(self.origin, self._genesis.public_bytes)
            return Tip(merkle.Frontier(), b"", 0, first)
        index, head = cast("tuple[int, bytes]", row)
        require_bytes(index, head)
        known = self._tip
        if known is not None and (known.frontier.size, known.head) == (index + 1, head):
            return known
        frontier = merkle.Frontier(index + 1, self._frontier(index + 1))
        text = note.Checkpoint(self.origin, index + 1, frontier.root()).text()
        if not keys.verify(self.key_of(index + 1).public_bytes, head, text.encode()):
            raise DamagedError(
                f"The tree head of entry {index} does not verify; nothing was added.",
                hint="Run: facetill ledger check",
            )
        # the next head's key: a rotation that stands last has signed with the old one
        following = note.VerifierKey(self.origin, self._keys()[-1][1])
        [last] = self.batch(index, 1)
        self._tip = Tip(frontier, head, last.recorded_ms, following)
        return self._tip

    def by_ids(self, entry_ids: Sequence[str]) -> dict[str, Entry]:
        """Those of these entries that are in the log, such as "payment/…"."""
        found = {}
        asked = [(entry_id,) for entry_id in entry_ids]
        rows = lookup_all(self._store, "idx, id, leaf", "entries", ("id",), asked)
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
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE id >= ? AND id < ? ORDER BY idx", below(prefix)
        )
        return [self.parse(cast("int", index), cast("bytes", leaf)) for index, leaf in rows]

    def last_within(self, prefix: str) -> Entry | None:
        """The entry with the greatest id below such a path."""
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
            below(prefix),
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
                below(prefix),
            )
        )
        if index is None:
            return None
        [entry] = self.batch(cast("int", index), 1)
        return entry

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
        """(index, leaf) of up to `count` entries from index `start` on.

        Raises:
            DamagedError: The file gives others.
        """
        rows = self._store.rows(
            "SELECT idx, leaf FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?", (start, count)
        )
        found = cast("list[tuple[int, bytes]]", list(rows))
        for index, leaf in found:
            require_bytes(index, leaf)
            if index < start:  # or whoever goes on after it never ends
                raise damaged_entry(start)
        return found

    def with_sheet(self, entry: Entry) -> Entry:
        """A batch with its payments at hand, which are those of its header."""
        with naming(entry.index):
            sheet = pages.sheet(self._store, entry.index)
        if not cast("Batch", entry.content).is_over(sheet):
            raise damaged_entry(entry.index)
        return entry.with_sheet(sheet)

    def page(self, index: int, number: int) -> Page:
        """The page with a payment, by its number in the batch that is this entry."""
        with naming(index):
            return pages.page(self._store, index, number)

    def about(self, entry: Entry, pseudonym: str) -> list[Entry]:
        """An entry, and of a batch instead those of its payments that a shopper made."""
        with naming(entry.index):
            return [*pages.about(self._store, entry, pseudonym)]

    def total_minor(self, entry: Entry) -> int:
        """What the payments of a batch come to, in minor units; 0 for any other entry."""
        return pages.total_minor(self._store, entry)

    def page_counts(self, first: int, end: int) -> list[tuple[int, int]]:
        """The batches among the entries first..end-1, and of how many pages they are."""
        return pages.counts(self._store, first, end)

    def ids_between(self, first: str, last: str, count: int) -> list[str]:
        """Up to `count` ids from one to another, both included."""
        query = "SELECT id FROM entries WHERE id >= ? AND id <= ? LIMIT ?"
        return [
            cast("str", entry_id) for (entry_id,) in self._store.rows(query, (first, last, count))
        ]

    def has_sale_below(self, prefix: str) -> bool:
        """Whether a payment or a hold by itself has an id that begins so, in hex digits."""
        return has_sale_below(self._store, prefix, _BEYOND)

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
        rows = self._store.rows(HEAD_AFTER, (index,))
        for last, head in cast("Iterator[tuple[int, bytes]]", rows):
            require_bytes(last, head)
            if last >= index:  # a damaged file may give another
                return last + 1, head
        raise damaged_entry(index)

    def proof(self, entry: Entry) -> tuple[tuple[bytes, ...], str]:
        """The inclusion path of an entry, and the first signed head that covers it.

        Raises:
            DamagedError: The path does not lead to that head, or the ledger's key did not sign it.
        """
        index = entry.index
        size, signature = self.head_after(index)
        path = self._from_subtrees(lambda subtree: merkle.inclusion_proof(index, size, subtree))
        root = merkle.root_from_inclusion(index, size, merkle.leaf_hash(entry.leaf()), path)
        text = note.Checkpoint(self.origin, size, cast("bytes", root)).text()
        key = self.key_of(size)
        if not _is_signed(key.public_bytes, signature, text.encode()):
            raise DamagedError(
                f"The proof of entry {index} does not verify; it was not given out.",
                hint="Run: facetill ledger check",
            )
        return path, note.assemble(text, key, signature)

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """Proof that the newest tree continues the one of `first` entries."""
        size = self.size()
        return self._from_subtrees(
            lambda subtree: tuple(merkle.consistency_proof(first, size, subtree))
        )

    def checkpoint(self, index: int) -> str:
        """The first signed head that covers an entry."""
        size, signature = self.head_after(index)
        root = merkle.fold(self._frontier(size))
        text = note.Checkpoint(self.origin, size, root).text()
        return note.assemble(text, self.key_of(size), signature)

    def _from_subtrees(self, work: Callable[[merkle.Subtree], T]) -> T:
        """What `work` makes of perfect subtrees, which are read with one query.

        It is called twice: first to see which it asks for, and then with them.
        """
        asked: list[tuple[int, int]] = []

        def note_down(level: int, number: int) -> bytes:
            asked.append((level, number))
            return merkle.EMPTY_ROOT

        work(note_down)
        known = self._subtrees(asked)
        return work(lambda *place: known[place])

    def _frontier(self, size: int) -> list[bytes]:
        """The hashes of the perfect subtrees that make up a tree of this size."""
        return [*self._subtrees(merkle.frontier_places(size)).values()]

    def _subtrees(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """The hashes of perfect subtrees (level, number), each kept with the leaf that ends it."""
        kept: dict[int, bytes] = defaultdict(bytes)
        if places:
            wanted = [(merkle.keeper(*place),) for place in places]
            rows = self._store.lookup("idx, hashes", "entries", ("idx",), wanted)
            kept.update(cast("Iterator[tuple[int, bytes]]", rows))
        found = {}
        for level, number in places:
            index = merkle.keeper(level, number)
            step = merkle.HASH_BYTES
            require_bytes(index, kept[index])
            subtree = kept[index][level * step : (level + 1) * step]
            if len(subtree) != step:
                raise damaged_entry(index)
            found[level, number] = subtree
        return found


def has_sale_below(store: Store, prefix: str, before: int) -> bool:
    """Whether a payment or a hold before an entry has an id that begins so, in hex digits."""
    query = "SELECT 1 FROM entries WHERE id >= ? AND id < ? AND idx < ? LIMIT 1"
    starts = f"payment/{prefix}", f"hold/{prefix}"
    # g follows the digits
    return any(any(store.rows(query, (start, start + "g", before))) for start in starts)


@contextmanager
def naming(index: int) -> Iterator[None]:
    """Turn what is malformed in a batch's pages into an error that names its entry."""
    try:
        yield
    except BadInputError as e:
        raise damaged_entry(index) from e


def require_bytes(index: int, *columns: object) -> None:
    """A damaged file may give columns other types than their table has."""
    if not all(isinstance(column, bytes) for column in columns):
        raise damaged_entry(index)


def missing_entry(index: int) -> DamagedError:
    """An error that names an entry which has no row."""
    return DamagedError(f"Entry {index} of the book is missing.", hint="Run: facetill ledger check")


def damaged_entry(index: int) -> DamagedError:
    """An error that names a row which is not what it should be."""
    return DamagedError(f"Entry {index} of the book is damaged.", hint="Run: facetill ledger check")
