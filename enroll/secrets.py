"""Where the master key comes from: a key file, a passphrase, or the keyring of the system.

The vault records which kind it uses, with the public parameters of it, and a check value by which
a wrong secret is told at once. A new key is first *staged* (kept durably beside the old one), then
the vault is rewritten in one transaction, then the new key is put in force; opening tries both, so
that a crash at any point between leaves a vault that opens.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import getpass
import os
import secrets
import stat
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from enroll.errors import SecretError, StorageError
from enroll.sealing import KEY_BYTES, new_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

    from ledger.home import Home

Kind = Literal["keyfile", "passphrase", "keyring"]
KINDS: Final[tuple[Kind, ...]] = ("keyfile", "passphrase", "keyring")
Record = dict[str, object]
PASSPHRASE_ENV: Final = "FACETILL_PASSPHRASE_FILE"  # noqa: S105  (a path, not the secret)
PASSPHRASE_CHARACTERS_MIN: Final = 8
PASSPHRASE_BYTES_MAX: Final = 4096
SALT_BYTES: Final = 16
# RFC 9106, section 4, second recommended option: 64 MiB for memory-constrained machines
ARGON2_TIME, ARGON2_MEMORY_KIB, ARGON2_LANES = 3, 65536, 4
ARGON2_MEMORY_KIB_MAX: Final = 1 << 20
ARGON2_TIME_MAX: Final = 64
_KEYRING_SERVICE: Final = "facetill"


class MasterSecret(ABC):
    """A source of the vault's 256-bit master key; its text form never shows it."""

    kind: Kind

    def prepare(self) -> None:  # noqa: B027  (most kinds need nothing)
        """Ask for what only a person can give, before anything is locked."""

    @abstractmethod
    def stage(self, *, fresh: bool) -> tuple[Record, bytes]:
        """Choose a key and keep it durably, not yet in force; gives (public record, key).

        Args:
            fresh: Always a new key; otherwise one that is there already may be taken.
        """

    @abstractmethod
    def candidates(self, record: Record) -> list[bytes]:
        """The keys that may open a vault with this record: the one in force, then a staged one."""

    def settle(self, record: Record, key: bytes) -> None:  # noqa: B027  (most kinds need nothing)
        """Put the key in force, after the vault was written with it."""

    def abandon(self, record: Record, key: bytes) -> None:  # noqa: B027
        """Forget a staged key that no vault came to use."""

    def retire(self, record: Record, key: bytes) -> None:  # noqa: B027
        """Forget a key in force that the vault was rotated away from."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class KeyFile(MasterSecret):
    """32 random bytes in base64, in a file that only its owner can read (mode 0600)."""

    kind: Kind = "keyfile"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._next = path.with_name(path.name + ".next")
        self._new = path.with_name(path.name + ".new")

    def stage(self, *, fresh: bool) -> tuple[Record, bytes]:
        """A new key under a new salt, file or entry; see `MasterSecret.stage`."""
        if not fresh and self.path.exists():
            return {}, _read_key(self.path)
        key = new_key()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._new.unlink(missing_ok=True)
            fd = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(base64.b64encode(key) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._new.replace(self._next)  # never half a key under that name
            _sync_folder(self.path.parent)
        except OSError as e:
            with contextlib.suppress(OSError):
                self._new.unlink(missing_ok=True)
            raise _unwritable(self._next, e) from e
        return {}, key

    def candidates(self, record: Record) -> list[bytes]:
        """The keys that may be the vault's; see `MasterSecret.candidates`."""
        del record
        found = [_read_key(self.path)] if self.path.exists() else []
        if self._next.exists():
            try:
                found.append(_read_key(self._next))
            except SecretError:
                if not self._next.exists():  # just put in force by another process
                    found.append(_read_key(self.path))
                elif not found:  # else an older version was killed while writing it
                    raise
        if not found:
            raise SecretError(
                f"The vault's key file {self.path} is missing.",
                hint="Restore it from your backup: without it nothing in the vault can be read.",
            )
        return found

    def settle(self, record: Record, key: bytes) -> None:
        """Rename the staged file over the one in force."""
        del record
        if not _holds(self._next, key):
            return
        try:
            self._next.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as e:
            raise _unwritable(self.path, e) from e

    def abandon(self, record: Record, key: bytes) -> None:
        """Remove the staged file."""
        del record
        _remove_key(self._next, key)

    def retire(self, record: Record, key: bytes) -> None:
        """Remove the file, unless it holds another key by now."""
        del record
        _remove_key(self.path, key)


