"""The book itself: takes entries, each whole, signed and provable, or not at all, and reads them.

Times are handed in, in Unix milliseconds; `ledger.rules` says how they are judged. The order of
entries is their index alone. An id that was posted before gives its first receipt again, however
late it is asked for.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, cast

from ledger import canonical, keys, rules, store
from ledger.batches import ID_DIGITS, Batch, Page, Sheet
from ledger.collector import held_back
from ledger.commits import Committer
from ledger.contents import SALES, Genesis, Hold, Payment, Rotation, Station, shopper_account
from ledger.desk import Desk
from ledger.errors import (
    BadInputError,
    LedgerMissingError,
    Refused,
    StorageError,
)
from ledger.fields import bad_field, require_integer
from ledger.instructions import Erasure
from ledger.keyring import Keyring
from ledger.reading import Reading, read_genesis
from ledger.receipt import BatchReceipts, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledger.authorization import SignedAuthorization
    from ledger.draft import Draft
    from ledger.entries import AnyContent, Entry
    from ledger.home import Home
    from ledger.orders import Order
    from ledger.store import Store

_BATCH: Final = 1_000
HEAD_EVERY_S: Final = 1.0
T = TypeVar("T")


class Ledger(Reading):
    """An open book. One instance may be used by several threads, one book by several processes.

    Make it with `Ledger.create` or `Ledger.open`; close it, or use it in a `with` statement.
    """

    def __init__(
        self, home: Home, opened: Store, genesis: Genesis, *, read_only: bool = False
    ) -> None:
        super().__init__(home, opened, genesis)
        self._keyring = Keyring(home)
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
                genesis = read_genesis(opened, home)
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

        def work(draft: Draft) -> Callable[[], Receipt]:
            self._prefetch(draft, [payment])
            entry = self._take(draft, payment, now_ms)
            return lambda: self._receipt_of(draft, entry)

        return self._commit(work, now_ms)

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
            taken: list[Entry | Refused | BadInputError] = []
            for payment in payments:
                try:
                    taken.append(self._take(draft, payment, now_ms))
                except (Refused, BadInputError) as e:
                    taken.append(e)
            return lambda: [
                t if isinstance(t, Exception) else self._receipt_of(draft, t) for t in taken
            ]

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
            return lambda: [self._receipt_of(draft, entry) for entry in entries]

        return self._commit(work, now_ms)

    def post_batch(
        self, batch: Batch, sheet: Sequence[tuple[bytes, bytes]], now_ms: int
    ) -> BatchReceipts:
        """Charge all payments of a batch as one entry, or none; asked again, once.

        Costs a few microseconds a payment, where `post_many` has an entry, and its costs, for each.

        Args:
            batch: What the kiosk signed; see `ledger.batching`.
            sheet: (records, orders) of each of its pages.
            now_ms: The time.

        Raises:
            BadInputError: The pages are not what a kiosk makes; nothing was written.
            Refused, StorageError: As for `post_all`.
        """
        [answer] = self.post_batches([(batch, sheet)], now_ms)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def post_batches(
        self, asked: Sequence[tuple[Batch, Sequence[tuple[bytes, bytes]]]], now_ms: int
    ) -> list[BatchReceipts | Refused | BadInputError]:
        """Take many batches in one commit; each is taken or refused by itself.

        Returns:
            In the same order, the receipts of its payments, or why there are none.

        Raises:
            StorageError: As for `post`, for all of them.
        """
        with held_back():
            wholes = [_with_sheet(*one) for one in asked]

        def work(draft: Draft) -> Callable[[], list[BatchReceipts | Refused | BadInputError]]:
            self._prefetch_batches(draft, [w for w in wholes if isinstance(w, Batch)])
            taken = [self._take_batch(draft, whole, now_ms) for whole in wholes]
            return lambda: [
                t if isinstance(t, Exception) else BatchReceipts(*t, *self._proof_of(draft, t[1]))
                for t in taken
            ]

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

    def _take_batch(
        self, draft: Draft, batch: Batch | Refused | BadInputError, now_ms: int
    ) -> tuple[Sheet, Entry] | Refused | BadInputError:
        if isinstance(batch, Exception):
            return batch
        try:
            return cast("Sheet", batch.sheet), self._take(draft, batch, now_ms)
        except (Refused, BadInputError) as e:
            return e

    def _prefetch_batches(self, draft: Draft, batches: Sequence[Batch]) -> None:
        sheets = [cast("Sheet", batch.sheet) for batch in batches]
        shoppers = {pseudonym for sheet in sheets for pseudonym in sheet.spent}
        places = {(p.account, p.currency) for sheet in sheets for p in sheet.moves}
        known = [batch.entry_id for batch in batches]
        draft.prefetch([*known, *(f"{Erasure.kind}/{who}" for who in shoppers)], [*places])

    def _prefetch(self, draft: Draft, payments: Sequence[Payment]) -> None:
        currency = self.home.currency
        places, batches = [(SALES, currency)], []
        ids: list[str] = []
        tombstones = []
        for payment in payments:
            a = payment.signed.authorization
            places.append((shopper_account(a.pseudonym), currency))
            ids += payment.entry_id, f"hold/{a.id}"
            tombstones.append(f"{Erasure.kind}/{a.pseudonym}")
            batches.append(f"{Batch.kind}/{a.id[:ID_DIGITS]}")
        ids += tombstones
        if len(payments) > 1:
            draft.prefetch_batches(batches)
        else:
            ids += batches  # by the same query
        draft.prefetch(ids, places)

    def _receipt_of(self, draft: Draft, entry: Entry) -> Receipt:
        return Receipt.of(entry, *self._proof_of(draft, entry))

    def _proof_of(self, draft: Draft, entry: Entry) -> tuple[tuple[bytes, ...], str]:
        """Once it is written; one that is older than the draft has its proof in the log."""
        return draft.proof(entry) if entry.index >= draft.old_size else self._log.proof(entry)

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
            store.keep_head(store.head_note(self.home), text, size)
            self._head_kept_s, self._head_due = now_s, False


def _with_sheet(
    batch: Batch, sheet: Sequence[tuple[bytes, bytes]]
) -> Batch | Refused | BadInputError:
    """A batch with its payments at hand, or why they cannot be its own."""
    try:
        whole = replace(batch, sheet=Sheet([Page(*page) for page in sheet]))
        rules.require_sheet(whole)  # also where the header was taken before
    except (Refused, BadInputError) as e:
        return e
    return whole
