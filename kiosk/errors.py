"""Every way the till says no: to the person who set it up, and to the shopper before it."""

from __future__ import annotations

from dataclasses import dataclass


class Error(Exception):
    """The base of every error of this package.

    Attributes:
        message: one sentence that says what happened.
        hint: one sentence that says what to do.
        status: the exit status, 1 refused or check failed, 2 bad input or missing set-up.
    """

    def __init__(self, message: str, *, hint: str, status: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status


class BadCatalogueError(Error):
    """The shop's catalogue cannot be sold from."""


class BadCartError(Error):
    """A cart that names what is not sold, or not that many."""


class DisplayError(Error):
    """There is no window to be had on this machine."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a payment is not made: a code for machines, one cause and one action for people.

    Attributes:
        reason: the code, such as `not_live`.
        message: one sentence that says why.
        hint: one sentence that says what to do now.
    """

    reason: str
    message: str
    hint: str


class RefusedError(Error):
    """A payment that is refused; nothing was charged, and the cart is still there.

    Args:
        refusal: the cause and the action.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, hint=refusal.hint, status=1)
        self.refusal = refusal
