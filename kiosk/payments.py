"""Signs an authorisation and posts it, so that any accident charges once or not at all.

The same signed authorisation is posted again after a fault, never a new one: the ledger knows its
id for ever, and answers a repetition with the first receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.errors import Refusal, RefusedError
from kiosk.goods.shop import stock
from kiosk.refusals import out_of_stock, refused
from ledger.authorization import Authorization, sign
from ledger.errors import Error as LedgerError
from ledger.errors import InsufficientFunds, OutOfStock, StorageError
from ledger.ids import fresh_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from kiosk.cart import Cart
    from kiosk.clearance import Clearance
    from kiosk.flow import Payer
    from ledger.book import Ledger
    from ledger.keys import StationKey
    from ledger.orders import Order
    from ledger.receipt import Receipt

POST_TRIES = 3
REASONS: dict[type[LedgerError], str] = {InsufficientFunds: "insufficient_funds"}


class Payments:
    """The till's way into the ledger.

    Args:
        open_ledger: opens the book; a book that stopped after a fault is opened anew.
        key: the kiosk's signing key.
        clearance: what lets a payment through; its policy's digest is signed with each payment.
        models: role and id of each network that looks at faces.
        source: whether faces come from a camera or from a file.
        now_ms: the wall clock, milliseconds since 1970.
    """

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        key: StationKey,
        clearance: Clearance,
        models: Callable[[], dict[str, str]],
        source: Literal["live", "file"],
        now_ms: Callable[[], int],
    ) -> None:
        self._open_ledger = open_ledger
        self._key = key
        self._clearance = clearance
        self._models = models
        self._source = source
        self._now_ms = now_ms

    def pay(self, payer: Payer, cart: Cart) -> Receipt:
        """Charge the payer for the cart.

        Raises:
            RefusedError: the ledger refused, or could not be written; says whether that is known.
        """
        self._clearance.require(payer, cart)
        policy = self._clearance.policy
        order = cart.to_order()
        issued_at_ms = self._now_ms()
        signed = sign(
            Authorization(
                id=fresh_id(issued_at_ms),
                kiosk=self._key.key_id,
                pseudonym=payer.pseudonym,
                cart_digest=order.digest(),
                amount_minor=order.total_minor,
                currency=order.currency,
                issued_at_ms=issued_at_ms,
                expires_at_ms=issued_at_ms + policy.authorization_ms,
                policy=policy.digest,
                models=self._models() if payer.method == "face" else {},
                cues=payer.cues + tuple(f for f in payer.factors if f != "face"),
                method=payer.method,
                source=self._source,
            ),
            self._key,
        )
        for left in reversed(range(POST_TRIES)):
            try:
                with self._open_ledger() as ledger:
                    return ledger.post(signed, order, self._now_ms())
            except StorageError as error:
                if not left:
                    raise RefusedError(
                        Refusal(
                            "ledger",
                            f"The book could not be written: {error.message}",
                            f"Ask the staff to see `facetill ledger receipt "
                            f"{signed.authorization.id}` before you pay again.",
                        )
                    ) from error
            except OutOfStock as error:
                raise RefusedError(self._out_of_stock(order)) from error
            except LedgerError as error:
                reason = REASONS.get(type(error), "ledger")
                raise RefusedError(Refusal(reason, error.message, error.hint)) from error
        raise refused("fault")  # not reached: the last try returns or raises

    def _out_of_stock(self, order: Order) -> Refusal:
        """Which article it is: somebody else was quicker."""
        left = stock(self._open_ledger)
        return out_of_stock(
            (line.name, max(left.get(line.sku, 0), 0))
            for line in order.lines
            if line.counted and left.get(line.sku, 0) < line.quantity
        )
