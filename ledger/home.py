"""The home: one folder that holds all state of a shop, made whole or not at all.

`home.json` names the format, so that another version's home is refused rather than guessed at.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

from ledger.errors import (
    BadInputError,
    DiskFullError,
    HomeCorruptError,
    HomeError,
    HomeMissingError,
    HomeOccupiedError,
    HomeVersionError,
)
from ledger.money import exponent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from ledger.keys import StationKey

FORMAT: Final = 1
MODELS: Final = "models"
VKEYS: Final = "ledger.vkey"  # among the keys: the ledger's public ones, the first one first
Mode = Literal["live", "demo"]
Station = Literal["ledger", "kiosk", "desk"]
STATIONS: Final[tuple[Station, ...]] = ("ledger", "kiosk", "desk")
_HOME_JSON_BYTES_MAX: Final = 10_000
_NO_LINKS: Final = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)


@dataclass(frozen=True)
class Home:
    """An existing home.

    Attributes:
        path: Absolute folder.
        mode: "live" takes payment from cameras alone; "demo" from files too.
        currency: ISO 4217 code of all its amounts.
        id: 16 random hex digits; the ledger's origin is "facetill/<id>".
        database: A PostgreSQL address without a password; None keeps the book in the home.
    """

    path: Path
    mode: Mode
    currency: str
    id: str
    database: str | None = None

    @property
    def ledger_db(self) -> Path:
        """The book."""
        return self.path / "ledger" / "ledger.db"

    @property
    def vault_db(self) -> Path:
        """The encrypted templates."""
        return self.path / "vault" / "vault.db"

    @property
    def models_dir(self) -> Path:
        """The weights: $FACETILL_MODELS if set, else in the home."""
        override = os.environ.get("FACETILL_MODELS")
        return Path(override).absolute() if override else self.path / MODELS

    @property
    def keys_dir(self) -> Path:
        """Private keys, readable by the owner alone."""
        return self.path / "keys"

    @property
    def policy_toml(self) -> Path:
        """What a payment needs, and how much it may be; the defaults hold where it is missing."""
        return self.path / "policy.toml"

    @property
    def catalogue_csv(self) -> Path:
        """What the shop sells: sku,name,price,category."""
        return self.path / "catalogue.csv"


def create_home(path: Path, mode: Mode, currency: str = "EUR", database: str | None = None) -> Home:
    """Make a home with fresh keys; the folder appears complete or not at all.

    The folder may exist if it is empty, or holds nothing but fetched networks. The book itself is
    made by `Ledger.create`.

    Raises:
        BadAmountError: The currency is not of ISO 4217.
        HomeOccupiedError: The folder holds a home, or anything else.
        HomeError: The disk refused.
    """
    exponent(currency)
    if mode not in ("live", "demo"):
        raise BadInputError(f"{mode!r} is no mode.", hint="Choose live or demo.")
    if database is not None:
        from ledger.postgres import require_address

        require_address(database)
    path = Path(path).absolute()
    _require_free(path)
    home = Home(path, mode, currency, secrets.token_hex(8), database)
    staging = path.parent / f".{path.name}.{secrets.token_hex(4)}.new"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir(mode=0o700)
        _fill(staging, home)
        if (path / MODELS).is_dir():  # fetched before the home was made: they move in
            (path / MODELS).rename(staging / MODELS)
        staging.rename(path)
        sync_folder(path.parent)
    except OSError as e:
        raise storage_error(e, f"The home {path} could not be made") from e
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return home


def open_home(path: Path) -> Home:
    """Read `home.json`.

    Raises:
        HomeMissingError: No home there.
        HomeVersionError: Written by another version.
        HomeCorruptError: Not what any version writes.
    """
    path = Path(path).absolute()
    try:
        with (path / "home.json").open("rb") as file:
            text = file.read(_HOME_JSON_BYTES_MAX)
    except (FileNotFoundError, NotADirectoryError) as e:
        raise HomeMissingError(
            f"There is no home at {path}.", hint=f"Make one: facetill init --home {path}"
        ) from e
    except OSError as e:
        raise HomeError(
            f"The home {path} cannot be read ({e.strerror}).",
            hint="Check the folder's owner and permissions.",
        ) from e
    return parsed(path, text)


def parsed(path: Path, text: bytes) -> Home:
    """The home at a path whose `home.json` has this text.

    Raises:
        HomeVersionError, HomeCorruptError: As for `open_home`.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise _corrupt(path, "it is not JSON") from e
    return _from_record(path, record)


