"""The desk's window: a bar with languages and who is signed in, and one page below it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from enroll.window.account import AccountPage
from enroll.window.enrolling import CameraPage, ConsentPage, DetailsPage, DonePage
from enroll.window.office import Draft
from enroll.window.page import ERRORS, Page
from enroll.window.parts import button, label, row
from enroll.window.start import SignInPage, StartPage
from enroll.window.style import application_font
from enroll.window.trail import TrailPage
from enroll.window.translations import LANGUAGES, install
from enroll.window.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent

    from enroll.window.office import Office

IDLE_MS: Final = 5 * 60_000  # a desk that nobody uses signs its staff out


class MainWindow(QMainWindow):
    """The window.

    Args:
        office: vault, book and camera.
        language: to begin with.
    """

    def __init__(self, office: Office, language: str = "en") -> None:
        super().__init__()
        self.office = office
        self.draft = Draft()
        self.words = Words(self)
        self.language = "en"
        self._place: tuple[str, str] = ("start", "")
        self._page: Page | None = None
        self.setWindowTitle("Facetill")
        self.resize(1100, 800)
        self._idle = QTimer(self)
        self._idle.setInterval(IDLE_MS)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._sign_out)
        self._take(language)
        self.go("start")

    @property
    def page(self) -> Page:
        """The page that is shown."""
        if self._page is None:
            raise RuntimeError("no page is shown yet")
        return self._page

    def go(self, name: str, subject: str = "") -> None:
        """Show a page, of a shopper where it is about one."""
        if self.office.needs_sign_in:
            name, subject = "sign-in", ""
        if self._page is not None:
            self._page.leave()
        self._place = (name, subject)
        try:
            made = self._made(name, subject)
        except ERRORS as error:
            made = StartPage(self)
            made.said.say(self.words.trouble(error))
        self._page = made
        self._show(made)
        self._idle.start()

    def forget(self) -> None:
        """Drop the draft, and whatever it holds."""
        self.draft = Draft()

    def speak(self, language: str) -> None:
        """Another language: the page is built anew, with what was filled in."""
        if language == self.language:
            return
        self._take(language)
        self.go(*self._place)

    def _take(self, language: str) -> None:
        self.language = language
        install(language)
        QApplication.setFont(application_font(language))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let go of the camera before the window goes."""
        self._idle.stop()
        if self._page is not None:
            self._page.leave()
        self.forget()
        super().closeEvent(event)

    def _made(self, name: str, subject: str) -> Page:
        pages: dict[str, Callable[[], Page]] = {
            "sign-in": lambda: SignInPage(self),
            "start": lambda: StartPage(self),
            "consent": lambda: ConsentPage(self),
            "details": lambda: DetailsPage(self),
            "camera": lambda: CameraPage(self),
            "done": lambda: DonePage(self, subject),
            "account": lambda: AccountPage(self, subject),
            "trail": lambda: TrailPage(self),
        }
        return pages[name]()

    def _show(self, page: Page) -> None:
        whole = QWidget()
        whole.setObjectName("page")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        room = QScrollArea()
        room.setWidgetResizable(True)
        room.setWidget(page)
        column.addWidget(room, 1)
        old = self.takeCentralWidget()
        self.setCentralWidget(whole)
        if old is not None:
            old.deleteLater()

    def _bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("bar")
        brand = label("Facetill", "brand")
        brand.setWordWrap(False)
        widgets: list[QWidget | None] = [brand, None]
        session = self.office.session
        if session is not None:
            who = label(session.staff, "muted")
            who.setWordWrap(False)
            out = button(self.tr("Sign out"), self._sign_out, "plain")
            widgets += [who, out]
        for code, own_name in LANGUAGES.items():
            made = button(own_name, partial(self.speak, code), "plain")
            made.setCheckable(True)
            made.setChecked(code == self.language)
            widgets.append(made)
        layout = row(*widgets)
        layout.setContentsMargins(32, 8, 20, 8)
        bar.setLayout(layout)
        return bar

    def _sign_out(self) -> None:
        self.forget()
        self.office.sign_out()
        self.go("start")
