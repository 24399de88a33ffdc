"""What a camera sees, as a plain picture, for who sets it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.window import icons
from kiosk.window.preview import FRAME_INTERVAL_MS, pixmap_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from kiosk.window.look import Look
    from kiosk.window.station import CameraView

DRAWN_HEIGHT: Final = 200


class CameraPicture(QWidget):
    """Shows a view until it is given another, or none."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._view: CameraView | None = None
        self._frame: object = None
        self._pixmap = QPixmap()
        self.setFixedHeight(look.px(DRAWN_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_INTERVAL_MS)
        self._timer.timeout.connect(self.refresh)

    @property
    def has_picture(self) -> bool:
        """Whether a frame is shown."""
        return not self._pixmap.isNull()

    def show_view(self, view: CameraView | None) -> None:
        """Look through another view; the one before is let go of."""
        old, self._view = self._view, view
        if old is not None:
            old.close()
        self._frame, self._pixmap = None, QPixmap()
        if view is None:
            self._timer.stop()
        else:
            self._timer.start()
        self.update()

    def refresh(self) -> None:
        """Take the newest frame, if it is another."""
        frame = self._view.frame if self._view is not None else None
        if frame is not None and frame is not self._frame:
            self._frame = frame
            self._pixmap = pixmap_of(frame.image)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, as the camera gives it: a mirror would hide which side is which."""
        del event
        c = self._look.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        painter.fillRect(area, QColor(c.sunk))
        if self._pixmap.isNull():
            side = area.height() * 0.4
            sign = QRectF(0, 0, side, side)
            sign.moveCenter(area.center())
            icons.paint(painter, "camera", sign, c.muted)
        else:
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(area.center())
            painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()
