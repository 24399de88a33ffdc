"""The SQLite file below the vault: its schema, its settings, and its failures in words.

Nothing in the file names a person: what could is sealed (`enroll.sealing`) or a keyed hash. WAL
with synchronous=FULL makes a returned commit durable; secure_delete overwrites what was erased.
The format is `user_version`; it is 1.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import apsw

from enroll.errors import (
    DamagedError,
    DiskFullError,
    StorageError,
    VaultMissingError,
    VaultVersionError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from enroll.errors import Error
    from enroll.shopper import Status

USER_VERSION: Final = 1
APPLICATION_ID: Final = 0x46545631  # "FTV1"
BUSY_MS_MAX: Final = 5_000
SCHEMA: Final = (
    """CREATE TABLE vault (
 id INTEGER PRIMARY KEY CHECK (id = 1),
 home_id TEXT NOT NULL,
 secret_kind TEXT NOT NULL,
 secret_record TEXT NOT NULL,
 check_value BLOB NOT NULL,
 installation_key BLOB NOT NULL,
 revision INTEGER NOT NULL
) STRICT""",
    """CREATE TABLE shoppers (
 pseudonym TEXT PRIMARY KEY,
 status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
 enrolled_ms INTEGER NOT NULL,
 revoked_ms INTEGER,
 consent_version TEXT NOT NULL,
 consent_ms INTEGER NOT NULL,
 staff TEXT NOT NULL,
 model TEXT NOT NULL,
 phone_index BLOB UNIQUE,
 data_key BLOB,
 person BLOB,
 template BLOB,
 CHECK (status = 'active' OR coalesce(phone_index, data_key, person, template) IS NULL)
) STRICT""",
)


def connect(path: Path, *, create: bool = False) -> apsw.Connection:
    """Open the file with the settings that durability and erasure need."""
    if not create and not path.exists():
        raise VaultMissingError(
            f"There is no vault at {path}: nobody is enrolled yet.",
            hint="The first `facetill enroll add` makes it.",
        )
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
    with translated("The vault cannot be opened"):
        db = apsw.Connection(str(path), flags)
        try:
            db.set_busy_timeout(BUSY_MS_MAX)
            db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            db.execute("PRAGMA cell_size_check = ON")
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")
        except BaseException:
            db.close()
            raise
    return db


def initialise(db: apsw.Connection) -> None:
    """Make the tables; within the caller's transaction."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {USER_VERSION}")
    for sql in SCHEMA:
        db.execute(sql)


def require_format(db: apsw.Connection) -> None:
    """Refuse a file of another version or of another program."""
    with translated("The vault cannot be read"):
        application, version = db.pragma("application_id"), db.pragma("user_version")
    if application != APPLICATION_ID:
        raise DamagedError(
            "The file is not a Facetill vault.", hint="Restore vault.db from your backup."
        )
    if version != USER_VERSION:
        raise VaultVersionError(
            f"The vault has format {version}; this Facetill reads {USER_VERSION}.",
            hint="Use the version of Facetill that wrote it.",
        )


@contextmanager
def transaction(db: apsw.Connection, *, write: bool) -> Iterator[None]:
    """All or nothing; waits at most BUSY_MS_MAX for another writer."""
    with translated("The vault could not be written" if write else "The vault could not be read"):
        db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            with suppress(apsw.Error):  # after some failures SQLite has rolled back by itself
                if db.in_transaction:
                    db.execute("ROLLBACK")
            raise


def empty_wal(db: apsw.Connection) -> bool:
    """Move the write-ahead log into the file and cut it to nothing, old page images with it.

    Returns:
        False if another process was reading all the while; its next close does it.
    """
    try:
        db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.Error:
        return False
    return True


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn SQLite's exceptions into sentences; none of them carries a value of a cell."""
    try:
        yield
    except apsw.Error as e:
        raise _error(what, e) from e


def _error(what: str, e: apsw.Error) -> Error:
    if isinstance(e, apsw.FullError):
        return DiskFullError(
            f"{what}: the disk is full.",
            hint="Free some space, then try again; nothing was changed.",
        )
    if isinstance(e, (apsw.BusyError, apsw.LockedError)):
        return StorageError(
            f"{what}: another process held it for {BUSY_MS_MAX // 1000} seconds.",
            hint="Try again; if it lasts, look for a stuck facetill process.",
        )
    if isinstance(e, (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError)):
        return StorageError(
            f"{what}: the file or its folder refuses it.",
            hint="Check the owner and the permissions of HOME/vault.",
        )
    if isinstance(e, (apsw.IOError, apsw.NoMemError)):
        return StorageError(
            f"{what}: the disk failed.", hint="Check the disk and its free space, then try again."
        )
    return DamagedError(f"{what}: the file is damaged.", hint="Restore vault.db from your backup.")


COLUMNS: Final = (
    "pseudonym, status, enrolled_ms, revoked_ms, consent_version, consent_ms, staff, model,"
    " data_key, person, template"
)


class Row(NamedTuple):
    """One shopper as stored; the sealed cells are none after an erasure."""

    pseudonym: str
    status: Status
    enrolled_ms: int
    revoked_ms: int | None
    consent_version: str
    consent_ms: int
    staff: str
    model: str
    data_key: bytes | None
    person: bytes | None
    template: bytes | None


def rows(db: apsw.Connection, clause: str, *values: object) -> Iterator[Row]:
    """The shoppers that a constant SQL clause chooses."""
    sql = f"SELECT {COLUMNS} FROM shoppers {clause}"  # noqa: S608 - clauses are this package's own
    for row in db.execute(sql, values):
        yield Row(*row)
