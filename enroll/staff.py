"""The accounts of those who work at the desk: who they are, their role, their PIN.

An account lies sealed under a key of the vault. A wrong PIN and an unknown id take as long and say
the same; five wrong ones in a row lock the id for half a minute, then for twice as long each time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from enroll import pins
from enroll.errors import BadInputError, DamagedError, LockedError, RefusedError, SignInError
from enroll.roles import OPEN_DESK, ROLES, Session
from enroll.sealing import SealBrokenError
from enroll.shopper import STAFF_CHARACTERS_MAX

if TYPE_CHECKING:
    from enroll.attempts import Attempts
    from enroll.core import Core
    from enroll.roles import Role
    from enroll.trail import Trail

FAILURES_MAX: Final = 5
LOCK_MS: Final = 30_000
LOCK_MS_MAX: Final = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who works at the desk.

    Attributes:
        id: 1 to 40 printable characters; no name is needed.
        role: What they may do; see `enroll.roles`.
        since_ms: When the account was made, Unix ms.
    """

    id: str
    role: Role
    since_ms: int

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {"id": self.id, "role": self.role, "since_ms": self.since_ms}


class Staff:
    """The accounts of an open vault, and who is signed in."""

    def __init__(self, core: Core, trail: Trail, attempts: Attempts) -> None:
        self._core = core
        self._trail = trail
        self._attempts = attempts

    # --- signing in --------------------------------------------------------------------------

    @property
    def session(self) -> Session | None:
        """Who signed in; None for nobody."""
        return self._core.session

    def exist(self) -> bool:
        """Whether there are accounts, so that somebody has to sign in."""
        with self._core.transaction(write=False):
            return bool(self._kept())

    def sign_in(self, staff: str, pin: str, now_ms: int) -> Session:
        """Open a session; what is done from here on is done by this person.

        Raises:
            SignInError: Not this id with this PIN, or a home without accounts.
            LockedError: Too many wrong PINs; says for how long.
        """
        subject = f"staff/{staff[:STAFF_CHARACTERS_MAX]}"
        until_ms = self._attempts.locked_until_ms(subject, now_ms)
        if until_ms:
            raise _locked(until_ms - now_ms)
        # counted before it is compared, so that many tries at once are not many free ones
        until_ms = self._attempts.failed(
            subject, now_ms, failures_max=FAILURES_MAX, lock_ms=LOCK_MS, lock_ms_max=LOCK_MS_MAX
        )
        with self._core.transaction(write=False):
            accounts = self._kept()
        account, kept = accounts.get(staff, (None, None))
        if not pins.matches(pin, kept) or account is None:
            self._core.session = None
            if until_ms:
                raise _locked(until_ms - now_ms)
            raise SignInError(
                "That is not the PIN of this staff id.",
                hint="Try again; after five wrong ones the id is locked for a while."
                if accounts
                else "This home has no staff accounts: leave --staff-pin-file out.",
            )
        self._attempts.succeeded(subject)
        self._core.session = Session(account.id, account.role)
        return self._core.session

    def sign_out(self) -> None:
        """End the session."""
        self._core.session = None

    # --- keeping accounts --------------------------------------------------------------------

    def list(self) -> list[Account]:
        """All accounts, by id.

        Raises:
            SignInError, DamagedError: As named.
        """
        with self._core.transaction(write=False):
            self._trail.permit("look up")
            return [account for account, _ in self._kept().values()]

    def add(self, staff: str, role: Role, pin: str, now_ms: int) -> Account:
        """Make an account; the first is a manager's, and ends the open desk.

        Raises:
            BadInputError: The id, the role, or the PIN's rules.
            RefusedError: The id is taken, or the first account is not a manager's.
        """
        _require_id(staff)
        pins.require_good(pin)
        account, kept = Account(staff, role, now_ms), pins.hashed(pin)
        with self._core.transaction(write=True):
            session = self._trail.permit("keep staff accounts")
            accounts = self._kept()
            if staff in accounts:
                raise RefusedError(f"There is an account {staff} already.", hint="Choose another.")
            if not accounts and role != "manager":
                raise RefusedError(
                    "The first account is a manager's, or nobody could make the others.",
                    hint="Add --role manager.",
                )
            self._put(account, kept)
            self._trail.append(now_ms, session, "add staff", staff, role)
        if session is OPEN_DESK:
            self._core.session = Session(staff, role)
        return account

    def change(
        self, staff: str, now_ms: int, *, pin: str | None = None, role: Role | None = None
    ) -> Account:
        """Give a new PIN or another role.

        Raises:
            BadInputError, RefusedError, SignInError: As named; the last manager stays one.
        """
        if pin is not None:
            pins.require_good(pin)
        kept = None if pin is None else pins.hashed(pin)
        with self._core.transaction(write=True):
            session = self._permit_change(staff, role)
            accounts = self._kept()
            account, before = _account(accounts, staff)
            if role is not None and role != account.role:
                _require_manager_left(accounts, staff, alone=False)
                account = Account(staff, role, account.since_ms)
            self._put(account, kept or before)
            note = " ".join([*(["PIN"] if pin else []), *([role] if role else [])])
            self._trail.append(now_ms, session, "change staff", staff, note)
        return account

    def remove(self, staff: str, now_ms: int) -> Account:
        """Delete an account; with the last one the desk is open again.

        Raises:
            RefusedError: No such account, or the last manager while others are left.
        """
        with self._core.transaction(write=True):
            session = self._trail.permit("keep staff accounts")
            accounts = self._kept()
            account, _ = _account(accounts, staff)
            _require_manager_left(accounts, staff, alone=True)
            self._core.store.write("DELETE FROM staff WHERE id = ?", (staff,))
            self._trail.append(now_ms, session, "remove staff", staff, "")
        return account

    # --- inside ------------------------------------------------------------------------------

    def _permit_change(self, staff: str, role: Role | None) -> Session:
        own = self._core.session
        if role is None and own is not None and own.staff == staff:
            return own  # everybody may change their own PIN
        return self._trail.permit("keep staff accounts")

    def _kept(self) -> dict[str, tuple[Account, bytes]]:
        found: dict[str, tuple[Account, bytes]] = {}
        for row in self._core.store.rows("SELECT id, account FROM staff ORDER BY id"):
            staff, cell = cast("tuple[str, bytes]", row)
            try:
                record = json.loads(self._core.keys.staff.unseal(cell, staff, "account"))
                kept = bytes.fromhex(record["pin"])
                found[staff] = Account(staff, record["role"], record["since_ms"]), kept
            except (SealBrokenError, ValueError, KeyError, TypeError) as e:
                raise DamagedError(
                    f"The account of {staff} is damaged.", hint="Restore the vault from a backup."
                ) from e
        return found

    def _put(self, account: Account, kept: bytes) -> None:
        record = {"role": account.role, "since_ms": account.since_ms, "pin": kept.hex()}
        cell = self._core.keys.staff.seal(json.dumps(record).encode(), account.id, "account")
        self._core.store.write(
            "INSERT INTO staff (id, account) VALUES (?, ?)"
            " ON CONFLICT (id) DO UPDATE SET account = excluded.account",
            (account.id, cell),
        )


