"""What an auditor has verified before, so that the next check only looks for a changed bit.

After a clean check the auditor's own folder keeps a SHA-256 digest of every column of each chunk
of rows, one of the balances, and the few values that a pass carries from entry to entry. At the
next check a chunk whose digest is the same is, byte for byte, the one that was verified with all
its signatures; only what came after is verified anew. If any digest differs the whole book is
checked from the first entry, which then names what was changed. A book in one file that nobody
has written to since is known by that file's digest alone, and not even opened up.

The folder must be the auditor's: whoever can write both it and the book can hide a change from
this check, though not from `ledger check --all`.
"""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ledger import note, pages
from ledger.errors import BadInputError, Error
from ledger.figures import Figures
from ledger.fingerprint import file_digest
from ledger.home import storage_error, write_new

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledger.replay import Place, Replay
    from ledger.store import Store

FORMAT: Final = 2  # 1 knew no digest of the file
CHUNK: Final = 4_096
_BYTES_MAX: Final = 100_000_000
_FIELDS: Final[dict[str, type]] = {
    "format": int,
    "log": str,
    "size": int,
    "file": str,
    "chunks": list,
    "balances": str,
    "zeros": list,
    "figures": dict,
    "recorded_ms": int,
    "keys": list,
}


@dataclass(frozen=True)
class Resumed:
    """Where a check may go on, and what it must know there.

    Attributes:
        size: How many entries are known to be right.
        balances: Of all accounts that they post to.
        figures: Since the last Z report; None: to be counted if they are asked for.
        recorded_ms: Of the last of these entries.
        keys: The ledger's keys up to there, the first one first.
    """

    size: int
    balances: dict[Place, int]
    figures: Figures | None
    recorded_ms: int
    keys: list[note.VerifierKey]


class Seals:
    """The memory of one log in an auditor's folder."""

    def __init__(self, folder: Path, anchor: note.VerifierKey) -> None:
        self._anchor = anchor
        self._path = folder / f"{hashlib.sha256(str(anchor).encode()).hexdigest()[:32]}.json"

    def untouched(
        self, opened: Store, progress: Callable[[int, int], None] | None
    ) -> Resumed | None:
        """What is remembered, if not a byte of the book's file has changed since."""
        known = self._read()
        if known is None or not known["file"]:
            return None
        size = cast("int", known["size"])

        def tell(part: float) -> None:
            if progress is not None:
                progress(int(part * size), size)

        if known["file"] != _file_of(opened, tell):
            return None
        return self._resumed(opened, known, size)

    def resume(
        self, opened: Store, total: int, progress: Callable[[int, int], None] | None
    ) -> Resumed | None:
        """Compare the book's rows with what is remembered; None: check it all."""
        known = self._read()
        if known is None or not 0 < cast("int", known["size"]) <= total:
            return None
        size = cast("int", known["size"])
        for number, digest in enumerate(cast("list[str]", known["chunks"])):
            start = number * CHUNK
            if _chunk_digest(opened, start, min(start + CHUNK, size)) != digest:
                return None
            if progress is not None:
                progress(min(start + CHUNK, size), total)
        return self._resumed(opened, known, total)

    def _resumed(self, opened: Store, known: dict[str, object], total: int) -> Resumed | None:
        size = cast("int", known["size"])
        zeros = {(str(a), str(c)) for a, c in cast("list[list[str]]", known["zeros"])}
        balances = _balances_at(opened, size, total, zeros)
        if balances is None or balances_digest(balances) != known["balances"]:
            return None
        keys = keys_from(self._anchor.name, cast("list[str]", known["keys"]))
        figures = Figures(**cast("dict[str, int]", known["figures"]))
        return Resumed(size, balances, figures, cast("int", known["recorded_ms"]), keys)

    def keep(
        self,
        opened: Store,
        size: int,
        keys: list[note.VerifierKey],
        known: Replay,
        recorded_ms: int,
    ) -> None:
        """Remember a book that was found clean.

        Raises:
            HomeError, DiskFullError: The folder cannot be written.
        """
        before = self._read() or {"chunks": [], "size": 0}
        whole = cast("int", before["size"]) // CHUNK if cast("int", before["size"]) <= size else 0
        chunks = cast("list[str]", before["chunks"])[:whole]
        chunks += [
            _chunk_digest(opened, start, min(start + CHUNK, size))
            for start in range(whole * CHUNK, size, CHUNK)
        ]
        record = {
            "format": FORMAT,
            "log": str(self._anchor),
            "size": size,
            "file": _file_of(opened),
            "chunks": chunks,
            "balances": balances_digest(known.balances),
            "zeros": sorted(place for place, balance in known.balances.items() if not balance),
            "figures": known.figures().fields(),
            "recorded_ms": recorded_ms,
            "keys": hex_of(keys),
        }
        staging = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            staging.unlink(missing_ok=True)
            write_new(staging, json.dumps(record).encode(), 0o600)
            staging.replace(self._path)
        except OSError as e:
            raise storage_error(e, "What was verified could not be remembered") from e

    def _read(self) -> dict[str, object] | None:
        try:
            with self._path.open("rb") as file:
                record = json.loads(file.read(_BYTES_MAX))
        except (OSError, ValueError):
            return None
        fields = {name: type(record[name]) for name in record} if isinstance(record, dict) else {}
        if fields != _FIELDS or record["format"] != FORMAT or record["log"] != str(self._anchor):
            return None
        return cast("dict[str, object]", record)


