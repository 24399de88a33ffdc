"""The kiosk's one window: the screen that the till's state names, between two bars.

The till calls back on its own threads; a queued signal brings each state here, and only here are
widgets touched. A screen is built when it is shown and thrown away when it is left, and everything
is built anew for another language, text size, contrast or window size: what is shown is always the
newest state in the newest look, and nothing of an earlier shopper can be left in a widget.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from kiosk.flow import Cancel, Extend, Screen, Tick
from kiosk.i18n.translators import install
from kiosk.window.attract import AttractPage
from kiosk.window.bars import Footer, Header
from kiosk.window.cart import CartPage
from kiosk.window.confirm import ConfirmPage
from kiosk.window.display import DisplaySheet
from kiosk.window.face import FacePage
from kiosk.window.help import HelpPage
from kiosk.window.language import LanguagePage
from kiosk.window.look import LANGUAGES, Look
from kiosk.window.motion import fade_in
from kiosk.window.opening import OpeningTill
from kiosk.window.pay import PayPage
from kiosk.window.paying import PayingPage
from kiosk.window.poster import Poster
from kiosk.window.receipt import ReceiptPage
from kiosk.window.refused import RefusedPage
from kiosk.window.review import ReviewPage
from kiosk.window.settings import SettingsSheet
from kiosk.window.staff import NoStaffSheet, PausedSheet, StaffSheet
from kiosk.window.styles import style_sheet
from kiosk.window.typing_pad import PadPage
from kiosk.window.voice import Silence
from kiosk.window.warning import WarningSheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QResizeEvent

    from kiosk.flow import State
    from kiosk.window.page import Page
    from kiosk.window.port import TillPort
    from kiosk.window.sheet import Sheet
    from kiosk.window.station import StationPort
    from kiosk.window.voice import Voice

CLOCK_INTERVAL_MS: Final = 250
VOLUME: Final = 40
PAGES: Final[dict[Screen, type[Page]]] = {
    Screen.ATTRACT: AttractPage,
    Screen.LANGUAGE: LanguagePage,
    Screen.CART: CartPage,
    Screen.REVIEW: ReviewPage,
    Screen.PAY: PayPage,
    Screen.FACE: FacePage,
    Screen.SECOND_FACTOR: PadPage,
    Screen.PIN: PadPage,
    Screen.CONFIRM: ConfirmPage,
    Screen.PAYING: PayingPage,
    Screen.RECEIPT: ReceiptPage,
    Screen.REFUSED: RefusedPage,
    Screen.HELP: HelpPage,
}


class _Bridge(QObject):
    """Carries states from whatever thread to the window's."""

    changed = Signal(object)


