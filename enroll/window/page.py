"""What every page of the desk's window is, and what it may ask of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QVBoxLayout, QWidget

from enroll.errors import Error
from enroll.window.parts import Said, label
from ledger.errors import Error as LedgerError
from models.errors import Error as ModelsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from enroll.window.office import Draft, Office
    from enroll.window.words import Words

ERRORS = (Error, LedgerError, ModelsError)


class Desk(Protocol):
    """The window, as its pages see it."""

    @property
    def office(self) -> Office:
        """Vault, book and camera."""

    @property
    def draft(self) -> Draft:
        """The enrolment being filled in."""

    @property
    def words(self) -> Words:
        """Words behind keys."""

    @property
    def page(self) -> Page:
        """The page that is shown."""

    @property
    def language(self) -> str:
        """BCP 47 code."""

    def go(self, name: str, subject: str = "") -> None:
        """Show a page, of a shopper where it is about one."""

    def forget(self) -> None:
        """Drop the draft, and whatever it holds."""


class Page(QWidget):
    """A page: a title, its content, and one place for errors. Built anew each time it is shown."""

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self.desk = desk
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(48, 32, 48, 32)
        self.column.setSpacing(16)
        self.column.addWidget(label(title, "title"))
        self.said = Said()
        self.column.addWidget(self.said)

    def leave(self) -> None:
        """Let go of what the page holds; called when another one comes."""

    def attempt(self, errand: Callable[[], object]) -> bool:
        """Run an errand; what goes wrong is said on the page, and nothing else happens."""
        try:
            errand()
        except ERRORS as error:
            self.said.say(self.desk.words.trouble(error))
            return False
        return True
