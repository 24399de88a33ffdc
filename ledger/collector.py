"""The search for unused cycles of objects, held back where none are made.

A commit and a check make many objects that live as long as they do. Python's collector would look
through all of them, again and again and in vain, for up to half of the time.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def held_back() -> Iterator[None]:
    """Hold it back; one that was off before stays so."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
