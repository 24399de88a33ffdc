"""The shop's offers and coupons as data, read from the home's `discounts.csv`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, cast

from kiosk.goods import tables
from kiosk.goods.tables import Columns, Report
from kiosk.pricing.taxes import percent_ppm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kiosk.catalogue import Catalogue
    from kiosk.goods.tables import Row

Kind = Literal["percent", "amount", "buy"]
KINDS = ("percent", "amount", "buy")
_PERCENT: Final[Kind] = "percent"
COLUMNS = Columns(
    ("code", "name", "kind", "value"),
    (
        "name_ko",
        "name_zh",
        "category",
        "sku",
        "from",
        "until",
        "minimum",
        "coupon",
        "stackable",
        "priority",
    ),
)
OFFERS_MAX = 100  # as many as an order of the ledger can carry
AMOUNT_MINOR_MAX = 10**12
PIECES_MAX = 99
PRIORITY_MAX = 999
_YEAR_MAX = 9998
_DAY_CHARS = len("2027-01-31")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?", re.ASCII)
_MOMENT_HINT = "a local day or minute is allowed, as 2027-01-31 or 2027-01-31 18:00"


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer, or one coupon.

    Attributes:
        code: what names it in the book, and what a shopper enters if it is a coupon.
        name: as printed on the receipt.
        kind: "percent" off, an "amount" off, or "buy" so many and get more free.
        value: millionths for percent, minor units for amount, 0 for buy.
        buy: pieces paid for, in each group.
        free: pieces free, in each group.
        category: what it is for; empty for all.
        sku: the one article it is for; empty for all.
        since: the shop's local time from which it holds, counted in.
        until: the local time from which it no longer holds.
        minimum_minor: what the cart must cost before anything is taken off.
        coupon: whether it must be entered.
        stackable: whether another may take off from the same article.
        priority: the higher comes first.
        names: its name in other languages, by "ko" and "zh".
    """

    code: str
    name: str
    kind: Kind
    value: int = 0
    buy: int = 0
    free: int = 0
    category: str = ""
    sku: str = ""
    since: datetime | None = None
    until: datetime | None = None
    minimum_minor: int = 0
    coupon: bool = False
    stackable: bool = True
    priority: int = 0
    names: Mapping[str, str] = field(default_factory=dict, hash=False)

    def is_for(self, sku: str, category: str) -> bool:
        """Whether it takes off from that article."""
        return self.sku in {"", sku} and self.category in {"", category}

    def name_in(self, language: str) -> str:
        """Its name in a language such as "ko" or "zh_CN"."""
        return self.names.get(language[:2], self.name)


def coupon_key(code: str) -> str:
    """What a coupon is looked up by: people type it in any case, with blanks around it."""
    return code.strip().casefold()


def parse(text: str, currency: str, name: str, catalogue: Catalogue) -> tuple[Offer, ...]:
    """Read offers, in the order in which they are taken off: by priority, then by code.

    Args:
        text: a header and a row an offer.
        currency: what its amounts are in.
        name: what to call the table in an error.
        catalogue: what its rows may name.

    Raises:
        TableError: names every row that cannot be used.
    """
    report = Report(name)
    reader = _Reader(currency, catalogue)
    offers = [reader.offer(row) for row in tables.rows(text, COLUMNS, report)]
    report.finish()
    return tuple(sorted(offers, key=lambda offer: (-offer.priority, offer.code)))


class _Reader:
    """Makes offers of rows, and remembers which codes are taken."""

    def __init__(self, currency: str, catalogue: Catalogue) -> None:
        self._amount = tables.amount(currency, AMOUNT_MINOR_MAX)
        self._catalogue = catalogue
        self._categories = {product.category for product in catalogue.products}
        self._lines: dict[str, int] = {}

    def offer(self, row: Row) -> Offer:
        """The offer of a row; whatever is wrong with it is in the report."""
        kind: Kind = row.take("kind", _kind, _PERCENT)
        buy, free = row.take("value", _buy, (1, 1)) if kind == "buy" else (0, 0)
        value = 0
        if kind != "buy":
            value = row.take("value", _percent if kind == "percent" else self._amount, 1)
        since = row.take("from", _since, None)
        until = row.take("until", _until, None)
        if since is not None and until is not None and until <= since:
            row.refuse("until", "it ends before it begins")
        return Offer(
            code=self._code(row),
            name=row.take("name", tables.text_of, ""),
            kind=kind,
            value=value,
            buy=buy,
            free=free,
            category=row.take("category", self._category, ""),
            sku=row.take("sku", self._sku, ""),
            since=since,
            until=until,
            minimum_minor=row.take("minimum", self._amount, 0) if row["minimum"] else 0,
            coupon=row.take("coupon", tables.yes_or_no, otherwise=False),
            stackable=row.take("stackable", _stackable, otherwise=True),
            priority=row.take("priority", _priority, 0),
            names={
                language: named
                for language in ("ko", "zh")
                if (named := row.take(f"name_{language}", tables.optional_text, ""))
            },
        )

    def _code(self, row: Row) -> str:
        code = row.take("code", tables.text_of, "")
        line = self._lines.setdefault(coupon_key(code), row.line)
        if code and line != row.line:
            row.refuse("code", f"it is there twice, on line {line} first")
        if self._catalogue.scanned(code):
            row.refuse("code", "an article has that code")
        if len(self._lines) == OFFERS_MAX + 1:
            row.refuse("code", f"at most {OFFERS_MAX} offers are allowed")
        return code

    def _category(self, text: str) -> str:
        if text and text not in self._categories:
            raise ValueError(f"the catalogue has {', '.join(sorted(self._categories))}")
        return text

    def _sku(self, text: str) -> str:
        if text and self._catalogue.get(text) is None:
            raise ValueError("the catalogue has no such article")
        return text


def _kind(text: str) -> Kind:
    if text not in KINDS:
        raise ValueError(f"{', '.join(KINDS)} are allowed")
    return cast("Kind", text)


def _percent(text: str) -> int:
    ppm = percent_ppm(text)
    if ppm == 0:
        raise ValueError("nothing would be taken off")
    return ppm


def _buy(text: str) -> tuple[int, int]:
    parts = text.split("+")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):  # noqa: PLR2004 - bought and free
        buy, free = (int(part) for part in parts)
        if 1 <= buy <= PIECES_MAX and 1 <= free <= PIECES_MAX:
            return buy, free
    raise ValueError("pieces bought and pieces free are allowed, such as 2+1")


def _priority(text: str) -> int:
    return tables.whole(PRIORITY_MAX)(text) if text else 0


def _stackable(text: str) -> bool:
    return text == "" or tables.yes_or_no(text)


def _since(text: str) -> datetime | None:
    return _moment(text) if text else None


def _until(text: str) -> datetime | None:
    """The first moment at which it no longer holds: a day is counted in, a minute is the end."""
    if not text:
        return None
    return _moment(text) + timedelta(days=len(text) == _DAY_CHARS)


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(_MOMENT_HINT)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_MOMENT_HINT) from error
    if moment.year > _YEAR_MAX:
        raise ValueError(_MOMENT_HINT)
    return moment


def load(path: Path, currency: str, catalogue: Catalogue) -> tuple[Offer, ...]:
    """The home's offers; none where it has no such file.

    Raises:
        TableError: the file cannot be read or used.
    """
    if not path.exists():
        return ()
    return parse(tables.read_file(path), currency, path.name, catalogue)
