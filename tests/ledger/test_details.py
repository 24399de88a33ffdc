"""Small things that the mutation run found untested: each is one line that could be wrong."""

from __future__ import annotations

import json

import pytest

from ledger import audit, errors, fields, keys, money, note, replay, seals
from ledger.book import Ledger
from ledger.draft import Draft
from ledger.entries import parse_leaf
from ledger.home import create_home
from ledger.instructions import Limit
from ledger.lazy import lazy
from ledger.log import Log
from ledger.orders import Order, OrderLine, Tax

KEY = keys.generate()
VKEY = note.VerifierKey("shop", KEY.public_bytes)


def test_each_head_that_is_wrong_is_named_and_not_only_the_first(shop):
    shop.book.close()
    shop.home.ledger_db.with_name("head.note").unlink()
    found, _ = audit.check_home(shop.home, heads=("no head", "", "no head"))
    assert [f.problem.partition(":")[0] for f in found] == [
        "head.note beside the book is missing",
        "the given head 1",
        "the given head 2 is missing",
        "the given head 3",
    ]
    assert not any(f.problem.endswith(".") for f in found)


def test_what_people_type_is_described_and_other_fields_are_pointed_to():
    for name in ("id", "sku", "pseudonym", "pieces", "amount_minor", "balance_max_minor"):
        assert "it takes" in fields.bad_field(name).hint
    assert "letters, digits, dots" in fields.bad_field("id").hint
    assert "entries.py" in fields.bad_field("batch path").hint


@pytest.mark.parametrize("sku", ["", "a:b", "-a", "x" * 41])
def test_stock_is_booked_for_names_of_accounts_only(shop, sku):
    with pytest.raises(errors.BadInputError, match="sku"):
        shop.at_desk().supply(sku, 1, "s")


@pytest.mark.parametrize("name", ["index", "clock_ms", "recorded_ms"])
@pytest.mark.parametrize("value", [-1, 2**53])
def test_a_leaf_whose_place_or_time_is_out_of_range_is_refused(shop, name, value):
    entry = next(shop.book.entries())
    before = f'"{name}":{getattr(entry, name)}'.encode()
    leaf = entry.leaf().replace(before, f'"{name}":{value}'.encode())
    assert leaf != entry.leaf()
    with pytest.raises(errors.BadInputError, match=name):
        parse_leaf(leaf)


@pytest.mark.parametrize("failures", [1, 4, 5])
def test_a_write_that_may_be_tried_again_is_tried_five_times(shop, monkeypatch, failures):
    tries, real = [], shop.book._store.write_rows

    def failing(*args):
        tries.append(args)
        if len(tries) <= failures:
            raise errors.RetryableError("Another was quicker.", hint="Try again.")
        real(*args)

    with monkeypatch.context() as broken:
        broken.setattr(shop.book._store, "write_rows", failing)
        if failures == 5:
            with pytest.raises(errors.RetryableError):
                shop.topup(100)
            assert len(tries) == 5
            assert shop.book.balance(shop.shopper) == 0
        else:
            shop.topup(100)
    shop.topup(100)
    assert shop.book.check() == []


def test_what_a_try_that_was_rolled_back_had_read_is_forgotten_before_the_next(shop, monkeypatch):
    log, known, real = shop.book._log, [], shop.book._store.write_rows

    def failing(*args):
        known.append("station/kiosk/gone" in log._stations)
        if len(known) == 1:
            log._stations["station/kiosk/gone"] = None
            raise errors.RetryableError("Another was quicker.", hint="Try again.")
        real(*args)

    monkeypatch.setattr(shop.book._store, "write_rows", failing)
    shop.topup(100)
    assert not any(known)


def test_after_a_failed_write_nothing_that_was_remembered_is_built_on(shop, monkeypatch):
    shop.topup(100)
    assert shop.book._log._tip is not None

    def full(*_):
        raise errors.DiskFullError("The disk is full.", hint="Free some space.")

    with monkeypatch.context() as broken:
        broken.setattr(shop.book._store, "write_rows", full)
        with pytest.raises(errors.DiskFullError):
            shop.topup(100)
    assert shop.book._log._tip is None
    assert not shop.book._log._stations
    shop.topup(100)
    assert shop.book.check() == []


