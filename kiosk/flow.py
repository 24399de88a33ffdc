"""The checkout as a pure state machine: an event and the time go in, a state and effects come out.

No Qt, no camera, no clock of its own: every path from the attract screen to the receipt can be
replayed. Whatever fails ends on one screen that says why and what to do, with the cart still there;
whatever ends forgets the shopper.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from kiosk.cart import Cart
from kiosk.refusals import refusal

if TYPE_CHECKING:
    from kiosk.catalogue import Catalogue
    from kiosk.errors import Refusal
    from ledger.receipt import Receipt


class Screen(Enum):
    """What the shopper sees."""

    ATTRACT = "attract"
    CART = "cart"
    PAY = "pay"
    FACE = "face"
    CONFIRM = "confirm"
    PAYING = "paying"
    RECEIPT = "receipt"
    REFUSED = "refused"


# How long a screen waits for the shopper, in milliseconds. A payment under way is never timed out:
# it ends with a receipt or a refusal.
WAIT_MS = {
    Screen.CART: 120_000,
    Screen.PAY: 60_000,
    Screen.FACE: 60_000,
    Screen.CONFIRM: 30_000,
    Screen.RECEIPT: 30_000,
    Screen.REFUSED: 60_000,
}


@dataclass(frozen=True, slots=True)
class Payer:
    """Who was recognised, as far as the flow needs to know.

    Attributes:
        pseudonym: the ledger's name for them.
        masked_name: fit for a screen in a shop.
        cues: what liveness cues were seen.
    """

    pseudonym: str = field(repr=False)
    masked_name: str
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """All there is to show.

    Attributes:
        screen: which one.
        cart: kept through every refusal.
        prompt: key of what the shopper should do before the camera.
        hint: key of what is in the way; empty where nothing is.
        steps_done: movements done.
        steps_total: movements in all; 0 before they are known.
        payer: from recognition to the receipt's end; none before and after.
        receipt: on the receipt screen.
        refusal: on the refused screen.
        deadline_ms: when the screen gives up waiting, by the clock handed in; none where it waits.
    """

    screen: Screen
    cart: Cart
    prompt: str = ""
    hint: str = ""
    steps_done: int = 0
    steps_total: int = 0
    payer: Payer | None = None
    receipt: Receipt | None = None
    refusal: Refusal | None = None
    deadline_ms: int | None = None

    @property
    def shopper_name(self) -> str:
        """The recognised shopper's masked name; empty where nobody is."""
        return self.payer.masked_name if self.payer else ""


@dataclass(frozen=True, slots=True)
class Touch:
    """Somebody touched the screen."""


@dataclass(frozen=True, slots=True)
class Add:
    """One more piece of an article."""

    sku: str


@dataclass(frozen=True, slots=True)
class SetQuantity:
    """Exactly that many pieces of an article; 0 takes it out."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ClearCart:
    """Everything out of the cart."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The shopper wants to pay."""


@dataclass(frozen=True, slots=True)
class PayByFace:
    """The shopper chose their face, or tries again."""


@dataclass(frozen=True, slots=True)
class FaceProgress:
    """What the face check asks now."""

    prompt: str
    hint: str
    steps_done: int
    steps_total: int


@dataclass(frozen=True, slots=True)
class FaceDone:
    """A live face was recognised."""

    payer: Payer


@dataclass(frozen=True, slots=True)
class Confirm:
    """The shopper agrees to the amount."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """One step back; nothing is charged."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The ledger has the payment."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Failed:
    """The face check or the ledger refused."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by."""


Event = (
    Touch
    | Add
    | SetQuantity
    | ClearCart
    | Checkout
    | PayByFace
    | FaceProgress
    | FaceDone
    | Confirm
    | Cancel
    | Paid
    | Failed
    | Tick
)


@dataclass(frozen=True, slots=True)
class StartFace:
    """Open the camera and check the face before it."""


@dataclass(frozen=True, slots=True)
class StopFace:
    """Let go of the camera."""


@dataclass(frozen=True, slots=True)
class Authorize:
    """Sign and post the payment, once."""

    payer: Payer
    cart: Cart


Effect = StartFace | StopFace | Authorize
Step = tuple[State, tuple[Effect, ...]]


def attract(currency: str) -> State:
    """The state of a till that nobody uses."""
    return State(Screen.ATTRACT, Cart(currency))


def _to(screen: Screen, cart: Cart, now_ms: int, **more: object) -> State:
    """A fresh state: only what is named is carried over."""
    wait_ms = WAIT_MS.get(screen)
    deadline_ms = None if wait_ms is None else now_ms + wait_ms
    return replace(State(screen, cart, deadline_ms=deadline_ms), **more)  # type: ignore[arg-type] # fields of State


