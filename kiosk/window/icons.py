"""One-colour icons: a drawing in any rectangle, or on a soft disc beside words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.window.drawings.faces import FACES
from kiosk.window.drawings.signs import SIGNS

if TYPE_CHECKING:
    from kiosk.window.look import Look

UNITS: Final = 100.0
_DRAWINGS: Final = {**FACES, **SIGNS}
Tone = Literal["accent", "warn", "refuse", "plain"]


def is_drawn(name: str) -> bool:
    """Whether there is a drawing of that name."""
    return name in _DRAWINGS


def paint(painter: QPainter, name: str, area: QRectF, colour: str) -> None:
    """Draw `name` centred in `area` in one colour; an unknown name is a shopping bag."""
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center().x() - side / 2, area.center().y() - side / 2)
    painter.scale(side / UNITS, side / UNITS)
    pen = QPen(QColor(colour), 6.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _DRAWINGS.get(name, SIGNS["bag"])(painter)
    painter.restore()


class Icon(QWidget):
    """A drawing on a soft disc; decoration beside words, never instead of them.

    Args:
        look: sizes and colours.
        name: which drawing.
        drawn_px: side of the disc, as drawn for 1280 x 800.
        tone: what it says.
        inset: share of the disc's side left free around the drawing.
    """

    def __init__(
        self, look: Look, name: str, drawn_px: int, *, tone: Tone = "accent", inset: float = 0.22
    ) -> None:
        super().__init__()
        c = look.palette
        self._name, self._inset = name, inset
        self._colour, self._disc = {
            "accent": (c.accent, c.accent_soft),
            "warn": (c.warn, c.warn_soft),
            "refuse": (c.refuse, c.refuse_soft),
            "plain": (c.ink, c.sunk),
        }[tone]
        side = look.px(drawn_px)
        self.setFixedSize(side, side)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def name(self) -> str:
        """Which drawing this is."""
        return self._name

    def set_name(self, name: str) -> None:
        """Show another drawing."""
        if name != self._name:
            self._name = name
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the disc and the picture."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._disc))
        painter.drawEllipse(area)
        inset = area.width() * self._inset
        paint(painter, self._name, area.adjusted(inset, inset, -inset, -inset), self._colour)
        painter.end()
