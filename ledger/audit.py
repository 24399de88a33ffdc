"""`ledger check`: recomputes the book from its leaves, and names whatever differs.

Nothing stored is believed but the leaves, and those only under the ledger key's signature: ids,
tree hashes, heads and balances are computed again and compared, column by column; kiosks' and
desks' signatures are verified; each payment is judged again by the rules it was taken under. The
schema is compared with the one this version writes, and SQLite's own integrity check looks at
what lies below rows.

Rolling the whole file back to an older copy leaves a book that is right in itself. The newest
head is therefore kept beside it in `head.note`; whoever can write both can roll back both, so
`heads` takes further ones, kept elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ledger import keys, merkle, note, rules, store
from ledger.entries import Genesis, Payment, Refund, Station, Topup, parse_leaf, shopper_account
from ledger.errors import BadInputError, Error, KeyMissingError, LedgerMissingError, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

    from ledger.entries import Entry
    from ledger.home import Home

FINDINGS_MAX: Final = 1_000
_PROGRESS_EVERY: Final = 500
_ROW: Final = re.compile(r"\brow (\d+)\b")
_KEY_FILE_BYTES_MAX: Final = 10_000

Row = tuple[object, object, object, object, object]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        index: The entry concerned; None for the file as a whole.
        problem: What is wrong, as part of a sentence.
    """

    index: int | None
    problem: str

    def __str__(self) -> str:
        return f"{'book' if self.index is None else f'entry {self.index}'}: {self.problem}"


def trusted_key(home: Home) -> note.VerifierKey:
    """The ledger's public key as the home keeps it, outside of the book.

    Raises:
        KeyMissingError, BadInputError: It cannot be used.
    """
    path = home.keys_dir / "ledger.vkey"
    try:
        with path.open("rb") as file:
            text = file.read(_KEY_FILE_BYTES_MAX).decode("utf-8", "replace")
    except OSError as e:
        raise KeyMissingError(
            f"The ledger's public key {path} cannot be read ({e.strerror}).",
            hint="Restore it from your backup, or from any receipt's shop notice.",
        ) from e
    return note.parse_vkey(text)


def check_home(
    home: Home,
    *,
    key: note.VerifierKey | None = None,
    heads: tuple[str, ...] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Finding], int]:
    """All findings in the home's book (none: it is clean), and its number of entries.

    Args:
        home: Whose book.
        key: The ledger's public key; by default the one in HOME/keys/ledger.vkey.
        heads: Signed heads kept elsewhere, with which the book must agree.
        progress: Called now and then with entries done and entries in all.

    Raises:
        LedgerMissingError, KeyMissingError: There is nothing to check, or nothing to check by.
    """
    key = trusted_key(home) if key is None else key
    # The head is read before the book: a payment posted meanwhile must not look like a rollback.
    try:
        newest = home.ledger_db.with_name(store.HEAD_NAME).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        newest = ""
    audit = _Audit(home, key, progress)
    audit.expect_head(newest, f"{store.HEAD_NAME} beside the book")
    for number, head in enumerate(heads, 1):
        audit.expect_head(head, f"the given head {number}")
    try:
        db = store.connect(home.ledger_db, read_only=True)
        try:
            with store.transaction(db, write=False):
                audit.run(db)
        finally:
            db.close()
    except LedgerMissingError:
        raise
    except Error as e:
        audit.find(None, e.message.rstrip("."))
    return audit.findings, audit.size


