"""What is a signature: those of RFC 8032, and none that OpenSSL refuses."""

from __future__ import annotations

import hashlib
import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl.bindings import crypto_core_ed25519_add, crypto_scalarmult_ed25519_base_noclamp

from ledger import keys

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
NEUTRAL = (1).to_bytes(32, "little")
# generates the eight points of small order
SMALL = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")

# (seed, public key, message, signature) of RFC 8032, section 7.1
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
            "b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
            "1d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
            "c6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
            "e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
]


def openssl(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def flipped(data):
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def small_points():
    """The eight points whose multiple by 8 is the neutral one, which is the first."""
    points = [NEUTRAL]
    while len(points) < 8:
        points.append(crypto_core_ed25519_add(points[-1], SMALL))
    assert crypto_core_ed25519_add(points[-1], SMALL) == NEUTRAL
    return points


def times_base(scalar):
    return crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))


def made_by_hand(public, r_point, r, secret, message):
    """A signature whose R, and whose key, somebody chose."""
    digest = hashlib.sha512(r_point + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return r_point + ((r + challenge * secret) % ORDER).to_bytes(32, "little")


@pytest.fixture
def signed():
    key, message = keys.generate(), b"two coffees"
    return key.public_bytes, key.sign(message), message


@pytest.mark.parametrize("vector", VECTORS)
def test_the_standards_own_signatures_are_made_and_accepted(vector):
    seed, public, message, signature = map(bytes.fromhex, vector)
    key = keys.from_private(Ed25519PrivateKey.from_private_bytes(seed))
    assert key.public_bytes == public
    assert key.sign(message) == signature
    assert keys.verify(public, signature, message)


def test_a_key_signs_as_openssl_does_with_what_its_file_holds(tmp_path):
    rng, key = random.Random(8032), keys.generate()
    path = tmp_path / "kiosk.key"
    path.write_bytes(keys.pem(key))
    path.chmod(0o600)
    assert keys.load(path) == key
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    for size in (0, 1, 63, 64, 65, 1_000):
        message = rng.randbytes(size)
        assert key.sign(message) == private.sign(message)


def test_one_bit_more_or_less_anywhere_is_another_signature(signed):
    public, signature, message = signed
    assert keys.verify(public, signature, message)
    assert not any(keys.verify(public, other, message) for other in flipped(signature))
    assert not any(keys.verify(public, signature, other) for other in flipped(message))
    assert not any(keys.verify(other, signature, message) for other in flipped(public))


def test_of_any_other_length_it_is_no_key_and_no_signature(signed):
    public, signature, message = signed
    for short in (b"", signature[:32], signature[:63]):
        assert not keys.verify(public, short, message)
    assert not keys.verify(public, signature + b"\0", message)
    for wrong in (b"", public[:31], public + b"\0", public * 2):
        assert not keys.verify(wrong, signature, message)


def test_a_signature_ends_where_its_message_begins(signed):
    public, signature, message = signed
    assert not keys.verify(public, signature + message[:1], message[1:])
    assert not keys.verify(public, signature[:-1], signature[-1:] + message)
    assert not keys.verify(public, b"", signature + message)


def test_nobody_makes_a_second_signature_out_of_one(signed):
    public, signature, message = signed
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    while scalar < 2**256:
        again = signature[:32] + scalar.to_bytes(32, "little")
        assert not openssl(public, again, message)
        assert not keys.verify(public, again, message)
        scalar += ORDER


def test_whatever_is_mixed_into_key_and_signature_is_judged_as_openssl_does():
    secret, r, message = 1_234_567_890_123, 9_876_543_210_987, b"two coffees"
    judged = []
    for in_key in small_points():
        public = crypto_core_ed25519_add(times_base(secret), in_key)
        for in_signature in small_points():
            point = crypto_core_ed25519_add(times_base(r), in_signature)
            signature = made_by_hand(public, point, r, secret, message)
            judged.append(keys.verify(public, signature, message))
            assert judged[-1] == openssl(public, signature, message)
    assert True in judged
    assert False in judged


def test_a_key_that_signs_anything_is_no_key():
    r, message = 9_876_543_210_987, b"two coffees"
    signature = made_by_hand(NEUTRAL, times_base(r), r, 0, message)
    assert openssl(NEUTRAL, signature, message)
    for public in small_points():
        assert not keys.verify(public, signature, message)


def test_a_signature_that_hides_nothing_is_none():
    secret, message = 1_234_567_890_123, b"two coffees"
    public = times_base(secret)
    for point in small_points():
        signature = made_by_hand(public, point, 0, secret, message)
        assert openssl(public, signature, message) == (point == NEUTRAL)
        assert not keys.verify(public, signature, message)


def test_a_point_has_one_encoding():
    r, message = 9_876_543_210_987, b"two coffees"
    for number in range(FIELD, 2**255):
        for sign in (0, 1 << 255):
            other = (number | sign).to_bytes(32, "little")
            signature = made_by_hand(other, times_base(r), r, 0, message)
            assert not keys.verify(other, signature, message)
            signature = made_by_hand(times_base(r), other, 0, r, message)
            assert not keys.verify(times_base(r), signature, message)


def test_random_bytes_are_judged_as_openssl_does():
    rng = random.Random(25519)
    for _ in range(500):
        public, signature, message = rng.randbytes(32), rng.randbytes(64), rng.randbytes(20)
        assert not openssl(public, signature, message)
        assert not keys.verify(public, signature, message)
