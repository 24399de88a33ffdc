"""A pad of digits: for the last of a phone number, a PIN, or a number and its PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout

from kiosk.flow import Backspace, Cancel, Help, Key, Submit
from kiosk.window.parts import Page, button, column, label, panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QPushButton

    from kiosk.flow import Entry, State

DOT = "\N{BLACK CIRCLE}"


class PadPage(Page):
    """What is typed is in the state alone; a PIN is shown as dots."""

    def __init__(self) -> None:
        super().__init__()
        side = column(gap=16)
        self.asks = label("", "title")
        self.shown = label("", "display", tone="accent")
        self.says = label("", tone="muted")
        self.staff = button(self.tr("Call our staff"), "large", lambda: self.send.emit(Help()))
        self.back = button(self.tr("Pay another way"), "large", lambda: self.send.emit(Cancel()))
        side.addWidget(self.asks)
        side.addWidget(self.shown)
        side.addWidget(self.says)
        side.addStretch(1)
        side.addWidget(self.staff)
        side.addWidget(self.back)
        split = self.split()
        split.addLayout(side, 1)
        grid = QGridLayout()
        grid.setContentsMargins(20, 20, 20, 20)
        grid.setSpacing(12)
        self.keys: list[QPushButton] = []
        for number, digit in enumerate("1234567890"):
            key = button(digit, "large", self._press(digit))
            place = (3, 1) if digit == "0" else divmod(number, 3)
            grid.addWidget(key, *place)
            self.keys.append(key)
        self.erase = button(self.tr("Delete"), "large", lambda: self.send.emit(Backspace()))
        self.done = button(self.tr("OK"), "main", lambda: self.send.emit(Submit()))
        grid.addWidget(self.erase, 3, 0)
        grid.addWidget(self.done, 3, 2)
        split.addWidget(panel(grid), 1)

    def _press(self, digit: str) -> Callable[[], None]:
        return lambda: self.send.emit(Key(digit))

    def show_state(self, state: State) -> None:
        """Say what is asked, and how much of it is there."""
        if state.entry is None:
            return
        self.asks.setText(self._asks(state.entry))
        typed = state.entry.typed
        self.shown.setText(DOT * len(typed) if state.entry.asks == "pin" else typed or "_")
        self.says.setText(self._says(state.entry))
        self.done.setEnabled(state.entry.complete)

    def _asks(self, entry: Entry) -> str:
        return {
            "digits": self.tr("The last 4 digits of your phone number"),
            "pin": self.tr("Your PIN"),
            "phone": self.tr("Your phone number"),
        }[entry.asks]

    def _says(self, entry: Entry) -> str:
        if entry.busy:
            return self.tr("One moment please")
        return {
            "wrong_digits": self.tr("That does not belong to this face. Please try again."),
            "wrong_pin": self.tr("That is not right. Please try again."),
        }.get(entry.hint, "")
