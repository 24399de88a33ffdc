"""The book itself: posts payments and top-ups, each whole, signed and provable, or not at all.

Times are handed in, in Unix milliseconds; `ledger.rules` says how they are judged. The order of
entries is their index alone. An id that was posted before gives its first receipt again, however
late it is asked for.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, Self, cast

from ledger import canonical, keys, note, rules, store
from ledger.authorization import bad_field, require_integer, require_pseudonym
from ledger.consistency import ConsistencyProof
from ledger.entries import Genesis, Payment, Refund, Station, Topup, parse_leaf, shopper_account
from ledger.errors import (
    BadInputError,
    BadSignature,
    BusyError,
    DamagedError,
    DiskFullError,
    LedgerExistsError,
    StorageError,
    UnknownDesk,
    UnknownKiosk,
    UnknownReceipt,
)
from ledger.home import station_key, storage_error
from ledger.log import Log
from ledger.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import apsw

    from ledger.audit import Finding
    from ledger.authorization import Order, SignedAuthorization
    from ledger.entries import AnyContent, Entry
    from ledger.home import Home

_BATCH: Final = 1_000


@dataclass(frozen=True)
class Register:
    """One posting in an account's history; amounts as posted (debits positive)."""

    entry: Entry
    account: str
    currency: str
    amount_minor: int
    balance_minor: int


