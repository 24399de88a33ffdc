"""The checkout, walked at random: it always comes to an end, keeps the cart, forgets the person."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import flow
from kiosk.catalogue import built_in
from kiosk.flow import Screen
from kiosk.refusals import refusal

CATALOGUE = built_in("EUR")
PAYER = flow.Payer("s-person", "W*** L***", ("blink",))
RECEIPT = object()  # the flow only hands it on
EVENTS = [
    flow.Touch(),
    flow.Add("coffee"),
    flow.Add("nothing-such"),
    flow.SetQuantity("coffee", 0),
    flow.SetQuantity("tea", 3),
    flow.ClearCart(),
    flow.Checkout(),
    flow.PayByFace(),
    flow.FaceProgress("blink", "", 1, 3),
    flow.FaceDone(PAYER),
    flow.Confirm(),
    flow.Cancel(),
    flow.Paid(RECEIPT),
    flow.Failed(refusal("not_live")),
    flow.Tick(),
]
HAPPY = [
    flow.Touch(), flow.Add("coffee"), flow.Checkout(), flow.PayByFace(), flow.FaceDone(PAYER),
    flow.Confirm(), flow.Paid(RECEIPT),
]  # fmt: skip


def walk(events, state=None, now_ms=0):
    state = state or flow.attract("EUR")
    effects = []
    for event in events:
        state, more = flow.step(state, event, now_ms, CATALOGUE)
        effects += more
    return state, effects


def test_the_way_to_the_receipt_authorises_once():
    state, effects = walk(HAPPY)
    assert state.screen is Screen.RECEIPT
    assert sum(isinstance(effect, flow.Authorize) for effect in effects) == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_every_walk_ends_at_the_attract_screen_or_awaits_the_book(events):
    state, _ = walk(events)
    now_ms = 0
    for _ in range(4):
        now_ms += 10_000_000
        state, _ = flow.step(state, flow.Tick(), now_ms, CATALOGUE)
        if state.screen is Screen.PAYING:
            state, _ = flow.step(state, flow.Failed(refusal("fault")), now_ms, CATALOGUE)
    assert state == flow.attract("EUR")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_person_is_known_but_between_recognition_and_the_receipt(events):
    state = flow.attract("EUR")
    for event in events:
        before = state
        state, effects = flow.step(state, event, 0, CATALOGUE)
        known = state.screen in {Screen.CONFIRM, Screen.PAYING, Screen.RECEIPT}
        assert (state.payer is not None) == known
        assert (state.receipt is not None) == (state.screen is Screen.RECEIPT)
        assert (state.refusal is not None) == (state.screen is Screen.REFUSED)
        if state.screen is Screen.REFUSED:
            assert state.cart == before.cart
        if any(isinstance(effect, flow.Authorize) for effect in effects):
            assert before.screen is Screen.CONFIRM
            assert isinstance(event, flow.Confirm)
            assert before.cart.lines


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_the_camera_runs_on_the_face_screen_and_nowhere_else(events):
    running = False
    state = flow.attract("EUR")
    for event in events:
        state, effects = flow.step(state, event, 0, CATALOGUE)
        for effect in effects:
            running = {flow.StartFace: True, flow.StopFace: False}.get(type(effect), running)
        assert running == (state.screen is Screen.FACE)


@pytest.mark.parametrize("steps", range(2, len(HAPPY) - 1))
def test_a_screen_that_waits_too_long_gives_up_without_paying(steps):
    state, _ = walk(HAPPY[:steps])
    if state.deadline_ms is None:
        assert state.screen is Screen.PAYING
        return
    late, effects = flow.step(state, flow.Confirm(), state.deadline_ms, CATALOGUE)
    assert late.screen in {Screen.REFUSED, Screen.ATTRACT}
    assert not any(isinstance(effect, flow.Authorize) for effect in effects)


def test_after_the_receipt_nothing_of_the_shopper_is_left():
    state, _ = walk([*HAPPY, flow.Touch()])
    assert state == flow.attract("EUR")


def test_an_empty_cart_cannot_be_paid():
    state, _ = walk([flow.Touch(), flow.Checkout()])
    assert state.screen is Screen.CART


def test_a_refusal_can_be_tried_again_with_the_same_cart():
    state, _ = walk([*HAPPY[:4], flow.Failed(refusal("not_live"))])
    assert state.screen is Screen.REFUSED
    again, effects = walk([flow.PayByFace()], state)
    assert (again.screen, again.cart) == (Screen.FACE, state.cart)
    assert effects == [flow.StartFace()]
