"""Bulk enrolment from pictures: a table or a folder goes in, one outcome for each row comes out.

A row that cannot be taken is said to be so, with the reason, and loses nothing of the others. Only
a failure of the store itself ends the work, since every later row would meet it too; what was
enrolled by then stays, and running the same import again takes up where it ended.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from enroll import consent
from enroll.errors import BadInputError, ConsentMissingError, Error, StorageError
from enroll.shopper import Consent, EnrolmentRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from enroll.shopper import Template
    from enroll.vault import Vault

COLUMNS: Final = ("name", "phone", "picture", "consent")
ROWS_MAX: Final = 1_000_000
PICTURES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_YES: Final = frozenset(("yes", "y", "true", "1"))


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One person to be enrolled.

    Attributes:
        number: Line of the table, or place in the folder, from 1.
        name: As given.
        phone: As given.
        picture: A picture, or a folder of pictures of this person.
        consented: Whether the person agreed, as far as the source says.
    """

    number: int
    name: str = field(repr=False)
    phone: str = field(repr=False)
    picture: Path
    consented: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row.

    Attributes:
        number: The row's.
        picture: File or folder name.
        status: "enrolled", "refused", or "not tried" once the store had failed.
        pseudonym: Of the new account, or of the one that was there already; else "".
        reason: Why not, and what to do; "" where enrolled.
        lookalikes: The new account needs a second factor.
    """

    number: int
    picture: str
    status: Literal["enrolled", "refused", "not tried"]
    pseudonym: str = ""
    reason: str = ""
    lookalikes: bool = False

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "row": self.number,
            "picture": self.picture,
            "status": self.status,
            "pseudonym": self.pseudonym,
            "reason": self.reason,
            "needs_second_factor": self.lookalikes,
        }


def rows_of(source: Path, *, all_consented: bool) -> list[ImportRow]:
    """The rows of a table or a folder.

    Args:
        source: A CSV file with the COLUMNS, its pictures beside it; or a folder with a picture or
            a folder of pictures for each person, named NAME_PHONE.
        all_consented: Somebody says of everybody in a folder that they agreed.

    Raises:
        BadInputError: It cannot be read, or has no rows.
    """
    try:
        rows = _of_folder(source, all_consented) if source.is_dir() else _of_table(source)
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise BadInputError(
            f"{source} cannot be read.",
            hint=f"Give a UTF-8 CSV with the columns {','.join(COLUMNS)}, or a folder.",
        ) from e
    if not 0 < len(rows) <= ROWS_MAX:
        raise BadInputError(
            f"{source} has {len(rows)} rows to import.", hint="Give from 1 to a million rows."
        )
    return rows


def take(
    vault: Vault,
    rows: Sequence[ImportRow],
    look: Callable[[Path], Template],
    now_ms: Callable[[], int],
    progress: Callable[[int, int], None] | None = None,
    *,
    staff: str,
    errors: tuple[type[Exception], ...] = (),
) -> list[Outcome]:
    """Enrol every row that can be; gives one outcome for each.

    Args:
        vault: Open, with somebody signed in who may import.
        rows: Of `rows_of`.
        look: From a picture to a template.
        now_ms: The clock.
        progress: Called with (rows done, all).
        staff: Who is named in the consents.
        errors: What `look` may raise besides this package's errors; each has a message and a hint.

    Raises:
        SignInError: Nobody may import; nothing was done.
    """
    vault.require_import()
    outcomes: list[Outcome] = []
    failed = ""
    caught: tuple[type[Exception], ...] = (Error, *errors)
    for row in rows:
        if failed:
            outcomes.append(Outcome(row.number, row.picture.name, "not tried", reason=failed))
            continue
        try:
            outcomes.append(_take(vault, row, look, now_ms(), staff))
        except caught as e:
            reason = f"{getattr(e, 'message', e)} {getattr(e, 'hint', '')}".strip()
            who = getattr(e, "pseudonym", "")
            outcomes.append(Outcome(row.number, row.picture.name, "refused", who, reason))
            failed = reason if isinstance(e, StorageError) else ""
        if progress is not None:
            progress(len(outcomes), len(rows))
    return outcomes


def _take(
    vault: Vault, row: ImportRow, look: Callable[[Path], Template], now_ms: int, staff: str
) -> Outcome:
    if not row.consented:
        raise ConsentMissingError(
            "No consent is stated in this row.", hint="Ask the person; then write yes."
        )
    vault.require_phone_free(row.phone)  # before the picture is looked at
    agreed = Consent(consent.DEFAULT, now_ms, staff)
    record = EnrolmentRecord(row.name, row.phone, look(row.picture), agreed, now_ms)
    shopper = vault.add(record)
    return Outcome(
        *(row.number, row.picture.name, "enrolled", shopper.pseudonym),
        lookalikes=shopper.needs_second,
    )


def _of_table(source: Path) -> list[ImportRow]:
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise BadInputError(
                f"The table has no column {missing[0]!r}.",
                hint=f"Its first line names the columns: {','.join(COLUMNS)}.",
            )
        return [
            ImportRow(
                *(reader.line_num, line["name"] or "", line["phone"] or ""),
                source.parent / (line["picture"] or ""),
                (line["consent"] or "").strip().lower() in _YES,
            )
            for line in reader
        ]


def _of_folder(source: Path, consented: bool) -> list[ImportRow]:  # noqa: FBT001 - one caller
    found = sorted(
        path
        for path in source.iterdir()
        if not path.name.startswith(".") and (path.is_dir() or path.suffix.lower() in PICTURES)
    )
    rows = []
    for number, path in enumerate(found, 1):
        name, _, phone = (path.name if path.is_dir() else path.stem).rpartition("_")
        rows.append(ImportRow(number, name, phone, path, consented))
    return rows
