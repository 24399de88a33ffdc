"""The SQLite file below the book: its schema, its settings, and its failures in words.

Two tables. `entries` has one row a leaf, with the hashes of the subtrees that it completes
(`ledger.merkle`) and the ledger's 64-byte signature of the tree head right after it. `accounts`
is derived from the entries, and compared with them by the audit. WAL with synchronous=FULL: a
commit that returned is on the disk. Uses the SQLite that apsw carries, since Debian 12's own has
the WAL-reset bug.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import apsw

from ledger.errors import (
    BusyError,
    DamagedError,
    DiskFullError,
    LedgerMissingError,
    LedgerVersionError,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.errors import Error

USER_VERSION: Final = 1
APPLICATION_ID: Final = 0x46544C31  # "FTL1"
BUSY_MS_MAX: Final = 5_000
HEAD_NAME: Final = "head.note"
SCHEMA: Final[dict[str, str]] = {
    "entries": """CREATE TABLE entries (
 idx INTEGER PRIMARY KEY,
 id TEXT NOT NULL UNIQUE,
 leaf BLOB NOT NULL,
 hashes BLOB NOT NULL,
 head BLOB NOT NULL
) STRICT""",
    "accounts": """CREATE TABLE accounts (
 account TEXT NOT NULL,
 currency TEXT NOT NULL,
 balance INTEGER NOT NULL,
 PRIMARY KEY (account, currency)
) STRICT, WITHOUT ROWID""",
}


def connect(path: Path, *, create: bool = False, read_only: bool = False) -> apsw.Connection:
    """Open the file with the settings that durability needs; the format is not looked at yet."""
    if not create and not path.exists():
        raise LedgerMissingError(
            f"There is no book at {path}.", hint="Make the home with: facetill init"
        )
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    if create:
        flags |= apsw.SQLITE_OPEN_CREATE
    with translated("The book cannot be opened"):
        db = apsw.Connection(_address(path, read_only=read_only), flags | apsw.SQLITE_OPEN_URI)
        db.set_busy_timeout(BUSY_MS_MAX)
        db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        db.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA cell_size_check = ON")
        if not read_only:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
    return db


def initialise(db: apsw.Connection) -> None:
    """Make the tables; within the caller's transaction."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {USER_VERSION}")
    for sql in SCHEMA.values():
        db.execute(sql)


def require_format(db: apsw.Connection) -> None:
    """Refuse a file of another version or of another program."""
    with translated("The book cannot be read"):
        application = db.pragma("application_id")
        version = db.pragma("user_version")
    if application != APPLICATION_ID:
        raise DamagedError(
            "The file is not a Facetill book.", hint="Restore ledger.db from your backup."
        )
    if version != USER_VERSION:
        raise LedgerVersionError(
            f"The book has format {version}; this Facetill reads {USER_VERSION}.",
            hint="Use the version of Facetill that wrote it.",
        )


@contextmanager
def transaction(db: apsw.Connection, *, write: bool) -> Iterator[None]:
    """All or nothing; waits at most BUSY_MS_MAX for another writer.

    The body's exceptions roll back and pass through; SQLite's become this package's errors.
    """
    what = "The payment book could not be written" if write else "The book could not be read"
    with translated(what):
        db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            # After some failures SQLite has rolled back by itself and says so.
            with suppress(apsw.Error):
                if db.in_transaction:
                    db.execute("ROLLBACK")
            raise


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn SQLite's exceptions into sentences."""
    try:
        yield
    except apsw.Error as e:
        raise _error(what, e) from e
    except UnicodeDecodeError as e:
        raise DamagedError(
            f"{what}: a text in it is not UTF-8.", hint="Run: facetill ledger check"
        ) from e


def _error(what: str, e: apsw.Error) -> Error:
    if isinstance(e, apsw.FullError):
        return DiskFullError(
            f"{what}: the disk is full.", hint="Free some space, then try again; nothing was lost."
        )
    if isinstance(e, (apsw.BusyError, apsw.LockedError)):
        return BusyError(
            f"{what}: another process held it for {BUSY_MS_MAX // 1000} seconds.",
            hint="Try again; if it lasts, look for a stuck facetill process.",
        )
    if isinstance(e, (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)):
        return DamagedError(
            f"{what}: the file is damaged ({e}).", hint="Restore ledger.db from your backup."
        )
    if isinstance(e, (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError)):
        return StorageError(
            f"{what}: the file or its folder refuses it ({e}).",
            hint="Check the owner and the permissions of HOME/ledger.",
        )
    if isinstance(e, (apsw.IOError, apsw.NoMemError)):
        return StorageError(
            f"{what}: the disk failed ({e}).",
            hint="Check the disk; then ask again with the same id, which charges once.",
        )
    return DamagedError(f"{what}: {e}.", hint="Run: facetill ledger check")


def _address(path: Path, *, read_only: bool) -> str:
    """A file: URI; on a medium that takes no -wal file, one that needs none."""
    address = path.absolute().as_uri()
    frozen = read_only and not os.access(path.parent, os.W_OK)
    wal = path.with_name(path.name + "-wal")
    if frozen and not (wal.exists() and wal.stat().st_size):
        return address + "?immutable=1"
    return address


def keep_head(path: Path, text: str, size: int) -> None:
    """Replace head.note by a newer signed head; never by an older one.

    It is kept outside of the database so that a database put back from an older copy is found
    out. It is written after the commit: a crash between the two leaves it older, never newer.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if _size_of(path) >= size:
            return
        staging = path.with_name(path.name + ".new")
        fd = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
    finally:
        os.close(folder)


def _size_of(path: Path) -> int:
    try:
        return int(path.read_text("utf-8").split("\n")[1])
    except (OSError, ValueError, IndexError):
        return -1
