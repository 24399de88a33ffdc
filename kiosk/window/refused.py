"""What stopped the payment: one cause, one thing to do, and a cart that is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Help, PayByFace, PayByPin, Retry
from kiosk.refusals import action_of
from kiosk.window.page import Page
from kiosk.window.parts import CENTRE, column, label, row
from kiosk.window.words import refusal_words

if TYPE_CHECKING:
    from kiosk.flow import Event, State
    from kiosk.window.button import Button
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort


class RefusedPage(Page):
    """The refusal's own sentence and hint, never a code; the same way again, or another."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self.cause = label("", "title", centre=True)
        self.action = label("", "heading", tone="muted", centre=True)
        self.cart = label("", panel="calm", centre=True)
        self.offers: dict[str, Button] = {}
        self.ways = column(gap=look.px(12))
        body = column(gap=look.px(14))
        if not look.compact:
            body.addWidget(self.icon("alert", 80, "refuse"), 0, CENTRE)
        body.addWidget(self.cause)
        body.addWidget(self.action)
        body.addSpacing(look.px(6))
        body.addWidget(self.cart)
        self.stand_alone(body, self.ways)

    def _offers(self, state: State) -> dict[str, Button]:
        """Every way on, by what it is to the refusal; the way that was just refused is left out."""
        offers: dict[str, tuple[str, Event, str]] = {
            "retry": (self.tr("Try again"), Retry(), ""),
            "face": (self.tr("Pay with my face"), PayByFace(), "look"),
            "pin": (self.tr("Phone number and PIN"), PayByPin(), "keypad"),
            "staff": (self.tr("Call staff"), Help(), "bell"),
            "cart": (self.tr("Back to the cart"), Cancel(), "back"),
        }
        offers.pop("pin" if state.way == "pin" else "face")
        first = action_of(state.refusal) if state.refusal else "retry"
        if first not in offers:
            first = "staff"
        return {
            name: self.button(text, "main" if name == first else "large", event, icon=icon)
            for name, (text, event, icon) in offers.items()
        }

    def _lay_out(self, offers: dict[str, Button]) -> None:
        """The one that helps is the large one, the others are a touch away."""
        first = next(name for name, made in offers.items() if made.kind == "main")
        self.ways.addWidget(offers[first])
        others = [made for name, made in offers.items() if name != first]
        for start in range(0, len(others), 2):
            across = row(gap=self.look.px(12))
            for made in others[start : start + 2]:
                across.addWidget(made, 1)
            self.ways.addLayout(across)

    def show_state(self, state: State) -> None:
        """Show why, and that nothing is lost."""
        if state.refusal is not None:
            cause, action = refusal_words(state.refusal, self.look.language)
            self.cause.setText(cause)
            self.action.setText(action)
        if not self.offers:
            self.offers = self._offers(state)
            self._lay_out(self.offers)
        self.cart.setText(
            self.tr("Your cart is still here: {items}, {amount}. Nothing was charged.").format(
                items=self.items(state.cart.count), amount=self.money(state.cart.total_minor)
            )
        )

    def spoken(self) -> str:
        """The cause and the action."""
        return f"{self.cause.text()} {self.action.text()}"
