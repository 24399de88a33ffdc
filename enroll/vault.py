"""The vault: who is enrolled, sealed at rest, each shopper under a key of their own.

Each shopper's name, phone number and template are sealed under a data key; the data key is wrapped
by the master key (`enroll.secrets`). Erasure destroys the wrapped data key and the sealed cells and
leaves a tombstone; rotation rewraps the data keys in one transaction. An installation key, wrapped
likewise, keys the blind index of phone numbers and the renewable transform of the templates.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import secrets as random
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, cast

import numpy as np

from enroll import sealing, storage, unlocking
from enroll.errors import (
    AlreadyEnrolledError,
    BadInputError,
    DamagedError,
    OtherModelError,
    StorageError,
    UnknownShopperError,
    VaultExistsError,
)
from enroll.gallery import THRESHOLD, Gallery, masked
from enroll.secrets import Kind, default_secret
from enroll.shopper import (
    Consent,
    EnrolmentRecord,
    Shopper,
    clean_name,
    clean_phone,
    is_pseudonym,
    new_pseudonym,
    pack_person,
    unpack_person,
)
from enroll.storage import COLUMNS, Row, rows
from enroll.transform import orthogonal
from enroll.unlocking import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import apsw
    from numpy.typing import NDArray

    from enroll.secrets import MasterSecret, Record
    from ledger.home import Home

__all__ = ["EnrolmentRecord", "Shopper", "Vault"]

_log = logging.getLogger(__name__)


class Vault:
    """An open vault. One instance may be used by several threads, one file by several processes.

    Make it with `Vault.create` or `Vault.open`; close it, or use it in a `with` statement.
    """

    def __init__(self, home: Home, db: apsw.Connection, secret: MasterSecret, keys: Keys) -> None:
        self.home = home
        self._db = db
        self._secret = secret
        self._keys = keys
        self._lock = threading.RLock()

    @classmethod
    def create(cls, home: Home, secret: MasterSecret | None = None) -> Vault:
        """A new vault for this home; it appears complete or not at all.

        Args:
            home: A home that has no vault yet.
            secret: Where its master key comes from; None makes HOME/keys/master.key.

        Raises:
            VaultExistsError, SecretError, StorageError: As named; nothing is left of it.
        """
        if home.vault_db.exists():
            raise VaultExistsError(
                f"There is a vault at {home.vault_db} already.", hint="Use it as it is."
            )
        secret = secret or default_secret("keyfile", home)
        record, master = secret.stage(fresh=False)
        staging = home.vault_db.with_name(f"vault.db.{random.token_hex(4)}.new")
        try:
            home.vault_db.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.closing(storage.connect(staging, create=True)) as db:
                with storage.transaction(db, write=True):
                    storage.initialise(db)
                    db.execute(
                        "INSERT INTO vault VALUES (1, ?, ?, ?, ?, ?, 0)",
                        (
                            home.id,
                            secret.kind,
                            json.dumps(record, sort_keys=True),
                            unlocking.check_value(master, home.id),
                            unlocking.wrap_installation(master, sealing.new_key()),
                        ),
                    )
                storage.empty_wal(db)
            staging.chmod(0o600)
            home.vault_db.hardlink_to(staging)  # unlike a rename, never over another's vault
        except BaseException as e:
            secret.abandon(record, master)
            if isinstance(e, OSError):
                raise StorageError(
                    f"The vault could not be made ({e.strerror}).",
                    hint="Check the free space and the permissions of the home.",
                ) from e
            raise
        finally:
            for leftover in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(OSError):
                    staging.with_name(staging.name + leftover).unlink(missing_ok=True)
        secret.settle(record, master)
        return cls.open(home, secret)

    @classmethod
    def open(
        cls,
        home: Home,
        secret: MasterSecret | None = None,
        *,
        passphrase_file: Path | None = None,
    ) -> Vault:
        """The home's vault.

        Args:
            home: The home.
            secret: Where the master key comes from; None takes what the vault records.
            passphrase_file: For a vault that uses a passphrase.

        Raises:
            VaultMissingError, VaultVersionError, WrongSecretError, SecretError, DamagedError,
            StorageError: As named; nothing was changed.
        """
        db = storage.connect(home.vault_db)
        try:
            storage.require_format(db)
            with storage.translated("The vault cannot be read"):
                kind, home_id = unlocking.read_head(db)
            unlocking.require_home(home, home_id)
            secret = secret or default_secret(kind, home, passphrase_file)
            keys = unlocking.unlock(db, home, secret)
        except BaseException:
            db.close()
            raise
        return cls(home, db, secret, keys)

    def close(self) -> None:
        """Release the file; the last one to do so empties the write-ahead log."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- reading ---------------------------------------------------------------------------

    def list(self) -> list[Shopper]:
        """All shoppers in the order of enrolment, tombstones included.

        Raises:
            DamagedError: Names the shopper whose row does not open.
        """
        with self._transaction(write=False):
            return [self._shopper(row) for row in rows(self._db, "ORDER BY enrolled_ms, rowid")]

    def show(self, ref: str) -> Shopper:
        """One shopper, by pseudonym or phone number.

        Raises:
            UnknownShopperError, DamagedError: As named.
        """
        with self._transaction(write=False):
            return self._shopper(self._find(ref))

    def gallery(self, recogniser_id: str, *, strict: bool = True) -> Gallery:
        """All active templates of a recogniser, opened in memory.

        Raises:
            OtherModelError: Shoppers are enrolled, but all by other models (only if `strict`).
            DamagedError: Names the shopper whose template does not open.
        """
        with self._transaction(write=False):
            gallery = self._gallery(recogniser_id)
        if strict and gallery.unusable and not len(gallery):
            raise OtherModelError(
                f"All {len(gallery.unusable)} templates were made by another recogniser"
                f" than {recogniser_id}.",
                hint="Use the model that they were made with, or enrol the shoppers again.",
            )
        return gallery

    def pseudonym_of(self, ref: str) -> str:
        """The pseudonym for a pseudonym or phone number; reads nothing sealed.

        Raises:
            UnknownShopperError: Nobody there.
        """
        with self._transaction(write=False):
            return self._find(ref).pseudonym

    def require_phone_free(self, phone: str) -> None:
        """Look before the camera opens.

        Raises:
            AlreadyEnrolledError: Names the pseudonym that has this number.
        """
        with self._transaction(write=False):
            self._require_phone_free(clean_phone(phone))

    @property
    def secret_kind(self) -> Kind:
        """Where the master key comes from."""
        return self._secret.kind

    def revision(self) -> int:
        """Counts the changes, so that a kiosk can tell cheaply when to load the gallery again."""
        with self._transaction(write=False):
            row = self._db.execute("SELECT revision FROM vault").fetchone()
            return cast("int", row[0]) if row else 0

    # --- writing ---------------------------------------------------------------------------

    def add(self, record: EnrolmentRecord) -> Shopper:
        """Enrol a person, unless the face or the phone number has an account already.

        Raises:
            AlreadyEnrolledError: Names the pseudonym of that account.
            BadInputError, StorageError: As named; nothing was written.
        """
        name, phone = clean_name(record.name), clean_phone(record.phone)
        embedding, model = _unit(record.template.embedding), record.template.model
        with self._transaction(write=True):
            self._require_phone_free(phone)
            self._require_new_face(embedding, model)
            pseudonym, data_key = new_pseudonym(), sealing.new_key()
            turned = orthogonal(self._keys.installation, model, len(embedding)) @ embedding
            self._db.execute(
                f"INSERT INTO shoppers ({COLUMNS}, phone_index)"  # noqa: S608
                " VALUES (?, 'active', ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    pseudonym,
                    record.enrolled_at_ms,
                    record.consent.version,
                    record.consent.given_at_ms,
                    record.consent.staff,
                    model,
                    sealing.seal(self._keys.wrap, data_key, pseudonym, "data-key"),
                    sealing.seal(data_key, pack_person(name, phone), pseudonym, "person"),
                    sealing.seal(
                        data_key, turned.astype("<f4").tobytes(), pseudonym, "template", model
                    ),
                    self._phone_index(phone),
                ),
            )
            self._count_change()
            return self._shopper(self._find(pseudonym))

    def revoke(self, ref: str, now_ms: int | None = None) -> Shopper:
        """Erase a person: destroys the data key and all sealed cells, leaves a tombstone.

        Copies made before (backups, snapshots, blocks of a worn disk) open as long as the master
        key of their time exists: rotate it to close those too.

        Raises:
            UnknownShopperError: Nobody there, or erased before.
        """
        now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        with self._transaction(write=True):
            row = self._find(ref)
            if row.status == "revoked":
                raise UnknownShopperError(
                    f"{row.pseudonym} was revoked before, and nothing is left to erase.",
                    hint="Run: facetill enroll list",
                )
            self._db.execute(
                "UPDATE shoppers SET status = 'revoked', revoked_ms = ?, phone_index = NULL,"
                " data_key = NULL, person = NULL, template = NULL WHERE pseudonym = ?",
                (now_ms, row.pseudonym),
            )
            self._count_change()
            tombstone = self._shopper(self._find(row.pseudonym))
        self._scrub()
        return tombstone

    def rotate_key(self, new_secret: MasterSecret | None = None) -> int:
        """Replace the master key, rewrapping every data key in one transaction.

        Args:
            new_secret: Another source of the key; None keeps the source, with a new key (or, for
                the same passphrase, a new salt).

        Returns:
            How many data keys were rewrapped.

        Raises:
            DamagedError: Names the shopper whose data key does not open.
            SecretError, StorageError: As named; the old key stays in force.
        """
        target = new_secret or self._secret
        with self._lock:
            with self._transaction(write=False):
                old_secret, old = self._secret, self._keys
            old_secret.settle(old.record, old.master)
            record, master = target.stage(fresh=True)
            check_value = unlocking.check_value(master, self.home.id)
            try:
                with self._transaction(write=True):
                    count = self._rewrap(target.kind, record, master, check_value)
            except BaseException:
                # A commit that failed may still have reached the disk: the new key is given up
                # only if the vault certainly stands under the old one.
                with contextlib.suppress(Exception):
                    if self._stored_check() == old.check_value:
                        target.abandon(record, master)
                raise
            self._secret = target
            self._keys = Keys(master, old.installation, record, check_value)
            with contextlib.suppress(StorageError):  # a staged key opens as well as a settled one
                target.settle(record, master)
                old_secret.retire(old.record, old.master)
            self._scrub()
            return count

    # --- inside ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _transaction(self, *, write: bool) -> Iterator[None]:
        with self._lock:
            with storage.transaction(self._db, write=False):
                if self._stored_check() != self._keys.check_value:
                    # another process rotated the key since
                    kind, _ = unlocking.read_head(self._db)
                    if kind != self._secret.kind:
                        self._secret = default_secret(kind, self.home)
                    self._keys = unlocking.unlock(self._db, self.home, self._secret)
            with storage.transaction(self._db, write=write):
                if self._stored_check() != self._keys.check_value:
                    raise StorageError(
                        "The vault's key was rotated at this moment.", hint="Try again."
                    )
                yield

    def _stored_check(self) -> bytes:
        row = self._db.execute("SELECT check_value FROM vault").fetchone()
        return cast("bytes", row[0]) if row else b""

    def _find(self, ref: str) -> Row:
        if is_pseudonym(ref):
            row = next(rows(self._db, "WHERE pseudonym = ?", ref), None)
        else:
            index = self._phone_index(clean_phone(ref))
            row = next(rows(self._db, "WHERE phone_index = ?", index), None)
        if row is None:
            raise UnknownShopperError(
                f"Nobody is enrolled as {ref}.", hint="Run: facetill enroll list"
            )
        return row

    def _shopper(self, row: Row) -> Shopper:
        name = phone = ""
        if row.status == "active":
            plain = self._open(row, row.person, "person")
            try:
                name, phone = unpack_person(plain)
            except (ValueError, KeyError, TypeError) as e:
                raise _damaged(row.pseudonym) from e
        return Shopper(
            row.pseudonym,
            name,
            phone,
            _utc(row.enrolled_ms),
            row.status,
            row.model,
            Consent(row.consent_version, row.consent_ms, row.staff),
            None if row.revoked_ms is None else _utc(row.revoked_ms),
        )

    def _open(self, row: Row, cell: bytes | None, *purpose: str) -> bytes:
        try:
            data_key = sealing.unseal(self._keys.wrap, row.data_key, row.pseudonym, "data-key")
            return sealing.unseal(data_key, cell, row.pseudonym, *purpose)
        except (sealing.SealBrokenError, ValueError) as e:
            raise _damaged(row.pseudonym) from e

    def _gallery(self, recogniser_id: str) -> Gallery:
        templates: list[NDArray[np.float32]] = []
        owners: list[str] = []
        names: dict[str, str] = {}
        unusable: list[str] = []
        for row in rows(self._db, "WHERE status = 'active' ORDER BY rowid"):
            if row.model != recogniser_id:
                unusable.append(row.pseudonym)
                continue
            data = self._open(row, row.template, "template", row.model)
            template = np.frombuffer(data, dtype="<f4")
            if templates and len(template) != len(templates[0]):
                raise _damaged(row.pseudonym)
            templates.append(template)
            owners.append(row.pseudonym)
            names[row.pseudonym] = masked(self._shopper(row).name)
        if not templates:
            empty = np.empty((0, 0), dtype=np.float32)
            return Gallery(recogniser_id, empty, (), {}, None, tuple(unusable))
        matrix = np.stack(templates).astype(np.float32)
        turn = orthogonal(self._keys.installation, recogniser_id, matrix.shape[1])
        return Gallery(recogniser_id, matrix, owners, names, turn, tuple(unusable))

    def _require_phone_free(self, phone: str) -> None:
        row = next(rows(self._db, "WHERE phone_index = ?", self._phone_index(phone)), None)
        if row is not None:
            raise AlreadyEnrolledError(
                f"This phone number belongs to {row.pseudonym} already.",
                hint=f"Run: facetill enroll show {row.pseudonym}",
            )

    def _require_new_face(self, embedding: NDArray[np.float32], model: str) -> None:
        found = self._gallery(model).search(embedding)
        # Without the margin: whoever resembles two shoppers is not to become a third.
        if found is not None and found.similarity >= THRESHOLD:
            raise AlreadyEnrolledError(
                f"This person is enrolled already, as {found.pseudonym}.",
                hint=f"Run: facetill enroll show {found.pseudonym}",
            )

    def _phone_index(self, phone: str) -> bytes:
        return hmac.digest(self._keys.phone, phone.encode(), "sha256")

    def _count_change(self) -> None:
        self._db.execute("UPDATE vault SET revision = revision + 1")

    def _rewrap(self, kind: Kind, record: Record, master: bytes, check_value: bytes) -> int:
        new_wrap = sealing.subkey(master, "wrap")
        old_wrap = self._keys.wrap
        active = list(rows(self._db, "WHERE status = 'active' ORDER BY rowid"))
        for pseudonym, wrapped in ((row.pseudonym, row.data_key) for row in active):
            try:
                data_key = sealing.unseal(old_wrap, wrapped, pseudonym, "data-key")
            except sealing.SealBrokenError as e:
                raise _damaged(pseudonym) from e
            self._db.execute(
                "UPDATE shoppers SET data_key = ? WHERE pseudonym = ?",
                (sealing.seal(new_wrap, data_key, pseudonym, "data-key"), pseudonym),
            )
        self._db.execute(
            "UPDATE vault SET secret_kind = ?, secret_record = ?, check_value = ?,"
            " installation_key = ?, revision = revision + 1",
            (
                kind,
                json.dumps(record, sort_keys=True),
                check_value,
                unlocking.wrap_installation(master, self._keys.installation),
            ),
        )
        return len(active)

    def _scrub(self) -> None:
        if not storage.empty_wal(self._db):
            _log.warning("old bytes stay in the vault's log until another process closes it")


def _unit(embedding: NDArray[np.float32]) -> NDArray[np.float32]:
    vector = np.asarray(embedding, dtype=np.float32)
    length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
    if not np.isfinite(length) or length == 0.0:
        raise BadInputError("The template is no vector.", hint="Enrol again from good frames.")
    return (vector / np.float32(length)).astype(np.float32)


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _damaged(pseudonym: str) -> DamagedError:
    return DamagedError(
        f"The vault's row of {pseudonym} is damaged.",
        hint=f"Restore vault.db from a backup, or run: facetill enroll revoke {pseudonym}",
    )
