"""The kiosk's side of a batch: payments are numbered as they come, and signed together at the end.

Every payment has its id at once, so that it can be shown to its shopper; nothing is paid until the
book has taken the whole batch (`Ledger.post_batch`).
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ledger.batches import (
    BYTES_MAX,
    ID_DIGITS,
    METHODS,
    PAGE,
    PAYMENTS_MAX,
    RECORD_BYTES_MAX,
    Batch,
    Page,
    Sheet,
    payment_id,
)
from ledger.fields import (
    WORD,
    bad_field,
    require_integer,
    require_pattern,
    require_pseudonym,
)
from ledger.ids import fresh_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.home import Mode
    from ledger.keys import StationKey
    from ledger.orders import Order


class Batching:
    """A batch in the making.

    Args:
        key: The kiosk's.
        mode: Of the home.
        now_ms: When the first payment is authorised, Unix milliseconds.
        policy: SHA-256 of the pay policy used, 64 hex digits.
        models: Role -> id of each network that takes part.
        source: "live" for a camera, "file" for anything recorded.
    """

    def __init__(
        self,
        key: StationKey,
        mode: Mode,
        now_ms: int,
        *,
        policy: str,
        models: dict[str, str],
        source: Literal["live", "file"],
    ) -> None:
        self.id = fresh_id(now_ms)[:ID_DIGITS]
        self._key = key
        self._mode = mode
        self._now_ms = now_ms
        self._policy = policy
        self._models = models
        self._source = source
        self._records: list[str] = []
        self._orders: list[Order] = []
        self._page_orders: set[bytes] = set()
        self._bytes = 0

    def add(
        self, pseudonym: str, order: Order, method: Literal["face", "pin"], cues: Sequence[str]
    ) -> str:
        """Add a payment; gives its id.

        Raises:
            BadInputError: The batch is full, or of another currency, or a field is outside of what
                the format allows; the batch is as it was.
        """
        require_integer("payments of a batch", len(self._records) + 1, 1, PAYMENTS_MAX)
        require_pseudonym(pseudonym)
        if method not in METHODS:
            raise bad_field("method")
        for cue in cues:
            require_pattern("cue", cue, WORD)
        if self._orders and order.currency != self._orders[0].currency:
            raise bad_field("currency")
        cells = secrets.token_hex(16), order.digest(), pseudonym, method, " ".join(cues)
        record = "\t".join(cells)
        require_integer("bytes of a record", len(record), 1, RECORD_BYTES_MAX)
        begins = len(self._records) % PAGE == 0
        known = not begins and order.encoded in self._page_orders
        more = len(record) + 1 + (0 if known else len(order.encoded) + 1)
        require_integer("bytes of a batch", self._bytes + more, 1, BYTES_MAX)
        if begins:
            self._page_orders = set()
        self._page_orders.add(order.encoded)
        self._bytes += more
        self._records.append(record)
        self._orders.append(order)
        return payment_id(self.id, len(self._records) - 1)

    def signed(self, expires_at_ms: int) -> tuple[Batch, list[tuple[bytes, bytes]]]:
        """What `Ledger.post_batch` takes: the header, and (records, orders) of each page.

        Raises:
            BadInputError: It is empty, or a field of its header is outside of the format.
        """
        require_integer("payments of a batch", len(self._records), 1, PAYMENTS_MAX)
        pages = []
        for start in range(0, len(self._records), PAGE):
            records = "\n".join(self._records[start : start + PAGE])
            orders = dict.fromkeys(order.encoded for order in self._orders[start : start + PAGE])
            pages.append((records.encode(), b"\n".join(orders)))
        sheet = Sheet([Page(*page) for page in pages])
        batch = Batch(
            id=self.id,
            kiosk=self._key.key_id,
            count=sheet.count,
            root=sheet.root,
            currency=self._orders[0].currency,
            issued_at_ms=self._now_ms,
            expires_at_ms=expires_at_ms,
            policy=self._policy,
            models=self._models,
            source=self._source,
            mode=self._mode,
        )
        return replace(batch, signature=self._key.sign(batch.message())), pages
