"""The store for many tills: a schema of its own in a PostgreSQL database, through psycopg 3.

Writers take turns by locking the one row of `book`; under READ COMMITTED each statement after
that sees what the writer before has committed. A session that would acknowledge a commit before
it is on the disk (fsync or synchronous_commit off) is refused.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Final, cast

import psycopg
from psycopg import errors as pg
from psycopg import sql as compose

from ledger import pages
from ledger.errors import (
    BadInputError,
    BusyError,
    DamagedError,
    DiskFullError,
    LedgerExistsError,
    LedgerMissingError,
    LedgerVersionError,
    RetryableError,
    StorageError,
)
from ledger.store import (
    BUSY_MS_MAX,
    ENTRIES_HEADS,
    FORMAT,
    FORMATS_READ,
    HEADS_SINCE,
    whole_power,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.errors import Error
    from ledger.store import Row, Value

CONNECT_S_MAX: Final = 5
STATEMENT_MS_MAX: Final = 60_000
SCHEMA: Final = (
    "CREATE TABLE book (one BOOLEAN PRIMARY KEY CHECK (one), format BIGINT NOT NULL)",
    """CREATE TABLE entries (
 idx BIGINT PRIMARY KEY,
 id TEXT COLLATE "C" NOT NULL UNIQUE,
 leaf BYTEA NOT NULL,
 hashes BYTEA NOT NULL,
 head BYTEA NOT NULL
)""",
    """CREATE TABLE accounts (
 account TEXT COLLATE "C" NOT NULL,
 currency TEXT COLLATE "C" NOT NULL,
 balance BIGINT NOT NULL,
 PRIMARY KEY (account, currency)
)""",
)
BATCH_PAGES: Final = """CREATE TABLE batch_pages (
 idx BIGINT NOT NULL,
 page BIGINT NOT NULL,
 root BYTEA NOT NULL,
 total_minor BIGINT NOT NULL,
 payments BYTEA NOT NULL,
 orders BYTEA NOT NULL,
 PRIMARY KEY (idx, page)
)"""
BATCH_ROOTS: Final = b"CREATE INDEX batch_roots ON batch_pages (idx, page, root, total_minor)"
_OPEN: Final = (
    psycopg.pq.TransactionStatus.INTRANS,
    psycopg.pq.TransactionStatus.ACTIVE,
    psycopg.pq.TransactionStatus.INERROR,
)
# "table.column type", or a name and what it indexes -> the first format with it
_COLUMNS: Final = {
    "accounts.account text": 1,
    "accounts.balance bigint": 1,
    "accounts.currency text": 1,
    "batch_pages.idx bigint": pages.SINCE,
    "batch_pages.orders bytea": pages.SINCE,
    "batch_pages.page bigint": pages.SINCE,
    "batch_pages.payments bytea": pages.SINCE,
    "batch_pages.root bytea": pages.SINCE,
    "batch_pages.total_minor bigint": pages.SINCE,
    "book.format bigint": 1,
    "book.one boolean": 1,
    "entries.hashes bytea": 1,
    "entries.head bytea": 1,
    "entries.id text": 1,
    "entries.idx bigint": 1,
    "entries.leaf bytea": 1,
}
_INDEXES: Final = {
    "UNIQUE INDEX accounts_pkey ON accounts USING btree (account, currency)": 1,
    "UNIQUE INDEX batch_pages_pkey ON batch_pages USING btree (idx, page)": pages.SINCE,
    "INDEX batch_roots ON batch_pages USING btree (idx, page, root, total_minor)": pages.SINCE,
    "UNIQUE INDEX book_pkey ON book USING btree (one)": 1,
    "UNIQUE INDEX entries_pkey ON entries USING btree (idx)": 1,
    "UNIQUE INDEX entries_id_key ON entries USING btree (id)": 1,
    "INDEX entries_heads ON entries USING btree (idx) WHERE (length(head) > 0)": HEADS_SINCE,
}


def require_address(database: str) -> None:
    """Refuse an address that is no PostgreSQL URL, or one that carries a password.

    Raises:
        BadInputError: As said.
    """
    try:
        parts = psycopg.conninfo.conninfo_to_dict(database)
    except psycopg.Error as e:
        raise BadInputError(
            "The database's address is not one of PostgreSQL.",
            hint="Write it as postgresql://user@host/name.",
        ) from e
    if "password" in parts:
        raise BadInputError(
            "A password does not belong in the database's address.",
            hint="Put it into ~/.pgpass, or into PGPASSWORD of the service's environment.",
        )


class PostgresStore:
    """A book in a schema named after its home; see `ledger.store.Store`."""

    raw_id = "convert_to(id, 'UTF8')"

    def __init__(
        self, database: str, home_id: str, *, create: bool = False, read_only: bool = False
    ) -> None:
        self._schema = f"facetill_{home_id}"
        with translated("The book's database cannot be reached"):
            self.db = psycopg.connect(
                database,
                autocommit=True,
                connect_timeout=CONNECT_S_MAX,
                application_name="facetill",
                options=f"-c search_path={self._schema} -c lock_timeout={BUSY_MS_MAX}"
                f" -c statement_timeout={STATEMENT_MS_MAX} -c synchronous_commit=on"
                f" -c default_transaction_read_only={'on' if read_only else 'off'}",
            )
            try:
                self._require_durable()
                self._require_schema(create=create)
            except BaseException:
                self.db.close()
                raise

    def _require_durable(self) -> None:
        row = self.db.execute("SHOW fsync").fetchone()
        if row != ("on",):
            raise StorageError(
                "The database does not sync its commits to the disk (fsync is off).",
                hint="Set fsync = on in postgresql.conf and restart it.",
            )

    def _require_schema(self, *, create: bool) -> None:
        found = self.db.execute(
            "SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", (self._schema,)
        ).fetchone()
        if found is None and not create:
            raise LedgerMissingError(
                "The database has no book of this home.", hint="Make the home with: facetill init"
            )
        if found is not None and create:
            raise LedgerExistsError(
                "The database has a book of this home already.", hint="Use it as it is."
            )

    def close(self) -> None:
        """End the session."""
        self.db.close()

    @contextmanager
    def creation(self) -> Iterator[None]:
        """A write transaction that begins with making the schema and its tables."""
        with translated("The book could not be made"), self.db.transaction():
            name = compose.Identifier(self._schema)
            self.db.execute(compose.SQL("CREATE SCHEMA {}").format(name))
            for statement in SCHEMA:
                self.db.execute(statement.encode())
            self.db.execute("INSERT INTO book VALUES (true, 0)")
            self.upgrade()
            yield

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """The body's exceptions roll back and pass through; the database's become ours."""
        what = "The payment book could not be written" if write else "The book could not be read"
        with translated(what):
            self.db.execute("BEGIN" if write else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                if write:
                    self.db.execute("SELECT format FROM book FOR UPDATE")
                yield
                self.db.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):
                    self.db.execute("ROLLBACK")
                raise

    def is_in_transaction(self) -> bool:
        """Whether one is open."""
        return self.db.info.transaction_status in _OPEN

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """What a query gives."""
        cursor = self.db.execute(_dialect(sql), values, binary=True)
        return cast("Iterator[Row]", iter(cursor)) if cursor.description else iter(())

    def lookup(
        self, columns: str, table: str, key: tuple[str, ...], values: Sequence[Sequence[Value]]
    ) -> Iterator[Row]:
        """By an IN: a join that was planned while the table was small would read all of it."""
        whole = whole_power(len(values))
        asked = [*values, *[values[0]] * (whole - len(values))]
        marks = ",".join("?" * whole)
        if len(key) > 1:
            row = ",".join("?" * len(key))
            marks = "VALUES " + ",".join([f"({row})"] * whole)
        query = f"SELECT {columns} FROM {table} WHERE ({','.join(key)}) IN ({marks})"  # noqa: S608 - names of our own
        return self.rows(query, [*chain.from_iterable(asked)])

    def write_rows(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """One statement for each row, sent together."""
        with self.db.cursor(binary=True) as cursor:
            cursor.executemany(_dialect(sql), rows)

    def require_format(self) -> int:
        """Refuse a book of another version."""
        with translated("The book cannot be read"):
            version = self._version()
        if version not in FORMATS_READ:
            raise LedgerVersionError(
                f"The book has format {version}; this Facetill reads"
                f" {FORMATS_READ[0]} to {FORMATS_READ[-1]}.",
                hint="Use the version of Facetill that wrote it.",
            )
        return version

    def _version(self) -> int:
        row = self.db.execute("SELECT format FROM book").fetchone()
        return cast("int", row[0]) if row else 0

    def upgrade(self) -> None:
        """Bring the tables to FORMAT."""
        version = self._version()
        if version < pages.SINCE:
            self.db.execute(BATCH_PAGES.encode())
            self.db.execute(BATCH_ROOTS)
        if version < HEADS_SINCE:
            # it reads every entry, which in a large book takes longer than a statement may
            self.db.execute("SET LOCAL statement_timeout = 0")
            self.db.execute(ENTRIES_HEADS.encode())
        self.db.execute("UPDATE book SET format = %s", (FORMAT,))

    def whole_file(self) -> None:
        """The server keeps its files to itself."""

    def problems(self) -> Iterator[tuple[int | None, str]]:
        """The columns and indexes against those that this version makes."""
        columns = (
            "SELECT table_name || '.' || column_name || ' ' || data_type"
            " FROM information_schema.columns WHERE table_schema = %s"
        )
        indexes = (
            "SELECT replace(substr(indexdef, length('CREATE ') + 1), schemaname || '.', '')"
            " FROM pg_indexes WHERE schemaname = %s"
        )
        version = self._version()
        for query, parts in ((columns, _COLUMNS), (indexes, _INDEXES)):
            expected = {part for part, since in parts.items() if version >= since}
            found = {cast("str", part) for (part,) in self.db.execute(query, (self._schema,))}
            for part in sorted(found - expected):
                yield None, f"{part} is not as this version makes it"
            for part in sorted(expected - found):
                yield None, f"{part} is missing or altered"


def _dialect(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn the database's exceptions into sentences."""
    try:
        yield
    except psycopg.Error as e:
        raise _error(what, e) from e


