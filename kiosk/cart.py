"""The shopping cart: an immutable value that the whole way to the receipt can hold on to."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.errors import BadCartError
from ledger.orders import Order, OrderLine

if TYPE_CHECKING:
    from kiosk.catalogue import Catalogue, Product

QUANTITY_MAX = 99
LINES_MAX = 100


@dataclass(frozen=True, slots=True)
class Cart:
    """What the shopper wants, in the order it was added.

    Attributes:
        currency: ISO 4217.
        lines: each article once, quantity 1..99.
    """

    currency: str
    lines: tuple[OrderLine, ...] = ()

    @property
    def total_minor(self) -> int:
        """What it costs, in minor units."""
        return sum(line.quantity * line.unit_minor for line in self.lines)

    @property
    def count(self) -> int:
        """How many pieces are in it."""
        return sum(line.quantity for line in self.lines)

    def quantity(self, sku: str) -> int:
        """How many of an article are in it."""
        return next((line.quantity for line in self.lines if line.sku == sku), 0)

    def put(self, product: Product, quantity: int) -> Cart:
        """The cart with exactly that many of an article; 0 takes it out.

        Args:
            product: an article of the catalogue.
            quantity: clamped to 0..99.
        """
        quantity = min(max(quantity, 0), QUANTITY_MAX)
        line = OrderLine(product.sku, product.name, max(quantity, 1), product.price_minor)
        if self.quantity(product.sku):
            swapped = (line if old.sku == product.sku else old for old in self.lines)
            lines = tuple(old for old in swapped if quantity or old.sku != product.sku)
        elif quantity and len(self.lines) < LINES_MAX:
            lines = (*self.lines, line)
        else:
            lines = self.lines
        return Cart(self.currency, lines)

    def to_order(self) -> Order:
        """The cart as the ledger books it; the cart must not be empty."""
        return Order(self.lines, self.currency)


def parse_cart(text: str, catalogue: Catalogue) -> Cart:
    """Read `SKU:QTY,SKU:QTY`.

    Raises:
        BadCartError: an article is unknown, or a quantity is not 1..99.
    """
    cart = Cart(catalogue.currency)
    for part in text.split(","):
        sku, separator, quantity = part.strip().rpartition(":")
        if not separator or not sku:
            raise BadCartError(
                f"The cart {text!r} cannot be read.",
                hint="Write SKU:QTY,SKU:QTY, as coffee:2,tea:1.",
            )
        product = catalogue.get(sku)
        if product is None:
            raise BadCartError(f"There is no article {sku!r}.", hint=_nearest(sku, catalogue))
        if not (quantity.isascii() and quantity.isdigit() and 1 <= int(quantity) <= QUANTITY_MAX):
            raise BadCartError(
                f"{quantity!r} is not a quantity of {sku}.", hint=f"Ask for 1 to {QUANTITY_MAX}."
            )
        cart = cart.put(product, cart.quantity(sku) + int(quantity))
    return cart


def _nearest(sku: str, catalogue: Catalogue) -> str:
    known = [product.sku for product in catalogue.products]
    near = difflib.get_close_matches(sku, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known[:20])}."
