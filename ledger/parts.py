"""A first check on all cores: parts of the book that processes verify side by side.

What a part is judged by is what the book held before it, its balances above all. So each process
first adds up the postings of its part as they are written; from these sums follows what every part
begins with, provided that all before it is right. Then the parts are verified, and each must end as
the next one began. Whatever is wrong anywhere ends the attempt: one process then reads the book
from its first entry, and names it.

The processes are told in JSON lines what to read, and have the book for reading alone.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from ledger import note, pages
from ledger.collector import held_back
from ledger.errors import Error
from ledger.figures import Figures
from ledger.home import open_home
from ledger.seals import Resumed, balances_digest, hex_of, keys_from
from ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.batches import Sheet
    from ledger.home import Home
    from ledger.log import Log
    from ledger.store import Store

ENTRIES_LEAST: Final = 4_000  # in a part; fewer take no longer than a process to start
PARTS_MAX: Final = 16
MOVES_KEPT: Final = 500_000  # of batches that a process has read, until it judges them; some 200 MB
PAGE_WORK: Final = 3  # entries that take as long as a page of a batch
NICE: Final = 5
_COMMAND: Final = "from ledger.parts import main; main()"


@dataclass(frozen=True)
class Book:
    """What all parts have in common."""

    home: Home
    anchor: note.VerifierKey
    signed_all: bool


@dataclass(frozen=True)
class Ended:
    """What the book holds after a part that was found clean.

    Attributes:
        balances: `balances_digest` of them.
        figures: Since the last Z report, or since the part began where it has none.
        closed: Whether it has one.
        recorded_ms: Of its last entry.
        keys: The ledger's public keys so far, in hex.
    """

    balances: str
    figures: Figures
    closed: bool
    recorded_ms: int
    keys: list[str]


def verified(
    book: Book,
    log: Log,
    begin: Resumed,
    total: int,
    progress: Callable[[int, int], None] | None,
) -> Resumed | None:
    """The state after `total` entries; None: not all of it is clean, or it is not worth the while.

    Args:
        book: What is checked.
        log: Its log, in a transaction.
        begin: What is known to be right so far.
        total: Number of entries in all.
        progress: As for `audit.check_home`.
    """
    children: list[Child] = []
    try:
        states = _states(log, begin, total)
        sizes = [state.size for state in states]
        if len(states) == 2:  # noqa: PLR2004 - where the one part begins, and where it ends
            return None
        for first, last in pairwise(sizes):
            children.append(Child())
            children[-1].tell(_job(book, first, last))
        sums = [child.told()["sums"] for child in children]
        for state, following, moved in zip(states, states[1:], sums, strict=False):
            following.balances.update(state.balances)
            for account, currency, amount_minor in moved:
                place = account, currency
                following.balances[place] = following.balances.get(place, 0) + amount_minor
        for child, state in zip(children, states, strict=False):
            child.tell(_record(state))
        ends = _ends(children, sizes, progress)
        return None if ends is None else _joined(states, ends)
    except (Error, OSError, ValueError, TypeError, LookupError):
        return None
    finally:
        for child in children:
            child.stop()


class Child:
    """A process that verifies one part."""

    def __init__(self) -> None:
        self._listener: threading.Thread | None = None
        self._process = subprocess.Popen(  # noqa: S603 - this Python, with a command of our own
            [sys.executable, "-P", "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def tell(self, record: dict[str, Any]) -> None:
        """Say a line to it."""
        _say(cast("IO[str]", self._process.stdin), record)

    def told(self) -> dict[str, Any]:
        """The next line that it says; an empty one, when it has ended, is no JSON."""
        line = cast("IO[str]", self._process.stdout).readline()
        return cast("dict[str, Any]", json.loads(line))

    def listen(self, heard: Callable[[dict[str, Any] | None], None]) -> None:
        """Pass on what it says until its end; None: there is none."""

        def work() -> None:
            told: dict[str, Any] | None = {}
            while told is not None and "end" not in told:
                try:
                    told = self.told()
                except (OSError, ValueError):
                    told = None
                heard(told)

        self._listener = threading.Thread(target=work)
        self._listener.start()

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        if self._listener is not None:
            self._listener.join()
        self._process.communicate()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _states(log: Log, begin: Resumed, total: int) -> list[Resumed]:
    """What the parts begin with, and the last ends with, as it is written.

    The balances and figures are yet to come.
    """
    sizes = {total}
    sizes.update(log.head_after(near - 1)[0] for near in _cuts(log, begin.size, total))
    states = [begin]
    rotations = log.rotations()
    for size in sorted(sizes):
        keys = [
            note.VerifierKey(log.origin, public_bytes)
            for index, public_bytes in rotations
            if begin.size <= index < size
        ]
        [last] = log.batch(size - 1, 1)
        states.append(Resumed(size, {}, None, last.recorded_ms, [*begin.keys, *keys]))
    return states


def _cuts(log: Log, first: int, last: int) -> list[int]:
    """Sizes near which to cut, so that all parts are of about the same work."""
    batches = log.page_counts(first, last)
    indexes = [index for index, _ in batches]
    pages_before = [0, *accumulate(count for _, count in batches)]

    def work(size: int) -> int:
        return size - first + PAGE_WORK * pages_before[bisect_left(indexes, size)]

    count = min(_cores(), PARTS_MAX, work(last) // ENTRIES_LEAST)
    goals = [work(last) * number // count for number in range(1, count)]
    return [first + bisect_left(range(first, last), goal, key=work) for goal in goals]


def _job(book: Book, first: int, last: int) -> dict[str, Any]:
    place = {"home": str(book.home.path), "first": first, "last": last}
    return {**place, "anchor": str(book.anchor), "signed_all": book.signed_all}


def _ends(
    children: list[Child], sizes: list[int], progress: Callable[[int, int], None] | None
) -> list[Ended] | None:
    """How each part ended; None as soon as one is not clean."""
    heard: queue.SimpleQueue[tuple[int, dict[str, Any] | None]] = queue.SimpleQueue()
    for number, child in enumerate(children):
        child.listen(lambda told, number=number: heard.put((number, told)))  # type: ignore[misc]
    done = [0] * len(children)
    ends: dict[int, Ended] = {}
    while len(ends) < len(children):
        number, told = heard.get()
        if told is None:
            return None
        if "end" in told:
            end = told["end"]
            ends[number] = Ended(**{**end, "figures": Figures(**end["figures"])})
        else:
            done[number] = told["done"]
            if progress is not None:
                progress(sizes[0] + sum(done), sizes[-1])
    return [ends[number] for number in range(len(children))]


def _joined(states: list[Resumed], ends: list[Ended]) -> Resumed | None:
    """The last state, if each part ended as it is written, and so as the next one began."""
    figures = cast("Figures", states[0].figures)
    for end, state in zip(ends, states[1:], strict=True):
        written = balances_digest(state.balances), state.recorded_ms, hex_of(state.keys)
        if written != (end.balances, end.recorded_ms, end.keys):
            return None
        figures = end.figures if end.closed else figures.followed_by(end.figures)
    return replace(states[-1], figures=figures)


# --- in a process of its own -----------------------------------------------------------------


def main() -> None:
    """Verify the part that standard input names, and let a till beside it go first."""
    os.nice(NICE)
    try:
        with held_back():
            serve(sys.stdin, sys.stdout)
    except (Error, OSError, ValueError, LookupError, KeyboardInterrupt):
        sys.exit(1)


def serve(asked: IO[str], out: IO[str]) -> None:
    """Add up one part, wait for what it begins with, and verify it.

    Raises:
        Error, OSError, ValueError, LookupError: The book cannot be read, or the asker is gone.
    """
    from ledger.audit import read_part

    job = json.loads(asked.readline())
    home, first, last = open_home(Path(job["home"])), job["first"], job["last"]
    book = Book(home, note.parse_vkey(job["anchor"]), job["signed_all"])
    opened = open_store(home, read_only=True)
    try:
        with opened.transaction(write=False):
            sheets: dict[int, Sheet] = {}
            _say(out, {"sums": _sums(opened, first, last, sheets)})
            begin = _state(json.loads(asked.readline()), book.anchor.name)
            tell: Callable[[int], None] = lambda size: _say(out, {"done": size})  # noqa: E731
            end = read_part(book, opened, begin, last, sheets, tell)
    finally:
        opened.close()
    if end is not None:
        _say(out, {"end": {**vars(end), "figures": end.figures.fields()}})


def _sums(
    opened: Store, first: int, last: int, sheets: dict[int, Sheet]
) -> list[tuple[str, str, int]]:
    """What a part adds to the accounts; `sheets` takes the first of its batches."""
    room = MOVES_KEPT

    def take(index: int, sheet: Sheet) -> None:
        nonlocal room
        room -= len(sheet.moves)
        if room >= 0:
            sheets[index] = sheet

    sums = pages.sums(opened, first, last, take)
    return [(*place, amount_minor) for place, amount_minor in sums.items()]


def _record(state: Resumed) -> dict[str, Any]:
    return {
        "size": state.size,
        "balances": [(*place, balance) for place, balance in state.balances.items()],
        "figures": None if state.figures is None else state.figures.fields(),
        "recorded_ms": state.recorded_ms,
        "keys": hex_of(state.keys),
    }


def _state(record: dict[str, Any], name: str) -> Resumed:
    balances = {(account, currency): balance for account, currency, balance in record["balances"]}
    figures = None if record["figures"] is None else Figures(**record["figures"])
    keys = keys_from(name, record["keys"])
    return Resumed(record["size"], balances, figures, record["recorded_ms"], keys)


def _say(stream: IO[str], record: dict[str, Any]) -> None:
    stream.write(json.dumps(record) + "\n")
    stream.flush()
