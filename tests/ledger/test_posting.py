from __future__ import annotations

import dataclasses

import pytest

from ledger import errors, keys
from ledger.authorization import Authorization, SignedAuthorization, sign
from ledger.book import Ledger
from ledger.orders import Order, OrderLine
from ledger.rules import LIFETIME_MS_MAX, SKEW_MS_MAX


def state(shop):
    return len(shop.book), shop.book.balances(), shop.book.head


@pytest.fixture
def rich(shop):
    shop.topup(10_000)
    return shop


def refused(shop, error, signed, order=None, now_ms=None):
    before = state(shop)
    with pytest.raises(error) as e:
        shop.book.post(signed, order or shop.order(), shop.now_ms if now_ms is None else now_ms)
    assert state(shop) == before
    assert e.value.status == 1
    assert e.value.message.endswith(".")
    assert e.value.hint
    return e.value


def test_a_payment_moves_the_amount_from_the_shopper_to_sales(rich):
    receipt = rich.pay()
    assert receipt.amount_minor == 400
    assert rich.book.balance(rich.shopper) == 9_600
    assert {a: b for a, _, b in rich.book.balances()} == {
        "assets:cash": 10_000,
        "income:sales": -400,
        f"liabilities:shopper:{rich.shopper}": -9_600,
    }
    assert rich.book.check() == []


def test_the_same_id_charges_once_and_gives_the_same_receipt_for_ever(rich):
    order = rich.order()
    signed = rich.authorize(order)
    first = rich.book.post(signed, order, rich.now_ms)
    rich.pay()
    assert rich.book.post(signed, order, rich.now_ms + 10**12) == first
    rich.book.close()
    rich.book = Ledger.open(rich.home)
    assert rich.book.post(signed, order, 0) == first == rich.book.receipt(first.id)
    assert rich.book.balance(rich.shopper) == 9_200


def test_the_same_id_with_another_content_is_refused(rich):
    order = rich.order()
    signed = rich.authorize(order)
    rich.book.post(signed, order, rich.now_ms)
    other = rich.order(("A1", "Apple", 1, 50))
    again = rich.authorize(other, id=signed.authorization.id)
    refused(rich, errors.AlreadyUsedWithOtherContent, again, other)


def test_another_order_under_a_used_authorisation_is_refused(rich):
    order = rich.order()
    signed = rich.authorize(order)
    rich.book.post(signed, order, rich.now_ms)
    refused(rich, errors.AlreadyUsedWithOtherContent, signed, rich.order(("Z", "Gold", 1, 400)))


def test_paying_more_than_the_balance_says_what_it_needs_and_what_there_is(rich):
    order = rich.order(("G", "Gold", 1, 10_001))
    e = refused(rich, errors.InsufficientFunds, rich.authorize(order), order)
    assert e.message == "The payment needs 100.01 EUR; the balance is 100.00 EUR."


def test_the_whole_balance_can_be_spent_and_not_a_cent_more(rich):
    order = rich.order(("G", "Gold", 1, 10_000))
    rich.pay(order)
    assert rich.book.balance(rich.shopper) == 0
    cent = rich.order(("C", "Cent", 1, 1))
    refused(rich, errors.InsufficientFunds, rich.authorize(cent), cent)


def test_a_shopper_never_topped_up_has_nothing(rich):
    refused(rich, errors.InsufficientFunds, rich.authorize(pseudonym="s-nobody"))
    assert rich.book.balance("s-nobody") == 0


def test_an_authorisation_expires_to_the_millisecond(rich):
    order = rich.order()
    at_its_end = rich.authorize(order)
    rich.book.post(at_its_end, order, rich.now_ms + 30_000)
    refused(rich, errors.Expired, rich.authorize(order), order, rich.now_ms + 30_001)


def test_a_kiosk_clock_may_run_ahead_by_the_skew_and_no_more(rich):
    order = rich.order()
    rich.book.post(rich.authorize(order), order, rich.now_ms - SKEW_MS_MAX)
    early = rich.now_ms - SKEW_MS_MAX - 1
    refused(rich, errors.NotYetValid, rich.authorize(order), order, early)


@pytest.mark.parametrize("lifetime_ms", [0, -1, LIFETIME_MS_MAX + 1, 10**12])
def test_a_lifetime_out_of_bounds_is_refused(rich, lifetime_ms):
    signed = rich.authorize(expires_at_ms=rich.now_ms + lifetime_ms)
    refused(rich, errors.LifetimeTooLong, signed)


def test_a_clock_that_jumps_ten_years_changes_no_order(rich):
    decade_ms = 315_576_000_000
    for jump_ms in (0, decade_ms, -decade_ms, 0):
        rich.now_ms += jump_ms
        rich.pay()
    entries = list(rich.book.entries())
    assert [e.index for e in entries] == list(range(len(entries)))
    assert [e.recorded_ms for e in entries] == sorted(e.recorded_ms for e in entries)
    assert entries[-1].clock_ms < entries[-1].recorded_ms
    assert rich.book.check() == []


def test_another_cart_than_the_authorised_one_is_refused(rich):
    other = rich.order(("A1", "Apple", 8, 50))
    refused(rich, errors.WrongCart, rich.authorize(), other)


def test_an_amount_that_is_not_the_orders_total_is_refused(rich):
    refused(rich, errors.WrongAmount, rich.authorize(amount_minor=399))


def test_another_currency_is_refused(rich):
    order = rich.order(currency="USD")
    refused(rich, errors.WrongCurrency, rich.authorize(order), order)


