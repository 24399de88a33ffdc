"""Somebody of the staff has been called; the cart and the way back are still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel
from kiosk.window.page import Page
from kiosk.window.parts import CENTRE, column, label

if TYPE_CHECKING:
    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort


class HelpPage(Page):
    """What staff can do for the shopper, in a few words."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self.title = label(self.tr("We are coming to you"), "title", centre=True)
        self.says = label(
            self.tr(
                "Our staff can take your payment another way, top up your balance, or enrol you."
            ),
            "heading",
            tone="muted",
            centre=True,
        )
        self.kept = label("", panel="calm", centre=True)
        body = column(gap=look.px(14))
        if not look.compact:
            body.addWidget(self.icon("bell", 112), 0, CENTRE)
            body.addSpacing(look.px(6))
        body.addWidget(self.title)
        body.addWidget(self.says)
        body.addSpacing(look.px(6))
        body.addWidget(self.kept)
        actions = column(gap=look.gap)
        self.back = self.button(self.tr("Back to where I was"), "main", Cancel())
        actions.addWidget(self.back)
        self.stand_alone(body, actions)

    def show_state(self, state: State) -> None:
        """Say that the cart is kept, where there is one."""
        count = state.cart.count
        self.kept.setVisible(bool(count))
        self.kept.setText(
            self.tr("Your cart is kept: {items}, {amount}.").format(
                items=self.items(count), amount=self.money(state.cart.total_minor)
            )
        )

    def spoken(self) -> str:
        """That somebody comes."""
        return self.title.text()
