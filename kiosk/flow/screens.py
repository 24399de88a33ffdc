"""What each screen makes of an event; what holds on every screen is in `kiosk.flow.machine`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.cart import Cart
from kiosk.flow import effects as do
from kiosk.flow import events as on
from kiosk.flow.moves import back, extended, looking, refuse, reset, to
from kiosk.flow.state import DIGITS, Entry, Screen, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.flow.effects import Effect
    from kiosk.flow.events import Event
    from kiosk.flow.state import Payer
    from kiosk.goods.shelf import Goods

Step = tuple[State, tuple["Effect", ...]]


def _on_attract(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    if isinstance(event, on.Touch):
        return to(Screen.CART, state, now_ms), ()
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
            return to(Screen.CART, state, now_ms, hint=hint), ()
        case on.ClearCart():
            cart = Cart(cart.currency)
        case on.Counted():
            return replace(state, cart=goods.price(cart)), ()
        case on.Checkout() if cart.lines:
            return _priced(Screen.REVIEW, state, goods, now_ms), ()
        case on.Cancel():
            return reset(state), ()
        case _:
            return state, ()
    return to(Screen.CART, state, now_ms, cart=goods.price(cart)), ()


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
    return to(state.screen if hint else onward, state, now_ms, cart=cart, hint=hint)


def _on_review(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    if isinstance(event, on.Checkout) and state.cart.lines:
        return _priced(Screen.PAY, state, goods, now_ms), ()
    if isinstance(event, on.Counted):
        return replace(state, cart=goods.price(state.cart)), ()
    if isinstance(event, on.Cancel):
        return to(Screen.CART, state, now_ms), ()
    return _on_scan(state, event, now_ms, goods)


def _on_ways(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    """The ways to pay, on every screen that offers them."""
    match event:
        case on.PayByFace() if state.cart.lines:
            return looking(state, now_ms), ()
        case on.PayByPin() if state.cart.lines:
            return to(Screen.PIN, state, now_ms, entry=Entry("phone"), way="pin"), ()
        case on.Cancel():
            return to(Screen.CART, state, now_ms), ()
    return _on_scan(state, event, now_ms, goods)


def _on_face(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    after = state
    match event:
        case on.FaceProgress(prompt, hint, done, total, light):
            after = replace(state, prompt=prompt, hint=hint, light=light)
            after = replace(after, steps_done=done, steps_total=total)
        case on.Asked(asks):
            after = to(Screen.SECOND_FACTOR, state, now_ms, entry=Entry(asks))
        case on.FaceDone(payer):
            after = _recognised(state, payer, now_ms)
        case on.Failed():
            after = refuse(state, event.refusal, now_ms)
        case on.PayByPin():
            after = to(Screen.PIN, state, now_ms, entry=Entry("phone"), way="pin")
        case on.Cancel():
            after = to(Screen.PAY, state, now_ms)
    return after, ()


def _recognised(state: State, payer: Payer, now_ms: int) -> State:
    return to(Screen.CONFIRM, state, now_ms, payer=payer)


def _on_typing(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    """The second factor of a face, or a phone number and its PIN."""
    entry = state.entry
    if entry is None or isinstance(event, on.Cancel):
        return to(Screen.PAY, state, now_ms), ()
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
    return extended(replace(state, entry=typed), now_ms), ()


_DIGITS = frozenset("0123456789")


def _submitted(state: State, entry: Entry, now_ms: int) -> Step:
    """From here on the till alone has what was typed."""
    busy = extended(replace(state, entry=replace(entry, typed="", busy=True)), now_ms)
    if state.screen is Screen.PIN:
        return busy, (do.CheckPin(entry.phone, entry.typed, state.cart),)
    return busy, (do.CheckSecond(entry.asks, entry.typed, state.cart),)


def _on_answer(state: State, entry: Entry, event: Event, now_ms: int) -> State:
    match event:
        case on.Wrong(hint):
            again = Entry(entry.asks, phone=entry.phone, hint=hint)
            return extended(replace(state, entry=again), now_ms)
        case on.Asked(asks) if state.screen is Screen.SECOND_FACTOR:
            return extended(replace(state, entry=Entry(asks)), now_ms)
        case on.FaceDone(payer) if state.screen is Screen.SECOND_FACTOR:
            return _recognised(state, payer, now_ms)
        case on.PinDone(payer) if state.screen is Screen.PIN:
            return _recognised(state, payer, now_ms)
        case on.Failed():
            return refuse(state, event.refusal, now_ms)
    return state


def _on_confirm(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    if isinstance(event, on.Confirm) and state.payer is not None:
        paying = to(Screen.PAYING, state, now_ms, payer=state.payer)
        return paying, (do.Authorize(state.payer, state.cart),)
    if isinstance(event, on.Cancel):
        return to(Screen.PAY, state, now_ms), ()
    return state, ()


def _on_paying(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    match event:
        case on.Paid(receipt):
            shown = to(Screen.RECEIPT, state, now_ms, payer=state.payer, receipt=receipt)
            return shown, (do.PrintReceipt(receipt, state.language),)
        case on.Failed():
            return refuse(state, event.refusal, now_ms), ()
    return state, ()


def _on_receipt(state: State, event: Event, now_ms: int, _goods: Goods) -> Step:
    match event:
        case on.Done() | on.Cancel():
            return reset(state), ()
        case on.Print() if state.receipt is not None:
            return extended(state, now_ms), (do.PrintReceipt(state.receipt, state.language),)
        case on.Printed(hint):
            return replace(state, hint=hint), ()
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
        return back(state, now_ms), ()
    return state, ()


HANDLERS: dict[Screen, Callable[[State, Event, int, Goods], Step]] = {
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
