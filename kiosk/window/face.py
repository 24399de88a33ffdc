"""The face guide: the shopper's mirror, one thing to do at a time, and how far it has got.

While the check wants the face lit in a colour, everything around the mirror takes that colour: the
screen is the lamp. Words stay on a card, so that they can be read on any light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPainter

from kiosk.flow import Cancel, PayByPin
from kiosk.window.page import Page
from kiosk.window.parts import CENTRE, column, label, panel, restyle, scrolling
from kiosk.window.preview import Preview
from kiosk.window.words import Words

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from kiosk.flow import State
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort


class FacePage(Page):
    """Prompts and hints come from the state as keys."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self._words = Words()
        self._light = ""
        self.preview = Preview(look, lambda: till.preview)
        self.icon_now = self.icon("look", 64 if look.compact else 132, inset=0.16)
        self.prompt = label("", "title" if look.compact else "display", centre=True)
        self.steps = label("", "body", tone="muted", centre=True)
        self.hint = label("", panel="hint", centre=True)
        self.cancel = self.button(
            self.tr("Cancel and keep my cart"), "large", Cancel(), icon="back"
        )
        self.pin = self.button(self.tr("Phone number and PIN"), "large", PayByPin(), icon="keypad")
        words = column(gap=look.px(12))
        words.addStretch(1)
        words.addWidget(self.icon_now, 0, CENTRE)
        for text in (self.prompt, self.steps, self.hint):
            words.addWidget(text)
        words.addStretch(1)
        side = column(margin=look.px(14 if look.compact else 28), gap=look.px(12))
        side.addWidget(scrolling(words), 1)
        side.addWidget(self.pin)
        side.addWidget(self.cancel)
        split = self.split(gap=look.px(12) if look.compact else None)
        split.addWidget(self.preview, 6)
        split.addWidget(panel(side), 5)

    def show_state(self, state: State) -> None:
        """Say what to do now, what is in the way, and how much is done."""
        self.prompt.setText(self._words.prompt(state.prompt))
        known = state.prompt in self._words.prompts()
        self.icon_now.set_name(state.prompt if known else "look")
        if state.steps_total:
            now = min(state.steps_done + 1, state.steps_total)
            self.steps.setText(
                self.tr("Step {now} of {total}").format(now=now, total=state.steps_total)
            )
        else:
            self.steps.setText(self.tr("Getting ready"))
        self.preview.set_steps(state.steps_done, state.steps_total)
        self.preview.setAccessibleName(
            self.tr("Your mirror: {done} of {total} steps done").format(
                done=state.steps_done, total=state.steps_total
            )
        )
        hint = self._words.hint(state.hint)
        self.hint.setText(hint or self.tr("Good, just like that."))
        restyle(self.hint, "panel", "hint" if hint else "calm")
        if state.light != self._light:
            self._light = state.light
            self.repaint()  # the check times its colours by what the screen shows now

    @property
    def light(self) -> str:
        """The colour that the screen lights the face with; empty for none."""
        return self._light

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill everything around the mirror with the light."""
        super().paintEvent(event)
        if self._light:
            painter = QPainter(self)
            painter.fillRect(self.rect(), QColor(self._light))
            painter.end()

    def spoken(self) -> str:
        """What to do, or what is in the way of it."""
        return self._words.hint(self.till.state.hint) or self.prompt.text()
