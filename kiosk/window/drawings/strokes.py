"""The three strokes that drawings are made of."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF


def lines(painter: QPainter, *points: tuple[float, float]) -> None:
    """A line through points."""
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def curve(painter: QPainter, start: tuple[float, float], *rest: tuple[float, ...]) -> None:
    """A curve: parts of 4 numbers are quadratic, of 6 cubic."""
    path = QPainterPath(QPointF(*start))
    for part in rest:
        if len(part) == 4:  # noqa: PLR2004
            path.quadTo(*part)
        else:
            path.cubicTo(*part)
    painter.drawPath(path)


def dot(painter: QPainter, x: float, y: float, radius: float) -> None:
    """A filled circle."""
    painter.save()
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.restore()
