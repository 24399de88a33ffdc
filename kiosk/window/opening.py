"""The till of the first second: its attract screen is there before anything else is loaded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from kiosk.flow import Tick, attract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kiosk.catalogue import Product
    from kiosk.flow import Event, State
    from kiosk.window.port import TillPort
    from kiosk.window.preview import HasImage


class OpeningTill:
    """Stands at its attract screen and remembers what was touched, for the till that follows.

    Args:
        currency: ISO 4217.
        mode: of the home.
        languages: on offer, the shop's own first.
    """

    products: Sequence[Product] = ()
    preview: HasImage | None = None
    pictures: Path | None = None
    can_print = False

    def __init__(
        self, currency: str, mode: Literal["live", "demo"], languages: tuple[str, ...]
    ) -> None:
        self.currency = currency
        self.mode: Literal["live", "demo"] = mode
        self.state = attract(currency, languages)
        self._touched: list[Event] = []

    def send(self, event: Event) -> None:
        """Remember it; time alone is not worth remembering."""
        if not isinstance(event, Tick):
            self._touched.append(event)

    def subscribe(self, callback: Callable[[State], None]) -> None:
        """Nothing changes here."""

    def now_ms(self) -> int:
        """A clock that does not go backwards."""
        return time.monotonic_ns() // 1_000_000

    def hand_over(self, till: TillPort) -> None:
        """Give the till what was touched meanwhile."""
        for event in self._touched:
            till.send(event)
        self._touched.clear()
