"""What leads from one payment of a batch to its header: its own way there, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import batches, canonical, keys, merkle
from ledger.batches import PAGE, Batch, Member, Page, Sheet
from ledger.batching import Batching
from ledger.entries import Entry, parse_leaf
from ledger.errors import BadEncodingError, BadInputError
from ledger.orders import Order, OrderLine

NOW_MS = 1_800_000_000_000
KIOSK = keys.generate()
APPLE = Order((OrderLine("A1", "Apple", 3, 50),), "EUR")
ROLL = Order((OrderLine("B1", "Brötchen", 2, 60, counted=True),), "EUR")


def made(payments):
    """A batch of (shopper, order, method, cues): its header with its sheet."""
    some = Batching(KIOSK, "demo", NOW_MS, policy="0" * 64, models={}, source="live")
    for payment in payments:
        some.add(*payment)
    batch, pages = some.signed(NOW_MS + 1)
    return replace(batch, sheet=Sheet([Page(*page) for page in pages]))


def apples(count):
    return made([(f"s-{number:04d}", APPLE, "face", ()) for number in range(count)])


def refused(name, work, *arguments):
    with pytest.raises(BadInputError) as caught:
        work(*arguments)
    assert caught.value.message.startswith(f"The field {name} is outside")


def members(batch):
    pages = batch.sheet.pages
    above = merkle.levels([page.root for page in pages])
    return [batches.member(pages[n // PAGE], above, n) for n in range(batch.count)]


def member_of_row(batch, number, payments=None, orders=None, roots=None):
    """What leads to a header from its kept rows, one of them perhaps another."""
    page = batch.sheet.pages[number // PAGE]
    return batches.member_of_row(
        page.payments if payments is None else payments,
        page.order_lines if orders is None else orders,
        [page.root for page in batch.sheet.pages] if roots is None else roots,
        number,
    )


@pytest.mark.parametrize("count", [1, 2, 3, 127, 128, 129, 255, 256, 257, 300])
def test_each_payment_is_proven_by_itself(count):
    batch = apples(count)
    header = parse_leaf(Entry(0, 0, 0, batch).leaf()).content
    for member, payment in zip(members(batch), batch.payments(), strict=True):
        assert Member.decoded(member.encoded()) == Member.decoded(once_encoded(member)) == member
        assert member.payment(header) == payment
        assert member_of_row(batch, member.number) == member


def once_encoded(member):
    """As it was written before the path came to stand by itself."""
    path = keys.b64(b"".join(member.path))
    return canonical.encode([member.number, member.record.decode(), member.order.decode(), path])


@pytest.mark.parametrize("count", [3, 130])
def test_a_payment_is_led_to_its_header_with_its_own_order_whichever_page_names_it(count):
    orders = [Order((OrderLine("X", "Thing", 1, 7 + n % 5),), "EUR") for n in range(count)]
    batch = made([("s-ann", order, "face", ()) for order in orders])
    for number, order in enumerate(orders):
        assert member_of_row(batch, number).payment(batch).order == order


def test_of_rows_that_are_not_as_they_were_no_payment_comes(proven):
    batch, member = proven
    page = batch.sheet.pages[0]
    for number in (4, 127):
        refused("page", member_of_row, batch, number, page.payments)
    for payments in (b"", page.payments[1:], page.payments + b"\n", page.payments[:-1] + b"x"):
        refused("page's root", member_of_row, batch, 0, payments)
    for roots in ([], [bytes(32)], [b""]):
        refused("page's root", member_of_row, batch, 1, None, None, roots)
    refused("orders", member_of_row, batch, 1, None, APPLE.encoded)
    for orders in (b"", ROLL.encoded + b"\n" + APPLE.encoded, page.order_lines + b" "):
        refused("orders", lambda o=orders: member_of_row(batch, 1, None, o).payment(batch))
    assert member_of_row(batch, 1, None, b"\n" + member.order) == member  # another's order is gone


def test_a_row_beside_roots_of_another_batch_leads_to_no_header():
    batch = apples(PAGE + 2)
    first, last = [page.root for page in batch.sheet.pages]
    for roots in ([first], [first, bytes(32)], [first, last, last], [first, last[:31]]):
        refused("path", member_of_row(batch, 0, None, None, roots).payment, batch)
    refused("page's root", member_of_row, batch, PAGE, None, None, [last, first])


@pytest.fixture(scope="module")
def proven():
    """The second of three payments, and its header."""
    batch = made([("s-ann", APPLE, "face", ()), ("s-bob", ROLL, "pin", ("blink",))] * 2)
    return batch, members(batch)[1]


def test_a_payment_is_proven_in_no_other_place(proven):
    batch, member = proven
    for number in (0, 2, 3):
        refused("path", replace(member, number=number).payment, batch)
    for number in (-1, 4, True):
        refused("number", replace(member, number=number).payment, batch)
    refused("path", member.payment, replace(batch, count=2))
    refused("path", member.payment, replace(batch, root="0" * 64))
    refused("path", member.payment, apples(4))


def test_a_path_that_was_altered_proves_nothing(proven):
    batch, member = proven
    first, second = member.path
    for path in (
        (),
        (first,),
        (second, first),
        (first, second, bytes(32)),
        (first, bytes(32)),
        (first, second[:31]),
        (first[:31], second),
        (*member.path, b""),
    ):
        refused("path", replace(member, path=path).payment, batch)


@pytest.mark.parametrize("cell", range(5))
def test_no_cell_of_a_record_can_be_another(proven, cell):
    batch, member = proven
    cells = member.record.split(b"\t")
    cells[cell] = {0: b"0" * 32, 1: APPLE.digest().encode(), 2: b"s-eve", 3: b"face", 4: b""}[cell]
    refused("path", replace(member, record=b"\t".join(cells)).payment, batch)


def test_an_order_that_the_record_does_not_name_is_refused(proven):
    batch, member = proven
    for order in (APPLE.encoded, b"", member.order + b" ", member.order + b"\n" + member.order):
        refused("orders", replace(member, order=order).payment, batch)


def test_a_record_of_two_lines_is_no_payment(proven):
    _, member = proven
    two = member.record + b"\n" + member.record
    header = replace(proven[0], count=1, root=merkle.leaf_hash(two).hex())
    refused("payments of a page", Member(0, two, member.order, ()).payment, header)
    spoilt = b"x" + member.record
    header = replace(header, root=merkle.leaf_hash(spoilt).hex())
    refused("salt", Member(0, spoilt, member.order, ()).payment, header)


@pytest.mark.parametrize("path", [b"", b"\n", b"\n" + bytes(32)])
@pytest.mark.parametrize(
    "fields",
    [
        5,
        "1ro",
        {"number": 1},
        [],
        [1, "r"],
        [1, "r", "o", "", ""],
        ["1", "r", "o", ""],
        ["1", "r", "o"],
        [1, 2, "o", ""],
        [1, 2, "o"],
        [1, "r", [], ""],
        [1, "r", []],
        [1, "r", "o", 0],
    ],
)
def test_what_leads_to_a_header_has_three_fields_and_a_path(fields, path):
    refused("payment of a batch", Member.decoded, canonical.encode(fields) + path)


def test_a_path_is_a_fourth_field_or_comes_after_a_line_feed():
    bare = Member(1, b"r", b"o", ())
    told = Member(1, b"r", b"o", (b"\n" * 32, bytes(32)))
    assert bare.encoded() == b'[1,"r","o"]\n'
    assert told.encoded() == b'[1,"r","o"]\n' + b"\n" * 32 + bytes(32)
    for member in (bare, told):
        assert Member.decoded(member.encoded()) == Member.decoded(once_encoded(member)) == member
    refused("payment of a batch", Member.decoded, once_encoded(told) + b"\n")
    refused("payment of a batch", Member.decoded, once_encoded(told) + b"\n" + bytes(32))
    refused("payment of a batch", Member.decoded, b'[1,"r","o"]')


@pytest.mark.parametrize("path", ["A", "AA", "AAA", "AAB=", "AAA=\n", "*", "ä"])
def test_a_path_in_base64_has_one_spelling(path):
    refused("path", Member.decoded, canonical.encode([1, "r", "o", path]))


@pytest.mark.parametrize("size", [1, 31, 33, 63])
def test_a_path_is_of_whole_hashes(size):
    refused("path", Member.decoded, b'[1,"r","o"]\n' + bytes(size))
    refused("path", Member.decoded, canonical.encode([1, "r", "o", keys.b64(bytes(size))]))


@pytest.mark.parametrize("rest", ['"r","o",""]', '"r","o"]\n'])
@pytest.mark.parametrize("start", ["", "\xff", "[1, ", "[true,", "[1.0,", "[1\n,", " [1,", "\n[1,"])
def test_what_leads_to_a_header_has_one_encoding(start, rest):
    with pytest.raises(BadEncodingError):
        Member.decoded((start + rest).encode("latin-1"))


@pytest.mark.parametrize("data", [b"", b"\n", b"null", b"null\n", b"\n[1,2,3]"])
def test_what_says_nothing_leads_to_no_header(data):
    with pytest.raises(BadEncodingError):
        Member.decoded(data)


def test_a_header_that_was_not_signed_yet_is_still_written_out():
    unsigned = replace(apples(1), signature=b"")
    assert unsigned.body()["signature"] == ""
    refused("signature", Batch.from_body, unsigned.body())
