"""Takes a checked table into the home: the file, its pictures, and what it says is in stock."""

from __future__ import annotations

import secrets
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.errors import Error
from kiosk.goods.shop import stock
from ledger.book import Ledger
from ledger.home import station_key

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.catalogue import Catalogue
    from ledger.home import Home


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done.

    Attributes:
        pictures: how many were copied.
        supplied: articles whose stock was booked for the first time.
    """

    pictures: int
    supplied: list[str]

    def text(self, articles: int) -> str:
        """One line for a person."""
        parts = [f"{articles} articles", f"{self.pictures} pictures"]
        parts.append(f"stock of {len(self.supplied)} articles booked")
        return ", ".join(parts) + "."


def import_catalogue(home: Home, path: Path, catalogue: Catalogue) -> Imported:
    """Keep the table and its pictures in the home; the table before it is kept beside it.

    An article's stock is booked once, when the book has never had any of it: later deliveries are
    booked with `facetill ledger supply`, and importing again changes no stock.

    Args:
        home: gets it.
        path: the table, already read as `catalogue`.
        catalogue: what it holds.

    Raises:
        Error: a file cannot be copied; the home's table is then as it was.
        ledger.errors.Error: the stock cannot be booked.
    """
    pictures = sorted({product.picture for product in catalogue.products if product.picture})
    folder = path.absolute().parent
    staging = home.catalogue_csv.with_name(f".catalogue.{secrets.token_hex(4)}.new")
    try:
        if folder != home.path:
            for picture in pictures:
                target = home.path / picture
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / picture, target)
        shutil.copyfile(path, staging)
        if home.catalogue_csv.exists():
            shutil.copyfile(home.catalogue_csv, home.path / "catalogue.before.csv")
        staging.replace(home.catalogue_csv)
    except OSError as error:
        raise Error(
            f"The table could not be imported ({error.strerror}).",
            hint="Check the disk's space and the folder's permissions; the old table still holds.",
        ) from error
    finally:
        staging.unlink(missing_ok=True)
    return Imported(len(pictures) if folder != home.path else 0, _supply(home, catalogue))


def _supply(home: Home, catalogue: Catalogue) -> list[str]:
    counted = [product for product in catalogue.products if product.stock]
    if not counted:
        return []
    known = stock(lambda: Ledger.open_or_create(home))
    new = [product for product in counted if product.sku not in known]
    with Ledger.open_or_create(home) as book:
        desk = book.at(station_key(home, "desk"), time.time_ns() // 1_000_000)
        for product in new:
            desk.supply(product.sku, product.stock or 0, f"import-{product.sku}")
    return [product.sku for product in new]
