"""The corners of the ledger's core: what hardly ever happens, and must still be right."""

from __future__ import annotations

import threading
from dataclasses import replace

import apsw
import pytest

from ledger import audit, canonical, errors, fields, log, merkle, note, seals
from ledger import commits as commits_module
from ledger.book import Ledger
from ledger.contents import Genesis, Posting, Rotation, Station
from ledger.entries import Entry, parse_leaf
from ledger.instructions import Topup
from ledger.lazy import lazy
from ledger.orders import OrderLine

BIG = 2**53 - 1


def damage(shop, *statements):
    shop.book.close()
    db = apsw.Connection(str(shop.home.ledger_db))
    for statement in statements:
        db.execute(statement)
    db.close()
    shop.book = Ledger.open(shop.home)


def findings(shop):
    return [(f.index, f.problem) for f in audit.check_home(shop.home)[0]]


# --- the encoding --------------------------------------------------------------------------------


def test_what_is_nested_too_deep_has_no_encoding():
    with pytest.raises(errors.BadEncodingError, match="deeper"):
        canonical.decode(b"[" * 18 + b"]" * 18)


def test_an_entry_of_another_kind_or_length_is_refused(shop):
    entry = next(shop.book.entries())
    with pytest.raises(errors.BadInputError, match="field kind is"):
        parse_leaf(entry.leaf().replace(b'"kind":"genesis"', b'"kind":"geneses"'))
    with pytest.raises(errors.BadInputError, match="field format is"):
        parse_leaf(entry.leaf().replace(b'"format":1', b'"format":2'))
    shop.topup(BIG)
    lines = tuple(OrderLine("x" * 200, "y" * 200, 1, 1) for _ in range(150))
    order = replace(shop.order(), lines=lines)
    with pytest.raises(errors.BadInputError, match="Split the order"):
        raise_with_hint(lambda: shop.pay(order))
    assert shop.pay().amount_minor == 400
    assert shop.book.check() == []


def raise_with_hint(act):
    try:
        act()
    except errors.Error as e:
        raise type(e)(e.message + e.hint, hint=e.hint) from e


@pytest.mark.parametrize(
    "make",
    [
        lambda: Station("till", bytes(32)),
        lambda: fields.require_mode("play"),
        lambda: fields.require_currency(5),
        lambda: fields.bytes_from_text("x", "AAA="[:3]),
        lambda: fields.signature_from_text("AAAA"),
        lambda: fields.signature_from_text("AB=="),
        lambda: Genesis("x", "demo", "EUR", bytes(32)),
        lambda: Genesis("0a" * 8, "demo", "EURO", bytes(32)),
        lambda: Rotation.from_body({"ledger_key": "00"}),
        lambda: Station.from_body({"role": "desk", "key": "00"}),
        lambda: note.parse_vkeys(""),
        lambda: note.key_list([]),
        lambda: note.parse_vkeys(f"{vkey('a')}\n{vkey('b')}"),
    ],
)
def test_a_field_outside_of_the_format_is_refused(make):
    with pytest.raises(errors.BadInputError):
        make()


def vkey(name):
    return note.VerifierKey(name, bytes(32))


def test_a_signature_line_that_is_too_short_is_refused():
    head = "a\n1\n" + "A" * 43 + "=\n\n\u2014 a AAAA\n"
    with pytest.raises(errors.ProofRefused, match="too short"):
        note.open_note(head, vkey("a"))


def test_a_consistency_proof_without_hashes_proves_nothing():
    assert not merkle.is_consistent(3, bytes(32), 5, bytes(32), ())
    with pytest.raises(ValueError, match="outside"):
        merkle.inclusion_proof(2, 2, lambda *_: bytes(32))


def test_a_lazy_value_is_seen_on_its_class():
    assert isinstance(Entry.postings, lazy)


# --- commits ---------------------------------------------------------------------------------


def test_more_askers_than_a_group_holds_all_get_their_answer(shop, monkeypatch):
    monkeypatch.setattr(commits_module, "GROUP_MAX", 4)
    shop.topup()
    order = shop.order(("A1", "Apple", 1, 5))
    items = [shop.authorize(order) for _ in range(14)]
    receipts = []

    def post(signed):
        receipts.append(shop.book.post(signed, order, shop.now_ms))

    with shop.book._lock:
        threads = [threading.Thread(target=post, args=(signed,)) for signed in items]
        for thread in threads:
            thread.start()
        while len(shop.book._committer._waiting) < len(items):
            pass
    for thread in threads:
        thread.join()
    assert {r.id for r in receipts} == {s.authorization.id for s in items}
    assert len({r.checkpoint for r in receipts}) == 4
    assert shop.book.check() == []


