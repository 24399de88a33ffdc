"""The book itself: takes entries, each whole, signed and provable, or not at all, and reads them.

Times are handed in, in Unix milliseconds; `ledger.rules` says how they are judged. The order of
entries is their index alone. An id that was posted before gives its first receipt again, however
late it is asked for.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, cast

from ledger import canonical, keys, note, rules, store
from ledger.commits import Committer
from ledger.consistency import ConsistencyProof
from ledger.contents import Genesis, Hold, Payment, Rotation, Station, shopper_account
from ledger.desk import Desk
from ledger.entries import parse_leaf
from ledger.errors import (
    BadInputError,
    DamagedError,
    LedgerMissingError,
    Refused,
    StorageError,
    UnknownReceipt,
)
from ledger.fields import bad_field, require_integer, require_pseudonym
from ledger.keyring import Keyring
from ledger.log import Log
from ledger.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ledger.audit import Finding
    from ledger.authorization import SignedAuthorization
    from ledger.draft import Draft
    from ledger.entries import AnyContent, Entry
    from ledger.home import Home
    from ledger.orders import Order
    from ledger.store import Store

_BATCH: Final = 1_000
HEAD_EVERY_S: Final = 1.0
T = TypeVar("T")


@dataclass(frozen=True)
class Register:
    """One posting in an account's history; amounts as posted (debits positive)."""

    entry: Entry
    account: str
    currency: str
    amount_minor: int
    balance_minor: int


