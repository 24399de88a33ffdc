"""The whole book in one file, and back: from one machine to another, or from one database to one.

A backup is gzip over lines: a header, then for each entry the hexadecimal signature of the head
after it (or `-`) and its leaf, which has no line break, and at last the newest signed head. After a
batch comes a line for each of its pages: a JSON list of its records and its orders. All else is
recomputed from these. It holds no private key: keep a copy of HOME/keys apart from it.
Restoring builds a book beside, has it audited, and only then puts it in place.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from ledger import audit, canonical, merkle, pages, store
from ledger.batches import PAGE, Batch, Page, Sheet
from ledger.entries import LEAF_BYTES_MAX, parse_leaf
from ledger.errors import BadInputError, DamagedError, Error, HomeMissingError, LedgerExistsError
from ledger.fields import bad_field
from ledger.home import Home, open_home, storage_error, sync_folder, write_new

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ledger.book import Ledger
    from ledger.entries import Entry
    from ledger.store import Store

FORMAT: Final = 2  # 1 knew no batches
FORMATS_READ: Final = (1, 2)
TYPE: Final = "facetill/backup"
BATCH: Final = 1_000
_LINE_BYTES_MAX: Final = LEAF_BYTES_MAX + 200
_NO_HEAD: Final = b"-"


def write(book: Ledger, path: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Write a backup to a new file; gives its number of entries.

    Raises:
        BadInputError, HomeError, DiskFullError: The file cannot be written; nothing is left of it.
    """
    home = book.home
    header = {
        "type": TYPE,
        "format": FORMAT,
        "home": (home.path / "home.json").read_text("utf-8"),
        "vkey": (home.keys_dir / "ledger.vkey").read_text("utf-8"),
    }
    staging = path.with_name(f".{path.name}.new")
    try:
        if path.exists():
            raise BadInputError(f"There is a file at {path} already.", hint="Name a new file.")
        with staging.open("wb") as raw, gzip.open(raw, "wb") as file:
            file.write(json.dumps(header).encode() + b"\n")
            size, head = book.copy_rows(file.write, progress)
            file.write(json.dumps({"entries": size, "head": head}).encode() + b"\n")
        with staging.open("rb") as whole:
            os.fsync(whole.fileno())
        staging.rename(path)
        sync_folder(path.absolute().parent)
    except OSError as e:
        raise storage_error(e, f"The backup {path} could not be written") from e
    finally:
        staging.unlink(missing_ok=True)
    return size


def line(leaf: bytes, head: bytes) -> bytes:
    """One entry's line."""
    return (head.hex().encode() or _NO_HEAD) + b" " + leaf + b"\n"


def page_line(payments: bytes, orders: bytes) -> bytes:
    """The line of a page."""
    return canonical.encode([payments.decode(), orders.decode()]) + b"\n"


def restore(
    path: Path, target: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Home, int]:
    """Put a backup's book in place; gives the home and the number of entries.

    Args:
        path: The backup.
        target: The home: one whose book is gone, or a folder that is not there yet. A new home
            has no private keys: copy them back to go on taking payments.
        progress: Called now and then with entries done, and 0 while how many is not known.

    Raises:
        BadInputError: It is no backup, or a damaged one.
        LedgerExistsError: The home has a book.
        DamagedError: The backup's book does not pass the audit; nothing was put in place.
    """
    try:
        with gzip.open(path, "rb") as file:
            header = _json_line(file.readline(_LINE_BYTES_MAX * 10))
            if header.get("type") != TYPE or header.get("format") not in FORMATS_READ:
                raise _no_backup("it says that it is something else")
            home = _home_for(target, header)
            staged = _staged(home, target)
            try:
                size = _fill(staged, cast("Iterator[bytes]", file), header, progress)
                findings, _ = audit.check_home(staged)
                if findings:
                    raise DamagedError(
                        f"The backup's book is not as it was signed: {findings[0]}.",
                        hint="Use another backup; nothing was put in place.",
                    )
                _put(staged, home, target, header)
            finally:
                shutil.rmtree(staged.path, ignore_errors=True)
    except (EOFError, zlib.error, gzip.BadGzipFile) as e:
        raise _no_backup("it is cut off or damaged") from e
    except OSError as e:
        raise storage_error(e, f"The backup {path} could not be restored") from e
    return open_home(target), size


def _home_for(target: Path, header: dict[str, object]) -> Home:
    """The home that the book belongs to, as it will be."""
    record = json.loads(str(header.get("home")))
    saved = Home(target.absolute(), record["mode"], record["currency"], record["id"])
    try:
        home = open_home(target)
    except HomeMissingError:
        return saved
    if (home.id, home.mode, home.currency) != (saved.id, saved.mode, saved.currency):
        raise BadInputError(
            f"The backup is of another home ({saved.id}).", hint="Name its own home, or a new one."
        )
    if home.database is not None:
        try:
            store.open_store(home, read_only=True).close()
        except Error:
            return home
    elif not home.ledger_db.exists():
        return home
    raise LedgerExistsError(
        f"The home {target} has a book.",
        hint="Move HOME/ledger away first, if it is to be replaced.",
    )


def _staged(home: Home, target: Path) -> Home:
    """A home in a folder beside, which the audit can look at."""
    folder = target.absolute().parent / f".{target.name}.restore"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "ledger").mkdir(mode=0o700, parents=True)
    (folder / "keys").mkdir(mode=0o700)
    return Home(folder, home.mode, home.currency, home.id)


