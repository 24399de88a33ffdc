"""A small form over the page: a few fields, one thing to do, and what went wrong said in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QVBoxLayout

from enroll.window.page import ERRORS, Page
from enroll.window.parts import Said, button, field, label, row, secret

if TYPE_CHECKING:
    from collections.abc import Callable


class Form(QDialog):
    """Asks for a few values and hands them to an errand; closes when that went well.

    Args:
        parent: the page below.
        title: what it is about.
        main: words of the button that does it.
        errand: gets the form; raises what is to be said.
    """

    def __init__(
        self, parent: Page, title: str, main: str, errand: Callable[[Form], object]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        self._errand = errand
        self._words = parent.desk.words
        self._fields: dict[str, QLineEdit] = {}
        self._ticks: dict[str, QCheckBox] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 28, 32, 28)
        outer.setSpacing(14)
        outer.addWidget(label(title, "heading"))
        self.column = QVBoxLayout()
        self.column.setSpacing(8)
        outer.addLayout(self.column)
        self.said = Said()
        outer.addWidget(self.said)
        self.accept_button = button(main, self._try, "main")
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        outer.addLayout(row(self.cancel_button, None, self.accept_button))
        self.accept_button.setDefault(True)

    def explain(self, text: str) -> None:
        """A sentence above the fields."""
        self.column.addWidget(label(text, "muted"))

    def ask(self, key: str, words: str, value: str = "") -> QLineEdit:
        """A line to type in."""
        made = field(self.column, words)
        made.setText(value)
        self._fields[key] = made
        return made

    def ask_secret(self, key: str, words: str) -> QLineEdit:
        """A line whose content is never shown."""
        return secret(self.ask(key, words))

    def ask_yes(self, key: str, words: str, *, value: bool = False) -> QCheckBox:
        """A tick."""
        made = QCheckBox(words)
        made.setAccessibleName(words)
        made.setChecked(value)
        self.column.addWidget(made)
        self._ticks[key] = made
        return made

    def text(self, key: str) -> str:
        """What was typed."""
        return self._fields[key].text()

    def ticked(self, key: str) -> bool:
        """Whether it is."""
        return self._ticks[key].isChecked()

    def _try(self) -> None:
        try:
            self._errand(self)
        except ERRORS as error:
            self.said.say(self._words.trouble(error))
            self.adjustSize()
            return
        self.accept()

    def done(self, result: int) -> None:
        """Forget what was typed, whichever way it ends."""
        super().done(result)
        for made in self._fields.values():
            made.clear()
