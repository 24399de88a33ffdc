"""The audit's own reckoning of what the book held before each entry, from the leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from ledger import pages
from ledger.batches import Batch
from ledger.entries import parse_leaf
from ledger.errors import BadInputError
from ledger.figures import Figures
from ledger.instructions import EVERYBODY, Erasure, Limit, Refund
from ledger.lazy import lazy
from ledger.log import has_sale_below
from ledger.store import below

if TYPE_CHECKING:
    from ledger.batches import Page
    from ledger.entries import Entry
    from ledger.instructions import Close
    from ledger.store import Store

Place = tuple[str, str]  # account, currency
_BATCHES: Final = f"{Batch.kind}/"


class Replay:
    """What `ledger.rules.Known` asks for, as of the entry `size`."""

    def __init__(self, opened: Store) -> None:
        self.size: int  # told before each entry
        self.balances: dict[Place, int] = {}
        self.touched: dict[Place, int] = {}
        self.opened = opened
        self._figures = Figures()
        self.has_figures = True  # or else only those since it went on
        self._refunded: dict[str, int] = {}
        self._limits: dict[str, int] = {}
        self._erased: set[str] | None = set()
        self._stations: dict[str, Entry] = {}
        self._resumed: int | None = None

    def resume(self, balances: dict[Place, int], figures: Figures | None, size: int) -> None:
        """Go on after a part of the book that is known to be right; see `seals.Resumed`."""
        self.balances = balances
        self._figures = figures or Figures()
        self.has_figures = figures is not None
        self.size = self._resumed = size
        self._erased = None

    def add(self, entry: Entry) -> dict[str, int]:
        """Take in an entry; gives the sum of its postings in each currency."""
        content = entry.content
        totals: dict[str, int] = {}
        for account, currency, amount_minor in entry.moves:
            place = (account, currency)
            self.balances[place] = self.balances.get(place, 0) + amount_minor
            self.touched[place] = entry.index
            totals[currency] = totals.get(currency, 0) + amount_minor
        if isinstance(content, Refund):
            before = self.refunded_minor(content.payment)
            self._refunded[content.payment] = before + content.amount_minor
        elif isinstance(content, Limit):
            self._limits[content.pseudonym] = content.balance_max_minor
        elif isinstance(content, Erasure):
            self._tombstones().add(content.pseudonym)
        self._figures.add(entry.index, content, entry.batch_minor)
        return totals

    def by_id(self, entry_id: str) -> Entry | None:
        """An entry before this one; its row has been checked, or will be named."""
        known = self._stations.get(entry_id)
        if known is not None or (entry_id.startswith(_BATCHES) and not self._has_batches):
            return known
        rows = self.opened.rows(
            "SELECT leaf FROM entries WHERE id = ? AND idx < ?", (entry_id, self.size)
        )
        for (leaf,) in rows:
            try:
                entry = parse_leaf(cast("bytes", leaf))
            except BadInputError:
                return None
            if entry.id != entry_id:
                return None
            if entry.kind == "station":
                self._stations[entry_id] = entry
            return entry
        return None

    def page(self, index: int, number: int) -> Page:
        """The page with a payment, by its number in the batch that is this entry."""
        return pages.page(self.opened, index, number)

    def has_sale_below(self, prefix: str) -> bool:
        """Whether a payment or a hold by itself had an id that begins so."""
        return has_sale_below(self.opened, prefix, self.size)

    @lazy
    def _has_batches(self) -> bool:
        """Asked for each payment: most books have none."""
        query = "SELECT 1 FROM entries WHERE id >= ? AND id < ? LIMIT 1"
        return any(self.opened.rows(query, below(_BATCHES)))

    def balance(self, account: str, currency: str) -> int:
        """What an account had, debits positive."""
        return self.balances.get((account, currency), 0)

    def refunded_minor(self, sale_id: str) -> int:
        """What was given back of a sale before."""
        if sale_id not in self._refunded:
            before = self._before(f"refund/{sale_id}/")
            refunds = [e.content for e in before if isinstance(e.content, Refund)]
            self._refunded[sale_id] = sum(refund.amount_minor for refund in refunds)
        return self._refunded[sale_id]

    def balance_max_minor(self, pseudonym: str) -> int | None:
        """The limit that a shopper's balance had."""
        for whose in (pseudonym, EVERYBODY):
            if whose not in self._limits:
                before = self._before(f"limit/{whose}/")
                limits = [e.content for e in before if isinstance(e.content, Limit)]
                if limits:
                    self._limits[whose] = limits[-1].balance_max_minor
            if whose in self._limits:
                return self._limits[whose]
        return None

    def is_erased(self, pseudonym: str) -> bool:
        """Whether a shopper had a tombstone."""
        return pseudonym in self._tombstones()

    def figures(self) -> Figures:
        """The figures since the last Z report before."""
        if not self.has_figures:
            figures = Figures()
            for close in self._before("close/")[-1:]:
                figures = Figures.after(close.index, cast("Close", close.content))
            rows = self.opened.rows(
                "SELECT idx, leaf FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx",
                (figures.first, self._resumed),
            )
            for _, leaf in rows:
                entry = parse_leaf(cast("bytes", leaf))
                minor = pages.total_minor(self.opened, entry)
                figures.add(entry.index, entry.content, minor)
            self._figures = figures.followed_by(self._figures)
            self.has_figures = True
        return self._figures

    def figures_so_far(self) -> Figures:
        """Those of `figures`, or where nobody asked for them, those since it went on."""
        return self._figures

    def _tombstones(self) -> set[str]:
        if self._erased is None:
            before = self._before(f"{Erasure.kind}/")
            self._erased = {e.content.pseudonym for e in before if isinstance(e.content, Erasure)}
        return self._erased

    def _before(self, prefix: str) -> list[Entry]:
        """Entries below a path in the part of the book that was not read in this pass."""
        if self._resumed is None:
            return []
        rows = self.opened.rows(
            "SELECT leaf FROM entries WHERE id >= ? AND id < ? AND idx < ? ORDER BY idx",
            (*below(prefix), self._resumed),
        )
        return [parse_leaf(cast("bytes", leaf)) for (leaf,) in rows]
