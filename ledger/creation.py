"""Makes a book: its tables and its first entries, all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.draft import Draft
from ledger.errors import LedgerExistsError
from ledger.home import storage_error, sync_folder
from ledger.log import Log
from ledger.store import has_log, head_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.contents import Genesis
    from ledger.entries import AnyContent
    from ledger.home import Home
    from ledger.keyring import Keyring
    from ledger.store import Store


def created(
    home: Home, genesis: Genesis, keyring: Keyring, first: Sequence[AnyContent], now_ms: int
) -> None:
    """Write the book of a home that has none.

    Args:
        home: Whose book.
        genesis: What it begins with.
        keyring: The home's keys.
        first: Its first entries, the genesis among them.
        now_ms: Their time.

    Raises:
        LedgerExistsError: It has one, or had one.
        StorageError: As named; nothing is left of it.
    """
    _require_none(home)
    if home.database is not None:
        from ledger.postgres import PostgresStore

        _fill(PostgresStore(home.database, home.id, create=True), genesis, keyring, first, now_ms)
        return
    from ledger.sqlite import SqliteStore

    staging = home.ledger_db.with_name("ledger.db.new")
    try:
        home.ledger_db.parent.mkdir(mode=0o700, exist_ok=True)
        for leftover in ("", "-wal", "-shm", "-journal"):
            staging.with_name(staging.name + leftover).unlink(missing_ok=True)
        _fill(SqliteStore(staging, create=True), genesis, keyring, first, now_ms)
        staging.rename(home.ledger_db)
        sync_folder(home.ledger_db.parent)
    except OSError as e:
        raise storage_error(e, "The book could not be made") from e


def _require_none(home: Home) -> None:
    """Refuse a home that has a book, or had one: what was in it must not be lost in silence."""
    if home.database is None and home.ledger_db.exists():
        raise LedgerExistsError(
            f"There is a book at {home.ledger_db} already.", hint="Use it as it is."
        )
    if has_log(home.ledger_db) or head_note(home).exists():
        raise LedgerExistsError(
            f"The book of this home is gone, but not all that was beside it at {home.ledger_db}.",
            hint="Run: facetill ledger restore. Or move HOME/ledger away to begin a new book.",
        )


def _fill(
    store: Store, genesis: Genesis, keyring: Keyring, first: Sequence[AnyContent], now_ms: int
) -> None:
    try:
        with store.creation():
            draft = Draft(store, Log(store, genesis))
            for content in first:
                draft.append(content, now_ms)
            draft.flush(keyring.newest)
    finally:
        store.close()
