"""What can happen to a till: touches, scans, the camera's and the book's answers, and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.errors import Refusal
    from kiosk.flow.state import Asks, Payer
    from ledger.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Touch:
    """Somebody touched the screen: begins at the attract screen, gives more time elsewhere."""


@dataclass(frozen=True, slots=True)
class Extend:
    """The shopper wants more time; nothing else changes."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """The shopper reads another language; taken on any screen.

    Attributes:
        language: one of the state's `languages`; another changes nothing.
    """

    language: str


@dataclass(frozen=True, slots=True)
class OpenLanguage:
    """Show all languages; leads back to where it was."""


@dataclass(frozen=True, slots=True)
class Help:
    """Call the staff; leads back to where it was."""


@dataclass(frozen=True, slots=True)
class Add:
    """One more piece of an article; a scanner sends it from any screen that has a cart."""

    sku: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A code was read by a scanner or a camera: an article's, or a coupon's.

    Attributes:
        code: as it was read.
    """

    code: str


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon's code was entered.

    Attributes:
        code: as it was typed.
    """

    code: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The stock was counted anew; the goods that come with this event say what is left."""


@dataclass(frozen=True, slots=True)
class SetQuantity:
    """Exactly that many pieces of an article; 0 takes it out."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ClearCart:
    """Everything out of the cart."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """One step on: from the cart to its review, from there to the ways to pay."""


@dataclass(frozen=True, slots=True)
class PayByFace:
    """The shopper chose their face, or tries again."""


@dataclass(frozen=True, slots=True)
class PayByPin:
    """The shopper chose their phone number and PIN, without a camera."""


@dataclass(frozen=True, slots=True)
class Retry:
    """After a refusal: the same way again."""


@dataclass(frozen=True, slots=True)
class Key:
    """One digit typed.

    Attributes:
        digit: "0" to "9"; anything else changes nothing.
    """

    digit: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Backspace:
    """The last digit away."""


@dataclass(frozen=True, slots=True)
class Submit:
    """What was typed is whole."""


@dataclass(frozen=True, slots=True)
class FaceProgress:
    """What the face check asks now.

    Attributes:
        prompt: key of what to do.
        hint: key of what is in the way.
        steps_done: movements done.
        steps_total: movements in all.
        light: "#rrggbb", the colour to light the face with; empty for none.
    """

    prompt: str
    hint: str
    steps_done: int
    steps_total: int
    light: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The face is live, but the policy asks for something more before it pays."""

    asks: Asks


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was typed is not it; the shopper may try again.

    Attributes:
        hint: key of what was wrong.
    """

    hint: str


@dataclass(frozen=True, slots=True)
class FaceDone:
    """A live face was recognised, with all that the policy asks for."""

    payer: Payer


@dataclass(frozen=True, slots=True)
class PinDone:
    """A phone number and its PIN were right."""

    payer: Payer


@dataclass(frozen=True, slots=True)
class Confirm:
    """The shopper agrees to the amount."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """One step back; nothing is charged."""


@dataclass(frozen=True, slots=True)
class Done:
    """The shopper has seen the receipt."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The ledger has the payment."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Print:
    """The shopper wants the receipt on paper, or once more."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer has done what it could.

    Attributes:
        hint: "printer" where it printed nothing or not all; empty where it did.
    """

    hint: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The face check, the second factor or the ledger refused."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""


Event = (
    Touch
    | Extend
    | SetLanguage
    | OpenLanguage
    | Help
    | Add
    | Scan
    | Coupon
    | Counted
    | SetQuantity
    | ClearCart
    | Checkout
    | PayByFace
    | PayByPin
    | Retry
    | Key
    | Backspace
    | Submit
    | FaceProgress
    | Asked
    | Wrong
    | FaceDone
    | PinDone
    | Confirm
    | Cancel
    | Done
    | Paid
    | Print
    | Printed
    | Failed
    | Tick
)
