"""Opens a vault: finds the master key that its check value was made with, or says whose it is not.

A wrong key or passphrase is told at once, by a sealed constant, before any shopper's row is read.
While the master key is being rotated (`enroll.rotation`) either key opens the vault: each is kept
sealed under the other until the last data key is rewrapped.
"""

from __future__ import annotations

import contextlib
import hmac
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from enroll.errors import DamagedError, SecretError, StorageError, WrongSecretError
from enroll.sealing import SealBrokenError, Sealer, subkey
from enroll.secrets import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enroll.secrets import MasterSecret, Record
    from enroll.store import Store
    from ledger.home import Home

_CHECK: Final = b"facetill vault check value"
_VAULT: Final = "vault"


class Head(NamedTuple):
    """The vault's own row, as stored."""

    home_id: str
    secret_kind: Kind
    secret_record: str
    check_value: bytes
    installation_key: bytes
    epoch: int
    next_kind: Kind | None
    next_record: str | None
    next_check: bytes | None
    bridge_forth: bytes | None
    bridge_back: bytes | None
    transform: int
    transform_key: bytes
    old_transform_key: bytes | None

    @property
    def stamp(self) -> tuple[object, ...]:
        """Changes whenever the keys have to be read again."""
        return self.check_value, self.next_check, self.transform_key, self.old_transform_key

    @property
    def rotating(self) -> bool:
        """A rotation of the master key was begun and is not finished."""
        return self.next_check is not None

    def versions(self) -> Iterator[tuple[int, Kind, Record, bytes]]:
        """(epoch, kind, record, check value) of each master key that opens the vault."""
        yield self.epoch, self.secret_kind, _record(self.secret_record), self.check_value
        if self.next_kind is not None and self.next_check is not None:
            record = _record(self.next_record or "")
            yield self.epoch + 1, self.next_kind, record, self.next_check


@dataclass(frozen=True)
class Keys:
    """What the master key opens, and the stored state that it was opened from.

    Attributes:
        masters: Epoch -> master key; two while a rotation runs.
        epoch: The one under which new data keys are wrapped.
        installation: Keys the phone numbers' blind index, the MACs, the trail.
        transforms: Number -> key of the templates' transform; two while a renewal runs.
        transform: The newest of them.
        head: The stored row.
    """

    masters: dict[int, bytes]
    epoch: int
    installation: bytes
    transforms: dict[int, bytes]
    transform: int
    head: Head

    def __repr__(self) -> str:
        return f"Keys(epoch={self.epoch}, transform={self.transform})"

    @cached_property
    def wraps(self) -> dict[int, Sealer]:
        """Epoch -> what wraps the shoppers' data keys."""
        return {epoch: wrap_of(master) for epoch, master in self.masters.items()}

    @cached_property
    def phone(self) -> bytes:
        """Keys the blind index of phone numbers."""
        return subkey(self.installation, "phone-index")

    @cached_property
    def rows(self) -> bytes:
        """Keys the MAC of what a shopper's row has in clear."""
        return subkey(self.installation, "row-mac")

    @cached_property
    def trail(self) -> Sealer:
        """Seals the audit trail."""
        return Sealer(subkey(self.installation, "trail"))

    @cached_property
    def staff(self) -> Sealer:
        """Seals the accounts of staff."""
        return Sealer(subkey(self.installation, "staff"))


def wrap_of(master: bytes) -> Sealer:
    """What a master key wraps other keys with."""
    return Sealer(subkey(master, "wrap"))


def read_head(store: Store) -> Head:
    """The vault's own row.

    Raises:
        DamagedError: It is not there, or not what any version writes.
    """
    columns = ", ".join(Head._fields)
    found = list(store.rows(f"SELECT {columns} FROM vault"))  # noqa: S608 - our own names
    if len(found) != 1:
        raise damaged_head()
    head = Head(*found[0])  # type: ignore[arg-type]  # the tables are strict
    require_known(head)
    return head


def require_known(head: Head) -> None:
    """Refuse a head that names a source of keys that no version knows."""
    if head.secret_kind not in KINDS or head.next_kind not in (*KINDS, None):
        raise damaged_head()


def require_home(home: Home, home_id: str) -> None:
    """Refuse a vault that was moved here from elsewhere."""
    if home_id != home.id:
        raise DamagedError(
            "The vault belongs to another home.",
            hint="Restore home.json and the vault from the same backup.",
        )


