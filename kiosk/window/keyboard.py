"""A keyboard on the screen for a few letters: a kiosk has no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy

from kiosk.window.button import Button
from kiosk.window.parts import column, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.window.look import Look

LATIN: Final = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM-")
DIGITS: Final = "1234567890"
HANGUL: Final = ("ㄱㄴㄷㄹㅁㅂㅅ", "ㅇㅈㅊㅋㅌㅍㅎ")


class Keyboard(QFrame):
    """Emits `typed` with one letter, `erased`, and `closed`.

    Args:
        look: sizes, colours and which letters are at hand.
        kind: letters of the shopper's language, for a search; or letters and digits, in capitals
            for a code and small for a name to sign in with.
    """

    typed = Signal(str)
    erased = Signal()
    closed = Signal()

    def __init__(self, look: Look, kind: Literal["search", "code", "name"] = "search") -> None:
        super().__init__()
        self.setProperty("panel", "plain")
        self._look = look
        rows = {
            "search": HANGUL if look.language == "ko" else LATIN,
            "code": (DIGITS, *LATIN),
            "name": (DIGITS, *(letters.lower() for letters in LATIN)),
        }[kind]
        down = column(gap=look.px(6))
        for number, letters in enumerate(rows):
            across = row(gap=look.px(6))
            for letter in letters:
                across.addWidget(self._key(letter, letter, self._press(letter)), 2)
            if number == len(rows) - 1:
                across.addWidget(
                    self._key("", self.tr("Delete a letter"), self.erased.emit, "backspace"), 2
                )
                across.addWidget(self._key("", self.tr("Close"), self.closed.emit, "check"), 2)
            down.addLayout(across)
        self.setLayout(down)

    def _press(self, letter: str) -> Callable[[], None]:
        return lambda: self.typed.emit(letter)

    def _key(self, text: str, name: str, press: Callable[[], object], icon: str = "") -> Button:
        made = Button(self._look, text, "key", press, icon=icon, name=name)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return made
