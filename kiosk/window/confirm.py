"""Is it you, and is it this much: the last touch before money moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Confirm
from kiosk.window.page import Page
from kiosk.window.parts import CENTRE, column, label

if TYPE_CHECKING:
    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort


class ConfirmPage(Page):
    """The masked name and the amount, with a yes and a no."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self.name = label("", "title", centre=True)
        self.asks = label(self.tr("Is this you?"), "heading", tone="muted", centre=True)
        self.amount = label("", "display" if look.compact else "hero", tone="accent", centre=True)
        self.count = label("", tone="muted", centre=True)
        self.yes = self.button("", "main", Confirm(), icon="check")
        self.no = self.button(self.tr("No, that is not me"), "large", Cancel())
        body = column(gap=look.px(10))
        if not look.compact:
            body.addWidget(self.icon("person", 88), 0, CENTRE)
            body.addSpacing(look.px(4))
        for text in (self.name, self.asks, self.amount, self.count):
            body.addWidget(text)
        actions = column(gap=look.gap)
        actions.addWidget(self.yes)
        actions.addWidget(self.no)
        self.stand_alone(body, actions)

    def show_state(self, state: State) -> None:
        """Name whom, and how much."""
        amount = self.money(state.cart.total_minor)
        self.name.setText(self.tr("Hello, {name}").format(name=state.shopper_name))
        self.amount.setText(amount)
        self.count.setText(self.items(state.cart.count))
        self.yes.rename(self.tr("Yes, pay {amount}").format(amount=amount))

    def spoken(self) -> str:
        """The question, without the name and the sum."""
        return self.asks.text()