class Ledger:
    """An open book. One instance may be used by several threads, one book by several processes.

    Make it with `Ledger.create` or `Ledger.open`; close it, or use it in a `with` statement.
    """

    def __init__(
        self, home: Home, opened: Store, genesis: Genesis, *, read_only: bool = False
    ) -> None:
        self.home = home
        self.genesis = genesis
        self._store = opened
        self._log = Log(opened, genesis)
        self._keyring = Keyring(home)
        self._lock = threading.RLock()
        self._committer = Committer(opened, self._log, self._keyring, self._lock)
        self._head_kept_s = 0.0
        self._head_due = not read_only
        self._keep_head()  # a crash may have left an older one

    # --- opening and closing ---------------------------------------------------------------

    @classmethod
    def create(cls, home: Home, now_ms: int | None = None) -> Ledger:
        """A new book for this home, with its kiosk's and desk's keys registered in it.

        Args:
            home: A home which has no book yet.
            now_ms: Time of the first entries; None takes the system's clock.

        Raises:
            LedgerExistsError: There is a book already.
            StorageError: The disk refused; nothing is left of it.
        """
        from ledger.creation import created

        now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        keyring = Keyring(home)
        genesis = Genesis(home.id, home.mode, home.currency, keyring.newest.public_bytes)
        roles: tuple[Literal["kiosk", "desk"], ...] = ("kiosk", "desk")
        stations = [Station(role, keyring.station(role).public_bytes) for role in roles]
        created(home, genesis, keyring, [genesis, *stations], now_ms)
        return cls.open(home)

    @classmethod
    def open(cls, home: Home, *, read_only: bool = False) -> Ledger:
        """The home's book.

        Raises:
            LedgerMissingError, LedgerVersionError, DamagedError, StorageError: As named.
        """
        opened = store.open_store(home, read_only=read_only)
        try:
            version = opened.require_format()
            with opened.transaction(write=False):
                genesis = _read_genesis(opened, home)
            if version != store.FORMAT and not read_only:
                with opened.transaction(write=True):
                    opened.upgrade()
        except BaseException:
            opened.close()
            raise
        return cls(home, opened, genesis, read_only=read_only)

    @classmethod
    def open_or_create(cls, home: Home) -> Ledger:
        """The home's book, made now if it has none.

        Raises:
            StorageError, DamagedError: As for `open` and `create`.
        """
        try:
            return cls.open(home)
        except LedgerMissingError:
            return cls.create(home)

    def close(self) -> None:
        """Let go of the book; no thread may use it any more."""
        with self._lock:
            self._keep_head(at_once=True)
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def vkey(self) -> note.VerifierKey:
        """The key that signs the newest head."""
        with self._reading():
            return self._log.key_of(self._log.size())

    # --- writing ---------------------------------------------------------------------------

    def post(self, signed: SignedAuthorization, order: Order, now_ms: int) -> Receipt:
        """Charge a shopper once, however often it is asked.

        Posted by several threads at once, payments share one commit.

        Raises:
            Refused: Its sub-class says which rule; nothing was written.
            StorageError: The disk or another process was in the way; nothing was written, or
                it is not known: asking again with the same id charges once.
        """
        payment = Payment(signed, order, self.home.mode)
        return self._commit(
            lambda draft: self._receipt_later(draft, self._take(draft, payment, now_ms)), now_ms
        )

    def post_many(
        self, items: Sequence[tuple[SignedAuthorization, Order]], now_ms: int
    ) -> list[Receipt | Refused | BadInputError]:
        """Charge many in one commit; each is taken or refused by itself.

        Returns:
            In the same order, a receipt, or why there is none.

        Raises:
            StorageError: As for `post`, for all of them.
        """
        payments = [Payment(signed, order, self.home.mode) for signed, order in items]

        def work(draft: Draft) -> Callable[[], list[Receipt | Refused | BadInputError]]:
            self._prefetch(draft, payments)
            taken: list[Callable[[], Receipt] | Refused | BadInputError] = []
            for payment in payments:
                try:
                    entry = self._take(draft, payment, now_ms)
                    taken.append(self._receipt_later(draft, entry))
                except (Refused, BadInputError) as e:
                    taken.append(e)
            return lambda: [t if isinstance(t, Exception) else t() for t in taken]

        return self._commit(work, now_ms)

    def post_all(
        self, items: Sequence[tuple[SignedAuthorization, Order]], now_ms: int
    ) -> list[Receipt]:
        """Charge all in one commit, or none.

        Raises:
            Refused: The first that one of them meets; nothing was written.
            StorageError: As for `post`.
        """
        payments = [Payment(signed, order, self.home.mode) for signed, order in items]

        def work(draft: Draft) -> Callable[[], list[Receipt]]:
            self._prefetch(draft, payments)
            mark = draft.mark()
            try:
                entries = [self._take(draft, payment, now_ms) for payment in payments]
            except (Refused, BadInputError):
                draft.undo(mark)
                raise
            receipts = [self._receipt_later(draft, entry) for entry in entries]
            return lambda: [receipt() for receipt in receipts]

        return self._commit(work, now_ms)

    def hold(self, signed: SignedAuthorization, order: Order, now_ms: int) -> Entry:
        """Set money and goods aside until the authorisation's `hold_until_ms`.

        It ends when the desk captures or voids it, or books that its time is over.

        Raises:
            Refused, StorageError: As for `post`.
        """
        held = Hold(signed, order, self.home.mode)
        return self.book(lambda _: held, now_ms)

    def at(self, desk_key: keys.StationKey, now_ms: int) -> Desk:
        """What staff may ask of the book."""
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        return Desk(self, desk_key, now_ms)

    def register_station(
        self, role: Literal["kiosk", "desk"], public_bytes: bytes, now_ms: int
    ) -> Entry:
        """Accept a further kiosk's or desk's key (32 bytes) from here on; once is enough."""
        if len(public_bytes) != keys.PUBLIC_BYTES:
            raise bad_field("public key")
        station = Station(role, public_bytes)
        return self.book(lambda _: station, now_ms)

    def rotate_key(self, now_ms: int) -> Entry:
        """Change the ledger's signing key; what the old one signed stays provable for ever.

        The entry that names the new key is the last one under the old key's head. Interrupted at
        any point, the next `rotate_key` or post goes on with the key that the book names.
        """
        following = self._keyring.prepare_next()
        entry = self.book(lambda _: Rotation(following.public_bytes), now_ms)
        self._keyring.settle(following.public_bytes)
        self._keep_head(at_once=True)
        return entry

    def book(self, make: Callable[[Draft], AnyContent], now_ms: int) -> Entry:
        """Take one entry, made from what the book holds; for this package's own use."""

        def work(draft: Draft) -> Callable[[], Entry]:
            entry = self._take(draft, make(draft), now_ms)
            return lambda: entry

        return self._commit(work, now_ms)

    # --- reading ---------------------------------------------------------------------------

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

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Entries in order from `start`, read in batches; those added meanwhile are included."""
        while True:
            with self._reading():
                batch = self._log.batch(start, _BATCH)
            if not batch:
                return
            yield from batch
            start = batch[-1].index + 1

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
                    raise DamagedError(
                        f"Entry {start} of the book is missing.", hint="Run: facetill ledger check"
                    )
                yield leaf
                start += 1

    def register(self, account: str | None = None) -> Iterator[Register]:
        """Postings in order with a running balance for each account.

        Args:
            account: Only this account, and those below it (`liabilities` has them all).
        """
        running: dict[tuple[str, str], int] = {}
        for entry in self.entries():
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
        with self._reading():
            entry = self._log.by_id(f"payment/{payment_id}")
            entry = entry or self._log.by_id(f"capture/{payment_id}")
            if entry is None:
                raise UnknownReceipt(
                    f"The book has no payment {payment_id[:64]!r}.",
                    hint="The id is on the receipt, and in `facetill ledger print`.",
                )
            return self._receipt(entry)

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

    # --- inside ----------------------------------------------------------------------------

    def _commit(self, work: Callable[[Draft], Callable[[], T]], now_ms: int) -> T:
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        result = self._committer.do(work)
        self._head_due = True
        self._keep_head()
        return result

    def _take(self, draft: Draft, content: AnyContent, now_ms: int) -> Entry:
        """Judge one entry and add it; asked again, the first one is given."""
        known = draft.by_id(content.entry_id)
        if known is not None:
            rules.require_same(known.content, content)
            return known
        rules.require_signed(content, draft)
        rules.require(content, draft, self.genesis, now_ms)
        return draft.append(content, now_ms)

    def _prefetch(self, draft: Draft, payments: Sequence[Payment]) -> None:
        shoppers = {(shopper_account(p.pseudonym), self.home.currency) for p in payments}
        draft.prefetch([p.entry_id for p in payments], tuple(shoppers))

    def _receipt_later(self, draft: Draft, entry: Entry) -> Callable[[], Receipt]:
        is_new = entry.index >= draft.old_size
        return lambda: draft.receipt(entry) if is_new else self._receipt(entry)

    def _receipt(self, entry: Entry) -> Receipt:
        size, _ = self._log.head_after(entry.index)
        proof = self._log.proof(entry.index, size)
        return Receipt(entry.leaf(), proof, self._log.checkpoint(entry.index))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            if self._store.is_in_transaction():
                yield
            else:
                with self._store.transaction(write=False):
                    yield

    def _keep_head(self, *, at_once: bool = False) -> None:
        """Keep the newest head beside the book, once a second and at the end.

        What is committed stays so if that fails.
        """
        now_s = time.monotonic()
        if not self._head_due or not (at_once or now_s - self._head_kept_s >= HEAD_EVERY_S):
            return
        with suppress(OSError, StorageError), self._reading():
            size = self._log.size()
            text = self._log.checkpoint(size - 1)
            store.keep_head(self.home.ledger_db.with_name(store.HEAD_NAME), text, size)
            self._head_kept_s, self._head_due = now_s, False


def is_within(account: str, parent: str | None) -> bool:
    """Whether an account is `parent` or below it; every account is within None."""
    return parent is None or (account + ":").startswith(parent.rstrip(":") + ":")


def _read_genesis(opened: Store, home: Home) -> Genesis:
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
