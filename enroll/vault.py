"""The vault: who is enrolled, sealed at rest, each shopper under a key of their own.

Each shopper's name, phone number, PIN and template are sealed under a data key; the data key is
wrapped by the master key (`enroll.secrets`). Erasure destroys the wrapped data key and the sealed
cells and leaves a tombstone; rotation rewraps the data keys. An installation key, wrapped likewise,
keys the blind index of phone numbers; the templates' renewable transform has keys of its own.

This is the door; the rooms behind it are `accounts` (what the desk changes), `people` (rows and
cells), `galleries` (templates in memory), `rotation`, `renewal`, `attempts`, `staff` and `trail`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from enroll import backup, migration, pins, rotation, sealing, store, unlocking
from enroll.accounts import Accounts, wall_ms
from enroll.attempts import Attempts
from enroll.core import Core
from enroll.errors import (
    OtherModelError,
    StorageError,
    VaultExistsError,
)
from enroll.galleries import Galleries
from enroll.gallery import masked
from enroll.people import FIRST_TRANSFORM, People
from enroll.renewal import Renewal
from enroll.secrets import Kind, default_secret
from enroll.shopper import (
    EnrolmentRecord,
    Limits,
    Shopper,
)
from enroll.staff import Staff
from enroll.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from enroll.gallery import Gallery
    from enroll.roles import Session
    from enroll.secrets import MasterSecret
    from ledger.home import Home

__all__ = ["EnrolmentRecord", "Shopper", "Vault"]


class Vault(Accounts):
    """An open vault. One instance may be used by several threads, one store by several processes.

    Make it with `Vault.create` or `Vault.open`; close it, or use it in a `with` statement.

    Attributes:
        attempts: Failed tries and locks, persistent.
        trail: Who did what at the desk.
        staff: Accounts and signing in.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._people = People(core)
        self._galleries = Galleries(core, self._people)
        self.attempts = Attempts(core)
        self.trail = Trail(core)
        self._renewal = Renewal(core, self._people, self._galleries, self.trail)
        self.staff = Staff(core, self.trail, self.attempts)

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

        The first call opens every cell; later ones open only what changed since, and give the
        same gallery, which then shows it.

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

    def masked_name(self, pseudonym: str) -> str:
        """A shopper's name as a gallery masks it, for a till whose networks are not loaded.

        Raises:
            UnknownShopperError, DamagedError: As named.
        """
        with self._core.transaction(write=False):
            return masked(self._people.person(self._people.active(pseudonym)).name)

    @property
    def secret_kind(self) -> Kind:
        """Where the master key comes from."""
        return self._core.secret.kind

    def revision(self) -> int:
        """Counts the changes: a kiosk tells by it cheaply when to ask for the gallery again."""
        with self._core.look():
            return self._core.revision()

    @property
    def session(self) -> Session | None:
        """Who signed in at the desk; None for nobody."""
        return self._core.session

    # --- keys ------------------------------------------------------------------------------

    @property
    def core(self) -> Core:
        """Its inside, for the rooms that work on the vault as a whole."""
        return self._core

    def backup(
        self, path: Path, now_ms: int, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Write all of it into a new file, sealed as it is; see `enroll.backup`.

        Returns:
            How many shoppers are in it, tombstones included.

        Raises:
            BadInputError, SignInError, StorageError: As named; nothing is left of the file.
        """
        return backup.write(self._core, self.trail, path, now_ms, progress)

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
        count = rotation.rotate(
            self._core, self.trail, new_secret, wall_ms() if now_ms is None else now_ms, progress
        )
        self._core.scrub()
        return count

    def renew_transform(
        self, progress: Callable[[int, int], None] | None = None, now_ms: int | None = None
    ) -> int:
        """Give the installation a new transform, or finish such a renewal; see `enroll.renewal`.

        Returns:
            How many templates were turned.

        Raises:
            DamagedError, SignInError, StorageError: As named.
        """
        return self._renewal.run(wall_ms() if now_ms is None else now_ms, progress)


def _head(opened: store.Store) -> unlocking.Head:
    if opened.require_format() == store.FORMAT:
        with opened.transaction(write=False):
            return unlocking.read_head(opened)
    with opened.transaction(write=False):
        return migration.read_head_1(opened)
