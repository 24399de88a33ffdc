"""Gives the installation a new transform and turns every template anew (ISO/IEC 24745).

After it, what leaked of the templates before matches nothing here any more. It is written down in
the vault before the first template is turned: the old key stays beside the new one, each
row names the transform that it is under, and a gallery loaded meanwhile turns what is left on the
fly. Templates go in pieces of some thousands, each a transaction. Killed at any point, the vault
works, and the next `renew-transform` goes on; the last transaction destroys the old key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from enroll import unlocking
from enroll.sealing import new_key
from enroll.store import scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from enroll.core import Core
    from enroll.galleries import Galleries
    from enroll.people import People
    from enroll.trail import Trail

    Progress = Callable[[int, int], None]

CHUNK: Final = 2_000


class Renewal:
    """The renewal of an open vault's transform."""

    def __init__(self, core: Core, people: People, galleries: Galleries, trail: Trail) -> None:
        self._core = core
        self._people = people
        self._galleries = galleries
        self._trail = trail

    def run(self, now_ms: int, progress: Progress | None = None) -> int:
        """Renew the transform, or go on with a renewal that was interrupted.

        Args:
            now_ms: The time, Unix ms.
            progress: Called with (templates done, all) after each piece.

        Returns:
            How many templates were turned.

        Raises:
            DamagedError: Names the shopper whose template does not open; both transforms stay.
            SignInError, StorageError: As named.
        """
        with self._core.lock:
            self._begin()
            with self._core.transaction(write=False):
                query = "SELECT count(*) FROM shoppers WHERE template IS NOT NULL AND transform < ?"
                values = (self._core.keys.transform,)
                total = cast("int", scalar(self._core.store, query, values))
            done, last = 0, 0
            while True:
                with self._core.transaction(write=True):
                    count, last = self._turn(last)
                    if not count:
                        self._finish(now_ms, total)
                        break
                done += count
                if progress is not None:
                    progress(done, total)
        self._core.scrub()
        return done

    def _begin(self) -> None:
        with self._core.transaction(write=True):
            self._trail.permit("renew the transform")
            head = unlocking.read_head(self._core.store)
            if head.old_transform_key is not None:
                return
            number = head.transform + 1
            # beneath the master key that is in force until a rotation ends
            wrap = self._core.keys.wraps[head.epoch]
            self._core.store.write(
                "UPDATE vault SET transform = ?, transform_key = ?, old_transform_key = ?",
                (number, unlocking.wrap_transform(wrap, new_key(), number), head.transform_key),
            )
            self._core.next_revision()
            self._core.adopt_keys()

    def _turn(self, after: int) -> tuple[int, int]:
        """Turn the next piece; gives how many, and the last one's number."""
        clause = (
            "WHERE s.template IS NOT NULL AND s.transform < ? AND s.number > ?"
            " ORDER BY s.number LIMIT ?"
        )
        batch: list[tuple[object, ...]] = []
        for row in self._people.rows(clause, self._core.keys.transform, after, CHUNK):
            sealed, transform = self._people.turned_again(row, self._galleries.turned_on(row))
            batch.append((row.number, transform, sealed))
        if not batch:
            return 0, after
        self._core.store.update("shoppers", "number", ("transform", "template"), batch)
        return len(batch), cast("int", batch[-1][0])

    def _finish(self, now_ms: int, total: int) -> None:
        session = self._trail.permit("renew the transform")
        self._core.store.write("UPDATE vault SET old_transform_key = NULL")
        self._core.next_revision()
        self._trail.append(now_ms, session, "renew the transform", "", f"{total} templates")
        self._core.adopt_keys()
