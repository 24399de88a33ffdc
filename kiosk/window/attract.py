"""The screen between shoppers: says what this is, and that a touch starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kiosk.flow import SetLanguage, Touch
from kiosk.window.look import ENDONYMS
from kiosk.window.page import Page
from kiosk.window.parts import column, label, row, scrolling
from kiosk.window.poster import Poster

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QHBoxLayout

    from kiosk.flow import State
    from kiosk.window.look import Language, Look
    from kiosk.window.port import TillPort


class AttractPage(Page):
    """Anywhere is the button; the drawn one is there for those who look for one."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self.headline = label(self.tr("Pay with a look"), "hero")
        self.says = label(
            self.tr("Fill your cart, look at the camera, done. No card, no phone."),
            "heading",
            tone="muted",
        )
        self.promise = label(
            self.tr("You enrol once, at the desk. The camera's pictures are never kept."),
            "small",
            tone="muted",
        )
        self.start = self.button(self.tr("Touch to start"), "main", Touch())
        text = column(gap=look.gap)
        text.addStretch(1)
        text.addWidget(self.headline)
        text.addWidget(self.says)
        text.addWidget(self.promise)
        text.addStretch(1)
        side = column(gap=look.gap)
        side.addWidget(scrolling(text), 1)
        side.addWidget(self.start)
        side.addLayout(self._languages())
        split = self.split()
        if look.head_room or (look.compact and look.tall):  # drawn above, or no room for it
            split.addLayout(side, 1)
        elif look.tall:
            split.addWidget(Poster(look), 1)
            split.addLayout(side, 1)
        else:
            split.addLayout(side, 5)
            split.addWidget(Poster(look), 4)

    def _languages(self) -> QHBoxLayout:
        across = row(gap=self.look.px(10))
        for code in self.till.state.languages:
            name = ENDONYMS.get(cast("Language", code), code)
            made = self.button(name, "chip", SetLanguage(code))
            made.setChecked(code == self.look.language)
            across.addWidget(made, 1)
        return across

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch anywhere starts."""
        event.accept()
        self.send.emit(Touch())

    def show_state(self, state: State) -> None:
        """Nothing here depends on the state."""
        del state

    def spoken(self) -> str:
        """Silent while nobody is there."""
        return ""
