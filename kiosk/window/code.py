"""Where a coupon's code is typed; a scanner does not need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from kiosk.window.keyboard import Keyboard
from kiosk.window.parts import column, label, row
from kiosk.window.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from kiosk.window.look import Look

CODE_CHARS_MAX: Final = 40
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CodeSheet(Sheet):
    """A line and a keyboard.

    Args:
        look: sizes and colours.
        parent: what it covers.
        enter: called with the code.
        close: called when it is done.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        enter: Callable[[str], object],
        close: Callable[[], object],
    ) -> None:
        super().__init__(look, parent, close)
        self._enter, self._close = enter, close
        self.code = ""
        self.asks = label(self.tr("Type the code on your coupon"), "heading")
        self.shown = label("\N{NO-BREAK SPACE}", "title", tone="accent")
        self.keyboard = Keyboard(look, "code")
        self.keyboard.typed.connect(self._add)
        self.keyboard.erased.connect(self._erase)
        self.keyboard.closed.connect(self._done)
        self.done = self.button(self.tr("Use the coupon"), "main", self._done)
        self.back = self.button(self.tr("Back"), "large", close, icon="back")
        inside = column(margin=look.px(14 if look.compact else 24), gap=look.px(10))
        inside.addWidget(self.asks)
        inside.addWidget(self.shown)
        inside.addWidget(self.keyboard)
        buttons = row(gap=look.px(10))
        buttons.addWidget(self.back, 1)
        buttons.addWidget(self.done, 2)
        inside.addLayout(buttons)
        self.hold(inside, wide=True)
        self._show()

    def _show(self) -> None:
        self.shown.setText(self.code or "\N{NO-BREAK SPACE}")
        self.done.setEnabled(bool(self.code))

    def _add(self, letters: str) -> None:
        self.code = (self.code + letters)[:CODE_CHARS_MAX]
        self._show()

    def _erase(self) -> None:
        self.code = self.code[:-1]
        self._show()

    def _done(self) -> None:
        code = self.code
        self._close()
        if code:
            self._enter(code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A real keyboard types too."""
        if event.key() in _ENTER:
            self._done()
        elif event.key() == Qt.Key.Key_Backspace:
            self._erase()
        elif event.text().isprintable() and event.text().strip():
            self._add(event.text().upper())
        else:
            super().keyPressEvent(event)

    def spoken(self) -> str:
        """What is asked."""
        return self.asks.text()
