"""The transitions: one handler a screen, and around them what holds on every screen.

The camera and a face that waits follow from the screens before and after a step, not from the
handlers, so that no way out of a screen can forget to let go of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.cart import Cart
from kiosk.flow import effects as do
from kiosk.flow import events as on
from kiosk.flow.state import (
    DIGITS,
    OVERLAYS,
    PERSONAL,
    WAIT_MS,
    WARN_MS,
    Entry,
    Screen,
    State,
    attract,
)
from kiosk.refusals import refusal

if TYPE_CHECKING:
    from kiosk.flow.effects import Effect
    from kiosk.flow.events import Event
    from kiosk.flow.state import Payer
    from kiosk.goods.shelf import Goods

Step = tuple[State, tuple["Effect", ...]]

# Screens from which a time-out leads to a refusal that keeps the cart; others end the visit.
_KEEP_CART = {Screen.PAY, Screen.FACE, Screen.SECOND_FACTOR, Screen.PIN, Screen.CONFIRM}

_SHOWS_STOCK = {Screen.CART, Screen.REVIEW}


def step(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    """What an event makes of a state.

    Args:
        state: where the till is.
        event: what happened; one that has no meaning here changes nothing.
        now_ms: the time, by any clock that does not go backwards.
        goods: what is sold, at what price, at this moment.

    Returns:
        The new state, and what the till has to do, in order.
    """
    after, wanted = _timed(state, event, now_ms, goods)
    effects: list[Effect] = []
    if state.screen is Screen.FACE is not after.screen:
        effects.append(do.StopFace())
    if state.holds_face and not after.holds_face:
        effects.append(do.ForgetFace())
    effects += wanted
    if after.screen is Screen.FACE is not state.screen:
        effects.append(do.StartFace(after.cart))
    if after.screen in _SHOWS_STOCK and after.screen is not state.screen:
        effects.append(do.CountStock())
    return after, tuple(effects)


def _to(screen: Screen, before: State, now_ms: int, **more: object) -> State:
    """A fresh state: the cart, the language and the call for staff go on, and what is named."""
    fresh = State(
        screen,
        before.cart,
        before.languages,
        before.language,
        way=before.way,
        staff_called=before.staff_called,
        deadline_ms=None if screen not in WAIT_MS else now_ms + WAIT_MS[screen],
    )
    return replace(fresh, **more)  # type: ignore[arg-type] # fields of State


def _reset(state: State) -> State:
    return attract(state.cart.currency, state.languages)


def _refuse(state: State, why: on.Failed, now_ms: int) -> State:
    return _to(Screen.REFUSED, state, now_ms, refusal=why.refusal)


# --- on every screen ---------------------------------------------------------------------------


def _timed(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    """No screen gives up without having said so 20 seconds before, however late a tick comes."""
    state = _parked_on_time(state, now_ms)
    deadline_ms = state.deadline_ms
    if deadline_ms is not None and state.warning and now_ms >= deadline_ms:
        return _expired(state, now_ms), ()  # a touch too late was meant for a screen now gone
    if deadline_ms is not None and not state.warning and now_ms >= deadline_ms - WARN_MS:
        state = replace(state, warning=True, deadline_ms=now_ms + WARN_MS)
        if now_ms >= deadline_ms:  # the machine slept: whoever touches now may be somebody else
            return state, ()
    return _anywhere(state, event, now_ms, goods)


def _expired(state: State, now_ms: int) -> State:
    if state.screen in _KEEP_CART:
        return _refuse(state, on.Failed(refusal("timeout")), now_ms)
    return _reset(state)


def _parked_on_time(state: State, now_ms: int) -> State:
    """Nobody stays recognised under an overlay for longer than on their own screen."""
    under = state.under
    if under is None or under.screen not in PERSONAL or under.deadline_ms is None:
        return state
    if now_ms < under.deadline_ms:
        return state
    return replace(state, under=_expired(under, now_ms))


def _anywhere(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    match event:
        case on.Extend() if state.deadline_ms is not None:
            return _extended(state, now_ms), ()
        case on.Touch() if state.deadline_ms is not None:
            return _extended(state, now_ms), ()
        case on.SetLanguage(language) if language in state.languages:
            return _speaking(replace(state, language=language), now_ms), ()
        case on.OpenLanguage() if state.screen not in {*OVERLAYS, Screen.PAYING}:
            return _over(Screen.LANGUAGE, state, now_ms), ()
        case on.Help() if state.screen is not Screen.HELP:
            base = state.under or state
            called = replace(_over(Screen.HELP, base, now_ms), staff_called=True)
            reason = base.refusal.reason if base.refusal else ""
            return called, (do.CallStaff(base.screen, reason),)
    return _HANDLERS[state.screen](state, event, now_ms, goods)


def _extended(state: State, now_ms: int) -> State:
    if state.deadline_ms is None:
        return state
    return replace(state, deadline_ms=now_ms + WAIT_MS[state.screen], warning=False)


def _speaking(state: State, now_ms: int) -> State:
    """Whoever chooses a language has begun: the attract screen keeps none but the shop's own."""
    place = state.under if state.screen is Screen.LANGUAGE and state.under else state
    if place.screen is Screen.ATTRACT:
        return _to(Screen.CART, state, now_ms)
    return _back(state, now_ms) if state.screen is Screen.LANGUAGE else _extended(state, now_ms)


