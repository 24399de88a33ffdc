"""Choose how to pay: a face, a phone number and PIN, or a person; none is harder to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel, Help, PayByFace, PayByPin
from kiosk.window.icons import Icon
from kiosk.window.lines import OrderLines, TotalRow
from kiosk.window.parts import Page, button, column, label, panel, row, rule, scrolling

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFrame, QVBoxLayout

    from kiosk.flow import State


class PayPage(Page):
    """The cart once more, and the ways to pay it."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        split = self.split()
        split.addWidget(self._review(), 1)
        split.addLayout(self._ways(), 1)

    def _review(self) -> QFrame:
        inside = column(margin=24, gap=14)
        inside.addWidget(label(self.tr("Your cart"), "heading"))
        inside.addWidget(rule())
        self.lines = OrderLines(steppers=False)
        inside.addWidget(scrolling(self.lines), 1)
        inside.addWidget(rule())
        self.total = TotalRow()
        inside.addWidget(self.total)
        return panel(inside)

    def _ways(self) -> QVBoxLayout:
        ways = column(gap=16)
        ways.addWidget(label(self.tr("How would you like to pay?"), "title"))
        self.face = button(self.tr("Pay with my face"), "main", lambda: self.send.emit(PayByFace()))
        self.face_says = label(
            self.tr("You look at the camera and make a few small movements. No picture is kept."),
            tone="muted",
        )
        top = row(gap=18)
        top.addWidget(Icon("look", 72))
        top.addWidget(self.face_says, 1)
        inside = column(margin=20, gap=12)
        inside.addLayout(top)
        inside.addWidget(self.face)
        ways.addWidget(panel(inside))
        self.pin = button(
            self.tr("Phone number and PIN"), "large", lambda: self.send.emit(PayByPin())
        )
        self.staff = button(self.tr("Call our staff"), "large", lambda: self.send.emit(Help()))
        ways.addWidget(self.pin)
        ways.addWidget(self.staff)
        ways.addStretch(1)
        self.back = button(self.tr("Back to the cart"), "large", lambda: self.send.emit(Cancel()))
        ways.addWidget(self.back)
        return ways

    def show_state(self, state: State) -> None:
        """Show the lines and the sum."""
        self.lines.show_lines(state.cart.lines, self._currency)
        self.total.show_amount(state.cart.total_minor, self._currency)