def test_an_interrupt_in_a_shared_commit_writes_nothing_and_says_so_to_all(shop, monkeypatch):
    shop.topup()
    order = shop.order()
    answers = []

    def interrupted(*_):
        raise KeyboardInterrupt

    def post(signed):
        try:
            shop.book.post(signed, order, shop.now_ms)
        except BaseException as e:  # noqa: BLE001 - what came is the point
            answers.append(type(e))

    with monkeypatch.context() as patched:
        patched.setattr("ledger.draft.Draft.flush", interrupted)
        with shop.book._lock:
            threads = [
                threading.Thread(target=post, args=(shop.authorize(order),)) for _ in range(3)
            ]
            for thread in threads:
                thread.start()
            while len(shop.book._committer._waiting) < 3:
                pass
        for thread in threads:
            thread.join()
    assert sorted(a.__name__ for a in answers) == ["BusyError", "BusyError", "KeyboardInterrupt"]
    assert shop.pay().amount_minor == 400
    assert shop.book.check() == []


def test_a_key_that_changes_in_the_middle_of_a_commit_signs_after_it(shop):
    following = shop.book._keyring.prepare_next()

    def work(draft):
        shop.book._take(draft, Rotation(following.public_bytes), shop.now_ms)
        entry = shop.book._take(
            draft,
            shop.instruct(Topup, pseudonym="s-ann", amount_minor=5, currency="EUR"),
            shop.now_ms,
        )
        return lambda: entry

    shop.book._committer.do(work)
    shop.topup()
    assert shop.book.vkey.public_bytes == following.public_bytes
    assert shop.book.check() == []
    for _ in range(2):
        shop.book.rotate_key(shop.now_ms)
        shop.topup()
    assert shop.book.check() == []


def test_a_batch_after_others_in_a_shared_commit_leaves_them_when_it_is_refused(shop):
    shop.topup(500)
    order = shop.order()
    good, dear = shop.authorize(order), shop.order(("A1", "Apple", 1, 900))
    items = [(shop.authorize(order), order), (shop.authorize(dear), dear)]
    with shop.book._lock:
        answers = []

        def one():
            answers.append(shop.book.post(good, order, shop.now_ms).index)

        def all_of_them():
            try:
                shop.book.post_all(items, shop.now_ms)
            except errors.InsufficientFunds:
                answers.append("refused")

        first = threading.Thread(target=one)
        first.start()
        while len(shop.book._committer._waiting) < 1:
            pass
        second = threading.Thread(target=all_of_them)
        second.start()
        while len(shop.book._committer._waiting) < 2:
            pass
    first.join()
    second.join()
    assert sorted(map(str, answers)) == ["4", "refused"]
    assert shop.book.balance(shop.shopper) == 100
    assert shop.book.check() == []


def test_a_z_report_in_a_shared_commit_counts_what_came_before_it(shop):
    def work(draft):
        take = shop.book._take
        new = shop.instruct(Topup, pseudonym="s-ann", amount_minor=5, currency="EUR")
        take(draft, new, shop.now_ms)
        figures = draft.figures()
        return lambda: figures.topups_minor

    assert shop.book._committer.do(work) == 5


# --- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "act"),
    [
        ("UPDATE entries SET id = 'topup/zz' WHERE idx = 3", lambda s: s.topup(5, "zz")),
        ("DELETE FROM entries WHERE idx = 5", lambda s: list(s.book.leaves(8))),
        ("UPDATE entries SET hashes = X'00' WHERE idx = 5", lambda s: s.book.prove_consistency(6)),
        ("UPDATE entries SET head = X''", lambda s: s.book.head),
        ("UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE idx = 4) WHERE idx = 5", list),
    ],
)
def test_a_damaged_row_is_named_and_not_used(stocked, statement, act):
    with pytest.raises(errors.DamagedError):  # noqa: PT012 - already opening may say so
        damage(stocked, statement)
        act(stocked) if act is not list else list(stocked.book.entries())


def test_an_empty_log_has_no_last_of_a_kind(shop):
    assert shop.book._log.last_within("close/") is None
    assert isinstance(shop.book._log, log.Log)


def test_a_book_without_entries_is_named(stocked):
    stocked.book.close()
    db = apsw.Connection(str(stocked.home.ledger_db))
    db.execute("DELETE FROM entries")
    db.close()
    assert (0, "it is missing, and so is every other") in findings(stocked)


def test_rows_after_the_last_head_are_named(stocked):
    damage_closed(stocked, "UPDATE entries SET head = X'' WHERE idx >= 6")
    assert (7, "no signed tree head follows it") in findings(stocked)


def damage_closed(shop, *statements):
    shop.book.close()
    db = apsw.Connection(str(shop.home.ledger_db))
    for statement in statements:
        db.execute(statement)
    db.close()


def test_a_hash_that_is_wrong_after_a_gap_or_the_last_head_is_named(stocked):
    damage_closed(
        stocked,
        "DELETE FROM entries WHERE idx = 4",
        "UPDATE entries SET hashes = zeroblob(length(hashes)) WHERE idx = 6",
    )
    found = findings(stocked)
    assert (6, "its tree hashes are not those of its leaf") in found
    assert any(index == 4 for index, _ in found)


