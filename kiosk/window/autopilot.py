"""A patient finger: touches the screens in order, so that the demo shows the shopper's real way.

It sends the same events as the buttons do, one at a time, each after the screen it belongs to has
been shown for a while; what the camera sees and the book answers is left to the till.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from kiosk.flow import Add, Checkout, Confirm, PayByFace, Screen, SetQuantity, Touch

if TYPE_CHECKING:
    from kiosk.flow import Event
    from kiosk.window.port import TillPort
    from kiosk.window.screenshots import Recorder
    from kiosk.window.shell import MainWindow

STATUS_REFUSED = 1


@dataclass(frozen=True)
class Script:
    """What to buy, as (sku, quantity), and how long to rest before each touch."""

    items: tuple[tuple[str, int], ...]
    pause_ms: int = 700
    last_look_ms: int = 2500


class Autopilot(QObject):
    """Runs one script, then ends the application: 0 at a receipt, 1 at a refusal."""

    def __init__(
        self, till: TillPort, window: MainWindow, script: Script, recorder: Recorder | None
    ) -> None:
        super().__init__(window)
        self._till, self._script, self._recorder = till, script, recorder
        self._pending: list[Event] = []
        window.screen_shown.connect(self._shown)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._touch)

    def start(self) -> None:
        """Begin at the screen that is shown now."""
        self._shown(self._till.state.screen)

    def _shown(self, screen: Screen) -> None:
        if screen in {Screen.RECEIPT, Screen.REFUSED}:
            status = 0 if screen is Screen.RECEIPT else STATUS_REFUSED
            QTimer.singleShot(self._script.last_look_ms, self, lambda: self._end(status))
            return
        self._pending = self._touches(screen)
        if self._pending:
            self._timer.start(self._script.pause_ms)

    def _touches(self, screen: Screen) -> list[Event]:
        if screen is Screen.CART:
            events: list[Event] = []
            for sku, quantity in self._script.items:
                events.append(Add(sku))
                if quantity > 1:
                    events.append(SetQuantity(sku, quantity))
            return [*events, Checkout()]
        touches: dict[Screen, Event] = {
            Screen.ATTRACT: Touch(),
            Screen.REVIEW: Checkout(),
            Screen.PAY: PayByFace(),
            Screen.CONFIRM: Confirm(),
        }
        return [touches[screen]] if screen in touches else []

    def _touch(self) -> None:
        if not self._pending:
            return
        event = self._pending.pop(0)
        on_shelf = self._till.state.screen is Screen.CART
        if on_shelf and isinstance(event, Checkout) and self._recorder is not None:
            self._recorder.take("cart")  # the shelf again, now with a full cart
        if self._pending:
            self._timer.start(self._script.pause_ms)
        self._till.send(event)

    def _end(self, status: int) -> None:
        if self._recorder is not None:
            self._recorder.finish()
        QApplication.exit(status)
