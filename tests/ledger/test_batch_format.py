"""A batch's bytes: what a kiosk writes is read again, and whatever differs is named and refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical, keys, merkle
from ledger.batches import PAGE, BatchedPayment, Page, Sheet, payment_id, place_of
from ledger.batching import Batching
from ledger.entries import Entry, parse_leaf
from ledger.errors import BadInputError
from ledger.orders import ORDER_CONTEXT, Discount, Order, OrderLine, Tax

NOW_MS = 1_800_000_000_000
KIOSK = keys.generate()
ORDERS = (
    Order((OrderLine("A1", "Apple", 3, 50),), "EUR"),
    Order((OrderLine("B1", "Brötchen", 2, 60, counted=True), OrderLine("C", "Cup", 1, 9)), "EUR"),
    Order(
        (OrderLine("B1", "Brötchen", 1, 60, counted=True), OrderLine("K", "Key", 1, 5, True)),
        "EUR",
        (Discount("SPRING", "Spring", 1),),
        (Tax("VAT-7", 70_000, 60, "included"), Tax("DEPOSIT", 500_000, 4, "added")),
    ),
)
SHOPPERS = ("s-ann", "s-bob", "00")
APPLE, ROLL = ORDERS[0], ORDERS[1]
SALT = "0f" * 16


def batching(**changes):
    fields = {"policy": "0" * 64, "models": {"recogniser": "a-1"}, "source": "live"}
    return Batching(KIOSK, "demo", NOW_MS, **(fields | changes))


def made(payments):
    """A batch of (shopper, order, method, cues): its header with its sheet."""
    some = batching()
    for payment in payments:
        some.add(*payment)
    batch, pages = some.signed(NOW_MS + 1)
    return replace(batch, sheet=Sheet([Page(*page) for page in pages]))


def apples(count):
    return made([(f"s-{number:04d}", APPLE, "face", ()) for number in range(count)])


def line(salt=SALT, order=APPLE, who="s-ann", method="face", cues="blink turn_left"):
    return f"{salt}\t{order.digest()}\t{who}\t{method}\t{cues}".encode()


def page_of(*lines, orders=(APPLE,)):
    return Page(b"\n".join(lines), b"\n".join(order.encoded for order in orders))


def refused(name, work, *arguments):
    with pytest.raises(BadInputError) as caught:
        work(*arguments)
    assert caught.value.message.startswith(f"The field {name} is outside")


PAYMENTS = st.tuples(
    st.sampled_from(SHOPPERS),
    st.sampled_from(ORDERS),
    st.sampled_from(["face", "pin"]),
    st.lists(st.sampled_from(["blink", "turn_left", "w" * 40, "0"]), max_size=3).map(tuple),
)


@given(st.lists(PAYMENTS, min_size=1, max_size=20), st.sampled_from([0, 107, 126, 127, 128, 250]))
@settings(max_examples=60, deadline=None)
def test_what_a_kiosk_batches_is_what_is_read(some, more):
    wanted = [*some, *[("s-ann", APPLE, "face", ())] * more]
    batch = made(wanted)
    payments = [*batch.payments()]
    assert [(p.pseudonym, p.order, p.method, p.cues) for p in payments] == wanted
    assert [p.number for p in payments] == [*range(len(wanted))]
    assert batch.count == batch.sheet.count == len(wanted)
    assert [page.count for page in batch.sheet.pages[:-1]] == [PAGE] * ((len(wanted) - 1) // PAGE)
    records = [payment.record() for payment in payments]
    assert b"\n".join(page.payments for page in batch.sheet.pages) == b"\n".join(records)
    assert batch.root == merkle.levels(merkle.leaf_hashes(records))[-1][0].hex()
    assert keys.verify(KIOSK.public_bytes, batch.signature, batch.message())


@given(st.lists(PAYMENTS, min_size=1, max_size=30), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_sheet_sums_up_its_payments_whether_their_pages_are_kept_or_not(some, kept):
    batch = made([*some, *[("s-bob", ROLL, "pin", ())] * 110])
    payments = [*batch.payments()]
    sheet = Sheet(iter(batch.sheet.pages), kept=kept)
    assert sheet.pages == (batch.sheet.pages if kept else [])
    moved, spent, counted = Counter(), Counter(), Counter()
    for payment in payments:
        spent[payment.pseudonym] += payment.order.total_minor
        counted.update(payment.order.counted)
        for account, currency, amount in payment.postings():
            moved[account, currency] += amount
    assert {(p.account, p.currency): p.amount_minor for p in sheet.moves} == moved
    assert len(sheet.moves) == len(moved)
    assert (sheet.spent, sheet.counted) == (spent, counted)
    assert sheet.total_minor == sum(spent.values())
    assert sheet.currencies == {"EUR"}
    assert sheet.roots == [page.root for page in batch.sheet.pages]
    assert (sheet.count, sheet.root) == (batch.count, batch.root)


def test_each_payment_has_an_id_at_once_and_a_salt_of_its_own():
    some = batching()
    ids = [some.add("s-ann", APPLE, "face", ()) for _ in range(130)]
    batch, pages = some.signed(NOW_MS + 1)
    assert ids == [f"{batch.id}{number:08x}" for number in range(130)]
    assert [*map(place_of, ids)] == [(batch.id, number) for number in range(130)]
    salts = {line[:32] for records, _ in pages for line in records.split(b"\n")}
    assert len(salts) == 130
    assert batching().id != batch.id
    assert place_of(batch.id) is place_of(ids[0].upper()) is place_of(ids[0] + "0") is None


def test_a_batched_payment_says_what_is_on_its_line():
    (payment,) = made([("s-ann", ROLL, "pin", ("blink",))]).payments()
    assert isinstance(payment, BatchedPayment)
    assert payment.entry_id == f"payment/{payment.sale_id}"
    assert payment.sale_id == payment_id(payment.batch.id, 0)
    assert canonical.decode(canonical.encode(payment.body())) == {
        "batch": payment.batch.id,
        "number": 0,
        "salt": payment.salt,
        "pseudonym": "s-ann",
        "method": "pin",
        "cues": ["blink"],
        "order": ROLL.record(),
        "mode": "demo",
    }


def test_a_header_stands_in_the_book_as_its_one_leaf():
    batch = apples(3)
    entry = Entry(7, 1, 2, batch)
    read = parse_leaf(entry.leaf())
    assert read == entry
    assert (read.id, read.content.sheet) == (f"batch/{batch.id}", None)
    assert (read.postings, read.moves, read.batch_minor) == ((), (), 0)
    assert (entry.postings, entry.moves, entry.batch_minor) == ((), batch.sheet.moves, 450)
    assert b"s-0000" not in entry.leaf()


def test_a_batch_is_of_8192_payments_at_most():
    some = batching()
    for _ in range(8_192):
        some.add("s-ann", APPLE, "face", ())
    refused("payments of a batch", some.add, "s-ann", APPLE, "face", ())
    batch, pages = some.signed(NOW_MS + 1)
    assert (batch.count, len(pages)) == (8_192, 64)
    page = Page(*pages[0])
    refused("pages", Sheet, [page] * 65)
    refused("pages", Sheet, [])
    assert Sheet([page] * 64).count == 8_192


def test_an_empty_batch_is_not_signed():
    refused("payments of a batch", batching().signed, NOW_MS + 1)


@pytest.mark.parametrize(
    ("name", "payment"),
    [
        ("currency", ("s-ann", Order((OrderLine("A", "Apple", 1, 5),), "USD"), "face", ())),
        ("pseudonym", ("S-ANN", APPLE, "face", ())),
        ("pseudonym", ("s-ann\n", APPLE, "face", ())),
        ("pseudonym", ("s-ann\tface", APPLE, "face", ())),
        ("method", ("s-ann", APPLE, "card", ())),
        ("cue", ("s-ann", APPLE, "face", ("blink", ""))),
        ("cue", ("s-ann", APPLE, "face", ("blink turn_left",))),
        ("cue", ("s-ann", APPLE, "face", ("blink\tblink",))),
    ],
)
def test_a_payment_that_no_book_takes_spoils_no_batch(name, payment):
    some = batching()
    some.add("s-ann", APPLE, "face", ())
    refused(name, some.add, *payment)
    some.add("s-bob", APPLE, "face", ())
    assert some.signed(NOW_MS + 1)[0].count == 2


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("policy", {"policy": "0"}),
        ("model role", {"models": {"A": "x"}}),
        ("source", {"source": "tape"}),
    ],
)
def test_a_header_outside_of_the_format_is_not_signed(name, header):
    some = batching(**header)
    some.add("s-ann", APPLE, "face", ())
    refused(name, some.signed, NOW_MS + 1)


def test_every_way_to_pay_and_every_number_of_cues_has_its_line():
    cues = ["", "blink", "w" * 40, "blink 0 turn_left"]
    page = page_of(*(line(cues=some, method=how) for some in cues for how in ("face", "pin")))
    assert page.count == 8
    batch = replace(apples(8), root=page.root.hex())
    assert [page.payment(batch, at, at).cues for at in (0, 2, 4, 6)] == [
        (),
        ("blink",),
        ("w" * 40,),
        ("blink", "0", "turn_left"),
    ]


CELLS = line().split(b"\t")


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("record", b""),
        ("record", b"\n"),
        ("record", line() + b"\n"),
        ("record", b"\n" + line()),
        ("record", line() + b"\n\n" + line()),
        ("record", b"\t".join(CELLS[:4])),
        ("record", line() + b"\t"),
        ("record", b"\t" + line()),
        ("record", line(cues="").replace(b"s-ann", "s-änn".encode())),
        ("record", line(cues="blïnk")),
        ("record", b"\xff" + line()[1:]),
        # five cells a line on average, which is not five on each
        ("salt", line() + b"\t" + CELLS[0] + b"\n" + b"\t".join(CELLS[1:])),
        ("salt", line(salt=SALT[:-1]) + b"\t" + CELLS[0] + b"\n" + b"\t".join(CELLS[1:])),
        ("salt", line(salt=SALT.upper())),
        ("salt", line(salt=SALT[1:])),
        ("salt", line(salt=SALT + "0")),
        ("salt", line(salt=SALT[:-1] + "g")),
        ("salt", line(salt=SALT[:-1] + " ")),
        ("salt", line(salt="")),
        ("salt", line(salt=SALT[1:]) + b"\n" + line(salt=SALT + "0")),
        ("pseudonym", line(who="")),
        ("pseudonym", line(who="a")),
        ("pseudonym", line(who="-a")),
        ("pseudonym", line(who="S-ANN")),
        ("pseudonym", line(who="s ann")),
        ("pseudonym", line(who="s-ann\r")),
        ("pseudonym", line(who="a" * 65)),
        ("pseudonym", line() + b"\n" + line(who="a")),
        ("method", line(method="card")),
        ("method", line(method="")),
        ("method", line(method="Face")),
        ("method", line() + b"\n" + line(method="pin ")),
        ("cue", line(cues=" ")),
        ("cue", line(cues=" blink")),
        ("cue", line(cues="blink ")),
        ("cue", line(cues="blink  turn_left")),
        ("cue", line(cues="Blink")),
        ("cue", line(cues="blink\r")),
        ("cue", line(cues="w" * 41)),
        ("cue", line(cues="blink") + b"\n" + line(cues="-")),
        ("orders", line(order=ROLL)),
        ("orders", line().replace(APPLE.digest().encode(), APPLE.digest().upper().encode())),
        ("orders", line().replace(APPLE.digest().encode(), b"")),
        ("orders", line() + b"\n" + line(order=ROLL)),
        ("payments of a page", b"\n".join([line()] * (PAGE + 1))),
    ],
)
def test_a_page_of_malformed_records_is_refused(name, records):
    refused(name, Page, records, APPLE.encoded)


@pytest.mark.parametrize(
    "orders",
    [
        b"",
        b"\n",
        APPLE.encoded,
        ROLL.encoded,
        ROLL.encoded + b"\n" + APPLE.encoded,
        APPLE.encoded + b"\n" + ROLL.encoded + b"\n" + ORDERS[2].encoded,
        APPLE.encoded + b"\n" + ROLL.encoded + b"\n" + APPLE.encoded,
        APPLE.encoded + b"\n" + APPLE.encoded,
        APPLE.encoded + b"\n" + ROLL.encoded + b"\n",
        b"\n" + APPLE.encoded + b"\n" + ROLL.encoded,
        APPLE.encoded + b"\r\n" + ROLL.encoded,
        APPLE.encoded + b"\n" + ROLL.encoded + b" ",
    ],
)
def test_a_page_has_each_order_that_it_names_once_in_that_sequence(orders):
    records = b"\n".join([line(), line(order=ROLL), line()])
    assert Page(records, APPLE.encoded + b"\n" + ROLL.encoded).count == 3
    refused("orders", Page, records, orders)


@pytest.mark.parametrize(
    "order",
    [
        APPLE.encoded.replace(b":", b": "),
        ROLL.encoded.replace("ö".encode(), rb"\u00f6"),
        APPLE.encoded.replace(b'"currency":"EUR",', b"").replace(b"}]", b'}],"currency":"EUR"'),
        APPLE.encoded.replace(b'"quantity":3', b'"quantity":3,"quantity":3'),
        APPLE.encoded.replace(b'"quantity":3', b'"quantity":0'),
        APPLE.encoded.replace(b'"quantity":3', b'"quantity":3.0'),
        APPLE.encoded.replace(b'"quantity":3', b'"quantity":true'),
        APPLE.encoded.replace(b'"unit_minor":50', b'"unit_minor":9007199254740992'),
        b'{"currency":"EUR","lines":[]}',
        b"[]",
        b"{",
        b"\xff",
    ],
)
def test_what_is_no_order_in_its_one_spelling_is_read_from_no_page(order):
    digest = hashlib.sha256(ORDER_CONTEXT + order).hexdigest()
    page = Page(line().replace(APPLE.digest().encode(), digest.encode()), order)
    with pytest.raises(BadInputError):
        _ = page.total_minor


def test_only_the_last_page_may_have_room_left():
    full, part = page_of(*[line()] * PAGE), page_of(line())
    assert Sheet([full, part]).count == PAGE + 1
    assert Sheet([part]).count == 1
    for pages in ([part, full], [full, part, full], [part, part]):
        refused("payments of a page", Sheet, pages)