def require_role(text: str) -> Role:
    """The role of this name.

    Raises:
        BadInputError: There is none.
    """
    if text not in ROLES:
        raise BadInputError(f"{text!r} is no role.", hint=f"Choose {' or '.join(ROLES)}.")
    return text


def _require_id(staff: str) -> None:
    fits = 0 < len(staff) <= STAFF_CHARACTERS_MAX and staff.isprintable() and staff.strip() == staff
    if not fits or staff == OPEN_DESK.staff:
        raise BadInputError(
            f"A staff id has 1 to {STAFF_CHARACTERS_MAX} printable characters,"
            f" and is not {OPEN_DESK.staff!r}.",
            hint="Give a short one, such as anna.",
        )


def _account(accounts: dict[str, tuple[Account, bytes]], staff: str) -> tuple[Account, bytes]:
    if staff not in accounts:
        raise RefusedError(f"There is no account {staff}.", hint="Run: facetill enroll staff list")
    return accounts[staff]


def _require_manager_left(
    accounts: dict[str, tuple[Account, bytes]], staff: str, *, alone: bool
) -> None:
    others = [account for account, _ in accounts.values() if account.id != staff]
    if any(account.role == "manager" for account in others) or (alone and not others):
        return
    if accounts[staff][0].role == "manager":
        raise RefusedError(
            f"{staff} is the last manager.", hint="Make another account a manager's first."
        )


def _locked(left_ms: int) -> LockedError:
    return LockedError(
        f"Too many wrong PINs: this staff id is locked for {-(-left_ms // 1000)} seconds more.",
        hint="Wait, or ask a manager for a new PIN.",
    )
