"""The shopping cart: an immutable value that the whole way to the receipt can hold on to."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.errors import BadCartError
from ledger.orders import Discount, Order, OrderLine, Tax

if TYPE_CHECKING:
    from kiosk.catalogue import Catalogue, Product
    from kiosk.pricing.engine import Unused

QUANTITY_MAX = 99
LINES_MAX = 100
COUPONS_MAX = 20


@dataclass(frozen=True, slots=True)
class Shortage:
    """An article of which the cart holds more than the shop has.

    Attributes:
        sku: of the article.
        name: of the article.
        wanted: pieces in the cart.
        left: pieces in stock, 0 or more.
    """

    sku: str
    name: str
    wanted: int
    left: int


@dataclass(frozen=True, slots=True)
class Cart:
    """What the shopper wants, in the order it was added, and what it costs.

    `put` and `enter` change what is wanted; what is taken off and the taxes are then gone until
    `Goods.price` reckons them anew, so no price outlives the cart that it was for.

    Attributes:
        currency: ISO 4217.
        lines: each article once, quantity 1..99.
        coupons: codes that were entered, each of a coupon that the shop has.
        discounts: what is taken off, in the order of it.
        taxes: each rate once.
        unused: entered coupons that take nothing off, and why.
        short: articles that ran out meanwhile.
    """

    currency: str
    lines: tuple[OrderLine, ...] = ()
    coupons: tuple[str, ...] = ()
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[Tax, ...] = ()
    unused: tuple[Unused, ...] = ()
    short: tuple[Shortage, ...] = ()

    @property
    def gross_minor(self) -> int:
        """All lines before anything is taken off, in minor units."""
        return sum(line.total_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        """What it costs, in minor units."""
        taken = sum(discount.amount_minor for discount in self.discounts)
        added = sum(tax.amount_minor for tax in self.taxes if tax.kind == "added")
        return self.gross_minor - taken + added

    @property
    def count(self) -> int:
        """How many pieces are in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def payable(self) -> bool:
        """Whether it can be paid: it costs something, and the shop has all of it."""
        return self.total_minor > 0 and not self.short

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
        counted = product.stock is not None
        line = OrderLine(
            product.sku, product.name, max(quantity, 1), product.price_minor, counted=counted
        )
        if self.quantity(product.sku):
            swapped = (line if old.sku == product.sku else old for old in self.lines)
            lines = tuple(old for old in swapped if quantity or old.sku != product.sku)
        elif quantity and len(self.lines) < LINES_MAX:
            lines = (*self.lines, line)
        else:
            lines = self.lines
        return Cart(self.currency, lines, self.coupons)

    def enter(self, code: str) -> Cart:
        """The cart with a coupon; a second time changes nothing."""
        if code in self.coupons or len(self.coupons) == COUPONS_MAX:
            return self
        return Cart(self.currency, self.lines, (*self.coupons, code))

    def to_order(self) -> Order:
        """The cart as the ledger books it; the cart must be payable."""
        return Order(self.lines, self.currency, self.discounts, self.taxes)


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
