"""Ed25519 keys of the stations, in PKCS #8 PEM files that only their owner can read.

Signatures are libsodium's, which verifies in half of OpenSSL's time; the files are written and read
by `cryptography`. Both take long to import, so each is imported where it is needed.
"""

from __future__ import annotations

import binascii
import hashlib
import os
import stat
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from ledger.errors import KeyCorruptError, KeyExposedError, KeyMissingError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


def key_id(public_bytes: bytes) -> str:
    """Name of a public key in the book: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(public_bytes).hexdigest()[:32]


def verify(public_bytes: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes) is the key's Ed25519 signature (RFC 8032) of `message`.

    What it accepts, OpenSSL accepts. It refuses more: a public key or an R (a signature's first 32
    bytes) of small order, and a key that is not in its one encoding. No key or signature that was
    made as RFC 8032 says is any of these; a book could only hold one if a station's or the ledger's
    key had been chosen so, or if its owner had made the signature by hand.
    """
    # libsodium takes their lengths for granted
    if len(public_bytes) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    nacl = _nacl()
    try:
        nacl.bindings.crypto_sign_open(signature + message, public_bytes)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


@cache
def _nacl() -> ModuleType:
    """PyNaCl; an import statement at each signature would cost a tenth of its time."""
    import nacl.bindings
    import nacl.exceptions

    return nacl


@dataclass(frozen=True, repr=False)
class StationKey:
    """A private Ed25519 key, held in memory; its text form never shows the secret.

    Attributes:
        seed: The secret, 32 bytes (RFC 8032, section 5.1.5).
        public_bytes: The public key, 32 bytes.
        key_id: Its name in the book.
    """

    seed: bytes = field(compare=False)  # the public key tells keys apart
    public_bytes: bytes
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `message` (RFC 8032; deterministic)."""
        signed: bytes = _nacl().bindings.crypto_sign(message, self.seed + self.public_bytes)
        return signed[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"StationKey({self.key_id})"


def from_private(private: Ed25519PrivateKey) -> StationKey:
    """Wrap a private key."""
    public = private.public_key().public_bytes_raw()
    return StationKey(private.private_bytes_raw(), public, key_id(public))


def generate() -> StationKey:
    """A new random key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return from_private(Ed25519PrivateKey.generate())


def pem(key: StationKey) -> bytes:
    """The key as an unencrypted PKCS #8 PEM text."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key.seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load(path: Path) -> StationKey:
    """Read a key file; refuses one that group or others may read.

    Raises:
        KeyMissingError, KeyExposedError, KeyCorruptError: As named.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(10_000)
    except OSError as e:
        raise KeyMissingError(
            f"The key file {path} cannot be read ({e.strerror}).",
            hint="Restore it from your backup: a home's keys cannot be made again.",
        ) from e
    if mode & 0o077:
        raise KeyExposedError(
            f"The key file {path} can be read by other users (mode {mode:04o}).",
            hint=f"Run: chmod 600 {path}",
        )
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise _corrupt(path) from e
    if not isinstance(private, Ed25519PrivateKey):
        raise _corrupt(path)
    return from_private(private)


def b64(data: bytes) -> str:
    """Standard base64 (RFC 4648, section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _corrupt(path: Path) -> KeyCorruptError:
    return KeyCorruptError(
        f"The key file {path} holds no Ed25519 private key.",
        hint="Restore it from your backup: a home's keys cannot be made again.",
    )
