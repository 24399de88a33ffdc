"""Group commit: what several threads ask at once is judged in turn and synced to the disk once.

The first thread that gets the lock does the work of all that wait. A refusal is only its own
asker's; a failure of the store is everybody's. After a failed write or sync nothing is known of
what the disk holds: this instance stops, and a freshly opened one reads what is there.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from ledger.collector import held_back
from ledger.draft import Draft
from ledger.errors import BusyError, DiskFullError, Error, RetryableError, StorageError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from ledger.keyring import Keyring
    from ledger.log import Log
    from ledger.store import Store

T = TypeVar("T")

GROUP_MAX: Final = 1_000
TRIES_MAX: Final = 5


class _Job:
    """One thread's wish: `work` judges and adds, and what it returns is called after the write."""

    def __init__(self, work: Callable[[Draft], Callable[[], Any]]) -> None:
        self.work = work
        self.finish: Callable[[], Any] | None = None
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = False


class Committer:
    """Runs jobs in write transactions of an open store."""

    def __init__(self, store: Store, log: Log, keyring: Keyring, lock: threading.RLock) -> None:
        self._store = store
        self._log = log
        self._keyring = keyring
        self._lock = lock
        self._waiting: deque[_Job] = deque()
        self._stopped: StorageError | None = None

    def do(self, work: Callable[[Draft], Callable[[], T]]) -> T:
        """Judge and add by `work`, commit, and return what its return value then gives.

        Raises:
            Error: What `work` raised, or the store.
        """
        job = _Job(work)
        self._waiting.append(job)
        with self._lock:
            while not job.done:  # a group has room for so many; this one may come later
                self._run_group()
        if job.error is not None:
            raise job.error
        return cast("T", job.value)

    def _run_group(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_MAX))]
        try:
            with held_back():
                self._try(jobs)
        except StorageError as e:
            for job in jobs:
                job.error = e
        except BaseException:
            for job in jobs:
                job.error = BusyError(
                    "The payment book was stopped in the middle of it.",
                    hint="Ask again with the same id, which charges once.",
                )
            raise
        finally:
            for job in jobs:
                job.done = True

    def _try(self, jobs: list[_Job]) -> None:
        if self._stopped is not None:
            raise self._stopped
        tries = 0
        while True:
            tries += 1
            try:
                self._transact(jobs)
            except RetryableError:
                self._log.forget()
                if tries == TRIES_MAX:
                    raise
            except BaseException as e:
                self._log.forget()
                if isinstance(e, StorageError) and not isinstance(e, (DiskFullError, BusyError)):
                    self._stopped = StorageError(
                        "The book stopped after a failed write.",
                        hint="Mend the disk, then start again; the same id charges once.",
                    )
                raise
            else:
                return

    def _transact(self, jobs: list[_Job]) -> None:
        tip = None
        with self._store.transaction(write=True):
            draft = Draft(self._store, self._log)
            for job in jobs:
                job.error = job.finish = None
                try:
                    job.finish = job.work(draft)
                except StorageError:
                    raise
                except Error as e:
                    job.error = e
            if draft.size > draft.old_size:
                tip = draft.flush(self._keyring.signer(draft.tip.key.public_bytes))
            for job in jobs:
                if job.finish is not None:
                    job.value = job.finish()
        if tip is not None:
            self._log.remember(tip)
