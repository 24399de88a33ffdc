"""What the shop sells: a table of articles, read from the home's `catalogue.csv` or built in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kiosk.goods import gtin, tables
from kiosk.goods.tables import Columns, Report
from ledger.fields import STOCK_SKU
from ledger.money import MINOR_MAX, exponent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.goods.tables import Row
    from kiosk.pricing.taxes import TaxRate

COLUMNS = Columns(
    ("sku", "name", "price", "category"),
    ("name_ko", "name_zh", "category_ko", "category_zh", "barcodes", "picture", "tax", "stock"),
)
LANGUAGES = ("ko", "zh")
PRICE_MINOR_MAX = MINOR_MAX // 1_000_000  # so that no cart outgrows what the book can hold
PIECES_MAX = 1_000_000
BARCODES_MAX = 20
PICTURES = {".png", ".jpg", ".jpeg", ".svg", ".webp"}
PICTURE_CHARS_MAX = 200

BUILT_IN = """\
sku,name,price,category,name_ko,name_zh,category_ko,category_zh
coffee,Coffee,3.20,Drinks,커피,咖啡,음료,饮品
tea,Tea,2.60,Drinks,차,茶,음료,饮品
juice,Orange juice,3.80,Drinks,오렌지 주스,橙汁,음료,饮品
water,Still water,1.50,Drinks,생수,纯净水,음료,饮品
bagel,Sesame bagel,2.40,Bakery,참깨 베이글,芝麻贝果,빵,烘焙
croissant,Butter croissant,2.20,Bakery,버터 크루아상,黄油可颂,빵,烘焙
bread,Rye bread,4.50,Bakery,호밀빵,黑麦面包,빵,烘焙
cake,Lemon cake,3.90,Bakery,레몬 케이크,柠檬蛋糕,빵,烘焙
apple,Apple,0.80,Fruit,사과,苹果,과일,水果
banana,Banana,0.60,Fruit,바나나,香蕉,과일,水果
salad,Garden salad,6.50,Kitchen,채소 샐러드,田园沙拉,식사,餐食
soup,Tomato soup,5.40,Kitchen,토마토 수프,番茄汤,식사,餐食
"""


@dataclass(frozen=True, slots=True)
class Product:
    """One article.

    Attributes:
        sku: the shop's code for it.
        name: as the shopper reads it, and as the book keeps it.
        price_minor: of one piece, 1 or more minor units.
        category: where it is shown.
        names: its name in other languages, by "ko" and "zh".
        categories: its category's name in them.
        barcodes: what a scanner may read from it, in the form that `gtin.canonical` gives.
        picture: a file beside the table, with slashes; empty where there is none.
        tax: the name of its rate in `taxes.csv`; empty where it bears none.
        stock: pieces at the first import; none where its stock is not counted.
    """

    sku: str
    name: str
    price_minor: int
    category: str
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    categories: Mapping[str, str] = field(default_factory=dict, hash=False)
    barcodes: tuple[str, ...] = ()
    picture: str = ""
    tax: str = ""
    stock: int | None = None

    def name_in(self, language: str) -> str:
        """Its name in a language such as "ko" or "zh_CN", or the one that the book keeps."""
        return self.names.get(language[:2], self.name)

    def category_in(self, language: str) -> str:
        """Its category in a language."""
        return self.categories.get(language[:2], self.category)


@dataclass(frozen=True)
class Catalogue:
    """All articles, in the order of the table.

    Attributes:
        products: each SKU once, each barcode once.
        currency: ISO 4217.
    """

    products: tuple[Product, ...]
    currency: str
    _by_sku: dict[str, Product] = field(init=False, repr=False, compare=False)
    _by_code: dict[str, Product] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_sku = {product.sku: product for product in self.products}
        by_code = {code: product for product in self.products for code in product.barcodes}
        object.__setattr__(self, "_by_sku", by_sku)
        object.__setattr__(self, "_by_code", by_code)

    def get(self, sku: str) -> Product | None:
        """The article of that SKU."""
        return self._by_sku.get(sku)

    def scanned(self, code: str) -> Product | None:
        """The article that a scanned code names: by its barcode, else by its SKU."""
        return self._by_code.get(gtin.canonical(code)) or self._by_sku.get(code.strip())


def parse(
    text: str,
    currency: str,
    name: str,
    taxes: Mapping[str, TaxRate] | None = None,
    pictures: Path | None = None,
) -> Catalogue:
    """Read a catalogue from CSV.

    Args:
        text: a header and a row an article; see `kiosk.goods.tables`.
        currency: what its prices are in.
        name: what to call the table in an error.
        taxes: the rates that its rows may name.
        pictures: where its pictures must be; not looked for where none is given.

    Raises:
        TableError: rows cannot be sold from; names every one of them.
    """
    report = Report(name)
    reader = _Reader(currency, taxes or {}, pictures)
    products = [reader.product(row) for row in tables.rows(text, COLUMNS, report)]
    if not products and not report.problems:
        report.add(1, "", "", "it holds no article")
    report.finish()
    return Catalogue(tuple(products), currency)


class _Reader:
    """Makes products of rows, and remembers which codes are taken."""

    def __init__(self, currency: str, taxes: Mapping[str, TaxRate], pictures: Path | None) -> None:
        self._price = tables.amount(currency, PRICE_MINOR_MAX)
        self._taxes = taxes
        self._pictures = pictures
        self._lines_of_skus: dict[str, int] = {}
        self._lines_of_codes: dict[str, int] = {}

    def product(self, row: Row) -> Product:
        """The article of a row; whatever is wrong with it is in the report."""
        return Product(
            sku=self._sku(row),
            name=row.take("name", tables.text_of, ""),
            price_minor=row.take("price", self._price, 1),
            category=row.take("category", tables.text_of, ""),
            names=_translated(row, "name"),
            categories=_translated(row, "category"),
            barcodes=self._barcodes(row),
            picture=row.take("picture", self._picture, ""),
            tax=row.take("tax", self._tax, ""),
            stock=self._stock(row),
        )

    def _sku(self, row: Row) -> str:
        sku = row.take("sku", _read_sku, "")
        if sku and (line := self._lines_of_skus.setdefault(sku, row.line)) != row.line:
            row.refuse("sku", f"it is there twice, on line {line} first")
        return sku

    def _barcodes(self, row: Row) -> tuple[str, ...]:
        fields = row["barcodes"].replace("|", " ").split()
        if len(fields) > BARCODES_MAX:
            row.refuse("barcodes", f"at most {BARCODES_MAX} are allowed")
            return ()
        codes = []
        for text in fields:
            try:
                code = gtin.parse(text)
            except ValueError as error:
                row.refuse("barcodes", str(error))
                continue
            if (line := self._lines_of_codes.setdefault(code, row.line)) != row.line:
                row.refuse("barcodes", f"{text} is there twice, on line {line} first")
            codes.append(code)
        return tuple(dict.fromkeys(codes))

    def _picture(self, text: str) -> str:
        if not text:
            return ""
        path = PurePosixPath(text)
        is_within = not path.is_absolute() and ".." not in path.parts and "\\" not in text
        if not is_within or len(text) > PICTURE_CHARS_MAX or not text.isprintable():
            raise ValueError("a file in the table's own folder, or below it, is allowed")
        if path.suffix.lower() not in PICTURES:
            raise ValueError(f"{', '.join(sorted(PICTURES))} are allowed")
        if self._pictures is not None and not (self._pictures / path).is_file():
            raise ValueError("there is no such file beside the table")
        return path.as_posix()

    def _tax(self, text: str) -> str:
        if text and text not in self._taxes:
            known = ", ".join(self._taxes) or "no rate: taxes.csv is missing"
            raise ValueError(f"taxes.csv has {known}")
        return text

    def _stock(self, row: Row) -> int | None:
        if not row["stock"]:
            return None
        if not STOCK_SKU.fullmatch(row["sku"]):
            row.refuse("sku", "counted stock needs a sku of 1 to 40 letters, digits and hyphens")
        return row.take("stock", tables.whole(PIECES_MAX), 0)


def _read_sku(text: str) -> str:
    tables.text_of(text)
    if set(text) & set(":, "):
        raise ValueError("it may not hold a colon, comma or blank")
    return text


def _translated(row: Row, column: str) -> dict[str, str]:
    names = {
        language: row.take(f"{column}_{language}", tables.optional_text, "")
        for language in LANGUAGES
    }
    return {language: name for language, name in names.items() if name}


def load(path: Path, currency: str, taxes: Mapping[str, TaxRate] | None = None) -> Catalogue:
    """The home's catalogue, or the built-in one where it has none.

    Raises:
        TableError: the file cannot be read or sold from.
    """
    if not path.exists():
        return built_in(currency)
    return parse(tables.read_file(path), currency, path.name, taxes)


def built_in(currency: str) -> Catalogue:
    """A small café's goods; prices without decimals where the currency has none."""
    text = BUILT_IN
    if exponent(currency) == 0:
        rows = [line.split(",") for line in text.splitlines()]
        rows[1:] = [[a, b, str(round(float(c) * 1000)), *more] for a, b, c, *more in rows[1:]]
        text = "\n".join(",".join(row) for row in rows) + "\n"
    return parse(text, currency, "the built-in catalogue")
