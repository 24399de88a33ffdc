"""The store for many tills: a schema of its own in the home's PostgreSQL database, by psycopg 3.

Writers take turns by locking the vault's one row. A session that would acknowledge a commit before
it is on the disk is refused. A connection that was cut is made anew at the next transaction. What
was erased leaves dead rows until VACUUM, which is run at once, and lies in the database's own log
and backups as long as those are kept: rotate the master key to close them.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

import psycopg
from psycopg import errors as pg
from psycopg import sql as compose

from enroll.errors import DamagedError, DiskFullError, StorageError
from enroll.sqlite import existing, missing, require_known
from enroll.store import BUSY_MS_MAX, FORMAT, INDEXES, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from enroll.errors import Error
    from enroll.store import Row, Store, Value

CONNECT_S_MAX: Final = 5
STATEMENT_MS_MAX: Final = 60_000
_TYPES: Final = {"int": "BIGINT", "text": 'TEXT COLLATE "C"', "blob": "BYTEA"}
_REWRITTEN: Final = ("data_keys",)  # has room on each page for the rows of a rotation
_WHERE: Final = "in the home's database"


class PostgresStore:
    """A vault in a schema named after its home; see `enroll.store.Store`."""

    def __init__(self, database: str, home_id: str, *, create: bool = False) -> None:
        self._database = database
        self._schema = schema_of(home_id)
        with translated("The vault's database cannot be reached"):
            self.db = self._connected()
        if not create and not _has_schema(self.db, self._schema):
            self.db.close()
            raise missing(_WHERE)

    def _connected(self) -> psycopg.Connection:
        db = psycopg.connect(
            self._database,
            autocommit=True,
            connect_timeout=CONNECT_S_MAX,
            application_name="facetill",
            options=f"-c search_path={self._schema} -c lock_timeout={BUSY_MS_MAX}"
            f" -c statement_timeout={STATEMENT_MS_MAX} -c synchronous_commit=on",
        )
        if db.execute("SHOW fsync").fetchone() != ("on",):
            db.close()
            raise StorageError(
                "The database does not sync its commits to the disk (fsync is off).",
                hint="Set fsync = on in postgresql.conf and restart it.",
            )
        return db

    def close(self) -> None:
        """End the session."""
        self.db.close()

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """The body's exceptions roll back and pass through; the database's become ours."""
        what = "The vault could not be written" if write else "The vault could not be read"
        with translated(what):
            if self.db.closed:
                self.db = self._connected()
            self._begin(write=write)
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):
                    self.db.execute("ROLLBACK")
                raise

    def _begin(self, *, write: bool) -> None:
        statement = b"BEGIN" if write else b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        try:
            self.db.execute(statement)
        except psycopg.OperationalError:
            # cut off since the last transaction; nothing of this one was sent yet
            self.db.close()
            self.db = self._connected()
            self.db.execute(statement)
        if write:
            with suppress(pg.UndefinedTable):
                self.db.execute("SELECT format FROM vault FOR UPDATE")

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """What a query gives."""
        return cast("Iterator[Row]", iter(self.db.execute(_dialect(sql), values, binary=True)))

    def write(self, sql: str, values: Sequence[Value] = ()) -> None:
        """One statement."""
        self.db.execute(_dialect(sql), values)

    def write_rows(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """One statement for each row, sent together."""
        with self.db.cursor() as cursor:
            cursor.executemany(_dialect(sql), rows)

    def update(self, table: str, key: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Set columns of many rows at once: copied into a table of its own, then joined."""
        names = [compose.Identifier(name) for name in (key, *columns)]
        parts = {
            "table": compose.Identifier(table),
            "names": compose.SQL(", ").join(names),
            "sets": compose.SQL(", ").join(
                compose.SQL("{0} = n.{0}").format(name) for name in names[1:]
            ),
            "key": names[0],
        }
        made = compose.SQL(
            "CREATE TEMP TABLE new_values ON COMMIT DROP"
            " AS SELECT {names} FROM {table} WITH NO DATA"
        )
        self.db.execute(made.format(**parts))
        with (
            self.db.cursor() as cursor,
            cursor.copy("COPY new_values FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types([_type_of(value) for value in rows[0]])
            for row in rows:
                copy.write_row(row)
        self.db.execute("ANALYZE new_values")
        joined = compose.SQL(
            "UPDATE {table} t SET {sets} FROM new_values n"
            " WHERE t.{key} = n.{key} AND t.{key} BETWEEN %s AND %s"
        )
        first, last = rows[0][0], rows[-1][0]  # only this stretch of the table is read
        self.db.execute(joined.format(**parts), (first, last))
        self.db.execute("DROP TABLE new_values")

    def make_tables(self) -> None:
        """The schema and the empty tables of FORMAT."""
        name = compose.Identifier(self._schema)
        self.db.execute(compose.SQL("CREATE SCHEMA {}").format(name))
        for table, columns in TABLES.items():
            room = " WITH (fillfactor = 50)" if table in _REWRITTEN else ""
            self.db.execute(f"CREATE TABLE {table} ({columns.format_map(_TYPES)}){room}".encode())
        for sql in INDEXES:
            self.db.execute(sql.encode())

    def require_format(self) -> int:
        """Refuse a vault of another version."""
        with translated("The vault cannot be read"):
            row = self.db.execute("SELECT format FROM vault").fetchone()
        return require_known(row[0] if row else FORMAT)

    def scrub(self) -> bool:
        """Free the dead rows, so that the next ones overwrite them."""
        with translated("The vault could not be cleaned"):
            self.db.execute("VACUUM shoppers, data_keys, vault")
        return True


def schema_of(home_id: str) -> str:
    """Where a home's vault is in its database; the book has another."""
    return f"facetill_vault_{home_id}"


def exists(database: str, home_id: str) -> bool:
    """Whether the home has a vault there."""
    with translated("The vault's database cannot be reached"):
        db = psycopg.connect(database, autocommit=True, connect_timeout=CONNECT_S_MAX)
        with db:
            return _has_schema(db, schema_of(home_id))


def create(database: str, home_id: str, fill: Callable[[Store], None]) -> None:
    """A new schema; see `enroll.store.create_store`."""
    store = PostgresStore(database, home_id, create=True)
    try:
        with translated("The vault could not be made"):
            if _has_schema(store.db, schema_of(home_id)):
                raise existing(_WHERE)
            with store.db.transaction():
                store.make_tables()
                fill(store)
    finally:
        store.close()


def drop(database: str, home_id: str) -> None:
    """Destroy a home's vault; for one that was made to be thrown away."""
    with translated("The vault could not be dropped"):
        db = psycopg.connect(database, autocommit=True, connect_timeout=CONNECT_S_MAX)
        with db:
            name = compose.Identifier(schema_of(home_id))
            db.execute(compose.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))


def _has_schema(db: psycopg.Connection, schema: str) -> bool:
    query = "SELECT 1 FROM information_schema.schemata WHERE schema_name = %s"
    return db.execute(query, (schema,)).fetchone() is not None


def _type_of(value: object) -> str:
    if isinstance(value, int):
        return "int8"
    return "bytea" if isinstance(value, bytes) else "text"


def _dialect(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn the database's exceptions into sentences; none of them carries a value of a cell."""
    try:
        yield
    except psycopg.Error as e:
        raise _error(what, e) from e


def _error(what: str, e: psycopg.Error) -> Error:
    if isinstance(e, (pg.LockNotAvailable, pg.QueryCanceled, pg.TooManyConnections)):
        return StorageError(
            f"{what}: others held it for {BUSY_MS_MAX // 1000} seconds.",
            hint="Try again; if it lasts, look for a stuck facetill process.",
        )
    if isinstance(e, pg.DiskFull):
        return DiskFullError(
            f"{what}: the database's disk is full.",
            hint="Free some space, then try again; nothing was changed.",
        )
    if isinstance(e, (pg.DuplicateSchema, pg.UniqueViolation)):
        return StorageError(f"{what}: somebody else just did the same.", hint="Try again.")
    if isinstance(e, (pg.DataCorrupted, pg.IndexCorrupted, pg.UndefinedTable, pg.UndefinedColumn)):
        return DamagedError(f"{what}: the database is damaged.", hint="Restore it from a backup.")
    if isinstance(e, (pg.InsufficientPrivilege, pg.ReadOnlySqlTransaction)):
        return StorageError(
            f"{what}: the database refuses it to this user.",
            hint="Grant the user of the address all rights on the home's schemas.",
        )
    state = f" ({e.sqlstate})" if e.sqlstate else ""
    return StorageError(
        f"{what}: the database failed or was cut off{state}.",
        hint="Check the database, then try again.",
    )