class Passphrase(MasterSecret):
    """A passphrase, stretched by Argon2id (RFC 9106) with the parameters that the vault keeps."""

    kind: Kind = "passphrase"

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read

    def prepare(self) -> None:
        """Read the passphrase; `stage` then takes it from memory."""
        passphrase = self._read()
        self._read = lambda: passphrase

    def stage(self, *, fresh: bool) -> tuple[Record, bytes]:
        """A new key under a new salt, file or entry; see `MasterSecret.stage`."""
        del fresh
        passphrase = self._read()
        if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
            raise SecretError(
                f"The passphrase is shorter than {PASSPHRASE_CHARACTERS_MIN} characters.",
                hint="Choose a longer one: several random words are easy to remember.",
            )
        record: Record = {
            "salt": secrets.token_hex(SALT_BYTES),
            "time": ARGON2_TIME,
            "memory_kib": ARGON2_MEMORY_KIB,
            "lanes": ARGON2_LANES,
        }
        return record, _stretch(passphrase, record)

    def candidates(self, record: Record) -> list[bytes]:
        """The keys that may be the vault's; see `MasterSecret.candidates`."""
        return [_stretch(self._read(), record)]


class KeyringEntry(MasterSecret):
    """A random key in the system's own keyring, under an entry that the vault names."""

    kind: Kind = "keyring"

    def stage(self, *, fresh: bool) -> tuple[Record, bytes]:
        """A new key under a new salt, file or entry; see `MasterSecret.stage`."""
        del fresh
        key, entry = new_key(), f"vault-{secrets.token_hex(8)}"
        try:
            _keyring().set_password(_KEYRING_SERVICE, entry, base64.b64encode(key).decode())
        except Exception as e:  # backends raise what they like
            raise _keyring_failed() from e
        return {"entry": entry}, key

    def candidates(self, record: Record) -> list[bytes]:
        """The keys that may be the vault's; see `MasterSecret.candidates`."""
        try:
            text = _keyring().get_password(_KEYRING_SERVICE, str(record.get("entry")))
        except SecretError:
            raise
        except Exception as e:
            raise _keyring_failed() from e
        if text is None:
            raise SecretError(
                "The system's keyring does not hold this vault's key.",
                hint="Log in as the user who made the vault, and unlock the keyring.",
            )
        return [_decode_key(text.encode(), "The keyring's entry")]

    def abandon(self, record: Record, key: bytes) -> None:
        """Delete the entry."""
        self.retire(record, key)

    def retire(self, record: Record, key: bytes) -> None:
        """Delete the entry."""
        del key
        with contextlib.suppress(Exception):
            _keyring().delete_password(_KEYRING_SERVICE, str(record.get("entry")))


def default_secret(kind: Kind, home: Home, passphrase_file: Path | None = None) -> MasterSecret:
    """The source of a kind, at its usual place in this home.

    Args:
        kind: What the vault records, or what a new one shall use.
        home: Its key file is HOME/keys/master.key.
        passphrase_file: First line is the passphrase; else $FACETILL_PASSPHRASE_FILE, else asked.
    """
    if kind == "keyfile":
        return KeyFile(home.keys_dir / "master.key")
    if kind == "keyring":
        return KeyringEntry()
    return Passphrase(passphrase_reader(named_passphrase_file(passphrase_file)))


