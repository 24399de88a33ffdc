"""Fresh ids of payments and instructions: UUID version 7, as 32 hex digits.

They begin with the time (RFC 9562, section 5.7), so that new ids stand side by side in the book's
index of ids: a commit rewrites its last pages, and not one page an entry. The book itself takes
any 32 digits and never reads a time in them.
"""

from __future__ import annotations

import secrets
from typing import Final

_TIME_MASK: Final = (1 << 48) - 1
_RANDOM_BITS: Final = 74


def fresh_id(now_ms: int, random_bits: int | None = None) -> str:
    """32 hex digits that nobody has used.

    Args:
        now_ms: Unix time in milliseconds; its lowest 48 bits are taken.
        random_bits: 0..2**74-1; None draws them.
    """
    drawn = secrets.randbits(_RANDOM_BITS) if random_bits is None else random_bits
    high, low = drawn >> 62, drawn & ((1 << 62) - 1)
    number = (now_ms & _TIME_MASK) << 80 | 7 << 76 | high << 64 | 2 << 62 | low
    return f"{number:032x}"
