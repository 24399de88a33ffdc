"""What was paid, and the QR code by which anybody can check that it is in the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kiosk.flow import Done, Print
from kiosk.receipts.layout import QR_CHARS_MAX
from kiosk.window.lines import OrderLines, Sums
from kiosk.window.page import Page
from kiosk.window.palette import QR_DARK, QR_LIGHT
from kiosk.window.parts import column, label, panel, row, rule, scrolling, short_label

if TYPE_CHECKING:
    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort
    from ledger.receipt import Receipt

QR_QUIET_MODULES = 4  # ISO/IEC 18004: the light border a reader needs
ID_CHARS_SHOWN = 8


class QrCode(QWidget):
    """A QR code drawn on the pixel grid, as large as its place allows."""

    def __init__(self, least_px: int) -> None:
        super().__init__()
        self._rows: tuple[bytes, ...] = ()
        self.setMinimumSize(least_px, least_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_payload(self, payload: str) -> None:
        """Encode `payload` if a code can hold it (correction L: a screen has no scratches)."""
        self._rows = ()
        if len(payload) <= QR_CHARS_MAX:
            import segno  # not before there is a receipt: the attract screen does not wait for it

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
        painter.fillRect(left, top, side, side, QColor(QR_LIGHT))
        for y, line in enumerate(self._rows):
            for x, dark in enumerate(line):
                if dark:
                    painter.fillRect(
                        left + (x + QR_QUIET_MODULES) * module,
                        top + (y + QR_QUIET_MODULES) * module,
                        module,
                        module,
                        QColor(QR_DARK),
                    )
        painter.end()


class ReceiptPage(Page):
    """Thanks, the slip, the proof, and the way out."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self._shown: Receipt | None = None
        split = self.split(gap=look.px(14) if look.compact else None)
        if look.tall:
            split.addLayout(self._words())
            split.addWidget(self._code(), 6)
            split.addWidget(self._slip(), 5)
            split.addLayout(self._buttons())
            return
        side = column(gap=look.px(10) if look.compact else look.gap)
        if not look.compact:
            side.addLayout(self._words())
        if look.compact:  # the code takes a whole half, or a phone could not read it
            split.addWidget(self._code(), 1)
            side.addWidget(self._slip(), 1)
        else:
            split.addWidget(self._slip(), 1)
            side.addWidget(self._code(), 1)
        side.addLayout(self._buttons())
        split.addLayout(side, 1)

    def _slip(self) -> QFrame:
        look = self.look
        inside = column(margin=look.px(14 if look.compact else 28), gap=look.px(10))
        self.demo = short_label(self.tr("DEMO: no money was moved"), "small", panel="chip")
        self.when = label("", "small", tone="muted")
        self.lines = OrderLines(look, self.till.currency, steppers=False, names=self.names())
        self.sums = Sums(look, self.till.currency)
        self.number = label("", "small", tone="muted")
        slip = column(gap=look.px(8))
        if look.compact and not look.tall:
            slip.addLayout(self._words())
        slip.addWidget(label(self.tr("Receipt"), "heading"))
        slip.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignLeft)
        slip.addWidget(self.when)
        slip.addWidget(rule())
        slip.addWidget(self.lines)
        slip.addStretch(1)
        inside.addWidget(scrolling(slip), 1)
        inside.addWidget(rule())
        inside.addWidget(self.sums)
        slip.addWidget(self.number)
        return panel(inside)

    def _words(self) -> QHBoxLayout:
        look = self.look
        self.thanks = label(self.tr("Paid. Thank you!"), "heading" if look.compact else "title")
        self.code_says = label(
            self.tr("Photograph the code: it is your receipt, and proof of it."),
            "small",
            tone="muted",
        )
        words = column(gap=look.px(4))
        words.addWidget(self.thanks)
        words.addWidget(self.code_says)
        top = row(gap=look.px(18))
        if not look.compact:
            top.addWidget(self.icon("check", 84))
        top.addLayout(words, 1)
        return top

    def _code(self) -> QFrame:
        inside = column(margin=self.look.px(8))
        self.code = QrCode(self.look.px(180))
        self.code.setAccessibleName(self.tr("The receipt as a QR code"))
        inside.addWidget(self.code, 1)
        return panel(inside)

    def _buttons(self) -> QVBoxLayout:
        look = self.look
        down = column(gap=look.px(10))
        self.says = label("", panel="hint")
        self.says.hide()
        down.addWidget(self.says)
        across = row(gap=look.px(12))
        self.print = self.button(self.tr("Print"), "large", Print(), icon="printer")
        self.print.setVisible(self.till.can_print)
        self.done = self.button(self.tr("Done"), "main", Done())
        across.addWidget(self.print, 1)
        across.addWidget(self.done, 2)
        down.addLayout(across)
        return down

    def show_state(self, state: State) -> None:
        """Show the receipt that the book gave."""
        self.says.setVisible(state.hint == "printer")
        self.says.setText(
            self.tr("It was not printed. The code above is your receipt all the same.")
        )
        receipt = state.receipt
        if receipt is None or receipt is self._shown:
            return
        self._shown = receipt
        order = receipt.order
        self.demo.setVisible(receipt.mode == "demo")
        self.lines.show_lines(order.lines)
        self.sums.show_sums(receipt.amount_minor, order.discounts, order.taxes)
        self.when.setText(self.moment(receipt.time_ms))
        self.number.setText(
            self.tr("Entry {index}, receipt {id}").format(
                index=receipt.index, id=receipt.id[:ID_CHARS_SHOWN]
            )
        )
        payload = receipt.qr_payload()
        self.code.show_payload(payload)
        self.code_says.setVisible(len(payload) <= QR_CHARS_MAX)

    def spoken(self) -> str:
        """Thanks, without the sum."""
        return f"{self.thanks.text()} {self.code_says.text()}"
