"""The few widgets that every screen is made of, so that a button is the same button everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QScroller,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kiosk.window import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.flow import State

CARD_WIDTH_MAX = 820
CENTRE = Qt.AlignmentFlag.AlignCenter


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


def short_label(text: str = "", role: str = "body", *, tone: str = "") -> QLabel:
    """A text of one line, such as an amount, which keeps the width it needs."""
    made = label(text, role, tone=tone)
    made.setWordWrap(False)
    made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
    return made


def button(text: str, look: str, press: Callable[[], object]) -> QPushButton:
    """A push button; `look` is main, plain, quiet or step."""
    made = QPushButton(text)
    made.setProperty("look", look)
    made.setAccessibleName(text)
    made.clicked.connect(lambda: press())  # noqa: PLW0108 - drops Qt's `checked`
    return made


def rename(made: QPushButton, text: str) -> None:
    """Give a button other words, for eyes and for a screen reader."""
    made.setText(text)
    made.setAccessibleName(text)


def column(*, margin: int = 0, gap: int = theme.GAP) -> QVBoxLayout:
    """A vertical layout."""
    made = QVBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(gap)
    return made


def row(*, margin: int = 0, gap: int = theme.GAP) -> QHBoxLayout:
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


def scrolling(inside: QWidget) -> QScrollArea:
    """`inside` in a vertical scroll area that a finger can drag."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)
    return area


class Page(QWidget):
    """One screen: it shows a state and sends events; it decides nothing.

    `send` emits an event of `kiosk.flow`; the main window hands it to the till.
    """

    send = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._split: QBoxLayout | None = None
        self._card: QWidget | None = None

    def show_state(self, state: State) -> None:
        """Show `state`; called on the window's thread, for this page's screen only."""
        raise NotImplementedError

    def items_text(self, count: int) -> str:
        """How many items, in words."""
        return self.tr("1 item") if count == 1 else self.tr("{count} items").format(count=count)

    def split(self, gap: int = theme.MARGIN) -> QBoxLayout:
        """The page's outer layout: side by side in a wide window, stacked in a tall one."""
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._split.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.MARGIN, theme.MARGIN)
        self._split.setSpacing(gap)
        return self._split

    def stand_alone(self, card: QWidget) -> None:
        """Put one card in the middle, of a width that reads well."""
        self._card = card
        across = QVBoxLayout(self)
        across.setContentsMargins(theme.MARGIN, 20, theme.MARGIN, 20)
        across.addWidget(card, 0, CENTRE)

    def is_tall(self) -> bool:
        """Whether the page is higher than wide."""
        return self.height() > self.width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn the layout with the window."""
        super().resizeEvent(event)
        if self._card is not None:
            self._card.setFixedWidth(min(CARD_WIDTH_MAX, self.width() - 2 * theme.MARGIN))
        if self._split is not None:
            tall = self.is_tall()
            self._split.setDirection(
                QBoxLayout.Direction.TopToBottom if tall else QBoxLayout.Direction.LeftToRight
            )


class Busy(QWidget):
    """A turning arc: something is being done. Still when `step` is not called."""

    def __init__(self, side_px: int) -> None:
        super().__init__()
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
        edge = self._side * 0.08
        area = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.setPen(QPen(QColor(theme.ACCENT_SOFT), edge))
        painter.drawEllipse(area)
        pen = QPen(QColor(theme.ACCENT), edge)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(area, self._angle * 16, 100 * 16)
        painter.end()
