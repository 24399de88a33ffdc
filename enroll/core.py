"""What every room of an open vault shares: the store, the keys, the lock, and who signed in."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

from enroll import unlocking
from enroll.errors import StorageError
from enroll.secrets import default_secret
from enroll.store import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enroll.roles import Session
    from enroll.secrets import MasterSecret
    from enroll.store import Store
    from enroll.unlocking import Keys
    from ledger.home import Home

_log = logging.getLogger(__name__)


class Core:
    """An open vault's inside; one instance may be used by several threads.

    Attributes:
        secret: Where the master key comes from.
        target: Where it will come from after the rotation that this process began.
        session: Who signed in at the desk; None for nobody.
    """

    def __init__(self, home: Home, store: Store, secret: MasterSecret, keys: Keys) -> None:
        self.home = home
        self.store = store
        self.secret = secret
        self.keys = keys
        self.target: MasterSecret | None = None
        self.session: Session | None = None
        self.lock = threading.RLock()

    def __repr__(self) -> str:
        return "Core()"

    @contextlib.contextmanager
    def transaction(self, *, write: bool) -> Iterator[None]:
        """All or nothing, under keys that are the vault's at this moment.

        A change of the keys by another process is followed before the transaction begins, since
        that may ask a person for a passphrase while nothing is locked.

        Raises:
            StorageError, WrongSecretError, DamagedError: As named; nothing was changed.
        """
        with self.lock:
            with self.store.transaction(write=False):
                head = unlocking.read_head(self.store)
            if head.stamp != self.keys.head.stamp:
                self._follow(head)
            with self.store.transaction(write=write):
                if unlocking.read_head(self.store).stamp != self.keys.head.stamp:
                    raise StorageError(
                        "The vault's keys were changed at this moment.", hint="Try again."
                    )
                yield

    @contextlib.contextmanager
    def look(self) -> Iterator[None]:
        """A read transaction for what needs no key."""
        with self.lock, self.store.transaction(write=False):
            yield

    def scrub(self) -> None:
        """Overwrite what was erased, as far as the store can."""
        with self.lock:
            if not self.store.scrub():
                _log.warning("old bytes stay in the vault's log until another process closes it")

    def _follow(self, head: unlocking.Head) -> None:
        keys = unlocking.relock(head, self.keys)
        if head.secret_kind != self.secret.kind and not head.rotating:
            self.secret = default_secret(head.secret_kind, self.home)
        self.keys = keys or unlocking.unlock(head, self.secret)

    def adopt_keys(self) -> None:
        """Read the keys again within the caller's transaction, which changed them."""
        keys = unlocking.relock(unlocking.read_head(self.store), self.keys)
        if keys is None:
            raise unlocking.damaged_head()
        self.keys = keys

    def revision(self) -> int:
        """How many changes there were; within a transaction."""
        found = scalar(self.store, "SELECT revision FROM vault")
        if not isinstance(found, int):
            raise unlocking.damaged_head()
        return found

    def next_revision(self) -> int:
        """Count a change, and give its number; within a write transaction."""
        self.store.write("UPDATE vault SET revision = revision + 1")
        return self.revision()
