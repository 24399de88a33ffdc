"""The whole vault in one file, and back; what is sealed in the vault stays sealed in the file.

A backup is gzip over lines of JSON: a header with the vault's own row, a line for each row of the
other tables, and a last line with their number and an HMAC of all lines under a key of the vault.
So a wrong key is told from the header, before anything else is read, and a cut-off or altered file
from its end, before anything is put in place. It holds no master key: keep that apart from it.

Restoring never replaces a vault. A person erased since the backup would come back with it, so every
pseudonym of which the home's book has a tombstone is erased again before the vault is put in place.
"""

from __future__ import annotations

import gzip
import hmac
import json
import re
import zlib
from typing import TYPE_CHECKING, Final, cast

from enroll import store as stores
from enroll import unlocking
from enroll.core import Core
from enroll.erasure import erased_in
from enroll.errors import BadInputError, DamagedError, StorageError, VaultExistsError
from enroll.people import People
from enroll.sealing import subkey
from ledger.home import new_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

    from enroll.secrets import MasterSecret
    from enroll.store import Row, Store, Value
    from enroll.trail import Trail
    from ledger.home import Home

    Progress = Callable[[int, int], None]

FORMAT: Final = 1
TYPE: Final = "facetill/vault-backup"
BATCH: Final = 1_000
_LINE_BYTES_MAX: Final = 1_000_000
_INTEGER_END: Final = 2**63
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # JSON can escape what no text can hold
_TABLES: Final = tuple(name for name in stores.TABLES if name != "vault")
_KEYS: Final = {"shoppers": "number", "trail": "number", "attempts": "subject", "staff": "id"}


def write(
    core: Core, trail: Trail, path: Path, now_ms: int, progress: Progress | None = None
) -> int:
    """Write a new file; gives how many shoppers are in it, tombstones included.

    Raises:
        BadInputError: The file is there already.
        SignInError, StorageError: As named; nothing is left of it.
    """
    if path.exists():
        raise BadInputError(f"There is a file at {path} already.", hint="Name a new file.")
    with core.transaction(write=True):
        trail.append(now_ms, trail.permit("back up"), "back up", "", "")
    try:
        with new_file(path) as raw, gzip.open(raw, "wb") as file:
            count = _write(core, cast("IO[bytes]", file), now_ms, progress)
    except OSError as e:
        raise StorageError(
            f"The backup {path} could not be written ({e.strerror}).",
            hint="Check the free space and the permissions of the folder.",
        ) from e
    return count


def _write(core: Core, file: IO[bytes], now_ms: int, progress: Progress | None) -> int:
    mac = hmac.new(_mac_key(core.keys), digestmod="sha256")
    lines = shoppers = 0

    def put(record: object) -> None:
        nonlocal lines
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        mac.update(line)
        file.write(line)
        lines += 1

    with core.transaction(write=False):
        columns = columns_of("vault")
        query = f"SELECT {', '.join(columns)} FROM vault"  # noqa: S608 - our own names
        head = dict(zip(columns, next(core.store.rows(query)), strict=True))
        put({"type": TYPE, "format": FORMAT, "at_ms": now_ms, "vault": _plain(head.values())})
        total = cast("int", stores.scalar(core.store, "SELECT count(*) FROM shoppers"))
        for table in _TABLES:
            for row in _rows(core.store, table):
                put([table, *_plain(row)])
                shoppers += table == "shoppers"
                if progress is not None and lines % BATCH == 0:
                    progress(shoppers, total)
    file.write(json.dumps({"lines": lines, "mac": mac.hexdigest()}).encode() + b"\n")
    return shoppers


