"""The kiosk's one large drawing: a smiling head in a viewfinder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.window import icons

if TYPE_CHECKING:
    from kiosk.window.look import Look

RING_SHARES: Final = (0.98, 0.78)


class Poster(QWidget):
    """A smiling head in a viewfinder, in the middle of quiet rings."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setMinimumSize(look.px(160), look.px(160))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it as large as it fits."""
        del event
        c = self._look.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(QPen(QColor(c.accent_soft), side * 0.012))
        for share in RING_SHARES:
            painter.drawEllipse(centre, side * share / 2, side * share / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent_soft))
        painter.drawEllipse(centre, side * 0.31, side * 0.31)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        head = QRectF(0, 0, side * 0.36, side * 0.36)
        head.moveCenter(centre)
        icons.paint(painter, "hold_still", head, c.accent)
        badge = QRectF(0, 0, side * 0.15, side * 0.15)
        badge.moveCenter(centre + QPointF(side * 0.275, side * 0.275))
        painter.setPen(QPen(QColor(c.surface), side * 0.014))
        painter.setBrush(QColor(c.accent))
        painter.drawEllipse(badge)
        inset = badge.width() * 0.24
        icons.paint(painter, "check", badge.adjusted(inset, inset, -inset, -inset), c.on_accent)
        painter.end()
