"""What the camera sees, as the shopper's mirror: the newest frame in an oval, at the screen's pace.

The widget asks for the newest frame on its own timer; capture and inference run elsewhere and are
never waited for. A frame is converted once, into memory that the pixmap owns, so that nothing here
keeps the camera's array alive, and it is dropped as soon as the screen is left. In a live home
nothing painted here may reach a file: `blank` empties the oval while a picture is taken.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.window import icons

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kiosk.window.look import Look

    BgrImage = NDArray[Any]

FRAME_INTERVAL_MS: Final = 16  # asked for at 60 Hz, so that none of a camera's 30 frames is missed
OVAL_RATIO: Final = 0.76  # width by height: a face and a little air
_BGR_DIMENSIONS: Final = (3, 3)


class HasImage(Protocol):
    """What a preview needs of a frame."""

    @property
    def image(self) -> BgrImage:
        """BGR, uint8, height x width x 3."""

    @property
    def centre_x(self) -> float:
        """Where the face is expected, as a share of the width."""


def pixmap_of(image: BgrImage) -> QPixmap:
    """A pixmap that owns its memory, of a BGR uint8 array of height x width x 3."""
    if (image.ndim, image.shape[-1]) != _BGR_DIMENSIONS or str(image.dtype) != "uint8":
        raise ValueError("a preview frame is uint8, height x width x 3")
    if not image.flags.c_contiguous:
        image = image.copy()
    high, wide = image.shape[:2]
    borrowed = QImage(image.data, wide, high, image.strides[0], QImage.Format.Format_BGR888)
    return QPixmap.fromImage(borrowed.convertToFormat(QImage.Format.Format_RGB32))


class Preview(QWidget):
    """The mirrored oval with the ring of steps around it."""

    def __init__(self, look: Look, newest: Callable[[], HasImage | None]) -> None:
        super().__init__()
        self._look = look
        self._newest = newest
        self._shown: object = None
        self._pixmap = QPixmap()
        self._centre_x = 0.5
        self._blank = False
        self._done = 0
        self._total = 0
        self._fresh = False
        self.frames_drawn = 0  # each frame once, however often its ring is painted anew
        self.setMinimumSize(look.px(200), look.px(200))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_INTERVAL_MS)
        self._timer.timeout.connect(self.refresh)

    def set_steps(self, done: int, total: int) -> None:
        """Fill the ring: `done` of `total` liveness steps."""
        if (done, total) != (self._done, self._total):
            self._done, self._total = done, total
            self.update()

    def blank(self, *, on: bool) -> None:
        """Show the drawn head in place of the frame, as long as it is on."""
        self._blank = on
        self.update()

    def refresh(self) -> None:
        """Take the newest frame, if it is another than the one shown."""
        frame = self._newest()
        if frame is None or frame is self._shown:
            return
        self._shown, self._fresh = frame, True
        self._pixmap = pixmap_of(frame.image)
        self._centre_x = frame.centre_x
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Run while seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget the shopper's face when the screen is left."""
        super().hideEvent(event)
        self._timer.stop()
        self._shown = None
        self._pixmap = QPixmap()

    def oval(self) -> QRectF:
        """Where the face goes, inside the ring."""
        ring = self._ring_px() * 2.4
        high = min(self.height() - 2 * ring, (self.width() - 2 * ring) / OVAL_RATIO)
        wide = high * OVAL_RATIO
        return QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)

    def _ring_px(self) -> float:
        return max(8.0, min(self.width(), self.height()) * 0.022)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mirror and the ring."""
        del event
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        oval = self.oval()
        path = QPainterPath()
        path.addEllipse(oval)
        painter.fillPath(path, QColor(self._look.palette.sunk))
        painter.save()
        painter.setClipPath(path)
        if self._blank or self._pixmap.isNull():
            side = oval.width() * 0.6
            area = QRectF(0, 0, side, side)
            area.moveCenter(oval.center())
            icons.paint(painter, "look", area, self._look.palette.outline)
        else:
            self._paint_frame(painter, oval)
        painter.restore()
        self._paint_ring(painter, oval)
        painter.end()

    def _paint_frame(self, painter: QPainter, oval: QRectF) -> None:
        wide, high = self._pixmap.width(), self._pixmap.height()
        scale = max(oval.width() / wide, oval.height() / high)
        painter.translate(oval.center())
        painter.scale(-scale, scale)  # a mirror: the shopper's left is on the left
        half = oval.width() / scale / 2
        middle = min(max(self._centre_x * wide, half), wide - half)
        painter.drawPixmap(QPointF(-middle, -high / 2), self._pixmap)
        self.frames_drawn += self._fresh
        self._fresh = False

    def _paint_ring(self, painter: QPainter, oval: QRectF) -> None:
        thick = self._ring_px()
        area = oval.adjusted(-thick * 1.3, -thick * 1.3, thick * 1.3, thick * 1.3)
        parts = max(self._total, 1)
        gap_degrees = 7.0 if self._total > 1 else 0.0
        span = 360 / parts - gap_degrees
        for part in range(parts):
            full = part < self._done
            pen = QPen(
                QColor(self._look.palette.accent if full else self._look.palette.line),
                thick if full else thick * 0.6,
            )
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            start = 90 - part * 360 / parts - gap_degrees / 2
            painter.drawArc(area, round(start * 16), -round(span * 16))
            if full:
                self._paint_tick(painter, area, math.radians(start - span / 2), thick)

    def _paint_tick(self, painter: QPainter, area: QRectF, angle: float, thick: float) -> None:
        """A tick on each finished part: the ring must not speak by colour alone."""
        centre = area.center() + QPointF(
            math.cos(angle) * area.width() / 2, -math.sin(angle) * area.height() / 2
        )
        radius = thick * 1.25
        painter.setPen(QPen(QColor(self._look.palette.surface), 2))
        painter.setBrush(QColor(self._look.palette.accent))
        painter.drawEllipse(centre, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = radius * 0.62
        icons.paint(
            painter,
            "check",
            QRectF(centre.x() - inner, centre.y() - inner, inner * 2, inner * 2),
            self._look.palette.on_accent,
        )
