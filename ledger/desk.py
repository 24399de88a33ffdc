"""What staff ask of the book: each makes an instruction, signs it, and books it once for its id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ledger import rules
from ledger.instructions import (
    Capture,
    Close,
    Erasure,
    Expiry,
    Instruction,
    Limit,
    Refund,
    Supply,
    Topup,
    Void,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.book import Ledger
    from ledger.draft import Draft
    from ledger.entries import Entry
    from ledger.keys import StationKey
    from ledger.orders import Order

Kind = TypeVar("Kind", bound=Instruction)


class Desk:
    """The desk's side of an open book: `book.at(desk_key, now_ms)`.

    Every method returns the entry, the first one if its id was used before; and raises Refused
    (nothing was written) or StorageError as `Ledger.post` does.

    Args:
        book: The open book.
        key: A desk's key that the book knows.
        now_ms: The time, Unix milliseconds.
    """

    def __init__(self, book: Ledger, key: StationKey, now_ms: int) -> None:
        self._book = book
        self._key = key
        self._now_ms = now_ms

    def topup(self, pseudonym: str, amount_minor: int, topup_id: str) -> Entry:
        """Cash for a shopper's balance; that such a shopper exists is the desk's business."""
        return self._do(
            Topup,
            id=topup_id,
            pseudonym=pseudonym,
            amount_minor=amount_minor,
            currency=self._book.home.currency,
        )

    def refund(self, payment_id: str, amount_minor: int, refund_id: str) -> Entry:
        """Give back a sale or a part of it: with all refunds before at most what was paid."""

        def make(draft: Draft) -> Refund:
            sale = rules.sale_of(draft, payment_id)
            return self._make(
                Refund,
                id=refund_id,
                payment=payment_id,
                pseudonym=sale.pseudonym,
                amount_minor=amount_minor,
                currency=sale.order.currency,
            )

        return self._book.book(make, self._now_ms)

    def capture(self, hold_id: str, order: Order | None = None) -> Entry:
        """Settle a hold for what was taken (None: all of it); the rest of it goes back."""

        def make(draft: Draft) -> Capture:
            known = draft.by_id(f"capture/{hold_id}")
            if known is not None and isinstance(known.content, Capture):
                taken = known.content.order if order is None else order
                return replace(known.content, order=taken)
            held = self._held(draft, hold_id)
            return self._make(Capture, order=order or held["held_order"], **held)

        return self._book.book(make, self._now_ms)

    def void(self, hold_id: str) -> Entry:
        """Give a hold back, because the sale fell through."""
        return self._end(Void, hold_id)

    def expire(self, hold_id: str) -> Entry:
        """Give a hold back whose time is over."""
        return self._end(Expiry, hold_id)

    def supply(self, sku: str, pieces: int, supply_id: str) -> Entry:
        """Pieces of an article that came in (positive), or are found missing (negative)."""
        return self._do(Supply, id=supply_id, sku=sku, pieces=pieces)

    def limit(self, pseudonym: str, balance_max_minor: int, limit_id: str) -> Entry:
        """The most that a shopper's balance may be; for EVERYBODY, where none is set."""
        return self._do(
            Limit, id=limit_id, pseudonym=pseudonym, balance_max_minor=balance_max_minor
        )

    def tombstone(self, pseudonym: str) -> Entry:
        """That a person was erased: from here on the pseudonym pays nothing and takes no money.

        There is one for each pseudonym, however often and by whichever desk it is asked for.
        """

        def make(draft: Draft) -> Erasure:
            known = draft.by_id(f"{Erasure.kind}/{pseudonym}")
            if known is not None and isinstance(known.content, Erasure):
                return known.content
            return self._make(Erasure, id=pseudonym)

        return self._book.book(make, self._now_ms)

    def close(self, close_id: str) -> Entry:
        """The Z report of everything since the one before; numbered without a gap."""

        def make(draft: Draft) -> Close:
            figures = draft.figures()
            last = draft.by_id(f"close/{figures.number - 1:08d}")
            if last is not None and isinstance(last.content, Close) and last.content.id == close_id:
                return last.content
            return self._make(
                Close,
                id=close_id,
                last=draft.size - 1,
                currency=self._book.home.currency,
                **figures.fields(),
            )

        return self._book.book(make, self._now_ms)

    # --- inside ------------------------------------------------------------------------------

    def _make(self, kind: type[Kind], **fields: Any) -> Kind:  # noqa: ANN401 - each kind's own
        unsigned = kind(
            **fields,
            issued_at_ms=self._now_ms,
            desk=self._key.key_id,
            mode=self._book.home.mode,
        )
        return replace(unsigned, signature=self._key.sign(unsigned.message()))

    def _do(self, kind: type[Kind], **fields: Any) -> Entry:  # noqa: ANN401 - each kind's own
        made = self._make(kind, **fields)
        make: Callable[[Draft], Instruction] = lambda _: made  # noqa: E731
        return self._book.book(make, self._now_ms)

    def _end(self, kind: type[Void], hold_id: str) -> Entry:
        def make(draft: Draft) -> Void:
            known = draft.by_id(f"{kind.kind}/{hold_id}")
            if known is not None and isinstance(known.content, Void):
                return known.content
            return self._make(kind, **self._held(draft, hold_id))

        return self._book.book(make, self._now_ms)

    @staticmethod
    def _held(draft: Draft, hold_id: str) -> dict[str, Any]:
        """What an ending says of its hold."""
        hold = rules.open_hold(draft, hold_id)
        return {
            "id": hold_id,
            "pseudonym": hold.pseudonym,
            "held_minor": hold.amount_minor,
            "held_order": hold.order,
        }
