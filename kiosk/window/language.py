"""Every language on offer, each by its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from kiosk.flow import Cancel, SetLanguage
from kiosk.window.parts import Page, button, clear, column, label, panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.flow import State


class LanguagePage(Page):
    """One button a language."""

    def __init__(self) -> None:
        super().__init__()
        self._choices = column(gap=14)
        self._shown: tuple[str, ...] = ()
        self.back = button(self.tr("Back"), "large", lambda: self.send.emit(Cancel()))
        inside = column(margin=28, gap=16)
        inside.addWidget(label(self.tr("Language"), "title", centre=True))
        inside.addLayout(self._choices)
        inside.addWidget(self.back)
        self.stand_alone(panel(inside))

    def show_state(self, state: State) -> None:
        """Offer what the shop offers."""
        if state.languages == self._shown:
            return
        self._shown = state.languages
        clear(self._choices)
        for language in state.languages:
            name = QLocale(language).nativeLanguageName() or language
            self._choices.addWidget(button(name, "large", self._choose(language)))

    def _choose(self, language: str) -> Callable[[], None]:
        return lambda: self.send.emit(SetLanguage(language))
