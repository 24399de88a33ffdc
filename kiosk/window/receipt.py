"""What was paid, and the QR code by which anybody can check that it is in the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from PySide6.QtCore import QDateTime
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from kiosk.flow import Done
from kiosk.window.icons import Icon
from kiosk.window.lines import OrderLines, TotalRow
from kiosk.window.parts import Page, button, column, label, panel, row, rule, scrolling

if TYPE_CHECKING:
    from kiosk.flow import State
    from ledger.receipt import Receipt

QR_QUIET_MODULES = 4  # ISO/IEC 18004: the light border a reader needs
ID_CHARS_SHOWN = 8


class QrCode(QWidget):
    """A QR code drawn on the pixel grid, as large as its place allows."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[bytes, ...] = ()
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_payload(self, payload: str) -> None:
        """Encode `payload` (error correction L: a screen has no scratches)."""
        code = segno.make_qr(payload, error="l", boost_error=False)
        self._rows = tuple(bytes(line) for line in code.matrix)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw dark modules in whole pixels: a module is never half grey."""
        del event
        if not self._rows:
            return
        painter = QPainter(self)
        modules = len(self._rows) + 2 * QR_QUIET_MODULES
        module = max(1, min(self.width(), self.height()) // modules)
        side = module * modules
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter.fillRect(left, top, side, side, QColor("#FFFFFF"))
        for y, line in enumerate(self._rows):
            for x, dark in enumerate(line):
                if dark:
                    painter.fillRect(
                        left + (x + QR_QUIET_MODULES) * module,
                        top + (y + QR_QUIET_MODULES) * module,
                        module,
                        module,
                        QColor("#000000"),
                    )
        painter.end()


class ReceiptPage(Page):
    """Thanks, the slip, the proof, and the way out."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        self._shown: Receipt | None = None
        split = self.split()
        split.addWidget(self._slip(), 1)
        split.addLayout(self._side(), 1)

    def _slip(self) -> QFrame:
        inside = column(margin=28, gap=12)
        self.heading = label(self.tr("Receipt"), "heading")
        self.demo = label(self.tr("DEMO: no money was moved"), "small", panel="chip")
        self.demo.setWordWrap(False)
        self.when = label("", "small", tone="muted")
        self.lines = OrderLines(steppers=False)
        self.total = TotalRow()
        self.number = label("", "small", tone="muted")
        top = row()
        top.addWidget(self.heading, 1)
        top.addWidget(self.demo)
        inside.addLayout(top)
        inside.addWidget(self.when)
        inside.addWidget(rule())
        inside.addWidget(scrolling(self.lines), 1)
        inside.addWidget(rule())
        inside.addWidget(self.total)
        inside.addWidget(self.number)
        return panel(inside)

    def _side(self) -> QVBoxLayout:
        side = column(gap=16)
        top = row(gap=18)
        top.addWidget(Icon("check", 84))
        self.code_says = label(
            self.tr("Photograph the code: it is your receipt, and proof of it."),
            "small",
            tone="muted",
        )
        self.thanks = label(self.tr("Paid. Thank you!"), "title")
        words = column(gap=2)
        words.addWidget(self.thanks)
        words.addWidget(self.code_says)
        top.addLayout(words, 1)
        side.addLayout(top)
        inside = column(margin=6, gap=0)
        self.code = QrCode()
        inside.addWidget(self.code, 1)
        self.code_card = panel(inside)
        side.addWidget(self.code_card, 1)
        self.done = button(self.tr("Done"), "main", lambda: self.send.emit(Done()))
        side.addWidget(self.done)
        return side

    def show_state(self, state: State) -> None:
        """Show the receipt that the book gave."""
        receipt = state.receipt
        if receipt is None or receipt is self._shown:
            return
        self._shown = receipt
        self.demo.setVisible(receipt.mode == "demo")
        self.lines.show_lines(receipt.order.lines, receipt.currency)
        self.total.show_amount(receipt.amount_minor, receipt.currency)
        when = QDateTime.fromMSecsSinceEpoch(receipt.time_ms)
        self.when.setText(when.toString("yyyy-MM-dd HH:mm"))
        self.number.setText(
            self.tr("Entry {index}, receipt {id}").format(
                index=receipt.index, id=receipt.id[:ID_CHARS_SHOWN]
            )
        )
        self.code.show_payload(receipt.qr_payload())
