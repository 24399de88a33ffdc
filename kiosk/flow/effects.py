"""What the flow asks the till to do; the flow itself does nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.cart import Cart
    from kiosk.flow.state import Asks, Payer, Screen
    from ledger.receipt import Receipt


@dataclass(frozen=True, slots=True)
class StartFace:
    """Open the camera and check the face before it, for a cart of that worth."""

    cart: Cart


@dataclass(frozen=True, slots=True)
class StopFace:
    """Let go of the camera."""


@dataclass(frozen=True, slots=True)
class CheckSecond:
    """Check what belongs to the live face that waits.

    Attributes:
        asks: "digits" or "pin".
        typed: the digits; never to be logged or kept.
        cart: what is to be paid.
    """

    asks: Asks
    typed: str = field(repr=False)
    cart: Cart


@dataclass(frozen=True, slots=True)
class ForgetFace:
    """Let go of the live face that waited for its second factor."""


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Check a phone number and its PIN.

    Attributes:
        phone: its digits; never to be logged or kept.
        pin: likewise.
        cart: what is to be paid.
    """

    phone: str = field(repr=False)
    pin: str = field(repr=False)
    cart: Cart


@dataclass(frozen=True, slots=True)
class CountStock:
    """Ask the book how many are left, and say `Counted`."""


@dataclass(frozen=True, slots=True)
class Authorize:
    """Sign and post the payment, once."""

    payer: Payer
    cart: Cart


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print the receipt, where there is a printer.

    Attributes:
        receipt: of a payment that is booked.
        language: the shopper's, a BCP 47 code.
    """

    receipt: Receipt
    language: str


@dataclass(frozen=True, slots=True)
class CallStaff:
    """Somebody of the staff is wanted.

    Attributes:
        screen: where the shopper was.
        reason: the code of the refusal before them; empty where there was none.
    """

    screen: Screen
    reason: str


Effect = (
    StartFace
    | StopFace
    | CheckSecond
    | ForgetFace
    | CheckPin
    | CountStock
    | Authorize
    | PrintReceipt
    | CallStaff
)
