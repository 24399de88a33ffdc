from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib

import apsw
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import base45, receipt
from ledger.book import Ledger
from ledger.errors import BadInputError, DamagedError, ProofRefused


def plainly_verified(record, vkey):
    """A second verifier, written from the specifications alone; AssertionError if it fails."""
    name, key_hex, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_hex
    lines = record["proof"].split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    extra = None
    if lines[1].startswith("extra "):
        extra = base64.b64decode(lines.pop(1).removeprefix("extra "), validate=True)
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

    assert walk(record["leaf"], index, int(size), path) == base64.b64decode(root)
    leaf = json.loads(record["leaf"])
    assert leaf["index"] == index
    if extra is None:
        return leaf
    header = leaf["body"]["batch"]
    said, _, path = extra.partition(b"\n")
    number, line, order, *once = json.loads(said)
    if once:  # as receipts had it before
        (encoded,) = once
        path = base64.b64decode(encoded, validate=True)
    steps = [path[at : at + 32] for at in range(0, len(path), 32)]
    assert walk(line, number, header["count"], steps).hex() == header["root"]
    _, digest, pseudonym, method, cues = line.split("\t")
    assert hashlib.sha256(b"facetill/order/v1\n" + order.encode()).hexdigest() == digest
    said = {"pseudonym": pseudonym, "method": method, "cues": cues.split()}
    return {"id": f"payment/{header['id']}{number:08x}", "order": json.loads(order), **said}


def walk(leaf, m, n, path):
    """The root that a path leads to, by RFC 9162's definition."""
    if n == 1:
        assert not path
        return hashlib.sha256(b"\x00" + leaf.encode()).digest()
    k = 1 << (n - 1).bit_length() - 1
    if m < k:
        return hashlib.sha256(b"\x01" + walk(leaf, m, k, path[:-1]) + path[-1]).digest()
    return hashlib.sha256(b"\x01" + path[-1] + walk(leaf, m - k, n - k, path[:-1])).digest()


def plainly_unpacked(payload, origin):
    """The JSON form of a batched payment's QR text, likewise from the description alone."""
    digits = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".index(c) for c in payload[10:]]
    assert payload[:10] == "FACETILL2:"
    packed = b""
    for at in range(0, len(digits), 3):
        some = digits[at : at + 3]
        number = sum(digit * 45**power for power, digit in enumerate(some))
        packed += number.to_bytes(len(some) - 1)
    packed = zlib.decompress(packed)
    (extra_bytes,) = struct.unpack_from(">I", packed)
    extra, packed = packed[4 : 4 + extra_bytes], packed[4 + extra_bytes :]
    leaf_bytes, index, size, count = struct.unpack_from(">IQQB", packed)
    leaf, rest = packed[21 : 21 + leaf_bytes].decode(), packed[21 + leaf_bytes :]
    path = [rest[at * 32 : at * 32 + 32] for at in range(count)]
    root = base64.b64encode(walk(leaf, index, size, path)).decode()
    lines = ["c2sp.org/tlog-proof@v1", f"extra {base64.b64encode(extra).decode()}"]
    lines += [f"index {index}", *(base64.b64encode(step).decode() for step in path), ""]
    proof = "\n".join([*lines, origin, str(size), root, "", rest[count * 32 :].decode()])
    return {"leaf": leaf, "proof": proof}


@pytest.fixture
def paid(stocked):
    return stocked.pay()


@pytest.fixture
def batched(stocked):
    """Receipts of three payments of a batch, each of another shopper, order and amount."""
    buys = []
    for name, price in (("one", 1_111), ("two", 2_222), ("three", 3_333)):
        stocked.topup(price, shopper=f"s-{name}")
        buys.append((f"s-{name}", stocked.order((f"SKU-{name}", f"Thing {name}", 1, price))))
    return [*stocked.pay_batch(*buys)]


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


@pytest.mark.parametrize(
    ("column", "at", "refused"),
    [("hashes", -1, 0), ("hashes", 1, 2), ("head", 0, 0), ("head", 2, 2)],
)
@pytest.mark.parametrize("is_batched", [False, True])
def test_no_receipt_is_given_out_whose_proof_does_not_verify(
    stocked, column, at, refused, is_batched
):
    while len(stocked.book) % 4 != 1:  # so that the one before is the first one's sibling
        stocked.topup(1)
    cent = (stocked.shopper, stocked.order(("C", "Cent", 1, 1)))
    first = stocked.pay_batch(*[cent] * 3)[1] if is_batched else stocked.pay()
    receipts = [first, stocked.pay(), stocked.pay()]
    stocked.book.close()
    db = apsw.Connection(str(stocked.home.ledger_db))
    zeros = f"UPDATE entries SET {column} = zeroblob(length({column})) WHERE idx = ?"
    db.execute(zeros, (first.index + at,))
    db.close()
    named = f"The proof of entry {first.index + refused} does not verify"
    with Ledger.open(stocked.home, read_only=True) as book:
        with pytest.raises(DamagedError, match=named):
            book.receipt(receipts.pop(refused).id)
        assert [book.receipt(paid.id) for paid in receipts] == receipts


# --- of a batch --------------------------------------------------------------------------------


