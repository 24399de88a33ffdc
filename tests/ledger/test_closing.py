"""Limits, X and Z reports, batches and the change of the ledger's key."""

from __future__ import annotations

import pytest

from ledger import audit, consistency, errors, keys, note, receipt
from ledger.book import Ledger
from ledger.instructions import EVERYBODY


def test_a_limit_stops_a_topup_that_would_go_beyond(shop):
    shop.at_desk().limit(EVERYBODY, 1_000, "l1")
    shop.topup(600)
    with pytest.raises(errors.BalanceTooHigh, match=r"of 10\.00 EUR"):
        shop.topup(401)
    shop.at_desk().limit(shop.shopper, 2_000, "l2")
    shop.topup(1_400)
    with pytest.raises(errors.BalanceTooHigh):
        shop.topup(1_001, shopper="s-other")
    shop.at_desk().limit(shop.shopper, 0, "l3")
    with pytest.raises(errors.BalanceTooHigh):
        shop.topup(1)
    assert shop.book.check() == []


def test_what_was_paid_comes_back_whatever_the_limit(shop):
    shop.topup(400)
    paid = shop.pay()
    shop.at_desk().limit(shop.shopper, 0, "l1")
    shop.at_desk().refund(paid.id, 400, "r1")
    assert shop.book.balance(shop.shopper) == 400
    assert shop.book.check() == []


def test_z_reports_are_numbered_and_the_grand_total_never_goes_back(stocked):
    first = stocked.at_desk().close("z1").content
    assert (first.number, first.first, first.last) == (1, 0, 7)
    assert (first.sales, first.sales_minor, first.topups_minor) == (3, 1_200, 10_500)
    assert stocked.at_desk().close("z1").content == first
    paid = stocked.pay()
    stocked.at_desk().refund(paid.id, 100, "r1")
    running = stocked.book.figures()
    second = stocked.at_desk().close("z2").content
    assert (second.number, second.first, second.last) == (2, 9, 10)
    assert (second.sales_minor, second.refunds_minor, second.topups) == (400, 100, 0)
    assert second.grand_total_minor == 1_600 == running.grand_total_minor
    assert stocked.at_desk().close("z3").content.sales == 0
    assert stocked.book.check() == []


def test_ten_years_forward_and_back_change_no_order_and_no_number(stocked):
    ten_years_ms = 315_576_000_000
    before = list(stocked.book.entries())
    numbers = []
    for jump_ms in (0, ten_years_ms, -2 * ten_years_ms, ten_years_ms):
        stocked.now_ms += jump_ms
        stocked.topup(10)
        stocked.pay(stocked.order(("A1", "Apple", 1, 5)))
        numbers.append(stocked.at_desk().close(f"z{len(numbers)}").content.number)
    after = list(stocked.book.entries())
    assert numbers == [1, 2, 3, 4]
    assert after[: len(before)] == before
    assert [entry.index for entry in after] == list(range(len(after)))
    recorded = [entry.recorded_ms for entry in after]
    assert recorded == sorted(recorded)
    assert stocked.book.check() == []


def test_a_z_report_with_other_figures_is_found(stocked, monkeypatch):
    wrong = stocked.book.figures()
    wrong.sales_minor -= 1
    monkeypatch.setattr("ledger.draft.Draft.figures", lambda _: wrong)
    entry = stocked.at_desk().close("z1")
    monkeypatch.undo()
    (finding,) = stocked.book.check()
    assert finding.index == entry.index
    assert "figures" in finding.problem


def batch(shop, *prices):
    orders = [shop.order(("A1", "Apple", 1, price)) for price in prices]
    return [(shop.authorize(order), order) for order in orders]