class Ledger:
    """An open book. One instance may be used by several threads, one file by several processes.

    Make it with `Ledger.create` or `Ledger.open`; close it, or use it in a `with` statement.
    """

    def __init__(self, home: Home, db: apsw.Connection, genesis: Genesis) -> None:
        self.home = home
        self.genesis = genesis
        self.vkey = note.VerifierKey(genesis.origin, genesis.public_bytes)
        self._db = db
        self._log = Log(db, self.vkey)
        self._lock = threading.RLock()
        self._stations: dict[str, bytes] = {}
        self._key: keys.StationKey | None = None
        self._stopped: StorageError | None = None

    # --- opening and closing ---------------------------------------------------------------

    @classmethod
    def create(cls, home: Home, now_ms: int | None = None) -> Ledger:
        """A new book for this home, with its kiosk's and desk's keys registered in it.

        Args:
            home: A home whose folder has no book yet.
            now_ms: Time of the first entries; None takes the system's clock.

        Raises:
            LedgerExistsError: There is a book already.
            StorageError: The disk refused; nothing is left of it.
        """
        now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        if home.ledger_db.exists():
            raise LedgerExistsError(
                f"There is a book at {home.ledger_db} already.", hint="Use it as it is."
            )
        key = station_key(home, "ledger")
        genesis = Genesis(home.id, home.mode, home.currency, key.public_bytes)
        staging = home.ledger_db.with_name("ledger.db.new")
        try:
            home.ledger_db.parent.mkdir(mode=0o700, exist_ok=True)
            for leftover in ("", "-wal", "-shm", "-journal"):
                staging.with_name(staging.name + leftover).unlink(missing_ok=True)
            with cls(home, store.connect(staging, create=True), genesis) as book:
                book._begin(key, now_ms)
            staging.rename(home.ledger_db)
            _sync_folder(home.ledger_db.parent)
        except OSError as e:
            raise storage_error(e, "The book could not be made") from e
        return cls.open(home)

    @classmethod
    def open(cls, home: Home, *, read_only: bool = False) -> Ledger:
        """The home's book.

        Raises:
            LedgerMissingError, LedgerVersionError, DamagedError, StorageError: As named.
        """
        db = store.connect(home.ledger_db, read_only=read_only)
        try:
            store.require_format(db)
            genesis = _read_genesis(db, home)
        except BaseException:
            db.close()
            raise
        return cls(home, db, genesis)

    def close(self) -> None:
        """Release the file; the last one to do so empties the write-ahead log."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing ---------------------------------------------------------------------------

    def post(self, signed: SignedAuthorization, order: Order, now_ms: int) -> Receipt:
        """Charge a shopper once, however often it is asked.

        Raises:
            Refused: Its sub-class says which rule; nothing was written.
            StorageError: The disk or another process was in the way; nothing was written, or
                it is not known: asking again with the same id charges once.
        """
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        payment = Payment(signed, order, self.home.mode)
        a = signed.authorization
        with self._writing():
            self._require_signed(a.kiosk, "kiosk", signed.signature, a.message())
            known = self._log.by_id(payment.entry_id)
            if known is not None:
                rules.require_same(known.content, payment, a.id)
                return self._receipt(known)
            balance_minor = self._balance(a.pseudonym)
            rules.require_payable(payment, self.genesis, balance_minor, now_ms)
            receipt = self._receipt(self._append(payment, now_ms))
        self._keep_head()
        return receipt

    def topup(
        self,
        pseudonym: str,
        amount_minor: int,
        topup_id: str,
        desk_key: keys.StationKey,
        now_ms: int,
    ) -> Entry:
        """Add cash to a shopper's balance, once for each `topup_id`.

        Args:
            pseudonym: Who it is for; that such a shopper exists is the desk's business.
            amount_minor: 1 or more minor units of the home's currency.
            topup_id: 1..64 of letters, digits, dot, hyphen and underscore.
            desk_key: A desk's key that the book knows.
            now_ms: The time.

        Raises:
            Refused, StorageError: As for `post`.
        """
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        unsigned = Topup(
            topup_id,
            pseudonym,
            amount_minor,
            self.home.currency,
            now_ms,
            desk_key.key_id,
            self.home.mode,
        )
        new = replace(unsigned, signature=desk_key.sign(unsigned.message()))

        def require() -> None:
            rules.require_topup(new, self.genesis, self._balance(pseudonym))

        return self._book_once(new, require, now_ms)

    def refund(
        self,
        payment_id: str,
        amount_minor: int,
        refund_id: str,
        desk_key: keys.StationKey,
        now_ms: int,
    ) -> Entry:
        """Give back a payment, or a part of it, to the shopper's balance; once a `refund_id`.

        Args:
            payment_id: The payment's id, as on its receipt.
            amount_minor: 1 or more minor units, and with all refunds before at most what was paid.
            refund_id: 1..64 of letters, digits, dot, hyphen and underscore.
            desk_key: A desk's key that the book knows.
            now_ms: The time.

        Raises:
            UnknownReceipt, RefundTooHigh, StorageError: As named; nothing was written.
        """
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        paid = cast("Payment", self.receipt(payment_id).entry.content)
        a = paid.signed.authorization
        unsigned = Refund(
            refund_id,
            a.id,
            a.pseudonym,
            amount_minor,
            a.currency,
            now_ms,
            desk_key.key_id,
            self.home.mode,
        )
        new = replace(unsigned, signature=desk_key.sign(unsigned.message()))

        def require() -> None:
            refunded_minor = self._log.refunded_minor(a.id)
            rules.require_refund(new, paid, refunded_minor, self._balance(a.pseudonym))

        return self._book_once(new, require, now_ms)

    def register_station(
        self, role: Literal["kiosk", "desk"], public_bytes: bytes, now_ms: int
    ) -> Entry:
        """Accept a further kiosk's or desk's key (32 bytes) from here on; once is enough."""
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        if len(public_bytes) != keys.PUBLIC_BYTES:
            raise bad_field("public key")
        station = Station(role, public_bytes)
        with self._writing():
            known = self._log.by_id(station.entry_id)
            if known is not None:
                return known
            entry = self._append(station, now_ms)
        self._keep_head()
        return entry

    # --- reading ---------------------------------------------------------------------------

    def balance(self, pseudonym: str) -> int:
        """A shopper's prepaid balance in minor units; 0 for one never seen."""
        require_pseudonym(pseudonym)
        with self._reading():
            return self._balance(pseudonym)

    def balances(self) -> list[tuple[str, str, int]]:
        """(account, currency, balance in minor units) of all accounts, by name."""
        with self._reading():
            rows = self._db.execute("SELECT account, currency, balance FROM accounts ORDER BY 1, 2")
            return [(str(a), str(c), cast("int", b)) for a, c, b in rows]

    def entries(self) -> Iterator[Entry]:
        """All entries in order, read in batches; entries added meanwhile are included."""
        start = 0
        while True:
            with self._reading():
                batch = self._log.batch(start, _BATCH)
            if not batch:
                return
            yield from batch
            start = batch[-1].index + 1

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
            if entry is None:
                raise UnknownReceipt(
                    f"The book has no payment {payment_id[:64]!r}.",
                    hint="The id is on the receipt, and in `facetill ledger print`.",
                )
            return self._receipt(entry)

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

    def _begin(self, key: keys.StationKey, now_ms: int) -> None:
        require_integer("now_ms", now_ms, 0, canonical.INTEGER_MAX)
        with self._writing():
            store.initialise(self._db)
            self._key = key
            self._append(self.genesis, now_ms)
            for role in ("kiosk", "desk"):
                public = station_key(self.home, role).public_bytes
                self._append(Station(role, public), now_ms)
        self._keep_head()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            if self._stopped is not None:
                raise self._stopped
            try:
                with store.transaction(self._db, write=True):
                    yield
            except BaseException as e:
                self._log.forget()
                uncertain = isinstance(e, StorageError) and not isinstance(
                    e, (DiskFullError, BusyError)
                )
                if uncertain:
                    # What a failed write or sync left on the disk is not known to this process:
                    # it stops here, and a fresh one reads what is there.
                    self._stopped = StorageError(
                        "The book stopped after a failed write.",
                        hint="Mend the disk, then start again; the same id charges once.",
                    )
                raise

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            if self._db.in_transaction:
                yield
            else:
                with store.transaction(self._db, write=False):
                    yield

    def _book_once(self, new: Topup | Refund, require: Callable[[], None], now_ms: int) -> Entry:
        """Write what a desk signed, once for its id; asked again, the first entry is given."""
        with self._writing():
            self._require_signed(new.desk, "desk", new.signature, new.message())
            known = self._log.by_id(new.entry_id)
            if known is not None:
                first = cast("Topup | Refund", known.content)
                same_time = replace(new, issued_at_ms=first.issued_at_ms, signature=first.signature)
                rules.require_same(first, same_time, new.id)
                return known
            require()
            entry = self._append(new, now_ms)
        self._keep_head()
        return entry

    def _append(self, content: AnyContent, now_ms: int) -> Entry:
        """Write one entry, its signed head and its balances."""
        entry = self._log.append(content, now_ms, self._signing_key())
        for p in entry.postings:
            self._db.execute(
                "INSERT INTO accounts (account, currency, balance) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET balance = balance + excluded.balance",
                (p.account, p.currency, p.amount_minor),
            )
        return entry

    def _signing_key(self) -> keys.StationKey:
        if self._key is None:
            key = station_key(self.home, "ledger")
            if key.public_bytes != self.genesis.public_bytes:
                raise DamagedError(
                    "The ledger key in HOME/keys is not the one that the book names.",
                    hint="Restore HOME/keys and HOME/ledger from the same backup.",
                )
            self._key = key
        return self._key

    def _require_signed(
        self, key_id: str, role: Literal["kiosk", "desk"], signature: bytes, message: bytes
    ) -> None:
        name = f"station/{role}/{key_id}"
        if name not in self._stations:
            entry = self._log.by_id(name)
            if entry is None:
                unknown = UnknownKiosk if role == "kiosk" else UnknownDesk
                raise unknown(
                    f"No {role} with the key {key_id} is registered in the book.",
                    hint=f"Use this home's own keys/{role}.key, or register the {role}.",
                )
            self._stations[name] = cast("Station", entry.content).public_bytes
        if not keys.verify(self._stations[name], signature, message):
            raise BadSignature(
                f"The signature is not the {role}'s over this content.",
                hint="Start the payment again.",
            )

    def _balance(self, pseudonym: str) -> int:
        row = self._db.execute(
            "SELECT balance FROM accounts WHERE account = ? AND currency = ?",
            (shopper_account(pseudonym), self.home.currency),
        ).fetchone()
        return -cast("int", row[0]) if row else 0

    def _receipt(self, entry: Entry) -> Receipt:
        index = entry.index
        return Receipt(entry.leaf(), self._log.proof(index), self._log.checkpoint(index))

    def _keep_head(self) -> None:
        """Keep the newest head beside the book; what is committed stays so if that fails."""
        with self._reading(), suppress(OSError):
            size = self._log.size()
            text = self._log.checkpoint(size - 1)
            store.keep_head(self.home.ledger_db.with_name(store.HEAD_NAME), text, size)


def is_within(account: str, parent: str | None) -> bool:
    """Whether an account is `parent` or below it; every account is within None."""
    return parent is None or (account + ":").startswith(parent.rstrip(":") + ":")


def _read_genesis(db: apsw.Connection, home: Home) -> Genesis:
    with store.translated("The book cannot be read"):
        row = db.execute("SELECT leaf FROM entries WHERE idx = 0").fetchone()
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


def _sync_folder(path: os.PathLike[str]) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
