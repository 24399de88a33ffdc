"""Says that the screen is about to give up, and lets the shopper have more time (WCAG 2.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.window.icons import Icon
from kiosk.window.parts import CENTRE, column, label
from kiosk.window.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from kiosk.window.look import Look


class WarningSheet(Sheet):
    """One question and one answer; a touch anywhere is the same answer.

    Args:
        look: sizes and colours.
        parent: what it covers.
        extend: called when the shopper is still there.
    """

    def __init__(self, look: Look, parent: QWidget, extend: Callable[[], object]) -> None:
        super().__init__(look, parent, extend)
        self.asks = label(self.tr("Are you still there?"), "title", centre=True)
        self.left = label("", "heading", tone="muted", centre=True)
        self.more = self.button(self.tr("I need more time"), "main", extend)
        inside = column(margin=look.px(28), gap=look.gap)
        if not look.compact:
            inside.addWidget(Icon(look, "clock", 96, tone="warn"), 0, CENTRE)
        inside.addWidget(self.asks)
        inside.addWidget(self.left)
        inside.addWidget(self.more)
        self.hold(inside)

    def show_left(self, seconds: int) -> None:
        """Say how long is left."""
        said = self.tr("This screen closes in {seconds} seconds.")
        self.left.setText(said.format(seconds=seconds))

    def spoken(self) -> str:
        """The question."""
        return self.asks.text()