def named_passphrase_file(given: Path | None) -> Path | None:
    """The file given, else the one that $FACETILL_PASSPHRASE_FILE names, else None."""
    named = os.environ.get(PASSPHRASE_ENV)
    return given or (Path(named) if named else None)


def passphrase_reader(path: Path | None, *, confirm: bool = False) -> Callable[[], str]:
    """A function that reads the passphrase from a file, or asks a person at the terminal."""

    def read() -> str:
        return _from_file(path) if path is not None else _ask(confirm=confirm)

    return read


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(PASSPHRASE_BYTES_MAX)
        line = data.decode("utf-8").splitlines()[0] if data.strip() else ""
    except (OSError, UnicodeDecodeError) as e:
        raise SecretError(
            f"The passphrase file {path} cannot be read.",
            hint="Check the path; it is a text file whose first line is the passphrase.",
        ) from e
    if not line:
        raise SecretError(
            f"The passphrase file {path} is empty.", hint="Put the passphrase on its first line."
        )
    return line


def _ask(*, confirm: bool) -> str:
    if not sys.stdin.isatty():
        raise SecretError(
            "This vault needs its passphrase, and there is no terminal to ask at.",
            hint=f"Give --passphrase-file FILE, or set {PASSPHRASE_ENV}.",
        )
    first = getpass.getpass("Passphrase of the vault: ")
    if confirm and not secrets.compare_digest(
        first.encode(), getpass.getpass("The same once more: ").encode()
    ):
        raise SecretError("The two passphrases differ.", hint="Try again; nothing was changed.")
    return first


def _stretch(passphrase: str, record: Record) -> bytes:
    import argon2

    salt, time, memory, lanes = (record.get(k) for k in ("salt", "time", "memory_kib", "lanes"))
    try:
        if (
            not (isinstance(salt, str) and isinstance(time, int) and isinstance(memory, int))
            or not isinstance(lanes, int)
            or not 1 <= time <= ARGON2_TIME_MAX
            or not memory <= ARGON2_MEMORY_KIB_MAX
        ):
            raise ValueError  # noqa: TRY301
        return argon2.low_level.hash_secret_raw(
            passphrase.encode(),
            bytes.fromhex(salt),
            time_cost=time,
            memory_cost=memory,
            parallelism=lanes,
            hash_len=KEY_BYTES,
            type=argon2.low_level.Type.ID,
        )
    except (ValueError, argon2.exceptions.HashingError) as e:
        raise SecretError(
            "The vault's Argon2id parameters are damaged.", hint="Restore vault.db from a backup."
        ) from e


def _keyring() -> KeyringBackend:
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise _keyring_failed()
    return backend


def _keyring_failed() -> SecretError:
    return SecretError(
        "The system's keyring cannot be used here.",
        hint="Unlock it, or choose --key keyfile or --key passphrase.",
    )


def _read_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(1000)
    except OSError as e:
        raise SecretError(
            f"The key file {path} cannot be read ({e.strerror}).",
            hint="Check the owner and the permissions of the file.",
        ) from e
    if mode & 0o077:
        raise SecretError(
            f"The key file {path} can be read by other users (mode {mode:04o}).",
            hint=f"Run: chmod 600 {path}",
        )
    return _decode_key(data, f"The key file {path}")


def _remove_key(path: Path, key: bytes) -> None:
    with contextlib.suppress(OSError):
        if _holds(path, key):
            path.unlink()


def _holds(path: Path, key: bytes) -> bool:
    try:
        return path.exists() and secrets.compare_digest(_read_key(path), key)
    except SecretError:
        return False


def _decode_key(data: bytes, what: str) -> bytes:
    try:
        key = base64.b64decode(data.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SecretError(f"{what} holds no 256-bit key.", hint="Restore it from your backup.")
    return key


def _unwritable(path: Path, e: OSError) -> StorageError:
    return StorageError(
        f"The key file {path} cannot be written ({e.strerror}).",
        hint="Check the disk's free space and the folder's permissions; nothing was changed.",
    )


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
