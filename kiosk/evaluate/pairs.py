"""Which pictures are compared with which: from a list of pairs, or from a folder per person."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kiosk.evaluate.errors import BadEvaluationError
from models.frames import PICTURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
COLUMNS: Final = 3
CSV_BYTES_MAX: Final = 256 * 1024 * 1024
NON_MATED_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Pictures, each once, and the pairs of them that are compared.

    Attributes:
        files: every picture.
        names: each picture as the list or folder names it; what a report may say.
        pairs: intp (n, 2), indices into `files`.
        same: bool (n,), whether a pair is of one person.
        sampled_of: non-mated pairs that the folder could give, where only some were taken.
    """

    files: tuple[Path, ...]
    names: tuple[str, ...]
    pairs: NDArray[np.intp]
    same: NDArray[np.bool_]
    sampled_of: int | None = None


def read_pairs(path: Path) -> Comparisons:
    """Read a CSV of `img1,img2,same`, with or without a heading; paths are relative to its folder.

    Args:
        path: UTF-8; `same` is 1, 0, true, false, yes or no.

    Raises:
        BadEvaluationError: it cannot be read, or a line is not a pair; the line is named.
    """
    rows = _rows(path)
    if rows and _is_heading(rows[0][1]):
        rows = rows[1:]
    places: dict[str, int] = {}
    pairs, same = [], []
    for line, row in rows:
        if len(row) != COLUMNS or row[2].lower() not in SAME or not row[0] or not row[1]:
            raise BadEvaluationError(
                f"Line {line} of {path.name} is not a pair of pictures.",
                hint="Each line is img1,img2,same; same is 1 or 0, true or false.",
            )
        pairs.append([places.setdefault(name, len(places)) for name in row[:2]])
        same.append(SAME[row[2].lower()])
    if not pairs:
        raise BadEvaluationError(
            f"{path.name} names no pair of pictures.", hint="Give lines such as a.jpg,b.jpg,1"
        )
    names = tuple(places)
    files = tuple(path.parent / name for name in names)
    return Comparisons(files, names, np.array(pairs, dtype=np.intp), np.array(same))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        if path.stat().st_size > CSV_BYTES_MAX:
            raise BadEvaluationError(
                f"{path.name} is larger than {CSV_BYTES_MAX // 2**20} MiB.", hint="Split the list."
            )
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, [c.strip() for c in row]) for row in reader if any(row)]
    except OSError as error:
        raise BadEvaluationError(
            f"The list {path.name} cannot be read: {error.strerror}.", hint="Check its name."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadEvaluationError(
            f"{path.name} is not a CSV text of UTF-8.", hint="Save it as CSV, in UTF-8."
        ) from error


def _is_heading(row: list[str]) -> bool:
    """Words in all three columns, none of them a picture's name or a truth value."""
    return (
        len(row) == COLUMNS
        and row[2].lower() not in SAME
        and not any(Path(cell).suffix.lower() in PICTURES for cell in row)
    )


def read_folder(folder: Path, *, non_mated_max: int, seed: int) -> Comparisons:
    """A folder per person: all mated pairs, and all non-mated ones or a random sample of them.

    Args:
        folder: its sub-folders are people; what they hold, at any depth, are their pictures.
        non_mated_max: where there are more non-mated pairs than this, so many are drawn at random.
        seed: of that draw.

    Raises:
        BadEvaluationError: it is no such folder.
    """
    if not folder.is_dir():
        raise BadEvaluationError(
            f"There is no folder {folder.name}.", hint="Give a folder that has one per person."
        )
    people = sorted(place for place in folder.iterdir() if place.is_dir())
    files: list[Path] = []
    owners: list[int] = []
    for number, person in enumerate(people):
        found = sorted(p for p in person.rglob("*") if p.suffix.lower() in PICTURES)
        files += found
        owners += [number] * len(found)
    if len(files) < 2:  # noqa: PLR2004 - a comparison takes two
        raise BadEvaluationError(
            f"{folder.name} has no two pictures in folders of people.",
            hint="Make a folder for each person, with that person's pictures in it.",
        )
    owner = np.array(owners, dtype=np.intp)
    mated = _mated(owner)
    total = len(files) * (len(files) - 1) // 2 - len(mated)
    if total > non_mated_max:
        non_mated = _sample(owner, non_mated_max, np.random.default_rng(seed))
    else:
        first, second = np.triu_indices(len(files), 1)
        apart = owner[first] != owner[second]
        non_mated = np.stack([first[apart], second[apart]], axis=1)
    same = np.repeat([True, False], [len(mated), len(non_mated)])
    names = tuple(str(file.relative_to(folder)) for file in files)
    return Comparisons(
        tuple(files),
        names,
        np.concatenate([mated, non_mated]).astype(np.intp),
        same,
        total if total > non_mated_max else None,
    )


def _mated(owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """All pairs of one person, given each picture's owner, people in a row."""
    groups = [np.flatnonzero(owner == number) for number in np.unique(owner)]
    pairs = [group[np.stack(np.triu_indices(group.size, 1), axis=1)] for group in groups]
    return np.concatenate(pairs).reshape(-1, 2)


def _sample(owner: NDArray[np.intp], count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """That many different pairs of different people, each as likely as any other.

    There are more than `count` of them, so drawing goes on until enough have come.
    """
    size = owner.size
    drawn = np.empty(0, dtype=np.int64)
    while drawn.size < count:
        one, two = rng.integers(0, size, (2, 2 * count))
        apart = owner[one] != owner[two]
        low, high = np.minimum(one, two)[apart], np.maximum(one, two)[apart]
        drawn = np.unique(np.concatenate([drawn, low * size + high]))
    chosen = rng.choice(drawn, count, replace=False)
    return np.stack([chosen // size, chosen % size], axis=1).astype(np.intp)
