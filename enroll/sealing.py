"""Authenticated encryption of the vault's cells: AES-256-GCM with what each cell is for as AAD.

A sealed cell is a random 96-bit nonce, the ciphertext and the 128-bit tag (NIST SP 800-38D). The
AAD names the format, the owner and the purpose, so that a cell moved to another row, another
column or another format does not open. Keys for different uses are split by HKDF (RFC 5869).
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
FORMAT: Final = 1
_SEPARATOR: Final = "\x1f"  # cannot occur in a pseudonym, a purpose or a model's name

_PREFIX: Final = f"facetill/vault{_SEPARATOR}{FORMAT}{_SEPARATOR}"


class SealBrokenError(Exception):
    """The cell was altered, moved, or sealed with another key; the caller says which cell."""


def new_key() -> bytes:
    """A random 256-bit key from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def subkey(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key for one purpose, from which neither `key` nor another purpose's can be computed."""
    info = f"facetill/vault/{FORMAT}/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)


class Sealer:
    """Seals and opens cells under one key; its text form never shows it."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def __repr__(self) -> str:
        return "Sealer()"

    def seal(self, plain: bytes, owner: str, *purpose: str) -> bytes:
        """Encrypt a cell of `owner` (a pseudonym, or "vault") for `purpose`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, _aad(owner, purpose))

    def unseal(self, cell: object, owner: str, *purpose: str) -> bytes:
        """The cell's plaintext.

        Raises:
            SealBrokenError: It is not what `seal` gave for this key, owner and purpose.
        """
        if not isinstance(cell, bytes) or len(cell) < NONCE_BYTES:
            raise SealBrokenError
        try:
            return self._aead.decrypt(cell[:NONCE_BYTES], cell[NONCE_BYTES:], _aad(owner, purpose))
        except InvalidTag as e:
            raise SealBrokenError from e


def _aad(owner: str, purpose: tuple[str, ...]) -> bytes:
    return (_PREFIX + _SEPARATOR.join((owner, *purpose))).encode()
