"""Every picture on the screen, drawn: nothing to ship, to license or to blur at another size.

A drawing is a function on a square of 100 x 100 units; `paint` puts it into any rectangle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.window import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    Drawing = Callable[[QPainter], None]

UNITS: Final = 100.0


def paint(painter: QPainter, name: str, area: QRectF, colour: str = theme.INK) -> None:
    """Draw `name` centred in `area` in one colour; an unknown name is a shopping bag."""
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center().x() - side / 2, area.center().y() - side / 2)
    painter.scale(side / UNITS, side / UNITS)
    pen = QPen(QColor(colour), 5.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _DRAWINGS.get(name, _bag)(painter)
    painter.restore()


class Icon(QWidget):
    """A drawing on a soft disc; decoration beside words, never instead of them."""

    def __init__(
        self,
        name: str,
        side_px: int,
        *,
        colour: str = theme.ACCENT,
        disc: str = theme.ACCENT_SOFT,
        inset: float = 0.19,
    ) -> None:
        super().__init__()
        self._name, self._colour, self._disc, self._inset = name, colour, disc, inset
        self.setFixedSize(side_px, side_px)
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
        if self._disc:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._disc))
            painter.drawEllipse(area)
            inset = area.width() * self._inset
            area = area.adjusted(inset, inset, -inset, -inset)
        paint(painter, self._name, area, self._colour)
        painter.end()


def category_icon(category: str) -> str:
    """The drawing for a catalogue category, by the words shops use for them."""
    words = category.casefold()
    for name, keys in _CATEGORY_WORDS.items():
        if any(key in words for key in keys):
            return name
    return "bag"


def _lines(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _curve(painter: QPainter, start: tuple[float, float], *rest: tuple[float, ...]) -> None:
    path = QPainterPath(QPointF(*start))
    for part in rest:
        if len(part) == 4:  # noqa: PLR2004
            path.quadTo(*part)
        else:
            path.cubicTo(*part)
    painter.drawPath(path)


def _dot(painter: QPainter, x: float, y: float, radius: float) -> None:
    painter.save()
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.restore()


def _head(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 31, 39)


def _face(painter: QPainter, shift: float = 0) -> None:
    _head(painter)
    _dot(painter, 38 + shift, 43, 4)
    _dot(painter, 62 + shift, 43, 4)


def _look(painter: QPainter) -> None:
    _face(painter)
    _curve(painter, (38, 64), (50, 74, 62, 64))


def _blink(painter: QPainter) -> None:
    _head(painter)
    for x in (36, 64):
        _curve(painter, (x - 8, 42), (x, 51, x + 8, 42))
    _curve(painter, (41, 67), (50, 72, 59, 67))


def _open_mouth(painter: QPainter) -> None:
    _face(painter)
    painter.drawEllipse(QPointF(50, 68), 9, 11)


def _scaled_face(painter: QPainter, scale: float) -> None:
    painter.save()
    painter.translate(50 * (1 - scale), 50 * (1 - scale))
    painter.scale(scale, scale)
    _look(painter)
    painter.restore()


def _come_nearer(painter: QPainter) -> None:
    _scaled_face(painter, 0.8)
    for x, side in ((4, 1), (96, -1)):  # arrows that open outwards: larger
        _lines(painter, (x + side * 8, 38), (x, 50), (x + side * 8, 62))


def _step_back(painter: QPainter) -> None:
    _scaled_face(painter, 0.55)
    for x, side in ((16, -1), (84, 1)):  # inwards: smaller
        _lines(painter, (x + side * 8, 38), (x, 50), (x + side * 8, 62))


def _turn(painter: QPainter, side: int) -> None:
    painter.drawEllipse(QPointF(50 - side * 14, 50), 27, 36)
    _dot(painter, 50 - side * 14 + side * 2, 44, 3.8)
    _dot(painter, 50 - side * 14 + side * 16, 44, 3.8)
    tip = 50 + side * 46
    _lines(painter, (50 + side * 22, 50), (tip, 50))
    _lines(painter, (tip - side * 13, 37), (tip, 50), (tip - side * 13, 63))


def _turn_left(painter: QPainter) -> None:
    _turn(painter, -1)


def _turn_right(painter: QPainter) -> None:
    _turn(painter, 1)


def _frame(painter: QPainter) -> None:
    for x, y, dx, dy in ((8, 8, 1, 1), (92, 8, -1, 1), (8, 92, 1, -1), (92, 92, -1, -1)):
        path = QPainterPath(QPointF(x, y + dy * 18))
        path.lineTo(x, y + dy * 8)
        path.quadTo(x, y, x + dx * 8, y)
        path.lineTo(x + dx * 18, y)
        painter.drawPath(path)


def _hold_still(painter: QPainter) -> None:
    painter.save()
    painter.translate(13, 13)
    painter.scale(0.74, 0.74)
    _look(painter)
    painter.restore()
    _frame(painter)


def _check(painter: QPainter) -> None:
    _lines(painter, (20, 54), (42, 76), (82, 28))


def _cross(painter: QPainter) -> None:
    _lines(painter, (26, 26), (74, 74))
    _lines(painter, (74, 26), (26, 74))


def _alert(painter: QPainter) -> None:
    _lines(painter, (50, 14), (92, 84), (8, 84), (50, 14))
    _lines(painter, (50, 40), (50, 58))
    _dot(painter, 50, 71, 4)


def _bell(painter: QPainter) -> None:
    path = QPainterPath(QPointF(14, 70))
    path.arcTo(QRectF(14, 34, 72, 72), 180, -180)
    painter.drawPath(path)
    _lines(painter, (8, 74), (92, 74))
    _lines(painter, (50, 34), (50, 24))
    _lines(painter, (42, 22), (58, 22))


def _bag(painter: QPainter) -> None:
    _lines(painter, (22, 36), (78, 36), (84, 88), (16, 88), (22, 36))
    path = QPainterPath(QPointF(36, 48))
    path.lineTo(36, 30)
    path.arcTo(QRectF(36, 14, 28, 30), 180, -180)
    path.lineTo(64, 48)
    painter.drawPath(path)


def _bread(painter: QPainter) -> None:
    path = QPainterPath(QPointF(20, 82))
    path.lineTo(20, 50)
    path.cubicTo(2, 40, 10, 20, 30, 20)
    path.lineTo(70, 20)
    path.cubicTo(90, 20, 98, 40, 80, 50)
    path.lineTo(80, 82)
    path.closeSubpath()
    painter.drawPath(path)
    for x in (38, 50, 62):
        _lines(painter, (x + 3, 38), (x - 3, 52))


def _cup(painter: QPainter) -> None:
    path = QPainterPath(QPointF(18, 44))
    path.lineTo(72, 44)
    path.lineTo(72, 66)
    path.quadTo(72, 84, 54, 84)
    path.lineTo(36, 84)
    path.quadTo(18, 84, 18, 66)
    path.closeSubpath()
    painter.drawPath(path)
    _curve(painter, (72, 52), (92, 50, 90, 72, 70, 72))
    for x in (34, 56):
        _curve(painter, (x, 34), (x - 8, 27, x, 22), (x + 8, 17, x, 11))


def _bottle(painter: QPainter) -> None:
    path = QPainterPath(QPointF(42, 10))
    path.lineTo(58, 10)
    path.lineTo(58, 28)
    path.cubicTo(58, 38, 70, 40, 70, 52)
    path.lineTo(70, 84)
    path.quadTo(70, 90, 64, 90)
    path.lineTo(36, 90)
    path.quadTo(30, 90, 30, 84)
    path.lineTo(30, 52)
    path.cubicTo(30, 40, 42, 38, 42, 28)
    path.closeSubpath()
    painter.drawPath(path)
    _lines(painter, (30, 58), (70, 58))
    _lines(painter, (30, 76), (70, 76))


def _apple(painter: QPainter) -> None:
    path = QPainterPath(QPointF(50, 38))
    path.cubicTo(34, 26, 12, 34, 14, 58)
    path.cubicTo(16, 80, 32, 94, 42, 90)
    path.quadTo(50, 86, 58, 90)
    path.cubicTo(68, 94, 84, 80, 86, 58)
    path.cubicTo(88, 34, 66, 26, 50, 38)
    painter.drawPath(path)
    _curve(painter, (50, 38), (49, 24, 56, 14))
    _curve(painter, (58, 26), (66, 12, 80, 14), (78, 28, 58, 26))


def _sweet(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 34, 34)
    for x, y in ((38, 38), (58, 34), (64, 54), (46, 62), (34, 56)):
        _dot(painter, x, y, 4.5)


def _bowl(painter: QPainter) -> None:
    path = QPainterPath(QPointF(10, 48))
    path.lineTo(90, 48)
    path.cubicTo(90, 74, 74, 86, 50, 86)
    path.cubicTo(26, 86, 10, 74, 10, 48)
    painter.drawPath(path)
    _curve(painter, (24, 48), (26, 26, 44, 30), (52, 14, 64, 30), (78, 32, 76, 48))


def _pot(painter: QPainter) -> None:
    _lines(painter, (26, 36), (74, 36), (68, 88), (32, 88), (26, 36))
    _lines(painter, (20, 24), (80, 24), (80, 36), (20, 36), (20, 24))


def _paper(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(20, 14, 60, 74), 6, 6)
    for y in (34, 50, 66):
        _lines(painter, (34, y), (66, y))


_CATEGORY_WORDS: Final = {
    "cup": ("coffee", "tea", "hot", "warm"),
    "bottle": ("drink", "water", "juice", "beverage", "soda"),
    "bread": ("bak", "bread", "pastr"),
    "apple": ("fruit", "veg", "produce"),
    "sweet": ("sweet", "snack", "cookie", "candy", "chocolate", "dessert"),
    "bowl": ("meal", "food", "salad", "lunch", "soup", "deli", "sandwich"),
    "pot": ("dairy", "milk", "yog", "cheese"),
    "paper": ("paper", "office", "station", "magazine", "household"),
}
_DRAWINGS: Final[dict[str, Drawing]] = {
    "look": _look,
    "blink": _blink,
    "turn_left": _turn_left,
    "turn_right": _turn_right,
    "open_mouth": _open_mouth,
    "come_nearer": _come_nearer,
    "step_back": _step_back,
    "hold_still": _hold_still,
    "check": _check,
    "cross": _cross,
    "alert": _alert,
    "bell": _bell,
    "bag": _bag,
    "bread": _bread,
    "cup": _cup,
    "bottle": _bottle,
    "apple": _apple,
    "sweet": _sweet,
    "bowl": _bowl,
    "pot": _pot,
    "paper": _paper,
}
