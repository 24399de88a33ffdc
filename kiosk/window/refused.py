"""What stopped the payment: one cause, one thing to do, and a cart that is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Retry
from kiosk.window import theme
from kiosk.window.icons import Icon
from kiosk.window.parts import CENTRE, Page, button, column, label, panel
from ledger.money import format_amount

if TYPE_CHECKING:
    from kiosk.flow import State


class RefusedPage(Page):
    """The refusal's own sentence and hint, never a code."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        self.cause = label("", "title", centre=True)
        self.action = label("", "heading", tone="muted", centre=True)
        self.cart = label("", panel="calm", centre=True)
        self.again = button(self.tr("Try again"), "main", lambda: self.send.emit(Retry()))
        self.back = button(self.tr("Back to the cart"), "large", lambda: self.send.emit(Cancel()))
        inside = column(margin=28, gap=12)
        inside.addWidget(Icon("alert", 96, colour=theme.REFUSE, disc=theme.REFUSE_SOFT), 0, CENTRE)
        inside.addWidget(self.cause)
        inside.addWidget(self.action)
        inside.addWidget(self.cart)
        inside.addWidget(self.again)
        inside.addWidget(self.back)
        card = panel(inside)
        self.stand_alone(card)

    def show_state(self, state: State) -> None:
        """Show why, and that nothing is lost."""
        if state.refusal is not None:
            self.cause.setText(state.refusal.message)
            self.action.setText(state.refusal.hint)
        count = state.cart.count
        amount = format_amount(state.cart.total_minor, self._currency)
        self.cart.setText(
            self.tr("Your cart is still here: {items}, {amount}. Nothing was charged.").format(
                items=self.items_text(count), amount=amount
            )
        )
