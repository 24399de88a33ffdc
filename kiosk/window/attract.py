"""The screen between shoppers: says what this is, and that a touch starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.flow import Touch
from kiosk.window import icons, theme
from kiosk.window.parts import Page, button, column, label

if TYPE_CHECKING:
    from kiosk.flow import State


class AttractPage(Page):
    """Anywhere is the button; the drawn one is there for those who look for one."""

    def __init__(self) -> None:
        super().__init__()
        split = self.split()
        self.headline = label(self.tr("Pay with a look"), "hero")
        self.says = label(
            self.tr("Fill your cart, look at the camera, done. No card, no phone."), "heading"
        )
        self.promise = label(
            self.tr("You enrol once, at the desk. The camera's pictures are never kept."),
            tone="muted",
        )
        self.start = button(self.tr("Touch to start"), "main", self._touch)
        text = column(gap=theme.GAP)
        text.addStretch(1)
        text.addWidget(self.headline)
        text.addWidget(self.says)
        text.addSpacing(theme.GAP)
        text.addWidget(self.start)
        text.addSpacing(theme.GAP)
        text.addWidget(self.promise)
        text.addStretch(1)
        split.addWidget(_Portrait(), 1)
        split.addLayout(text, 1)

    def _touch(self) -> None:
        self.send.emit(Touch())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch anywhere starts."""
        event.accept()
        self._touch()

    def show_state(self, state: State) -> None:
        """Nothing here depends on the state."""
        del state


class _Portrait(QWidget):
    """The poster: a smiling head in a viewfinder, on a disc."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it as large as it fits."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) * 0.9
        area = QRectF(0, 0, side, side)
        area.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.ACCENT_SOFT))
        painter.drawEllipse(area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for grow, part in ((0.06, 0.5), (0.0, 1.0)):
            inset = side * (0.035 + grow)
            painter.setPen(QPen(QColor(theme.CARD), side * 0.012 * part))
            painter.drawEllipse(area.adjusted(inset, inset, -inset, -inset))
        inset = side * 0.2
        icons.paint(
            painter, "hold_still", area.adjusted(inset, inset, -inset, -inset), theme.ACCENT
        )
        painter.end()
