"""A book that was rewritten is caught by whoever kept an older signed head."""

from __future__ import annotations

import base64

import pytest

from ledger import consistency, note
from ledger.errors import BadInputError, ProofRefused
from ledger.home import station_key


@pytest.fixture
def kept(stocked):
    """A head kept elsewhere, and a book that went on since."""
    head, size = stocked.book.head, len(stocked.book)
    for _ in range(5):
        stocked.pay()
    return head, size


def test_a_book_that_only_grew_is_proven_to_continue(stocked, kept):
    head, size = kept
    proof = consistency.parse(stocked.book.prove_consistency(size).text())
    assert consistency.verify(proof, head, stocked.book.vkey).size == len(stocked.book)


def test_a_book_rewritten_with_the_stolen_key_is_caught(stocked, kept):
    head, size = kept
    key = station_key(stocked.home, "ledger")
    honest = stocked.book.prove_consistency(size)
    forged = note.Checkpoint(stocked.book.vkey.name, len(stocked.book), b"\x07" * 32)
    proof = consistency.ConsistencyProof(size, honest.path, note.sign(forged, key))
    with pytest.raises(ProofRefused, match="does not continue"):
        consistency.verify(proof, head, stocked.book.vkey)


def test_a_proof_from_elsewhere_says_which_one_to_ask_for(stocked, kept):
    head, size = kept
    with pytest.raises(ProofRefused) as refused:
        consistency.verify(stocked.book.prove_consistency(size + 1), head, stocked.book.vkey)
    assert refused.value.hint.endswith(f"consistency {size}")


def test_a_head_of_another_key_is_refused(stocked, kept):
    _, size = kept
    stranger = note.sign(
        note.Checkpoint(stocked.book.vkey.name, size, b"\x01" * 32),
        station_key(stocked.home, "desk"),
    )
    with pytest.raises(ProofRefused):
        consistency.verify(stocked.book.prove_consistency(size), stranger, stocked.book.vkey)


@pytest.mark.parametrize("first", [0, -1, 10**6])
def test_a_size_the_book_never_had_is_bad_input(stocked, first):
    with pytest.raises(BadInputError, match="cannot be compared"):
        stocked.book.prove_consistency(first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 3",
        "new 3\n\nx",
        "old x\n\nx",
        "old 3\n!!!\n\nx",
        "old 3\nAAAA\n\nx",
        "old " + "9" * 30 + "\n\nx",
        "old 3\n" + "AAAA\n" * 80 + "\nx",
    ],
)
def test_what_is_no_proof_is_said(text):
    with pytest.raises(BadInputError, match="no consistency proof"):
        consistency.parse(text)


def test_a_proof_has_a_size_of_18_digits_and_63_hashes_at_the_most():
    line = base64.b64encode(bytes(32)).decode() + "\n"
    parsed = consistency.parse("old " + "9" * 18 + "\n" + line * 63 + "\nx")
    assert parsed == consistency.ConsistencyProof(10**18 - 1, (bytes(32),) * 63, "x")
    for longer in ("old " + "9" * 19 + "\n\nx", "old 3\n" + line * 64 + "\nx"):
        with pytest.raises(BadInputError, match="longer than any such proof"):
            consistency.parse(longer)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("old 3", "does not begin"),
        ("old \u0663\n\nx", "does not begin"),
        ("3\n\nx", "does not begin"),
        ("old 3\n!!!\n\nx", "malformed base64"),
        ("old 3\nAAAA\n\nx", "a hash in it is not one"),
    ],
)
def test_what_is_wrong_with_a_proof_is_said(text, why):
    with pytest.raises(BadInputError, match=why):
        consistency.parse(text)
