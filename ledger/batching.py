"""The kiosk's side of a batch: payments are numbered as they come, and signed together at the end.

Every payment has its id at once, so that it can be shown to its shopper; nothing is paid until the
book has taken the whole batch (`Ledger.post_batch`).
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ledger import merkle
from ledger.batches import (
    BYTES_MAX,
    ID_DIGITS,
    PAGE,
    PAYMENTS_MAX,
    RECORD_BYTES_MAX,
    Batch,
    Page,
    payment_id,
)
from ledger.fields import (
    WORD,
    bad_field,
    require_integer,
    require_method,
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
        self._pages: list[tuple[list[str], dict[bytes, None]]] = []  # records, different orders
        self._count = 0
        self._bytes = 0
        self._currency = ""

    def add(
        self, pseudonym: str, order: Order, method: Literal["face", "pin"], cues: Sequence[str]
    ) -> str:
        """Add a payment; gives its id.

        Raises:
            BadInputError: The batch is full, or of another currency, or a field is outside of what
                the format allows; the batch is as it was.
        """
        require_integer("payments of a batch", self._count + 1, 1, PAYMENTS_MAX)
        require_pseudonym(pseudonym)
        require_method(method)
        for cue in cues:
            require_pattern("cue", cue, WORD)
        if self._count and order.currency != self._currency:
            raise bad_field("currency")
        cells = secrets.token_hex(16), order.digest(), pseudonym, method, " ".join(cues)
        record = "\t".join(cells)
        require_integer("bytes of a record", len(record), 1, RECORD_BYTES_MAX)
        begins = self._count % PAGE == 0
        records, orders = ([], {}) if begins else self._pages[-1]
        more = len(record) + 1 + (0 if order.encoded in orders else len(order.encoded) + 1)
        require_integer("bytes of a batch", self._bytes + more, 1, BYTES_MAX)
        if begins:
            self._pages.append((records, orders))
        records.append(record)
        orders[order.encoded] = None
        self._bytes += more
        self._currency = order.currency
        self._count += 1
        return payment_id(self.id, self._count - 1)

    def signed(self, expires_at_ms: int) -> tuple[Batch, list[tuple[bytes, bytes]]]:
        """What `Ledger.post_batch` takes: the header, and (records, orders) of each page.

        Raises:
            BadInputError: It is empty, or a field of its header is outside of the format.
        """
        require_integer("payments of a batch", self._count, 1, PAYMENTS_MAX)
        pages = [
            ("\n".join(records).encode(), b"\n".join(orders)) for records, orders in self._pages
        ]
        roots = [Page(*page).root for page in pages]
        batch = Batch(
            id=self.id,
            kiosk=self._key.key_id,
            count=self._count,
            root=merkle.levels(roots)[-1][0].hex(),
            currency=self._currency,
            issued_at_ms=self._now_ms,
            expires_at_ms=expires_at_ms,
            policy=self._policy,
            models=self._models,
            source=self._source,
            mode=self._mode,
        )
        return replace(batch, signature=self._key.sign(batch.message())), pages
