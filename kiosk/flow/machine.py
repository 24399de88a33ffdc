"""The transitions that hold on every screen: time, language, help, and what the till has to do.

The camera and a face that waits follow from the screens before and after a step, not from the
handlers, so that no way out of a screen can forget to let go of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.flow import effects as do
from kiosk.flow import events as on
from kiosk.flow.moves import back, expired, extended, over, to
from kiosk.flow.screens import HANDLERS, Step
from kiosk.flow.state import OVERLAYS, PERSONAL, WARN_MS, Screen, State

if TYPE_CHECKING:
    from kiosk.flow.effects import Effect
    from kiosk.flow.events import Event
    from kiosk.goods.shelf import Goods

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


def _timed(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    """No screen gives up without having said so 20 seconds before, however late a tick comes."""
    state = _parked_on_time(state, now_ms)
    deadline_ms = state.deadline_ms
    if deadline_ms is not None and state.warning and now_ms >= deadline_ms:
        return expired(state, now_ms), ()  # a touch too late was meant for a screen now gone
    if deadline_ms is not None and not state.warning and now_ms >= deadline_ms - WARN_MS:
        state = replace(state, warning=True, deadline_ms=now_ms + WARN_MS)
        if now_ms >= deadline_ms:  # the machine slept: whoever touches now may be somebody else
            return state, ()
    return _anywhere(state, event, now_ms, goods)


def _parked_on_time(state: State, now_ms: int) -> State:
    """Nobody stays recognised under an overlay for longer than on their own screen."""
    under = state.under
    if under is None or under.screen not in PERSONAL or under.deadline_ms is None:
        return state
    if now_ms < under.deadline_ms:
        return state
    return replace(state, under=expired(under, now_ms))


def _anywhere(state: State, event: Event, now_ms: int, goods: Goods) -> Step:
    match event:
        case on.Extend() if state.deadline_ms is not None:
            return extended(state, now_ms), ()
        case on.Touch() if state.deadline_ms is not None:
            return extended(state, now_ms), ()
        case on.SetLanguage(language) if language in state.languages:
            return _speaking(replace(state, language=language), now_ms), ()
        case on.OpenLanguage() if state.screen not in {*OVERLAYS, Screen.PAYING}:
            return over(Screen.LANGUAGE, state, now_ms), ()
        case on.Help() if state.screen is not Screen.HELP:
            base = state.under or state
            called = replace(over(Screen.HELP, base, now_ms), staff_called=True)
            reason = base.refusal.reason if base.refusal else ""
            return called, (do.CallStaff(base.screen, reason),)
    return HANDLERS[state.screen](state, event, now_ms, goods)


def _speaking(state: State, now_ms: int) -> State:
    """Whoever chooses a language has begun: the attract screen keeps none but the shop's own."""
    place = state.under if state.screen is Screen.LANGUAGE and state.under else state
    if place.screen is Screen.ATTRACT:
        return to(Screen.CART, state, now_ms)
    return back(state, now_ms) if state.screen is Screen.LANGUAGE else extended(state, now_ms)
