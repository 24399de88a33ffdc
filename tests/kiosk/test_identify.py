"""Who a live face is: thresholds from a rate, second factors, locks, and no score anywhere."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from enroll.gallery import Gallery
from enroll.shopper import Limits
from kiosk.cart import parse_cart
from kiosk.catalogue import built_in
from kiosk.checks import PinCheck, guard_of
from kiosk.errors import RefusedError
from kiosk.flow import Asked, Payer, Wrong
from kiosk.identify import Guard, Identity
from kiosk.impostors import SFACE, UNMEASURED, Impostors, impostors_of
from kiosk.policy import Demand, Identification, PerDay, Policy

DIM = 128
MODEL = "sface-0123456789abcdef"
RULES = Identification()
LOCK = Policy().lockout.shopper
FACE = Demand(("face",))
WITH_PIN = Demand(("face", "pin"))
WITH_DIGITS = Demand(("face", "digits"))


def unit(rng, count):
    vectors = rng.standard_normal((count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def at_cosine(template, cosine, rng):
    """A unit vector of just that similarity."""
    other = unit(rng, 1)[0]
    other -= (other @ template) * template
    other /= np.linalg.norm(other)
    return (cosine * template + np.sqrt(1 - cosine**2) * other).astype(np.float32)


def gallery_of(templates, *, digits=None, lookalikes=()):
    names = [f"s-{number}" for number in range(len(templates))]
    return Gallery(
        MODEL,
        np.asarray(templates, dtype=np.float32),
        names,
        {name: f"N{name}***" for name in names},
        np.eye(DIM, dtype=np.float32),
        last_digits=digits or {name: f"{number:04d}" for number, name in enumerate(names)},
        needs_second=lookalikes,
    )


def live(embedding, cues=("blink", "turn_left")):
    return SimpleNamespace(embedding=np.asarray(embedding, dtype=np.float32), cues=cues)


@pytest.fixture
def identity_of(people, clearance_of):
    def make(probe, gallery, wanted=FACE, *, cart="tea:1", cues=("blink",), rules=RULES, **facts):
        clearance = clearance_of(**facts)
        bought = parse_cart(cart, built_in("EUR"))
        return Identity(
            live(probe, cues),
            gallery,
            MODEL,
            wanted,
            rules,
            people,
            lambda pseudonym: guard_of(clearance, pseudonym),
            lambda pseudonym: clearance.require_limits(pseudonym, bought),
        )

    return make


def outcome(find):
    try:
        return find()
    except RefusedError as error:
        return error.refusal.reason


# --- the threshold -----------------------------------------------------------------------------


@given(st.floats(1e-7, 1e-2), st.integers(1, 1_000_000))
def test_the_more_are_searched_the_more_a_face_must_be_like(rate, searched):
    less, more = (SFACE.threshold(rate, count) for count in (searched, searched * 10))
    assert SFACE.floor <= less <= more <= 1
    assert SFACE.threshold(rate / 10, searched) >= less


@given(st.floats(1e-5, 1e-2), st.integers(1, 1_000))
def test_the_threshold_is_that_of_the_wanted_rate_shared_by_all(rate, searched):
    model = Impostors(0.1, 0.1, floor=-1.0)
    cosine = model.threshold(rate, searched)
    assert norm.sf(cosine, 0.1, 0.1) == pytest.approx(rate / searched, rel=1e-3)


def test_a_recogniser_that_was_not_measured_is_trusted_less():
    assert impostors_of(MODEL) is SFACE
    assert impostors_of("w600k_r50-0123") is UNMEASURED
    assert UNMEASURED.threshold(1e-4, 10) > SFACE.threshold(1e-4, 10)


def test_of_a_thousand_strangers_nobody_is_taken_for_one_of_a_thousand(identity_of):
    rng = np.random.default_rng(7)
    gallery = gallery_of(unit(rng, 1_000))
    assert not [
        probe
        for probe in unit(rng, 1_000)
        if isinstance(outcome(identity_of(probe, gallery).begin), Payer)
    ]


def test_strangers_as_like_as_people_are_come_in_no_oftener_than_wanted():
    """Impostors as assumed, drawn at random: 200,000 searches of 100 people, 1 in 1,000 wanted."""
    rng = np.random.default_rng(3)
    rate, searched, searches = 1e-3, 100, 200_000
    best = SFACE.mean + SFACE.deviation * np.max(
        rng.standard_normal((searches, searched), dtype=np.float32), axis=1
    )
    taken = int(np.sum(best >= SFACE.threshold(rate, searched)))
    assert taken <= rate * searches + 4 * (rate * searches) ** 0.5


# --- a face, and what belongs to it --------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_a_face_alone_names_somebody_only_where_all_is_certain(identity_of, seed):
    rng = np.random.default_rng(seed)
    templates = unit(rng, int(rng.integers(1, 200)))
    if seed % 3 == 0 and len(templates) > 1:
        templates[1] = at_cosine(templates[0], rng.uniform(0.8, 0.999), rng)
    flagged = {"s-0"} if seed % 5 == 0 else ()
    probe = at_cosine(templates[0], rng.uniform(0.3, 0.99), rng)
    answer = outcome(identity_of(probe, gallery_of(templates, lookalikes=flagged)).begin)
    scores = np.sort(templates @ probe)[::-1]
    certain = (
        scores[0] >= SFACE.threshold(RULES.false_positive_rate, len(templates))
        and (len(scores) == 1 or scores[0] - scores[1] >= RULES.margin)
        and f"s-{int(np.argmax(templates @ probe))}" not in flagged
    )
    if scores[0] < SFACE.threshold(RULES.false_positive_rate, 1):
        assert answer == "unknown_face"
    elif certain:
        assert answer.pseudonym == f"s-{int(np.argmax(templates @ probe))}"
        assert answer.factors == ("face",)
    else:
        assert answer == Asked("digits")


@pytest.fixture
def ten():
    rng = np.random.default_rng(1)
    return unit(rng, 10), rng


def test_an_uncertain_face_is_settled_by_the_last_digits(identity_of, ten):
    templates, rng = ten
    identity = identity_of(at_cosine(templates[3], 0.47, rng), gallery_of(templates))
    assert identity.begin() == Asked("digits")
    assert identity.digits("0004") == Wrong("wrong_digits")
    payer = identity.digits("0003")
    assert (payer.pseudonym, payer.factors, payer.method) == ("s-3", ("face", "digits"), "face")


def test_digits_are_no_key_to_somebody_elses_account(identity_of, ten):
    templates, rng = ten
    identity = identity_of(at_cosine(templates[3], 0.9, rng), gallery_of(templates), WITH_DIGITS)
    assert identity.begin() == Asked("digits")
    answers = [outcome(lambda: identity.digits("0005")) for _ in range(3)]
    assert answers == [Wrong("wrong_digits"), Wrong("wrong_digits"), "wrong_digits"]


def test_lookalikes_are_asked_though_the_face_is_certain(identity_of, people, ten):
    templates, rng = ten
    gallery = gallery_of(templates, lookalikes=("s-3",))
    probe = at_cosine(templates[3], 0.95, rng)
    identity = identity_of(probe, gallery)
    assert identity.begin() == Asked("digits")
    assert identity.digits("0003").factors == ("face", "digits")
    people.pins["s-3"] = "482916"  # a twin knows the number, not the PIN
    identity = identity_of(probe, gallery)
    assert (identity.begin(), identity.digits("0003")) == (Asked("digits"), Asked("pin"))
    assert identity.pin("482916").factors == ("face", "digits", "pin")


def test_twins_with_the_same_last_digits_are_refused(identity_of, ten):
    templates, rng = ten
    templates[4] = at_cosine(templates[3], 0.98, rng)
    digits = {f"s-{number}": "1234" for number in range(10)}
    identity = identity_of(at_cosine(templates[3], 0.95, rng), gallery_of(templates, digits=digits))
    assert identity.begin() == Asked("digits")
    assert outcome(lambda: identity.digits("1234")) == "ambiguous"


def test_five_wrong_pins_lock_the_shopper_and_the_right_one_then_opens_nothing(
    identity_of, people, clock, ten
):
    templates, rng = ten
    people.pins["s-3"] = "482916"
    probe, gallery = at_cosine(templates[3], 0.95, rng), gallery_of(templates)
    identity = identity_of(probe, gallery, WITH_PIN)
    assert identity.begin() == Asked("pin")
    wrong = [outcome(lambda: identity.pin("000000")) for _ in range(LOCK.failures_max)]
    assert wrong == [Wrong("wrong_pin")] * (LOCK.failures_max - 1) + ["locked"]
    compared = len(people.compared)
    assert outcome(lambda: identity.pin("482916")) == "locked"
    assert outcome(identity_of(probe, gallery, WITH_PIN).begin) == "locked"
    assert len(people.compared) == compared
    clock.now += LOCK.lock_ms
    assert outcome(lambda: identity.pin("000000")) == "locked"  # one more, twice as long
    clock.now += LOCK.lock_ms
    assert outcome(lambda: identity.pin("482916")) == "locked"
    clock.now += LOCK.lock_ms
    assert identity.pin("482916").factors == ("face", "pin")


def test_a_pin_of_nobody_is_a_fault_of_ours(identity_of, ten):
    templates, rng = ten
    identity = identity_of(at_cosine(templates[3], 0.95, rng), gallery_of(templates), WITH_PIN)
    assert outcome(lambda: identity.answer("pin", "482916")) == "fault"


def test_a_right_pin_is_right_at_the_last_try(identity_of, people, ten):
    templates, rng = ten
    people.pins["s-3"] = "482916"
    identity = identity_of(at_cosine(templates[3], 0.95, rng), gallery_of(templates), WITH_PIN)
    identity.begin()
    for _ in range(LOCK.failures_max - 1):
        identity.pin("000000")
    assert isinstance(identity.pin("482916"), Payer)


@pytest.mark.parametrize(
    ("wanted", "own", "cart", "reason"),
    [
        (WITH_PIN, Limits(), "tea:1", "no_pin"),
        (FACE, Limits(face_allowed=False), "tea:1", "face_not_allowed"),
        (FACE, Limits(per_payment_minor=300), "tea:2", "own_limit"),
        (FACE, Limits(per_day_minor=300), "tea:2", "day_limit"),
        (Demand(("face",), cues=("passive",)), Limits(), "tea:1", "not_live"),
    ],
)
def test_what_a_shopper_or_the_policy_does_not_allow_is_named(
    identity_of, people, ten, wanted, own, cart, reason
):
    templates, rng = ten
    people.own["s-3"] = own
    identity = identity_of(
        at_cosine(templates[3], 0.95, rng), gallery_of(templates), wanted, cart=cart
    )
    assert outcome(identity.begin) == reason


def test_the_last_24_hours_are_counted_in_payments_and_in_money(identity_of, clock, ten):
    templates, rng = ten
    probe, gallery = at_cosine(templates[3], 0.95, rng), gallery_of(templates)
    asked = []

    def sales(pseudonym, since_ms):
        asked.append((pseudonym, since_ms))
        return {"a": 400, "b": 300}

    def policy(payments_max, day_minor):
        return Policy(per_day=PerDay(payments_max, {"EUR": day_minor}))

    clock.now = 10**12
    for rules, expected in (
        (policy(3, 960), Payer),
        (policy(2, 10_000), "day_limit"),
        (policy(3, 959), "day_limit"),
    ):
        found = outcome(identity_of(probe, gallery, policy=rules, sales=sales).begin)
        assert found == expected or isinstance(found, Payer) is (expected is Payer)
    assert asked[0] == ("s-3", 10**12 - 86_400_000)


# --- a phone number and its PIN ------------------------------------------------------------------


@pytest.fixture
def pin_check(people, clock, clearance_of):
    people.phones |= {"s-3": "5550103", "s-4": "+49170123456"}
    people.pins |= {"s-3": "482916", "s-4": "739105"}
    kiosk = Guard(people.attempts, "kiosk:pin", Policy().lockout.kiosk, clock)
    return PinCheck(clearance_of(), kiosk, lambda pseudonym: f"N{pseudonym}***")


def pay(check, phone, pin, cart="tea:1"):
    return outcome(lambda: check.run(phone, pin, parse_cart(cart, built_in("EUR"))))


def test_a_phone_number_and_its_pin_pay_without_a_face(pin_check):
    payer = pay(pin_check, "5550103", "482916")
    assert (payer.pseudonym, payer.method, payer.factors) == ("s-3", "pin", ("pin",))
    assert pay(pin_check, "49170123456", "739105").pseudonym == "s-4"


def test_a_number_nobody_has_is_answered_as_a_wrong_pin_is_and_costs_the_same(pin_check, people):
    assert pay(pin_check, "5550103", "000000") == pay(pin_check, "5559999", "000000")
    assert people.compared == ["s-3", ""]


def test_a_pseudonym_is_no_phone_number(pin_check, people):
    people.phones["s-5"] = "s-5"
    people.pins["s-5"] = "1234"
    assert pay(pin_check, "s-5", "1234") == Wrong("wrong_pin")


def test_five_failures_lock_the_till_for_pins_whoever_was_tried(pin_check, clock):
    numbers = ["5559990", "5559991", "5550103", "5559992", "5559993"]
    assert [pay(pin_check, number, "000000") for number in numbers][-1] == "locked"
    assert pay(pin_check, "5550103", "482916") == "locked"
    clock.now += Policy().lockout.kiosk.lock_ms
    assert isinstance(pay(pin_check, "5550103", "482916"), Payer)
    assert pay(pin_check, "5559990", "000000") == Wrong("wrong_pin")


def test_a_pin_alone_pays_only_so_much(pin_check, people):
    assert pay(pin_check, "5550103", "482916", "soup:28") == "pin_over_limit"
    assert people.compared == []


def test_a_shopper_who_wants_no_face_pays_by_pin(pin_check, people):
    people.own["s-3"] = Limits(face_allowed=False)
    assert isinstance(pay(pin_check, "5550103", "482916"), Payer)


# --- nothing shows a score -----------------------------------------------------------------------


def test_no_score_is_in_any_text_form_or_log(identity_of, people, ten, caplog):
    templates, rng = ten
    caplog.set_level("DEBUG")
    people.pins["s-3"] = "482916"
    gallery = gallery_of(templates)
    shown = []
    for cosine, wanted in ((0.1, FACE), (0.47, FACE), (0.95, FACE), (0.95, WITH_PIN)):
        identity = identity_of(at_cosine(templates[3], cosine, rng), gallery, wanted)
        shown += [repr(outcome(identity.begin)), repr(identity)]
        shown.append(repr(outcome(lambda: identity.digits("0003"))))  # noqa: B023 - called at once
        shown.append(repr(gallery.search(at_cosine(templates[3], cosine, rng), MODEL)))
    text = " ".join([*shown, caplog.text])
    assert not re.search(r"\d\.\d", text)
    assert not re.search("similarity|margin|cosine|score|embedding", text)
