from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import base45, receipt
from ledger.errors import BadInputError, ProofRefused


def plainly_verified(record, vkey):
    """A second verifier, written from the specifications alone; AssertionError if it fails."""
    name, key_hex, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_hex
    lines = record["proof"].split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    index = int(lines[1].removeprefix("index "))
    blank = lines.index("")
    path = [base64.b64decode(line) for line in lines[2:blank]]
    origin, size, root, empty, signature = lines[blank + 1 : blank + 6]
    assert (origin, empty) == (name, "")
    dash, signer, blob = signature.split(" ")
    assert (dash, signer) == ("\u2014", name)
    assert base64.b64decode(blob)[:4].hex() == key_hex
    text = f"{origin}\n{size}\n{root}\n".encode()
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(base64.b64decode(blob)[4:], text)

    def walk(m, n, path):
        if n == 1:
            assert not path
            return hashlib.sha256(b"\x00" + record["leaf"].encode()).digest()
        k = 1 << (n - 1).bit_length() - 1
        if m < k:
            return hashlib.sha256(b"\x01" + walk(m, k, path[:-1]) + path[-1]).digest()
        return hashlib.sha256(b"\x01" + path[-1] + walk(m - k, n - k, path[:-1])).digest()

    assert walk(index, int(size), path) == base64.b64decode(root)
    assert json.loads(record["leaf"])["index"] == index
    return json.loads(record["leaf"])


@pytest.fixture
def paid(stocked):
    return stocked.pay()


@pytest.fixture
def vkey(stocked):
    return stocked.book.vkey


def test_a_receipt_prints_in_forty_columns(stocked):
    long_name = "Ein sehr langer Name, der nicht in eine Zeile des Bons passen kann"
    text = stocked.pay(stocked.order(("L", long_name, 2, 50), ("A", "Apple", 3, 25))).text()
    assert max(map(len, text.splitlines())) <= 40
    assert "1.75 EUR" in text
    assert "3 x 0.25" in text
    assert "2027-01-15T08:00:03Z" in text
    assert "DEMO" in text


def test_a_live_receipt_does_not_say_demo(make_shop):
    live = make_shop("live")
    live.topup()
    assert "DEMO" not in live.pay().text()


def test_json_and_qr_forms_verify_with_the_public_key_alone(paid, vkey):
    for data in (json.dumps(paid.to_json()), json.dumps({"receipt": paid.to_json()})):
        assert receipt.verify(data.encode(), vkey) == paid
    assert receipt.verify(paid.qr_payload().encode(), vkey) == paid


def test_a_second_verifier_agrees(paid, vkey):
    assert plainly_verified(paid.to_json(), str(vkey))["id"] == f"payment/{paid.id}"


def test_every_receipt_of_a_growing_book_verifies_both_ways(stocked, vkey):
    for _ in range(20):
        paid = stocked.pay(stocked.order(("C", "Cent", 1, 1)))
        assert plainly_verified(paid.to_json(), str(vkey))
        assert receipt.verify(paid.qr_payload().encode(), vkey) == paid


def test_a_qr_code_can_hold_it(paid):
    payload = paid.qr_payload()
    assert set(payload) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(payload) < 2_500


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 1),
        ("amount", "0.01"),
        ("id", "0" * 32),
        ("mode", "live"),
        ("time", "2020-01-01T00:00:00Z"),
        ("lines", []),
        ("pseudonym", "s-other"),
        ("entry", 3),
    ],
)
def test_a_receipt_that_says_other_than_it_proves_is_refused(paid, vkey, field, value):
    record = paid.to_json() | {field: value}
    with pytest.raises(ProofRefused):
        receipt.verify(json.dumps(record).encode(), vkey)


def test_an_altered_leaf_is_not_in_the_tree(paid, vkey):
    record = {"format": 1, "type": "facetill/receipt", "proof": paid.proof_text()}
    record["leaf"] = paid.leaf.decode().replace("s-abcdefghijklmnop", "s-abcdefghijklmnoq")
    with pytest.raises(ProofRefused, match="not in the tree"):
        receipt.verify(json.dumps(record).encode(), vkey)


def test_another_shops_key_does_not_verify_it(paid, make_shop):
    other = make_shop(name="other").book.vkey
    for data in (json.dumps(paid.to_json()), paid.qr_payload()):
        with pytest.raises(ProofRefused):
            receipt.verify(data.encode(), other)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"type":"facetill/receipt","format":2}',
        b'{"type":"facetill/receipt","format":1}',
        b'{"type":"facetill/receipt","format":1,"leaf":"{}","proof":"x"}',
        b"FACETILL1:",
        b"FACETILL1:abc",
        b"FACETILL1:0",
        b"FACETILL1::::",
        b"[" * 100_000,
    ],
)
def test_what_is_no_receipt_is_bad_input(vkey, data):
    with pytest.raises(BadInputError):
        receipt.verify(data, vkey)


def test_no_damage_to_a_qr_text_goes_unseen(paid, vkey):
    payload = paid.qr_payload()
    for place in range(0, len(payload), 23):
        damaged = payload[:place] + ("0" if payload[place] != "0" else "1") + payload[place + 1 :]
        with pytest.raises((BadInputError, ProofRefused)):
            receipt.verify(damaged.encode(), vkey)


def test_only_payments_have_receipts(stocked):
    topup = next(e for e in stocked.book.entries() if e.kind == "topup")
    with pytest.raises(BadInputError):
        _ = receipt.Receipt(topup.leaf(), (), "")


def test_base45_meets_rfc_9285():
    assert base45.encode(b"AB") == "BB8"
    assert base45.encode(b"Hello!!") == "%69 VD92EX0"
    assert base45.encode(b"base-45") == "UJCLQE7W581"
    assert base45.decode("QED8WEX0") == b"ietf!"


@given(st.binary(max_size=64))
@settings(max_examples=50, deadline=None)
def test_base45_comes_back(data):
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "ABCD", "GGW", ":::", "a00", "::"])
def test_malformed_base45_is_refused(text):
    with pytest.raises(ValueError, match="base45"):
        base45.decode(text)


def test_a_time_beyond_calendars_is_still_printed():
    assert receipt.iso_time(0) == "1970-01-01T00:00:00Z"
    assert receipt.iso_time(2**53 - 1) == f"{2**53 - 1} ms"
