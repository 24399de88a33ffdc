"""Ed25519 keys of the stations, in PKCS #8 PEM files that only their owner can read."""

from __future__ import annotations

import binascii
import hashlib
import os
import stat
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import KeyCorruptError, KeyExposedError, KeyMissingError

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64
KEYS_AT_HAND = 256  # public keys that need not be read from their bytes again


def key_id(public_bytes: bytes) -> str:
    """Name of a public key in the book: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(public_bytes).hexdigest()[:32]


def verify(public_bytes: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes) is the key's Ed25519 signature (RFC 8032) of `message`."""
    try:
        _public_key(public_bytes).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=KEYS_AT_HAND)
def _public_key(public_bytes: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_bytes)


@dataclass(frozen=True, repr=False)
class StationKey:
    """A private Ed25519 key, held in memory; its text form never shows the secret."""

    private: Ed25519PrivateKey
    public_bytes: bytes
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `message` (RFC 8032; deterministic)."""
        return self.private.sign(message)

    def __repr__(self) -> str:
        return f"StationKey({self.key_id})"


def from_private(private: Ed25519PrivateKey) -> StationKey:
    """Wrap a private key."""
    public = private.public_key().public_bytes_raw()
    return StationKey(private, public, key_id(public))


def generate() -> StationKey:
    """A new random key."""
    return from_private(Ed25519PrivateKey.generate())


def pem(key: StationKey) -> bytes:
    """The key as an unencrypted PKCS #8 PEM text."""
    from cryptography.hazmat.primitives import serialization

    return key.private.private_bytes(
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
    from cryptography.hazmat.primitives import serialization  # its formats take long to import

    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as e:
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
