from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import keys, note
from ledger.errors import BadInputError, ProofRefused

# Published with golang.org/x/mod/sumdb/note, whose format signed-note specifies.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)
KEY = keys.from_private(Ed25519PrivateKey.from_private_bytes(SEED))
HEAD = note.Checkpoint("PeterNeumann", 7, bytes(range(32)))


def test_the_published_note_opens():
    assert note.open_note(TEXT + "\n" + SIGNATURE, note.parse_vkey(VKEY)) == TEXT


def test_the_published_note_is_made_again_byte_for_byte():
    key = note.VerifierKey("PeterNeumann", KEY.public_bytes)
    assert str(key) == VKEY
    assert note.signature_line(key, KEY.sign(TEXT.encode())) == SIGNATURE


def test_every_mangled_verifier_key_is_refused():
    for start in range(len(VKEY) + 1):
        for end in range(start + 1, len(VKEY) + 1):
            if (start, end) != (0, len(VKEY)):
                with pytest.raises(BadInputError):
                    note.parse_vkey(VKEY[start:end])
    for i in range(len(VKEY)):
        with pytest.raises(BadInputError):
            note.parse_vkey(VKEY[:i] + chr(ord(VKEY[i]) + 1) + VKEY[i + 1 :])


def test_other_algorithms_and_lengths_are_refused():
    for key in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(BadInputError):
            note.parse_vkey(key)


def test_unknown_signatures_are_passed_over():
    stranger = SIGNATURE.replace("PeterNeumann", "EnochRoot")
    text = TEXT + "\n" + stranger + SIGNATURE
    assert note.open_note(text, note.parse_vkey(VKEY)) == TEXT
    with pytest.raises(ProofRefused):
        note.open_note(TEXT + "\n" + stranger, note.parse_vkey(VKEY))


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        SIGNATURE,
        TEXT + SIGNATURE,
        TEXT + "\n" + SIGNATURE[:-1],
        TEXT + "\n" + SIGNATURE.replace("\u2014", "-"),
        TEXT + "\n" + SIGNATURE + "junk\n",
        TEXT + "\n" + SIGNATURE.replace("PeterNeumann x", "PeterNeumann  x"),
        "\x01" + TEXT + "\n" + SIGNATURE,
        TEXT.replace("think", "thinc") + "\n" + SIGNATURE,
        TEXT + "\n" + SIGNATURE.replace("x08go", "x08gp"),
        TEXT + "\n" + SIGNATURE.replace("nAM=", "nAN="),
        TEXT + "\n" + SIGNATURE * 65,
    ],
)
def test_a_malformed_or_altered_note_is_refused(text):
    with pytest.raises(ProofRefused):
        note.open_note(text, note.parse_vkey(VKEY))


def test_a_checkpoint_is_three_lines_and_comes_back():
    text = note.sign(HEAD, KEY)
    assert text.startswith(
        "PeterNeumann\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n\u2014 "
    )
    assert note.open_checkpoint(text, note.parse_vkey(VKEY)) == HEAD


@pytest.mark.parametrize(
    "body",
    [
        "PeterNeumann\n07\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "PeterNeumann\n-7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "PeterNeumann\n7\nAAEC\n",
        "PeterNeumann\n7\n",
        "\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "EnochRoot\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_this_log_is_refused(body):
    key = note.parse_vkey(VKEY)
    text = body + "\n" + note.signature_line(key, KEY.sign(body.encode()))
    with pytest.raises(ProofRefused):
        note.open_checkpoint(text, key)


def test_a_checkpoint_without_an_origin_is_refused():
    text = HEAD.text()
    with pytest.raises(ProofRefused, match="not three lines"):
        note.parse_checkpoint(text[text.index("\n") :])


@pytest.mark.parametrize(("length", "short"), [(4, True), (5, False)])
def test_a_signature_is_longer_than_the_key_id_before_it(length, short):
    data = base64.b64encode(bytes(length)).decode()
    with pytest.raises(ProofRefused) as caught:
        note.open_note(f"{TEXT}\n\u2014 PeterNeumann {data}\n", note.parse_vkey(VKEY))
    assert ("too short" in caught.value.message) == short


def test_a_verifier_key_may_have_a_plus_in_its_base64():
    key = note.VerifierKey("shop", b"\xfb" * 32)
    assert "+" in str(key).split("+", 2)[2]
    assert note.parse_vkey(f" {key}\n") == key


def signed(body, *others):
    key = note.parse_vkey(VKEY)
    line = note.signature_line(key, KEY.sign(body.encode()))
    return body + "\n" + "".join(others) + line


def test_a_note_has_at_most_200_000_characters_and_64_signatures():
    key = note.parse_vkey(VKEY)
    room = 200_000 - len(signed("\n")) + 1
    body = "x" * (room - 1) + "\n"
    assert len(signed(body)) == 200_000
    assert note.open_note(signed(body), key) == body
    with pytest.raises(ProofRefused, match="too long"):
        note.open_note(signed("x" + body), key)
    other = SIGNATURE.replace("PeterNeumann", "EnochRoot")
    assert note.open_note(signed(TEXT, *[other] * 63), key) == TEXT
    with pytest.raises(ProofRefused, match="too many"):
        note.open_note(signed(TEXT, *[other] * 64), key)


@pytest.mark.parametrize("text", ["", "a\n", "a\n\n", "a\n\nb", "a\n\u2014 b AAAA\n"])
def test_a_text_that_ends_before_its_signatures_do_is_told_so(text):
    with pytest.raises(ProofRefused, match="it has no signatures"):
        note.open_note(text, note.parse_vkey(VKEY))


def test_a_forged_signature_by_a_trusted_key_spoils_a_note_that_is_signed_well_too():
    key = note.parse_vkey(VKEY)
    forged = note.signature_line(key, bytes(64))
    for lines in ([forged], [note.signature_line(key, KEY.sign(TEXT.encode())), forged]):
        with pytest.raises(ProofRefused, match="not the ledger key's"):
            note.open_note(TEXT + "\n" + "".join(lines), key)


def test_a_size_has_nineteen_digits_at_the_most():
    root = base64.b64encode(bytes(32)).decode()
    assert note.parse_checkpoint(f"a\n{10**19 - 1}\n{root}\n").size == 10**19 - 1
    assert note.parse_checkpoint(f"a\n0\n{root}\n").size == 0
    with pytest.raises(ProofRefused, match="plain number"):
        note.parse_checkpoint(f"a\n{10**19}\n{root}\n")
