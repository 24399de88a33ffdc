"""What the shop sells: a table of articles, read from the home's `catalogue.csv` or built in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.errors import BadCatalogueError
from ledger.errors import BadInputError
from ledger.money import parse_amount

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("sku", "name", "price", "category")
BYTES_MAX = 4 * 1024 * 1024
PRODUCTS_MAX = 10_000
TEXT_CHARS_MAX = 80

BUILT_IN = """\
sku,name,price,category
coffee,Coffee,3.20,Drinks
tea,Tea,2.60,Drinks
juice,Orange juice,3.80,Drinks
water,Still water,1.50,Drinks
bagel,Sesame bagel,2.40,Bakery
croissant,Butter croissant,2.20,Bakery
bread,Rye bread,4.50,Bakery
cake,Lemon cake,3.90,Bakery
apple,Apple,0.80,Fruit
banana,Banana,0.60,Fruit
salad,Garden salad,6.50,Kitchen
soup,Tomato soup,5.40,Kitchen
"""


@dataclass(frozen=True, slots=True)
class Product:
    """One article.

    Attributes:
        sku: the shop's code for it.
        name: as the shopper reads it.
        price_minor: of one piece, 1 or more minor units.
        category: where it is shown.
    """

    sku: str
    name: str
    price_minor: int
    category: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All articles, in the order of the table.

    Attributes:
        products: each SKU once.
        currency: ISO 4217.
    """

    products: tuple[Product, ...]
    currency: str

    def get(self, sku: str) -> Product | None:
        """The article of that code."""
        return next((product for product in self.products if product.sku == sku), None)


def parse(text: str, currency: str, name: str) -> Catalogue:
    """Read a catalogue from CSV.

    Args:
        text: a header `sku,name,price,category` and a row an article.
        currency: what its prices are in.
        name: what to call the table in an error.

    Raises:
        BadCatalogueError: a row cannot be sold from; names the line.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    products: dict[str, Product] = {}
    try:
        header = tuple(field.strip() for field in reader.fieldnames or ())
        if header != COLUMNS:
            raise _bad(name, 1, f"its columns must be {','.join(COLUMNS)}")
        for row in reader:
            product = _product(row, currency, name, reader.line_num)
            if product.sku in products:
                raise _bad(name, reader.line_num, f"the code {product.sku} is there twice")
            products[product.sku] = product
            if len(products) > PRODUCTS_MAX:
                raise _bad(name, reader.line_num, f"more than {PRODUCTS_MAX} articles")
    except csv.Error as error:
        raise _bad(name, reader.line_num, f"not CSV ({error})") from error
    if not products:
        raise _bad(name, 1, "it holds no article")
    return Catalogue(tuple(products.values()), currency)


def _product(row: dict[str | None, str | None], currency: str, name: str, line: int) -> Product:
    if None in row or None in row.values():
        raise _bad(name, line, f"it must have {len(COLUMNS)} fields")
    fields = {str(key).strip(): str(value).strip() for key, value in row.items()}
    for key in ("sku", "name", "category"):
        text = fields[key]
        if not text or len(text) > TEXT_CHARS_MAX or not text.isprintable():
            raise _bad(name, line, f"its {key} is empty, too long or unprintable")
    if set(fields["sku"]) & set(":, "):
        raise _bad(name, line, "its sku holds a colon, comma or blank")
    if fields["price"].startswith("-"):
        raise _bad(name, line, f"its price {fields['price']} is negative")
    try:
        price_minor = parse_amount(fields["price"], currency)
    except BadInputError as error:
        raise _bad(
            name, line, f"its price {fields['price']!r} is no amount of {currency}"
        ) from error
    if price_minor < 1:
        raise _bad(name, line, "its price is nothing")
    return Product(fields["sku"], fields["name"], price_minor, fields["category"])


def _bad(name: str, line: int, why: str) -> BadCatalogueError:
    return BadCatalogueError(
        f"{name} cannot be used: line {line}: {why}.", hint="Mend that line and start again."
    )


def load(path: Path, currency: str) -> Catalogue:
    """The home's catalogue, or the built-in one where it has none.

    Raises:
        BadCatalogueError: the file cannot be read or sold from.
    """
    if not path.exists():
        return built_in(currency)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise _bad(path.name, 1, f"it is larger than {BYTES_MAX} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path.name, 1, f"it cannot be read ({error})") from error
    return parse(text, currency, path.name)


def built_in(currency: str) -> Catalogue:
    """A small café's goods; prices without decimals where the currency has none."""
    from ledger.money import exponent

    text = BUILT_IN
    if exponent(currency) == 0:
        rows = [line.split(",") for line in text.splitlines()]
        rows[1:] = [[a, b, str(round(float(c) * 1000)), d] for a, b, c, d in rows[1:]]
        text = "\n".join(",".join(row) for row in rows) + "\n"
    return parse(text, currency, "the built-in catalogue")
