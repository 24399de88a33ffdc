"""Which language: each in its own words, for who cannot read the one that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kiosk.flow import Cancel, SetLanguage
from kiosk.window.look import ENDONYMS
from kiosk.window.page import Page
from kiosk.window.parts import CENTRE, column, label, row

if TYPE_CHECKING:
    from kiosk.flow import State
    from kiosk.window.look import Language, Look
    from kiosk.window.port import TillPort


class LanguagePage(Page):
    """One large button a language; the one in use wears a tick."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        body = column(gap=look.gap)
        if not look.compact:
            body.addWidget(self.icon("globe", 96), 0, CENTRE)
        self.title = label(self.tr("Choose your language"), "title", centre=True)
        body.addWidget(self.title)
        body.addSpacing(look.gap)
        choices = column(gap=look.gap) if look.tall else row(gap=look.gap)
        self.choices = []
        for code in till.state.languages:
            name = ENDONYMS.get(cast("Language", code), code)
            made = self.button(name, "chip", SetLanguage(code))
            made.setMinimumHeight(look.main)
            made.setChecked(code == look.language)
            self.choices.append(made)
            choices.addWidget(made, 1)
        body.addLayout(choices)
        actions = column(gap=look.gap)
        self.back = self.button(self.tr("Back"), "large", Cancel(), icon="back")
        actions.addWidget(self.back)
        self.stand_alone(body, actions)

    def show_state(self, state: State) -> None:
        """Nothing here depends on more than the language."""
        del state

    def spoken(self) -> str:
        """The question."""
        return self.title.text()
