"""The kiosk's one window: a bar, the screen that the till's state names, and a line for help.

The till calls back on its own threads; a queued signal brings each state here, and only here are
widgets touched. The window keeps nothing: whatever it shows is in the newest state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from kiosk.flow import Screen, Tick
from kiosk.window import theme
from kiosk.window.attract import AttractPage
from kiosk.window.catalogue import CataloguePage
from kiosk.window.confirm import ConfirmPage
from kiosk.window.face import FacePage
from kiosk.window.help import HelpPage
from kiosk.window.icons import Icon
from kiosk.window.language import LanguagePage
from kiosk.window.parts import label, row, short_label
from kiosk.window.pay import PayPage
from kiosk.window.paying import PayingPage
from kiosk.window.receipt import ReceiptPage
from kiosk.window.refused import RefusedPage
from kiosk.window.review import ReviewPage
from kiosk.window.typing_pad import PadPage

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QResizeEvent

    from kiosk.flow import State
    from kiosk.window.parts import Page
    from kiosk.window.port import TillPort

CLOCK_INTERVAL_MS = 250
BAR_HEIGHT = 68


class _Bridge(QObject):
    """Carries states from whatever thread to the window's."""

    changed = Signal(object)


class MainWindow(QMainWindow):
    """Shows one till.

    `screen_shown` is emitted with the `Screen` after its page has become the visible one.
    """

    screen_shown = Signal(object)

    def __init__(self, till: TillPort) -> None:
        super().__init__()
        self._till = till
        self._scale = 0.0
        self._open = True
        self.shown: Screen | None = None
        self.setWindowTitle(self.tr("Facetill"))
        currency = till.currency
        self.face = FacePage(lambda: till.preview)
        self.pages: dict[Screen, Page] = {
            Screen.ATTRACT: AttractPage(),
            Screen.CART: CataloguePage(till.products, currency),
            Screen.LANGUAGE: LanguagePage(),
            Screen.REVIEW: ReviewPage(currency),
            Screen.PAY: PayPage(currency),
            Screen.FACE: self.face,
            Screen.SECOND_FACTOR: PadPage(),
            Screen.PIN: PadPage(),
            Screen.CONFIRM: ConfirmPage(currency),
            Screen.PAYING: PayingPage(currency),
            Screen.RECEIPT: ReceiptPage(currency),
            Screen.REFUSED: RefusedPage(currency),
            Screen.HELP: HelpPage(),
        }
        self.stack = QStackedWidget()
        for page in self.pages.values():
            page.send.connect(till.send)
            self.stack.addWidget(page)
        self.setCentralWidget(self._frame())
        self._bridge = _Bridge()
        self._bridge.changed.connect(self._arrived, Qt.ConnectionType.QueuedConnection)
        till.subscribe(self._from_any_thread)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_INTERVAL_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self.setStyleSheet(theme.style_sheet())
        self.show_state(till.state)

    def _frame(self) -> QWidget:
        whole = QWidget()
        whole.setObjectName("page")
        whole.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        down = QVBoxLayout(whole)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        down.addWidget(self._top_bar())
        down.addWidget(self.stack, 1)
        down.addWidget(self._help_bar())
        return whole

    def _top_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("panel", "bar")
        bar.setFixedHeight(BAR_HEIGHT)
        across = row(gap=14)
        across.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        across.addWidget(Icon("look", 44))
        across.addWidget(short_label(self.tr("Facetill"), "heading", tone="accent"))
        across.addStretch(1)
        self.time_left = short_label("", "small", tone="muted")
        across.addWidget(self.time_left)
        self.demo = label(self.tr("DEMO: no money moves"), "small", panel="chip")
        self.demo.setWordWrap(False)
        self.demo.setVisible(self._till.mode == "demo")
        across.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignVCenter)
        bar.setLayout(across)
        return bar

    def _help_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("panel", "bar")
        bar.setFixedHeight(BAR_HEIGHT - 8)
        across = row(gap=12)
        across.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        across.addStretch(1)
        across.addWidget(Icon("bell", 36, colour=theme.INK, disc=theme.SUNK))
        self.help = short_label(
            self.tr("Need help, or pay another way? Please call our staff."), "small"
        )
        across.addWidget(self.help)
        across.addStretch(1)
        bar.setLayout(across)
        return bar

    def _from_any_thread(self, state: State) -> None:
        if self._open:
            self._bridge.changed.emit(state)

    def _arrived(self, state: object) -> None:
        del state  # several may have queued up: only the newest is shown
        if self._open:
            self.show_state(self._till.state)

    def show_state(self, state: State) -> None:
        """Show `state` now; on the window's thread only."""
        page = self.pages[state.screen]
        page.show_state(state)
        if state.screen is not self.shown:
            self.shown = state.screen
            self.stack.setCurrentWidget(page)
            page.setFocus()  # no control wears the focus ring until Tab is pressed
            self.screen_shown.emit(state.screen)
        self._show_time()

    def _tick(self) -> None:
        self._till.send(Tick())  # the flow has no clock: the window tells it that time goes by
        self._show_time()

    def _show_time(self) -> None:
        deadline_ms = self._till.state.deadline_ms
        if deadline_ms is None:
            self.time_left.setText("")
            return
        left = max(0, -(-(deadline_ms - self._till.now_ms()) // 1000))
        clock = f"{left // 60}:{left % 60:02d}"
        self.time_left.setText(self.tr("Time left {time}").format(time=clock))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the type to the window."""
        super().resizeEvent(event)
        scale = theme.scale_for(self.width(), self.height())
        if scale != self._scale:
            self._scale = scale
            self.setStyleSheet(theme.style_sheet(scale))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Take no more states."""
        self._open = False
        self._clock.stop()
        super().closeEvent(event)
