"""Erasing a person on both sides: the vault's data key destroyed, a signed tombstone in the book.

The vault comes first: from its commit on nothing of the person can be opened and no till finds the
face, whatever becomes of the book. That the book's tombstone is due is written in that same commit,
and the mark is taken away once the book has it; so a desk killed between the two writes it at its
next errand; since the book keeps one for each pseudonym, writing it twice does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enroll.errors import Error
from ledger.book import Ledger
from ledger.errors import Error as LedgerError
from ledger.home import station_key

if TYPE_CHECKING:
    from enroll.shopper import Shopper
    from enroll.vault import Vault
    from ledger.home import Home


def erase(vault: Vault, ref: str, now_ms: int) -> Shopper:
    """Erase a person, and have the book sign that it is so.

    Raises:
        UnknownShopperError, SignInError, StorageError: Nothing was erased.
        Error: The person is erased, but the book did not take the tombstone yet.
    """
    shopper = vault.revoke(ref, now_ms)
    try:
        settle(vault, now_ms)
    except LedgerError as e:
        raise Error(
            f"{shopper.pseudonym} is erased, but the book has no tombstone yet: {e.message}",
            hint=f"{e.hint} The next errand of the desk writes it.",
            status=e.status,
        ) from e
    return shopper


def settle(vault: Vault, now_ms: int) -> int:
    """Write the tombstones that are due into the book; gives how many there were.

    Raises:
        ledger.errors.Error: The book did not take one; it stays due.
    """
    due = vault.tombstones_due()
    if due:
        key = station_key(vault.home, "desk")
        with Ledger.open_or_create(vault.home) as book:
            for pseudonym in due:
                book.at(key, now_ms).tombstone(pseudonym)
                vault.tombstone_written(pseudonym)
    return len(due)


def erased_in(home: Home) -> set[str]:
    """The pseudonyms that the home's book has tombstones of; none where there is no book."""
    from ledger.errors import LedgerMissingError

    try:
        with Ledger.open(home, read_only=True) as book:
            return book.erased()
    except LedgerMissingError:
        return set()
