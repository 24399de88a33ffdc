"""What to do before the camera, as a face that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from kiosk.window.drawings.strokes import curve, dot, lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter


def _head(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 31, 39)


def _face(painter: QPainter, shift: float = 0) -> None:
    _head(painter)
    dot(painter, 38 + shift, 43, 4)
    dot(painter, 62 + shift, 43, 4)


def _look(painter: QPainter) -> None:
    _face(painter)
    curve(painter, (38, 64), (50, 74, 62, 64))


def _blink(painter: QPainter) -> None:
    _head(painter)
    for x in (36, 64):
        curve(painter, (x - 8, 42), (x, 51, x + 8, 42))
    curve(painter, (41, 67), (50, 72, 59, 67))


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
        lines(painter, (x + side * 8, 38), (x, 50), (x + side * 8, 62))


def _step_back(painter: QPainter) -> None:
    _scaled_face(painter, 0.55)
    for x, side in ((16, -1), (84, 1)):  # inwards: smaller
        lines(painter, (x + side * 8, 38), (x, 50), (x + side * 8, 62))


def _turn(painter: QPainter, side: int) -> None:
    painter.drawEllipse(QPointF(50 - side * 14, 50), 27, 36)
    dot(painter, 50 - side * 14 + side * 2, 44, 3.8)
    dot(painter, 50 - side * 14 + side * 16, 44, 3.8)
    tip = 50 + side * 46
    lines(painter, (50 + side * 22, 50), (tip, 50))
    lines(painter, (tip - side * 13, 37), (tip, 50), (tip - side * 13, 63))


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


FACES: Final[dict[str, Callable[[QPainter], None]]] = {
    "look": _look,
    "blink": _blink,
    "turn_left": _turn_left,
    "turn_right": _turn_right,
    "open_mouth": _open_mouth,
    "come_nearer": _come_nearer,
    "step_back": _step_back,
    "hold_still": _hold_still,
}
