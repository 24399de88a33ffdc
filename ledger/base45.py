"""Base45 (RFC 9285): bytes in the 45 characters of a QR code's alphanumeric mode."""

from __future__ import annotations

from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE: Final = {c: i for i, c in enumerate(_ALPHABET)}


def encode(data: bytes) -> str:
    """Three characters for two bytes, two for a last odd one."""
    out = []
    for i in range(0, len(data), 2):
        pair = data[i : i + 2]
        number = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            out.append(_ALPHABET[digit])
    return "".join(out)


def decode(text: str) -> bytes:
    """The bytes; a ValueError where the text is not what `encode` writes."""
    out = bytearray()
    for i in range(0, len(text), 3):
        chunk = text[i : i + 3]
        if len(chunk) == 1 or not set(chunk) <= _VALUE.keys():
            raise ValueError("not base45")
        number = sum(_VALUE[c] * 45**place for place, c in enumerate(chunk))
        if number >= 256 ** (len(chunk) - 1):
            raise ValueError("not base45")
        out += number.to_bytes(len(chunk) - 1)
    return bytes(out)
