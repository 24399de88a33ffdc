"""Money and goods set aside: settled, given back, or ended by their time, and each only once."""

from __future__ import annotations

import dataclasses

import pytest

from ledger import errors, receipt
from ledger.contents import held_account, shopper_account
from ledger.orders import OrderLine

DAY_MS = 24 * 3_600_000


@pytest.fixture
def held(shop):
    shop.topup(1_000)
    shop.hold_id = shop.hold()
    return shop


def held_minor(shop):
    return {a: -m for a, c, m in shop.book.balances() if a == held_account(shop.shopper)}.get(
        held_account(shop.shopper), 0
    )


def test_what_is_held_can_be_neither_spent_nor_lost(held):
    assert (held.book.balance(held.shopper), held_minor(held)) == (600, 400)
    with pytest.raises(errors.InsufficientFunds):
        held.pay(held.order(("A1", "Apple", 1, 700)))
    assert [hold.sale_id for hold in held.book.holds()] == [held.hold_id]
    assert held.book.check() == []


def test_a_capture_takes_what_was_taken_and_gives_the_rest_back(held):
    order = held.order(("A1", "Apple", 1, 150))
    entry = held.at_desk().capture(held.hold_id, order)
    assert (held.book.balance(held.shopper), held_minor(held)) == (850, 0)
    assert held.at_desk().capture(held.hold_id, order) == entry
    assert held.at_desk().capture(held.hold_id) == entry
    with pytest.raises(errors.AlreadyUsedWithOtherContent):
        held.at_desk().capture(held.hold_id, held.order(("A1", "Apple", 1, 151)))
    proven = receipt.verify(held.book.receipt(held.hold_id).qr_payload().encode(), held.book.vkey)
    assert (proven.amount_minor, proven.id) == (150, held.hold_id)
    assert "Paid by" in proven.text()
    assert held.book.holds() == []
    assert held.book.check() == []


def test_a_captured_hold_can_be_refunded_up_to_what_was_taken(held):
    held.at_desk().capture(held.hold_id, held.order(("A1", "Apple", 1, 150)))
    with pytest.raises(errors.RefundTooHigh):
        held.at_desk().refund(held.hold_id, 151, "r1")
    held.at_desk().refund(held.hold_id, 150, "r2")
    assert held.book.balance(held.shopper) == 1_000
    assert held.book.check() == []


def test_more_than_was_held_is_never_captured(held):
    with pytest.raises(errors.BadInputError):
        held.at_desk().capture(held.hold_id, held.order(("A1", "Apple", 1, 401)))
    assert held_minor(held) == 400


@pytest.mark.parametrize("first", ["capture", "void", "expire"])
@pytest.mark.parametrize("second", ["capture", "void", "expire"])
def test_a_hold_ends_once(held, first, second):
    if first == "expire":
        held.now_ms += 700_000
    getattr(held.at_desk(), first)(held.hold_id)
    held.now_ms += 700_000
    if first == second:
        getattr(held.at_desk(), second)(held.hold_id)
    else:
        with pytest.raises(errors.HoldEnded):
            getattr(held.at_desk(), second)(held.hold_id)
    assert held_minor(held) == 0
    assert held.book.check() == []


def test_a_void_gives_all_of_it_back(held):
    held.at_desk().void(held.hold_id)
    assert (held.book.balance(held.shopper), held_minor(held)) == (1_000, 0)


def test_a_hold_expires_only_after_its_time_and_is_not_captured_then(held):
    with pytest.raises(errors.HoldRunning):
        held.at_desk().expire(held.hold_id)
    held.now_ms += 600_001
    with pytest.raises(errors.Expired):
        held.at_desk().capture(held.hold_id)
    assert held_minor(held) == 400  # no clock ends it by itself
    held.at_desk().expire(held.hold_id)
    assert (held.book.balance(held.shopper), held_minor(held)) == (1_000, 0)
    assert held.book.check() == []


def test_a_hold_of_more_than_a_week_or_without_end_is_refused(shop):
    shop.topup()
    with pytest.raises(errors.LifetimeTooLong):
        shop.hold(until_ms=shop.now_ms + 7 * DAY_MS + 1)
    with pytest.raises(errors.LifetimeTooLong):
        shop.hold(until_ms=shop.now_ms)
    order = shop.order()
    signed = shop.authorize(order)
    with pytest.raises(errors.BadInputError):
        shop.book.hold(signed, order, shop.now_ms)


def test_a_hold_is_no_payment_and_a_payment_no_hold(shop):
    shop.topup()
    order = shop.order()
    signed = shop.authorize(order, hold_until_ms=shop.now_ms + 1_000)
    with pytest.raises(errors.BadInputError):
        shop.book.post(signed, order, shop.now_ms)
    # nor can the signature of one be passed off as that of the other
    plain = dataclasses.replace(signed.authorization, hold_until_ms=None)
    with pytest.raises(errors.BadSignature):
        shop.book.post(dataclasses.replace(signed, authorization=plain), order, shop.now_ms)


def test_an_unknown_hold_is_said(shop):
    for act in ("capture", "void", "expire"):
        with pytest.raises(errors.UnknownReceipt):
            getattr(shop.at_desk(), act)("0" * 32)


def test_a_hold_keeps_its_goods(shop):
    shop.topup()
    shop.at_desk().supply("A1", 5, "s1")
    line = OrderLine("A1", "Apple", 4, 50, counted=True)
    order = dataclasses.replace(shop.order(), lines=(line,))
    hold_id = shop.hold(order)
    with pytest.raises(errors.OutOfStock, match="1 are left"):
        shop.pay(order)
    taken = dataclasses.replace(order, lines=(dataclasses.replace(line, quantity=3),))
    more = dataclasses.replace(line, quantity=5, unit_minor=1)
    with pytest.raises(errors.BadInputError):
        shop.at_desk().capture(hold_id, dataclasses.replace(order, lines=(more,)))
    shop.at_desk().capture(hold_id, taken)
    assert stock(shop) == 2
    shop.at_desk().void(shop.hold(dataclasses.replace(order, lines=(line_of(2),))))
    assert stock(shop) == 2
    assert shop.book.check() == []


def line_of(quantity):
    return OrderLine("A1", "Apple", quantity, 50, counted=True)


def stock(shop):
    return {a: m for a, _, m in shop.book.balances()}["assets:stock:A1"]


def test_every_hold_entry_balances(held):
    held.at_desk().capture(held.hold_id, held.order(("A1", "Apple", 1, 150)))
    for entry in held.book.entries():
        assert sum(p.amount_minor for p in entry.postings) == 0
    assert shopper_account(held.shopper) in {a for a, *_ in held.book.balances()}
