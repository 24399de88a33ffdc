"""How one state follows from another: what is carried over, what is dropped, and for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.flow.state import PERSONAL, WAIT_MS, Entry, Screen, State, attract
from kiosk.refusals import refusal

if TYPE_CHECKING:
    from kiosk.errors import Refusal

# Screens from which a time-out leads to a refusal that keeps the cart; others end the visit.
_KEEP_CART = {Screen.PAY, Screen.FACE, Screen.SECOND_FACTOR, Screen.PIN, Screen.CONFIRM}


def to(screen: Screen, before: State, now_ms: int, **more: object) -> State:
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


def reset(state: State) -> State:
    """The till that nobody uses: nothing of this shopper is left."""
    return attract(state.cart.currency, state.languages)


def refuse(state: State, why: Refusal, now_ms: int) -> State:
    """Why not, and the cart kept."""
    return to(Screen.REFUSED, state, now_ms, refusal=why)


def expired(state: State, now_ms: int) -> State:
    """Nobody came back: a payment under way is refused, anything else forgotten."""
    if state.screen in _KEEP_CART:
        return refuse(state, refusal("timeout"), now_ms)
    return reset(state)


def extended(state: State, now_ms: int) -> State:
    """The same screen with all its time again."""
    if state.deadline_ms is None:
        return state
    return replace(state, deadline_ms=now_ms + WAIT_MS[state.screen], warning=False)


def looking(state: State, now_ms: int) -> State:
    """Before the camera."""
    return to(Screen.FACE, state, now_ms, prompt="look", way="face")


def over(overlay: Screen, base: State, now_ms: int) -> State:
    """An overlay over a screen; nothing typed there stays, and a payment under way has no end."""
    if base.entry is not None:
        first: Entry = Entry("phone") if base.screen is Screen.PIN else Entry(base.entry.asks)
        base = replace(base, entry=first)
    if base.screen is Screen.FACE:
        base = looking(base, now_ms)
    over = to(overlay, base, now_ms, under=base)
    return replace(over, deadline_ms=None) if base.screen is Screen.PAYING else over


def back(state: State, now_ms: int) -> State:
    """What lies under an overlay, in the language chosen meanwhile."""
    if state.under is None or state.under.screen is Screen.ATTRACT:
        return reset(state)
    base = replace(state.under, language=state.language, staff_called=state.staff_called)
    return base if base.screen in PERSONAL else extended(base, now_ms)
