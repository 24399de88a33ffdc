"""The embedded store: one SQLite file, its settings, and its failures in words.

WAL with synchronous=FULL makes a returned commit durable; secure_delete overwrites what was erased.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Final, cast

import apsw

from enroll.errors import (
    DamagedError,
    DiskFullError,
    StorageError,
    VaultExistsError,
    VaultMissingError,
    VaultVersionError,
)
from enroll.store import BUSY_MS_MAX, FORMAT, FORMATS_READ, INDEXES, TABLES
from ledger.store import has_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from enroll.errors import Error
    from enroll.store import Row, Store, Value

APPLICATION_ID: Final = 0x46545631  # "FTV1"
CACHE_KIB: Final = 65_536
_TYPES: Final = {"int": "INTEGER", "text": "TEXT", "blob": "BLOB"}
_CLUSTERED: Final = ("data_keys",)  # in the order of their key, so that a rotation is one sweep


class SqliteStore:
    """A vault in one file; see `enroll.store.Store`."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.exists():
            raise missing(f"at {path}")
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        with translated("The vault cannot be opened"):
            self.db = apsw.Connection(str(path), flags)
            try:
                self._configure()
            except BaseException:
                self.db.close()
                raise

    def _configure(self) -> None:
        self.db.set_busy_timeout(BUSY_MS_MAX)
        self.db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        self.db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        self.db.execute("PRAGMA cell_size_check = ON")
        self.db.execute("PRAGMA temp_store = MEMORY")
        self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA secure_delete = ON")

    def close(self) -> None:
        """Release the file; the last one to do so empties the write-ahead log."""
        self.db.close()

    @contextlib.contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """The body's exceptions roll back and pass through; SQLite's become this package's."""
        what = "The vault could not be written" if write else "The vault could not be read"
        with translated(what):
            self.db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                # after some failures SQLite has rolled back by itself
                with contextlib.suppress(apsw.Error):
                    if self.db.in_transaction:
                        self.db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """What a query gives."""
        return cast("Iterator[Row]", self.db.execute(sql, values))

    def write(self, sql: str, values: Sequence[Value] = ()) -> None:
        """One statement."""
        self.db.execute(sql, values)

    def write_rows(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """One statement for each row."""
        self.db.executemany(sql, rows)

    def update(self, table: str, key: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Set columns of many rows at once."""
        places = ", ".join(f"{column} = ?{n}" for n, column in enumerate(columns, 2))
        sql = f"UPDATE {table} SET {places} WHERE {key} = ?1"  # noqa: S608 - our own names
        self.db.executemany(sql, cast("list[Sequence[Value]]", rows))

    def make_tables(self) -> None:
        """The empty tables of FORMAT."""
        self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.db.execute(f"PRAGMA user_version = {FORMAT}")
        for name, columns in TABLES.items():
            options = "STRICT, WITHOUT ROWID" if name in _CLUSTERED else "STRICT"
            self.db.execute(f"CREATE TABLE {name} (\n{columns.format_map(_TYPES)}\n) {options}")
        for sql in INDEXES:
            self.db.execute(sql)

    def require_format(self) -> int:
        """Refuse a file of another version or of another program."""
        with translated("The vault cannot be read"):
            application = self.db.pragma("application_id")
            version = self.db.pragma("user_version")
        if application != APPLICATION_ID:
            raise DamagedError(
                "The file is not a Facetill vault.", hint="Restore vault.db from your backup."
            )
        return require_known(version)

    def scrub(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing, old pages with it.

        Returns:
            False if another process was reading all the while; its next close does it.
        """
        try:
            self.db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error:
            return False
        return True


def create(path: Path, fill: Callable[[Store], None]) -> None:
    """A new file; see `enroll.store.create_store`."""
    staging = path.with_name(f"vault.db.{secrets.token_hex(4)}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.closing(SqliteStore(staging, create=True)) as store:
            with store.transaction(write=True):
                store.make_tables()
                fill(store)
            store.scrub()
        _require_no_log(path)
        staging.chmod(0o600)
        path.hardlink_to(staging)  # unlike a rename, never over another's vault
    except FileExistsError as e:
        if not path.exists():
            raise
        raise existing(f"at {path}") from e
    finally:
        for leftover in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                staging.with_name(staging.name + leftover).unlink(missing_ok=True)


def _require_no_log(path: Path) -> None:
    """SQLite would replay the log of a vault that is gone into the one put in its place."""
    if has_log(path):
        raise VaultExistsError(
            f"The home's vault is gone, and {path}-wal of it is there.",
            hint="Move HOME/vault away first; it may hold the last enrolments.",
        )


def require_known(version: int) -> int:
    """Refuse tables that this version cannot read."""
    if version not in FORMATS_READ:
        raise VaultVersionError(
            f"The vault has format {version}; this Facetill reads"
            f" {' and '.join(map(str, FORMATS_READ))}.",
            hint="Use the version of Facetill that wrote it.",
        )
    return version


def missing(where: str) -> VaultMissingError:
    """The home has no vault."""
    return VaultMissingError(
        f"There is no vault {where}: nobody is enrolled yet.",
        hint="The first `facetill enroll add` makes it.",
    )


def existing(where: str) -> VaultExistsError:
    """The home has one already."""
    return VaultExistsError(f"There is a vault {where} already.", hint="Use it as it is.")


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn SQLite's exceptions into sentences; none of them carries a value of a cell."""
    try:
        yield
    except apsw.Error as e:
        raise _error(what, e) from e
    except UnicodeDecodeError as e:
        raise DamagedError(
            f"{what}: a text in it is not UTF-8.", hint="Restore vault.db from your backup."
        ) from e


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
