"""What a batch leaves in the book: the same as its payments one by one, in a single entry."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from dataclasses import replace

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import errors
from ledger.batches import Page, Sheet, payment_id
from ledger.book import Ledger
from ledger.contents import Payment
from ledger.instructions import Close, Refund
from ledger.orders import Discount, Order, OrderLine, Tax

ANN, BOB = "s-ann", "s-bob"
CENT = Order((OrderLine("C", "Cent", 1, 1),), "EUR")
APPLE = Order((OrderLine("A1", "Apple", 3, 50),), "EUR")
ROLL = Order((OrderLine("B1", "Roll", 2, 60, counted=True),), "EUR")
TAXED = Order(
    (OrderLine("B1", "Roll", 1, 60, counted=True), OrderLine("K", "Key", 3, 5, counted=True)),
    "EUR",
    (Discount("SPRING", "Spring", 1),),
    (Tax("VAT-7", 70_000, 60, "included"), Tax("DEPOSIT", 500_000, 15, "added")),
)


@pytest.fixture
def rich(shop):
    return enriched(shop)


def enriched(shop):
    shop.topup(1_000, shopper=ANN)
    shop.topup(1_000, shopper=BOB)
    shop.at_desk().supply("B1", 10, "s-1")
    shop.at_desk().supply("K", 10, "s-2")
    return shop


def whole(shop, *buys):
    header, pages = shop.batch(*buys)
    return replace(header, sheet=Sheet([Page(*page) for page in pages]))


# --- the same as one by one --------------------------------------------------------------------

BUYS = st.tuples(st.sampled_from([ANN, BOB]), st.sampled_from([CENT, APPLE, ROLL, TAXED]))


@given(st.lists(st.lists(BUYS, min_size=1, max_size=6), min_size=2, max_size=2))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_batch_and_its_payments_one_by_one_leave_the_same(make_shop, rounds):
    batched, single = (enriched(make_shop(name=uuid.uuid4().hex)) for _ in range(2))
    for buys in rounds:
        items = [(single.authorize(order, pseudonym=who), order) for who, order in buys]
        said = outcome(lambda buys=buys: batched.pay_batch(*buys))
        assert said == outcome(lambda items=items: single.book.post_all(items, single.now_ms))
        for read in (
            lambda book: (book.balances(), book.stock(), without_places(book.figures())),
            lambda book: sorted(book.sales_since(ANN, 0).values()),
            lambda book: Counter(map(moved, book.register())),
        ):
            assert read(batched.book) == read(single.book)
        for shop in (batched, single):
            shop.at_desk().close(uuid.uuid4().hex)
    assert (batched.book.check(), single.book.check()) == ([], [])


def outcome(pay):
    """What the receipts say, or why there are none."""
    try:
        return [(r.pseudonym, r.order, r.amount_minor) for r in pay()]
    except errors.Refused as e:
        return type(e)


def without_places(figures):
    return {name: n for name, n in figures.fields().items() if name != "first"}


def moved(row):
    return row.entry.kind, row.account, row.currency, row.amount_minor


def test_what_is_moved_sums_up_to_nothing_in_each_currency(rich):
    rich.pay_batch((ANN, TAXED), (BOB, TAXED), (ANN, ROLL))
    sums = Counter()
    for _, currency, amount in rich.book.balances():
        sums[currency] += amount
    assert sums == {"EUR": 0, "PCS": 0}
    assert rich.book.stock() == {"B1": 6, "K": 4}
    balances = {account: amount for account, _, amount in rich.book.balances()}
    assert (balances["liabilities:tax:VAT-7"], balances["liabilities:tax:DEPOSIT"]) == (-8, -16)
    assert balances["income:sales"] == -(82 + 82 + 120 - 24)


# --- what can be read of it --------------------------------------------------------------------


def test_after_a_batch_its_payments_are_read_in_its_place(rich):
    receipts = rich.pay_batch((ANN, APPLE), (BOB, ROLL))
    index = receipts[0].index
    batch, *payments = rich.book.entries(index)
    assert (batch.kind, batch.postings) == ("batch", ())
    assert [p.id for p in payments] == [f"payment/{r.id}" for r in receipts]
    assert {p.index for p in payments} == {index}
    rows = [r.amount_minor for r in rich.book.register(f"liabilities:shopper:{BOB}")]
    assert rows == [-1_000, 120]


def test_what_a_shopper_spent_is_found_in_batches(rich):
    first = rich.pay_batch((ANN, APPLE), (BOB, ROLL), (ANN, CENT))
    rich.now_ms += 1_000
    second = rich.pay_batch((BOB, CENT))
    assert rich.book.sales_since(ANN, 0) == {first[0].id: 150, first[2].id: 1}
    assert rich.book.sales_since(BOB, rich.now_ms) == {second[0].id: 1}
    assert rich.book.spent_since(BOB, 0) == 121
    assert rich.book.spent_since("s-bo", 0) == 0


# --- figures -----------------------------------------------------------------------------------


def test_reports_count_each_payment_of_a_batch_before_and_after_a_close(rich):
    rich.pay(APPLE, pseudonym=ANN)
    rich.pay_batch(*[(ANN, CENT)] * 129, (BOB, ROLL))
    figures = rich.book.figures()
    assert (figures.sales, figures.sales_minor, figures.grand_total_minor) == (131, 399, 399)
    closed = rich.at_desk().close("z-1").content
    assert (closed.sales, closed.sales_minor, closed.grand_total_minor) == (131, 399, 399)
    assert rich.at_desk().close("z-1").content == closed
    paid = rich.pay_batch((ANN, APPLE), (BOB, APPLE))
    rich.at_desk().refund(paid[1].id, 20, "r-1")
    figures = rich.book.figures()
    assert (figures.sales, figures.sales_minor, figures.grand_total_minor) == (2, 300, 699)
    assert (figures.refunds, figures.refunds_minor) == (1, 20)
    closed = rich.at_desk().close("z-2").content
    assert (closed.number, closed.sales, closed.grand_total_minor) == (2, 2, 699)
    assert rich.book.figures().sales == 0
    assert rich.book.check() == []


def test_a_report_in_the_commit_that_a_batch_is_in_counts_it(rich):
    batch = whole(rich, (ANN, APPLE), (BOB, ROLL))

    def work(draft):
        rich.book._take(draft, batch, rich.now_ms)
        fields = {**draft.figures().fields(), "last": draft.size - 1}
        close = rich.instruct(Close, id="z-1", currency="EUR", **fields)
        taken = rich.book._take(draft, close, rich.now_ms)
        figures = draft.figures()
        return lambda: (taken, figures)

    taken, figures = rich.book._committer.do(work)
    assert (taken.content.sales, taken.content.sales_minor) == (2, 270)
    assert (figures.sales, figures.number, figures.grand_total_minor) == (0, 2, 270)
    assert rich.book.check() == []


# --- one commit --------------------------------------------------------------------------------


def test_threads_share_one_commit_of_batches_and_single_payments(rich):
    batches = [rich.batch(*[(who, CENT)] * 130) for who in (ANN, BOB)]
    dear = rich.batch((ANN, CENT), (BOB, Order((OrderLine("G", "Gold", 1, 5_000),), "EUR")))
    alone = [(rich.authorize(APPLE, pseudonym=who), APPLE) for who in (ANN, BOB)]
    asks = [
        *(lambda batch=batch: rich.book.post_batch(*batch, rich.now_ms) for batch in batches),
        lambda: rich.book.post_batch(*batches[0], rich.now_ms),
        lambda: rich.book.post_batch(*dear, rich.now_ms),
        *(lambda item=item: rich.book.post(*item, rich.now_ms) for item in alone),
    ]
    got = [None] * len(asks)

    def run(number):
        try:
            got[number] = asks[number]()
        except errors.Refused as e:
            got[number] = e

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(asks))]
    size = len(rich.book)
    with rich.book._lock:
        for thread in threads:
            thread.start()
        while len(rich.book._committer._waiting) < len(asks):
            threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert len(rich.book) == size + 4
    assert isinstance(got[3], errors.InsufficientFunds)
    assert [*got[0]] == [*got[2]]
    receipts = [*got[0], *got[1], got[4], got[5]]
    assert len({receipt.checkpoint for receipt in receipts}) == 1
    assert [rich.book.receipt(receipt.id) for receipt in receipts] == receipts
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (720, 720)
    assert rich.book.check() == []


def test_a_batch_that_is_refused_leaves_nothing_in_a_commit_that_goes_on(rich):
    batch = whole(rich, (ANN, CENT), (BOB, Order((OrderLine("G", "Gold", 1, 5_000),), "EUR")))
    single = Payment(rich.authorize(APPLE, pseudonym=ANN), APPLE, "demo")

    def work(draft):
        with pytest.raises(errors.InsufficientFunds):
            rich.book._take(draft, batch, rich.now_ms)
        assert draft.size == draft.old_size
        entry = rich.book._take(draft, single, rich.now_ms)
        return lambda: rich.book._receipt_of(draft, entry)

    receipt = rich.book._committer.do(work)
    assert rich.book.receipt(receipt.id) == receipt
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (850, 1_000)
    assert rich.book.check() == []


def test_what_was_undone_together_with_a_batch_is_gone(rich):
    batch = whole(rich, (ANN, CENT), (BOB, ROLL))

    def work(draft):
        mark = draft.mark()
        rich.book._take(draft, batch, rich.now_ms)
        assert draft.has_sale_below(batch.id) is False
        draft.undo(mark)
        again = rich.book._take(draft, batch, rich.now_ms)
        return lambda: again

    assert rich.book._committer.do(work).id == batch.entry_id
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (999, 880)
    assert rich.book.stock()["B1"] == 8
    assert rich.book.check() == []


# --- refunds -----------------------------------------------------------------------------------


def test_each_payment_of_a_batch_is_given_back_by_itself(rich):
    ann, bob = rich.pay_batch((ANN, APPLE), (BOB, ROLL))
    desk = rich.at_desk()
    desk.refund(ann.id, 100, "r1")
    assert desk.refund(ann.id, 100, "r1").content.pseudonym == ANN
    with pytest.raises(errors.RefundTooHigh, match=r"0\.50 EUR can still"):
        desk.refund(ann.id, 51, "r2")
    with pytest.raises(errors.RefundTooHigh):
        desk.refund(bob.id, 121, "r3")
    desk.refund(ann.id, 50, "r2")
    desk.refund(bob.id, 120, "r3")
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (1_000, 1_000)
    assert rich.book.stock()["B1"] == 8
    assert rich.book.check() == []


@pytest.mark.parametrize("which", ["no number", "no batch", "no id"])
def test_what_is_in_no_batch_is_not_given_back_and_has_no_receipt(rich, which):
    (paid,) = rich.pay_batch((ANN, APPLE))
    wrong = {
        "no number": payment_id(paid.id[:24], 1),
        "no batch": "0" * 32,
        "no id": paid.id[:24] + "+0000000",
    }[which]
    with pytest.raises(errors.UnknownReceipt, match="has no payment"):
        rich.at_desk().refund(wrong, 1, "r1")
    with pytest.raises(errors.UnknownReceipt, match="has no payment"):
        rich.book.receipt(wrong)


def test_a_payment_is_given_back_in_the_commit_that_its_batch_is_in(rich):
    batch = whole(rich, *[(ANN, CENT)] * 128, (BOB, APPLE))
    of = {"payment": payment_id(batch.id, 128), "pseudonym": BOB, "currency": "EUR"}

    def work(draft):
        rich.book._take(draft, batch, rich.now_ms)
        for refund_id, amount_minor, refusal in (
            ("r-1", 100, None),
            ("r-2", 51, errors.RefundTooHigh),
            ("r-3", 50, None),
        ):
            refund = rich.instruct(Refund, id=refund_id, amount_minor=amount_minor, **of)
            if refusal is None:
                rich.book._take(draft, refund, rich.now_ms)
                continue
            with pytest.raises(refusal):
                rich.book._take(draft, refund, rich.now_ms)
        return lambda: None

    rich.book._committer.do(work)
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (872, 1_000)
    assert rich.book.check() == []


# --- pages that were damaged -------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM batch_pages WHERE page = 0",
        "UPDATE batch_pages SET payments = x'00' WHERE page = 0",
        "UPDATE batch_pages SET orders = x'00' WHERE page = 0",
    ],
)
def test_a_damaged_page_is_named_by_its_entry_wherever_it_is_read(rich, damage):
    receipts = rich.pay_batch(*[(ANN, CENT)] * 129)
    first, last = receipts[0].id, receipts[128].id
    rich.book.close()
    db = apsw.Connection(str(rich.home.ledger_db))
    db.execute(damage)
    db.close()
    rich.book = Ledger.open(rich.home)
    reads = [
        lambda: rich.book.receipt(first),
        lambda: rich.at_desk().refund(first, 1, uuid.uuid4().hex),
        lambda: [*rich.book.entries()],
    ]
    if "payments" not in damage:  # a record that is no more cannot be looked for
        reads.append(lambda: rich.book.sales_since(ANN, 0))
    for read in reads:
        with pytest.raises(errors.DamagedError, match=f"Entry {receipts[0].index} of the book"):
            read()
    if not damage.startswith("DELETE"):
        assert rich.book.receipt(last).amount_minor == 1


@pytest.mark.parametrize("other", ["count", "root"])
def test_whole_pages_that_are_not_those_of_the_header_are_named(rich, other):
    index = rich.pay_batch(*[(ANN, CENT)] * 129)[0].index
    pages_of = f"WHERE batch_pages.idx = {index} AND batch_pages.page = 1"
    damage = f"DELETE FROM batch_pages {pages_of}"
    if other == "root":
        rich.pay_batch((BOB, CENT))
        damage = (
            "UPDATE batch_pages SET (root, total_minor, payments, orders) = (SELECT root, "
            f"total_minor, payments, orders FROM batch_pages WHERE idx = {index + 1}) {pages_of}"
        )
    rich.book.close()
    with apsw.Connection(str(rich.home.ledger_db)) as db:
        db.execute(damage)
        assert db.changes() == 1
    rich.book = Ledger.open(rich.home)
    with pytest.raises(errors.DamagedError, match=f"Entry {index} of the book"):
        list(rich.book.entries())
