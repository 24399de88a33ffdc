"""A batch is judged as one: all of its payments are taken, or there is no trace of any."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from ledger import draft, errors, keys, merkle
from ledger.batches import PAGE, Page, Sheet, payment_id
from ledger.book import Ledger
from ledger.contents import Hold, Payment
from ledger.orders import Order, OrderLine
from ledger.rules import LIFETIME_MS_MAX, SKEW_MS_MAX

ANN, BOB = "s-ann", "s-bob"
CENT = Order((OrderLine("C", "Cent", 1, 1),), "EUR")
APPLE = Order((OrderLine("A1", "Apple", 3, 50),), "EUR")
ROLL = Order((OrderLine("B1", "Roll", 2, 60, counted=True),), "EUR")


@pytest.fixture
def rich(shop):
    shop.topup(1_000, shopper=ANN)
    shop.topup(1_000, shopper=BOB)
    shop.at_desk().supply("B1", 10, "s-1")
    return shop


def signed(shop, batch, **changes):
    """A header that the kiosk signed as it is told."""
    changed = replace(batch, **changes)
    return replace(changed, signature=shop.kiosk.sign(changed.message()))


def handmade(shop, batch, pages, **changes):
    """Any pages under a header that fits them."""
    read = [Page(*page) for page in pages]
    root = merkle.levels([page.root for page in read])[-1][0].hex()
    changes = {"count": sum(page.count for page in read), "root": root, **changes}
    return signed(shop, batch, **changes), pages


def state(shop):
    rows = shop.book._store.rows("SELECT count(*) FROM batch_pages")
    return len(shop.book), shop.book.balances(), shop.book.head, *rows


def refused(shop, error, batch, now_ms=None, match=None):
    with shop.book._reading():
        before = state(shop)
    with pytest.raises(error, match=match) as e:
        shop.book.post_batch(*batch, shop.now_ms if now_ms is None else now_ms)
    with shop.book._reading():
        assert state(shop) == before
    assert e.value.message.endswith(".")
    assert e.value.hint
    return e.value


def test_a_batch_moves_what_its_payments_say_under_one_entry(rich):
    size = len(rich.book)
    receipts = rich.pay_batch((ANN, APPLE), (BOB, ROLL), (ANN, ROLL))
    assert len(receipts) == 3
    assert [(r.pseudonym, r.amount_minor) for r in receipts] == [(ANN, 150), (BOB, 120), (ANN, 120)]
    assert {r.index for r in receipts} == {size}
    assert len(rich.book) == size + 1
    assert {a: b for a, _, b in rich.book.balances()} == {
        "assets:cash": 2_000,
        "assets:stock:B1": 6,
        "equity:supplies": -10,
        "expenses:goods-sold": 4,
        "income:sales": -390,
        f"liabilities:shopper:{ANN}": -730,
        f"liabilities:shopper:{BOB}": -880,
    }
    assert rich.book.check() == []


def test_receipts_are_numbered_from_nought(rich):
    receipts = rich.pay_batch((ANN, APPLE), (BOB, ROLL))
    batch_id = receipts[0].id[:24]
    assert [r.id for r in receipts] == [payment_id(batch_id, 0), payment_id(batch_id, 1)]
    for number in (-1, 2):
        with pytest.raises(IndexError):
            _ = receipts[number]


def test_a_full_page_has_no_receipts_beyond_its_ends(rich):
    receipts = rich.pay_batch(*[(ANN, CENT)] * PAGE)
    assert receipts[PAGE - 1].id == payment_id(receipts[0].id[:24], PAGE - 1)
    for number in (-1, -PAGE, PAGE):
        with pytest.raises(IndexError):
            _ = receipts[number]


def test_the_same_batch_again_charges_once_and_gives_the_same_receipts(rich):
    batch = rich.batch((ANN, APPLE), (BOB, ROLL))
    first = [*rich.book.post_batch(*batch, rich.now_ms)]
    rich.pay(APPLE, pseudonym=ANN)
    assert [*rich.book.post_batch(*batch, rich.now_ms + 10**12)] == first
    rich.book.close()
    rich.book = Ledger.open(rich.home)
    assert [*rich.book.post_batch(*batch, 0)] == first
    assert [rich.book.receipt(r.id) for r in first] == first
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (700, 880)
    assert rich.book.check() == []


def test_asked_twice_in_one_commit_it_is_charged_once(rich):
    header, pages = rich.batch((ANN, APPLE))
    whole = replace(header, sheet=Sheet([Page(*page) for page in pages]))

    def work(draft):
        one, two = (rich.book._take(draft, whole, rich.now_ms) for _ in range(2))
        return lambda: (one, two)

    one, two = rich.book._committer.do(work)
    assert one is two
    assert rich.book.balance(ANN) == 850


@pytest.mark.parametrize("taken", [False, True])
def test_payments_that_are_not_those_of_the_header_are_refused(rich, taken):
    header, pages = rich.batch((ANN, APPLE), (BOB, ROLL))
    _, resalted = rich.batch((ANN, APPLE), (BOB, ROLL))
    _, fewer = rich.batch((ANN, APPLE))
    if taken:
        rich.book.post_batch(header, pages, rich.now_ms)
    for other in (resalted, fewer, [*pages[:-1], *fewer]):
        refused(rich, errors.WrongCart, (header, other))
    for lie in ({"count": 1}, {"count": 3}, {"root": "0" * 64}):
        refused(rich, errors.WrongCart, (signed(rich, header, **lie), pages))
    assert rich.book.post_batch(header, pages, rich.now_ms)[1].amount_minor == 120


def test_the_same_id_with_another_content_is_refused(rich):
    header, pages = rich.batch((ANN, APPLE))
    rich.book.post_batch(header, pages, rich.now_ms)
    _, more = rich.batch((ANN, APPLE), (BOB, APPLE))
    refused(rich, errors.AlreadyUsedWithOtherContent, handmade(rich, header, more))
    later = signed(rich, header, issued_at_ms=header.issued_at_ms + 1)
    refused(rich, errors.AlreadyUsedWithOtherContent, (later, pages))
    stolen = replace(header, signature=bytes(64))
    refused(rich, errors.AlreadyUsedWithOtherContent, (stolen, pages))


def test_malformed_pages_are_bad_input(rich):
    header, [(records, orders)] = rich.batch((ANN, APPLE))
    for pages in ([], [(records, b"")], [(records + b"\n", orders)], [(b"", orders)]):
        refused(rich, errors.BadInputError, (header, pages))


def test_an_order_of_another_spelling_is_bad_input(rich):
    header, [(records, orders)] = rich.batch((ANN, APPLE))
    spaced = orders.replace(b":", b": ")
    digest = hashlib.sha256(b"facetill/order/v1\n" + spaced).hexdigest()
    pages = [(records.replace(APPLE.digest().encode(), digest.encode()), spaced)]
    refused(rich, errors.BadInputError, handmade(rich, header, pages), match="field orders is")
    rich.pay(APPLE, pseudonym=ANN)


# --- who may ask, for what, and when -----------------------------------------------------------


def test_a_kiosk_that_is_not_registered_is_refused(rich):
    for stranger in (keys.generate(), rich.desk):
        refused(rich, errors.UnknownKiosk, rich.batch((ANN, APPLE), key=stranger))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0" * 24},
        {"currency": "USD"},
        {"issued_at_ms": 1},
        {"expires_at_ms": 2**53 - 1},
        {"policy": "1" * 64},
        {"models": {}},
        {"source": "file"},
        {"mode": "live"},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
)
def test_an_altered_header_is_refused(rich, change):
    header, pages = rich.batch((ANN, APPLE))
    refused(rich, errors.BadSignature, (replace(header, **change), pages))


def test_a_signature_made_for_another_purpose_is_refused(rich):
    header, pages = rich.batch((ANN, APPLE))
    plain = rich.kiosk.sign(header.message().removeprefix(b"facetill/batch-booking/v1\n"))
    refused(rich, errors.BadSignature, (replace(header, signature=plain), pages))


def test_a_batch_of_a_home_of_the_other_mode_is_refused(rich):
    refused(rich, errors.WrongCart, rich.batch((ANN, APPLE), mode="live"), match="of a live home")


def test_another_currency_is_refused_in_the_header_and_in_each_order(rich):
    header, pages = rich.batch((ANN, APPLE))
    refused(rich, errors.WrongCurrency, (signed(rich, header, currency="USD"), pages))
    dollars = replace(APPLE, currency="USD")
    header, [(records, orders)] = rich.batch((ANN, dollars))
    refused(rich, errors.WrongCurrency, (header, [(records, orders)]))
    refused(
        rich,
        errors.WrongCurrency,
        (signed(rich, header, currency="EUR"), [(records, orders)]),
    )
    _, [(fine, euros)] = rich.batch((ANN, APPLE))
    mixed = [(fine + b"\n" + records, euros + b"\n" + orders)]
    refused(rich, errors.WrongCurrency, handmade(rich, header, mixed, currency="EUR"))


def test_a_live_home_takes_no_batch_from_a_file(make_shop):
    live = make_shop("live")
    live.topup()
    refused(live, errors.FileSourceInLiveHome, live.batch((live.shopper, APPLE), source="file"))
    assert live.pay_batch((live.shopper, APPLE))[0].mode == "live"


def test_a_demo_home_takes_a_batch_from_a_file(rich):
    batch = rich.batch((ANN, APPLE), source="file")
    assert "DEMO" in rich.book.post_batch(*batch, rich.now_ms)[0].text()


def test_a_batch_expires_to_the_millisecond(rich):
    rich.book.post_batch(*rich.batch((ANN, APPLE)), rich.now_ms + 30_000)
    refused(rich, errors.Expired, rich.batch((ANN, APPLE)), rich.now_ms + 30_001)


def test_a_kiosk_clock_may_run_ahead_by_the_skew_and_no_more(rich):
    rich.book.post_batch(*rich.batch((ANN, APPLE)), rich.now_ms - SKEW_MS_MAX)
    early = rich.now_ms - SKEW_MS_MAX - 1
    refused(rich, errors.NotYetValid, rich.batch((ANN, APPLE)), early)


@pytest.mark.parametrize("lifetime_ms", [0, -1, LIFETIME_MS_MAX + 1])
def test_a_lifetime_out_of_bounds_is_refused(rich, lifetime_ms):
    header, pages = rich.batch((ANN, APPLE))
    header = signed(rich, header, expires_at_ms=header.issued_at_ms + lifetime_ms)
    refused(rich, errors.LifetimeTooLong, (header, pages))


# --- who pays, and what there is ---------------------------------------------------------------


def test_one_erased_shopper_stops_the_whole_batch(rich):
    batch = rich.batch((ANN, APPLE), (BOB, APPLE))
    rich.at_desk().tombstone(BOB)
    refused(rich, errors.ShopperErased, batch)
    rich.pay_batch((ANN, APPLE))


def test_a_shopper_pays_for_all_of_a_batch_or_for_none(rich):
    six = Order((OrderLine("G", "Gold", 1, 600),), "EUR")
    four = Order((OrderLine("G", "Gold", 1, 400),), "EUR")
    e = refused(
        rich, errors.InsufficientFunds, rich.batch((BOB, four), (ANN, six), (BOB, six), (ANN, six))
    )
    assert e.message == "The payment needs 12.00 EUR; the balance is 10.00 EUR."
    refused(rich, errors.InsufficientFunds, rich.batch((BOB, four), ("s-nobody", APPLE)))
    rich.pay_batch((BOB, four), (ANN, six), (BOB, six), (ANN, four))
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (0, 0)


def test_the_same_shopper_on_two_pages_is_one_sum(rich):
    cent = Order((OrderLine("C", "Cent", 1, 7),), "EUR")
    refused(rich, errors.InsufficientFunds, rich.batch(*[(ANN, cent)] * 143))
    rich.pay_batch(*[(ANN, cent)] * 142)
    assert rich.book.balance(ANN) == 6


def test_the_pieces_of_an_article_are_one_sum(rich):
    mixed = Order((*ROLL.lines, OrderLine("Z", "Zest", 1, 5, counted=True)), "EUR")
    rich.at_desk().supply("Z", 2, "s-2")
    e = refused(rich, errors.OutOfStock, rich.batch((ANN, mixed), *[(BOB, ROLL)] * 5))
    assert e.message == "Of B1 10 are left, not 12."
    refused(rich, errors.OutOfStock, rich.batch((ANN, mixed), (BOB, mixed), (BOB, mixed)))
    rich.pay_batch((ANN, mixed), *[(BOB, ROLL)] * 4)
    assert rich.book.stock() == {"B1": 0, "Z": 1}
    assert rich.book.check() == []


# --- ids ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["payment", "hold"])
def test_an_id_of_a_batch_pays_for_nothing_else(rich, kind):
    receipts = rich.pay_batch((ANN, APPLE), (BOB, APPLE))
    ask = rich.pay if kind == "payment" else rich.hold
    for used in receipts:
        with pytest.raises(errors.AlreadyUsedWithOtherContent, match=f"The id {used.id} was"):
            ask(APPLE, pseudonym=ANN, id=used.id)
    ask(APPLE, pseudonym=ANN, id=payment_id(receipts[0].id[:24], 2))
    assert rich.book.balance(ANN) == 700
    assert rich.book.check() == []


@pytest.mark.parametrize("lookup", [1, 2, 3, 4])
def test_however_many_batches_stand_near_their_ids_pay_for_nothing_else(rich, monkeypatch, lookup):
    monkeypatch.setattr(draft, "LOOKUP", lookup)
    used = sorted(rich.pay_batch((ANN, CENT))[0].id for _ in range(3))
    items = [
        (rich.authorize(APPLE, pseudonym=BOB, id=sale_id), APPLE)
        for sale_id in (*used, payment_id(used[0][:24], 1), payment_id(used[2][:24], 1))
    ]
    answers = rich.book.post_many(items, rich.now_ms)
    assert [*map(type, answers[:3])] == [errors.AlreadyUsedWithOtherContent] * 3
    assert [answer.amount_minor for answer in answers[3:]] == [150, 150]
    assert rich.book.balance(BOB) == 700
    assert rich.book.check() == []


@pytest.mark.parametrize("number", [0, 1, 2, 2**32 - 1])
@pytest.mark.parametrize("kind", ["payment", "hold"])
def test_a_batch_takes_no_id_that_is_in_use(rich, kind, number):
    header, pages = rich.batch((ANN, APPLE), (BOB, APPLE))
    ask = rich.pay if kind == "payment" else rich.hold
    ask(APPLE, pseudonym=ANN, id=payment_id(header.id, number))
    refused(rich, errors.AlreadyUsedWithOtherContent, (header, pages))
    rich.pay_batch((ANN, APPLE))


@pytest.mark.parametrize("until_ms", [None, 600_000])
@pytest.mark.parametrize("batch_first", [True, False])
def test_ids_are_used_once_within_a_shared_commit_too(rich, batch_first, until_ms):
    header, pages = rich.batch((ANN, APPLE))
    whole = replace(header, sheet=Sheet([Page(*page) for page in pages]))
    until_ms = until_ms and rich.now_ms + until_ms
    alone = rich.authorize(
        APPLE, id=payment_id(header.id, 0), pseudonym=ANN, hold_until_ms=until_ms
    )
    single = (Hold if until_ms else Payment)(alone, APPLE, "demo")
    first, second = (whole, single) if batch_first else (single, whole)
    size = len(rich.book)

    def work(draft):
        taken = rich.book._take(draft, first, rich.now_ms)
        with pytest.raises(errors.AlreadyUsedWithOtherContent):
            rich.book._take(draft, second, rich.now_ms)
        return lambda: taken

    rich.book._committer.do(work)
    assert len(rich.book) == size + 1
    assert rich.book.balance(ANN) == 850


# --- several in one commit ---------------------------------------------------------------------


def heads(shop):
    """How many signed heads the book has."""
    with shop.book._reading():
        [(count,)] = shop.book._store.rows("SELECT count(*) FROM entries WHERE length(head) > 0")
    return count


def test_of_several_batches_each_is_taken_or_refused_by_itself(rich):
    dear = Order((OrderLine("G", "Gold", 1, 5_000),), "EUR")
    first, last = rich.batch((ANN, APPLE), (BOB, APPLE)), rich.batch((ANN, ROLL))
    header, pages = rich.batch((ANN, CENT))
    asked = [
        (header, [(b"", b"")]),
        (header, []),
        first,
        (header, first[1]),
        rich.batch((ANN, CENT), (BOB, dear)),
        (replace(header, signature=bytes(64)), pages),
        rich.batch((BOB, CENT), key=keys.generate()),
        rich.batch((ANN, CENT), now_ms=rich.now_ms - 30_001),
        last,
        (signed(rich, first[0], policy="1" * 64), first[1]),
    ]
    size, signed_before = len(rich.book), heads(rich)
    answers = rich.book.post_batches(asked, rich.now_ms)
    refusals = {n: type(a) for n, a in enumerate(answers) if isinstance(a, errors.Error)}
    assert refusals == {
        0: errors.BadInputError,
        1: errors.BadInputError,
        3: errors.WrongCart,
        4: errors.InsufficientFunds,
        5: errors.BadSignature,
        6: errors.UnknownKiosk,
        7: errors.Expired,
        9: errors.AlreadyUsedWithOtherContent,
    }
    receipts = [*answers[2], *answers[8]]
    assert [r.id for r in receipts] == [
        *(payment_id(first[0].id, number) for number in range(2)),
        payment_id(last[0].id, 0),
    ]
    assert [r.index for r in receipts] == [size, size, size + 1]
    assert len({r.checkpoint for r in receipts}) == 1
    assert (len(rich.book), heads(rich)) == (size + 2, signed_before + 1)
    assert [rich.book.receipt(r.id) for r in receipts] == receipts
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (730, 850)
    assert rich.book.check() == []


def test_money_that_a_batch_took_is_not_there_for_the_next_one_of_its_commit(rich):
    six = Order((OrderLine("G", "Gold", 1, 600),), "EUR")
    four = Order((OrderLine("G", "Gold", 1, 400),), "EUR")
    asked = [rich.batch((who, six), (ANN, four)) for who in (BOB, ANN, BOB)]
    asked.append(rich.batch((ANN, CENT), (BOB, four)))
    answers = rich.book.post_batches(asked, rich.now_ms)
    assert [*map(type, answers[1:3])] == [errors.InsufficientFunds] * 2
    assert answers[1].message == "The payment needs 10.00 EUR; the balance is 6.00 EUR."
    assert answers[2].message == "The payment needs 6.00 EUR; the balance is 4.00 EUR."
    assert (len(answers[0]), len(answers[3])) == (2, 2)
    assert (rich.book.balance(ANN), rich.book.balance(BOB)) == (599, 0)
    assert rich.book.check() == []


def test_pieces_that_a_batch_took_are_not_there_for_the_next_one_of_its_commit(rich):
    three, two = [(ANN, ROLL)] * 3, [(BOB, ROLL)] * 2
    answers = rich.book.post_batches([rich.batch(*b) for b in (three, three, two)], rich.now_ms)
    assert (len(answers[0]), len(answers[2])) == (3, 2)
    assert answers[1].message == "Of B1 4 are left, not 6."
    assert rich.book.stock() == {"B1": 0}
    assert rich.book.check() == []


def test_a_batch_that_is_asked_for_twice_in_one_call_is_charged_once(rich):
    batch, other = rich.batch((ANN, APPLE), (BOB, ROLL)), rich.batch((ANN, CENT))
    size = len(rich.book)
    one, between, two = rich.book.post_batches([batch, other, batch], rich.now_ms)
    assert [*one] == [*two]
    assert between[0].amount_minor == 1
    assert (len(rich.book), rich.book.balance(ANN)) == (size + 2, 849)
    fresh = rich.batch((BOB, CENT))
    later = rich.book.post_batches([fresh, batch, other], rich.now_ms + 10**12)
    assert isinstance(later[0], errors.Expired)
    assert [[*receipts] for receipts in later[1:]] == [[*one], [*between]]
    assert len(rich.book) == size + 2
    assert rich.book.check() == []


def test_batches_of_which_none_is_taken_leave_no_trace(rich):
    header, pages = rich.batch((ANN, APPLE))
    with rich.book._reading():
        before = state(rich)
    assert rich.book.post_batches([], rich.now_ms) == []
    wrong = [
        (header, []),
        (replace(header, policy="1" * 64), pages),
        rich.batch(("s-nobody", CENT)),
    ]
    answers = rich.book.post_batches(wrong, rich.now_ms)
    assert [*map(type, answers)] == [
        errors.BadInputError,
        errors.BadSignature,
        errors.InsufficientFunds,
    ]
    with rich.book._reading():
        assert state(rich) == before
