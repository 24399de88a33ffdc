"""The signs on buttons and cards, each one beside words and never instead of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from kiosk.window.drawings.strokes import curve, dot, lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter


def _check(painter: QPainter) -> None:
    lines(painter, (20, 54), (42, 76), (82, 28))


def _cross(painter: QPainter) -> None:
    lines(painter, (26, 26), (74, 74))
    lines(painter, (74, 26), (26, 74))


def _alert(painter: QPainter) -> None:
    lines(painter, (50, 14), (92, 84), (8, 84), (50, 14))
    lines(painter, (50, 40), (50, 58))
    dot(painter, 50, 71, 4)


def _bell(painter: QPainter) -> None:
    path = QPainterPath(QPointF(14, 70))
    path.arcTo(QRectF(14, 34, 72, 72), 180, -180)
    painter.drawPath(path)
    lines(painter, (8, 74), (92, 74))
    lines(painter, (50, 34), (50, 24))
    lines(painter, (42, 22), (58, 22))


def _bag(painter: QPainter) -> None:
    lines(painter, (22, 36), (78, 36), (84, 88), (16, 88), (22, 36))
    path = QPainterPath(QPointF(36, 48))
    path.lineTo(36, 30)
    path.arcTo(QRectF(36, 14, 28, 30), 180, -180)
    path.lineTo(64, 48)
    painter.drawPath(path)


def _globe(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 38, 38)
    painter.drawEllipse(QPointF(50, 50), 17, 38)
    lines(painter, (13, 50), (87, 50))
    curve(painter, (20, 30), (50, 42, 80, 30))
    curve(painter, (20, 70), (50, 58, 80, 70))


def _reach(painter: QPainter) -> None:
    """A person in a wheelchair: the head, the back and seat, the wheel."""
    dot(painter, 42, 15, 8)
    lines(painter, (42, 32), (44, 58), (66, 58), (76, 84), (86, 80))
    lines(painter, (43, 43), (62, 43))
    path = QPainterPath()
    path.arcMoveTo(QRectF(18, 42, 46, 46), 112)
    path.arcTo(QRectF(18, 42, 46, 46), 112, 250)
    painter.drawPath(path)


def _letters(painter: QPainter) -> None:
    """A large and a small A: the size of the text."""
    lines(painter, (6, 82), (31, 20), (56, 82))
    lines(painter, (15, 61), (47, 61))
    lines(painter, (62, 82), (78, 42), (94, 82))
    lines(painter, (68, 69), (88, 69))


def _ask(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 39, 39)
    curve(painter, (37, 39), (38, 25, 51, 25), (64, 26, 63, 40), (62, 48, 50, 53), (50, 56, 50, 60))
    dot(painter, 50, 73, 4.2)


def _person(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 32), 18, 20)
    path = QPainterPath(QPointF(14, 88))
    path.cubicTo(16, 62, 32, 60, 50, 60)
    path.cubicTo(68, 60, 84, 62, 86, 88)
    painter.drawPath(path)


def _staff(painter: QPainter) -> None:
    _person(painter)
    lines(painter, (42, 61), (50, 74), (58, 61))


def _keypad(painter: QPainter) -> None:
    for y in (22, 44, 66):
        for x in (26, 50, 74):
            dot(painter, x, y, 7)
    dot(painter, 50, 88, 7)


def _backspace(painter: QPainter) -> None:
    lines(painter, (8, 50), (32, 22), (92, 22), (92, 78), (32, 78), (8, 50))
    lines(painter, (48, 38), (72, 62))
    lines(painter, (72, 38), (48, 62))


def _search(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(42, 42), 28, 28)
    lines(painter, (63, 63), (88, 88))


def _tag(painter: QPainter) -> None:
    lines(painter, (12, 16), (50, 16), (88, 54), (54, 88), (12, 50), (12, 16))
    dot(painter, 32, 36, 6)


def _clock(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 39, 39)
    lines(painter, (50, 26), (50, 52), (66, 62))


def _speaker(painter: QPainter) -> None:
    lines(painter, (10, 38), (28, 38), (52, 18), (52, 82), (28, 62), (10, 62), (10, 38))
    curve(painter, (66, 36), (76, 50, 66, 64))
    curve(painter, (78, 24), (98, 50, 78, 76))


def _mute(painter: QPainter) -> None:
    lines(painter, (10, 38), (28, 38), (52, 18), (52, 82), (28, 62), (10, 62), (10, 38))
    lines(painter, (66, 38), (90, 62))
    lines(painter, (90, 38), (66, 62))


def _contrast(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 38, 38)
    path = QPainterPath(QPointF(50, 12))
    path.arcTo(QRectF(12, 12, 76, 76), 90, -180)
    path.closeSubpath()
    painter.fillPath(path, painter.pen().color())


def _camera(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(8, 28, 84, 56), 10, 10)
    lines(painter, (32, 28), (38, 16), (62, 16), (68, 28))
    painter.drawEllipse(QPointF(50, 56), 17, 17)


def _printer(painter: QPainter) -> None:
    lines(painter, (28, 36), (28, 12), (72, 12), (72, 36))
    lines(painter, (28, 72), (12, 72), (12, 36), (88, 36), (88, 72), (72, 72))
    lines(painter, (28, 58), (72, 58), (72, 90), (28, 90), (28, 58))


def _save(painter: QPainter) -> None:
    lines(painter, (50, 12), (50, 62))
    lines(painter, (30, 44), (50, 64), (70, 44))
    lines(painter, (14, 66), (14, 86), (86, 86), (86, 66))


def _pause(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 39, 39)
    lines(painter, (40, 36), (40, 64))
    lines(painter, (60, 36), (60, 64))


def _exit(painter: QPainter) -> None:
    lines(painter, (54, 14), (16, 14), (16, 86), (54, 86))
    lines(painter, (40, 50), (88, 50))
    lines(painter, (70, 32), (88, 50), (70, 68))


def _back(painter: QPainter) -> None:
    lines(painter, (58, 20), (28, 50), (58, 80))


def _plus(painter: QPainter) -> None:
    lines(painter, (50, 20), (50, 80))
    lines(painter, (20, 50), (80, 50))


def _minus(painter: QPainter) -> None:
    lines(painter, (20, 50), (80, 50))


def _bin(painter: QPainter) -> None:
    lines(painter, (16, 26), (84, 26))
    lines(painter, (38, 26), (38, 14), (62, 14), (62, 26))
    lines(painter, (24, 26), (30, 88), (70, 88), (76, 26))


def _sun(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(50, 50), 18, 18)
    for step in range(8):
        angle = step * math.pi / 4
        x, y = math.cos(angle), math.sin(angle)
        lines(painter, (50 + 30 * x, 50 + 30 * y), (50 + 42 * x, 50 + 42 * y))


SIGNS: Final[dict[str, Callable[[QPainter], None]]] = {
    "check": _check,
    "cross": _cross,
    "alert": _alert,
    "bell": _bell,
    "bag": _bag,
    "globe": _globe,
    "reach": _reach,
    "letters": _letters,
    "ask": _ask,
    "person": _person,
    "staff": _staff,
    "keypad": _keypad,
    "backspace": _backspace,
    "search": _search,
    "tag": _tag,
    "clock": _clock,
    "speaker": _speaker,
    "mute": _mute,
    "contrast": _contrast,
    "camera": _camera,
    "printer": _printer,
    "save": _save,
    "pause": _pause,
    "exit": _exit,
    "back": _back,
    "plus": _plus,
    "minus": _minus,
    "bin": _bin,
    "sun": _sun,
}
