"""Opens a vault: finds the master key that its check value was made with, or says whose it is not.

A wrong key or passphrase is told at once, by a sealed constant, before any shopper's row is read.
"""

from __future__ import annotations

import contextlib
import hmac
import json
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from enroll import sealing, storage
from enroll.errors import DamagedError, StorageError, WrongSecretError
from enroll.secrets import KINDS, Kind

if TYPE_CHECKING:
    import apsw

    from enroll.secrets import MasterSecret, Record
    from ledger.home import Home

_CHECK: Final = b"facetill vault check value"


class Keys(NamedTuple):
    """What the master key opens, and the stored state that it was checked against."""

    master: bytes
    installation: bytes
    record: Record
    check_value: bytes

    @property
    def wrap(self) -> bytes:
        """Wraps the shoppers' data keys."""
        return sealing.subkey(self.master, "wrap")

    @property
    def phone(self) -> bytes:
        """Keys the blind index of phone numbers."""
        return sealing.subkey(self.installation, "phone-index")


def read_head(db: apsw.Connection) -> tuple[Kind, str]:
    """Where the vault's key comes from, and the home it belongs to."""
    row = db.execute("SELECT secret_kind, home_id FROM vault").fetchone()
    if row is None or row[0] not in KINDS:
        raise damaged_head()
    return cast("Kind", row[0]), str(row[1])


def require_home(home: Home, home_id: str) -> None:
    """Refuse a vault that was moved here from elsewhere."""
    if home_id != home.id:
        raise DamagedError(
            "The vault belongs to another home.",
            hint="Restore home.json and the vault from the same backup.",
        )


def unlock(db: apsw.Connection, home: Home, secret: MasterSecret) -> Keys:
    """Find the master key that the check value was made with."""
    with storage.translated("The vault cannot be read"):
        row = db.execute(
            "SELECT secret_kind, secret_record, check_value, installation_key FROM vault"
        ).fetchone()
    if row is None:
        raise damaged_head()
    kind, text, check_value, wrapped = row
    if kind != secret.kind:
        raise WrongSecretError(
            f"This vault's key comes from a {kind}, not from a {secret.kind}.",
            hint="Open it with that; `facetill enroll rotate-key --key KIND` changes the kind.",
        )
    try:
        record = json.loads(cast("str", text))
    except ValueError as e:
        raise damaged_head() from e
    if not isinstance(record, dict):
        raise damaged_head()
    for master in secret.candidates(record):
        try:
            plain = sealing.unseal(sealing.subkey(master, "check"), check_value, home.id, "check")
        except sealing.SealBrokenError:
            continue
        if not hmac.compare_digest(plain, _CHECK):
            continue
        try:
            installation = sealing.unseal(
                sealing.subkey(master, "wrap"), wrapped, "vault", "installation-key"
            )
        except sealing.SealBrokenError as e:
            raise damaged_head() from e
        with contextlib.suppress(StorageError):  # a staged key opens as well as a settled one
            secret.settle(record, master)
        return Keys(master, installation, record, cast("bytes", check_value))
    what = "passphrase" if kind == "passphrase" else "key"
    raise WrongSecretError(
        f"This is not the vault's {what}.",
        hint=f"Give the {what} that the vault was made with; nothing was changed.",
    )


def check_value(master: bytes, home_id: str) -> bytes:
    """A sealed constant by which a master key is known."""
    return sealing.seal(sealing.subkey(master, "check"), _CHECK, home_id, "check")


def wrap_installation(master: bytes, installation: bytes) -> bytes:
    """The installation key under a master key."""
    return sealing.seal(sealing.subkey(master, "wrap"), installation, "vault", "installation-key")


def damaged_head() -> DamagedError:
    """The vault's first table does not hold what it must."""
    return DamagedError(
        "The vault's own settings are damaged.", hint="Restore vault.db from your backup."
    )
