"""Refunds: never more than was paid, once for each id, and audited like everything else."""

from __future__ import annotations

import pytest

from ledger.contents import SALES
from ledger.errors import (
    AlreadyUsedWithOtherContent,
    BadInputError,
    RefundTooHigh,
    UnknownDesk,
    UnknownReceipt,
)


@pytest.fixture
def paid(stocked):
    return stocked.pay()  # 4.00


def refund(shop, paid, amount_minor, refund_id="r1", key=None):
    return shop.at_desk(key).refund(paid.id, amount_minor, refund_id)


def test_a_refund_goes_back_to_the_shopper_and_out_of_the_sales(stocked, paid):
    before = stocked.book.balance(stocked.shopper)
    entry = refund(stocked, paid, 150)
    assert stocked.book.balance(stocked.shopper) == before + 150
    assert {p.account: p.amount_minor for p in entry.postings}[SALES] == 150
    assert stocked.book.check() == []


def test_all_refunds_together_give_back_at_most_what_was_paid(stocked, paid):
    refund(stocked, paid, paid.amount_minor - 1, "r1")
    with pytest.raises(RefundTooHigh, match=r"0\.01 EUR can still be given back"):
        refund(stocked, paid, 2, "r2")
    refund(stocked, paid, 1, "r3")
    with pytest.raises(RefundTooHigh):
        refund(stocked, paid, 1, "r4")
    assert stocked.book.check() == []


def test_asking_twice_with_one_id_refunds_once_whatever_the_clock_says(stocked, paid):
    first = refund(stocked, paid, 100)
    stocked.now_ms += 10**9
    assert refund(stocked, paid, 100) == first
    with pytest.raises(AlreadyUsedWithOtherContent):
        refund(stocked, paid, 101)


def test_the_receipt_stays_what_it_was(stocked, paid):
    refund(stocked, paid, 100)
    assert stocked.book.receipt(paid.id) == paid


def test_a_payment_that_was_never_made_cannot_be_given_back(stocked):
    with pytest.raises(UnknownReceipt):
        stocked.at_desk().refund("0" * 32, 1, "r1")


def test_only_a_desk_gives_back(stocked, paid):
    with pytest.raises(UnknownDesk):
        refund(stocked, paid, 100, key=stocked.kiosk)


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_nothing_and_less_cannot_be_given_back(stocked, paid, amount_minor):
    with pytest.raises(BadInputError):
        refund(stocked, paid, amount_minor)


def test_the_refunds_of_another_payment_do_not_count(stocked, paid):
    other = stocked.pay()
    refund(stocked, paid, paid.amount_minor)
    refund(stocked, other, other.amount_minor)
    assert stocked.book.check() == []


def test_the_audit_finds_a_refund_of_more_than_was_paid(stocked, paid, monkeypatch):
    # whoever holds the keys can sign such an entry; the rules are judged again by the audit
    monkeypatch.setattr("ledger.rules._require_refund", lambda *_: None)
    entry = refund(stocked, paid, paid.amount_minor + 1)
    monkeypatch.undo()
    (finding,) = stocked.book.check()
    assert finding.index == entry.index
    assert "should have been refused" in finding.problem


def test_the_audit_adds_up_all_refunds_of_a_payment(stocked, paid, monkeypatch):
    refund(stocked, paid, 150, "r1")
    refund(stocked, paid, 150, "r2")
    with monkeypatch.context() as lenient:
        lenient.setattr("ledger.rules._require_refund", lambda *_: None)
        entry = refund(stocked, paid, 101, "r3")
    (finding,) = stocked.book.check()
    assert finding.index == entry.index
    assert "1.00 EUR can still be given back" in finding.problem
