"""Hears a keyboard-wedge scanner on any screen: a burst of keys no hand can type, ended by Enter.

Keys are held back until it is sure who pressed them. A burst becomes one code and reaches no
button, so that a scan never presses one; what a hand typed goes on to where it was going, a tenth
of a second later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Callable

GAP_MS: Final = 50  # scanners press a key every 1 to 20 ms; a fast typist one every 80
CHARS_MIN: Final = 3
CHARS_MAX: Final = 200
FLUSH_MS: Final = 100
_ENDS: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}


@dataclass(slots=True)
class Burst:
    """Keys that came one upon the other; decides whether a scanner pressed them.

    Attributes:
        gap_ms: what may lie between two keys of one burst.
        text: so far.
        last_ms: when the last key came.
    """

    gap_ms: int = GAP_MS
    text: str = field(default="", repr=False)
    last_ms: int = 0

    def is_over(self, now_ms: int) -> bool:
        """Whether keys are held that no other will join: a hand typed them."""
        return bool(self.text) and now_ms - self.last_ms > self.gap_ms

    def press(self, char: str, now_ms: int) -> None:
        """Hold one more key."""
        self.text += char
        self.last_ms = now_ms

    def end(self, now_ms: int) -> str:
        """Enter was pressed: the code, or nothing where a hand typed.

        The keys are then held no longer.
        """
        text, over = self.text, self.is_over(now_ms)
        self.text = ""
        return text if not over and CHARS_MIN <= len(text) <= CHARS_MAX else ""


class WedgeFilter(QObject):
    """An event filter for the application.

    Args:
        now_ms: a clock that does not go backwards, for keys that carry no time of their own.
        parent: keeps it alive.
    """

    scanned = Signal(str)

    def __init__(self, now_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._burst = Burst()
        self._held: list[tuple[QObject, QKeyEvent]] = []
        self._passing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FLUSH_MS)
        self._timer.timeout.connect(self.flush)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold back what may be a scan; see `QObject.eventFilter`."""
        if self._passing or not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            return self._hold(watched, event) if self._held else False
        if event.type() != QEvent.Type.KeyPress or event.isAutoRepeat():
            return False
        at_ms = event.timestamp() or self._now_ms()
        if self._burst.is_over(at_ms):
            self.flush()
        if event.key() in _ENDS:
            return self._end(at_ms)
        text = event.text()
        if not (len(text) == 1 and text.isprintable()):
            is_shift = event.key() in (Qt.Key.Key_Shift, Qt.Key.Key_CapsLock)
            if not is_shift:
                self.flush()
            return False
        self._burst.press(text, at_ms)
        return self._hold(watched, event)

    def flush(self) -> None:
        """Let go of all keys that are held: a hand pressed them."""
        self._timer.stop()
        self._burst.text = ""
        held, self._held = self._held, []
        self._passing = True
        try:
            for watched, event in held:
                QCoreApplication.sendEvent(watched, event)
        finally:
            self._passing = False

    def _hold(self, watched: QObject, event: QKeyEvent) -> bool:
        # a key is offered to the window, then to what has the focus: it is held where it came first
        self._held.append((watched, event.clone()))
        self._timer.start()
        return True

    def _end(self, at_ms: int) -> bool:
        code = self._burst.end(at_ms)
        if not code:
            self.flush()
            return False
        self._timer.stop()
        self._held.clear()
        self.scanned.emit(code)
        return True
