"""Where the book's rows are kept: one set of SQL for the embedded SQLite and for PostgreSQL.

Three tables. `entries` has one row a leaf, with the hashes of the subtrees that it completes
(`ledger.merkle`) and, on the last row of each commit, the ledger's 64-byte signature of the tree
head right after it (empty on the others). `accounts` is derived from the entries, and compared
with them by the audit. `batch_pages` has the payments of batches (`ledger.pages`). SQL is written
with `?` and in what both databases understand.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from ledger.home import alone_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ledger.home import Home

# 1 had a signed head on every row, 2 knew no tombstones, 3 no batches, 4 no index of heads
FORMAT: Final = 5
FORMATS_READ: Final = (1, 2, 3, 4, 5)
HEADS_SINCE: Final = 5
# leads from an entry to the signed head that follows it, past the rows that have none
ENTRIES_HEADS: Final = "CREATE INDEX entries_heads ON entries (idx) WHERE length(head) > 0"
BUSY_MS_MAX: Final = 5_000
HEAD_NAME: Final = "head.note"
LOOKUP: Final = 256  # rows that are asked for in one query

Value: TypeAlias = "int | str | bytes | None"
Row: TypeAlias = "tuple[object, ...]"


class Store(Protocol):
    """An open database; not for several threads at once."""

    raw_id: str
    """SQL for the id column as bytes, whatever has become of its text."""

    def creation(self) -> AbstractContextManager[None]:
        """A write transaction that begins with making the tables."""

    def transaction(self, *, write: bool) -> AbstractContextManager[None]:
        """All or nothing; one writer at a time, waited for at most BUSY_MS_MAX."""

    def is_in_transaction(self) -> bool:
        """Whether one is open."""

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """What a query gives."""

    def lookup(
        self, columns: str, table: str, key: tuple[str, ...], values: Sequence[Sequence[Value]]
    ) -> Iterator[Row]:
        """The rows of a table whose key is one of these: 1 to LOOKUP, each asked for once."""

    def write_rows(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """One statement for each row."""

    def require_format(self) -> int:
        """The format of the tables, if it is one of FORMATS_READ."""

    def upgrade(self) -> None:
        """Bring the tables to FORMAT; within the caller's transaction."""

    def problems(self) -> Iterator[tuple[int | None, str]]:
        """What the database itself finds wrong below the rows: (entry or None, problem)."""

    def whole_file(self) -> Path | None:
        """The file whose bytes are all that an open transaction sees; None: there is none."""

    def close(self) -> None:
        """Let go of it."""


def open_store(home: Home, *, read_only: bool = False) -> Store:
    """The home's database.

    Raises:
        LedgerMissingError, StorageError: As named.
    """
    if home.database is not None:
        from ledger.postgres import PostgresStore

        return PostgresStore(home.database, home.id, read_only=read_only)
    from ledger.sqlite import SqliteStore

    return SqliteStore(home.ledger_db, read_only=read_only)


def has_log(path: Path) -> bool:
    """Whether a log of SQLite's is beside a file, which it replays into whatever has that name."""
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def lookup_all(
    store: Store, columns: str, table: str, key: tuple[str, ...], values: Sequence[Sequence[Value]]
) -> Iterator[Row]:
    """As `Store.lookup`, for any number of different values."""
    for start in range(0, len(values), LOOKUP):
        yield from store.lookup(columns, table, key, values[start : start + LOOKUP])


def whole_power(count: int) -> int:
    """A power of two that a lookup is filled up to, so that few different queries are made."""
    return 1 << (count - 1).bit_length()


def below(prefix: str) -> tuple[str, str]:
    """The ids below a path that ends with a slash: from the first on, and before the second."""
    return prefix, prefix[:-1] + "0"  # 0 follows the slash


def head_note(home: Home) -> Path:
    """Where the newest signed head is kept, beside the book."""
    return home.ledger_db.with_name(HEAD_NAME)


def keep_head(path: Path, text: str, size: int) -> None:
    """Replace head.note by a newer signed head; never by an older one.

    It is kept outside of the database so that a database put back from an older copy is found
    out. It is written after the commit: a crash between the two leaves it older, never newer.
    """
    with alone_in(path.parent):
        if kept_size(path) >= size:
            return
        staging = path.with_name(path.name + ".new")
        fd = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)


def kept_size(path: Path) -> int:
    """How many entries head.note is signed over, as it says; -1: that cannot be read."""
    try:
        return int(path.read_text("utf-8").split("\n")[1])
    except (OSError, ValueError, IndexError):
        return -1