class MainWindow(QMainWindow):
    """Shows one till.

    `screen_shown` is emitted with the `Screen` after its page has become the visible one.

    Args:
        till: what is shown.
        voice: how it is heard.
        station: what the staff can set; none where there is no staff's side.
        look: how it is shown at first, and again to each new shopper.
    """

    screen_shown = Signal(object)

    def __init__(
        self,
        till: TillPort,
        *,
        voice: Voice | None = None,
        station: StationPort | None = None,
        look: Look | None = None,
    ) -> None:
        super().__init__()
        self.till = till
        self._voice: Voice = voice or Silence()
        self.station = station
        self._first_look = look or Look()
        self.look = self._first_look
        self.volume = VOLUME if station is None else station.settings.volume
        self._open = True
        self._may_close = False
        self._said = ""
        self.shown: Screen | None = None
        self.page: Page | None = None
        self.sheet: Sheet | None = None
        self.setWindowTitle("Facetill")
        self._bridge = _Bridge()
        self._bridge.changed.connect(self._arrived, Qt.ConnectionType.QueuedConnection)
        till.subscribe(self._from_any_thread)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_INTERVAL_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self.resize(self.look.width, self.look.height)
        self._build(self._look_for(till.state))

    def attach(self, till: TillPort, station: StationPort | None) -> None:
        """Show another till from now on, as its state has it."""
        before, self.till, self.station = self.till, till, station
        if station is not None:
            self.volume = station.settings.volume
        till.subscribe(self._from_any_thread)
        if isinstance(before, OpeningTill):
            before.hand_over(till)
        self._build(self._look_for(till.state))

    # ---- building ------------------------------------------------------------------------------

    def _build(self, look: Look) -> None:
        """Build everything for a look, and show the state in it."""
        self.look = look
        install(look.language)
        self.close_sheet()
        demo = self.till.mode == "demo"
        whole = QWidget()
        whole.setObjectName("page")
        whole.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        down = QVBoxLayout(whole)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        if look.head_room:
            down.setContentsMargins(0, look.head_room, 0, 0)
            above = Poster(look)
            above.setParent(whole)
            above.setGeometry(0, 0, look.width, look.head_room)
        self.header = None if look.compact else Header(look, demo=demo)
        if self.header is not None:
            self.header.brand.held.connect(self.open_staff)
            down.addWidget(self.header)
        self._place = QVBoxLayout()
        down.addLayout(self._place, 1)
        self.footer = Footer(look, self.till.state.languages, demo=demo)
        self.footer.send.connect(self.till.send)
        self.footer.brand.held.connect(self.open_staff)
        self.footer.reach.clicked.connect(self._toggle_reach)
        self.footer.display.clicked.connect(self.open_display)
        down.addWidget(self.footer)
        self.setStyleSheet(style_sheet(look))
        self.page = None
        self._whole = whole
        self.setCentralWidget(whole)
        self.show_state(self.till.state)

    def _turn_to(self, screen: Screen) -> Page:
        """The page of a screen, in the place of the one before."""
        old, self.page = self.page, PAGES[screen](self.look, self.till)
        self.page.send.connect(self.till.send)
        self.page.sheet_wanted.connect(self.open_sheet)
        if old is not None:
            self._place.removeWidget(old)  # never both: the window would grow to hold them
        self._place.addWidget(self.page)
        self.page.show()
        self.page.setFocus()  # before the old one goes, or Qt would give the focus to some control
        if old is not None:
            old.hide()
            old.deleteLater()
        return self.page

    def _look_for(self, state: State) -> Look:
        """The look in force, in the state's language; a new shopper begins with the first one."""
        base = self._first_look if state.screen is Screen.ATTRACT else self.look
        language = next((code for code in LANGUAGES if code == state.language), base.language)
        return replace(
            base,
            width=self.look.width,
            height=self.look.height,
            language=language,
        )

    # ---- the state -----------------------------------------------------------------------------

    def _from_any_thread(self, state: State) -> None:
        if self._open:
            self._bridge.changed.emit(state)

    def _arrived(self, state: object) -> None:
        del state  # several may have queued up: only the newest is shown
        if self._open:
            self.show_state(self.till.state)

    def show_state(self, state: State) -> None:
        """Show `state` now; on the window's thread only."""
        if isinstance(self.sheet, PausedSheet) and state.screen is not Screen.ATTRACT:
            self.till.send(Cancel())  # a scanner began a visit at a till that is closed
            return
        look = self._look_for(state)
        if look != self.look:
            self._build(look)
            return
        page = self.page
        turned = page is None or state.screen is not self.shown
        if page is None or turned:
            page = self._turn_to(state.screen)
        page.show_state(state)
        self.footer.show_state(state)
        if turned:
            fresh, self.shown = state.screen is not self.shown, state.screen
            page.setFocus()  # no control wears the focus ring until Tab is pressed
            if fresh:
                self.close_sheet()
                fade_in(page, self.look)
                self.screen_shown.emit(state.screen)
        self._show_time()
        self._say(page.spoken())

    def _tick(self) -> None:
        self.till.send(Tick())  # the flow has no clock: the window tells it that time goes by
        self.show_paused()
        self._show_time()

    def _show_time(self) -> None:
        state = self.till.state
        if not state.warning or state.deadline_ms is None:
            if isinstance(self.sheet, WarningSheet):
                self.close_sheet()
            return
        if not isinstance(self.sheet, WarningSheet):
            self.close_sheet()
            self.sheet = WarningSheet(self.look, self._whole, lambda: self.till.send(Extend()))
            self._say(self.sheet.spoken())
        left_ms = max(0, state.deadline_ms - self.till.now_ms())
        self.sheet.show_left(-(-left_ms // 1000))

    def open_sheet(self, make: Callable[[Look, QWidget, Callable[[], None]], Sheet]) -> None:
        """Lay a sheet over the screen, in the place of the one before."""
        self.close_sheet()
        self.sheet = make(self.look, self._whole, self.close_sheet)
        self._say(self.sheet.spoken() or self._said)

    # ---- what helps everywhere -----------------------------------------------------------------

    def _toggle_reach(self) -> None:
        self._build(replace(self.look, low_reach=not self.look.low_reach))

    def open_display(self) -> None:
        """Let the shopper choose how they want to see and hear."""
        self.close_sheet()
        self.sheet = DisplaySheet(
            self.look,
            self._whole,
            volume=self.volume if self._voice.available else None,
            change=self._change_look,
            set_volume=self._set_volume,
            close=self.close_sheet,
        )

    def _change_look(self, look: Look) -> None:
        self._build(look)
        self.open_display()

    def _set_volume(self, volume: int) -> None:
        self.volume = volume
        self._voice.hush()
        self._said = ""
        if self.page is not None:
            self._say(self.page.spoken())
        self.open_display()

    # ---- the staff -----------------------------------------------------------------------------

    def open_staff(self) -> None:
        """Ask who of the staff is there."""
        station = self.station
        if station is None or not station.gate.has_accounts():
            self.open_sheet(NoStaffSheet)
            return
        self.open_sheet(
            lambda look, parent, close: StaffSheet(
                look, parent, station.gate, self.open_settings, close
            )
        )

    def open_settings(self) -> None:
        """Show what staff may set; asking who they are comes before."""
        station = self.station
        if station is None:
            return
        self.open_sheet(
            lambda look, parent, close: SettingsSheet(
                look,
                parent,
                station,
                languages=self.till.state.languages,
                changed=self._settings_changed,
                leave=self._leave,
                close=close,
            )
        )

    def _settings_changed(self) -> None:
        if self.station is not None:
            self.volume = self.station.settings.volume

    def _leave(self) -> None:
        self._may_close = True
        self.close()

    def show_paused(self) -> None:
        """A closed till says so over its attract screen, and nowhere else."""
        closed = self.station is not None and self.station.settings.paused
        if closed and self.sheet is None and self.shown is Screen.ATTRACT:
            self.open_sheet(lambda look, parent, _close: PausedSheet(look, parent, self.open_staff))

    def close_sheet(self) -> None:
        """Put away whatever lies over the screen."""
        sheet, self.sheet = self.sheet, None
        if sheet is not None:
            self._voice.hush()
            sheet.hide()
            sheet.setParent(None)
            sheet.deleteLater()
            if self.page is not None:
                self.page.setFocus()

    def _say(self, text: str) -> None:
        if text == self._said:
            return
        self._said = text
        if text:
            self._voice.say(text, self.look.language, self.volume)
        else:
            self._voice.hush()

    # ---- Qt ------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Build for the new size."""
        super().resizeEvent(event)
        size = event.size()
        if (size.width(), size.height()) != (self.look.width, self.look.height):
            self._build(replace(self.look, width=size.width(), height=size.height()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Take no more states; a kiosk that fills its screen is left by the staff alone."""
        if self.isFullScreen() and not self._may_close:
            event.ignore()
            self.open_staff()
            return
        self._open = False
        self._clock.stop()
        self._voice.hush()
        super().closeEvent(event)
