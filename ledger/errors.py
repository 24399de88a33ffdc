"""Every way the book says no, each with one sentence of what happened and one of what to do.

Refusals of a payment are sub-classes of `Refused` (status 1); a missing or broken set-up is
status 2. The shapes are shared by all packages: `message`, `hint`, `status`.
"""

# ruff: noqa: N818  (a refusal is an answer, not a fault: its class is named after the reason)

from __future__ import annotations


class Error(Exception):
    """The base of all ledger errors.

    Args:
        message: One sentence that says what happened.
        hint: One sentence that says what to do now.

    Attributes:
        status: Exit status of a command that ends with it: 1 refused, 2 bad input or set-up.
    """

    status: int = 2

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInputError(Error):
    """A value handed in is outside of what the format allows."""


class BadAmountError(BadInputError):
    """An amount or a currency that cannot be understood."""


class BadEncodingError(BadInputError):
    """Bytes that are not the canonical encoding, or a value that has none."""


# --- the home -------------------------------------------------------------------------------


class HomeError(Error):
    """The home folder cannot be used."""


class HomeMissingError(HomeError):
    """There is no home at this path."""


class HomeOccupiedError(HomeError):
    """A home cannot be made here: the folder holds something already."""


class HomeVersionError(HomeError):
    """The home was written by another version."""


class HomeCorruptError(HomeError):
    """home.json is not what this version writes."""


class KeyMissingError(HomeError):
    """A key file is not there."""


class KeyExposedError(HomeError):
    """A private key can be read by others."""


class KeyCorruptError(HomeError):
    """A key file holds no usable key."""


# --- storage --------------------------------------------------------------------------------


class StorageError(Error):
    """The database or the disk below it failed; nothing of the operation was kept."""


class DiskFullError(StorageError):
    """No room is left on the disk."""


class BusyError(StorageError):
    """Another process held the book for too long."""


class RetryableError(BusyError):
    """The database asks to do the same again; nothing was written."""


class LedgerMissingError(StorageError):
    """The home has no book yet."""


class LedgerExistsError(StorageError):
    """The home has a book already."""


class LedgerVersionError(StorageError):
    """The book was written by another version."""


class DamagedError(StorageError):
    """The book is not as it was written."""

    status = 1


# --- refusals -------------------------------------------------------------------------------


class Refused(Error):
    """The book was asked for something it must not do; nothing was written."""

    status = 1


class InsufficientFunds(Refused):
    """The shopper's prepaid balance is lower than the amount."""


class Expired(Refused):
    """The authorisation was presented after its time."""


class NotYetValid(Refused):
    """The authorisation was issued in the future, by more than the allowed skew."""


class LifetimeTooLong(Refused):
    """The authorisation would live longer than any is allowed to."""


class AlreadyUsedWithOtherContent(Refused):
    """The id was used before, for something else."""


class BadSignature(Refused):
    """The signature is not the registered key's over this content."""


class UnknownKiosk(Refused):
    """No kiosk with this key is registered in the book."""


class UnknownDesk(Refused):
    """No desk with this key is registered in the book."""


class WrongCart(Refused):
    """The order is not the one that was authorised."""


class WrongAmount(Refused):
    """The amount authorised is not the order's total."""


class WrongCurrency(Refused):
    """The currency is not the home's."""


class FileSourceInLiveHome(Refused):
    """A payment from a recorded file was offered to a live home."""


class BalanceTooHigh(Refused):
    """A top-up would lift a balance above the limit."""


class ShopperErased(Refused):
    """The shopper has a tombstone."""


class OutOfStock(Refused):
    """Fewer pieces are left than the order asks for."""


class HoldEnded(Refused):
    """The hold was captured, voided or has expired."""


class HoldRunning(Refused):
    """The hold is to be ended as expired before its time."""


class NothingToClose(Refused):
    """The figures to be closed are not those of the book."""


class RefundTooHigh(Refused):
    """More would be given back than was paid."""


class UnknownReceipt(Refused):
    """The book has no payment with this id."""


class ProofRefused(Refused):
    """A receipt's proof does not verify."""
