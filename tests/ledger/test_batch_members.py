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
    roots = [page.root for page in pages]
    return [batches.member(pages[n // PAGE], roots, n) for n in range(batch.count)]


@pytest.mark.parametrize("count", [1, 2, 3, 127, 128, 129, 255, 256, 257, 300])
def test_each_payment_is_proven_by_itself(count):
    batch = apples(count)
    header = parse_leaf(Entry(0, 0, 0, batch).leaf()).content
    for member, payment in zip(members(batch), batch.payments(), strict=True):
        assert Member.decoded(member.encoded()) == member
        assert member.payment(header) == payment


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


@pytest.mark.parametrize(
    "fields",
    [
        5,
        "1ro",
        {"number": 1},
        [],
        [1, "r", "o"],
        [1, "r", "o", "", ""],
        ["1", "r", "o", ""],
        [1, 2, "o", ""],
        [1, "r", [], ""],
        [1, "r", "o", 0],
    ],
)
def test_what_leads_to_a_header_has_four_fields(fields):
    refused("payment of a batch", Member.decoded, canonical.encode(fields))


@pytest.mark.parametrize("path", ["A", "AA", "AAA", "AAB=", "AAA=\n", "*", "ä"])
def test_a_path_has_one_spelling(path):
    refused("path", Member.decoded, canonical.encode([1, "r", "o", path]))


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b'[1, "r","o",""]', b'[true,"r","o",""]', b'[1.0,"r","o",""]', b"null"]
)
def test_what_leads_to_a_header_has_one_encoding(data):
    with pytest.raises(BadEncodingError):
        Member.decoded(data)


def test_a_header_that_was_not_signed_yet_is_still_written_out():
    unsigned = replace(apples(1), signature=b"")
    assert unsigned.body()["signature"] == ""
    refused("signature", Batch.from_body, unsigned.body())
