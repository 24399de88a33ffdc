"""The cart once more, before anything is asked of the shopper: lines, discounts, tax, sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Checkout
from kiosk.window.lines import OrderLines, Sums
from kiosk.window.page import Page
from kiosk.window.parts import column, label, row, rule
from kiosk.window.words import Words

if TYPE_CHECKING:
    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort


class ReviewPage(Page):
    """Everything that will be paid, and one button that goes on."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self._words = Words()
        body = column(gap=look.px(14))
        self.title = label(self.tr("Please check your cart"), "title")
        body.addWidget(self.title)
        body.addWidget(rule())
        self.lines = OrderLines(look, till.currency, steppers=False, names=self.names())
        self.notes = label("", panel="hint")
        self.sums = Sums(look, till.currency)
        body.addWidget(self.notes)
        body.addWidget(self.lines)
        body.addWidget(self.sums.extra)
        body.addStretch(1)
        actions = column(gap=look.gap)
        actions.addWidget(rule())
        actions.addWidget(self.sums)
        buttons = row(gap=look.gap)
        self.back = self.button(self.tr("Change the cart"), "large", Cancel(), icon="back")
        self.pay = self.button(self.tr("Choose how to pay"), "main", Checkout())
        buttons.addWidget(self.back, 2)
        buttons.addWidget(self.pay, 3)
        actions.addLayout(buttons)
        self.stand_alone(body, actions)

    def show_state(self, state: State) -> None:
        """Show the lines and the sum."""
        cart = state.cart
        self.lines.show_lines(cart.lines)
        self.sums.show_sums(cart.total_minor, cart.discounts, cart.taxes)
        notes = self._words.cart_notes(state, self.names())
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self.pay.setEnabled(cart.payable)

    def spoken(self) -> str:
        """What to do; the sum is for the shopper's eyes."""
        return self.title.text()
