"""No kiosk can hand in a batch of any size: its records and orders have limits."""

from __future__ import annotations

import hashlib

import pytest

from ledger import batches, batching, keys
from ledger.batches import Page, Sheet
from ledger.batching import Batching
from ledger.errors import BadInputError
from ledger.orders import ORDER_CONTEXT, Order, OrderLine

NOW_MS = 1_800_000_000_000
APPLE, CUP = (Order((OrderLine(sku, sku, 1, 50),), "EUR") for sku in ("Apple", "Cup"))
LONGEST = 512


@pytest.fixture
def made():
    return Batching(keys.generate(), "demo", NOW_MS, policy="0" * 64, models={}, source="live")


def cues_for(pseudonym, length):
    """Cues that fill a record up to so many bytes."""
    left = length - len(f"{'0' * 32}\t{'0' * 64}\t{pseudonym}\tface\t")
    words = ["a" * 39] * (left // 40)
    return [*words, "b" * (left - 40 * len(words))] if left % 40 else [*words[:-1], "a" * 40]


def test_a_record_has_a_length_that_it_may_have_and_no_more(made):
    made.add("s-ann", APPLE, "face", cues_for("s-ann", LONGEST))
    with pytest.raises(BadInputError, match="bytes of a record"):
        made.add("s-ann", APPLE, "face", cues_for("s-ann", LONGEST + 1))
    _, [(records, orders)] = made.signed(NOW_MS + 1)
    assert len(records) == LONGEST
    with pytest.raises(BadInputError, match="bytes of a record"):
        Page(records + b"c", orders)


def test_a_batch_has_a_size_that_it_may_have_and_no_more(made, monkeypatch):
    monkeypatch.setattr(batches, "PAGE", 2)
    monkeypatch.setattr(batching, "PAGE", 2)
    for order in (APPLE, APPLE, CUP):
        made.add("s-ann", order, "pin", ())
    _, pages = made.signed(NOW_MS + 1)
    whole = [Page(*page) for page in pages]
    size = sum(len(text) for page in pages for text in page)
    monkeypatch.setattr(batches, "BYTES_MAX", size)
    assert Sheet(whole).count == 3
    monkeypatch.setattr(batches, "BYTES_MAX", size - 1)
    with pytest.raises(BadInputError, match="bytes of a batch"):
        Sheet(whole)


def test_a_batch_has_32_mebibytes_at_most():
    """Its pages' sizes count, before any order is read."""
    record = len(f"{'0' * 32}\t{'0' * 64}\ts-ann\tpin\t")

    def page(size):
        order = bytes(size - record)
        digest = hashlib.sha256(ORDER_CONTEXT + order).hexdigest()
        return Page(f"{'0' * 32}\t{digest}\ts-ann\tpin\t".encode(), order)

    with pytest.raises(BadInputError, match="No canonical encoding"):
        Sheet([page(2**25)])
    with pytest.raises(BadInputError, match="bytes of a batch"):
        Sheet([page(2**25 + 1)])


def test_a_payment_that_would_make_a_batch_too_large_is_not_added(made, monkeypatch):
    """What the batch comes to is told to the byte: each page has its own orders, each once."""
    monkeypatch.setattr(batching, "PAGE", 3)
    monkeypatch.setattr(batches, "PAGE", 3)
    record = len(f"{'0' * 32}\t{'0' * 64}\ts-ann\tpin\t") + 1
    size, on_page = 0, set()
    for number, order in enumerate((APPLE, APPLE, CUP, CUP, APPLE, CUP, APPLE)):
        if number % 3 == 0:
            on_page = set()
        size += record if order in on_page else record + len(order.encoded) + 1
        on_page.add(order)
        monkeypatch.setattr(batching, "BYTES_MAX", size - 1)
        with pytest.raises(BadInputError, match="bytes of a batch"):
            made.add("s-ann", order, "pin", ())
        monkeypatch.setattr(batching, "BYTES_MAX", size)
        made.add("s-ann", order, "pin", ())
    assert made.signed(NOW_MS + 1)[0].count == 7
