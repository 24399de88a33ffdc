"""Keeps a window alive on Python 3.11, where Qt's binding wears out Python's `None`.

PySide6 6.12 gives back one reference to `None` too many for every method that returns nothing:
measured, 13 for one repaint of the till's mirror and one for every turn of a timer. Python 3.12 and
later count no references to `None` (PEP 683), so nothing comes of it there; in Python 3.11 the
count falls to nought within minutes and the interpreter stops in the middle of a payment ("Fatal
Python error: none_dealloc"). Here `None` gets more references than a till can lose in its life.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

COUNTED_BEFORE: Final = (3, 12)
REFERENCES: Final = 1 << 48  # at a million a second, nine years; far from the 63 bits there are


def make_none_immortal() -> bool:
    """Do it once; gives whether it was needed here."""
    if sys.version_info >= COUNTED_BEFORE or sys.implementation.name != "cpython":
        return False
    if sys.getrefcount(None) < REFERENCES:
        # ob_refcnt is the first field of every object of a release build
        ctypes.c_ssize_t.from_address(id(None)).value += REFERENCES
    return True
