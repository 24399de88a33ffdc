"""The live preview: the person as in a mirror, in an oval, and a ring that ticks off five poses.

Nothing painted here is kept: a frame is converted once, shown, and forgotten when the page goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from enroll.guide import POSES
from enroll.window import style

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent

    from models.frames import Frame

INTERVAL_MS: Final = 33
OVAL_RATIO: Final = 0.76  # width by height
RING_PX: Final = 12
# where each pose's arc lies, in degrees from three o'clock, counter-clockwise, as the mirror shows
# it: the person's own left is on the left. Looking ahead is the fifth, at the bottom's middle.
ARCS: Final = {
    "right": (-36, 72),
    "up": (36, 108),
    "left": (144, 72),
    "down": (216, 54),
    "ahead": (270, 54),
}
GAP_DEGREES: Final = 4


class Preview(QWidget):
    """The mirrored oval with its ring.

    Args:
        newest: gives the newest frame, or none; never waits.
    """

    def __init__(self, newest: Callable[[], Frame | None]) -> None:
        super().__init__()
        self._newest = newest
        self._shown: Frame | None = None
        self._pixmap = QPixmap()
        self._centre_x = 0.5
        self._done: tuple[str, ...] = ()
        self._asked = ""
        self.setObjectName("preview")
        self.setMinimumSize(300, 380)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.refresh)

    def sizeHint(self) -> QSize:
        """As large as the window lets it be."""
        return QSize(400, 500)

    def set_poses(self, done: tuple[str, ...], asked: str) -> None:
        """Tick the ring."""
        if (done, asked) != (self._done, self._asked):
            self._done, self._asked = done, asked
            self.setAccessibleDescription(f"{len(done)}/{len(POSES)}")
            self.update()

    def refresh(self) -> None:
        """Take the newest frame, if it is another than the one shown."""
        frame = self._newest()
        if frame is None or frame is self._shown:
            return
        self._shown = frame
        image = frame.image
        high, wide = image.shape[:2]
        borrowed = QImage(image.data, wide, high, image.strides[0], QImage.Format.Format_BGR888)
        self._pixmap = QPixmap.fromImage(borrowed.convertToFormat(QImage.Format.Format_RGB32))
        self._centre_x = frame.centre_x
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Run while seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget the face when the page is left."""
        super().hideEvent(event)
        self._timer.stop()
        self._shown = None
        self._pixmap = QPixmap()

    def _oval(self) -> QRectF:
        room = QRectF(self.rect()).adjusted(RING_PX, RING_PX, -RING_PX, -RING_PX)
        height = min(room.height(), room.width() / OVAL_RATIO)
        size = height * OVAL_RATIO, height
        centre = room.center()
        return QRectF(centre.x() - size[0] / 2, centre.y() - size[1] / 2, *size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The face, and around it the ring."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        oval = self._oval()
        inner = oval.adjusted(RING_PX + 6, RING_PX + 6, -RING_PX - 6, -RING_PX - 6)
        path = QPainterPath()
        path.addEllipse(inner)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(inner, style.colour(style.SUNK))
        if not self._pixmap.isNull():
            self._paint_face(painter, inner)
        painter.restore()
        for pose in POSES:
            self._paint_arc(painter, oval, pose)
        painter.end()

    def _paint_face(self, painter: QPainter, inner: QRectF) -> None:
        wide, high = self._pixmap.width(), self._pixmap.height()
        scale = max(inner.width() / wide, inner.height() / high)
        part = QRectF(0, 0, inner.width() / scale, inner.height() / scale)
        left = min(max(self._centre_x * wide - part.width() / 2, 0.0), wide - part.width())
        part.moveTo(QPointF(left, (high - part.height()) / 2))
        painter.translate(inner.center())
        painter.scale(-1.0, 1.0)  # a mirror
        painter.translate(-inner.center())
        painter.drawPixmap(inner, self._pixmap, part)

    def _paint_arc(self, painter: QPainter, oval: QRectF, pose: str) -> None:
        begin, span = ARCS[pose]
        done, asked = pose in self._done, pose == self._asked
        name = style.ACCENT if done else (style.WARN if asked else style.LINE)
        pen = QPen(style.colour(name), RING_PX if done or asked else RING_PX / 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if asked and not done:
            pen.setStyle(Qt.PenStyle.DotLine)  # told apart without colour
        painter.setPen(pen)
        start = round((begin + GAP_DEGREES) * 16)
        painter.drawArc(oval, start, round((span - 2 * GAP_DEGREES) * 16))
