"""The second between the touch and the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from kiosk.window.parts import CENTRE, Busy, Page, column, label
from ledger.money import format_amount

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from kiosk.flow import State


class PayingPage(Page):
    """Nothing to touch: the payment is being written into the book."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        self.busy = Busy(150)
        self.says = label(self.tr("Paying"), "display", centre=True)
        self.amount = label("", "heading", tone="muted", centre=True)
        inside = column(gap=20)
        inside.addStretch(1)
        inside.addWidget(self.busy, 0, CENTRE)
        inside.addWidget(self.says)
        inside.addWidget(self.amount)
        inside.addStretch(1)
        self.split().addLayout(inside, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self.busy.step)

    def show_state(self, state: State) -> None:
        """Say how much is being paid."""
        amount = format_amount(state.cart.total_minor, self._currency)
        self.amount.setText(self.tr("{amount}, one moment please").format(amount=amount))

    def showEvent(self, event: QShowEvent) -> None:
        """Turn while seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not."""
        super().hideEvent(event)
        self._timer.stop()