def _fill(
    staged: Home,
    lines: Iterator[bytes],
    header: dict[str, object],
    progress: Callable[[int, int], None] | None,
) -> int:
    from ledger.sqlite import SqliteStore

    write_new(staged.keys_dir / "ledger.vkey", str(header.get("vkey")).encode(), 0o644)
    opened = SqliteStore(staged.ledger_db, create=True)
    try:
        with opened.creation():
            size, last = _rows(opened, lines, progress)
    finally:
        opened.close()
    if last.get("entries") != size:
        raise _no_backup("entries are missing at its end")
    write_new(staged.ledger_db.with_name(store.HEAD_NAME), str(last.get("head")).encode(), 0o644)
    return size


def _rows(
    opened: Store, lines: Iterator[bytes], progress: Callable[[int, int], None] | None
) -> tuple[int, dict[str, object]]:
    """Write all entries, and the balances that follow from them."""
    frontier = merkle.Frontier()
    rows: list[tuple[int, str, bytes, bytes, bytes]] = []
    balances: dict[tuple[str, str], int] = {}
    for text in lines:
        if text.startswith(b"{"):
            put_rows(opened, rows, balances)
            return frontier.size, _json_line(text)
        head, _, leaf = text.rstrip(b"\n").partition(b" ")
        try:
            entry = _with_pages(parse_leaf(leaf), lines)
            signature = b"" if head == _NO_HEAD else bytes.fromhex(head.decode())
        except (Error, ValueError, StopIteration) as e:
            raise _no_backup(f"entry {frontier.size} is damaged") from e
        completed = frontier.completed(merkle.leaf_hash(leaf))
        rows.append((frontier.size, entry.id, leaf, b"".join(completed), signature))
        opened.write_rows(pages.INSERT, pages.rows_of(replace(entry, index=frontier.size)))
        frontier.append(completed)
        for account, currency, amount_minor in entry.moves:
            place = (account, currency)
            balances[place] = balances.get(place, 0) + amount_minor
        if len(rows) == BATCH:
            put_rows(opened, rows, {})
            if progress is not None:
                progress(frontier.size, 0)
    raise _no_backup("its end is missing")


def _with_pages(entry: Entry, lines: Iterator[bytes]) -> Entry:
    """An entry; if it is a batch, with the payments that the next lines have."""
    if not isinstance(entry.content, Batch):
        return entry
    made = []
    for _ in range(0, entry.content.count, PAGE):
        match canonical.decode(next(lines).rstrip(b"\n")):
            case [str(payments), str(orders)]:
                made.append(Page(payments.encode(), orders.encode()))
            case _:
                raise bad_field("page")
    return entry.with_sheet(Sheet(made))


def put_rows(
    opened: Store,
    rows: list[tuple[int, str, bytes, bytes, bytes]],
    balances: dict[tuple[str, str], int],
) -> None:
    """Write rows as they are, and empty the list."""
    opened.write_rows(
        "INSERT INTO entries (idx, id, leaf, hashes, head) VALUES (?, ?, ?, ?, ?)", rows
    )
    opened.write_rows(
        "INSERT INTO accounts (account, currency, balance) VALUES (?, ?, ?)",
        [(*place, balance) for place, balance in balances.items()],
    )
    rows.clear()


def _put(staged: Home, home: Home, target: Path, header: dict[str, object]) -> None:
    """Move what was audited to where it belongs."""
    if home.database is not None:
        _copy_to_database(staged, home)
    if not (target / "home.json").exists():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        (target / "keys").mkdir(mode=0o700, exist_ok=True)
        vkeys = target / "keys" / "ledger.vkey"
        if not vkeys.exists():
            write_new(vkeys, str(header.get("vkey")).encode(), 0o644)
        write_new(target / "home.json", str(header.get("home")).encode(), 0o644)
    (target / "ledger").mkdir(mode=0o700, exist_ok=True)
    head = home.ledger_db.with_name(store.HEAD_NAME)
    staged.ledger_db.with_name(store.HEAD_NAME).replace(head)
    if home.database is None:
        staged.ledger_db.replace(home.ledger_db)
    sync_folder(target / "ledger")


def _copy_to_database(staged: Home, home: Home) -> None:
    from ledger.postgres import PostgresStore

    source = store.open_store(staged, read_only=True)
    opened = PostgresStore(str(home.database), home.id, create=True)
    try:
        with opened.creation():
            query = (
                "SELECT idx, id, leaf, hashes, head FROM entries"
                " WHERE idx >= ? ORDER BY idx LIMIT ?"
            )
            start = 0
            while batch := list(source.rows(query, (start, BATCH))):
                start = cast("int", batch[-1][0]) + 1
                put_rows(opened, cast("list[tuple[int, str, bytes, bytes, bytes]]", batch), {})
            opened.write_rows(pages.INSERT, pages.read(source, 0, start))
            rows = source.rows("SELECT account, currency, balance FROM accounts")
            balances = {(str(a), str(c)): cast("int", balance) for a, c, balance in rows}
            put_rows(opened, [], balances)
    finally:
        opened.close()
        source.close()


def _json_line(text: bytes) -> dict[str, object]:
    try:
        record = json.loads(text)
    except ValueError as e:
        raise _no_backup("a line of it cannot be read") from e
    if not isinstance(record, dict):
        raise _no_backup("a line of it cannot be read")
    return record


def _no_backup(why: str) -> BadInputError:
    return BadInputError(
        f"This is no whole backup of a book: {why}.",
        hint="Name a file that `facetill ledger backup` wrote.",
    )