class _Audit:
    """One pass over the book."""

    def __init__(
        self,
        home: Home,
        key: note.VerifierKey,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.findings: list[Finding] = []
        self.size = 0
        self._home = home
        self._key = key
        self._progress = progress
        self._genesis = Genesis(home.id, home.mode, home.currency, key.public_bytes)
        self._heads: list[tuple[note.Checkpoint, str]] = []
        self._roots: dict[int, bytes] = {}
        self._frontier: merkle.Frontier | None = merkle.Frontier()
        self._unsigned: list[int] = []
        self._stations: dict[str, bytes] = {}
        self._balances: dict[tuple[str, str], int] = {}
        self._touched: dict[tuple[str, str], int] = {}
        self._recorded_ms = 0
        self._payments: dict[str, Payment] = {}
        self._refunded: dict[str, int] = {}

    def find(self, index: int | None, problem: str) -> None:
        """Note a finding; beyond FINDINGS_MAX they are no longer told apart."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(index, problem))

    def expect_head(self, text: str, name: str) -> None:
        """Compare the book with this signed head when it is read."""
        if not text:
            self.find(None, f"{name} is missing")
            return
        try:
            self._heads.append((note.open_checkpoint(text, self._key), name))
        except Error as e:
            self.find(None, f"{name}: {e.message.rstrip('.')}")

    def run(self, db: apsw.Connection) -> None:
        """Look at everything; inside a read transaction."""
        if not self._check_format(db):
            return
        self._check_sqlite(db)
        total = cast("int", (db.execute("SELECT count(*) FROM entries").fetchone() or (0,))[0])
        expected = 0
        # A cast keeps text that is no longer UTF-8 from stopping the pass.
        rows = db.execute(
            "SELECT idx, CAST(id AS BLOB), leaf, hashes, head FROM entries ORDER BY idx"
        )
        for row in rows:
            index = cast("int", row[0])
            if index != expected:
                self._check_gap(index, expected)
            self._check_row(index, cast("Row", row))
            expected = index + 1
            self.size += 1
            if self._progress is not None and self.size % _PROGRESS_EVERY == 0:
                self._progress(self.size, total)
        if expected == 0:
            self.find(0, "it is missing, and so is every other")
        self._end_of_unsigned()
        self._check_accounts(db)
        self._check_heads(expected)
        if self._progress is not None:
            self._progress(self.size, total)

    # --- the file --------------------------------------------------------------------------

    def _check_format(self, db: apsw.Connection) -> bool:
        application, version = db.pragma("application_id"), db.pragma("user_version")
        if application != store.APPLICATION_ID:
            self.find(None, f"its application_id is {application}, not {store.APPLICATION_ID}")
        if version != store.USER_VERSION:
            self.find(None, f"its format is {version}; this Facetill reads {store.USER_VERSION}")
        expected: set[tuple[str, str, str, str | None]] = {
            ("table", name, name, sql) for name, sql in store.SCHEMA.items()
        }
        expected.add(("index", "sqlite_autoindex_entries_1", "entries", None))
        found = {
            cast("tuple[str, str, str, str | None]", row)
            for row in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        }
        for kind, name, *_ in found - expected:
            self.find(None, f"the {kind} {name} is not as this version makes it")
        for kind, name, *_ in expected - found:
            self.find(None, f"the {kind} {name} is missing or altered")
        return {"entries", "accounts"} <= {name for kind, name, *_ in found if kind == "table"}

    def _check_sqlite(self, db: apsw.Connection) -> None:
        for (text,) in db.execute("PRAGMA integrity_check"):
            for line in str(text).splitlines():
                if line != "ok":
                    row = _ROW.search(line) if "entries" in line else None
                    self.find(int(row.group(1)) if row else None, f"SQLite: {line}")

    # --- entries ---------------------------------------------------------------------------

    def _check_gap(self, index: int, expected: int) -> None:
        self._frontier = None
        if index < expected:
            self.find(index, "it stands out of order")
        else:
            last = f" to {index - 1}" if index - 1 > expected else ""
            self.find(expected, f"it is missing{last}; later tree heads cannot be recomputed")

    def _check_row(self, index: int, row: Row) -> None:
        _, entry_id, leaf, hashes, head = row
        if not (isinstance(leaf, bytes) and isinstance(hashes, bytes) and isinstance(head, bytes)):
            self.find(index, "a column has another type than it was made with")
            self._frontier = None
            return
        self._check_tree(index, leaf, hashes, head)
        try:
            entry = parse_leaf(leaf)
        except BadInputError as e:
            self.find(index, f"its leaf is malformed: {e.message.rstrip('.')}")
            return
        if entry.index != index:
            self.find(index, f"its leaf says that it is entry {entry.index}")
        if entry_id != entry.id.encode():
            self.find(index, "its id column is not the id in its leaf")
        self._check_entry(index, entry)

    def _check_tree(self, index: int, leaf: bytes, hashes: bytes, head: bytes) -> None:
        leaf_hash = merkle.leaf_hash(leaf)
        if self._frontier is None:
            if hashes[: merkle.HASH_BYTES] != leaf_hash:
                self.find(index, "its tree hashes are not those of its leaf")
            return
        completed = self._frontier.completed(leaf_hash)
        computed = merkle.Frontier(self._frontier.size, self._frontier.hashes)
        computed.append(completed)
        same = b"".join(completed) == hashes
        if self._is_signed(computed, head):
            self._end_of_unsigned()
            if not same:
                self.find(index, "its tree hashes are not those of its leaf")
            self._frontier = computed
        elif not same and self._resumes(hashes, len(completed), head):
            self._end_of_unsigned()
            self.find(index, "its leaf, or one before it, is not the one that was signed")
        else:
            if not same:
                self.find(index, "its tree hashes are not those of its leaf")
            self._unsigned.append(index)
            self._frontier = computed
        if any(checkpoint.size == index + 1 for checkpoint, _ in self._heads):
            self._roots[index + 1] = self._frontier.root()

    def _is_signed(self, frontier: merkle.Frontier, head: bytes) -> bool:
        text = note.Checkpoint(self._key.name, frontier.size, frontier.root()).text()
        return keys.verify(self._key.public_bytes, head, text.encode())

    def _resumes(self, hashes: bytes, count: int, head: bytes) -> bool:
        """Whether the stored hashes are the signed ones, so that the pass goes on with them."""
        if self._frontier is None or len(hashes) != count * merkle.HASH_BYTES:
            return False
        stored = merkle.Frontier(self._frontier.size, self._frontier.hashes)
        step = merkle.HASH_BYTES
        stored.append([hashes[i : i + step] for i in range(0, len(hashes), step)])
        if not self._is_signed(stored, head):
            return False
        self._frontier = stored
        return True

    def _end_of_unsigned(self) -> None:
        if self._unsigned:
            first, last = self._unsigned[0], self._unsigned[-1]
            also = f", nor are those up to entry {last}" if last > first else ""
            self.find(first, f"the tree head after it is not signed by the ledger's key{also}")
            self._unsigned = []

    def _check_entry(self, index: int, entry: Entry) -> None:
        content = entry.content
        if entry.recorded_ms != max(self._recorded_ms, entry.clock_ms):
            self.find(index, "its recorded time is not the latest of its clock and all before")
        self._recorded_ms = max(self._recorded_ms, entry.recorded_ms)
        if isinstance(content, Genesis) != (index == 0):
            self.find(index, "a genesis must be the first entry, and only that")
        elif isinstance(content, Genesis):
            if content != self._genesis:
                self.find(index, "it names another home, mode, currency or key than the home does")
        elif isinstance(content, Station):
            self._stations[content.entry_id] = content.public_bytes
        elif isinstance(content, Topup):
            self._check_topup(index, content)
        elif isinstance(content, Refund):
            self._check_refund(index, content)
        else:
            self._check_payment(index, entry, content)
        totals: dict[str, int] = {}
        for p in entry.postings:
            place = (p.account, p.currency)
            self._balances[place] = self._balances.get(place, 0) + p.amount_minor
            self._touched[place] = index
            totals[p.currency] = totals.get(p.currency, 0) + p.amount_minor
        if any(totals.values()):
            self.find(index, "its postings do not sum to zero")

    def _check_topup(self, index: int, topup: Topup) -> None:
        self._check_signature(index, f"station/desk/{topup.desk}", topup.signature, topup.message())
        if topup.mode != self._home.mode:
            self.find(index, f"it is of a {topup.mode} home")
        try:
            rules.require_topup(topup, self._genesis, self._balance(topup.pseudonym))
        except Refused as e:
            self.find(index, f"it should have been refused: {e.message.rstrip('.')}")

    def _check_refund(self, index: int, refund: Refund) -> None:
        station = f"station/desk/{refund.desk}"
        self._check_signature(index, station, refund.signature, refund.message())
        if refund.mode != self._home.mode:
            self.find(index, f"it is of a {refund.mode} home")
        payment = self._payments.get(refund.payment)
        if payment is None:
            self.find(index, "it gives back a payment that is not before it")
            return
        refunded = self._refunded.get(refund.payment, 0)
        try:
            rules.require_refund(refund, payment, refunded, self._balance(refund.pseudonym))
        except Refused as e:
            self.find(index, f"it should have been refused: {e.message.rstrip('.')}")
        self._refunded[refund.payment] = refunded + refund.amount_minor

    def _check_payment(self, index: int, entry: Entry, payment: Payment) -> None:
        a = payment.signed.authorization
        self._payments[a.id] = payment
        station = f"station/kiosk/{a.kiosk}"
        self._check_signature(index, station, payment.signed.signature, a.message())
        if payment.mode != self._home.mode:
            self.find(index, f"it is of a {payment.mode} home")
        try:
            balance = self._balance(a.pseudonym)
            rules.require_payable(payment, self._genesis, balance, entry.clock_ms)
        except Refused as e:
            self.find(index, f"it should have been refused: {e.message.rstrip('.')}")

    def _check_signature(self, index: int, station: str, signature: bytes, text: bytes) -> None:
        public_bytes = self._stations.get(station)
        if public_bytes is None:
            self.find(index, f"{station} was not registered before it")
        elif not keys.verify(public_bytes, signature, text):
            self.find(index, f"its signature is not that of {station}")

    def _balance(self, pseudonym: str) -> int:
        return -self._balances.get((shopper_account(pseudonym), self._home.currency), 0)

    # --- what is derived -------------------------------------------------------------------

    def _check_accounts(self, db: apsw.Connection) -> None:
        left = dict(self._balances)
        for account, currency, balance in db.execute(
            "SELECT CAST(account AS BLOB), CAST(currency AS BLOB), balance FROM accounts"
        ):
            place = (_text(account), _text(currency))
            expected = left.pop(place, None)
            if expected is None:
                self.find(None, f"the account {place[0]!r} in {place[1]!r} has no entry")
            elif balance != expected:
                self.find(
                    self._touched[place],
                    f"after it {place[0]} is {expected} {place[1]} in minor units,"
                    f" but the accounts say {balance}",
                )
        for place in left:
            self.find(self._touched[place], f"the accounts lack {place[0]}, which it posts to")

    def _check_heads(self, size: int) -> None:
        for checkpoint, name in self._heads:
            if checkpoint.size > size:
                self.find(
                    size,
                    f"it is missing: {name} is signed over {checkpoint.size} entries, the book"
                    f" has {size}, so it was rolled back",
                )
            elif self._roots.get(checkpoint.size, checkpoint.root) != checkpoint.root:
                self.find(
                    checkpoint.size - 1,
                    f"the tree up to it is not the one that {name} is signed over",
                )


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
