"""What all verbs of `facetill ledger` share: parsers, tables, files, keys and a progress bar."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ledger.entries import Entry
    from ledger.note import VerifierKey

Result: TypeAlias = tuple[int, dict[str, object], str]
# argparse has no public name for what add_subparsers gives
Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

# What finds a receipt's QR text in a picture's bytes; handed in, for the ledger has no eyes.
PictureReader: TypeAlias = "Callable[[bytes], str]"

INPUT_BYTES_MAX = 1_000_001
PICTURE_BYTES_MAX = 50_000_000
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"BM", b"II*\0", b"MM\0*")
_WATCHED_EVERY = 1_000


def add_verb(
    verbs: Verbs,
    common: argparse.ArgumentParser,
    name: str,
    description: str,
    run: Callable[[argparse.Namespace], Result],
) -> argparse.ArgumentParser:
    """A verb with the options that every command has, and its examples."""
    from ledger.cli_examples import EXAMPLES

    parser = verbs.add_parser(
        name,
        parents=[common],
        help=description[0].lower() + description[1:].rstrip("."),
        description=description,
        epilog=EXAMPLES.get(name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def now_ms() -> int:
    """The wall clock, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def given_or_fresh(given: str | None) -> str:
    """The id that was given, or a new one."""
    from ledger.ids import fresh_id

    return given or fresh_id(now_ms())


def read_input(name: str) -> bytes:
    """A file's first megabyte, or standard input's for `-`."""
    return sys.stdin.buffer.read(INPUT_BYTES_MAX) if name == "-" else read(Path(name))


def read_picture_input(name: str, reader: PictureReader | None) -> bytes:
    """The same, where a picture of a QR code is as good as its text.

    Args:
        name: a file, or `-`.
        reader: finds the text; without one a picture is given as it is.
    """
    data = read_input(name)
    if reader is None or not (data.startswith(_PICTURES) or data[4:8] == b"ftyp"):
        return data
    if len(data) == INPUT_BYTES_MAX:
        rest = PICTURE_BYTES_MAX - INPUT_BYTES_MAX
        data = data + sys.stdin.buffer.read(rest) if name == "-" else read(Path(name), rest)
    return reader(data).encode()


def read(path: Path, most: int = INPUT_BYTES_MAX) -> bytes:
    """A file's first bytes.

    Raises:
        BadInputError: It cannot be read.
    """
    from ledger.errors import BadInputError

    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as e:
        raise BadInputError(
            f"{path} cannot be read ({e.strerror}).", hint="Check the path and its permissions."
        ) from e


def write_text(path: Path, text: str) -> None:
    """A new file; a name that exists is never overwritten: it may be the only copy of something.

    Raises:
        BadInputError: It cannot be written.
    """
    from ledger.errors import BadInputError

    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as e:
        raise BadInputError(
            f"{path} cannot be written ({e.strerror}).",
            hint="Name a new file in a folder that may be written.",
        ) from e


def keys_of(text: str | None, home: Path) -> list[VerifierKey]:
    """A vkey, or a file that holds one or several; by default those that the home keeps."""
    from ledger import audit, note
    from ledger.home import open_home

    if text is None:
        return audit.trusted_keys(open_home(home))
    if "+" not in text or Path(text).is_file():
        text = read(Path(text)).decode("utf-8", "replace")
    return note.parse_vkeys(text)


def table(
    rows: Iterable[tuple[str, ...]],
    right: tuple[int, ...] = (),
    head: tuple[str, ...] | None = None,
) -> str:
    """Plain aligned columns, those named in `right` to the right; no rows give nothing."""
    cells = list(rows)
    if head is not None and cells:
        cells.insert(0, head)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "".join(line + "\n" for line in lines)


def watched(entries: Iterable[Entry], total: int, what: str) -> Iterator[Entry]:
    """The entries, with a bar where reading them lasts; a batch's payments are no entries."""
    with Progress(what) as progress:
        for number, entry in enumerate(entries):
            if number % _WATCHED_EVERY == 0:
                progress.update(entry.index, total)
            yield entry


class Progress:
    """A bar on standard error for what lasts; nothing where nobody watches."""

    _SHOWN_AFTER_S = 0.5

    def __init__(self, what: str) -> None:
        self._what = what
        self._started_s = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Show how far it is."""
        if self._bar is None:
            if time.monotonic() - self._started_s < self._SHOWN_AFTER_S or not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._what, total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)
