"""What is paid in at the desk, booked on a shopper's balance."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ledger.book import Ledger
from ledger.home import station_key
from ledger.ids import fresh_id

if TYPE_CHECKING:
    from ledger.home import Home


def book(home: Home, pseudonym: str, amount_minor: int, topup_id: str | None = None) -> int:
    """Book cash on a shopper's balance; gives the entry's index.

    Args:
        home: whose book.
        pseudonym: the shopper.
        amount_minor: 1 or more minor units of the home's currency.
        topup_id: 32 hex digits; the same id books once.

    Raises:
        ledger.errors.Error: nothing was booked.
    """
    desk_key = station_key(home, "desk")
    with Ledger.open_or_create(home) as opened:
        now_ms = time.time_ns() // 1_000_000
        desk = opened.at(desk_key, now_ms)
        return desk.topup(pseudonym, amount_minor, topup_id or fresh_id(now_ms)).index