def test_an_altered_authorisation_is_refused(rich):
    signed = rich.authorize()
    altered = dataclasses.replace(signed.authorization, pseudonym="s-victim")
    refused(rich, errors.BadSignature, SignedAuthorization(altered, signed.signature))


def test_a_signature_made_for_another_purpose_is_refused(rich):
    a = rich.authorize().authorization
    plain = rich.kiosk.sign(a.message().removeprefix(b"facetill/authorization/v1\n"))
    refused(rich, errors.BadSignature, SignedAuthorization(a, plain))


def test_a_kiosk_that_is_not_registered_is_refused(rich):
    refused(rich, errors.UnknownKiosk, rich.authorize(key=keys.generate()))


def test_a_desks_key_cannot_pay(rich):
    refused(rich, errors.UnknownKiosk, rich.authorize(key=rich.desk))


def test_a_kiosk_registered_later_may_pay(rich):
    key = keys.generate()
    rich.book.register_station("kiosk", key.public_bytes, rich.now_ms)
    again = rich.book.register_station("kiosk", key.public_bytes, rich.now_ms)
    assert again.index == len(rich.book) - 1
    order = rich.order()
    rich.book.post(rich.authorize(order, key=key), order, rich.now_ms)
    assert rich.book.check() == []


def test_a_live_home_takes_no_payment_from_a_file(make_shop):
    live = make_shop("live")
    live.topup()
    refused(live, errors.FileSourceInLiveHome, live.authorize(source="file"))
    live.pay()


def test_a_demo_home_takes_payment_from_a_file_and_says_so(rich):
    receipt = rich.pay(source="file")
    assert receipt.mode == "demo"
    assert "DEMO" in receipt.text()


def test_a_topup_is_taken_once_for_each_id(shop):
    first = shop.topup(500, "t1")
    shop.now_ms += 5
    assert shop.topup(500, "t1") == first
    assert shop.book.balance(shop.shopper) == 500
    with pytest.raises(errors.AlreadyUsedWithOtherContent):
        shop.topup(501, "t1")


def test_a_topup_by_an_unknown_desk_is_refused(shop):
    with pytest.raises(errors.UnknownDesk):
        shop.at_desk(shop.kiosk).topup(shop.shopper, 5, "t1")
    assert shop.book.balance(shop.shopper) == 0


def test_a_balance_has_a_limit(shop):
    shop.topup(2**53 - 1)
    with pytest.raises(errors.BalanceTooHigh):
        shop.topup(1)


@pytest.mark.parametrize("amount", [0, -5, 2**53, 1.5, True])
def test_a_topup_of_nothing_or_nonsense_is_bad_input(shop, amount):
    with pytest.raises(errors.BadInputError):
        shop.topup(amount)


@pytest.mark.parametrize("pseudonym", ["", "S-UPPER", "a:b", "liabilities shopper", "-x", "x" * 65])
def test_a_pseudonym_cannot_name_another_account(shop, pseudonym):
    with pytest.raises(errors.BadInputError):
        shop.topup(5, shopper=pseudonym or "-")
    with pytest.raises(errors.BadInputError):
        shop.book.balance(pseudonym)


@pytest.mark.parametrize(
    "line",
    [
        ("", "Apple", 1, 5),
        ("A", "", 1, 5),
        ("A", "line\nbreak", 1, 5),
        ("A", "\ud800", 1, 5),
        ("A", "x" * 201, 1, 5),
        ("A", "Apple", 0, 5),
        ("A", "Apple", 10_000, 5),
        ("A", "Apple", 1, -5),
        ("A", "Apple", 1.0, 5),
    ],
)
def test_an_order_line_out_of_bounds_is_bad_input(line):
    with pytest.raises(errors.BadInputError):
        OrderLine(*line)


def test_an_order_is_bounded_and_worth_something():
    free = OrderLine("A", "Apple", 1, 0)
    dear = OrderLine("A", "Apple", 9_999, 2**53 - 1)
    for lines in ((), (free,), (dear,), (OrderLine("A", "Apple", 1, 1),) * 501):
        with pytest.raises(errors.BadInputError):
            Order(lines, "EUR")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"kiosk": "K" * 32},
        {"policy": "0"},
        {"cart_digest": "0" * 63},
        {"amount_minor": 0},
        {"method": "iris"},
        {"source": "screen"},
        {"cues": ("Blink!",)},
        {"models": {"recogniser": "a\nb"}},
        {"issued_at_ms": -1},
        {"currency": "EURO"},
    ],
)
def test_an_authorisation_out_of_bounds_cannot_be_made(shop, change):
    fields = dataclasses.asdict(shop.authorize().authorization)
    with pytest.raises(errors.BadInputError):
        Authorization(**(fields | change))


def test_a_key_signs_only_in_its_own_name(shop):
    with pytest.raises(errors.BadInputError):
        sign(shop.authorize().authorization, shop.desk)


def test_entries_and_register_tell_the_history(rich):
    rich.pay()
    kinds = [e.kind for e in rich.book.entries()]
    assert kinds == ["genesis", "station", "station", "topup", "payment"]
    rows = list(rich.book.register(f"liabilities:shopper:{rich.shopper}"))
    assert [(r.amount_minor, r.balance_minor) for r in rows] == [(-10_000, -10_000), (400, -9_600)]
    assert len(list(rich.book.register("liabilities"))) == 2
    assert len(list(rich.book.register())) == 4


def test_an_unknown_payment_has_no_receipt(rich):
    with pytest.raises(errors.UnknownReceipt):
        rich.book.receipt("0" * 32)