def test_a_batched_payment_verifies_in_both_forms_by_both_verifiers(batched, vkey):
    for paid in batched:
        data, payload = json.dumps(paid.to_json()), paid.qr_payload()
        assert receipt.verify(data.encode(), vkey) == paid
        assert receipt.verify(payload.encode(), vkey) == paid
        for record in (paid.to_json(), plainly_unpacked(payload, vkey.name)):
            said = plainly_verified(record, str(vkey))
            assert (said["id"], said["pseudonym"]) == (f"payment/{paid.id}", paid.pseudonym)
            assert said["order"]["lines"][0]["unit_minor"] == paid.amount_minor


def test_receipts_of_every_place_of_a_batch_are_plainly_verified(stocked, vkey):
    cent = stocked.order(("C", "Cent", 1, 1))
    for paid in stocked.pay_batch(*[(stocked.shopper, cent)] * 131):
        assert plainly_verified(paid.to_json(), str(vkey))["id"] == f"payment/{paid.id}"


def test_a_batched_receipt_that_says_other_than_it_proves_is_refused(batched, vkey):
    record = batched[1].to_json()
    for name, value in record.items():
        other = value + 1 if isinstance(value, int) else [] if value else [1]
        with pytest.raises((BadInputError, ProofRefused)):
            receipt.verify(json.dumps({**record, name: other}).encode(), vkey)


def with_extra(record, extra):
    """A receipt with other extra data in its proof, and nothing said beside."""
    lines = record["proof"].split("\n")
    lines = [line for line in lines if not line.startswith("extra ")]
    if extra is not None:
        lines.insert(1, f"extra {base64.b64encode(extra).decode()}")
    kept = {name: record[name] for name in ("format", "type", "leaf")}
    return json.dumps({**kept, "proof": "\n".join(lines)}).encode()


def test_no_part_of_what_leads_to_a_batch_can_be_another(batched, vkey):
    record, member = batched[1].to_json(), batched[1].member
    assert receipt.verify(with_extra(record, member.encoded()), vkey) == batched[1]
    said, _, path = member.encoded().partition(b"\n")
    number, line, order = json.loads(said)
    assert spelled([number, line, order], path) == member.encoded()
    others = [([0, line, order], path), ([3, line, order], path), ([number, line, order], b"")]
    others += [([number, line, order], path[:32]), ([number, line, order], path + path)]
    others += [([number, line, order.replace("2222", "1")], path)]
    for cell, value in enumerate(("0" * 32, "0" * 64, "s-one", "pin", "")):
        cells = line.split("\t")
        cells[cell] = value
        others.append(([number, "\t".join(cells), order], path))
    extras = [spelling(*other) for other in others for spelling in (spelled, once_spelled)]
    extras += [b"", b"[]", b"[]\n", said, member.encoded()[:-3], member.encoded() + b"\n"]
    for extra in (None, *extras, once_spelled([number, line, order], path) + b"\n" + path):
        with pytest.raises((BadInputError, ProofRefused)):
            receipt.verify(with_extra(record, extra), vkey)


def spelled(fields, path):
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + path


def once_spelled(fields, path):
    """As receipts had it before."""
    return spelled([*fields, base64.b64encode(path).decode()], b"")[:-1]


def test_what_leads_to_a_batch_is_read_in_the_spelling_before_and_in_no_mixture(batched, vkey):
    record, member = batched[1].to_json(), batched[1].member
    fields = [member.number, member.record.decode(), member.order.decode()]
    extra = once_spelled(fields, b"".join(member.path))
    assert receipt.verify(with_extra(record, extra), vkey) == batched[1]
    old = base64.b64encode(extra).decode()
    lines = record["proof"].split("\n")
    assert len(old) > len(lines[1]) - len("extra ") + 20
    lines[1] = f"extra {old}"
    once = {**record, "proof": "\n".join(lines)}
    assert receipt.verify(json.dumps(once).encode(), vkey) == batched[1]
    assert plainly_verified(once, str(vkey))["pseudonym"] == batched[1].pseudonym
    for twice in ([f"extra {old[:40]}", f"extra {old[40:]}"], [lines[1], "extra "]):
        proof = "\n".join([lines[0], *twice, *lines[2:]])
        with pytest.raises(ProofRefused):
            receipt.verify(json.dumps({**record, "proof": proof}).encode(), vkey)


def test_a_payment_by_itself_has_nothing_that_leads_to_a_batch(paid, batched, vkey):
    with pytest.raises(BadInputError):
        receipt.verify(with_extra(paid.to_json(), batched[0].member.encoded()), vkey)


def test_no_damage_to_a_batched_qr_text_goes_unseen(batched, vkey):
    payload = batched[1].qr_payload()
    for place in range(0, len(payload), 23):
        damaged = payload[:place] + ("0" if payload[place] != "0" else "1") + payload[place + 1 :]
        with pytest.raises((BadInputError, ProofRefused)):
            receipt.verify(damaged.encode(), vkey)


def test_a_receipt_shows_nothing_of_the_other_payments_of_its_batch(batched, vkey):
    for paid in batched:
        record = paid.to_json()
        shown = json.dumps(record) + paid.member.order.decode() + paid.text()
        shown += paid.member.encoded().decode("latin-1")
        shown += json.dumps(plainly_unpacked(paid.qr_payload(), vkey.name))
        for other in batched:
            salt, digest, pseudonym, _, _ = other.member.record.decode().split("\t")
            amount = f'"unit_minor":{other.amount_minor}'
            for secret in (salt, digest, pseudonym, other.order.lines[0].sku, amount):
                assert (secret in shown) is (other is paid)
