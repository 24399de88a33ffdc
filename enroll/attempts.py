"""Failed attempts, kept in the vault: some wrong tries lock, and each further one twice as long.

They outlive a restart, are counted together by all tills of a home, and trust the clock only to go
forwards: each row keeps the newest time it saw. Where the clock stands before that (it jumped back)
the rest of the lock as of then begins anew from the clock's time, so that it neither ends early nor
lasts for ever. A clock that jumps forwards ends a lock early: keep the machine's time in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from enroll.core import Core


class _Count(NamedTuple):
    failures: int
    lock_ms: int
    seen_ms: int
    locked_until_ms: int


class Attempts:
    """Failures of a subject: a shopper's pseudonym, or a kiosk's key id."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def locked_until_ms(self, subject: str, now_ms: int) -> int:
        """When the subject may try again, Unix ms; 0 if it may now.

        Ask right before an attempt, and count a failure before anything else can begin another.
        """
        with self._core.transaction(write=False):
            count = self._read(subject)
        if count is None or count.locked_until_ms == 0:
            return 0
        if now_ms < count.seen_ms:
            with self._core.transaction(write=True):
                count = self._read(subject) or count
                if now_ms < count.seen_ms:
                    count = _moved(count, now_ms)
                    self._write(subject, count)
        return count.locked_until_ms if count.locked_until_ms > now_ms else 0

    def failed(
        self, subject: str, now_ms: int, *, failures_max: int, lock_ms: int, lock_ms_max: int
    ) -> int:
        """Count a failure; gives when the subject may try again, or 0 if it may now.

        Args:
            subject: Pseudonym or kiosk key id.
            now_ms: The wall clock, Unix ms.
            failures_max: Failures in a row that lock.
            lock_ms: How long the first lock lasts; each further failure doubles it.
            lock_ms_max: How long a lock lasts at most.
        """
        with self._core.transaction(write=True):
            before = self._read(subject) or _Count(0, 0, now_ms, 0)
            if now_ms < before.seen_ms:
                before = _moved(before, now_ms)
            failures = before.failures + 1
            until_ms, lasts_ms = before.locked_until_ms, before.lock_ms
            if failures >= failures_max:
                doublings = min(failures - failures_max, 40)
                lasts_ms = min(lock_ms << doublings, lock_ms_max)
                until_ms = max(until_ms, now_ms + lasts_ms)
            self._write(subject, _Count(failures, lasts_ms, now_ms, until_ms))
        return until_ms if until_ms > now_ms else 0

    def succeeded(self, subject: str) -> None:
        """Forget the subject's failures."""
        with self._core.transaction(write=False):
            known = self._read(subject) is not None
        if known:
            with self._core.transaction(write=True):
                self._core.store.write("DELETE FROM attempts WHERE subject = ?", (subject,))

    def failures(self, subject: str) -> int:
        """How many are counted at present."""
        with self._core.transaction(write=False):
            count = self._read(subject)
        return 0 if count is None else count.failures

    def _read(self, subject: str) -> _Count | None:
        query = "SELECT failures, lock_ms, seen_ms, locked_until_ms FROM attempts WHERE subject = ?"
        found = list(self._core.store.rows(query, (subject,)))
        return _Count(*cast("tuple[int, int, int, int]", found[0])) if found else None

    def _write(self, subject: str, count: _Count) -> None:
        self._core.store.write(
            "INSERT INTO attempts (subject, failures, lock_ms, seen_ms, locked_until_ms)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE SET"
            " failures = excluded.failures, lock_ms = excluded.lock_ms,"
            " seen_ms = excluded.seen_ms, locked_until_ms = excluded.locked_until_ms",
            (subject, *count),
        )


def _moved(count: _Count, now_ms: int) -> _Count:
    """The same lock on a clock that was put back."""
    rest_ms = min(max(count.locked_until_ms - count.seen_ms, 0), count.lock_ms)
    return count._replace(seen_ms=now_ms, locked_until_ms=now_ms + rest_ms if rest_ms else 0)