@pytest.mark.parametrize("code", [*range(10), *range(11, 32)])
def test_a_signed_text_with_a_control_character_is_refused_as_such(code):
    text = f"a{chr(code)}b\n"
    signed = text + "\n" + note.signature_line(VKEY, KEY.sign(text.encode()))
    with pytest.raises(errors.ProofRefused, match="control characters"):
        note.open_note(signed, VKEY)


def test_a_signed_text_may_have_several_lines():
    text = "a\nb\n"
    signed = text + "\n" + note.signature_line(VKEY, KEY.sign(text.encode()))
    assert note.open_note(signed, VKEY) == text


@pytest.fixture
def looked_at(monkeypatch):
    """The rows that checks read anew."""
    indexes, real = [], audit._Audit._check_row
    monkeypatch.setattr(
        audit._Audit,
        "_check_row",
        lambda self, index, *rest: indexes.append(index) or real(self, index, *rest),
    )
    return indexes


def test_an_account_that_is_new_since_the_last_check_costs_no_whole_check(
    shop, tmp_path, monkeypatch, looked_at
):
    monkeypatch.setattr(seals, "CHUNK", 2)
    memory = tmp_path / "auditor"
    shop.topup(100)
    _, size = audit.check_home(shop.home, memory=memory)
    shop.topup(100, shopper="s-new")
    looked_at.clear()
    assert audit.check_home(shop.home, memory=memory) == ([], size + 1)
    assert looked_at == [size]


def test_a_book_may_begin_when_time_does(tmp_path):
    home = create_home(tmp_path / "home", "demo")
    with Ledger.create(home, 0) as book:
        assert {entry.recorded_ms for entry in book.entries()} == {0}
        assert book.check() == []


@pytest.mark.parametrize(
    ("times", "refusal"),
    [
        ({"issued_at_ms": 5_000, "expires_at_ms": 6_000}, None),
        ({"issued_at_ms": 5_001, "expires_at_ms": 6_000}, errors.NotYetValid),
        ({"issued_at_ms": -10, "expires_at_ms": 0}, None),
        ({"issued_at_ms": -10, "expires_at_ms": -1}, errors.Expired),
        ({"issued_at_ms": 0, "expires_at_ms": 120_000}, None),
        ({"issued_at_ms": 0, "expires_at_ms": 120_001}, errors.LifetimeTooLong),
        ({"issued_at_ms": 0, "expires_at_ms": 1}, None),
        ({"issued_at_ms": 0, "expires_at_ms": 0}, errors.LifetimeTooLong),
    ],
)
def test_an_authorisations_times_are_judged_to_the_millisecond(shop, times, refusal):
    shop.topup(1_000)
    absolute = {name: shop.now_ms + ms for name, ms in times.items()}
    if refusal is None:
        assert shop.pay(**absolute).amount_minor == 400
    else:
        with pytest.raises(refusal):
            shop.pay(**absolute)


@pytest.mark.parametrize(
    ("lasts_ms", "taken"),
    [(1, True), (7 * 86_400_000, True), (0, False), (7 * 86_400_000 + 1, False)],
)
def test_a_hold_lasts_a_week_at_the_most(shop, lasts_ms, taken):
    shop.topup(1_000)
    if taken:
        assert shop.hold(until_ms=shop.now_ms + lasts_ms)
    else:
        with pytest.raises(errors.LifetimeTooLong):
            shop.hold(until_ms=shop.now_ms + lasts_ms)


def test_a_new_ledger_key_is_trusted_once_however_many_heads_follow(shop, tmp_path):
    shop.book.rotate_key(shop.now_ms)
    for _ in range(3):
        shop.topup(100)
    memory = tmp_path / "auditor"
    assert audit.check_home(shop.home, memory=memory)[0] == []
    [kept] = memory.iterdir()
    assert (memory.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o700, 0o600)
    assert len(json.loads(kept.read_bytes())["keys"]) == 2


def test_two_that_have_the_book_open_build_on_each_others_entries(shop):
    with Ledger.open(shop.home) as other:
        for number in range(3):
            shop.topup(100)
            other.at(shop.desk, shop.now_ms).topup(shop.shopper, 10, f"other-{number}")
            other.at(shop.desk, shop.now_ms).topup(shop.shopper, 1, f"again-{number}")
        assert other.balance(shop.shopper) == shop.book.balance(shop.shopper) == 333
        assert other.head == shop.book.head
    assert shop.book.check() == []