def unlock(head: Head, secret: MasterSecret) -> Keys:
    """Open a vault with the master key that a check value was made with.

    Raises:
        WrongSecretError: This secret has none.
        SecretError, DamagedError: As named.
    """
    epoch, master = find_master(head, secret)
    return opened(head, epoch, master)


def find_master(head: Head, secret: MasterSecret) -> tuple[int, bytes]:
    """The epoch and the master key, which is put in force if it was only staged.

    Raises:
        As `unlock`.
    """
    versions = [v for v in head.versions() if v[1] == secret.kind]
    if not versions:
        raise WrongSecretError(
            f"This vault's key comes from a {head.secret_kind}, not from a {secret.kind}.",
            hint="Open it with that; `facetill enroll rotate-key --key KIND` changes the kind.",
        )
    trouble: SecretError | None = None
    for epoch, _, record, check_value in versions:
        try:
            candidates = secret.candidates(record)
        except SecretError as e:
            trouble = trouble or e
            continue
        for master in candidates:
            if opens(master, check_value, head.home_id):
                if not head.rotating:
                    # a staged key opens as well as a settled one
                    with contextlib.suppress(StorageError):
                        secret.settle(record, master)
                return epoch, master
    if trouble is not None:
        raise trouble
    what = "passphrase" if secret.kind == "passphrase" else "key"
    raise WrongSecretError(
        f"This is not the vault's {what}.",
        hint=f"Give the {what} that the vault was made with; nothing was changed.",
    )


def relock(head: Head, before: Keys) -> Keys | None:
    """The keys after a change, if a master key in memory still opens the vault."""
    for epoch, _, _, check_value in head.versions():
        for master in before.masters.values():
            if opens(master, check_value, head.home_id):
                return opened(head, epoch, master)
    return None


def opens(master: bytes, check_value: bytes | None, home_id: str) -> bool:
    """Whether this master key made that check value."""
    try:
        plain = Sealer(subkey(master, "check")).unseal(check_value, home_id, "check")
    except SealBrokenError:
        return False
    return hmac.compare_digest(plain, _CHECK)


def opened(head: Head, epoch: int, master: bytes) -> Keys:
    """What a master key of this epoch opens.

    Raises:
        DamagedError: The keys beneath do not open.
    """
    try:
        masters = {epoch: master}
        if head.rotating:
            other, bridge = (
                (epoch + 1, head.bridge_forth)
                if epoch == head.epoch
                else (epoch - 1, head.bridge_back)
            )
            masters[other] = wrap_of(master).unseal(bridge, _VAULT, "bridge")
        wrap = wrap_of(masters[head.epoch])
        installation = wrap.unseal(head.installation_key, _VAULT, "installation-key")
        numbers = {head.transform: head.transform_key}
        if head.old_transform_key is not None:
            numbers[head.transform - 1] = head.old_transform_key
        transforms = {n: unwrap_transform(wrap, cell, n) for n, cell in numbers.items()}
    except SealBrokenError as e:
        raise damaged_head() from e
    newest = max(masters)
    return Keys(masters, newest, installation, transforms, head.transform, head)


def check_value(master: bytes, home_id: str) -> bytes:
    """A sealed constant by which a master key is known."""
    return Sealer(subkey(master, "check")).seal(_CHECK, home_id, "check")


def bridge(under: bytes, master: bytes) -> bytes:
    """A master key sealed under another one, while both are in force."""
    return wrap_of(under).seal(master, _VAULT, "bridge")


def wrap_installation(wrap: Sealer, installation: bytes) -> bytes:
    """The installation key under a master key."""
    return wrap.seal(installation, _VAULT, "installation-key")


def wrap_transform(wrap: Sealer, key: bytes, number: int) -> bytes:
    """A transform's key under a master key."""
    return wrap.seal(key, _VAULT, "transform-key", str(number))


def unwrap_transform(wrap: Sealer, cell: bytes, number: int) -> bytes:
    """A transform's key again."""
    return wrap.unseal(cell, _VAULT, "transform-key", str(number))


def damaged_head() -> DamagedError:
    """The vault's first table does not hold what it must."""
    return DamagedError(
        "The vault's own settings are damaged.", hint="Restore vault.db from your backup."
    )


def _record(text: str) -> Record:
    try:
        record = json.loads(text)
    except ValueError as e:
        raise damaged_head() from e
    if not isinstance(record, dict):
        raise damaged_head()
    return record