def _file_of(opened: Store, progress: Callable[[float], None] = lambda _: None) -> str:
    """The digest of the file that is the whole book; empty: there is none, or it cannot be read."""
    path = opened.whole_file()
    try:
        return "" if path is None else file_digest(path, progress)
    except OSError:  # what reads the rows will say so
        return ""


def _chunk_digest(opened: Store, start: int, end: int) -> str:
    """Over all columns of the rows start..end-1, with every length."""
    rows = opened.rows(
        f"SELECT idx, {opened.raw_id}, leaf, hashes, head FROM entries"  # noqa: S608 - a constant
        " WHERE idx >= ? AND idx < ? ORDER BY idx",
        (start, end),
    )
    columns = list(zip(*rows, strict=True))
    digest = hashlib.sha256(f"{start} {end}\n".encode())
    if not columns or columns[0] != tuple(range(start, end)):
        return ""
    for column in cast("list[tuple[bytes, ...]]", columns[1:]):
        if set(map(type, column)) != {bytes}:
            return ""
        digest.update(array("Q", map(len, column)).tobytes())
        digest.update(b"".join(column))
    try:
        for *numbers, root, total_minor, payments, orders in pages.read(opened, start, end):
            texts = root, payments, orders
            digest.update(repr([*numbers, total_minor, *map(len, texts)]).encode())
            digest.update(b"".join(texts))
    except BadInputError:
        return ""
    return digest.hexdigest()


def _balances_at(
    opened: Store, size: int, total: int, zeros: set[Place]
) -> dict[Place, int] | None:
    """The accounts as they were at a size: those of now, less what came after."""
    rows = opened.rows("SELECT account, currency, balance FROM accounts")
    balances = {(str(a), str(c)): cast("int", balance) for a, c, balance in rows}
    try:
        later = pages.sums(opened, size, total)
    except (Error, LookupError, TypeError):  # the whole check says what is wrong with it
        return None
    for place, amount_minor in later.items():
        balances[place] = balances.get(place, 0) - amount_minor
        if balances[place] == 0 and place not in zeros:
            del balances[place]  # it was first posted to after that size
    return balances


def hex_of(keys: list[note.VerifierKey]) -> list[str]:
    """The ledger's keys as a record holds them."""
    return [key.public_bytes.hex() for key in keys]


def keys_from(name: str, texts: list[str]) -> list[note.VerifierKey]:
    """The keys of the log of this name again."""
    return [note.VerifierKey(name, bytes.fromhex(text)) for text in texts]


def balances_digest(balances: dict[Place, int]) -> str:
    """64 hex digits over all accounts and what is in them."""
    lines = sorted(f"{a}\n{c}\n{balance}\n" for (a, c), balance in balances.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()
