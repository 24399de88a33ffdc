"""The audit trail: who did what at the desk, append-only, chained by hashes, sealed.

Each entry is sealed, and hashed with the hash before it; the newest number and hash are sealed in
the vault's own row. So nobody without the master key can read, change, drop or reorder entries
without `verify` telling. What it cannot tell by itself is a whole vault put back from an older
copy: keep the head that `facetill enroll audit` prints, and compare. Entries name pseudonyms and
fields, never a name, a phone number or any other value, so that erasure leaves nothing in them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from enroll.errors import DamagedError, SignInError
from enroll.roles import OPEN_DESK, may
from enroll.sealing import SealBrokenError
from enroll.store import scalar

if TYPE_CHECKING:
    from enroll.core import Core
    from enroll.roles import Action, Session

START: Final = bytes(32)
_BLOCK_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One thing that was done.

    Attributes:
        number: From 1, without a gap.
        at_ms: Unix milliseconds.
        staff: Who did it; "desk" where there were no accounts.
        action: What, in a few words.
        subject: The pseudonym or staff account it was done to, or "".
        note: Which fields, how many; no values.
        hash: Of this entry and, through the one before, of all before.
    """

    number: int
    at_ms: int
    staff: str
    action: str
    subject: str
    note: str
    hash: bytes

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "number": self.number,
            "at_ms": self.at_ms,
            "staff": self.staff,
            "action": self.action,
            "subject": self.subject,
            "note": self.note,
            "hash": self.hash.hex(),
        }


class Trail:
    """The trail of an open vault."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def permit(self, action: Action) -> Session:
        """Who does this, if they may; within a transaction.

        Raises:
            SignInError: There are staff accounts, and nobody who may do this signed in.
        """
        session = self._core.session
        if scalar(self._core.store, "SELECT 1 FROM staff") is None:
            return OPEN_DESK
        if session is None:
            raise SignInError(
                f"This desk has staff accounts, and nobody signed in to {action}.",
                hint="Add --staff ID; the PIN is asked, or read with --staff-pin-file FILE.",
            )
        if not may(session, action):
            raise SignInError(
                f"{session.staff} may not {action}.", hint="Ask a manager to sign in for this."
            )
        return session

    def append(self, at_ms: int, session: Session, action: str, subject: str, note: str) -> None:
        """Write an entry, in the transaction of what it tells of."""
        number, before = self._last()
        number += 1
        text = json.dumps([session.staff, action, subject, note], ensure_ascii=False).encode()
        text += b" " * (-len(text) % _BLOCK_BYTES)
        cell = self._core.keys.trail.seal(text, "vault", "trail", str(number))
        digest = _chain(before, number, at_ms, cell)
        store = self._core.store
        store.write("INSERT INTO trail VALUES (?, ?, ?, ?)", (number, at_ms, cell, digest))
        head = self._core.keys.trail.seal(number.to_bytes(8, "big") + digest, "vault", "trail-head")
        store.write("UPDATE vault SET trail_head = ?", (head,))

    def read(self, since: int = 0) -> list[TrailEntry]:
        """The entries after number `since`, all of them checked from the very first.

        Raises:
            DamagedError: Names the first entry that is not as it was written.
            SignInError: As `permit`.
        """
        before, number = START, 0
        found: list[TrailEntry] = []
        with self._core.transaction(write=False):
            self.permit("read the trail")
            last, head = self._last()
            query = "SELECT number, at_ms, entry, hash FROM trail ORDER BY number"
            for row in self._core.store.rows(query):
                number += 1
                entry = self._opened(row, before, number)
                before = entry.hash
                if number > since:
                    found.append(entry)
        if (number, before) != (last, head):
            raise _broken(number + 1)
        return found

    def _opened(self, row: tuple[object, ...], before: bytes, number: int) -> TrailEntry:
        if [*map(type, row)] != [int, int, bytes, bytes]:  # of a damaged file
            raise _broken(number)
        found, at_ms, cell, digest = cast("tuple[int, int, bytes, bytes]", row)
        if found != number or _chain(before, number, at_ms, cell) != digest:
            raise _broken(number)
        try:
            text = self._core.keys.trail.unseal(cell, "vault", "trail", str(number))
            staff, action, subject, note = json.loads(text)
        except (SealBrokenError, ValueError) as e:
            raise _broken(number) from e
        return TrailEntry(number, at_ms, staff, action, subject, note, digest)

    def _last(self) -> tuple[int, bytes]:
        cell = scalar(self._core.store, "SELECT trail_head FROM vault")
        if cell is None:
            return 0, START
        try:
            head = self._core.keys.trail.unseal(cell, "vault", "trail-head")
        except SealBrokenError as e:
            raise _broken(None) from e
        return int.from_bytes(head[:8], "big"), head[8:]


def _chain(before: bytes, number: int, at_ms: int, cell: bytes) -> bytes:
    place = number.to_bytes(8, "big") + at_ms.to_bytes(8, "big", signed=True)
    return hashlib.sha256(before + place + cell).digest()


def _broken(number: int | None) -> DamagedError:
    where = "its head" if number is None else f"entry {number}"
    return DamagedError(
        f"The audit trail is not as it was written, from {where} on.",
        hint="Compare with a backup: somebody changed the vault beside Facetill.",
    )
