"""The kiosk without a window: the same till, driven from the command line to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiosk import flow
from kiosk.errors import Error, Refusal, RefusedError
from kiosk.flow import DIGITS, Screen
from kiosk.refusals import WORDS, out_of_stock, refusal, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kiosk.cart import Cart
    from kiosk.flow import Asks
    from kiosk.till import Till
    from ledger.receipt import Receipt

# Refusals whose cause is what the command was given, not who stood before the camera.
BAD_INPUT = {"broken_source", "setup"}
SECRET_BYTES_MAX = 64


def _nobody(_asks: Asks) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Typed:
    """What the shopper would type; never from the command line, where others could read it.

    Attributes:
        digits: the last of their phone number; none where not given.
        pin: their PIN.
        phone: their whole number: to pay by number and PIN, without a camera.
        prompt: asks a person at a terminal; gives none where there is nobody.
    """

    digits: str | None = field(default=None, repr=False)
    pin: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    prompt: Callable[[Asks], str | None] = _nobody

    def answer(self, asks: Asks) -> str | None:
        """What is typed when the till asks for it."""
        given = {"digits": self.digits, "pin": self.pin, "phone": self.phone}[asks]
        return self.prompt(asks) if given is None else given


def read_secret(path: Path, asks: Asks) -> str:
    """The one line of digits in a file.

    Raises:
        Error: it cannot be read, or holds anything else.
    """
    try:
        with path.open("rb") as file:
            text = file.read(SECRET_BYTES_MAX).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Error(
            f"The file {path} cannot be read as digits.", hint="Put the digits on its first line."
        ) from error
    least, most = DIGITS[asks]
    digits = text.removeprefix("+") if asks == "phone" else text
    if not digits.isdigit() or not least <= len(digits) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise Error(
            f"The file {path} does not hold {wanted} digits.", hint="Put them on its first line."
        )
    return digits


def checkout(
    till: Till, cart: Cart, typed: Typed | None = None, coupons: Sequence[str] = ()
) -> Receipt:
    """Take a cart through the whole flow, the shopper agreeing to everything.

    Args:
        till: not threaded.
        cart: at least one article.
        typed: what the shopper types; with a phone number they pay without a face.
        coupons: codes that the shopper enters.

    Returns:
        The receipt of the payment.

    Raises:
        RefusedError: it was refused; nothing was charged.
    """
    typed = typed or Typed()
    till.send(flow.Touch())
    for line in cart.lines:
        till.send(flow.SetQuantity(line.sku, line.quantity))
    for code in coupons:
        till.send(flow.Coupon(code))
        if till.state.hint == "unknown_coupon":
            raise RefusedError(
                Refusal("unknown_coupon", f"There is no coupon {code!r} here.", "Look it up again.")
            )
    till.send(flow.Checkout())
    till.send(flow.Checkout())
    till.send(flow.PayByPin() if typed.phone is not None else flow.PayByFace())
    while till.state.entry is not None:
        _type(till, till.state.entry, typed)
    till.send(flow.Confirm())
    state = till.state
    if state.screen is Screen.RECEIPT and state.receipt is not None:
        return state.receipt
    if state.cart.short and state.refusal is None:
        raise RefusedError(out_of_stock((s.name, s.left) for s in state.cart.short))
    if state.hint in WORDS:  # the cart itself cannot be paid
        raise refused(state.hint)
    if state.hint == "nothing_to_pay":
        why = "The cart costs nothing, so there is nothing to pay."
        raise RefusedError(Refusal(state.hint, why, "Hand it out as staff do, or add an article."))
    raise RefusedError(state.refusal or refusal("fault"))


def _type(till: Till, entry: flow.Entry, typed: Typed) -> None:
    """One answer; nobody is there to think again after a wrong one."""
    given = None if entry.hint else typed.answer(entry.asks)
    if given is None:
        till.send(flow.Cancel())
        raise refused(entry.hint or "second_factor_needed")
    for digit in given:
        till.send(flow.Key(digit))
    before = till.state.entry
    till.send(flow.Submit())
    if till.state.entry is before:
        till.send(flow.Cancel())
        raise refused(f"wrong_{entry.asks}" if entry.asks != "phone" else "wrong_pin")


def paid(receipt: Receipt) -> dict[str, object]:
    """The JSON object of a payment."""
    return {"outcome": "paid", "reason": "", "receipt": receipt.to_json()}


def not_paid(why: Refusal) -> dict[str, object]:
    """The JSON object of a refusal."""
    return {
        "outcome": "refused",
        "reason": why.reason,
        "message": why.message,
        "hint": why.hint,
        "receipt": None,
    }