def test_a_batch_is_taken_whole_or_not_at_all(shop):
    shop.topup(100)
    with pytest.raises(errors.InsufficientFunds):
        shop.book.post_all(batch(shop, 30, 30, 41), shop.now_ms)
    assert (shop.book.balance(shop.shopper), len(shop.book)) == (100, 4)
    items = batch(shop, 30, 30, 40)
    receipts = shop.book.post_all(items, shop.now_ms)
    assert shop.book.balance(shop.shopper) == 0
    assert shop.book.post_all(items, shop.now_ms) == receipts
    for proven in receipts:
        assert receipt.verify(proven.qr_payload().encode(), shop.book.vkey) == proven
        assert shop.book.receipt(proven.id) == proven
    assert shop.book.check() == []


def test_many_in_one_commit_are_judged_each_by_itself(shop):
    shop.topup(100)
    items = batch(shop, 60, 60, 40)
    first, second, third = shop.book.post_many([*items, items[0]][:3], shop.now_ms)
    assert isinstance(second, errors.InsufficientFunds)
    assert {first.index, third.index} == {4, 5}
    again = shop.book.post_many([items[2], items[0], items[0]], shop.now_ms)
    assert again == [third, first, first]
    assert shop.book.check() == []


def test_the_key_changes_and_old_and_new_proofs_verify(stocked):
    old_head, old_key = stocked.book.head, stocked.book.vkey
    early = stocked.pay()
    stocked.book.rotate_key(stocked.now_ms)
    late = stocked.pay()
    keys_now = audit.trusted_keys(stocked.home)
    assert len(keys_now) == 2
    assert keys_now[0] == old_key != keys_now[1] == stocked.book.vkey
    for paid in (early, late):
        assert receipt.verify(paid.qr_payload().encode(), keys_now) == paid
        assert stocked.book.receipt(paid.id) == paid
    assert receipt.verify(early.qr_payload().encode(), old_key) == early
    with pytest.raises(errors.ProofRefused):
        receipt.verify(late.qr_payload().encode(), old_key)
    proof = stocked.book.prove_consistency(8)
    assert consistency.verify(proof, old_head, keys_now).size == len(stocked.book)
    assert stocked.book.check() == []
    assert audit.check_home(stocked.home, key=old_key, heads=(old_head,))[0] == []


def test_many_changes_of_the_key_are_followed(stocked):
    for _ in range(3):
        stocked.book.rotate_key(stocked.now_ms)
        stocked.pay(stocked.order(("A1", "Apple", 1, 5)))
        stocked.book.rotate_key(stocked.now_ms)
    stocked.book.close()
    stocked.book = Ledger.open(stocked.home)
    stocked.pay()
    assert stocked.book.check() == []


@pytest.mark.parametrize("interrupted_at", ["before the entry", "before the key is in place"])
def test_a_change_of_key_that_was_interrupted_is_gone_on_with(stocked, monkeypatch, interrupted_at):
    def stop(*_):
        raise InterruptedError

    target = {
        "before the entry": "ledger.book.Ledger.book",
        "before the key is in place": "ledger.keyring.Keyring.settle",
    }[interrupted_at]
    with monkeypatch.context() as patched:
        patched.setattr(target, stop)
        with pytest.raises(InterruptedError):
            stocked.book.rotate_key(stocked.now_ms)
    stocked.book.close()
    stocked.book = Ledger.open(stocked.home)
    stocked.pay()
    assert stocked.book.check() == []
    stocked.book.rotate_key(stocked.now_ms)
    stocked.pay()
    assert stocked.book.check() == []


def test_a_head_signed_with_the_old_key_after_its_end_is_found(stocked):
    import apsw

    stocked.book.rotate_key(stocked.now_ms)
    old = keys.load(stocked.home.keys_dir / "ledger.key")
    stocked.pay()
    checkpoint = note.open_checkpoint(stocked.book.head, stocked.book.vkey)
    stocked.book.close()
    stranger = keys.generate()
    assert old.public_bytes == audit.trusted_keys(stocked.home)[1].public_bytes
    db = apsw.Connection(str(stocked.home.ledger_db))
    forged = stranger.sign(checkpoint.text().encode())
    db.execute("UPDATE entries SET head = ? WHERE idx = 9", (forged,))
    db.close()
    findings, _ = audit.check_home(stocked.home)
    assert {f.index for f in findings} == {9}
