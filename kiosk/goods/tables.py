"""Reads the shop's tables so that one reading names everything that is wrong, with its line.

A table is CSV as a spreadsheet writes it: comma, semicolon or tab between the fields, quotes where
a field needs them, with or without a byte order mark. Columns are found by their names, in any
order. Nothing is guessed: what could mean two things is refused, with what to write instead.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kiosk.errors import Problem, TableError
from ledger.errors import Error as LedgerError
from ledger.money import exponent, parse_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")
BYTES_MAX = 4 * 1024 * 1024
ROWS_MAX = 10_000
PROBLEMS_MAX = 1_000
TEXT_CHARS_MAX = 80
DELIMITERS = ",;\t"
_COMMA_AMOUNT = re.compile(r"-?[0-9]+,[0-9]+", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table's header may name.

    Attributes:
        needed: columns that every table has.
        others: columns that it may leave out; their fields are then empty.
    """

    needed: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every name that a header may hold."""
        return (*self.needed, *self.others)


class Report:
    """Collects what is wrong with one table.

    Args:
        name: what to call the table in an error.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def add(self, line: int, column: str, value: str, says: str) -> None:
        """Note one thing that is wrong; the first thousand are kept."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(line, column, value, says))

    def finish(self) -> None:
        """Raise a TableError that names all of it, if there was anything."""
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem.line)
            raise TableError(self.name, tuple(ordered))


class Row:
    """One row of a table; every field that cannot be used is reported, not only the first."""

    def __init__(self, report: Report, line: int, fields: dict[str, str]) -> None:
        self._report = report
        self._fields = fields
        self.line = line
        self.is_good = True

    def __getitem__(self, column: str) -> str:
        """The field without blanks around it; empty where the table has no such column."""
        return self._fields.get(column, "")

    def refuse(self, column: str, says: str) -> None:
        """Report a field."""
        self.is_good = False
        self._report.add(self.line, column, self[column], says)

    def take(self, column: str, read: Callable[[str], T], otherwise: T) -> T:
        """What `read` makes of the field; `otherwise` where it raises ValueError, which is noted.

        The error's own sentence is what the report says is allowed.
        """
        try:
            return read(self[column])
        except ValueError as error:
            self.refuse(column, str(error))
            return otherwise


def read_file(path: Path) -> str:
    """The text of a table; UTF-8, or UTF-16 with a byte order mark.

    Raises:
        TableError: it cannot be read, is too large or is no such text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise _unreadable(path, f"it cannot be read ({error.strerror})") from error
    if len(data) > BYTES_MAX:
        raise _unreadable(path, f"it is larger than {BYTES_MAX} bytes")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        says = "it cannot be read as text: save it as CSV in UTF-8"
        raise _unreadable(path, says) from error


def _unreadable(path: Path, says: str) -> TableError:
    return TableError(path.name, (Problem(1, "", "", says),))


def rows(text: str, columns: Columns, report: Report) -> Iterator[Row]:
    """Each row that has as many fields as the header; the others are reported.

    Args:
        text: the whole table.
        columns: what its header may name.
        report: gets everything that is wrong.
    """
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=delimiter)
    try:
        header = [field.strip().lower() for field in next(reader, [])]
        if not _header_is_good(header, columns, report):
            return
        count = 0
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            count += 1
            if count > ROWS_MAX:
                report.add(reader.line_num, "", "", f"there may be at most {ROWS_MAX} rows")
                return
            if len(fields) != len(header):
                says = f"it must have {len(header)} fields, and has {len(fields)}"
                if delimiter == "," and len(fields) > len(header):
                    says += ": put a field that holds a comma in quotes"
                report.add(reader.line_num, "", "", says)
                continue
            named = dict(zip(header, (field.strip() for field in fields), strict=True))
            yield Row(report, reader.line_num, named)
    except csv.Error as error:
        report.add(reader.line_num, "", "", f"it is not CSV ({error})")


def _delimiter(text: str) -> str:
    """The one that parts the header; a header has no quotes that would hide another."""
    first = text.split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def _header_is_good(header: list[str], columns: Columns, report: Report) -> bool:
    before = len(report.problems)
    for name in columns.needed:
        if name not in header:
            report.add(1, "", "", f"the columns must be {','.join(columns.needed)}; no {name} here")
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            report.add(1, "", "", f"the column {name!r} is there twice")
        if name not in columns.all:
            near = difflib.get_close_matches(name, columns.all, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(columns.all)}"
            report.add(1, "", "", f"the column {name!r} is not known: {meant}")
    return len(report.problems) == before


def text_of(field: str) -> str:
    """Words for people: 1..80 printable characters."""
    if not field:
        raise ValueError("it is empty")
    return optional_text(field)


def optional_text(field: str) -> str:
    """The same, or nothing."""
    if len(field) > TEXT_CHARS_MAX:
        raise ValueError(f"it is too long: at most {TEXT_CHARS_MAX} characters")
    if not field.isprintable():
        raise ValueError("it holds an unprintable character")
    return field


def whole(most: int, least: int = 0) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def read(field: str) -> int:
        if not _WHOLE.fullmatch(field) or not least <= int(field) <= most:
            raise ValueError(f"a whole number from {least} to {most} is allowed")
        return int(field)

    return read


def yes_or_no(field: str) -> bool:
    """Yes or no; empty is no."""
    if field.lower() not in {"", "yes", "no"}:
        raise ValueError("yes, no or nothing is allowed")
    return field.lower() == "yes"


def amount(currency: str, most_minor: int) -> Callable[[str], int]:
    """1 or more minor units, with a decimal point or, as spreadsheets write it, a decimal comma."""

    def read(field: str) -> int:
        text = field
        digits = exponent(currency)
        example = f"3.{'0' * digits}" if digits else "3200"
        if _COMMA_AMOUNT.fullmatch(text):
            if digits == 0 or len(text.partition(",")[2]) != digits:
                # 1,234 is a thousand to one reader and a little over one to another
                raise ValueError(f"its comma can be read in two ways: write it as {example}")
            text = text.replace(",", ".")
        if text.startswith("-"):
            raise ValueError("it is negative")
        try:
            minor = parse_amount(text, currency)
        except LedgerError as error:
            raise ValueError(f"it is no amount of {currency}: write it as {example}") from error
        if minor < 1:
            raise ValueError("it is nothing: at least one minor unit is allowed")
        if minor > most_minor:
            raise ValueError("it is more than a till can take")
        return minor

    return read