def written(home: Home) -> bytes:
    """What its `home.json` holds."""
    record = {"format": FORMAT, "id": home.id, "mode": home.mode, "currency": home.currency}
    if home.database is not None:
        record["database"] = home.database
    return json.dumps(record, indent=1).encode() + b"\n"


def station_key(home: Home, station: Station) -> StationKey:
    """The private key of a station of this home.

    Raises:
        KeyMissingError, KeyExposedError, KeyCorruptError: The file cannot be used.
    """
    from ledger import keys

    return keys.load(home.keys_dir / f"{station}.key")


def storage_error(error: OSError, what: str) -> HomeError | DiskFullError:
    """An error for a failed write, saying whether the disk is full."""
    if error.errno is not None and os.strerror(error.errno) == os.strerror(28):
        return DiskFullError(f"{what}: the disk is full.", hint="Free some space, then try again.")
    return HomeError(
        f"{what} ({error.strerror or type(error).__name__}).",
        hint="Check the folder's owner and permissions.",
    )


def _require_free(path: Path) -> None:
    if (path / "home.json").exists():
        raise HomeOccupiedError(
            f"There is a home at {path} already.", hint="Use it, or choose another --home."
        )
    try:
        occupied = path.exists() and (
            not path.is_dir() or any(entry.name != MODELS for entry in path.iterdir())
        )
    except OSError as e:
        raise storage_error(e, f"{path} cannot be read") from e
    if occupied:
        raise HomeOccupiedError(
            f"{path} is not an empty folder, and not a home.",
            hint="Choose another --home; nothing was changed.",
        )


def _fill(staging: Path, home: Home) -> None:
    from ledger import keys, note

    keys_dir = staging / "keys"
    keys_dir.mkdir(mode=0o700)
    for station in STATIONS:
        key = keys.generate()
        write_new(keys_dir / f"{station}.key", keys.pem(key), 0o600)
        if station == "ledger":
            vkey = note.VerifierKey(f"facetill/{home.id}", key.public_bytes)
            write_new(keys_dir / VKEYS, f"{vkey}\n".encode(), 0o644)
    (staging / "ledger").mkdir(mode=0o700)
    write_new(staging / "home.json", written(home), 0o644)
    sync_folder(keys_dir)
    sync_folder(staging)


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that must not exist yet, and sync it to the disk."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone, which gets its name once it is whole and on the disk.

    By a link: unlike a rename, it is never put over another file.

    Raises:
        OSError: It cannot be written, or there is one; nothing is left of it.
    """
    staging = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        fd = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(staging, path)
        except OSError as e:
            if e.errno not in _NO_LINKS:
                raise
            staging.rename(path)  # a stick's file system has none
        sync_folder(path.absolute().parent)
    finally:
        staging.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which one process has at a time (flock(2))."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def sync_folder(path: Path) -> None:
    """Sync a folder's own entries, so that a rename in it outlives a power cut."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _from_record(path: Path, record: object) -> Home:
    if not isinstance(record, dict) or type(record.get("format")) is not int:
        raise _corrupt(path, "it names no format")
    if record["format"] != FORMAT:
        raise HomeVersionError(
            f"The home {path} has format {record['format']}; this Facetill reads {FORMAT}.",
            hint="Use the version of Facetill that wrote it.",
        )
    mode, currency, ident = (record.get(key) for key in ("mode", "currency", "id"))
    if mode not in ("live", "demo"):
        raise _corrupt(path, "its mode is neither live nor demo")
    if not isinstance(ident, str) or not _is_home_id(ident):
        raise _corrupt(path, "its id is not 16 hex digits")
    if not isinstance(currency, str):
        raise _corrupt(path, "it names no currency")
    exponent(currency)
    database = record.get("database")
    if database is not None and not isinstance(database, str):
        raise _corrupt(path, "its database is no address")
    return Home(path, cast("Mode", mode), currency, ident, database)


def _is_home_id(text: str) -> bool:
    return len(text) == 16 and set(text) <= set("0123456789abcdef")  # noqa: PLR2004


def _corrupt(path: Path, why: str) -> HomeCorruptError:
    return HomeCorruptError(
        f"{path / 'home.json'} is damaged: {why}.", hint="Restore it from your backup."
    )