def _error(what: str, e: psycopg.Error) -> Error:
    if isinstance(e, (pg.SerializationFailure, pg.DeadlockDetected)):
        return RetryableError(
            f"{what}: another till was writing the same.", hint="Try again; nothing was written."
        )
    if isinstance(e, (pg.LockNotAvailable, pg.QueryCanceled, pg.TooManyConnections)):
        return BusyError(
            f"{what}: other tills held it for {BUSY_MS_MAX // 1000} seconds.",
            hint="Try again; if it lasts, look for a stuck facetill process.",
        )
    if isinstance(e, pg.DiskFull):
        return DiskFullError(
            f"{what}: the database's disk is full.",
            hint="Free some space, then try again; nothing was lost.",
        )
    if isinstance(e, (pg.DataCorrupted, pg.IndexCorrupted, pg.UndefinedTable, pg.UndefinedColumn)):
        return DamagedError(
            f"{what}: the database is damaged.", hint="Restore it from your backup."
        )
    if isinstance(e, (pg.InsufficientPrivilege, pg.ReadOnlySqlTransaction)):
        return StorageError(
            f"{what}: the database refuses it to this user.",
            hint="Grant the user of the address all rights on the home's schema.",
        )
    state = f" ({e.sqlstate})" if e.sqlstate else ""
    return StorageError(
        f"{what}: the database failed or was cut off{state}.",
        hint="Check the database; then ask again with the same id, which charges once.",
    )
