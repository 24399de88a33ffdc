"""What every screen is: it shows a state and sends events; it decides nothing.

A page is built for one look and thrown away with it, and with it whatever it knew of the shopper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from kiosk.i18n.formats import moment, money
from kiosk.window.button import Button
from kiosk.window.icons import Icon
from kiosk.window.parts import WIDTH_MAX, column, panel, scrolling

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QLayout

    from kiosk.flow import Event, State
    from kiosk.window.button import Kind
    from kiosk.window.icons import Tone
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort

CARD_WIDTH = 780


class Page(QWidget):
    """One screen. `send` emits an event of `kiosk.flow`; the main window hands it to the till.

    `sheet_wanted` emits what makes a sheet of a look, a parent and what closes it.

    Args:
        look: what it is built for.
        till: what is sold here, in which currency; its state is handed to `show_state`.
    """

    send = Signal(object)
    sheet_wanted = Signal(object)

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__()
        self.look, self.till = look, till
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_state(self, state: State) -> None:
        """Show `state`; called on the window's thread, for this page's screen only."""
        raise NotImplementedError

    def spoken(self) -> str:
        """What is said aloud now; nothing that another person should not hear."""
        return ""

    # ---- words ---------------------------------------------------------------------------------

    def money(self, minor: int) -> str:
        """A sum in the shopper's language."""
        return money(minor, self.till.currency, self.look.language)

    def moment(self, time_ms: int) -> str:
        """A date and time in the shopper's language."""
        return moment(time_ms, self.look.language)

    def names(self) -> dict[str, str]:
        """The articles' names in the shopper's language, by SKU."""
        return {made.sku: made.name_in(self.look.language) for made in self.till.products}

    def items(self, count: int) -> str:
        """How many items, in words."""
        return self.tr("1 item") if count == 1 else self.tr("{count} items").format(count=count)

    # ---- parts ---------------------------------------------------------------------------------

    def button(
        self,
        text: str,
        kind: Kind,
        event: Event | Callable[[], object],
        *,
        icon: str = "",
        says: str = "",
        name: str = "",
    ) -> Button:
        """A button that sends an event, or calls."""
        press = event if callable(event) else lambda: self.send.emit(event)
        return Button(self.look, text, kind, press, icon=icon, says=says, name=name)

    def icon(self, name: str, drawn_px: int, tone: Tone = "accent", inset: float = 0.22) -> Icon:
        """A drawing on a disc."""
        return Icon(self.look, name, drawn_px, tone=tone, inset=inset)

    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom margins of a page between its bars."""
        look = self.look
        side = look.px(12) if look.compact else look.margin
        return side, look.px(12), side, look.px(12 if look.compact else 24)

    # ---- layouts -------------------------------------------------------------------------------

    def split(self, gap: int | None = None) -> QBoxLayout:
        """The page's outer layout: side by side in a wide window, stacked in a tall one."""
        look = self.look
        way = QBoxLayout.Direction.TopToBottom if look.tall else QBoxLayout.Direction.LeftToRight
        made = QBoxLayout(way, self)
        made.setContentsMargins(*self.edges())
        made.setSpacing(look.margin if gap is None else gap)
        return made

    def stand_alone(self, body: QVBoxLayout, actions: QLayout) -> QFrame:
        """One card in the middle: the body scrolls if it must, the actions are always there."""
        look = self.look
        inside = column(margin=look.px(16 if look.compact else 32), gap=look.gap)
        body.insertStretch(0, 1)
        body.addStretch(1)
        inside.addWidget(scrolling(body), 1)
        inside.addLayout(actions)
        card = panel(inside)
        card.setMaximumWidth(look.px(CARD_WIDTH))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*self.edges())
        across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        across.addStretch(1)
        across.addWidget(card, 1000)
        across.addStretch(1)
        if not look.tall:
            outer.addLayout(across)
            return card
        card.setMaximumHeight(look.px(900) if look.height > look.width else WIDTH_MAX)
        outer.addStretch(1)
        outer.addLayout(across, 1000)
        outer.addStretch(1)
        return card