def restore(
    home: Home,
    secret: MasterSecret | None,
    path: Path,
    now_ms: int,
    passphrase_file: Path | None = None,
) -> int:
    """Put a backup's vault in place; gives how many shoppers are in it.

    Args:
        home: The home that it is of; one that has no vault.
        secret: Where the master key comes from; None takes what the backup records.
        path: The backup.
        now_ms: The time, Unix ms.
        passphrase_file: For a vault that uses a passphrase.

    Raises:
        VaultExistsError: The home has a vault.
        WrongSecretError, SecretError: Told from the header.
        BadInputError: It is no backup, or not as it was written.
        DamagedError, StorageError: As named; nothing was put in place.
    """
    from enroll.secrets import default_secret

    if stores.exists(home):
        raise VaultExistsError(
            "This home has a vault, and a backup never replaces one.",
            hint="Move HOME/vault away first, if it is to be replaced.",
        )
    try:
        with gzip.open(path, "rb") as opened:
            file = cast("IO[bytes]", opened)
            first = file.readline(_LINE_BYTES_MAX)
            values = _header(first)
            head = _head(values)
            unlocking.require_home(home, head.home_id)
            secret = secret or default_secret(head.secret_kind, home, passphrase_file)
            keys = unlocking.unlock(head, secret)
            mac = hmac.new(_mac_key(keys), first, "sha256")
            count = 0

            erased = erased_in(home)

            def fill(made: Store) -> None:
                nonlocal count
                _insert(made, "vault", [tuple(values)])
                count = _fill(made, file, mac)
                people = People(Core(home, made, secret, keys))
                for pseudonym in sorted(erased):
                    for row in people.rows("WHERE s.pseudonym = ?", pseudonym):
                        if row.status == "active":
                            people.erase(row, now_ms)

            stores.create_store(home, fill)
    except (EOFError, zlib.error, gzip.BadGzipFile) as e:
        raise _no_backup("it is cut off or damaged") from e
    except OSError as e:
        raise StorageError(
            f"The backup {path} could not be restored ({e.strerror or e}).",
            hint="Check the path, the free space and the permissions.",
        ) from e
    return count


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table, as this version makes them."""
    lines = (line.split() for line in stores.TABLES[table].splitlines())
    return tuple(words[0] for words in lines if words and words[0] != "CHECK")


def _fill(made: Store, file: IO[bytes], mac: hmac.HMAC) -> int:
    lines, shoppers, table = 1, 0, ""
    batch: list[tuple[Value, ...]] = []
    for line in _lines(file):
        record = _json(line)
        if isinstance(record, dict):
            _insert(made, table, batch)
            given = str(record.get("mac")).encode("utf-8", "replace")
            same = hmac.compare_digest(given, mac.hexdigest().encode())
            if record.get("lines") != lines or not same:
                raise _no_backup("it is not as it was written")
            return shoppers
        mac.update(line)
        lines += 1
        if not isinstance(record, list) or not record or record[0] not in _TABLES:
            raise _no_backup("a line of it cannot be read")
        if record[0] != table or len(batch) == BATCH:
            _insert(made, table, batch)
            batch, table = [], record[0]
        shoppers += table == "shoppers"
        batch.append(_values(record[1:]))
    raise _no_backup("its end is missing")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(_LINE_BYTES_MAX):
        yield line


def _insert(made: Store, table: str, rows: list[tuple[Value, ...]]) -> None:
    if not rows:
        return
    columns = columns_of(table)
    if any(len(row) != len(columns) for row in rows):
        raise _no_backup("a row of it has not the columns of its table")
    places = ", ".join("?" * len(columns))
    made.write_rows(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608
        rows,
    )


def _rows(opened: Store, table: str) -> Iterator[Row]:
    """A table's rows in batches, in the order of its key."""
    columns = columns_of(table)
    key = _KEYS.get(table, "pseudonym")
    place = columns.index(key)
    last: Value = None
    while True:
        where = "" if last is None else f" WHERE {key} > ?"
        query = (
            f"SELECT {', '.join(columns)} FROM {table}{where}"  # noqa: S608 - our own names
            f" ORDER BY {key} LIMIT {BATCH}"
        )
        batch = list(opened.rows(query, () if last is None else (last,)))
        if last is not None and any(cast("int", row[place]) <= cast("int", last) for row in batch):
            raise DamagedError(  # or this would never end
                f"The vault's table {table} gives its rows out of order.",
                hint="Restore vault.db from an older backup.",
            )
        yield from batch
        if len(batch) < BATCH:
            return
        last = cast("Value", batch[-1][place])


def _plain(values: object) -> list[object]:
    found = list(cast("list[object]", values))
    return [{"hex": value.hex()} if isinstance(value, bytes) else value for value in found]


def _values(record: list[object]) -> tuple[Value, ...]:
    found: list[Value] = []
    for value in record:
        if isinstance(value, dict):
            try:
                found.append(bytes.fromhex(str(value.get("hex"))))
            except ValueError as e:
                raise _no_backup("a cell of it cannot be read") from e
        elif _is_value(value):
            found.append(cast("Value", value))
        else:
            raise _no_backup("a cell of it cannot be read")
    return tuple(found)


def _is_value(value: object) -> bool:
    """Whether a database takes it."""
    if isinstance(value, int):
        return abs(value) < _INTEGER_END
    return value is None or (isinstance(value, str) and not _SURROGATE.search(value))


def _header(line: bytes) -> tuple[Value, ...]:
    record = _json(line)
    if not isinstance(record, dict) or (record.get("type"), record.get("format")) != (TYPE, FORMAT):
        raise _no_backup("it says that it is something else")
    values = record.get("vault")
    if not isinstance(values, list) or len(values) != len(columns_of("vault")):
        raise _no_backup("its header cannot be read")
    return _values(values)


def _head(values: tuple[Value, ...]) -> unlocking.Head:
    by_name = dict(zip(columns_of("vault"), values, strict=True))
    head = unlocking.Head(*(by_name[name] for name in unlocking.Head._fields))  # type: ignore[arg-type]
    unlocking.require_known(head)
    return head


def _json(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as e:
        raise _no_backup("a line of it cannot be read") from e


def _mac_key(keys: unlocking.Keys) -> bytes:
    return subkey(keys.installation, "backup")


def _no_backup(why: str) -> BadInputError:
    return BadInputError(
        f"This is no whole backup of a vault: {why}.",
        hint="Name a file that `facetill enroll backup` wrote.",
    )
