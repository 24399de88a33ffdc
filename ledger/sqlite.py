"""The embedded store: one SQLite file, its settings, and its failures in words.

WAL with synchronous=FULL: a commit that returned is on the disk. Uses the SQLite that apsw
carries, since Debian 12's own has the WAL-reset bug.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final, cast

import apsw

from ledger import pages
from ledger.errors import (
    BusyError,
    DamagedError,
    DiskFullError,
    LedgerMissingError,
    LedgerVersionError,
    StorageError,
)
from ledger.store import (
    BUSY_MS_MAX,
    ENTRIES_HEADS,
    FORMAT,
    FORMATS_READ,
    HEADS_SINCE,
    has_log,
    whole_power,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ledger.errors import Error
    from ledger.store import Row, Value

APPLICATION_ID: Final = 0x46544C31  # "FTL1"
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
    "batch_pages": """CREATE TABLE batch_pages (
 idx INTEGER NOT NULL,
 page INTEGER NOT NULL,
 root BLOB NOT NULL,
 total_minor INTEGER NOT NULL,
 payments BLOB NOT NULL,
 orders BLOB NOT NULL,
 PRIMARY KEY (idx, page)
) STRICT""",
}
# what a proof needs of all pages of a batch, side by side
BATCH_ROOTS: Final = "CREATE INDEX batch_roots ON batch_pages (idx, page, root, total_minor)"
# (type, name, table, SQL or None for an index of SQLite's own making) -> the first format with it
_OBJECTS: Final[dict[tuple[str, str, str, str | None], int]] = {
    ("table", "entries", "entries", SCHEMA["entries"]): 1,
    ("index", "sqlite_autoindex_entries_1", "entries", None): 1,
    ("table", "accounts", "accounts", SCHEMA["accounts"]): 1,
    ("table", "batch_pages", "batch_pages", SCHEMA["batch_pages"]): pages.SINCE,
    ("index", "sqlite_autoindex_batch_pages_1", "batch_pages", None): pages.SINCE,
    ("index", "batch_roots", "batch_pages", BATCH_ROOTS): pages.SINCE,
    ("index", "entries_heads", "entries", ENTRIES_HEADS): HEADS_SINCE,
}
PAGE_BYTES: Final = 8_192  # holds four payments; of 4,096 a good part would stay empty
LOG_PAGES: Final = 4_000  # of the log before its pages move to the file; 32 MB on the disk
CACHE_KIB: Final = 16_000  # holds a commit's pages, so that none is written twice
_ROW: Final = re.compile(r"\brow (\d+)\b")
_NOT_WRITTEN: Final = "The payment book could not be written"
_NOT_READ: Final = "The book could not be read"


class SqliteStore:
    """A book in one file; see `ledger.store.Store`."""

    raw_id = "CAST(id AS BLOB)"  # a cast keeps text that is no longer UTF-8 readable

    def __init__(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        if not create and not path.exists():
            raise LedgerMissingError(
                f"There is no book at {path}.", hint="Make the home with: facetill init"
            )
        self._path = path
        flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
        if create:
            flags |= apsw.SQLITE_OPEN_CREATE
        with translated("The book cannot be opened"):
            address = _address(path, read_only=read_only)
            self.db = apsw.Connection(address, flags | apsw.SQLITE_OPEN_URI)
            try:
                self._configure(read_only=read_only)
            except BaseException:
                self.db.close()
                raise

    def _configure(self, *, read_only: bool) -> None:
        self.db.set_busy_timeout(BUSY_MS_MAX)
        self.db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        self.db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        self.db.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
        self.db.execute("PRAGMA foreign_keys = ON")
        self.db.execute("PRAGMA cell_size_check = ON")
        if not read_only:
            self.db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new book; others keep theirs
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = FULL")
            self.db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
            self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    def close(self) -> None:
        """Release the file; the last one to do so empties the write-ahead log."""
        self.db.close()

    @contextmanager
    def creation(self) -> Iterator[None]:
        """A write transaction that begins with making the tables."""
        with self.transaction(write=True):
            self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self.upgrade()
            yield

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """The body's exceptions roll back and pass through; SQLite's become this package's."""
        with translated(_NOT_WRITTEN if write else _NOT_READ):
            self.db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                # After some failures SQLite has rolled back by itself and says so.
                with suppress(apsw.Error):
                    if self.db.in_transaction:
                        self.db.execute("ROLLBACK")
                raise

    def is_in_transaction(self) -> bool:
        """Whether one is open."""
        return self.db.in_transaction

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """What a query gives."""
        return cast("Iterator[Row]", self.db.execute(sql, values))

    def lookup(
        self, columns: str, table: str, key: tuple[str, ...], values: Sequence[Sequence[Value]]
    ) -> Iterator[Row]:
        """By a join: the values of an IN would be sorted into a table of their own first."""
        whole = whole_power(len(values))
        asked = [*chain.from_iterable(values), *[None] * (len(key) * (whole - len(values)))]
        return self.rows(_lookup(columns, table, key, whole), asked)

    def write_rows(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """One statement for each row."""
        self.db.executemany(sql, rows)

    def require_format(self) -> int:
        """Refuse a file of another version or of another program."""
        with translated("The book cannot be read"):
            application = self.db.pragma("application_id")
            version = self.db.pragma("user_version")
        if application != APPLICATION_ID:
            raise DamagedError(
                "The file is not a Facetill book.", hint="Restore ledger.db from your backup."
            )
        if version not in FORMATS_READ:
            raise LedgerVersionError(
                f"The book has format {version}; this Facetill reads"
                f" {FORMATS_READ[0]} to {FORMATS_READ[-1]}.",
                hint="Use the version of Facetill that wrote it.",
            )
        return cast("int", version)

    def upgrade(self) -> None:
        """Bring the tables to FORMAT; a new file has format 0."""
        version = cast("int", self.db.pragma("user_version"))
        for (*_, sql), since in _OBJECTS.items():
            if sql is not None and version < since:
                self.db.execute(sql)
        self.db.execute(f"PRAGMA user_version = {FORMAT}")

    def whole_file(self) -> Path | None:
        """The database's file, unless a log beside it holds newer pages.

        Nobody writes into the file while a transaction reads from it.
        """
        return None if has_log(self._path) else self._path

    def problems(self) -> Iterator[tuple[int | None, str]]:
        """The schema against the one that this version makes, then SQLite's own check."""
        version = cast("int", self.db.pragma("user_version"))
        expected = {part for part, since in _OBJECTS.items() if version >= since}
        found = {
            cast("tuple[str, str, str, str | None]", row)
            for row in self.db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        }
        for kind, name, *_ in found - expected:
            yield None, f"the {kind} {name} is not as this version makes it"
        for kind, name, *_ in expected - found:
            yield None, f"the {kind} {name} is missing or altered"
        # SQLite reads a page that is cut off as if it ended in zeros. A checkpoint that a power
        # cut stopped leaves one too: the log beside the file then still has all of it.
        if not has_log(self._path) and self._path.stat().st_size % cast(
            "int", self.db.pragma("page_size")
        ):
            yield None, "the file is not a whole number of pages; its end is cut off"
        for (text,) in self.db.execute("PRAGMA integrity_check"):
            for line in str(text).splitlines():
                if line != "ok":
                    row = _ROW.search(line)
                    yield self._entry_of(line, int(row[1])) if row else None, f"SQLite: {line}"

    def _entry_of(self, line: str, row: int) -> int | None:
        """The entry that a row of a table belongs to, as the integrity check names both."""
        if "batch_" not in line:  # of no index of batch_pages
            return row - 1 if "entries" in line else None  # it counts them from 1
        query = "SELECT idx FROM batch_pages NOT INDEXED WHERE rowid = ?"
        return next((cast("int", index) for (index,) in self.db.execute(query, (row,))), None)


@cache
def _lookup(columns: str, table: str, key: tuple[str, ...], count: int) -> str:
    row = ",".join("?" * len(key))
    asked = ",".join([f"({row})"] * count)
    on = " AND ".join(f"{name} = column{number}" for number, name in enumerate(key, 1))
    return f"SELECT {columns} FROM (VALUES {asked}) CROSS JOIN {table} ON {on}"  # noqa: S608 - names of our own


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
    if frozen and not has_log(path):
        return address + "?immutable=1"
    return address
