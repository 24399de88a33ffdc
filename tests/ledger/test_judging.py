"""What the book refuses of what a desk signed, however it came to be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import audit, errors
from ledger.instructions import Capture, Close, Limit, Refund, Topup, Void

BIG = 2**53 - 1


def book(shop, content):
    return shop.book.book(lambda _: content, shop.now_ms)


def refund_of(shop, paid, **changed):
    fields_of = {
        "payment": paid.id,
        "pseudonym": paid.pseudonym,
        "amount_minor": 1,
        "currency": "EUR",
    }
    return shop.instruct(Refund, **{**fields_of, **changed})


def test_a_refund_to_another_or_in_another_currency_is_refused(stocked):
    paid = stocked.pay()
    with pytest.raises(errors.WrongCart):
        book(stocked, refund_of(stocked, paid, pseudonym="s-other"))
    with pytest.raises(errors.WrongCurrency):
        book(stocked, refund_of(stocked, paid, currency="USD"))
    with pytest.raises(errors.WrongCart):
        book(stocked, refund_of(stocked, paid, mode="live"))
    with pytest.raises(errors.BadSignature):
        book(stocked, replace(refund_of(stocked, paid), amount_minor=2))
    with pytest.raises(errors.UnknownDesk):
        book(stocked, refund_of(stocked, paid, desk="0" * 32))


def test_a_top_up_or_z_report_in_another_currency_is_refused(shop):
    with pytest.raises(errors.WrongCurrency):
        book(shop, shop.instruct(Topup, pseudonym="s-ann", amount_minor=5, currency="USD"))
    figures = {**shop.book.figures().fields(), "last": 2}
    with pytest.raises(errors.WrongCurrency):
        book(shop, shop.instruct(Close, currency="USD", **figures))


def test_a_z_report_covers_all_that_came_before_it_and_says_what_it_was(shop):
    shop.topup(500)
    figures = shop.book.figures().fields()
    for last in (2, 4):
        with pytest.raises(errors.NothingToClose):
            book(shop, shop.instruct(Close, currency="EUR", last=last, **figures))
    with pytest.raises(errors.NothingToClose):
        book(shop, shop.instruct(Close, currency="EUR", last=3, **{**figures, "topups": 2}))
    assert book(shop, shop.instruct(Close, currency="EUR", last=3, **figures)).index == 4


def test_an_id_that_was_used_for_something_else_is_named(shop):
    shop.topup(500, "t-1")
    with pytest.raises(errors.AlreadyUsedWithOtherContent, match="The id t-1 was used before"):
        shop.topup(501, "t-1")
    held = shop.hold()
    with pytest.raises(errors.AlreadyUsedWithOtherContent, match=f"The id {held} was used before"):
        shop.pay(id=held)


def test_no_balance_outgrows_the_format(shop):
    shop.topup(BIG)
    paid = shop.pay()
    shop.topup(400)
    with pytest.raises(errors.BalanceTooHigh):
        shop.at_desk().refund(paid.id, 400, "r1")
    assert shop.book.check() == []


def test_an_ending_must_be_of_its_hold(shop):
    shop.topup()
    hold_id = shop.hold()
    order = shop.order()
    held = {"id": hold_id, "pseudonym": shop.shopper, "held_minor": 400, "held_order": order}
    for spoil in (
        {"pseudonym": "s-other"},
        {"held_minor": 401},
        {"held_order": shop.order(("A", "B", 1, 400))},
    ):
        with pytest.raises(errors.WrongCart):
            book(shop, shop.instruct(Void, **{**held, **spoil}))
    usd = shop.order(("A", "B", 1, 400), currency="USD")
    with pytest.raises(errors.BadInputError):
        shop.instruct(Capture, **held, order=usd)
    assert isinstance(book(shop, shop.instruct(Void, **held)).content, Void)


def test_a_limit_that_was_set_before_the_last_check_still_binds_the_next(shop, tmp_path):
    shop.at_desk().limit(shop.shopper, 500, "l1")
    assert audit.check_home(shop.home, memory=tmp_path / "m")[0] == []
    shop.topup(400)
    assert audit.check_home(shop.home, memory=tmp_path / "m")[0] == []
    assert isinstance(list(shop.book.entries())[3].content, Limit)


def test_in_a_shared_commit_each_payment_has_its_own_refunds_and_each_shopper_a_limit(stocked):
    first, second = stocked.pay(), stocked.pay()
    taken = []

    def work(draft):
        for content, refusal in (
            (refund_of(stocked, first, id="r-1", amount_minor=300), None),
            (refund_of(stocked, second, id="r-2", amount_minor=400), None),
            (refund_of(stocked, first, id="r-3", amount_minor=101), errors.RefundTooHigh),
            (refund_of(stocked, first, id="r-4", amount_minor=100), None),
            (limit_of(stocked, "s-new", 50), None),
            (limit_of(stocked, "s-newer", 100), None),
            (topup_of(stocked, "s-new", 51), errors.BalanceTooHigh),
            (topup_of(stocked, "s-new", 50), None),
            (topup_of(stocked, "s-newer", 100), None),
        ):
            if refusal is None:
                taken.append(stocked.book._take(draft, content, stocked.now_ms))
            else:
                with pytest.raises(refusal):
                    stocked.book._take(draft, content, stocked.now_ms)
        return lambda: taken

    stocked.book._committer.do(work)
    assert len(taken) == 7
    assert stocked.book.check() == []


def limit_of(shop, pseudonym, most):
    name = f"l-{pseudonym}"
    return shop.instruct(Limit, id=name, pseudonym=pseudonym, balance_max_minor=most)


def topup_of(shop, pseudonym, amount):
    name = f"t-{pseudonym}-{amount}"
    return shop.instruct(Topup, id=name, pseudonym=pseudonym, amount_minor=amount, currency="EUR")
