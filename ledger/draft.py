"""One commit in the making: entries that are judged one after the other and written together.

Nothing reaches the store before `flush`, so that an entry which is refused, or a group of which
one is, leaves no trace. What the judging asks for is read once and then followed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from ledger import merkle, note, pages
from ledger.batches import PAGE
from ledger.contents import Rotation
from ledger.entries import Entry, require_leaf
from ledger.figures import Figures
from ledger.instructions import EVERYBODY, Close, Erasure, Limit, Refund
from ledger.log import Tip
from ledger.store import LOOKUP, lookup_all

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ledger.batches import Batch, Page, Sheet
    from ledger.entries import AnyContent
    from ledger.keys import StationKey
    from ledger.log import Log
    from ledger.store import Store

FIGURES_BATCH: Final = 1_000
Place = tuple[str, str]  # account, currency


class Draft:
    """New entries on top of a log, inside a write transaction of the caller."""

    def __init__(self, store: Store, log: Log) -> None:
        self.tip = log.tip()
        self._store = store
        self._log = log
        self._frontier = merkle.Frontier(self.tip.frontier.size, self.tip.frontier.hashes)
        self._recorded_ms = self.tip.recorded_ms
        self._new: list[Entry] = []
        self._completed: list[list[bytes]] = []
        self._ids: dict[str, Entry | None] = {}
        self._balances: dict[Place, int] = {}
        self._changed: dict[Place, int] = {}
        self._checkpoint: str
        self._paths: list[tuple[bytes, ...]] = []

    # --- what there is -----------------------------------------------------------------------

    @property
    def old_size(self) -> int:
        """Number of entries before the new ones."""
        return self.tip.frontier.size

    @property
    def size(self) -> int:
        """Number of entries, the new ones included."""
        return self.tip.frontier.size + len(self._new)

    def prefetch(self, entry_ids: Sequence[str], places: Sequence[Place]) -> None:
        """Read at once what a batch is going to ask for."""
        known = self._ids
        wanted = [entry_id for entry_id in dict.fromkeys(entry_ids) if entry_id not in known]
        self._ids |= dict.fromkeys(wanted) | self._log.by_ids(wanted)
        accounts = sorted(set(places).difference(self._balances))
        self._balances |= dict.fromkeys(accounts, 0)
        key = "account", "currency"
        rows = lookup_all(self._store, "account, currency, balance", "accounts", key, accounts)
        for account, currency, balance in rows:
            self._balances[cast("str", account), cast("str", currency)] = cast("int", balance)

    def prefetch_batches(self, batch_ids: Collection[str]) -> None:
        """Read which of these batches there are, such as "batch/…": almost always none.

        New ids stand close together, so that one look at what lies between tells it of all.
        """
        asked = set(batch_ids)
        between = self._log.ids_between(min(asked), max(asked), LOOKUP)
        if len(between) < LOOKUP:
            self._ids = {**dict.fromkeys(asked.difference(between)), **self._ids}
            asked.intersection_update(between)
        self.prefetch(sorted(asked), ())

    def by_id(self, entry_id: str) -> Entry | None:
        """The entry with this id, in the log or new."""
        if entry_id not in self._ids:
            self._ids[entry_id] = self._log.by_id(entry_id)
        return self._ids[entry_id]

    def balance(self, account: str, currency: str) -> int:
        """What an account has, debits positive; 0 for one that was never posted to."""
        place = (account, currency)
        known = self._changed.get(place)
        if known is not None:
            return known
        if place not in self._balances:
            self.prefetch((), (place,))
        return self._balances[place]

    def page(self, index: int, number: int) -> Page:
        """The page with a payment, by its number in the batch that is this entry, old or new."""
        if index < self.old_size:
            return self._log.page(index, number)
        content = cast("Batch", self._new[index - self.old_size].content)
        return cast("Sheet", content.sheet).pages[number // PAGE]

    def has_sale_below(self, prefix: str) -> bool:
        """Whether a payment or a hold by itself, in the log or new, has an id that begins so."""
        own = f"payment/{prefix}", f"hold/{prefix}"
        return self._log.has_sale_below(prefix) or any(e.id.startswith(own) for e in self._new)

    def refunded_minor(self, sale_id: str) -> int:
        """What was given back of a sale so far, in minor units."""
        entries = [*self._log.within(f"refund/{sale_id}/"), *self._new]
        refunds = (entry.content for entry in entries)
        return sum(
            refund.amount_minor
            for refund in refunds
            if isinstance(refund, Refund) and refund.payment == sale_id
        )

    def balance_max_minor(self, pseudonym: str) -> int | None:
        """The limit that a shopper's balance has, if there is one."""
        for whose in (pseudonym, EVERYBODY):
            entries = [self._log.newest_within(f"limit/{whose}/"), *self._new]
            limits = [e.content for e in entries if e and isinstance(e.content, Limit)]
            own = [limit for limit in limits if limit.pseudonym == whose]
            if own:
                return own[-1].balance_max_minor
        return None

    def is_erased(self, pseudonym: str) -> bool:
        """Whether a shopper has a tombstone."""
        return self.by_id(f"{Erasure.kind}/{pseudonym}") is not None

    def figures(self) -> Figures:
        """The figures since the last Z report."""
        last = self._log.last_within("close/")
        figures = Figures()
        if last is not None and isinstance(last.content, Close):
            figures = Figures.after(last.index, last.content)
        start = figures.first
        while batch := self._log.batch(start, FIGURES_BATCH):
            for entry in batch:
                figures.add(entry.index, entry.content, self._log.total_minor(entry))
            start = batch[-1].index + 1
        for entry in self._new:
            figures.add(entry.index, entry.content, entry.batch_minor)
        return figures

    # --- what is added -----------------------------------------------------------------------

    def append(self, content: AnyContent, now_ms: int) -> Entry:
        """Add an entry that was judged."""
        recorded_ms = max(self._recorded_ms, now_ms)
        entry = Entry(self._frontier.size, now_ms, recorded_ms, content)
        leaf = require_leaf(entry)
        self._recorded_ms = recorded_ms
        completed = self._frontier.completed(merkle.leaf_hash(leaf))
        self._frontier.append(completed)
        self._completed.append(completed)
        self._new.append(entry)
        self._ids[entry.id] = entry
        changed = self._changed
        for account, currency, amount_minor in entry.moves:
            place = account, currency
            if place not in changed:
                changed[place] = self.balance(account, currency)
            changed[place] += amount_minor
        return entry

    def mark(self) -> tuple[int, dict[Place, int], int]:
        """A state to go back to."""
        return len(self._new), dict(self._changed), self._recorded_ms

    def undo(self, mark: tuple[int, dict[Place, int], int]) -> None:
        """Forget what was added since."""
        count, self._changed, self._recorded_ms = mark
        for entry in self._new[count:]:
            self._ids[entry.id] = None
        del self._new[count:], self._completed[count:]
        self._frontier = merkle.Frontier(self.tip.frontier.size, self.tip.frontier.hashes)
        for completed in self._completed:
            self._frontier.append(completed)

    def flush(self, key: StationKey) -> Tip:
        """Write all that was added, under one signed head."""
        text = note.Checkpoint(self._log.origin, self.size, self._frontier.root()).text()
        head = key.sign(text.encode())
        last = self._new[-1].index
        self._store.write_rows(
            "INSERT INTO entries (idx, id, leaf, hashes, head) VALUES (?, ?, ?, ?, ?)",
            [
                (e.index, e.id, e.leaf(), b"".join(done), head if e.index == last else b"")
                for e, done in zip(self._new, self._completed, strict=True)
            ],
        )
        rows = [row for entry in self._new for row in pages.rows_of(entry)]
        if rows:
            self._store.write_rows(pages.INSERT, rows)
        self._store.write_rows(
            "INSERT INTO accounts (account, currency, balance) VALUES (?, ?, ?)"
            " ON CONFLICT (account, currency) DO UPDATE SET balance = excluded.balance",
            [(*place, balance) for place, balance in self._changed.items()],
        )
        following = self.tip.key
        self._checkpoint = note.assemble(text, following, head)
        for entry in self._new:
            if isinstance(entry.content, Rotation):
                following = note.VerifierKey(self._log.origin, entry.content.public_bytes)
        return Tip(self._frontier, head, self._recorded_ms, following)

    def proof(self, entry: Entry) -> tuple[tuple[bytes, ...], str]:
        """The inclusion path of a new entry and the head that it leads to, after `flush`."""
        if not self._paths:
            self._paths = self._inclusion_paths()
        return self._paths[entry.index - self.old_size], self._checkpoint

    def _inclusion_paths(self) -> list[tuple[bytes, ...]]:
        before = self.tip.frontier
        if len(self._new) == 1:  # beside the way of the last leaf stands all that was before it
            return [tuple(reversed(before.hashes))]
        # and beside the ways of several, no other perfect subtree that was before them
        old = dict(zip(merkle.frontier_places(before.size), before.hashes, strict=True))

        def subtree(level: int, number: int) -> bytes:
            at = merkle.keeper(level, number) - before.size
            return self._completed[at][level] if at >= 0 else old[level, number]

        return merkle.inclusion_proofs(before.size, self.size, self.size, subtree)
