"""The till around the flow: threads, cameras that go away, lockouts, and a payment that is once."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import replace

import numpy as np
import pytest

from kiosk import flow
from kiosk.catalogue import built_in
from kiosk.checks import PinCheck
from kiosk.errors import RefusedError
from kiosk.flow import FaceProgress, Payer, Screen
from kiosk.goods.shelf import Goods
from kiosk.goods.shop import Shop
from kiosk.identify import Guard
from kiosk.payments import Payments
from kiosk.policy import Policy
from kiosk.refusals import refused
from kiosk.till import Till
from ledger.book import Ledger
from ledger.errors import StorageError
from ledger.home import station_key
from models.capture import LatestFrame
from models.errors import CameraLostError, SourceError
from models.frames import Frame

PAYER = Payer("s-somebody", "S***", ("blink",))
WELL_KNOWN = Payer("s-somebody", "S***", ("blink",), "face", ("face", "digits", "pin"))
LOCK = Policy().lockout.kiosk


class Camera:
    kind, name, shows = "device", "camera of tests", None

    def __init__(self, count=10**9):
        self.count, self.given, self.closed = count, 0, False

    def read(self):
        if self.given >= self.count:
            raise CameraLostError("The picture from camera 0 stopped.", hint="Plug it in.")
        time.sleep(0.001)
        self.given += 1
        return Frame(np.zeros((4, 4, 3), np.uint8), self.given, self.given - 1)

    def cue(self, prompt):
        pass

    def close(self):
        self.closed = True


class Check:
    """A face check of tests: looks at some frames, then answers."""

    def __init__(self, found, frames=3):
        self.found, self.frames = found, frames

    def run(self, source, frames, tell):
        del source
        for number, _ in enumerate(frames):
            tell(FaceProgress("blink", "", 0, 1))
            if number >= self.frames:
                break
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class Paying:
    def __init__(self, answer="receipt"):
        self.answer, self.calls = answer, []

    def pay(self, payer, cart):
        self.calls.append((payer, cart))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def tills(people, clock, clearance_of):
    made = []
    clearance = clearance_of(now_ms=lambda: clock.now)

    def given(check):
        if isinstance(check, Exception):
            raise check
        return check

    def guard(way):
        return Guard(people.attempts, f"kiosk{way}", LOCK, clock)

    def make(check=None, camera=None, payments=None, *, threaded=True):
        calls = []
        till = Till(
            shop=Shop(built_in("EUR")),
            mode="demo",
            open_source=camera if callable(camera) else lambda: camera or Camera(),
            face_check=lambda _cart: given(check or Check(PAYER)),
            pin_check=PinCheck(clearance, guard(":pin"), lambda _pseudonym: "S***"),
            guard=guard(""),
            payments=payments or Paying(),
            now_ms=clock,
            capture=LatestFrame if threaded else None,
            call_staff=calls.append,
        )
        till.calls = calls
        made.append(till)
        return till

    yield make
    for till in made:
        till.close()


def to_face(till):
    for event in (flow.Touch(), flow.Add("coffee"), *2 * [flow.Checkout()], flow.PayByFace()):
        till.send(event)


def wait_for(till, screen):
    reached = threading.Event()
    stop = till.subscribe(lambda state: state.screen is screen and reached.set())
    if till.state.screen is not screen:
        assert reached.wait(10), till.state
    stop()
    return till.state


def test_a_shopper_pays_and_the_window_never_waits(tills):
    payments = Paying()
    till = tills(payments=payments)
    to_face(till)
    wait_for(till, Screen.CONFIRM)
    till.send(flow.Confirm())
    assert wait_for(till, Screen.RECEIPT).receipt == "receipt"
    assert len(payments.calls) == 1
    assert till.preview is None


def test_a_camera_unplugged_in_mid_payment_is_said_and_the_cart_kept(tills):
    till = tills(check=Check(PAYER, frames=10**9), camera=Camera(20))
    to_face(till)
    state = wait_for(till, Screen.REFUSED)
    assert state.refusal.reason == "camera"
    assert "stopped" in state.refusal.message
    assert state.refusal.hint
    assert state.cart.count == 1


def test_a_camera_that_cannot_be_opened_is_said(tills):
    def broken():
        raise CameraLostError("There is no picture from camera 0.", hint="Plug it in.")

    till = tills(camera=broken)
    to_face(till)
    assert wait_for(till, Screen.REFUSED).refusal.reason == "camera"


def test_a_recording_that_breaks_is_bad_input(tills):
    def broken():
        raise SourceError("The video x is cut short.", hint="Copy it again.")

    till = tills(camera=broken, threaded=False)
    to_face(till)
    assert till.state.refusal.reason == "broken_source"


def test_a_cancelled_check_frees_the_camera_and_its_answer_is_dropped(tills):
    camera = Camera()
    till = tills(check=Check(PAYER, frames=10**9), camera=camera)
    to_face(till)
    till.send(flow.Cancel())
    till.close()
    assert camera.closed
    assert till.state.screen is Screen.PAY
    assert till.preview is None


def test_a_fault_of_our_own_is_refused_and_the_till_goes_on(tills, caplog):
    till = tills(check=Check(ZeroDivisionError("inside")))
    to_face(till)
    assert wait_for(till, Screen.REFUSED).refusal.reason == "fault"
    assert "the check of a shopper broke" in caplog.text


def test_after_five_failures_the_till_locks_for_a_while(tills, clock):
    till = tills(check=Check(refused("not_live")), threaded=False)
    for _ in range(LOCK.failures_max):
        to_face(till)
        assert till.state.refusal.reason == "not_live"
        till.send(flow.Cancel())
        till.send(flow.Cancel())
    to_face(till)
    assert till.state.refusal.reason == "locked"
    clock.now += LOCK.lock_ms
    till.send(flow.Cancel())
    till.send(flow.Cancel())
    to_face(till)
    assert till.state.refusal.reason == "not_live"


def test_a_refusal_of_the_ledger_reaches_the_shopper(tills):
    till = tills(payments=Paying(refused("needs_passive")), threaded=False)
    to_face(till)
    till.send(flow.Confirm())
    assert till.state.refusal.reason == "needs_passive"
    assert till.state.cart.count == 1


@pytest.fixture
def funded(demo_home):
    with Ledger.create(demo_home) as ledger:
        ledger.at(station_key(demo_home, "desk"), 1).topup(PAYER.pseudonym, 5_000, uuid.uuid4().hex)
    return demo_home


def cart_of(count=1):
    state = flow.attract("EUR")
    events = (flow.Touch(), flow.SetQuantity("coffee", count))
    for event in events:
        state, _ = flow.step(state, event, 0, Goods(built_in("EUR")))
    return state.cart


@pytest.fixture
def payments_of(funded, clearance_of):
    def make(open_ledger=None, **facts):
        return Payments(
            open_ledger or (lambda: Ledger.open(funded)),
            station_key(funded, "kiosk"),
            clearance_of(**facts),
            lambda: {"recogniser": "sface", "passive": "none"},
            "file",
            lambda: 1_000,
        )

    return make


def test_a_payment_is_booked_with_what_was_seen(funded, payments_of):
    receipt = payments_of().pay(PAYER, cart_of(2))
    with Ledger.open(funded) as ledger:
        assert ledger.balance(PAYER.pseudonym) == 5_000 - 640
        assert ledger.check() == []
        assert ledger.receipt(receipt.id) == receipt


def test_a_book_that_fails_after_the_commit_charges_once(funded, payments_of):
    class Stumbling:
        """Posts for real, then says that it failed, as a crash after the commit would."""

        calls = 0

        def __enter__(self):
            self.ledger = Ledger.open(funded)
            return self

        def __exit__(self, *_):
            self.ledger.close()

        def post(self, *words):
            receipt = self.ledger.post(*words)
            Stumbling.calls += 1
            if Stumbling.calls == 1:
                raise StorageError("The disk stumbled.", hint="Mend it.")
            return receipt

    payments_of(Stumbling).pay(PAYER, cart_of())
    with Ledger.open(funded) as ledger:
        assert ledger.balance(PAYER.pseudonym) == 5_000 - 320


def test_a_book_that_stays_broken_names_the_payment_to_look_for(funded, payments_of):
    def broken():
        raise StorageError("The disk is gone.", hint="Mend it.")

    with pytest.raises(RefusedError) as error:
        payments_of(broken).pay(PAYER, cart_of())
    assert error.value.refusal.reason == "ledger"
    assert "facetill ledger receipt" in error.value.refusal.hint


def test_too_little_balance_is_its_own_reason(payments_of):
    with pytest.raises(RefusedError) as error:
        payments_of().pay(WELL_KNOWN, cart_of(20))
    assert error.value.refusal.reason == "insufficient_funds"


@pytest.mark.parametrize(
    ("payer", "count", "passive", "reason"),
    [
        (PAYER, 8, False, "second_factor_needed"),
        (PAYER, 16, True, "second_factor_needed"),
        (WELL_KNOWN, 90, False, "needs_passive"),
        (replace(WELL_KNOWN, factors=("face", "digits")), 60, True, "second_factor_needed"),
        (replace(PAYER, method="pin"), 1, True, "second_factor_needed"),
        (replace(PAYER, method="pin", factors=("pin",)), 50, True, "pin_over_limit"),
    ],
)
def test_the_last_look_before_signing_asks_for_all_that_the_amount_needs(
    payments_of, payer, count, passive, reason
):
    with pytest.raises(RefusedError) as error:
        payments_of(passive=passive).pay(payer, cart_of(count))
    assert error.value.refusal.reason == reason


def test_what_was_shown_besides_a_face_is_signed(funded, payments_of):
    receipt = payments_of().pay(replace(PAYER, factors=("face", "digits")), cart_of(10))
    with Ledger.open(funded) as ledger:
        entries = [e for e in ledger.entries() if e.index == receipt.index]
    signed = entries[0].content.signed.authorization
    assert (signed.cues, signed.method) == (("blink", "digits"), "face")
    assert signed.policy == Policy().resolved("EUR").digest


def test_a_pin_pays_without_a_network(funded, payments_of):
    receipt = payments_of().pay(Payer(PAYER.pseudonym, "S***", (), "pin", ("pin",)), cart_of())
    with Ledger.open(funded) as ledger:
        entries = [e for e in ledger.entries() if e.index == receipt.index]
    signed = entries[0].content.signed.authorization
    assert (signed.cues, signed.method, signed.models) == (("pin",), "pin", {})


class Asking(Check):
    """A face that is live, and then answers what is typed."""

    def __init__(self, answers, gate=None):
        super().__init__(flow.Asked("digits"))
        self.answers, self.gate, self.typed = list(answers), gate, []

    def answer(self, asks, typed):
        self.typed.append((asks, typed))
        if self.gate is not None:
            assert self.gate.wait(10)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def type_in(till, digits):
    for digit in digits:
        till.send(flow.Key(digit))
    till.send(flow.Submit())


def test_a_live_face_waits_for_its_digits_and_then_its_pin(tills):
    check = Asking([flow.Wrong("wrong_digits"), flow.Asked("pin"), PAYER])
    till = tills(check=check, threaded=False)
    to_face(till)
    assert (till.state.screen, till.state.entry.asks) == (Screen.SECOND_FACTOR, "digits")
    type_in(till, "0000")
    assert till.state.entry.hint == "wrong_digits"
    type_in(till, "0100")
    assert till.state.entry.asks == "pin"
    type_in(till, "482916")
    assert (till.state.screen, till.state.payer) == (Screen.CONFIRM, PAYER)
    assert check.typed == [("digits", "0000"), ("digits", "0100"), ("pin", "482916")]


def test_the_till_lets_go_of_the_face_with_the_screen(tills):
    till = tills(check=Asking([]), threaded=False)
    to_face(till)
    assert till._held is not None
    till.send(flow.Help())
    assert till._held is not None
    till.send(flow.Cancel())
    till.send(flow.Cancel())
    assert (till.state.screen, till._held) == (Screen.PAY, None)


def test_wrong_digits_count_against_the_till(tills, clock):
    wrong = [flow.Wrong("wrong_digits"), flow.Wrong("wrong_digits"), refused("wrong_digits")]
    till = tills(check=Asking(wrong * 2), threaded=False)
    to_face(till)
    for _ in range(3):
        type_in(till, "0000")
    assert till.state.refusal.reason == "wrong_digits"
    till.send(flow.Retry())
    type_in(till, "0000")
    type_in(till, "0000")
    assert till.state.refusal.reason == "locked"
    till.send(flow.Retry())
    assert till.state.refusal.reason == "locked"
    till.send(flow.PayByPin())
    assert till.state.screen is Screen.PIN
    clock.now += LOCK.lock_ms
    till.send(flow.Cancel())
    till.send(flow.PayByFace())
    assert till.state.screen is Screen.SECOND_FACTOR


def test_an_answer_that_comes_after_the_shopper_left_is_nobodys(tills):
    gate = threading.Event()
    till = tills(check=Asking([PAYER], gate))
    to_face(till)
    wait_for(till, Screen.SECOND_FACTOR)
    type_in(till, "0100")
    till.send(flow.Help())  # and back to the very same screen, where somebody else may stand now
    till.send(flow.Cancel())
    gate.set()
    till.close()
    assert (till.state.screen, till.state.payer) == (Screen.SECOND_FACTOR, None)


def test_an_amount_that_no_face_pays_is_refused_before_the_camera_opens(tills):
    def never():
        raise AssertionError("the camera was opened")

    till = tills(camera=never, check=refused("over_limit"), threaded=False)
    to_face(till)
    assert till.state.refusal.reason == "over_limit"


def test_a_phone_number_and_a_pin_pay_while_the_till_is_locked_for_faces(tills, people):
    people.phones["s-somebody"], people.pins["s-somebody"] = "5550100", "482916"
    people.attempts.until_ms["kiosk"] = 10**15
    till = tills(threaded=False)
    to_face(till)
    assert till.state.refusal.reason == "locked"
    till.send(flow.PayByPin())
    type_in(till, "5550100")
    type_in(till, "482917")
    assert till.state.entry.hint == "wrong_pin"
    type_in(till, "482916")
    assert till.state.payer == Payer("s-somebody", "S***", (), "pin", ("pin",))


def test_who_needs_help_calls_the_staff_from_where_they_are(tills):
    till = tills(check=Check(refused("unknown_face")), threaded=False)
    to_face(till)
    till.send(flow.Help())
    assert till.calls == [flow.CallStaff(Screen.REFUSED, "unknown_face")]
