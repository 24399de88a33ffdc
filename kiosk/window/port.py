"""What the window needs of a till.

`kiosk.till.Till` fulfils `TillPort`; the tests' fake does too. Nothing else of the till is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kiosk.catalogue import Product
    from kiosk.flow import Event, State
    from kiosk.window.preview import HasImage


class TillPort(Protocol):
    """The till as the window sees it."""

    @property
    def state(self) -> State:
        """The state now; never changes in place."""

    @property
    def preview(self) -> HasImage | None:
        """The newest frame, or None where no camera runs; never waits."""

    @property
    def products(self) -> Sequence[Product]:
        """The catalogue, in its own order."""

    @property
    def pictures(self) -> Path | None:
        """The folder that the articles' pictures are named from; None where there are none."""

    @property
    def can_print(self) -> bool:
        """Whether there is a printer for receipts."""

    @property
    def currency(self) -> str:
        """ISO 4217 code."""

    @property
    def mode(self) -> Literal["live", "demo"]:
        """Whether this is money or play."""

    def send(self, event: Event) -> None:
        """Take an event; returns at once."""

    def subscribe(self, callback: Callable[[State], None]) -> object:
        """Call `callback` with each new state, on any thread."""

    def now_ms(self) -> int:
        """The clock that `State.deadline_ms` is read by."""
