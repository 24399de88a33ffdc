"""The till under every order of touches and answers: no answer reaches another shopper.

And no charge comes without a confirmation, and none twice.

Threads are replaced by a list of jobs that the test runs when it likes: each order is one that
threads could have taken, and each replays from its numbers.
"""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import flow
from kiosk.catalogue import built_in
from kiosk.flow import Screen
from kiosk.goods.shop import Shop
from kiosk.identify import Guard
from kiosk.policy import Policy
from kiosk.till import Till

BEGIN = (flow.Touch(), flow.Add("coffee"), flow.Checkout(), flow.Checkout())
TYPED = (*[flow.Key(digit) for digit in "4711"], flow.Submit())
TOUCHES = [
    (flow.PayByFace(),), (flow.PayByPin(), *TYPED, *TYPED), TYPED, (flow.Retry(),), (flow.Help(),),
    (flow.Confirm(),), (flow.Cancel(),), (flow.Cancel(), flow.PayByFace()), (flow.Done(), *BEGIN),
]  # fmt: skip
ASK, PAY, FAIL = range(3)


class Visits:
    """Gives each check a payer of its own, named after the visit of the screen it was begun on."""

    def __init__(self, choices):
        self.choices = iter(choices)
        self.paid = []
        self.till = None

    def payer(self, visit, method="face"):
        return flow.Payer(f"visit-{visit}", "X***", (), method, (method,))

    def face_check(self, _cart):
        return _Check(self, self.till._visit)

    def run(self, _phone, _pin, _cart):
        return self.payer(self.begun, "pin")

    def pay(self, payer, cart):
        self.paid.append((payer.pseudonym, cart))
        return "receipt"


class _Check:
    def __init__(self, visits, visit):
        self.visits, self.visit = visits, visit

    def run(self, _source, _frames, _tell):
        choice = next(self.visits.choices, PAY)
        if choice == FAIL:
            raise RuntimeError("broken")
        return flow.Asked("digits") if choice == ASK else self.visits.payer(self.visit)

    def answer(self, _asks, _typed):
        return self.visits.payer(self.visit)


class _Source:
    kind, name, shows = "device", "none", None

    def read(self):
        return None

    def close(self):
        pass


def _flat(walk):
    for step in walk:
        yield from step if isinstance(step, tuple) else (step,)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(TOUCHES), st.integers(0, 5)), max_size=30),
    st.lists(st.sampled_from([ASK, PAY, PAY, FAIL]), max_size=10),
)
def test_whatever_the_order_only_who_was_found_on_this_visit_is_charged_once(walk, choices):
    counts = SimpleNamespace(
        locked_until_ms=lambda *_: 0, failed=lambda *_, **__: 0, succeeded=lambda *_: None
    )
    visits = Visits(choices)
    till = Till(
        shop=Shop(built_in("EUR")),
        mode="demo",
        open_source=_Source,
        face_check=visits.face_check,
        pin_check=visits,
        guard=Guard(counts, "kiosk", Policy().lockout.kiosk, lambda: 0),
        payments=visits,
        now_ms=lambda: 0,
        capture=None,
    )
    visits.till = till
    jobs = []
    till._work = lambda job, *words: jobs.append((till._visit, job, words))
    confirmed = []
    for event in (*BEGIN, flow.PayByFace(), *_flat(walk)):
        before = till.state
        if isinstance(event, int):  # one of the jobs that wait goes on now
            if jobs:
                visits.begun, job, words = jobs.pop(event % len(jobs))
                here, held = till._visit, till._held
                job(*words)
                if before.screen is not Screen.CONFIRM and till.state.screen is Screen.CONFIRM:
                    assert visits.begun == here
                    found = held.visit if before.screen is Screen.SECOND_FACTOR else here
                    assert till.state.payer.pseudonym == f"visit-{found}"
        else:
            till.send(event)
        if before.screen is Screen.CONFIRM and till.state.screen is Screen.PAYING:
            confirmed.append((before.payer.pseudonym, before.cart))
        assert till._held is None or till.state.holds_face
        assert len(visits.paid) <= len(confirmed)
    for _, job, words in jobs:
        if job == till._pay:
            job(*words)
    assert sorted(map(str, visits.paid)) == sorted(map(str, confirmed))
