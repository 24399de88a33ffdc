"""Is it you, and is it this much: the last touch before money moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Confirm
from kiosk.window.icons import Icon
from kiosk.window.parts import CENTRE, Page, button, column, label, panel
from ledger.money import format_amount

if TYPE_CHECKING:
    from kiosk.flow import State


class ConfirmPage(Page):
    """The masked name and the amount, with a yes and a no of the same height."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        self.name = label("", "title", centre=True)
        self.asks = label(self.tr("Is this you?"), "heading", tone="muted", centre=True)
        self.amount = label("", "hero", tone="accent", centre=True)
        self.items = label("", tone="muted", centre=True)
        self.yes = button("", "main", lambda: self.send.emit(Confirm()))
        self.no = button(self.tr("No, that is not me"), "large", lambda: self.send.emit(Cancel()))
        inside = column(margin=28, gap=10)
        inside.addWidget(Icon("look", 96), 0, CENTRE)
        inside.addWidget(self.name)
        inside.addWidget(self.asks)
        inside.addWidget(self.amount)
        inside.addWidget(self.items)
        inside.addSpacing(8)
        inside.addWidget(self.yes)
        inside.addWidget(self.no)
        card = panel(inside)
        self.stand_alone(card)

    def show_state(self, state: State) -> None:
        """Name whom, and how much."""
        amount = format_amount(state.cart.total_minor, self._currency)
        count = state.cart.count
        self.name.setText(self.tr("Hello, {name}").format(name=state.shopper_name))
        self.amount.setText(amount)
        self.items.setText(self.items_text(count))
        self.yes.setText(self.tr("Yes, pay {amount}").format(amount=amount))
        self.yes.setAccessibleName(self.yes.text())
