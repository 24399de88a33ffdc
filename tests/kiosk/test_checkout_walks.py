"""The checkout, walked at random: it always comes to an end, keeps the cart, forgets the person."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kiosk import flow
from kiosk.catalogue import built_in
from kiosk.errors import Refusal
from kiosk.flow import WAIT_MS, WARN_MS, Screen
from kiosk.goods.shelf import Goods
from kiosk.refusals import WORDS, action_of, refusal

GOODS = Goods(built_in("EUR"))
LANGUAGES = ("en", "ko", "zh-Hans")
PAYER = flow.Payer("s-person", "W*** L***", ("blink",))
RECEIPT = object()  # the flow only hands it on
EVENTS = [
    flow.Touch(),
    flow.Extend(),
    flow.SetLanguage("ko"),
    flow.SetLanguage("tlh"),
    flow.OpenLanguage(),
    flow.Help(),
    flow.Add("coffee"),
    flow.Add("nothing-such"),
    flow.Scan("tea"),
    flow.Scan("no-such-code"),
    flow.Coupon("no-such-coupon"),
    flow.Counted(),
    flow.SetQuantity("coffee", 0),
    flow.SetQuantity("tea", 3),
    flow.ClearCart(),
    flow.Checkout(),
    flow.PayByFace(),
    flow.PayByPin(),
    flow.Retry(),
    flow.Key("7"),
    flow.Key("x"),
    flow.Backspace(),
    flow.Submit(),
    flow.FaceProgress("blink", "", 1, 3, "#ff0000"),
    flow.Asked("digits"),
    flow.Asked("pin"),
    flow.Wrong("wrong_pin"),
    flow.FaceDone(PAYER),
    flow.PinDone(PAYER),
    flow.Confirm(),
    flow.Cancel(),
    flow.Done(),
    flow.Paid(RECEIPT),
    flow.Failed(refusal("not_live")),
    flow.Tick(),
]
TO_PAY = [flow.Touch(), flow.Add("coffee"), flow.Checkout(), flow.Checkout()]
TO_FACE = [*TO_PAY, flow.PayByFace()]
TYPED = [flow.Key(digit) for digit in "4711"]
SECOND = [*TO_FACE, flow.Asked("digits"), *TYPED, flow.Submit()]
BY_PIN = [*TO_PAY, flow.PayByPin(), *TYPED, flow.Submit(), *TYPED, flow.Submit()]
TO_CONFIRM = {
    "face": [*TO_FACE, flow.FaceDone(PAYER)],
    "second factor": [*SECOND, flow.FaceDone(PAYER)],
    "pin": [*BY_PIN, flow.PinDone(PAYER)],
}
HAPPY = [*TO_CONFIRM["face"], flow.Confirm(), flow.Paid(RECEIPT)]
# beginnings that reach deep screens, since a random walk seldom gets there by itself
BEGINNINGS = [[], TO_PAY, TO_FACE, SECOND, BY_PIN, *TO_CONFIRM.values(), HAPPY[:-1], HAPPY]
WALKS = st.tuples(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(EVENTS), max_size=30)).map(
    lambda parts: [*parts[0], *parts[1]]
)
quick = settings(max_examples=150, deadline=None)


def walk(events, state=None, now_ms=0):
    state = state or flow.attract("EUR", LANGUAGES)
    effects = []
    for event in events:
        state, more = flow.step(state, event, now_ms, GOODS)
        effects += more
    return state, effects


def count(effects, kind):
    return sum(isinstance(effect, kind) for effect in effects)


def everything(state):
    """The state and what lies under it."""
    return [state] if state.under is None else [state, *everything(state.under)]


def every_screen():
    """A walk to each screen, found by looking at them all."""
    found = {Screen.ATTRACT: []}
    deeper = [[*begin, *more] for begin in BEGINNINGS for more in ([], [flow.Help()])]
    deeper += [[*TO_FACE, flow.Failed(refusal("not_live"))], [flow.OpenLanguage()]]
    for events in deeper:
        for length in range(1, len(events) + 1):
            state, _ = walk(events[:length])
            found.setdefault(state.screen, events[:length])
    return found


def test_every_screen_is_reached():
    assert set(every_screen()) == set(Screen)


@pytest.mark.parametrize("way", TO_CONFIRM)
def test_each_way_to_the_receipt_authorises_once(way):
    state, effects = walk([*TO_CONFIRM[way], flow.Confirm(), flow.Confirm(), flow.Paid(RECEIPT)])
    assert state.screen is Screen.RECEIPT
    assert count(effects, flow.Authorize) == 1


@quick
@given(WALKS)
def test_from_every_state_a_receipt_or_the_attract_screen_can_be_reached(events):
    state, _ = walk(events)
    finishes = (
        flow.Cancel(), flow.Failed(refusal("fault")), flow.Cancel(), flow.Cancel(), flow.Cancel(),
        flow.Cancel(),
    )  # fmt: skip
    for event in finishes:
        if state.screen in {Screen.RECEIPT, Screen.ATTRACT}:
            break
        state, _ = walk([event], state)
    assert state.screen in {Screen.RECEIPT, Screen.ATTRACT}


@quick
@given(WALKS, st.integers(100, 90_000))
def test_under_time_alone_every_state_ends_at_the_attract_screen(events, tick_ms):
    state, _ = walk(events)
    now_ms = 0
    while now_ms < 2_000_000 and state.screen is not Screen.ATTRACT:
        now_ms += tick_ms
        base = state.under or state
        answer = flow.Failed(refusal("fault")) if base.screen is Screen.PAYING else flow.Tick()
        state, _ = walk([answer], state, now_ms)
    assert state == flow.attract("EUR", LANGUAGES)


@quick
@given(WALKS, st.lists(st.integers(1, 100_000), min_size=1, max_size=12))
def test_a_time_out_is_announced_20_seconds_before_however_late_the_clock_ticks(events, waits):
    state, _ = walk(events)
    now_ms, warned_ms = 0, None
    for wait_ms in waits:
        now_ms += wait_ms
        before = state
        state, _ = walk([flow.Tick()], state, now_ms)
        if state.screen is not before.screen:
            assert warned_ms is not None
            assert now_ms - warned_ms >= WARN_MS
            warned_ms = None
        elif state.warning and not before.warning:
            warned_ms = now_ms
            assert state.deadline_ms == now_ms + WARN_MS


@quick
@given(WALKS, st.sampled_from([flow.Extend(), flow.Touch()]), st.integers(0, WARN_MS - 1))
def test_whoever_touches_in_time_has_all_the_time_again(events, touch, after_ms):
    state, _ = walk(events)
    assume(state.deadline_ms is not None)
    now_ms = state.warns_at_ms
    warned, _ = walk([flow.Tick()], state, now_ms)
    assert warned.warning
    longer, effects = walk([touch], warned, now_ms + after_ms)
    assert longer.screen is state.screen
    assert not longer.warning
    assert longer.deadline_ms == now_ms + after_ms + WAIT_MS[state.screen]
    assert effects == []
    assert longer.cart == state.cart


@quick
@given(WALKS)
def test_nothing_of_a_shopper_survives_the_attract_screen(events):
    state = flow.attract("EUR", LANGUAGES)
    for event in events:
        state, _ = walk([event], state)
        if state.screen is Screen.ATTRACT:
            assert state == flow.attract("EUR", LANGUAGES)


@quick
@given(WALKS)
def test_no_person_is_known_but_between_recognition_and_the_receipt(events):
    state = flow.attract("EUR", LANGUAGES)
    for event in events:
        before = state
        state, effects = walk([event], state)
        for shown in everything(state):
            known = shown.screen in {Screen.CONFIRM, Screen.PAYING, Screen.RECEIPT}
            assert (shown.payer is not None) == known
            assert (shown.receipt is not None) == (shown.screen is Screen.RECEIPT)
            assert (shown.refusal is not None) == (shown.screen is Screen.REFUSED)
        if state.screen is Screen.REFUSED:
            assert state.cart == before.cart
        if count(effects, flow.Authorize):
            assert before.screen is Screen.CONFIRM
            assert isinstance(event, flow.Confirm)
            assert before.cart.lines
            assert count(effects, flow.Authorize) == 1


@quick
@given(WALKS)
def test_what_was_typed_leaves_with_its_screen_and_is_never_written_out(events):
    state = flow.attract("EUR", LANGUAGES)
    for event in events:
        before = state
        state, effects = walk([event], state)
        for shown in everything(state):
            assert (shown.entry is not None) == (shown.screen in {Screen.SECOND_FACTOR, Screen.PIN})
        if state.screen is not before.screen:
            assert not any(s.entry and (s.entry.typed or s.entry.phone) for s in everything(state))
        if count(effects, flow.CheckSecond) or count(effects, flow.CheckPin):
            assert state.entry.busy
            assert not state.entry.typed
        assert "7" not in repr([s.entry for s in everything(state)])
        secrets = [e for e in effects if isinstance(e, flow.CheckSecond | flow.CheckPin)]
        assert "typed" not in repr(secrets)
        assert "4711" not in repr(secrets)


@quick
@given(WALKS)
def test_the_camera_runs_on_the_face_screen_and_a_held_face_never_outlives_its_question(events):
    running = held = False
    state = flow.attract("EUR", LANGUAGES)
    for event in events:
        state, effects = walk([event], state)
        for effect in effects:
            if isinstance(effect, flow.StopFace | flow.StartFace):
                assert running != isinstance(effect, flow.StartFace)
                running = not running
            held = held and not isinstance(effect, flow.ForgetFace)
        held = held or state.holds_face
        assert running == (state.screen is Screen.FACE)
        assert held == state.holds_face


@pytest.mark.parametrize("screen", set(Screen) - {Screen.ATTRACT, Screen.HELP, Screen.LANGUAGE})
@pytest.mark.parametrize("event", [flow.Help(), flow.OpenLanguage()])
def test_help_and_languages_lead_back_to_where_it_was(screen, event):
    state, _ = walk(every_screen()[screen])
    over, effects = walk([event], state)
    if screen is Screen.PAYING and event == flow.OpenLanguage():
        assert over == state
        return
    assert over.screen is (Screen.HELP if event == flow.Help() else Screen.LANGUAGE)
    assert count(effects, flow.CallStaff) == (event == flow.Help())
    back, _ = walk([flow.Cancel()], over)
    assert (back.screen, back.cart, back.payer) == (state.screen, state.cart, state.payer)
    assert back.staff_called == (event == flow.Help())


@pytest.mark.parametrize("screen", set(Screen) - {Screen.ATTRACT})
def test_a_language_is_switched_by_one_touch_on_any_screen(screen):
    state, _ = walk(every_screen()[screen])
    spoken, _ = walk([flow.SetLanguage("zh-Hans")], state)
    assert spoken.language == "zh-Hans"
    if screen is not Screen.LANGUAGE:
        assert spoken.screen is screen
    assert walk([flow.SetLanguage("tlh")], state)[0] == state


def test_a_language_chosen_at_the_attract_screen_begins_a_visit():
    for events in ([flow.SetLanguage("ko")], [flow.OpenLanguage(), flow.SetLanguage("ko")]):
        state, _ = walk(events)
        assert (state.screen, state.language) == (Screen.CART, "ko")


def test_nobody_stays_recognised_while_the_shopper_waits_for_the_staff():
    state, _ = walk([*TO_CONFIRM["face"], flow.Help()])
    waited, _ = walk([flow.Tick()], state, WAIT_MS[Screen.CONFIRM])
    assert waited.screen is Screen.HELP
    back, _ = walk([flow.Cancel()], waited, WAIT_MS[Screen.CONFIRM])
    assert (back.screen, back.payer, back.cart) == (Screen.REFUSED, None, state.cart)


def test_a_payment_under_way_ends_with_its_receipt_though_help_was_called():
    state, _ = walk([*HAPPY[:-1], flow.Help()])
    assert state.deadline_ms is None
    paid, _ = walk([flow.Paid(RECEIPT)], state)
    assert (paid.screen, paid.receipt, paid.staff_called) == (Screen.RECEIPT, RECEIPT, True)


@pytest.mark.parametrize("begin", [TO_PAY, TO_FACE, SECOND, BY_PIN, *TO_CONFIRM.values()])
def test_a_screen_that_waits_too_long_gives_up_without_paying_and_keeps_the_cart(begin):
    state, _ = walk(begin)
    warned, _ = walk([flow.Tick()], state, state.warns_at_ms)
    late, effects = walk([flow.Confirm()], warned, warned.deadline_ms)
    assert (late.screen, late.refusal.reason) == (Screen.REFUSED, "timeout")
    assert late.cart == state.cart
    assert count(effects, flow.Authorize) == 0


def test_a_confirm_after_the_machine_slept_pays_nothing():
    state, _ = walk(TO_CONFIRM["face"])
    late, effects = walk([flow.Confirm()], state, state.deadline_ms + 3_600_000)
    assert (late.screen, late.warning, effects) == (Screen.CONFIRM, True, [])


def test_an_empty_cart_cannot_be_paid():
    state, _ = walk([flow.Touch(), flow.Checkout()])
    assert state.screen is Screen.CART


@pytest.mark.parametrize("screen", [Screen.PAY, Screen.FACE, Screen.REFUSED])
def test_another_way_than_a_face_is_one_touch_away(screen):
    state, _ = walk(every_screen()[screen])
    assert walk([flow.PayByPin()], state)[0].screen is Screen.PIN
    assert walk([flow.Help()], state)[0].screen is Screen.HELP


@pytest.mark.parametrize(("begin", "screen"), [(TO_FACE, Screen.FACE), (BY_PIN, Screen.PIN)])
def test_a_refusal_can_be_tried_again_the_same_way_with_the_same_cart(begin, screen):
    state, _ = walk([*begin, flow.Failed(refusal("not_live"))])
    assert state.screen is Screen.REFUSED
    again, _ = walk([flow.Retry()], state)
    assert (again.screen, again.cart) == (screen, state.cart)


def test_a_wrong_pin_may_be_typed_again_and_the_number_stays():
    state, effects = walk([*BY_PIN, flow.Wrong("wrong_pin")])
    assert effects[-1] == flow.CheckPin("4711", "4711", state.cart)
    assert (state.screen, state.entry.hint, state.entry.typed) == (Screen.PIN, "wrong_pin", "")
    assert state.entry.phone == "4711"


def test_an_answer_to_nothing_is_no_recognition():
    for begin in (TO_PAY, [*TO_PAY, flow.PayByPin()], [*TO_FACE, flow.Asked("pin")]):
        state, _ = walk(begin)
        for answer in (flow.FaceDone(PAYER), flow.PinDone(PAYER)):
            assert walk([answer], state)[0] == state
    assert walk([flow.FaceDone(PAYER)], walk(BY_PIN)[0])[0].screen is Screen.PIN
    assert walk([flow.PinDone(PAYER)], walk(SECOND)[0])[0].screen is Screen.SECOND_FACTOR


def test_an_article_scanned_between_shoppers_or_at_the_ways_to_pay_is_in_the_cart():
    for begin in ([], TO_PAY):
        state, _ = walk([*begin, flow.Add("tea")])
        assert (state.screen, state.cart.quantity("tea")) == (Screen.CART, 1)


@pytest.mark.parametrize("reason", [*WORDS, "insufficient_funds", "ledger", "setup"])
def test_every_refusal_offers_one_action_that_leads_on_and_keeps_the_cart(reason):
    actions = {
        "retry": (flow.Retry(), Screen.FACE),
        "pin": (flow.PayByPin(), Screen.PIN),
        "staff": (flow.Help(), Screen.HELP),
        "cart": (flow.Cancel(), Screen.CART),
    }
    why = Refusal(reason, "That is why.", "Do this.")
    state, _ = walk([*TO_FACE, flow.Failed(why)])
    event, screen = actions[action_of(why)]
    after, _ = walk([event], state)
    assert (after.screen, after.cart.lines) == (screen, state.cart.lines)
    for word in WORDS.get(reason, ()):
        assert word.endswith(".")
