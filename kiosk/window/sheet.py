"""A card over the screen; nothing under it can be touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.window.button import Button
from kiosk.window.parts import panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QFrame, QLayout

    from kiosk.window.button import Kind
    from kiosk.window.look import Look

SCRIM_ALPHA = 150
CARD_DRAWN_PX = 720
WIDE_PX_MIN = 640


class Sheet(QWidget):
    """Covers its parent; the keyboard's focus goes round inside it.

    Args:
        look: sizes and colours.
        parent: what it covers.
        dismiss: called on Escape and on a touch beside the card; none where it must be answered.
    """

    def __init__(
        self, look: Look, parent: QWidget, dismiss: Callable[[], object] | None = None
    ) -> None:
        super().__init__(parent)
        self.look = look
        self._dismiss = dismiss
        self.card: QFrame | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setGeometry(parent.rect())
        parent.installEventFilter(self)

    def hold(self, inside: QLayout, *, wide: bool = False) -> None:
        """Put the card up, in the lower half where the controls have come down.

        Args:
            inside: of the card.
            wide: as wide as a small window allows, for a keyboard.
        """
        look = self.look
        self.card = panel(inside, "sheet")
        room = look.width - 2 * look.px(12)
        small = wide and look.px(CARD_DRAWN_PX) < WIDE_PX_MIN
        self.card.setFixedWidth(room if small else min(look.px(CARD_DRAWN_PX), room))
        outer = QVBoxLayout(self)
        edge = look.px(12)
        outer.setContentsMargins(edge, edge + look.head_room, edge, edge)
        outer.addWidget(self.card, 0, Qt.AlignmentFlag.AlignCenter)
        self.show()
        self.raise_()
        self.setFocus()

    def button(
        self,
        text: str,
        kind: Kind,
        press: Callable[[], object],
        *,
        icon: str = "",
        name: str = "",
    ) -> Button:
        """A button of this sheet."""
        return Button(self.look, text, kind, press, icon=icon, name=name)

    def spoken(self) -> str:
        """What is said aloud when it comes up."""
        return ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover all of the parent, whatever becomes of its size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies below."""
        del event
        painter = QPainter(self)
        dim = QColor(0, 0, 0)
        dim.setAlpha(SCRIM_ALPHA)
        painter.fillRect(self.rect(), dim)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch beside the card puts it away, where it may be."""
        event.accept()
        if self.card is not None and not self.card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape does the same."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def dismiss(self) -> None:
        """Put it away, where it may be."""
        if self._dismiss is not None:
            self._dismiss()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001 - Qt's own signature
        """Tab goes round inside the card."""
        controls = [
            made
            for made in self.findChildren(QWidget)
            if made.isVisible()
            and made.isEnabled()
            and made.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        if not controls:
            return True
        now = self.focusWidget()
        at = controls.index(now) if now in controls else (-1 if next else 0)
        controls[(at + (1 if next else -1)) % len(controls)].setFocus(Qt.FocusReason.TabFocusReason)
        return True
