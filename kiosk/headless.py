"""The kiosk without a window: the same till, driven from the command line to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk import flow
from kiosk.errors import RefusedError
from kiosk.flow import Screen
from kiosk.refusals import refusal

if TYPE_CHECKING:
    from kiosk.cart import Cart
    from kiosk.errors import Refusal
    from kiosk.till import Till
    from ledger.receipt import Receipt

# Refusals whose cause is what the command was given, not who stood before the camera.
BAD_INPUT = {"broken_source", "setup"}


def checkout(till: Till, cart: Cart) -> Receipt:
    """Take a cart through the whole flow, the shopper agreeing to everything.

    Args:
        till: not threaded.
        cart: at least one article.

    Returns:
        The receipt of the payment.

    Raises:
        RefusedError: it was refused; nothing was charged.
    """
    till.send(flow.Touch())
    for line in cart.lines:
        till.send(flow.SetQuantity(line.sku, line.quantity))
    till.send(flow.Checkout())
    till.send(flow.Checkout())
    till.send(flow.PayByFace())
    till.send(flow.Confirm())
    state = till.state
    if state.screen is Screen.RECEIPT and state.receipt is not None:
        return state.receipt
    raise RefusedError(state.refusal or refusal("fault"))


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
