"""The two bars around every screen: whose till this is, and what helps everywhere.

What helps is at the bottom, where a seated person and a child reach it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy

from kiosk.flow import Help, OpenLanguage, Screen, SetLanguage
from kiosk.window.button import Button
from kiosk.window.look import ENDONYMS
from kiosk.window.parts import row, short_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QLabel

    from kiosk.flow import State
    from kiosk.window.look import Language, Look

LONG_PRESS_MS: Final = 1500
_SHORT: Final = {"en": "EN", "ko": "한", "zh-Hans": "中"}


class _Brand(Button):
    """The shop's name; held down, the staff's door."""

    held = Signal()

    def __init__(self, look: Look, *, words: bool) -> None:
        super().__init__(look, "Facetill" if words else "", "tool", lambda: None, icon="look")
        self.setAccessibleName(self.tr("Facetill. Staff: hold for two seconds"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LONG_PRESS_MS)
        self._timer.timeout.connect(self.held.emit)
        self.pressed.connect(self._timer.start)
        self.released.connect(self._timer.stop)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A short press means nothing."""
        self._timer.stop()
        super().mouseReleaseEvent(event)


def _demo_chip(text: str) -> QLabel:
    made = short_label(text, "small", panel="chip")
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


class Header(QFrame):
    """The shop's name, and whether this is play."""

    def __init__(self, look: Look, *, demo: bool) -> None:
        super().__init__()
        self.setProperty("panel", "plain")
        self.brand = _Brand(look, words=True)
        self.demo = _demo_chip(self.tr("DEMO: no money moves"))
        self.demo.setVisible(demo)
        across = row(gap=look.gap)
        across.setContentsMargins(look.margin - look.px(12), look.px(10), look.margin, 0)
        across.addWidget(self.brand)
        across.addStretch(1)
        across.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(across)


class Footer(QFrame):
    """Language, reach, text and help; in a compact window, what the header says too.

    Args:
        look: sizes and colours.
        languages: on offer, as the state has them.
        demo: whether this is play.
    """

    send = Signal(object)

    def __init__(self, look: Look, languages: Sequence[str], *, demo: bool) -> None:
        super().__init__()
        self._look = look
        self.setProperty("panel", "bar")
        self.brand = _Brand(look, words=False)
        self.demo = _demo_chip(self.tr("DEMO"))
        self.demo.setVisible(demo)
        self._make(languages, words=True)
        if sum(made.sizeHint().width() + look.px(4) for made in self._tools()) > (
            look.width - look.margin
        ):
            self._make(languages, words=False)
        self.globe.clicked.connect(lambda: self.send.emit(OpenLanguage()))
        self.help.clicked.connect(lambda: self.send.emit(Help()))
        self._lay_out()

    def _make(self, languages: Sequence[str], *, words: bool) -> None:
        """Every tool, with words beside its sign or without."""
        wide = words and not self._look.compact
        self.globe = self._tool("globe", "", self.tr("All languages"))
        self.languages = [self._language(code, wide=wide) for code in languages if code in ENDONYMS]
        self.reach = self._tool("reach", self.tr("Lower the controls"), wide=wide)
        self.display = self._tool("letters", self.tr("Text and colours"), wide=wide)
        self.help = self._tool("bell", self.tr("Call staff"), wide=wide)

    def _tools(self) -> tuple[Button, ...]:
        return (self.globe, *self.languages, self.reach, self.display, self.help)

    def _tool(self, icon: str, text: str, name: str = "", *, wide: bool = False) -> Button:
        return Button(
            self._look, text if wide else "", "tool", lambda: None, icon=icon, name=name or text
        )

    def _language(self, code: str, *, wide: bool) -> Button:
        name = ENDONYMS[cast("Language", code)]
        text = name if wide else _SHORT[code]
        made = Button(
            self._look, text, "tool", lambda: self.send.emit(SetLanguage(code)), name=name
        )
        made.set_underlined(on=code == self._look.language)
        return made

    def _lay_out(self) -> None:
        look = self._look
        across = row(gap=look.px(4))
        edge = look.px(6)
        across.setContentsMargins(look.margin // 2, edge, look.margin // 2, edge)
        if look.compact:
            across.addWidget(self.brand)
            across.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignVCenter)
            across.addStretch(1)
        else:
            self.brand.hide()
            self.demo.hide()
        across.addWidget(self.globe)
        for made in self.languages:
            across.addWidget(made)
        across.addStretch(1)
        for made in (self.reach, self.display, self.help):
            across.addWidget(made)
        self.setLayout(across)

    def show_state(self, state: State) -> None:
        """Rest what has no meaning on this screen."""
        over = {Screen.LANGUAGE, Screen.HELP}
        self.globe.setEnabled(state.screen not in {*over, Screen.PAYING})
        self.help.setEnabled(state.screen is not Screen.HELP)
