"""The one movement between screens: a new one comes up out of the ground, quickly and once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEasingCurve, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from kiosk.window.look import Look

FADE_MS: Final = 160


class _Veil(QWidget):
    """The ground's colour over a page; takes no touches, and goes away by itself."""

    def __init__(self, page: QWidget, look: Look) -> None:
        super().__init__(page)
        self._colour = QColor(look.palette.surface)
        self._alpha = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(page.window().rect())
        self._run = QVariantAnimation(self)
        self._run.setStartValue(1.0)
        self._run.setEndValue(0.0)
        self._run.setDuration(FADE_MS)
        self._run.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._run.valueChanged.connect(self._set_alpha)
        self._run.finished.connect(self.deleteLater)
        self._run.start()

    def _set_alpha(self, alpha: float) -> None:
        self._alpha = float(alpha)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is left of the veil."""
        painter = QPainter(self)
        self._colour.setAlphaF(self._alpha)
        painter.fillRect(event.rect(), self._colour)
        painter.end()


def fade_in(page: QWidget, look: Look) -> None:
    """Bring a page up, where things may move and somebody can see it."""
    if look.still or not page.window().isVisible():
        return
    veil = _Veil(page, look)
    veil.show()
    veil.raise_()
