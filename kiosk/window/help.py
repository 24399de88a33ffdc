"""The staff is called; the shopper goes back to where they were whenever they like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.flow import Cancel
from kiosk.window import theme
from kiosk.window.icons import Icon
from kiosk.window.parts import CENTRE, Page, button, column, label, panel

if TYPE_CHECKING:
    from kiosk.flow import State


class HelpPage(Page):
    """One sentence and one way back."""

    def __init__(self) -> None:
        super().__init__()
        self.back = button(self.tr("Back"), "main", lambda: self.send.emit(Cancel()))
        inside = column(margin=28, gap=16)
        inside.addWidget(Icon("bell", 96, colour=theme.WARN, disc=theme.WARN_SOFT), 0, CENTRE)
        inside.addWidget(label(self.tr("Our staff has been called"), "title", centre=True))
        says = self.tr("Somebody will be with you. They can also take your payment another way.")
        inside.addWidget(label(says, "heading", tone="muted", centre=True))
        inside.addWidget(self.back)
        self.stand_alone(panel(inside))

    def show_state(self, state: State) -> None:
        """Nothing here depends on the state."""
        del state
