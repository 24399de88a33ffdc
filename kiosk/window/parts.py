"""The few widgets that every screen is made of, so that a card is the same card everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QScroller,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from kiosk.window.look import Look

CENTRE = Qt.AlignmentFlag.AlignCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
WIDTH_MAX = 16_777_215  # Qt's own "as wide as it likes"


def label(
    text: str = "", role: str = "body", *, tone: str = "", centre: bool = False, panel: str = ""
) -> QLabel:
    """A text in one of the theme's roles; it wraps rather than being cut."""
    made = QLabel(text)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    if panel:
        made.setProperty("panel", panel)
    if centre:
        made.setAlignment(CENTRE)
    return made


def short_label(text: str = "", role: str = "body", *, tone: str = "", panel: str = "") -> QLabel:
    """A text of one line, such as an amount, which keeps the width it needs."""
    made = label(text, role, tone=tone, panel=panel)
    made.setWordWrap(False)
    made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
    return made


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the style sheet asks for."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def column(*, margin: int = 0, gap: int = 0) -> QVBoxLayout:
    """A vertical layout."""
    made = QVBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(gap)
    return made


def row(*, margin: int = 0, gap: int = 0) -> QHBoxLayout:
    """A horizontal layout."""
    made = QHBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(gap)
    return made


def panel(inside: QLayout, kind: str = "card") -> QFrame:
    """A surface around a layout."""
    made = QFrame()
    made.setProperty("panel", kind)
    made.setLayout(inside)
    return made


def rule() -> QFrame:
    """A thin horizontal line."""
    made = QFrame()
    made.setProperty("panel", "line")
    made.setFixedHeight(1)
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (inner := item.layout()) is not None:
            clear(inner)
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class Scroll(QScrollArea):
    """As high as what it holds, if there is room for it."""

    def sizeHint(self) -> QSize:
        """The size at which nothing has to be scrolled, at the width it has now."""
        inside = self.widget()
        if inside is None:
            return super().sizeHint()
        hint = inside.sizeHint()
        width = self.viewport().width()
        if inside.hasHeightForWidth() and width > 0:
            hint.setHeight(inside.heightForWidth(width))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


def scrolling(inside: QWidget | QLayout) -> QScrollArea:
    """`inside` in a vertical scroll area that a finger can drag."""
    if isinstance(inside, QLayout):
        held = QWidget()
        held.setLayout(inside)
        inside = held
    area = Scroll()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)
    return area


class Busy(QWidget):
    """A turning arc: something is being done. Still when `step` is not called."""

    def __init__(self, look: Look, side_px: int) -> None:
        super().__init__()
        self._look = look
        self._side = side_px
        self._angle = 90
        self.setFixedSize(side_px, side_px)

    def sizeHint(self) -> QSize:
        """Its fixed square."""
        return QSize(self._side, self._side)

    def step(self) -> None:
        """Turn on a little."""
        self._angle = (self._angle - 12) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring and the arc."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self._side * 0.07
        area = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.setPen(QPen(QColor(self._look.palette.sunk), edge))
        painter.drawEllipse(area)
        pen = QPen(QColor(self._look.palette.accent), edge)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(area, self._angle * 16, 100 * 16)
        painter.end()
