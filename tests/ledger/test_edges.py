"""Where a length, a range or a list of the ledger's ends: the last that is taken, and the next."""

from __future__ import annotations

import base64

import pytest

from ledger import errors, fields, keys, money, note
from ledger.contents import Genesis
from ledger.entries import require_leaf
from ledger.orders import Order, OrderLine

KEY = keys.generate()


def test_the_first_entry_since_a_time_is_found_at_both_ends(stocked):
    log = stocked.book._log
    assert [log.first_since(ms) for ms in (0, stocked.now_ms, stocked.now_ms + 1)] == [0, 7, 8]


def test_a_leaf_is_as_long_as_a_bundle_can_carry_and_no_longer():
    class Long:
        def __init__(self, length):
            self.length = length

        def leaf(self):
            return bytes(self.length)

    assert len(require_leaf(Long(65_535))) == 65_535
    with pytest.raises(errors.BadInputError, match="would take 65536 bytes; the book takes 65535"):
        require_leaf(Long(65_536))


def test_a_new_book_has_figures_of_nothing(shop):
    sums = ("sales", "refunds", "topups")
    nothing = dict.fromkeys([*sums, *(f"{name}_minor" for name in sums), "grand_total_minor"], 0)
    assert shop.book.figures().fields() == {"number": 1, "first": 0, **nothing}


@pytest.mark.parametrize("public", [True, False])
def test_a_verifier_key_is_of_one_algorithm_and_one_length(public):
    data = b"\x02" + KEY.public_bytes if public else b"\x01" + KEY.public_bytes + b"x"
    key_id = note.VerifierKey("shop", data[1:]).key_id.hex()
    with pytest.raises(errors.BadInputError):
        note.parse_vkey(f"shop+{key_id}+{base64.b64encode(data).decode()}")


def test_what_is_no_verifier_key_is_shown_by_its_beginning():
    with pytest.raises(errors.BadInputError) as refused:
        note.parse_vkey("x" * 99)
    assert refused.value.message == repr("x" * 80) + " is not a verifier key."


@pytest.mark.parametrize(
    "lines", ["a\n1\n", "a\n1\n{root}\nmore\n", "a\n1\n{root}", "\n1\n{root}\n"]
)
def test_a_tree_head_is_three_lines(lines):
    root = base64.b64encode(bytes(32)).decode()
    assert note.parse_checkpoint(f"a\n1\n{root}\n").size == 1
    with pytest.raises(errors.ProofRefused, match="not three lines"):
        note.parse_checkpoint(lines.format(root=root))


def test_amounts_reach_from_one_end_of_the_range_to_the_other():
    largest = 9_007_199_254_740_991
    for sign, minor in (("", largest), ("-", -largest)):
        assert money.parse_amount(f"{sign}90071992547409.91", "EUR") == minor
        with pytest.raises(errors.BadAmountError, match="more than the book can hold"):
            money.parse_amount(f"{sign}90071992547409.92", "EUR")


def test_no_posting_of_a_hold_or_of_its_end_moves_nothing(shop):
    shop.topup(10_000)
    shop.at_desk().supply("A1", 9, "a")
    shop.at_desk().supply("B1", 9, "b")
    lines = [OrderLine(sku, "Thing", 2, 100, counted=True) for sku in ("A1", "B1")]
    both, first = Order(tuple(lines), "EUR"), Order(tuple(lines[:1]), "EUR")
    for taken in (both, first):
        entry = shop.at_desk().capture(shop.hold(both), taken)
        assert entry.content.method == "hold"
    shop.at_desk().void(shop.hold(both))
    for entry in shop.book.entries():
        assert all(posting.amount_minor for posting in entry.postings)
    assert shop.book.stock() == {"A1": 5, "B1": 7}
    assert shop.book.check() == []


def test_an_article_that_was_not_held_is_not_captured(shop):
    shop.topup(1_000)
    for sku in ("A1", "B1"):
        shop.at_desk().supply(sku, 9, sku)
    held = shop.hold(Order((OrderLine("A1", "Apple", 1, 100, counted=True),), "EUR"))
    other = Order((OrderLine("B1", "Bread", 1, 100, counted=True),), "EUR")
    with pytest.raises(errors.BadInputError, match="quantity"):
        shop.at_desk().capture(held, other)


def test_the_field_that_is_wrong_is_named_among_others():
    with pytest.raises(errors.BadInputError, match="field b is"):
        fields.require_fields({"a": 1, "b": "x", "c": 2}, {"a": int, "b": int, "c": int})
    body = {"home": "0" * 16, "mode": "demo", "currency": "EUR", "ledger_key": "0"}
    with pytest.raises(errors.BadInputError, match="field ledger_key is"):
        Genesis.from_body(body)


def test_each_head_is_signed_by_the_key_of_its_time(stocked):
    first = stocked.book.vkey
    stocked.book.rotate_key(stocked.now_ms)
    stocked.topup(1)
    second, log = stocked.book.vkey, stocked.book._log
    assert first != second
    assert [log.key_of(size) for size in range(1, 11)] == [first] * 9 + [second]


def test_the_last_of_several_z_reports_is_the_one_to_go_on_from(stocked):
    for number in (1, 2):
        last = stocked.at_desk().close(f"z{number}")
    assert stocked.book._log.last_within("close/") == last


def test_a_row_under_another_entrys_id_is_named_when_it_is_looked_up(stocked):
    stocked.book._store.db.execute("UPDATE entries SET id = 'topup/zz' WHERE idx = 3")
    with pytest.raises(errors.DamagedError, match="Entry 3"):
        stocked.book._log.by_id("topup/zz")