def step(state: State, event: Event, now_ms: int, catalogue: Catalogue) -> Step:
    """What an event makes of a state.

    Args:
        state: where the till is.
        event: what happened; one that has no meaning here changes nothing.
        now_ms: the time, by any clock that does not go backwards.
        catalogue: what is sold.

    Returns:
        The new state, and what the till has to do, in order.
    """
    if state.deadline_ms is not None and now_ms >= state.deadline_ms:
        return _expire(state, now_ms)  # a touch that comes too late was meant for a screen now gone
    handler = _HANDLERS[state.screen]
    return handler(state, event, now_ms, catalogue)


def _expire(state: State, now_ms: int) -> Step:
    if state.screen is Screen.FACE:
        refused = _to(Screen.REFUSED, state.cart, now_ms, refusal=refusal("timeout"))
        return refused, (StopFace(),)
    if state.screen in {Screen.CONFIRM, Screen.PAY}:
        return _to(Screen.REFUSED, state.cart, now_ms, refusal=refusal("timeout")), ()
    return attract(state.cart.currency), ()


def _on_attract(state: State, event: Event, now_ms: int, _catalogue: Catalogue) -> Step:
    if isinstance(event, Touch):
        return _to(Screen.CART, state.cart, now_ms), ()
    return state, ()


def _on_cart(state: State, event: Event, now_ms: int, catalogue: Catalogue) -> Step:
    cart = state.cart
    match event:
        case Add(sku) if product := catalogue.get(sku):
            cart = cart.put(product, cart.quantity(sku) + 1)
        case SetQuantity(sku, quantity) if product := catalogue.get(sku):
            cart = cart.put(product, quantity)
        case ClearCart():
            cart = Cart(cart.currency)
        case Checkout() if cart.lines:
            return _to(Screen.PAY, cart, now_ms), ()
        case Cancel():
            return attract(cart.currency), ()
        case Touch():
            pass
        case _:
            return state, ()
    return _to(Screen.CART, cart, now_ms), ()


def _on_pay(state: State, event: Event, now_ms: int, _catalogue: Catalogue) -> Step:
    if isinstance(event, PayByFace):
        return _to(Screen.FACE, state.cart, now_ms, prompt="look"), (StartFace(),)
    if isinstance(event, Cancel):
        return _to(Screen.CART, state.cart, now_ms), ()
    return state, ()


def _on_face(state: State, event: Event, now_ms: int, _catalogue: Catalogue) -> Step:
    match event:
        case FaceProgress(prompt, hint, done, total):
            return replace(state, prompt=prompt, hint=hint, steps_done=done, steps_total=total), ()
        case FaceDone(payer):
            return _to(Screen.CONFIRM, state.cart, now_ms, payer=payer), (StopFace(),)
        case Failed(why):
            return _to(Screen.REFUSED, state.cart, now_ms, refusal=why), (StopFace(),)
        case Cancel():
            return _to(Screen.CART, state.cart, now_ms), (StopFace(),)
    return state, ()


def _on_confirm(state: State, event: Event, now_ms: int, _catalogue: Catalogue) -> Step:
    if isinstance(event, Confirm) and state.payer is not None:
        paying = _to(Screen.PAYING, state.cart, now_ms, payer=state.payer)
        return paying, (Authorize(state.payer, state.cart),)
    if isinstance(event, Cancel):
        return _to(Screen.CART, state.cart, now_ms), ()
    return state, ()


def _on_paying(state: State, event: Event, now_ms: int, _catalogue: Catalogue) -> Step:
    match event:
        case Paid(receipt):
            return _to(Screen.RECEIPT, state.cart, now_ms, payer=state.payer, receipt=receipt), ()
        case Failed(why):
            return _to(Screen.REFUSED, state.cart, now_ms, refusal=why), ()
    return state, ()


def _on_receipt(state: State, event: Event, _now_ms: int, _catalogue: Catalogue) -> Step:
    if isinstance(event, Touch | Cancel):
        return attract(state.cart.currency), ()
    return state, ()


def _on_refused(state: State, event: Event, now_ms: int, _catalogue: Catalogue) -> Step:
    if isinstance(event, PayByFace) and state.cart.lines:
        return _to(Screen.FACE, state.cart, now_ms, prompt="look"), (StartFace(),)
    if isinstance(event, Cancel | Touch):
        return _to(Screen.CART, state.cart, now_ms), ()
    return state, ()


_HANDLERS = {
    Screen.ATTRACT: _on_attract,
    Screen.CART: _on_cart,
    Screen.PAY: _on_pay,
    Screen.FACE: _on_face,
    Screen.CONFIRM: _on_confirm,
    Screen.PAYING: _on_paying,
    Screen.RECEIPT: _on_receipt,
    Screen.REFUSED: _on_refused,
}
