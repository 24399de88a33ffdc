"""Every screen with something real on it, for the eyes of whoever changes a screen.

`python -m kiosk.window.showcase FOLDER` draws them into memory at both orientations. The states are
the flow's own, the receipt comes from a real book in a folder that is thrown away, and the mirror
shows a drawn test card: no person is in these pictures.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from PySide6.QtWidgets import QApplication

from kiosk.cart import Cart
from kiosk.catalogue import Product
from kiosk.errors import Refusal
from kiosk.flow import Entry, Payer, Screen, State
from kiosk.window.main_window import build_application
from kiosk.window.screenshots import take
from kiosk.window.shell import MainWindow
from ledger.authorization import Authorization, sign
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.orders import Order, OrderLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.flow import Event
    from kiosk.window.preview import HasImage
    from ledger.receipt import Receipt

SIZES: Final = ((1280, 800), (1080, 1920))
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
PAYER: Final = Payer("s-abcdefghijklmnop", "W*** L***", ("blink",))
LINES: Final = (
    OrderLine("coffee", "Coffee", 2, 280),
    OrderLine("bread", "Sourdough bread, half a loaf", 1, 320),
    OrderLine("apple", "Apple", 3, 70),
)


@dataclasses.dataclass(frozen=True, eq=False)
class Card:
    """A drawn frame: a plain gradient with a head, 640 x 480."""

    image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    centre_x: float = 0.5


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

    def __init__(self, state: State, mode: Literal["live", "demo"] = "demo") -> None:
        self.state = state
        self.mode: Literal["live", "demo"] = mode
        self.preview: HasImage | None = drawn_card()
        self.sent: list[Event] = []
        self._callbacks: list[Callable[[State], None]] = []

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


def sample_receipt(folder: Path, mode: Literal["live", "demo"] = "demo") -> Receipt:
    """A receipt from a real book, made and left in `folder`."""
    home = create_home(folder, mode, CURRENCY)
    order = Order(LINES, CURRENCY)
    key = station_key(home, "kiosk")
    shopper = "s-abcdefghijklmnop"
    authorization = Authorization(
        id=uuid.UUID(int=0x7FACE).hex,
        kiosk=key.key_id,
        pseudonym=shopper,
        cart_digest=order.digest(),
        amount_minor=order.total_minor,
        currency=CURRENCY,
        issued_at_ms=NOW_MS,
        expires_at_ms=NOW_MS + 30_000,
        policy="0" * 64,
        models={"recogniser": "sface-0123456789abcdef"},
        cues=("blink", "turn_left"),
        method="face",
        source="live",
    )
    with Ledger.create(home, NOW_MS) as book:
        book.at(station_key(home, "desk"), NOW_MS).topup(shopper, 5_000, "topup-1")
        return book.post(sign(authorization, key), order, NOW_MS)


def states(receipt: Receipt) -> dict[str, State]:
    """A telling state for every screen, by the name of its picture."""
    empty = Cart(CURRENCY)
    cart = Cart(CURRENCY, LINES)

    def state(screen: Screen, seconds_left: int = 45, **changes: object) -> State:
        base = State(screen=screen, cart=cart, deadline_ms=NOW_MS + seconds_left * 1000)
        return dataclasses.replace(base, **changes)  # type: ignore[arg-type]

    refusal = Refusal(
        "not_live",
        "The camera did not see you move as asked.",
        "Face the camera in good light and follow each prompt.",
    )
    return {
        "attract": State(screen=Screen.ATTRACT, cart=empty),
        "cart-empty": state(Screen.CART, cart=empty),
        "cart": state(Screen.CART),
        "review": state(Screen.REVIEW),
        "pay": state(Screen.PAY),
        "face-hint": state(Screen.FACE, prompt="look", hint="two_faces", steps_total=3),
        "face-turn": state(
            Screen.FACE, 12, prompt="turn_left", hint="", steps_done=1, steps_total=3
        ),
        "second-factor": state(Screen.SECOND_FACTOR, entry=Entry("digits", "55")),
        "pin": state(Screen.PIN, entry=Entry("pin", "123", "5550100", hint="wrong_pin")),
        "confirm": state(Screen.CONFIRM, 20, payer=PAYER),
        "paying": state(Screen.PAYING, payer=PAYER),
        "receipt": state(Screen.RECEIPT, 30, receipt=receipt),
        "refused": state(Screen.REFUSED, refusal=refusal),
        "help": state(Screen.HELP, under=state(Screen.CART), staff_called=True),
        "language": state(Screen.LANGUAGE, under=state(Screen.CART)),
    }


def shoot_all(folder: Path) -> list[Path]:
    """Draw every screen at both sizes into `folder`; gives the files in order.

    Raises:
        kiosk.errors.Error: Qt cannot start, or a file cannot be written.
    """
    application = build_application(offscreen=True)
    with tempfile.TemporaryDirectory() as place:
        receipt = sample_receipt(Path(place) / "home")
    written = []
    for wide, high in SIZES:
        for number, (name, state) in enumerate(states(receipt).items(), 1):
            window = shown(StillTill(state), wide, high)
            file = f"{wide}x{high}-{number:02d}-{name}"
            written.append(take(window, folder, file, keep_frame=True))
            window.close()
            window.deleteLater()
            application.processEvents()
    return written


def shown(till: StillTill, wide: int, high: int) -> MainWindow:
    """A window on `till`, laid out and with a frame in its mirror."""
    window = MainWindow(till)
    window.resize(wide, high)
    window.show()
    QApplication.processEvents()
    window.face.preview.refresh()
    QApplication.processEvents()
    return window


if __name__ == "__main__":
    for path in shoot_all(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
