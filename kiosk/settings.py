"""What the staff has set on this till: kept in the home, read again at the next start."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Final

from kiosk.errors import Error

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.home import Home

FILE: Final = "kiosk.json"
BYTES_MAX: Final = 64 * 1024
TEXT_CHARS_MAX: Final = 500
VOLUME_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """One till's settings.

    Attributes:
        camera: what `--camera` would name; empty for the first one.
        language: the shop's own, shown first; BCP 47.
        volume: of what is said aloud, 0..100.
        paused: the till is closed to shoppers until staff opens it.
    """

    camera: str = ""
    language: str = "en"
    volume: int = 40
    paused: bool = False


def load(home: Home) -> Settings:
    """The home's settings, or the first ones where nothing was set.

    Raises:
        Error: the file cannot be read, or is none of this till's.
    """
    path = home.path / FILE
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= BYTES_MAX else ""
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, str(error)) from error
    try:
        return _checked(json.loads(text))
    except (ValueError, TypeError) as error:
        raise _bad(path, str(error)) from error


def _checked(record: object) -> Settings:
    """Settings of a record; a field that is missing is as at first.

    Raises:
        ValueError: a field is unknown or of another kind.
    """
    if not isinstance(record, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - the caller words it
    known = {field.name: type(getattr(Settings(), field.name)) for field in fields(Settings)}
    for name, value in record.items():
        if name not in known or type(value) is not known[name]:
            raise ValueError(f"{name!r} is not what it should be")
    made = Settings(**record)
    longest = max(len(made.camera), len(made.language))
    if not 0 <= made.volume <= VOLUME_MAX or longest > TEXT_CHARS_MAX:
        raise ValueError("a value is out of range")
    return made


def save(home: Home, settings: Settings) -> None:
    """Keep settings; the file is whole or as it was.

    Raises:
        Error: the home cannot be written.
    """
    path = home.path / FILE
    try:
        handle, name = tempfile.mkstemp(dir=home.path, prefix=f".{FILE}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(settings), file, ensure_ascii=False, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)  # noqa: PTH105 - atomic, over what is there
        except OSError:
            os.unlink(name)  # noqa: PTH108 - ours alone
            raise
    except OSError as error:
        raise Error(
            f"The settings could not be kept in {path}: {error.strerror}.",
            hint="Check that the home may be written and that the disk has room.",
        ) from error


def _bad(path: Path, why: str) -> Error:
    return Error(
        f"The settings in {path} cannot be used: {why}.",
        hint="Mend the file, or delete it to begin with the first settings.",
    )
