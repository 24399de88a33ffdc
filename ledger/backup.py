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
import shutil
import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from ledger import audit, canonical, merkle, note, pages, store
from ledger.batches import BYTES_MAX, PAGE, Batch, Page, Sheet
from ledger.entries import parse_leaf
from ledger.errors import (
    BadInputError,
    DamagedError,
    Error,
    HomeMissingError,
    HomeVersionError,
    LedgerExistsError,
    LedgerMissingError,
)
from ledger.fields import bad_field
from ledger.home import (
    VKEYS,
    Home,
    new_file,
    open_home,
    parsed,
    storage_error,
    sync_folder,
    write_new,
    written,
)

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
_LINE_BYTES_MAX: Final = 2 * BYTES_MAX  # of a page, whose quotation marks are escaped
_NO_HEAD: Final = b"-"


def write(book: Ledger, path: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Write a backup to a new file, for its owner alone; gives its number of entries.

    Raises:
        BadInputError, HomeError, DiskFullError: The file cannot be written; nothing is left of it.
        DamagedError: The book is damaged, or shorter than the head beside it.
        KeyMissingError: The home lacks its public key.
    """
    home = book.home
    kept = store.kept_size(store.head_note(home))
    header = {
        "type": TYPE,
        "format": FORMAT,
        "home": written(replace(home, database=None)).decode(),
        "vkey": _lines(audit.trusted_keys(home)),
    }
    try:
        if path.exists():
            raise BadInputError(f"There is a file at {path} already.", hint="Name a new file.")
        with new_file(path) as raw, gzip.open(raw, "wb") as file:
            file.write(json.dumps(header).encode() + b"\n")
            size, head = book.copy_rows(file.write, progress)
            if size < kept:
                raise DamagedError(
                    f"The book has {size} entries, and {kept} when its newest head was kept.",
                    hint="Run: facetill ledger check. No backup was written.",
                )
            file.write(json.dumps({"entries": size, "head": head}).encode() + b"\n")
    except OSError as e:
        raise storage_error(e, f"The backup {path} could not be written") from e
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
        target: The home: one whose book is gone, which is audited by its own public key, or a
            folder that is not there yet. A new home has its book in a file, and no private keys:
            copy them back to go on taking payments.
        progress: Called now and then with entries done, and 0 while how many is not known.

    Raises:
        BadInputError: It is no backup, or a damaged one.
        LedgerExistsError: The home has a book.
        StorageError: Its database cannot be reached.
        DamagedError: The backup's book does not pass the audit, or is older than the home's own
            `head.note`; nothing was put in place.
    """
    try:
        with gzip.open(path, "rb") as file:
            lines = iter(partial(file.readline, _LINE_BYTES_MAX), b"")
            header = _json_line(next(lines, b""))
            if header.get("type") != TYPE or header.get("format") not in FORMATS_READ:
                raise _no_backup("it says that it is something else")
            home = _home_for(target, header)
            staged = _staged(home)
            try:
                write_new(staged.keys_dir / VKEYS, _vkeys(home, header), 0o644)
                size = _fill(staged, lines, progress)
                _require_clean(staged, home)
                _put(staged, home)
            finally:
                shutil.rmtree(staged.path, ignore_errors=True)
    except (EOFError, zlib.error, gzip.BadGzipFile) as e:
        raise _no_backup("it is cut off or damaged") from e
    except OSError as e:
        raise storage_error(e, f"The backup {path} could not be restored") from e
    return open_home(target), size


def _home_for(target: Path, header: dict[str, object]) -> Home:
    """The home that the book belongs to, as it will be; a new one keeps its book in itself."""
    try:
        text = str(header.get("home")).encode("utf-8", "replace")
        saved = replace(parsed(target.absolute(), text), database=None)
    except HomeVersionError:
        raise
    except Error as e:
        raise _no_backup("it names no home") from e
    try:
        home = open_home(target)
    except HomeMissingError:
        home = saved
    if (home.id, home.mode, home.currency) != (saved.id, saved.mode, saved.currency):
        raise BadInputError(
            f"The backup is of another home ({saved.id}).", hint="Name its own home, or a new one."
        )
    if home.database is not None:
        try:
            store.open_store(home, read_only=True).close()
        except LedgerMissingError:
            return home
    elif not home.ledger_db.exists() and not store.has_log(home.ledger_db):
        return home
    raise LedgerExistsError(
        f"The home {target} has a book, or its log.",
        hint="Move HOME/ledger away first, if it is to be replaced.",
    )


def _staged(home: Home) -> Home:
    """A home in a folder beside, which the audit can look at."""
    folder = home.path.parent / f".{home.path.name}.restore"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "ledger").mkdir(mode=0o700, parents=True)
    (folder / "keys").mkdir(mode=0o700)
    return replace(home, path=folder, database=None)


def _vkeys(home: Home, header: dict[str, object]) -> bytes:
    """What the book is audited by: the home's own public keys; of a new home the backup's."""
    if (home.keys_dir / VKEYS).exists():
        return _lines(audit.trusted_keys(home)).encode()
    try:
        return _lines(note.parse_vkeys(str(header.get("vkey")))).encode()
    except BadInputError as e:
        raise _no_backup("it has no public key") from e


def _lines(known: list[note.VerifierKey]) -> str:
    return "".join(f"{key}\n" for key in known)


def _fill(staged: Home, lines: Iterator[bytes], progress: Callable[[int, int], None] | None) -> int:
    from ledger.sqlite import SqliteStore

    opened = SqliteStore(staged.ledger_db, create=True)
    try:
        with opened.creation():
            size, last = _rows(opened, lines, progress)
    except DamagedError as e:
        raise _no_backup("it has an entry twice") from e
    finally:
        opened.close()
    if last.get("entries") != size:
        raise _no_backup("entries are missing at its end")
    head = str(last.get("head")).encode("utf-8", "replace")
    write_new(store.head_note(staged), head, 0o644)
    return size


def _require_clean(staged: Home, home: Home) -> None:
    """Audit what was read, also by the head that the home still has of a book that is gone."""
    kept = store.head_note(home)
    heads = (kept.read_text("utf-8", "replace"),) if kept.exists() else ()
    findings, _ = audit.check_home(staged, heads=heads)
    if findings:
        others = f", or move {kept} away to go on without what came later" if heads else ""
        raise DamagedError(
            f"The backup's book is not as it was signed: {findings[0]}.",
            hint=f"Use another backup{others}; nothing was put in place.",
        )


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


def _put(staged: Home, home: Home) -> None:
    """Move what was audited to where it belongs; what makes a folder a home comes last."""
    if home.database is not None:
        _copy_to_database(staged, home)
    home.ledger_db.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    store.head_note(staged).replace(store.head_note(home))
    if home.database is None:
        staged.ledger_db.replace(home.ledger_db)
    sync_folder(home.ledger_db.parent)
    home.keys_dir.mkdir(mode=0o700, exist_ok=True)
    if not (home.keys_dir / VKEYS).exists():
        (staged.keys_dir / VKEYS).replace(home.keys_dir / VKEYS)
        sync_folder(home.keys_dir)
    if not (home.path / "home.json").exists():
        write_new(home.path / "home.json", written(home), 0o644)
        sync_folder(home.path)


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
    except (ValueError, RecursionError) as e:
        raise _no_backup("a line of it cannot be read") from e
    if not isinstance(record, dict):
        raise _no_backup("a line of it cannot be read")
    return record


def _no_backup(why: str) -> BadInputError:
    return BadInputError(
        f"This is no whole backup of a book: {why}.",
        hint="Name a file that `facetill ledger backup` wrote.",
    )