def test_a_top_up_slipped_in_above_a_limit_is_found(shop, monkeypatch):
    shop.at_desk().limit(shop.shopper, 100, "l")
    with monkeypatch.context() as lenient:
        lenient.setattr("ledger.rules._require_room", lambda *_: None)
        entry = shop.topup(101)
    [finding] = shop.book.check()
    assert finding.index == entry.index
    assert "limit" in finding.problem


class Rows:
    """A store of these rows and nothing else."""

    raw_id = "id"

    def __init__(self, *rows):
        self._rows = rows

    def rows(self, *_):
        return iter(self._rows)

    def require_format(self):
        return 1  # that had no other table


def test_a_byte_that_moves_from_one_row_to_the_next_breaks_the_seal():
    whole = Rows((0, b"a", b"one", b"h", b""), (1, b"b", b"two", b"h", b"s"))
    moved = Rows((0, b"a", b"on", b"h", b""), (1, b"b", b"etwo", b"h", b"s"))
    assert seals._chunk_digest(whole, 0, 2) == seals._chunk_digest(whole, 0, 2) != ""
    assert seals._chunk_digest(whole, 0, 2) != seals._chunk_digest(moved, 0, 2)


def test_what_a_draft_has_undone_is_unknown_to_it(shop):
    fields_of = {"id": "l", "issued_at_ms": 1, "desk": "0" * 32, "mode": "demo"}
    content = Limit(**fields_of, pseudonym="s-a", balance_max_minor=1)
    with shop.book._store.transaction(write=True):
        draft = Draft(shop.book._store, shop.book._log)
        mark, size = draft.mark(), draft.size
        entry = draft.append(content, 1)
        assert draft.by_id(entry.id) is entry
        draft.undo(mark)
        assert draft.by_id(entry.id) is None
        assert draft.size == size
        assert draft.append(content, 1) == entry


def test_pieces_have_no_fraction():
    assert money.format_decimal(5, money.PIECES) == "5"
    assert money.format_decimal(-12, money.PIECES) == "-12"


def test_a_hold_may_be_captured_for_the_smallest_amount_and_without_its_only_piece(shop):
    shop.topup(1_000)
    shop.at_desk().supply("A1", 1, "s")
    apple = OrderLine("A1", "Apple", 1, 50, counted=True)
    bag = OrderLine("bag", "Bag", 1, 1)
    hold_id = shop.hold(Order((apple, bag), "EUR"))
    assert shop.book.stock() == {"A1": 0}
    shop.at_desk().capture(hold_id, Order((bag,), "EUR"))
    assert shop.book.stock() == {"A1": 1}
    assert shop.book.balance(shop.shopper) == 999
    assert shop.book.check() == []


def test_who_wrote_the_last_entry_reads_no_tree_for_the_next(shop, monkeypatch):
    shop.topup(100)
    monkeypatch.setattr(
        type(shop.book._log), "_subtrees", lambda *_: pytest.fail("the tree was read again")
    )
    monkeypatch.setattr(type(shop.book), "_keep_head", lambda *_, **__: None)
    shop.topup(100)
    shop.topup(100)


def test_an_account_at_zero_costs_no_whole_check_either(shop, tmp_path, looked_at):
    memory = tmp_path / "auditor"
    shop.topup(400)
    shop.pay()
    _, size = audit.check_home(shop.home, memory=memory)
    shop.topup(100)
    looked_at.clear()
    assert audit.check_home(shop.home, memory=memory) == ([], size + 1)
    assert looked_at == [size]


@pytest.mark.parametrize("name", ["a+b", "a b", "a\u00a0b", ""])
def test_a_signature_by_a_name_that_no_log_may_have_is_refused(name):
    text = "a\n"
    signed = text + "\n" + note.signature_line(VKEY, KEY.sign(text.encode()))
    other = note.signature_line(note.VerifierKey(name, KEY.public_bytes), bytes(64))
    assert note.open_note(signed, VKEY) == text
    with pytest.raises(errors.ProofRefused, match="malformed"):
        note.open_note(signed + other, VKEY)


def test_a_lazy_value_is_worked_out_once():
    made = []

    class Thing:
        @lazy
        def value(self):
            """What it is."""
            return made.append(1) or 7

    thing = Thing()
    assert (thing.value, thing.value, made) == (7, 7, [1])
    assert Thing.value.__doc__ == "What it is."


