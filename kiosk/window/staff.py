"""The staff's door: an id and a PIN, before the settings and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from kiosk.window.button import Button
from kiosk.window.keyboard import Keyboard
from kiosk.window.parts import column, label, row
from kiosk.window.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from kiosk.window.look import Look
    from kiosk.window.station import StaffGate

CHARS_MAX: Final = 40
DOT: Final = "\N{BLACK CIRCLE}"
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class StaffSheet(Sheet):
    """Two lines and a keyboard; what is typed is gone with the sheet.

    Args:
        look: sizes and colours.
        parent: what it covers.
        gate: compares id and PIN.
        enter: called when they belong together.
        close: called when they are not to be asked for any more.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        gate: StaffGate,
        enter: Callable[[], object],
        close: Callable[[], object],
    ) -> None:
        super().__init__(look, parent, close)
        self._gate, self._enter = gate, enter
        self._typed = {"id": "", "pin": ""}
        self._at = "id"
        inside = column(margin=look.px(14 if look.compact else 24), gap=look.px(10))
        inside.addWidget(label(self.tr("Staff"), "heading"))
        lines = row(gap=look.px(10))
        self.id = Button(look, "", "chip", lambda: self._go("id"))
        self.pin = Button(look, "", "chip", lambda: self._go("pin"))
        lines.addWidget(self.id, 1)
        lines.addWidget(self.pin, 1)
        inside.addLayout(lines)
        self.says = label("", panel="hint")
        self.says.hide()
        inside.addWidget(self.says)
        self.keyboard = Keyboard(look, "name")
        self.keyboard.typed.connect(self._add)
        self.keyboard.erased.connect(self._erase)
        self.keyboard.closed.connect(self._submit)
        inside.addWidget(self.keyboard)
        buttons = row(gap=look.px(10))
        self.back = self.button(self.tr("Back"), "large", close, icon="back")
        self.done = self.button(self.tr("Sign in"), "main", self._submit)
        buttons.addWidget(self.back, 1)
        buttons.addWidget(self.done, 2)
        inside.addLayout(buttons)
        self.hold(inside, wide=True)
        self._show()

    def _show(self) -> None:
        self.id.setChecked(self._at == "id")
        self.pin.setChecked(self._at == "pin")
        self.id.rename(self.tr("Staff id: {id}").format(id=self._typed["id"]))
        self.pin.setText(self.tr("PIN: {dots}").format(dots=DOT * len(self._typed["pin"])))
        self.pin.setAccessibleName(
            self.tr("PIN, {count} digits typed").format(count=len(self._typed["pin"]))
        )
        self.done.setEnabled(all(self._typed.values()))

    def _go(self, at: str) -> None:
        self._at = at
        self._show()

    def _add(self, letters: str) -> None:
        self._typed[self._at] = (self._typed[self._at] + letters)[:CHARS_MAX]
        self._show()

    def _erase(self) -> None:
        self._typed[self._at] = self._typed[self._at][:-1]
        self._show()

    def _submit(self) -> None:
        if self._at == "id" and not self._typed["pin"]:
            self._go("pin")
            return
        if not all(self._typed.values()):
            return
        pin, self._typed["pin"] = self._typed["pin"], ""
        answer = self._gate.check(self._typed["id"], pin)
        if not answer:
            self._enter()
            return
        self.says.setText(
            self.tr("Too many wrong PINs. Wait a little, then try again.")
            if answer == "locked"
            else self.tr("That is not the PIN of this staff id.")
        )
        self.says.show()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A real keyboard types too."""
        if event.key() in _ENTER:
            self._submit()
        elif event.key() == Qt.Key.Key_Backspace:
            self._erase()
        elif event.text().isprintable() and event.text().strip():
            self._add(event.text())
        else:
            super().keyPressEvent(event)


class NoStaffSheet(Sheet):
    """Says that nobody can be asked for, and what to do about it.

    Args:
        look: sizes and colours.
        parent: what it covers.
        close: called when it was read.
    """

    def __init__(self, look: Look, parent: QWidget, close: Callable[[], object]) -> None:
        super().__init__(look, parent, close)
        inside = column(margin=look.px(28), gap=look.gap)
        inside.addWidget(label(self.tr("There are no staff accounts yet"), "title"))
        inside.addWidget(
            label(
                self.tr(
                    "Without one nobody can open the settings or leave the kiosk here. Make one at "
                    "the desk, and hold the shop's name again."
                )
            )
        )
        inside.addWidget(label("facetill enroll staff add --help", "small", tone="muted"))
        self.done = self.button(self.tr("Back"), "main", close)
        inside.addWidget(self.done)
        self.hold(inside)


class PausedSheet(Sheet):
    """The till is closed; only staff can open it.

    Args:
        look: sizes and colours.
        parent: what it covers.
        staff: called when staff wants in.
    """

    def __init__(self, look: Look, parent: QWidget, staff: Callable[[], object]) -> None:
        super().__init__(look, parent)
        inside = column(margin=look.px(28), gap=look.gap)
        self.title = label(self.tr("This till is closed"), "title", centre=True)
        inside.addWidget(self.title)
        inside.addWidget(
            label(self.tr("Please go to another one."), "heading", tone="muted", centre=True)
        )
        self.open = self.button(self.tr("Staff"), "large", staff, icon="staff")
        inside.addWidget(self.open)
        self.hold(inside)

    def spoken(self) -> str:
        """That it is closed."""
        return self.title.text()
