"""The shop's tables beside its clock and its stock: where the goods of a moment come from."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from kiosk import catalogue
from kiosk.goods.shelf import Goods
from kiosk.pricing import offers, taxes
from ledger.errors import Error as LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.catalogue import Catalogue
    from kiosk.pricing.offers import Offer
    from kiosk.pricing.taxes import TaxRate
    from ledger.book import Ledger
    from ledger.home import Home

log = logging.getLogger(__name__)

TAXES_CSV = "taxes.csv"
DISCOUNTS_CSV = "discounts.csv"


def local_time() -> datetime:
    """The shop's own time, as its offers are written in."""
    return datetime.now()  # noqa: DTZ005 - see above


class Shop:
    """What is sold here.

    Args:
        catalogue: the articles.
        offers: by priority, then by code.
        taxes: the rates by name.
        now: the shop's local time.
        count: pieces in stock by SKU; asked by `count_stock` alone.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        offers: tuple[Offer, ...] = (),
        taxes: Mapping[str, TaxRate] | None = None,
        *,
        now: Callable[[], datetime] = local_time,
        count: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self.catalogue = catalogue
        self._offers = offers
        self._taxes = taxes or {}
        self._now = now
        self._count = count
        self._left: Mapping[str, int] = {}
        self.counts = any(product.stock is not None for product in catalogue.products)

    def goods(self) -> Goods:
        """What is sold at this moment, with the stock as it was counted last."""
        return Goods(self.catalogue, self._offers, self._taxes, self._now(), self._left)

    def names(self, language: str) -> Callable[[str], str | None]:
        """What gives an article's or an offer's name in a language by its code."""
        offers_by_code = {offer.code: offer for offer in self._offers}

        def name_of(code: str) -> str | None:
            named = self.catalogue.get(code) or offers_by_code.get(code)
            return named.name_in(language) if named else None

        return name_of

    def count_stock(self) -> None:
        """Ask how many are left; may wait for the book. What cannot be asked stays as it was."""
        if not self.counts:
            return
        try:
            counted = self._count()
        except LedgerError as error:  # the book itself refuses what is not there
            log.warning("the stock could not be counted: %s", error.message)
            return
        articles = self.catalogue.products
        self._left = {a.sku: counted.get(a.sku, 0) for a in articles if a.stock is not None}


def stock(open_ledger: Callable[[], Ledger]) -> dict[str, int]:
    """Pieces in stock by SKU, as the book has them."""
    with open_ledger() as book:
        return book.stock()


def open_catalogue(home: Home) -> Catalogue:
    """The home's articles.

    Raises:
        TableError: a table cannot be sold from.
    """
    return catalogue.load(home.catalogue_csv, home.currency, taxes.load(home.path / TAXES_CSV))


def open_shop(home: Home, open_ledger: Callable[[], Ledger]) -> Shop:
    """The home's shop.

    Args:
        home: where its tables are.
        open_ledger: opens its book for reading.

    Raises:
        TableError: a table cannot be sold from.
    """
    rates = taxes.load(home.path / TAXES_CSV)
    articles = catalogue.load(home.catalogue_csv, home.currency, rates)
    offered = offers.load(home.path / DISCOUNTS_CSV, home.currency, articles)
    return Shop(articles, offered, rates, count=lambda: stock(open_ledger))
