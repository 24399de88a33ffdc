"""A till and its machine that stand still: what the showcase shows and the window's tests drive."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from kiosk.catalogue import Product
from kiosk.settings import Settings
from kiosk.window.look import LANGUAGES
from models.cameras import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kiosk.flow import Event, State
    from kiosk.window.look import Language
    from kiosk.window.preview import HasImage
    from kiosk.window.station import CameraView, StaffGate

CURRENCY: Final = "EUR"
NOW_MS: Final = 1_800_000_000_000
PRODUCTS: Final = (
    Product("coffee", "Coffee", 280, "Hot drinks"),
    Product("tea", "Jasmine tea", 240, "Hot drinks"),
    Product("croissant", "Butter croissant", 190, "Bakery"),
    Product("bread", "Sourdough bread, half a loaf", 320, "Bakery"),
    Product("water", "Still water 0.5 l", 120, "Drinks"),
    Product("juice", "Orange juice", 350, "Drinks"),
    Product("apple", "Apple", 70, "Fruit"),
    Product("yogurt", "Plain yogurt", 160, "Dairy"),
    Product("cookie", "Oat cookie", 150, "Snacks"),
    Product("salad", "Lentil salad", 590, "Meals"),
)


@dataclasses.dataclass(frozen=True, eq=False)
class Card:
    """A drawn frame: a plain gradient with a head, 640 x 480."""

    image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    centre_x: float = 0.5


@functools.cache
def drawn_card() -> Card:
    """The one frame of the showcase."""
    y, x = np.mgrid[0:480, 0:640]
    image = np.empty((480, 640, 3), np.uint8)
    image[..., 0], image[..., 1], image[..., 2] = 190 - y // 6, 195 - y // 8, 205 - x // 10
    for centre_y, half_x, half_y, colour in (
        (520, 190, 190, (96, 84, 52)),
        (230, 88, 116, (150, 176, 214)),
    ):
        inside = ((x - 320) / half_x) ** 2 + ((y - centre_y) / half_y) ** 2 <= 1
        image[inside] = colour
    return Card(image)


class StillTill:
    """A till that stands in one state and notes what it is sent."""

    products = PRODUCTS
    currency = CURRENCY
    pictures: Path | None = None
    can_print = True

    def __init__(
        self, state: State, mode: Literal["live", "demo"] = "demo", language: str = "en"
    ) -> None:
        self.state = dataclasses.replace(state, languages=LANGUAGES, language=language)
        self.mode: Literal["live", "demo"] = mode
        self.preview: HasImage | None = drawn_card()
        self.sent: list[Event] = []
        self._callbacks: list[Callable[[State], None]] = []

    def stand(self, state: State) -> None:
        """Stand in another state of the same language, and tell nobody."""
        mine = self.state
        self.state = dataclasses.replace(state, languages=mine.languages, language=mine.language)

    def send(self, event: Event) -> None:
        """Note the event."""
        self.sent.append(event)

    def subscribe(self, callback: Callable[[State], None]) -> None:
        """Call back at each `become`."""
        self._callbacks.append(callback)

    def become(self, state: State) -> None:
        """Stand in another state."""
        self.state = state
        for callback in self._callbacks:
            callback(state)

    def now_ms(self) -> int:
        """Always the same instant."""
        return NOW_MS


class Unheard:
    """A voice that only notes what it would say."""

    available = True

    def __init__(self) -> None:
        self.said: list[tuple[str, Language, int]] = []

    def say(self, text: str, language: Language, volume: int) -> None:
        """Note it."""
        self.said.append((text, language, volume))

    def hush(self) -> None:
        """Nothing is heard."""


@dataclasses.dataclass(frozen=True)
class StillGate:
    """A staff's door that knows one person, or nobody."""

    known: bool = True

    def has_accounts(self) -> bool:
        """Whether it knows anybody."""
        return self.known

    def check(self, staff: str, pin: str) -> str:
        """Only "kim" with 2468."""
        return "" if (staff, pin) == ("kim", "2468") else "wrong"


class StillView:
    """A camera that shows the drawn card."""

    def __init__(self) -> None:
        self.frame: HasImage | None = drawn_card()
        self.closed = False

    def close(self) -> None:
        """Note that it was let go of."""
        self.closed = True


class StillStation:
    """A machine with two cameras, which keeps its settings in memory."""

    def __init__(self, *, settings: Settings | None = None, staffed: bool = True) -> None:
        self.gate: StaffGate = StillGate(staffed)
        self.settings = settings or Settings()
        self.views: list[StillView] = []

    def save(self, settings: Settings) -> None:
        """Keep them in memory."""
        self.settings = settings

    def cameras(self) -> Sequence[Camera]:
        """Two of them."""
        return [
            Camera("/dev/v4l/by-id/usb-Till_Camera_0001-video-index0", "/dev/video0"),
            Camera("/dev/v4l/by-id/usb-Spare_Camera_0002-video-index0", "/dev/video2"),
        ]

    def look(self, source: str) -> CameraView:
        """The drawn card, whichever it is."""
        del source
        self.views.append(StillView())
        return self.views[-1]
