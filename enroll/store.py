"""Where the vault's rows are kept: one set of SQL for the embedded SQLite and for PostgreSQL.

SQL is written with `?` and in what both databases understand. Nothing in a row names a person:
what could is sealed (`enroll.sealing`) or a keyed hash. Data keys have a table of their own, so
that rotating the master key rewrites them and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from ledger.home import Home

FORMAT: Final = 2  # 1 had neither PINs, limits, staff nor a trail, and its consents had no MAC
FORMATS_READ: Final = (1, 2)
BUSY_MS_MAX: Final = 5_000

Value: TypeAlias = "int | str | bytes | None"
Row: TypeAlias = "tuple[object, ...]"

TABLES: Final[dict[str, str]] = {
    "vault": """ id {int} PRIMARY KEY CHECK (id = 1),
 format {int} NOT NULL,
 home_id {text} NOT NULL,
 revision {int} NOT NULL,
 epoch {int} NOT NULL,
 secret_kind {text} NOT NULL,
 secret_record {text} NOT NULL,
 check_value {blob} NOT NULL,
 next_kind {text},
 next_record {text},
 next_check {blob},
 bridge_forth {blob},
 bridge_back {blob},
 installation_key {blob} NOT NULL,
 transform {int} NOT NULL,
 transform_key {blob} NOT NULL,
 old_transform_key {blob},
 trail_head {blob}""",
    "shoppers": """ number {int} PRIMARY KEY,
 pseudonym {text} NOT NULL UNIQUE,
 status {text} NOT NULL CHECK (status IN ('active', 'revoked')),
 changed {int} NOT NULL,
 enrolled_ms {int} NOT NULL,
 revoked_ms {int},
 consent_version {text} NOT NULL,
 consent_ms {int} NOT NULL,
 staff {text} NOT NULL,
 model {text} NOT NULL,
 transform {int} NOT NULL,
 phone_index {blob} UNIQUE,
 person {blob},
 template {blob},
 pin {blob},
 mac {blob} NOT NULL,
 tombstone_due {int} NOT NULL,
 CHECK (status = 'active' OR coalesce(phone_index, person, template, pin) IS NULL)""",
    "data_keys": """ pseudonym {text} PRIMARY KEY,
 epoch {int} NOT NULL,
 data_key {blob} NOT NULL""",
    "attempts": """ subject {text} PRIMARY KEY,
 failures {int} NOT NULL,
 lock_ms {int} NOT NULL,
 seen_ms {int} NOT NULL,
 locked_until_ms {int} NOT NULL""",
    "staff": """ id {text} PRIMARY KEY,
 account {blob} NOT NULL""",
    "trail": """ number {int} PRIMARY KEY,
 at_ms {int} NOT NULL,
 entry {blob} NOT NULL,
 hash {blob} NOT NULL""",
}
INDEXES: Final = (
    "CREATE INDEX shoppers_changed ON shoppers (changed)",
    "CREATE INDEX shoppers_due ON shoppers (number) WHERE tombstone_due = 1",
)


class Store(Protocol):
    """An open database; not for several threads at once."""

    def transaction(self, *, write: bool) -> AbstractContextManager[None]:
        """All or nothing; one writer at a time, waited for at most BUSY_MS_MAX."""

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """What a query gives."""

    def write(self, sql: str, values: Sequence[Value] = ()) -> None:
        """One statement."""

    def write_rows(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """One statement for each row."""

    def update(self, table: str, key: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Set columns of many rows: each is its key, then the columns' values; sorted by key."""

    def make_tables(self) -> None:
        """The empty tables of FORMAT; within the caller's transaction."""

    def require_format(self) -> int:
        """The format of the tables, if it is one of FORMATS_READ."""

    def scrub(self) -> bool:
        """Overwrite what was erased, as far as this database can; False if not yet."""

    def close(self) -> None:
        """Let go of it."""


def in_file(home: Home) -> bool:
    """Whether this home's vault is a file: one that is there is used, whatever the home names."""
    return home.database is None or home.vault_db.exists()


def exists(home: Home) -> bool:
    """Whether the home has a vault.

    Raises:
        StorageError: The database cannot be reached.
    """
    if home.vault_db.exists():
        return True
    if home.database is None:
        return False
    from enroll import postgres

    return postgres.exists(home.database, home.id)


def open_store(home: Home) -> Store:
    """The home's database.

    Raises:
        VaultMissingError, StorageError: As named.
    """
    if in_file(home):
        from enroll.sqlite import SqliteStore

        return SqliteStore(home.vault_db)
    from enroll.postgres import PostgresStore

    return PostgresStore(str(home.database), home.id)


def create_store(home: Home, fill: Callable[[Store], None]) -> None:
    """A new database with its tables and what `fill` writes; it appears complete or not at all.

    Raises:
        VaultExistsError, StorageError, OSError: As named; nothing is left of it.
    """
    if in_file(home):
        from enroll import sqlite

        sqlite.create(home.vault_db, fill)
    else:
        from enroll import postgres

        postgres.create(str(home.database), home.id, fill)


def has_staff(home: Home) -> bool:
    """Whether the home's desk has staff accounts; needs no key.

    Raises:
        VaultMissingError, StorageError: As named.
    """
    store = open_store(home)
    try:
        if store.require_format() != FORMAT:
            return False
        with store.transaction(write=False):
            return scalar(store, "SELECT 1 FROM staff") is not None
    finally:
        store.close()


def scalar(store: Store, sql: str, values: Sequence[Value] = ()) -> object:
    """The first column of a query's only row, or None."""
    found = list(store.rows(sql, values))
    return found[0][0] if found else None
