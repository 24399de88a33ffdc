"""The second between the touch and the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from kiosk.window.page import Page
from kiosk.window.parts import CENTRE, Busy, column, label

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort

TURN_INTERVAL_MS = 40


class PayingPage(Page):
    """Nothing to touch: the payment is being written into the book."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self.busy = Busy(look, look.px(132))
        self.says = label(self.tr("Paying"), "display", centre=True)
        self.amount = label("", "heading", tone="muted", centre=True)
        inside = column(margin=look.margin, gap=look.px(20))
        inside.addStretch(1)
        inside.addWidget(self.busy, 0, CENTRE)
        inside.addWidget(self.says)
        inside.addWidget(self.amount)
        inside.addStretch(1)
        self.setLayout(inside)
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_INTERVAL_MS)
        self._timer.timeout.connect(self.busy.step)

    def show_state(self, state: State) -> None:
        """Say how much is being paid."""
        amount = self.money(state.cart.total_minor)
        self.amount.setText(self.tr("{amount}, one moment please").format(amount=amount))

    def spoken(self) -> str:
        """That it is under way."""
        return self.says.text()

    def showEvent(self, event: QShowEvent) -> None:
        """Turn while seen, where things may move."""
        super().showEvent(event)
        if not self.look.still:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not."""
        super().hideEvent(event)
        self._timer.stop()
