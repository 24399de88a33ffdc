"""The whole cart once more, before the ways to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Checkout
from kiosk.window.lines import OrderLines, TotalRow
from kiosk.window.parts import Page, button, column, label, panel, rename, rule, scrolling
from ledger.money import format_amount

if TYPE_CHECKING:
    from kiosk.flow import State


class ReviewPage(Page):
    """Every line, the sum, one step on and one back."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        inside = column(margin=24, gap=14)
        inside.addWidget(label(self.tr("Please check your cart"), "heading"))
        inside.addWidget(rule())
        self.lines = OrderLines(steppers=False)
        inside.addWidget(scrolling(self.lines), 1)
        inside.addWidget(rule())
        self.total = TotalRow()
        inside.addWidget(self.total)
        side = column(gap=20)
        self.on = button("", "main", lambda: self.send.emit(Checkout()))
        self.back = button(self.tr("Back to the cart"), "large", lambda: self.send.emit(Cancel()))
        side.addStretch(1)
        side.addWidget(label(self.tr("Is everything right?"), "title"))
        side.addWidget(self.on)
        side.addStretch(1)
        side.addWidget(self.back)
        split = self.split()
        split.addWidget(panel(inside), 1)
        split.addLayout(side, 1)

    def show_state(self, state: State) -> None:
        """Show the lines and the sum."""
        self.lines.show_lines(state.cart.lines, self._currency)
        self.total.show_amount(state.cart.total_minor, self._currency)
        amount = format_amount(state.cart.total_minor, self._currency)
        rename(self.on, self.tr("Go on to pay {amount}").format(amount=amount))
