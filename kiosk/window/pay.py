"""Choose how to pay: a face, a phone number and its PIN, or somebody of the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Help, PayByFace, PayByPin
from kiosk.window.page import Page
from kiosk.window.parts import column, label, row, scrolling, short_label

if TYPE_CHECKING:
    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort


class PayPage(Page):
    """Three ways of the same size: nobody is made to feel that theirs is the lesser one."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self.title = label(self.tr("How would you like to pay?"), "title")
        self.amount = short_label("", "title", tone="accent")
        self.face = self.button(
            self.tr("Pay with my face"),
            "way",
            PayByFace(),
            icon="look",
            says=self.tr("Look at the camera and make a few small movements. No picture is kept."),
        )
        self.pin = self.button(
            self.tr("Phone number and PIN"),
            "way",
            PayByPin(),
            icon="keypad",
            says=self.tr("The number you enrolled with, and your PIN. No camera."),
        )
        self.staff = self.button(
            self.tr("Pay with our staff"),
            "way",
            Help(),
            icon="bell",
            says=self.tr("We come to you. You can pay another way, or top up your balance."),
        )
        self.back = self.button(self.tr("Back to the cart"), "large", Cancel(), icon="back")
        ways = column(gap=look.gap)
        for way in (self.face, self.pin, self.staff):
            way.setMinimumHeight(look.px(96 if look.compact else 140))
            ways.addWidget(way)
        ways.addStretch(1)
        if look.tall:
            ways.insertStretch(0, 1)
        outer = column(gap=look.gap)
        outer.setContentsMargins(*self.edges())
        top = row(gap=look.gap)
        top.addWidget(self.title, 1)
        top.addWidget(self.amount)
        outer.addLayout(top)
        outer.addWidget(scrolling(ways), 1)
        bottom = row()
        bottom.addWidget(self.back)
        bottom.addStretch(1)
        outer.addLayout(bottom)
        self.setLayout(outer)

    def show_state(self, state: State) -> None:
        """Show the sum."""
        self.amount.setText(self.money(state.cart.total_minor))

    def spoken(self) -> str:
        """The question."""
        return self.title.text()
