"""Every screen with something real on it, for the eyes of whoever changes a screen.

`python -m kiosk.window.showcase FOLDER` draws them into memory at both orientations. The states are
the flow's own, the receipt comes from a real book in a folder that is thrown away, and the mirror
shows a drawn test card: no person is in these pictures.
"""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

from PySide6.QtWidgets import QApplication

from kiosk.cart import Cart, Shortage
from kiosk.flow import Entry, Payer, Screen, State
from kiosk.pricing.engine import Unused
from kiosk.refusals import refusal
from kiosk.settings import Settings
from kiosk.window.camera_view import CameraPicture
from kiosk.window.look import LANGUAGES, TEXT_SIZES, Look
from kiosk.window.main_window import build_application
from kiosk.window.preview import Preview
from kiosk.window.screenshots import take
from kiosk.window.shell import MainWindow
from kiosk.window.still import CURRENCY, NOW_MS, StillStation, StillTill, Unheard
from ledger.authorization import Authorization, sign
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.orders import Discount, Order, OrderLine, Tax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kiosk.window.cart import CartPage
    from kiosk.window.look import Language
    from kiosk.window.palette import Contrast
    from ledger.receipt import Receipt

SIZES: Final = ((1280, 800), (1080, 1920), (800, 480), (600, 1024))
PAYER: Final = Payer("s-abcdefghijklmnop", "W*** L***", ("blink",))
LINES: Final = (
    OrderLine("coffee", "Coffee", 2, 280),
    OrderLine("bread", "Sourdough bread, half a loaf", 1, 320),
    OrderLine("apple", "Apple", 3, 70),
)


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

    why = refusal("not_live")
    noted = Cart(
        CURRENCY,
        LINES,
        coupons=("LUNCH",),
        discounts=(Discount("BREAD", "Bread of the day, 20 % off", 64),),
        taxes=(Tax("VAT-7", 70_000, 1_026, "included"),),
        unused=(Unused("LUNCH", "Lunch coupon", "minimum"),),
        short=(Shortage("apple", "Apple", 3, 2),),
    )
    return {
        "attract": State(screen=Screen.ATTRACT, cart=empty),
        "cart-empty": state(Screen.CART, cart=empty),
        "cart": state(Screen.CART),
        "cart-notes": state(Screen.CART, cart=noted, hint="unknown_coupon"),
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
        "refused": state(Screen.REFUSED, refusal=why),
        "warning": state(Screen.REVIEW, 18, warning=True),
        "face-light": state(
            Screen.FACE, prompt="hold_still", light="#ff5a4d", steps_done=2, steps_total=3
        ),
        "help": state(Screen.HELP, under=state(Screen.CART), staff_called=True),
        "language": state(Screen.LANGUAGE, under=state(Screen.CART)),
    }


# What lies over a screen: the name of its picture, the screen's, and how the window comes to it.
SHEETS: Final[dict[str, tuple[str, Callable[[MainWindow], object]]]] = {
    "search": ("cart", lambda window: cast("CartPage", window.page).seek.click()),
    "coupon": ("cart", lambda window: cast("CartPage", window.page).coupon.click()),
    "display": ("cart", lambda window: window.open_display()),
    "staff": ("attract", lambda window: window.open_staff()),
    "no-staff": ("attract", lambda window: window.open_staff()),
    "settings": ("attract", lambda window: window.open_settings()),
    "closed": ("attract", lambda window: window.show_paused()),
}
SCREENS: Final = (
    *("attract", "language", "cart-empty", "cart", "cart-notes", "review", "pay", "face-hint"),
    *("face-turn", "face-light", "second-factor", "pin", "confirm", "paying", "receipt"),
    *("refused", "help", "warning", *SHEETS),
)


def turn(window: MainWindow, name: str, every: Mapping[str, State]) -> None:
    """Make a window of `window_on` show one of `SCREENS`; nothing is painted before events run."""
    screen, act = SHEETS.get(name, (name, lambda _window: None))
    till = cast("StillTill", window.till)
    window.station = StillStation(
        settings=Settings(paused=name == "closed"), staffed=name != "no-staff"
    )
    window.close_sheet()
    till.stand(every[screen])
    window.shown = None  # the page is built anew, as for a new shopper
    window.show_state(till.state)
    act(window)


def laid_out(name: str, every: Mapping[str, State], look: Look) -> MainWindow:
    """A window that shows one of `SCREENS`; nothing of it is painted before events run.

    Args:
        name: which.
        every: what `states` gave.
        look: how it is shown.
    """
    screen, _ = SHEETS.get(name, (name, None))
    window = window_on(StillTill(every[screen], language=look.language), look)
    window.show()
    turn(window, name, every)
    return window


def open_screen(name: str, every: Mapping[str, State], look: Look) -> MainWindow:
    """The same, painted, with a frame in its mirror."""
    window = laid_out(name, every, look)
    QApplication.processEvents()
    _refresh(window)
    return window


def shown(till: StillTill, look: Look) -> MainWindow:
    """A window on `till` in a look, painted, with a frame in its mirror."""
    window = window_on(till, look)
    window.show()
    QApplication.processEvents()
    _refresh(window)
    return window


def window_on(till: StillTill, look: Look) -> MainWindow:
    """A window on `till` in a look, not yet shown."""
    return MainWindow(till, look=look, station=StillStation(), voice=Unheard())


def _refresh(window: MainWindow) -> None:
    for preview in window.findChildren(Preview):
        preview.refresh()
    for picture in window.findChildren(CameraPicture):
        picture.refresh()
    QApplication.processEvents()


def looks(
    sizes: Iterable[tuple[int, int]],
    languages: Iterable[Language] = LANGUAGES,
    text_sizes: Iterable[int] = range(TEXT_SIZES),
    contrasts: Iterable[Contrast] = ("normal", "high"),
) -> list[Look]:
    """Every look of these."""
    return [
        Look(wide, high, language, text_size, contrast, still=True)
        for (wide, high), language, text_size, contrast in itertools.product(
            sizes, languages, text_sizes, contrasts
        )
    ]


def shoot(folder: Path, wanted: Iterable[Look], screens: Iterable[str] = ()) -> list[Path]:
    """Draw screens in looks into `folder`; gives the files in order.

    Args:
        folder: made where it does not exist.
        wanted: the looks.
        screens: some of `SCREENS`; all of them where none is named.

    Raises:
        kiosk.errors.Error: Qt cannot start, or a file cannot be written.
    """
    application = build_application(offscreen=True)
    with tempfile.TemporaryDirectory() as place:
        receipt = sample_receipt(Path(place) / "home")
    every = states(receipt)
    written = []
    for look in wanted:
        for number, name in enumerate(SCREENS, 1):
            if screens and name not in set(screens):
                continue
            window = open_screen(name, every, look)
            file = (
                f"{look.width}x{look.height}-{look.language}-{look.text_size}-{look.contrast}"
                f"{'-low' if look.low_reach else ''}-{number:02d}-{name}"
            )
            written.append(take(window, folder, file, keep_frame=True))
            window.close()
            window.deleteLater()
            application.processEvents()
    return written
