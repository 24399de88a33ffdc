"""What a till shows at one moment: the screen, the cart, and as little of the shopper as it can."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

from enroll.shopper import PHONE_DIGITS_MAX, PHONE_DIGITS_MIN
from kiosk.cart import Cart

if TYPE_CHECKING:
    from kiosk.errors import Refusal
    from ledger.receipt import Receipt


class Screen(Enum):
    """What the shopper sees."""

    ATTRACT = "attract"
    LANGUAGE = "language"
    CART = "cart"
    REVIEW = "review"
    PAY = "pay"
    FACE = "face"
    SECOND_FACTOR = "second_factor"
    PIN = "pin"
    CONFIRM = "confirm"
    PAYING = "paying"
    RECEIPT = "receipt"
    REFUSED = "refused"
    HELP = "help"


WARN_MS: Final = 20_000
"""How long before a screen gives up it says so: what WCAG 2.2.1 asks for, at the least."""

WAIT_MS: Final = {
    Screen.LANGUAGE: 60_000,
    Screen.CART: 120_000,
    Screen.REVIEW: 90_000,
    Screen.PAY: 90_000,
    Screen.FACE: 90_000,
    Screen.SECOND_FACTOR: 60_000,
    Screen.PIN: 90_000,
    Screen.CONFIRM: 60_000,
    Screen.RECEIPT: 60_000,
    Screen.REFUSED: 90_000,
    Screen.HELP: 300_000,
}
"""How long a screen waits for the shopper, in milliseconds, the warning included. A payment under
way is never timed out: it ends with a receipt or a refusal."""

OVERLAYS: Final = frozenset({Screen.LANGUAGE, Screen.HELP})
"""Screens that lie over another one and lead back to it."""

PERSONAL: Final = frozenset({Screen.SECOND_FACTOR, Screen.CONFIRM, Screen.RECEIPT})
"""Screens behind which somebody is recognised: their time runs on under an overlay."""

Asks = Literal["digits", "pin", "phone"]

DIGITS: Final[dict[Asks, tuple[int, int]]] = {
    "digits": (4, 4),
    "pin": (4, 12),
    "phone": (PHONE_DIGITS_MIN, PHONE_DIGITS_MAX),
}
"""The least and the most digits of what is typed: the last of a phone number, a PIN, a number."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who was recognised, as far as the flow needs to know.

    Attributes:
        pseudonym: the ledger's name for them.
        masked_name: fit for a screen in a shop.
        cues: what was seen of the face: liveness cues.
        method: whether a face or a PIN paid.
        factors: what they have shown: "face", "digits", "pin".
    """

    pseudonym: str = field(repr=False)
    masked_name: str
    cues: tuple[str, ...]
    method: Literal["face", "pin"] = "face"
    factors: tuple[str, ...] = ("face",)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the shopper is typing; gone with the screen it is typed on.

    Attributes:
        asks: "digits" (the last four of their phone number), "pin", or "phone" (the whole number).
        typed: so far; never to be logged, and shown as dots where a PIN is asked.
        phone: the number already given, while its PIN is asked.
        busy: it is being checked.
        hint: key of what was wrong with the last one; empty where nothing was.
    """

    asks: Asks
    typed: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    busy: bool = False
    hint: str = ""

    @property
    def complete(self) -> bool:
        """Whether there is enough of it to be checked."""
        least, most = DIGITS[self.asks]
        return not self.busy and least <= len(self.typed) <= most


@dataclass(frozen=True, slots=True)
class State:
    """All there is to show.

    Attributes:
        screen: which one.
        cart: kept through every refusal.
        languages: BCP 47 codes on offer; the first is the shop's own.
        language: the one chosen; the shop's own again at the attract screen.
        prompt: key of what the shopper should do before the camera.
        hint: key of what is in the way; empty where nothing is.
        light: "#rrggbb", the colour the screen should light the face with now; empty for none.
        steps_done: movements done.
        steps_total: movements in all; 0 before they are known.
        entry: on the screens where something is typed.
        payer: from recognition to the receipt's end; none before and after.
        receipt: on the receipt screen.
        refusal: on the refused screen.
        way: how the shopper last chose to pay, for another try; empty before.
        staff_called: somebody of the staff has been called for this shopper.
        deadline_ms: when the screen gives up waiting, by the clock handed in; none where it waits.
        warning: it gives up within 20 seconds, unless somebody touches it.
        under: what an overlay leads back to.
    """

    screen: Screen
    cart: Cart
    languages: tuple[str, ...] = ("en",)
    language: str = "en"
    prompt: str = ""
    hint: str = ""
    light: str = ""
    steps_done: int = 0
    steps_total: int = 0
    entry: Entry | None = None
    payer: Payer | None = None
    receipt: Receipt | None = None
    refusal: Refusal | None = None
    way: Literal["", "face", "pin"] = ""
    staff_called: bool = False
    deadline_ms: int | None = None
    warning: bool = False
    under: State | None = None

    @property
    def shopper_name(self) -> str:
        """The recognised shopper's masked name; empty where nobody is."""
        return self.payer.masked_name if self.payer else ""

    @property
    def warns_at_ms(self) -> int | None:
        """When the screen will say that it is about to give up; none where it waits."""
        return None if self.deadline_ms is None else self.deadline_ms - WARN_MS

    @property
    def holds_face(self) -> bool:
        """Whether a live face waits, here or under an overlay, for what belongs to it."""
        places = (self, self.under)
        return any(place and place.screen is Screen.SECOND_FACTOR for place in places)


def attract(currency: str, languages: tuple[str, ...] = ("en",)) -> State:
    """The state of a till that nobody uses, in the shop's own language."""
    return State(Screen.ATTRACT, Cart(currency), languages, languages[0])
