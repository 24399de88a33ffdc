"""The vault: who is enrolled, sealed at rest, each shopper under a key of their own.

Each shopper's name, phone number, PIN and template are sealed under a data key; the data key is
wrapped by the master key (`enroll.secrets`). Erasure destroys the wrapped data key and the sealed
cells and leaves a tombstone; rotation rewraps the data keys. An installation key, wrapped likewise,
keys the blind index of phone numbers; the templates' renewable transform has keys of its own.

This is the door; the rooms behind it are `people` (rows and cells), `galleries` (templates in
memory), `rotation`, `renewal`, `attempts`, `staff` and `trail`.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import numpy as np

from enroll import migration, pins, rotation, sealing, store, unlocking
from enroll.attempts import Attempts
from enroll.core import Core
from enroll.errors import (
    AlreadyEnrolledError,
    BadInputError,
    OtherModelError,
    StorageError,
    UnknownShopperError,
    VaultExistsError,
)
from enroll.galleries import Galleries
from enroll.gallery import LOOKALIKE, THRESHOLD
from enroll.people import FIRST_TRANSFORM, People
from enroll.secrets import Kind, default_secret
from enroll.shopper import (
    EnrolmentRecord,
    Limits,
    Person,
    Shopper,
    clean_name,
    clean_phone,
    new_pseudonym,
)
from enroll.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from enroll.gallery import Gallery
    from enroll.secrets import MasterSecret
    from ledger.home import Home

__all__ = ["EnrolmentRecord", "Shopper", "Vault"]


class Vault:
    """An open vault. One instance may be used by several threads, one store by several processes.

    Make it with `Vault.create` or `Vault.open`; close it, or use it in a `with` statement.

    Attributes:
        attempts: Failed tries and locks, persistent.
        trail: Who did what at the desk.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._people = People(core)
        self._galleries = Galleries(core, self._people)
        self.attempts = Attempts(core)
        self.trail = Trail(core)

    def __repr__(self) -> str:
        return "Vault()"

    @property
    def home(self) -> Home:
        """The home that it belongs to."""
        return self._core.home

    @classmethod
    def create(cls, home: Home, secret: MasterSecret | None = None) -> Vault:
        """A new vault for this home; it appears complete or not at all.

        Args:
            home: A home that has no vault yet.
            secret: Where its master key comes from; None makes HOME/keys/master.key.

        Raises:
            VaultExistsError, SecretError, StorageError: As named; nothing is left of it.
        """
        if store.exists(home):
            raise VaultExistsError("This home has a vault already.", hint="Use it as it is.")
        secret = secret or default_secret("keyfile", home)
        record, master = secret.stage(fresh=False)

        def fill(made: store.Store) -> None:
            wrap = unlocking.wrap_of(master)
            cells = (
                unlocking.check_value(master, home.id),
                unlocking.wrap_installation(wrap, sealing.new_key()),
                unlocking.wrap_transform(wrap, sealing.new_key(), FIRST_TRANSFORM),
            )
            migration.insert_head(made, home, secret.kind, record, 0, cells)

        try:
            store.create_store(home, fill)
        except BaseException as e:
            secret.abandon(record, master)
            if isinstance(e, OSError):
                raise StorageError(
                    f"The vault could not be made ({e.strerror}).",
                    hint="Check the free space and the permissions of the home.",
                ) from e
            raise
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
        """The home's vault; one of an older format is brought to today's first.

        Args:
            home: The home.
            secret: Where the master key comes from; None takes what the vault records.
            passphrase_file: For a vault that uses a passphrase.

        Raises:
            VaultMissingError, VaultVersionError, WrongSecretError, SecretError, DamagedError,
            StorageError: As named; nothing was changed.
        """
        opened = store.open_store(home)
        try:
            head = _head(opened)
            unlocking.require_home(home, head.home_id)
            secret = secret or default_secret(head.secret_kind, home, passphrase_file)
            if not head.transform_key:
                migration.migrate(opened, home, secret, head)
                head = _head(opened)
            return cls(Core(home, opened, secret, unlocking.unlock(head, secret)))
        except BaseException:
            opened.close()
            raise

    def close(self) -> None:
        """Let go of the store."""
        self._core.store.close()

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
        with self._core.transaction(write=False):
            self.trail.permit("look up")
            rows = self._people.rows("ORDER BY s.enrolled_ms, s.number")
            return [self._people.shopper(row) for row in rows]

    def show(self, ref: str) -> Shopper:
        """One shopper, by pseudonym or phone number.

        Raises:
            UnknownShopperError, DamagedError: As named.
        """
        with self._core.transaction(write=False):
            self.trail.permit("look up")
            return self._people.shopper(self._people.find(ref))

    def gallery(self, recogniser_id: str, *, strict: bool = True) -> Gallery:
        """All active templates of a recogniser, opened in memory.

        The first call opens every cell; later ones only what changed since. A gallery that was
        given out does not change.

        Raises:
            OtherModelError: Shoppers are enrolled, but all by other models (only if `strict`).
            DamagedError: Names the shopper whose template does not open.
        """
        with self._core.transaction(write=False):
            gallery = self._galleries.of(recogniser_id)
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
        with self._core.transaction(write=False):
            return self._people.find(ref).pseudonym

    def limits(self, pseudonym: str) -> Limits:
        """What the till may take of a shopper.

        Raises:
            UnknownShopperError, DamagedError: As named.
        """
        with self._core.transaction(write=False):
            row = self._people.active(pseudonym)
            self._people.require_whole(row)
            return self._people.person(row).limits

    def has_pin(self, pseudonym: str) -> bool:
        """Whether an active shopper has a PIN; false for unknown ones."""
        with self._core.transaction(write=False):
            rows = self._people.rows("WHERE s.pseudonym = ? AND s.pin IS NOT NULL", pseudonym)
            return next(rows, None) is not None

    def verify_pin(self, pseudonym: str, pin: str) -> bool:
        """Whether this is the shopper's PIN; takes as long for one who has none or is unknown.

        Counting wrong ones is the caller's: `attempts`.

        Raises:
            DamagedError, StorageError: As named.
        """
        with self._core.transaction(write=False):
            found = self._people.rows("WHERE s.pseudonym = ? AND s.status = 'active'", pseudonym)
            row = next(found, None)
            kept = None if row is None else self._people.kept_pin(row)
        return pins.matches(pin, kept)

    def require_phone_free(self, phone: str) -> None:
        """Look before the camera opens.

        Raises:
            AlreadyEnrolledError: Names the pseudonym that has this number.
        """
        with self._core.transaction(write=False):
            self.trail.permit("enrol")
            self._people.require_phone_free(clean_phone(phone))

    @property
    def secret_kind(self) -> Kind:
        """Where the master key comes from."""
        return self._core.secret.kind

    def revision(self) -> int:
        """Counts the changes: a kiosk tells by it cheaply when to ask for the gallery again."""
        with self._core.look():
            return self._core.revision()

    # --- writing ---------------------------------------------------------------------------

    def add(self, record: EnrolmentRecord, *, lookalike_of: Collection[str] = ()) -> Shopper:
        """Enrol a person, unless the face or the phone number has an account already.

        Args:
            record: Everything on the person.
            lookalike_of: Pseudonyms that a manager knows to be other people (a twin), whom this
                face may resemble as if it were theirs.

        Raises:
            AlreadyEnrolledError: Names the pseudonym of that account.
            BadInputError, StorageError: As named; nothing was written.
        """
        name, phone = clean_name(record.name), clean_phone(record.phone)
        pin = None if record.pin is None else pins.hashed(pins.require_good(record.pin, phone))
        embedding, model = _unit(record.template.embedding), record.template.model
        with self._core.transaction(write=True):
            session = self.trail.permit("enrol a lookalike" if lookalike_of else "enrol")
            self._people.require_phone_free(phone)
            like = self._lookalikes(embedding, model, known=lookalike_of)
            pseudonym = new_pseudonym()
            turned = self._galleries.turn(model, len(embedding)) @ embedding
            person = Person(name, phone, record.limits, like, record.template.quality)
            self._people.insert(
                pseudonym, person, record.consent, record.enrolled_at_ms, (model, turned), pin
            )
            self._people.flag(pseudonym, like)
            note = f"looks like {', '.join(like)}" if like else ""
            self.trail.append(record.enrolled_at_ms, session, "enrol", pseudonym, note)
            return self._people.shopper(self._people.find(pseudonym))

    def revoke(self, ref: str, now_ms: int | None = None) -> Shopper:
        """Erase a person: destroys the data key and all sealed cells, leaves a tombstone.

        Copies made before (backups, snapshots, blocks of a worn disk) open as long as the master
        key of their time exists: rotate it to close those too.

        Raises:
            UnknownShopperError: Nobody there, or erased before.
        """
        now_ms = wall_ms() if now_ms is None else now_ms
        with self._core.transaction(write=True):
            session = self.trail.permit("revoke")
            row = self._people.find(ref)
            if row.status == "revoked":
                raise UnknownShopperError(
                    f"{row.pseudonym} was revoked before, and nothing is left to erase.",
                    hint="Run: facetill enroll list",
                )
            with contextlib.suppress(StorageError):  # a damaged row is erased as well
                self._people.unflag(row.pseudonym, self._people.person(row).lookalikes)
            self._people.erase(row, now_ms)
            self.trail.append(now_ms, session, "revoke", row.pseudonym, "")
            tombstone = self._people.shopper(self._people.find(row.pseudonym))
        self._core.scrub()
        return tombstone

    def set_pin(self, ref: str, pin: str | None, now_ms: int | None = None) -> Shopper:
        """Set a shopper's PIN, or take it away.

        Raises:
            BadInputError: A rule of `pins.require_good`.
            UnknownShopperError, StorageError: As named.
        """
        kept = None if pin is None else pins.hashed(pin)
        with self._core.transaction(write=True):
            session = self.trail.permit("set a PIN")
            row = self._people.active(ref)
            if pin is not None:
                pins.require_good(pin, self._people.person(row).phone)
            self._people.put_pin(row, kept)
            action = "set the PIN" if pin is not None else "remove the PIN"
            self.trail.append(_now(now_ms), session, action, row.pseudonym, "")
            return self._people.shopper(self._people.find(row.pseudonym))

    def set_limits(self, ref: str, limits: Limits, now_ms: int | None = None) -> Shopper:
        """Set what the till may take; loosening is a manager's.

        Raises:
            UnknownShopperError, SignInError, StorageError: As named.
        """
        with self._core.transaction(write=True):
            row = self._people.active(ref)
            person = self._people.person(row)
            loosens = limits.loosens(person.limits)
            session = self.trail.permit("loosen limits" if loosens else "tighten limits")
            self._people.put_person(row, replace(person, limits=limits))
            action = "loosen limits" if loosens else "tighten limits"
            self.trail.append(_now(now_ms), session, action, row.pseudonym, "")
            return self._people.shopper(self._people.find(row.pseudonym))

    def rotate_key(
        self,
        new_secret: MasterSecret | None = None,
        progress: Callable[[int, int], None] | None = None,
        now_ms: int | None = None,
    ) -> int:
        """Replace the master key, or finish a rotation that was interrupted; see `enroll.rotation`.

        Args:
            new_secret: Another source of the key; None keeps the source, with a new key (or, for
                the same passphrase, a new salt).
            progress: Called with (data keys done, all) after each piece.
            now_ms: The time, Unix ms.

        Returns:
            How many data keys were rewrapped.

        Raises:
            DamagedError: Names the shopper whose data key does not open.
            SecretError, StorageError: As named.
        """
        count = rotation.rotate(self._core, self.trail, new_secret, _now(now_ms), progress)
        self._core.scrub()
        return count

    # --- inside ----------------------------------------------------------------------------

    def _lookalikes(
        self,
        embedding: NDArray[np.float32],
        model: str,
        *,
        known: Collection[str] = (),
        but: str = "",
    ) -> tuple[str, ...]:
        """Whom a face is near to, unless it is theirs.

        Raises:
            AlreadyEnrolledError: It is one enrolled, who is not among `known`.
        """
        gallery = self._galleries.of(model)
        # Without the margin: whoever resembles two shoppers is not to become a third.
        for same in gallery.near(embedding, THRESHOLD):
            if same not in known and same != but:
                raise AlreadyEnrolledError(
                    f"This person is enrolled already, as {same}.",
                    hint=f"Run: facetill enroll show {same}",
                    pseudonym=same,
                )
        return tuple(p for p in gallery.near(embedding, LOOKALIKE) if p != but)


def wall_ms() -> int:
    """The wall clock, Unix ms."""
    return time.time_ns() // 1_000_000


def _now(now_ms: int | None) -> int:
    return wall_ms() if now_ms is None else now_ms


def _head(opened: store.Store) -> unlocking.Head:
    if opened.require_format() == store.FORMAT:
        with opened.transaction(write=False):
            return unlocking.read_head(opened)
    with opened.transaction(write=False):
        return migration.read_head_1(opened)


def _unit(embedding: NDArray[np.float32]) -> NDArray[np.float32]:
    vector = np.asarray(embedding, dtype=np.float32)
    length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
    if not np.isfinite(length) or length == 0.0:
        raise BadInputError("The template is no vector.", hint="Enrol again from good frames.")
    return (vector / np.float32(length)).astype(np.float32)