def test_a_wrong_hash_without_any_head_after_it_is_named(stocked):
    damage_closed(
        stocked,
        "UPDATE entries SET hashes = zeroblob(length(hashes)), head = X'' WHERE idx = 7",
    )
    assert (7, "its tree hashes are not those of its leaf") in findings(stocked)


def test_a_genesis_in_the_middle_is_named(stocked):
    leaf = Entry(3, 0, 0, stocked.book.genesis).leaf()
    damage_closed(stocked, f"UPDATE entries SET leaf = X'{leaf.hex()}' WHERE idx = 3")
    assert (3, "a genesis must be the first entry, and only that") in findings(stocked)


def test_a_second_genesis_in_place_of_the_first_is_named(shop):
    book_entry = next(shop.book.entries())
    assert book_entry.index == 0
    with pytest.raises(errors.AlreadyUsedWithOtherContent):
        shop.book.book(lambda _: replace(shop.book.genesis, currency="USD"), shop.now_ms)


def test_an_entry_that_does_not_balance_is_named(shop, monkeypatch):
    monkeypatch.setattr(Topup, "postings", lambda _: (Posting("assets:cash", "EUR", 5),))
    shop.topup(7)
    found = findings(shop)
    assert (3, "its postings do not sum to zero") in found


def test_findings_beyond_the_limit_are_not_told_apart(stocked, monkeypatch):
    monkeypatch.setattr(audit, "FINDINGS_MAX", 2)
    damage_closed(stocked, "UPDATE entries SET leaf = X'00'")
    assert len(findings(stocked)) == 2


def test_a_row_of_another_type_has_no_seal():
    class Rows:
        raw_id = "id"

        def rows(self, *_):
            return iter([(0, b"genesis", "text", b"", b"")])

    assert seals._chunk_digest(Rows(), 0, 1) == ""


def test_a_leaf_that_is_malformed_after_what_was_verified_is_named(stocked, tmp_path):
    memory = tmp_path / "m"
    assert audit.check_home(stocked.home, memory=memory)[0] == []
    stocked.pay()
    damage_closed(stocked, "UPDATE entries SET leaf = X'7b7d' WHERE idx = 8")
    found, _ = audit.check_home(stocked.home, memory=memory)
    assert 8 in {f.index for f in found}


def test_a_recorded_time_that_is_not_the_latest_is_named(shop, monkeypatch):
    last = list(shop.book.entries())[-1].index
    monkeypatch.setattr("ledger.draft.Entry", lambda i, at, _, what: Entry(i, at, at - 1, what))
    shop.topup(7)
    monkeypatch.undo()
    named = "its recorded time is not the latest of its clock and all before"
    assert (last + 1, named) in findings(shop)


def test_a_payment_under_another_id_is_not_what_a_refund_refers_to(stocked):
    paid = next(e for e in stocked.book.entries() if e.kind == "payment")
    other = next(e for e in stocked.book.entries() if e.kind == "topup")
    refund = stocked.at_desk().refund(paid.id.partition("/")[2], 100, "r1")
    damage_closed(
        stocked,
        f"UPDATE entries SET id = 'gone' WHERE idx = {paid.index}",
        f"UPDATE entries SET id = '{paid.id}' WHERE idx = {other.index}",
    )
    assert {other.index, paid.index, refund.index} <= {index for index, _ in findings(stocked)}


def test_a_kept_head_of_a_size_that_was_sealed_is_compared(stocked, tmp_path):
    memory, head = tmp_path / "m", stocked.book.head
    assert audit.check_home(stocked.home, memory=memory)[0] == []
    stocked.pay()
    assert audit.check_home(stocked.home, memory=memory, heads=(head,))[0] == []


def test_the_limit_of_one_whose_name_goes_on_is_not_that_of_the_shorter_name(shop):
    shop.at_desk().limit("s-a", 100, "l1")
    shop.at_desk().limit("s-a0", 10_000, "l2")
    with pytest.raises(errors.BalanceTooHigh):
        shop.topup(101, shopper="s-a")
    shop.topup(101, shopper="s-a0")
    assert shop.book.check() == []


def test_a_leaf_has_one_spelling_and_the_postings_that_follow_from_its_body(shop):
    leaf = shop.topup(100).leaf()
    assert parse_leaf(leaf).leaf() == leaf
    for spoilt, sentence in (
        (leaf.replace(b'"format":1', b'"format": 1'), "not in canonical form"),
        (leaf.replace(b'"amount_minor":-100', b'"amount_minor":-101'), "id or postings"),
        (leaf[:-1], "not JSON"),
        (b"[]", "record"),
    ):
        with pytest.raises(errors.BadInputError, match=sentence):
            parse_leaf(spoilt)
