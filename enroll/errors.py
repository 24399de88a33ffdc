"""Every way the desk says no, each with one sentence of what happened and one of what to do.

The shape is the same in all packages: `message`, `hint`, `status`. Refusals have status 1; bad
input or a missing or broken set-up has status 2.
"""

from __future__ import annotations


class Error(Exception):
    """The base of all enrolment errors.

    Args:
        message: One sentence that says what happened.
        hint: One sentence that says what to do now.
        status: Exit status of a command that ends with it: 1 refused, 2 bad input or set-up.
    """

    status: int = 2

    def __init__(self, message: str, *, hint: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if status is not None:
            self.status = status


class BadInputError(Error):
    """A name, a phone number or another value that cannot be taken."""


class ConsentMissingError(Error):
    """Nobody said that the person agreed; no camera was opened."""


class SecretError(Error):
    """The master secret is missing, exposed, unreadable or of no use here."""


class WrongSecretError(SecretError):
    """The key or passphrase is not the one that this vault was sealed with."""


class StorageError(Error):
    """The vault's file or the disk below it failed; nothing of the operation was kept."""


class DiskFullError(StorageError):
    """No room is left on the disk."""


class VaultMissingError(StorageError):
    """The home has no vault yet."""


class VaultExistsError(StorageError):
    """The home has a vault already."""


class VaultVersionError(StorageError):
    """The vault was written by another version."""


class DamagedError(StorageError):
    """Something in the vault is not as it was written."""


class OtherModelError(Error):
    """A template or probe was made by another recogniser than the one in use."""


class RefusedError(Error):
    """The desk was asked for something that it must not do; nothing was written."""

    status = 1


class UnknownShopperError(RefusedError):
    """No such shopper, or one whose data were erased."""


class AlreadyEnrolledError(RefusedError):
    """This face or this phone number has an account already.

    Attributes:
        pseudonym: Whose account it is.
    """

    def __init__(self, message: str, *, hint: str, pseudonym: str = "") -> None:
        super().__init__(message, hint=hint)
        self.pseudonym = pseudonym


class SignInError(RefusedError):
    """Nobody signed in who may do this."""


class LockedError(RefusedError):
    """Too many wrong PINs; it has to wait."""


class OtherFaceError(RefusedError):
    """The face before the camera is not the one on file."""


class PoorTemplateError(RefusedError):
    """The frames would make a template that matches badly."""


class NotEnoughFramesError(RefusedError):
    """The camera did not give enough good frames of one person."""


class NotLiveError(RefusedError):
    """The face before the desk's camera looks like a picture or a screen."""


class TwoPeopleError(RefusedError):
    """The frames show different people."""
