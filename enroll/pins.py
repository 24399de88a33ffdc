"""PINs: which are too easy, and how one is kept and compared.

Kept is Argon2id (RFC 9106) of the PIN under a random salt, sealed under a key that erasure
destroys. Six digits can be searched through by whoever holds the master key; what keeps guesses at
the till few are the attempts (`enroll.attempts`). Every comparison costs the same, also where there
is nothing to compare with.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

import argon2

from enroll.errors import BadInputError

PIN_DIGITS: Final = 6
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
FORMAT: Final = 1
# OWASP's floor for Argon2id would do under a sealed cell; these are half of a passphrase's cost
_TIME, _MEMORY_KIB, _LANES = 3, 32_768, 1
_RUN: Final = "01234567890"


def require_good(pin: str, phone: str = "", digits: int = PIN_DIGITS) -> str:
    """Refuse a PIN that somebody would guess first.

    Args:
        pin: As typed.
        phone: The person's phone number, whose digits are no secret.
        digits: How many it must have.

    Raises:
        BadInputError: Says which rule it breaks; never the PIN.
    """
    if len(pin) != digits or not (pin.isascii() and pin.isdigit()):
        raise BadInputError(f"A PIN has {digits} digits.", hint="Choose another one.")
    if len(set(pin)) == 1:
        raise BadInputError("A PIN of one digit only is too easy.", hint="Choose another one.")
    if pin in _RUN or pin in _RUN[::-1]:
        raise BadInputError("Digits in a row are too easy a PIN.", hint="Choose another one.")
    known = "".join(c for c in phone if c.isdigit())
    if pin in known or pin[::-1] in known:
        raise BadInputError(
            "The phone number's digits are too easy a PIN.", hint="Choose another one."
        )
    return pin


def hashed(pin: str) -> bytes:
    """What is kept of a PIN: one byte of format, the salt, the hash."""
    salt = secrets.token_bytes(SALT_BYTES)
    return bytes([FORMAT]) + salt + _argon2(pin, salt)


def matches(pin: str, kept: bytes | None) -> bool:
    """Whether a PIN is the one kept; costs the same for None, which nothing matches."""
    whole = kept is not None and len(kept) == 1 + SALT_BYTES + HASH_BYTES and kept[0] == FORMAT
    known = kept if whole and kept is not None else bytes(1 + SALT_BYTES + HASH_BYTES)
    tried = _argon2(pin, known[1 : 1 + SALT_BYTES])
    return hmac.compare_digest(tried, known[1 + SALT_BYTES :]) and whole


def _argon2(pin: str, salt: bytes) -> bytes:
    return argon2.low_level.hash_secret_raw(
        pin.encode()[:64],
        salt,
        time_cost=_TIME,
        memory_cost=_MEMORY_KIB,
        parallelism=_LANES,
        hash_len=HASH_BYTES,
        type=argon2.low_level.Type.ID,
    )
