"""Who was erased leaves a tombstone in the book, and is never charged again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import audit, errors, export
from ledger.book import Ledger
from ledger.entries import parse_leaf
from ledger.instructions import Erasure
from ledger.keys import generate


@pytest.fixture
def erased(stocked):
    stocked.at_desk().tombstone(stocked.shopper)
    return stocked


def test_a_tombstone_is_signed_by_the_desk_and_moves_no_money(stocked):
    before = stocked.book.balances()
    entry = stocked.at_desk().tombstone(stocked.shopper)
    assert (entry.kind, entry.id) == ("erasure", f"erasure/{stocked.shopper}")
    assert entry.content.pseudonym == stocked.shopper
    assert entry.content.desk == stocked.desk.key_id
    assert parse_leaf(entry.leaf()) == entry
    assert stocked.book.balances() == before
    assert stocked.book.check() == []


def test_one_that_was_signed_by_nobody_is_refused(stocked):
    forged = Erasure(
        id=stocked.shopper,
        issued_at_ms=1,
        desk=stocked.desk.key_id,
        mode="demo",
        signature=bytes(64),
    )
    with pytest.raises(errors.BadSignature):
        stocked.book.book(lambda _: forged, stocked.now_ms)
    with pytest.raises(errors.BadInputError):
        replace(forged, id="NOT A PSEUDONYM")
    with pytest.raises(errors.BadInputError):
        replace(forged, id="Upper")


def test_asked_again_by_whichever_desk_the_first_tombstone_is_given(erased):
    other = generate()
    erased.book.register_station("desk", other.public_bytes, erased.now_ms)
    size = len(erased.book)
    erased.now_ms += 10**9
    again = erased.at_desk(other).tombstone(erased.shopper)
    assert again.content.desk == erased.desk.key_id
    assert len(erased.book) == size


def test_an_erased_shopper_pays_holds_and_tops_up_no_more(erased):
    for ask in (erased.pay, erased.hold, erased.topup):
        with pytest.raises(errors.ShopperErased):
            ask()
    order = erased.order()
    answers = erased.book.post_many([(erased.authorize(order), order)], erased.now_ms)
    assert [type(answer) for answer in answers] == [errors.ShopperErased]
    assert erased.topup(5, shopper="s-other").id.startswith("topup/")
    assert erased.book.check() == []


def test_what_was_paid_before_is_answered_settled_and_given_back_as_ever(stocked):
    order = stocked.order()
    signed = stocked.authorize(order)
    receipt = stocked.book.post(signed, order, stocked.now_ms)
    first, second = stocked.hold(), stocked.hold()
    stocked.at_desk().tombstone(stocked.shopper)
    assert stocked.book.post(signed, order, stocked.now_ms) == receipt
    stocked.at_desk().refund(receipt.id, 10, "r")
    stocked.at_desk().capture(first)
    stocked.at_desk().void(second)
    assert stocked.book.check() == []


def test_a_payment_slipped_in_after_the_tombstone_is_found(erased, tmp_path, monkeypatch):
    memory = tmp_path / "auditor"
    assert audit.check_home(erased.home, memory=memory)[0] == []
    monkeypatch.setattr("ledger.rules._require_there", lambda *_: None)
    erased.pay()
    monkeypatch.undo()
    index = len(erased.book) - 1
    for remembered in (None, memory):
        [finding], _ = audit.check_home(erased.home, memory=remembered)
        assert finding.index == index
        assert "should have been refused" in finding.problem


def test_two_tombstones_after_a_remembered_check_are_both_known(erased, tmp_path):
    memory = tmp_path / "auditor"
    assert audit.check_home(erased.home, memory=memory)[0] == []
    erased.at_desk().tombstone("s-other")
    assert audit.check_home(erased.home, memory=memory)[0] == []


def test_exports_and_the_journal_tell_of_it(erased):
    entries = list(erased.book.entries())
    for to in export.FORMATS.values():
        text = to(entries)
        assert text
    assert f"erasure/{erased.shopper}" in export.to_hledger(entries)
    assert f"erasure/{erased.shopper}" in export.to_json(entries)


# --- what was spent ----------------------------------------------------------------------------


def test_what_was_spent_since_a_time_is_told(stocked):
    start_ms = stocked.now_ms - 2_000  # the first of the three payments
    spent = stocked.book.spent_since
    assert spent(stocked.shopper, 0) == 1_200
    assert spent(stocked.shopper, start_ms) == 1_200
    assert spent(stocked.shopper, start_ms + 1) == 800
    assert spent(stocked.shopper, stocked.now_ms + 1) == 0
    assert spent("s-other", 0) == 0
    assert spent("s-nobody", 0) == 0


def test_holds_count_until_they_are_given_back_and_refunds_give_no_new_room(stocked):
    spent = stocked.book.spent_since
    payment = stocked.pay()
    stocked.at_desk().refund(payment.id, 400, "r")
    assert spent(stocked.shopper, stocked.now_ms) == 800
    first, second = stocked.hold(), stocked.hold()
    assert spent(stocked.shopper, stocked.now_ms) == 1_600
    stocked.at_desk().capture(first, stocked.order(("A1", "Apple", 1, 50)))
    assert spent(stocked.shopper, stocked.now_ms) == 1_250
    stocked.at_desk().void(second)
    assert spent(stocked.shopper, stocked.now_ms) == 850
    stocked.now_ms += 1
    third = stocked.hold(until_ms=stocked.now_ms + 1)
    stocked.now_ms += 2
    since_ms = stocked.now_ms
    stocked.at_desk().expire(third)
    assert spent(stocked.shopper, since_ms) == 0


def test_a_clock_that_jumps_back_hides_nothing_that_was_spent(stocked):
    now_ms = stocked.now_ms
    stocked.now_ms -= 86_400_000
    stocked.pay()
    assert stocked.book.spent_since(stocked.shopper, stocked.now_ms) == 1_600
    assert stocked.book.spent_since(stocked.shopper, now_ms) == 400


def test_only_the_entries_since_then_are_read(stocked, monkeypatch):
    for _ in range(20):
        stocked.now_ms += 1_000
        stocked.pay()
    read = []
    real = stocked.book._log.parse
    monkeypatch.setattr(
        stocked.book._log, "parse", lambda index, leaf: read.append(index) or real(index, leaf)
    )
    assert stocked.book.spent_since(stocked.shopper, stocked.now_ms - 1_000) == 800
    assert len(read) <= 7  # five halvings of 28 entries, and two payments


def test_an_id_is_used_for_a_payment_or_for_a_hold_but_never_for_both(stocked):
    paid = stocked.pay()
    with pytest.raises(errors.AlreadyUsedWithOtherContent):
        stocked.hold(id=paid.id)
    held = stocked.hold()
    with pytest.raises(errors.AlreadyUsedWithOtherContent):
        stocked.pay(id=held)
    order = stocked.order()
    answers = stocked.book.post_many([(stocked.authorize(order, id=held), order)], stocked.now_ms)
    assert [type(answer) for answer in answers] == [errors.AlreadyUsedWithOtherContent]
    with Ledger.open(stocked.home, read_only=True) as book:
        assert book.check() == []