def test_a_row_whose_column_is_no_bytes_is_named_and_ends_the_reckoning(shop):
    found = audit._Audit(shop.home, VKEY, None)
    lost = []

    class Tree:
        def lost(self):
            lost.append(True)

    found._check_row(3, (3, b"id", None, b"hashes", b""), Tree(), None)
    assert [str(f) for f in found.findings] == [
        "entry 3: a column has another type than it was made with"
    ]
    assert lost


def test_a_tax_of_nothing_moves_nothing(shop):
    shop.topup(1_000)
    bag = OrderLine("bag", "Bag", 1, 100)
    taxes = (Tax("VAT-0", 0, 100, "included"), Tax("VAT-25", 250_000, 100, "included"))
    shop.pay(Order((bag,), "EUR", taxes=taxes))
    entry = [*shop.book.entries()][-1]
    assert {p.account: p.amount_minor for p in entry.postings} == {
        f"liabilities:shopper:{shop.shopper}": 100,
        "liabilities:tax:VAT-25": -20,
        "income:sales": -80,
    }


def test_the_newest_tree_continues_itself_without_a_hash(shop):
    assert shop.book.prove_consistency(len(shop.book)).path == ()


def test_an_order_in_another_currency_than_its_authorisation_is_refused(shop):
    shop.topup(1_000)
    for order, currency in (("USD", "EUR"), ("EUR", "USD")):
        with pytest.raises(errors.WrongCurrency):
            shop.pay(shop.order(currency=order), currency=currency)


def test_a_balance_may_be_refunded_to_the_largest_amount_that_the_book_can_hold(shop):
    largest = 9_007_199_254_740_991
    shop.topup(largest)
    paid = shop.pay()
    shop.topup(399)
    with pytest.raises(errors.BalanceTooHigh):
        shop.at_desk().refund(paid.id, 2, "r")
    shop.at_desk().refund(paid.id, 1, "r")
    assert shop.book.balance(shop.shopper) == largest


def test_a_hold_is_captured_until_its_last_millisecond_and_expires_in_the_next(shop):
    shop.topup(1_000)
    first, second = (shop.hold(until_ms=shop.now_ms + 5) for _ in range(2))
    shop.now_ms += 5
    with pytest.raises(errors.HoldRunning):
        shop.at_desk().expire(second)
    shop.at_desk().capture(first)
    shop.now_ms += 1
    with pytest.raises(errors.Expired):
        shop.at_desk().capture(second)
    shop.at_desk().expire(second)
    assert shop.book.check() == []


def test_a_public_key_that_is_not_text_is_refused_as_such(shop):
    (shop.home.keys_dir / "ledger.vkey").write_bytes(b"\xff\xfe")
    with pytest.raises(errors.BadInputError):
        audit.trusted_keys(shop.home)


def test_many_entries_are_looked_up_in_few_queries_of_few_shapes(shop, monkeypatch):
    asked, real = [], shop.book._store.rows
    monkeypatch.setattr(
        shop.book._store, "rows", lambda sql, values: asked.append(len(values)) or real(sql, values)
    )
    ids = [e.id for e in shop.book.entries()]
    asked.clear()
    found = shop.book._log.by_ids([f"topup/{n}" for n in range(300)] + ids)
    assert sorted(found) == sorted(ids)
    assert asked == [256, 64]


def test_an_audit_reads_the_station_of_many_payments_once(stocked, monkeypatch):
    read, real = [], replay.parse_leaf
    monkeypatch.setattr(replay, "parse_leaf", lambda leaf: read.append(leaf) or real(leaf))
    assert stocked.book.check() == []
    assert len(read) == len(set(read))


def test_an_open_book_remembers_its_stations_and_nothing_else(shop, monkeypatch):
    topup = shop.topup(500)
    [*_, station, _] = shop.book.entries()
    log, read = shop.book._log, []
    log.forget()
    real = log.parse
    monkeypatch.setattr(log, "parse", lambda *row: read.append(row[0]) or real(*row))
    for _ in range(3):
        assert log.by_id(station.id) == station
        assert log.by_id(topup.id) == topup
        assert log.by_id("topup/none") is None
    assert read == [station.index, *[topup.index] * 3]


def test_an_empty_log_has_no_size_and_no_head(shop):
    assert Log(Rows((None,)), shop.book.genesis).size() == 0
    tip = Log(Rows(), shop.book.genesis).tip()
    assert (tip.frontier.size, tip.head, tip.recorded_ms) == (0, b"", 0)
    assert tip.key.public_bytes == shop.book.genesis.public_bytes
