"""The goods at one moment: what they cost now, and how many are left.

The flow is handed this value with each event, so that a cart is priced by the offers of that
moment and the same moment can be replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kiosk.cart import Shortage
from kiosk.pricing.engine import Item, reckon
from kiosk.pricing.offers import coupon_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.cart import Cart
    from kiosk.catalogue import Catalogue, Product
    from kiosk.pricing.offers import Offer
    from kiosk.pricing.taxes import TaxRate


@dataclass(frozen=True)
class Goods:
    """All that a cart's price depends on.

    Attributes:
        catalogue: the articles.
        offers: by priority, then by code.
        taxes: the rates by name.
        when: the shop's local time.
        left: pieces in stock of the articles that are counted; an article that is missing here
            is not known to run out.
    """

    catalogue: Catalogue
    offers: tuple[Offer, ...] = ()
    taxes: Mapping[str, TaxRate] = field(default_factory=dict)
    when: datetime = datetime.min  # noqa: DTZ901 - the shop's local time, as its offers have it
    left: Mapping[str, int] = field(default_factory=dict)

    def get(self, sku: str) -> Product | None:
        """The article of that SKU."""
        return self.catalogue.get(sku)

    def scanned(self, code: str) -> Product | None:
        """The article that a scanned code names."""
        return self.catalogue.scanned(code)

    def coupon(self, code: str) -> Offer | None:
        """The coupon of that code, in whatever case it was typed."""
        key = coupon_key(code)
        return next((o for o in self.offers if o.coupon and coupon_key(o.code) == key), None)

    def price(self, cart: Cart) -> Cart:
        """The cart with what it costs now, and with what ran out."""
        found = ((line, self.catalogue.get(line.sku)) for line in cart.lines)
        items = [
            Item(
                line.sku,
                product.category if product else "",
                line.quantity,
                line.unit_minor,
                product.tax if product else "",
            )
            for line, product in found
        ]
        priced = reckon(items, self.offers, frozenset(cart.coupons), self.taxes, self.when)
        short = tuple(
            Shortage(line.sku, line.name, line.quantity, max(self.left[line.sku], 0))
            for line in cart.lines
            if line.counted and line.quantity > self.left.get(line.sku, line.quantity)
        )
        return replace(
            cart,
            discounts=priced.discounts,
            taxes=priced.taxes,
            unused=priced.unused,
            short=short,
        )