def _over(overlay: Screen, base: State, now_ms: int) -> State:
    """An overlay over a screen; nothing typed there stays, and a payment under way has no end."""
    if base.entry is not None:
        first: Entry = Entry("phone") if base.screen is Screen.PIN else Entry(base.entry.asks)
        base = replace(base, entry=first)
    if base.screen is Screen.FACE:
        base = _looking(base, now_ms)
    over = _to(overlay, base, now_ms, under=base)
    return replace(over, deadline_ms=None) if base.screen is Screen.PAYING else over


def _back(state: State, now_ms: int) -> State:
    """What lies under an overlay, in the language chosen meanwhile."""
    if state.under is None or state.under.screen is Screen.ATTRACT:
        return _reset(state)
    base = replace(state.under, language=state.language, staff_called=state.staff_called)
    return base if base.screen in PERSONAL else _extended(base, now_ms)


# --- screen by screen --------------------------------------------------------------------------


def _on_attract(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    if isinstance(event, on.Touch):
        return _to(Screen.CART, state, now_ms), ()
    return _on_scan(state, event, now_ms, goods)


def _on_scan(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    """An article or a coupon that is scanned away from the cart leads there."""
    if isinstance(event, on.Scan | on.Coupon) or (
        isinstance(event, on.Add) and goods.get(event.sku)
    ):
        return _on_cart(state, event, now_ms, goods)
    return state, ()


def _on_cart(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    cart = state.cart
    match _named(event, goods):
        case on.Add(sku) if product := goods.get(sku):
            cart = cart.put(product, cart.quantity(sku) + 1)
        case on.SetQuantity(sku, quantity) if product := goods.get(sku):
            cart = cart.put(product, quantity)
        case on.Coupon(code) if offer := goods.coupon(code):
            cart = cart.enter(offer.code)
        case on.Coupon() | on.Scan() as unknown:
            hint = "unknown_code" if isinstance(unknown, on.Scan) else "unknown_coupon"
            return _to(Screen.CART, state, now_ms, hint=hint), ()
        case on.ClearCart():
            cart = Cart(cart.currency)
        case on.Counted():
            return replace(state, cart=goods.price(cart)), ()
        case on.Checkout() if cart.lines:
            return _priced(Screen.REVIEW, state, goods, now_ms), ()
        case on.Cancel():
            return _reset(state), ()
        case _:
            return state, ()
    return _to(Screen.CART, state, now_ms, cart=goods.price(cart)), ()


def _named(event: Event, goods: Goods) -> Event:
    """What a scanned code stands for; the scan itself where it is no code of this shop."""
    if not isinstance(event, on.Scan):
        return event
    if product := goods.scanned(event.code):
        return on.Add(product.sku)
    return on.Coupon(event.code) if goods.coupon(event.code) else event


def _priced(onward: Screen, state: State, goods: Goods, now_ms: int) -> State:
    """One step on with the prices of this moment, or the same screen and why not."""
    cart = goods.price(state.cart)
    hint = ""
    if not cart.payable:
        hint = "out_of_stock" if cart.short else "nothing_to_pay"
    elif onward is Screen.PAY and cart != state.cart:
        hint = "price_changed"  # what is paid is what was shown
    return _to(state.screen if hint else onward, state, now_ms, cart=cart, hint=hint)


def _on_review(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    if isinstance(event, on.Checkout) and state.cart.lines:
        return _priced(Screen.PAY, state, goods, now_ms), ()
    if isinstance(event, on.Counted):
        return replace(state, cart=goods.price(state.cart)), ()
    if isinstance(event, on.Cancel):
        return _to(Screen.CART, state, now_ms), ()
    return _on_scan(state, event, now_ms, goods)


def _looking(state: State, now_ms: int) -> State:
    return _to(Screen.FACE, state, now_ms, prompt="look", way="face")


def _on_ways(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    """The ways to pay, on every screen that offers them."""
    match event:
        case on.PayByFace() if state.cart.lines:
            return _looking(state, now_ms), ()
        case on.PayByPin() if state.cart.lines:
            return _to(Screen.PIN, state, now_ms, entry=Entry("phone"), way="pin"), ()
        case on.Cancel():
            return _to(Screen.CART, state, now_ms), ()
    return _on_scan(state, event, now_ms, goods)


def _on_face(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    after = state
    match event:
        case on.FaceProgress(prompt, hint, done, total, light):
            after = replace(state, prompt=prompt, hint=hint, light=light)
            after = replace(after, steps_done=done, steps_total=total)
        case on.Asked(asks):
            after = _to(Screen.SECOND_FACTOR, state, now_ms, entry=Entry(asks))
        case on.FaceDone(payer):
            after = _recognised(state, payer, now_ms)
        case on.Failed():
            after = _refuse(state, event, now_ms)
        case on.PayByPin():
            after = _to(Screen.PIN, state, now_ms, entry=Entry("phone"), way="pin")
        case on.Cancel():
            after = _to(Screen.PAY, state, now_ms)
    return after, ()


def _recognised(state: State, payer: Payer, now_ms: int) -> State:
    return _to(Screen.CONFIRM, state, now_ms, payer=payer)


def _on_typing(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    """The second factor of a face, or a phone number and its PIN."""
    entry = state.entry
    if entry is None or isinstance(event, on.Cancel):
        return _to(Screen.PAY, state, now_ms), ()
    if entry.busy:
        return _on_answer(state, entry, event, now_ms), ()
    match event:
        case on.Key(digit) if digit in _DIGITS and len(entry.typed) < DIGITS[entry.asks][1]:
            typed = replace(entry, typed=entry.typed + digit, hint="")
        case on.Backspace():
            typed = replace(entry, typed=entry.typed[:-1], hint="")
        case on.Submit() if entry.complete and entry.asks == "phone":
            typed = Entry("pin", phone=entry.typed)
        case on.Submit() if entry.complete:
            return _submitted(state, entry, now_ms)
        case _:
            return state, ()
    return _extended(replace(state, entry=typed), now_ms), ()


_DIGITS = frozenset("0123456789")


def _submitted(state: State, entry: Entry, now_ms: int) -> Step:
    """From here on the till alone has what was typed."""
    busy = _extended(replace(state, entry=replace(entry, typed="", busy=True)), now_ms)
    if state.screen is Screen.PIN:
        return busy, (do.CheckPin(entry.phone, entry.typed, state.cart),)
    return busy, (do.CheckSecond(entry.asks, entry.typed, state.cart),)


def _on_answer(state: State, entry: Entry, event: Event, now_ms: int) -> State:
    match event:
        case on.Wrong(hint):
            again = Entry(entry.asks, phone=entry.phone, hint=hint)
            return _extended(replace(state, entry=again), now_ms)
        case on.Asked(asks) if state.screen is Screen.SECOND_FACTOR:
            return _extended(replace(state, entry=Entry(asks)), now_ms)
        case on.FaceDone(payer) if state.screen is Screen.SECOND_FACTOR:
            return _recognised(state, payer, now_ms)
        case on.PinDone(payer) if state.screen is Screen.PIN:
            return _recognised(state, payer, now_ms)
        case on.Failed():
            return _refuse(state, event, now_ms)
    return state


def _on_confirm(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    if isinstance(event, on.Confirm) and state.payer is not None:
        paying = _to(Screen.PAYING, state, now_ms, payer=state.payer)
        return paying, (do.Authorize(state.payer, state.cart),)
    if isinstance(event, on.Cancel):
        return _to(Screen.PAY, state, now_ms), ()
    return state, ()


def _on_paying(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    match event:
        case on.Paid(receipt):
            return _to(Screen.RECEIPT, state, now_ms, payer=state.payer, receipt=receipt), ()
        case on.Failed():
            return _refuse(state, event, now_ms), ()
    return state, ()


def _on_receipt(state: State, event: Event, _now_ms: int, _goods: Goods) -> Step:
    if isinstance(event, on.Done | on.Cancel):
        return _reset(state), ()
    return state, ()


def _on_refused(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    if isinstance(event, on.Retry):
        event = on.PayByPin() if state.way == "pin" else on.PayByFace()
    return _on_ways(state, event, now_ms, goods)


def _on_overlay(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    under = state.under
    if under is not None and under.screen is Screen.PAYING:  # the payment's end is shown at once
        base = replace(under, language=state.language, staff_called=state.staff_called)
        if isinstance(event, on.Paid | on.Failed):
            return _on_paying(base, event, now_ms, goods)
    if isinstance(event, on.Cancel | on.Done):
        return _back(state, now_ms), ()
    return state, ()


_HANDLERS = {
    Screen.ATTRACT: _on_attract,
    Screen.LANGUAGE: _on_overlay,
    Screen.CART: _on_cart,
    Screen.REVIEW: _on_review,
    Screen.PAY: _on_ways,
    Screen.FACE: _on_face,
    Screen.SECOND_FACTOR: _on_typing,
    Screen.PIN: _on_typing,
    Screen.CONFIRM: _on_confirm,
    Screen.PAYING: _on_paying,
    Screen.RECEIPT: _on_receipt,
    Screen.REFUSED: _on_refused,
    Screen.HELP: _on_overlay,
}
