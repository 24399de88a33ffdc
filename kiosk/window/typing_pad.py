"""A pad of digits: for the last of a phone number, a PIN, or a number and then its PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from kiosk.flow import DIGITS, Backspace, Cancel, Help, Key, Submit
from kiosk.window.page import Page
from kiosk.window.parts import column, label, panel, restyle, row, scrolling
from kiosk.window.words import Words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from kiosk.flow import Entry, State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort

DOT: Final = "\N{BLACK CIRCLE}"
PLACE: Final = "\N{WHITE CIRCLE}"
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PadPage(Page):
    """What is typed is in the state alone; a PIN is shown as dots."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self._words = Words()
        self.asks = label("", "title")
        self.shown = label("", "display", tone="accent")
        self.says = label("", panel="hint")
        self.done = self.button(self.tr("OK"), "main", Submit())
        self.back = self.button(self.tr("Pay another way"), "large", Cancel(), icon="back")
        self.staff = self.button(self.tr("Call staff"), "large", Help(), icon="bell")
        words = column(gap=look.px(12))
        words.addWidget(self.asks)
        words.addWidget(self.shown)
        words.addWidget(self.says)
        words.addStretch(1)
        buttons = column(gap=look.px(12))
        buttons.addWidget(self.done)
        others = row(gap=look.px(12))
        others.addWidget(self.back, 1)
        others.addWidget(self.staff, 1)
        buttons.addLayout(others)
        split = self.split()
        pad = panel(self._pad())
        if look.tall:
            split.addWidget(scrolling(words), 3)
            split.addWidget(pad, 5)
            split.addLayout(buttons)
        else:
            side = column(gap=look.gap)
            side.addWidget(scrolling(words), 1)
            side.addLayout(buttons)
            split.addLayout(side, 1)
            split.addWidget(pad, 1)

    def _pad(self) -> QGridLayout:
        look = self.look
        grid = QGridLayout()
        edge = look.px(12 if look.compact else 24)
        grid.setContentsMargins(edge, edge, edge, edge)
        grid.setSpacing(look.px(8 if look.compact else 14))
        self.keys = []
        for number, digit in enumerate("1234567890"):
            key = self.button(digit, "key", Key(digit))
            place = (3, 1) if digit == "0" else divmod(number, 3)
            grid.addWidget(key, *place)
            self.keys.append(key)
        self.erase = self.button(
            "", "key", Backspace(), icon="backspace", name=self.tr("Delete a digit")
        )
        grid.addWidget(self.erase, 3, 2)
        for made in (*self.keys, self.erase):
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        return grid

    def show_state(self, state: State) -> None:
        """Say what is asked, and how much of it is there."""
        entry = state.entry
        if entry is None:
            return
        self.asks.setText(self._asks(entry))
        self.shown.setText(self._shown(entry))
        self.shown.setAccessibleName(self.tr("{count} digits typed").format(count=len(entry.typed)))
        hint = self.tr("One moment please") if entry.busy else self._words.entry_hint(entry.hint)
        self.says.setText(hint)
        self.says.setVisible(bool(hint))
        restyle(self.says, "panel", "calm" if entry.busy else "hint")
        self.done.setEnabled(entry.complete)
        for key in (*self.keys, self.erase):
            key.setEnabled(not entry.busy)

    def _asks(self, entry: Entry) -> str:
        return {
            "digits": self.tr("The last 4 digits of your phone number"),
            "pin": self.tr("Your PIN"),
            "phone": self.tr("Your phone number"),
        }[entry.asks]

    def _shown(self, entry: Entry) -> str:
        least, _ = DIGITS[entry.asks]
        space = "\N{NO-BREAK SPACE}"
        if entry.asks == "phone":
            return entry.typed or space
        typed = [DOT] * len(entry.typed) if entry.asks == "pin" else list(entry.typed)
        return space.join([*typed, *[PLACE] * (least - len(typed))])

    def spoken(self) -> str:
        """What is asked; never what was typed."""
        hint = "" if self.says.isHidden() else f" {self.says.text()}"
        return f"{self.asks.text()}.{hint}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits of a real keyboard count too."""
        if event.text().isascii() and event.text().isdigit():
            self.send.emit(Key(event.text()))
        elif event.key() == Qt.Key.Key_Backspace:
            self.send.emit(Backspace())
        elif event.key() in _ENTER:
            self.send.emit(Submit())
        else:
            super().keyPressEvent(event)
