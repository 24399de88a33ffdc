"""What anybody may read of an open book: balances, entries, receipts, proofs and figures."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ledger import canonical, merkle, note, pages, rules
from ledger.batches import ID_DIGITS, Batch, BatchedPayment
from ledger.consistency import ConsistencyProof
from ledger.contents import Genesis, Hold, Payment, shopper_account, stock_account
from ledger.draft import Draft
from ledger.entries import parse_leaf
from ledger.errors import BadInputError, DamagedError, ProofRefused
from ledger.fields import require_integer, require_pseudonym
from ledger.instructions import Capture, Erasure, Void
from ledger.log import Log, missing_entry, naming, require_bytes
from ledger.money import PIECES
from ledger.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledger.audit import Finding
    from ledger.batches import Sheet
    from ledger.entries import Entry
    from ledger.figures import Figures
    from ledger.home import Home
    from ledger.store import Store

_BATCH: Final = 1_000
_BATCH_LEAF: Final = b'"kind":"batch"'


@dataclass(frozen=True)
class Register:
    """One posting in an account's history; amounts as posted (debits positive)."""

    entry: Entry
    account: str
    currency: str
    amount_minor: int
    balance_minor: int


class Reading:
    """An open book to read; `ledger.book.Ledger` adds the writing."""

    def __init__(self, home: Home, opened: Store, genesis: Genesis) -> None:
        self.home = home
        self.genesis = genesis
        self._store = opened
        self._log = Log(opened, genesis)
        self._lock = threading.RLock()

    @property
    def vkey(self) -> note.VerifierKey:
        """The key that signs the newest head."""
        with self._reading():
            return self._log.key_of(self._log.size())

    def balance(self, pseudonym: str) -> int:
        """A shopper's prepaid balance in minor units; 0 for one never seen."""
        require_pseudonym(pseudonym)
        place = (shopper_account(pseudonym), self.home.currency)
        with self._reading():
            rows = self._store.rows(
                "SELECT balance FROM accounts WHERE account = ? AND currency = ?", place
            )
            return next((-cast("int", balance) for (balance,) in rows), 0)

    def balances(self) -> list[tuple[str, str, int]]:
        """(account, currency, balance in minor units) of all accounts, by name."""
        with self._reading():
            rows = self._store.rows(
                "SELECT account, currency, balance FROM accounts ORDER BY account, currency"
            )
            return [(str(a), str(c), cast("int", b)) for a, c, b in rows]

    def stock(self) -> dict[str, int]:
        """Pieces of each article whose stock was ever counted, by its sku."""
        with self._reading():
            rows = self._store.rows(
                "SELECT account, balance FROM accounts WHERE currency = ? AND account LIKE ?",
                (PIECES, stock_account("%")),
            )
            prefix = stock_account("")
            return {str(a).removeprefix(prefix): cast("int", b) for a, b in rows}

    def spent_since(self, pseudonym: str, since_ms: int) -> int:
        """What a shopper paid, and has set aside, since a time; in minor units.

        The sum of `sales_since`.
        """
        return sum(self.sales_since(pseudonym, since_ms).values())

    def sales_since(self, pseudonym: str, since_ms: int) -> dict[str, int]:
        """Each sale to a shopper since a time: its id and what was paid or is set aside for it.

        Finds the place by the recorded times, and reads from there on: the cost is that of a day's
        entries, not of the book. Refunds are not deducted; the rest of a hold that was captured,
        voided or expired is. What a clock that ran ahead has stamped counts until then.

        Args:
            pseudonym: Whose.
            since_ms: Unix milliseconds, such as today's midnight.
        """
        require_pseudonym(pseudonym)
        require_integer("since_ms", since_ms, 0, canonical.INTEGER_MAX)
        spent: dict[str, int] = {}
        for entry in self._about(pseudonym, since_ms):
            content = entry.content
            if isinstance(content, (Payment, BatchedPayment)) and content.pseudonym == pseudonym:
                spent[content.sale_id] = content.order.total_minor
            elif isinstance(content, Capture) and content.id in spent:
                spent[content.id] = content.order.total_minor
            elif isinstance(content, Void) and content.id in spent:
                del spent[content.id]
        return spent

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Entries in order from `start`, read in batches; those added meanwhile are included.

        After a batch come its payments, in the batch's place.
        """
        while True:
            with self._reading():
                batch = self._log.batch(start, _BATCH)
            if not batch:
                return
            for entry in batch:
                yield from self._spread(entry)
            start = batch[-1].index + 1

    def _spread(self, entry: Entry) -> Iterator[Entry]:
        if isinstance(entry.content, Batch):
            with self._reading():
                entry = self._log.with_sheet(entry)
        return pages.spread(entry)

    def leaves(self, size: int) -> Iterator[bytes]:
        """The leaves of the first `size` entries, in order, read in batches."""
        start = 0
        while start < size:
            with self._reading():
                batch = self._log.leaves(start, min(_BATCH, size - start))
            if not batch:
                return
            for index, leaf in batch:
                if index != start:
                    raise missing_entry(start)
                yield leaf
                start += 1

    def copy_rows(
        self,
        write: Callable[[bytes], object],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[int, str]:
        """Hand every entry as a line of a backup to `write`; gives their number and the head.

        Raises:
            DamagedError: The entries are not those that the head is signed over.
        """
        from ledger.backup import line

        with self._reading():
            size = self._log.head_after(self._log.size() - 1)[0]
            head = self._log.checkpoint(size - 1)
            key = self._log.key_of(size)
        query = "SELECT idx, leaf, head FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"
        frontier = merkle.Frontier()
        while frontier.size < size:
            done = frontier.size
            with self._reading():
                rows = list(self._store.rows(query, (done, min(done + _BATCH, size))))
            for index, leaf, signature in cast("list[tuple[int, bytes, bytes]]", rows):
                if index != frontier.size:
                    raise missing_entry(frontier.size)
                require_bytes(index, leaf, signature)
                write(line(leaf, signature))
                self._copy_pages(index, leaf, write)
                frontier.append(frontier.completed(merkle.leaf_hash(leaf)))
            if not rows:
                raise missing_entry(done)
            if progress is not None:
                progress(frontier.size, size)
        try:
            signed = note.open_checkpoint(head, key).root
        except ProofRefused:
            signed = b""
        if signed != frontier.root():
            raise DamagedError(
                "The entries are not those that the book's newest head is signed over.",
                hint="Run: facetill ledger check",
            )
        return size, head

    def _copy_pages(self, index: int, leaf: bytes, write: Callable[[bytes], object]) -> None:
        from ledger.backup import page_line

        if _BATCH_LEAF not in leaf:
            return
        entry = self._log.parse(index, leaf)
        if isinstance(entry.content, Batch):
            with self._reading():
                sheet = self._log.with_sheet(entry).sheet
            for page in cast("Sheet", sheet).pages:
                write(page_line(page.payments, page.order_lines))

    def figures(self) -> Figures:
        """The figures since the last Z report."""
        with self._reading():
            return Draft(self._store, self._log).figures()

    def register(
        self, account: str | None = None, entries: Iterable[Entry] | None = None
    ) -> Iterator[Register]:
        """Postings in order with a running balance for each account.

        Args:
            account: Only this account, and those below it (`liabilities` has them all).
            entries: The book's entries, where the caller reads them anyway.
        """
        running: dict[tuple[str, str], int] = {}
        for entry in self.entries() if entries is None else entries:
            for p in entry.postings:
                place = (p.account, p.currency)
                running[place] = running.get(place, 0) + p.amount_minor
                if is_within(p.account, account):
                    yield Register(entry, *place, p.amount_minor, running[place])

    def receipt(self, payment_id: str) -> Receipt:
        """The receipt of an authorisation's id, the same for ever.

        Raises:
            UnknownReceipt: No such payment.
        """
        alone = f"payment/{payment_id}", f"capture/{payment_id}"
        with self._reading():
            known = self._log.by_ids((*alone, f"{Batch.kind}/{payment_id[:ID_DIGITS]}"))
            for entry_id in alone:
                if entry_id in known:
                    entry = known[entry_id]
                    return Receipt.of(entry, *self._log.proof(entry))
            found = rules.batch_of(known.get, payment_id)
            if found is None:
                raise rules.unknown_sale(payment_id)
            entry, number = found
            proof = self._log.proof(entry)
            with naming(entry.index):
                return Receipt.of(entry, *proof, pages.member(self._store, entry.index, number))

    def erased(self) -> set[str]:
        """The pseudonyms that have tombstones."""
        with self._reading():
            tombs = self._log.within(f"{Erasure.kind}/")
        return {e.content.pseudonym for e in tombs if isinstance(e.content, Erasure)}

    def holds(self) -> list[Hold]:
        """The holds that nothing has ended yet, in order."""
        with self._reading():
            held = [cast("Hold", entry.content) for entry in self._log.within("hold/")]
            endings = [f"{kind}/{hold.sale_id}" for hold in held for kind in rules.ENDINGS]
            ended = {entry_id.partition("/")[2] for entry_id in self._log.by_ids(endings)}
        return [hold for hold in held if hold.sale_id not in ended]

    @property
    def head(self) -> str:
        """The newest signed tree head."""
        with self._reading():
            return self._log.checkpoint(self._log.size() - 1)

    def prove_consistency(self, first: int) -> ConsistencyProof:
        """That the book now continues the book of its first entries.

        Raises:
            BadInputError: It never had that many.
        """
        with self._reading():
            size = self._log.size()
            if not 0 < first <= size:
                raise BadInputError(
                    f"The book has {size} entries; it cannot be compared at {first}.",
                    hint=f"Choose a size from 1 to {size}.",
                )
            path, head = self._log.consistency(first), self._log.checkpoint(size - 1)
        return ConsistencyProof(first, path, head)

    def __len__(self) -> int:
        with self._reading():
            return self._log.size()

    def check(self) -> list[Finding]:
        """Recompute everything from the leaves; see `ledger.audit`."""
        from ledger import audit

        return audit.check_home(self.home)[0]

    def _about(self, pseudonym: str, since_ms: int) -> Iterator[Entry]:
        """Entries since a time in whose leaf, or in whose batch, a pseudonym occurs."""
        needle = f'"{pseudonym}"'.encode()
        with self._reading():
            start = self._log.first_since(since_ms)
            while rows := self._log.leaves(start, _BATCH):
                for index, leaf in rows:
                    if needle in leaf or _BATCH_LEAF in leaf:
                        entry = self._log.parse(index, leaf)
                        if entry.clock_ms >= since_ms:
                            yield from self._log.about(entry, pseudonym)
                start = rows[-1][0] + 1

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            if self._store.is_in_transaction():
                yield
            else:
                with self._store.transaction(write=False):
                    yield


def is_within(account: str, parent: str | None) -> bool:
    """Whether an account is `parent` or below it; every account is within None."""
    return parent is None or (account + ":").startswith(parent.rstrip(":") + ":")


def read_genesis(opened: Store, home: Home) -> Genesis:
    """The first entry, which must be this home's; inside a transaction of the caller.

    Raises:
        DamagedError: It is not.
    """
    row = next(opened.rows("SELECT leaf FROM entries WHERE idx = 0"), None)
    try:
        content = parse_leaf(cast("bytes", row[0])).content if row else None
    except BadInputError:
        content = None
    if not isinstance(content, Genesis):
        raise DamagedError(
            "Entry 0 of the book is damaged or missing.", hint="Restore ledger.db from your backup."
        )
    if (content.home_id, content.mode, content.currency) != (home.id, home.mode, home.currency):
        raise DamagedError(
            "The book belongs to another home than home.json describes.",
            hint="Restore home.json and ledger.db from the same backup.",
        )
    return content
