"""Many payments as one entry: a batch booking (ISO 20022's `BtchBookg`), for a rush of shoppers.

A kiosk numbers the payments of a batch, salts each, and signs a header over the RFC 6962 tree of
their records. The entry's leaf is that header alone. So a receipt shows its own payment, the path
from it to the header, and of the others only how many there are: the salt keeps a neighbour's
record from being guessed. The payments are kept beside the entry, in pages. A batch is taken whole
or not at all.

A record is one line of ASCII, `salt TAB order TAB pseudonym TAB method TAB cues`: 32 hex digits,
the order's digest, who paid, "face" or "pin", and the cues with a space between two. A page holds
the records of 128 payments, a line each, and the canonical encoding of each order that they name,
in the order in which they first do. A payment's id is the batch's and its number, so that finding
it needs no index of its own.
"""

# ruff: noqa: D102  (what every kind offers is described once, in contents.Content)
from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, cast

from ledger import canonical, keys, merkle
from ledger.contents import Posting, sale_postings, shop_postings, shopper_account
from ledger.fields import (
    HEX_24,
    HEX_32,
    HEX_64,
    METHODS,
    WORD,
    bad_field,
    bytes_from_text,
    require_currency,
    require_fields,
    require_integer,
    require_mode,
    require_models,
    require_pattern,
    require_pseudonyms,
    require_source,
    signature_from_text,
)
from ledger.lazy import lazy
from ledger.orders import ORDER_CONTEXT, Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.contents import Body
    from ledger.home import Mode

CONTEXT: Final = b"facetill/batch-booking/v1\n"
ID_DIGITS: Final = 24
PAYMENTS_MAX: Final = 8_192
PAGE: Final = 128  # payments; a power of two, so that a page is a subtree
RECORD_BYTES_MAX: Final = 512
BYTES_MAX: Final = 1 << 25  # of all records and orders of a batch
ORDERS_KEPT: Final = 1_024
_CELLS: Final = 5
_HEX_DIGITS: Final = b"0123456789abcdef"
_SALT_DIGITS: Final = 32
_DIGEST: Final = slice(_SALT_DIGITS + 1, _SALT_DIGITS + 65)  # of a record, its second cell
_METHODS: Final = {method.encode() for method in METHODS}

_HEADER: Final[dict[str, type]] = {
    **dict.fromkeys(("id", "kiosk", "root", "currency", "policy", "source", "mode"), str),
    **dict.fromkeys(("count", "issued_at_ms", "expires_at_ms"), int),
    "models": dict,
}


@dataclass(frozen=True)
class Batch:
    """The header that a kiosk signed, and where it is at hand, the sheet of payments.

    Attributes:
        id: 24 hex digits.
        kiosk: Key id of the signing kiosk.
        count: Payments, 1..8192.
        root: Of the RFC 6962 tree of their records, 64 hex digits.
        currency: ISO 4217 code.
        issued_at_ms: When the first of them was authorised, Unix milliseconds by the kiosk's clock.
        expires_at_ms: When they may no longer be presented.
        policy: SHA-256 of the pay policy used, 64 hex digits.
        models: Role -> id of each network that took part.
        source: "live" for a camera, "file" for anything recorded.
        mode: Money or play.
        signature: 64 bytes; empty until signed.
        sheet: The payments; None for an entry read by itself.
    """

    kind: ClassVar[str] = "batch"
    hold_until_ms: ClassVar[None] = None
    id: str
    kiosk: str
    count: int
    root: str
    currency: str
    issued_at_ms: int
    expires_at_ms: int
    policy: str
    models: dict[str, str]
    source: Literal["live", "file"]
    mode: Mode
    signature: bytes = b""
    sheet: Sheet | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        require_pattern("batch id", self.id, HEX_24)
        require_pattern("kiosk", self.kiosk, HEX_32)
        require_integer("count", self.count, 1, PAYMENTS_MAX)
        require_pattern("root", self.root, HEX_64)
        require_currency(self.currency)
        require_integer("issued_at_ms", self.issued_at_ms, 0, canonical.INTEGER_MAX)
        require_integer("expires_at_ms", self.expires_at_ms, 0, canonical.INTEGER_MAX)
        require_pattern("policy", self.policy, HEX_64)
        require_models(self.models)
        require_source(self.source)
        require_mode(self.mode)

    @property
    def entry_id(self) -> str:
        return f"{self.kind}/{self.id}"

    def signed_record(self) -> Body:
        """What the kiosk signs."""
        return {name: getattr(self, name) for name in _HEADER}

    def message(self) -> bytes:
        """The bytes that are signed."""
        return CONTEXT + canonical.encode(self.signed_record())

    def body(self) -> Body:
        return {self.kind: self.signed_record(), "signature": keys.b64(self.signature)}

    def postings(self) -> tuple[Posting, ...]:
        """None: what is moved is said by its payments, each of which balances."""
        return ()

    @classmethod
    def from_body(cls, body: Body) -> Batch:
        record = require_fields(body, {cls.kind: dict, "signature": str})
        header = cast("dict[str, Any]", require_fields(record[cls.kind], _HEADER))
        return cls(**header, signature=signature_from_text(record["signature"]))

    def is_over(self, sheet: Sheet) -> bool:
        """Whether these are the payments that the kiosk signed."""
        return (self.count, self.root) == (sheet.count, sheet.root)

    def payments(self) -> Iterable[BatchedPayment]:
        """All of them in order, of a batch with its sheet."""
        pages = cast("Sheet", self.sheet).pages
        for number in range(self.count):
            yield pages[number // PAGE].payment(self, number, number % PAGE)


@dataclass(frozen=True)
class BatchedPayment:
    """One payment of a batch.

    Attributes:
        batch: Its header.
        number: Its place in it, from 0.
        salt: 32 hex digits.
        pseudonym: The shopper who paid.
        method: "face" or "pin".
        cues: Liveness cues that were seen.
        order: What was bought.
    """

    kind: ClassVar[str] = "payment"
    batch: Batch
    number: int
    salt: str
    pseudonym: str
    method: str
    cues: tuple[str, ...]
    order: Order

    @property
    def sale_id(self) -> str:
        return payment_id(self.batch.id, self.number)

    @property
    def entry_id(self) -> str:
        return f"{self.kind}/{self.sale_id}"

    @property
    def mode(self) -> Mode:
        return self.batch.mode

    def body(self) -> Body:
        return {
            "batch": self.batch.id,
            "number": self.number,
            "salt": self.salt,
            "pseudonym": self.pseudonym,
            "method": self.method,
            "cues": list(self.cues),
            "order": canonical.embed(self.order.encoded),
            "mode": self.mode,
        }

    def postings(self) -> tuple[Posting, ...]:
        account = shopper_account(self.pseudonym)
        payer = Posting(account, self.order.currency, self.order.total_minor)
        return sale_postings(self.order, payer)

    def record(self) -> bytes:
        """The line that it is in the batch's tree."""
        cells = self.salt, self.order.digest(), self.pseudonym, self.method, " ".join(self.cues)
        return "\t".join(cells).encode()


def payment_id(batch_id: str, number: int) -> str:
    """The id of a payment of a batch, 32 hex digits."""
    return f"{batch_id}{number:08x}"


def place_of(sale_id: str) -> tuple[str, int] | None:
    """The batch's id and the number that an id would stand for; None: it is no such id."""
    if HEX_32.fullmatch(sale_id) is None:
        return None
    return sale_id[:ID_DIGITS], int(sale_id[ID_DIGITS:], 16)


class Page:
    """Up to 128 payments of a batch that stand side by side.

    Args:
        payments: Their records, one a line.
        orders: The orders that they name, one a line.

    Raises:
        BadInputError: It is not what this module describes; the sentence names the field.
    """

    def __init__(self, payments: bytes, orders: bytes) -> None:
        self.payments = payments
        self.order_lines = orders
        self._lines = payments.split(b"\n")
        self.count = len(self._lines)
        require_integer("payments of a page", self.count, 1, PAGE)
        # a line break then begins a cell, and as each record's first has one, it begins no other
        cells = (b"\n" + payments).replace(b"\n", b"\t\n").split(b"\t")[1:]
        if len(cells) != _CELLS * self.count or not payments.isascii():
            raise bad_field("record")
        require_integer("bytes of a record", max(map(len, self._lines)), 1, RECORD_BYTES_MAX)
        self._salts, self._digests, self._payers, self._methods, self._cues = (
            cells[column::_CELLS] for column in range(_CELLS)
        )
        breaks = b"".join(self._salts).translate(None, _HEX_DIGITS)
        if {*map(len, self._salts)} != {1 + _SALT_DIGITS} or breaks != b"\n" * self.count:
            raise bad_field("salt")
        require_pseudonyms(b"\n".join(self._payers).decode())
        if not set(self._methods) <= _METHODS:
            raise bad_field("method")
        for cues in set(self._cues):
            for cue in _words(cues):
                require_pattern("cue", cue, WORD)
        lines = orders.split(b"\n")
        digests = [hashlib.sha256(ORDER_CONTEXT + line).hexdigest().encode() for line in lines]
        if [*dict.fromkeys(self._digests)] != digests:
            raise bad_field("orders")
        self.orders = dict(zip(digests, lines, strict=True))

    @lazy
    def levels(self) -> list[list[bytes]]:
        """The page's tree, level by level, the leaves first."""
        return merkle.levels(merkle.leaf_hashes(self._lines))

    @property
    def root(self) -> bytes:
        """Of the page's tree."""
        return self.levels[-1][0]

    @lazy
    def read_orders(self) -> dict[bytes, Order]:
        """The orders by their digests, 64 hex digits."""
        return {digest: _order(line) for digest, line in self.orders.items()}

    def line(self, at: int) -> tuple[bytes, bytes]:
        """The record at a place, and its order's encoding."""
        return self._lines[at], self.orders[self._digests[at]]

    @property
    def pseudonyms(self) -> list[str]:
        """Who pays, of each payment."""
        return [payer.decode() for payer in self._payers]

    @property
    def bought(self) -> Iterable[tuple[bytes, bytes]]:
        """Who pays for which order, of each payment: pseudonyms and digests."""
        return zip(self._payers, self._digests, strict=True)

    @property
    def total_minor(self) -> int:
        """What its payments come to, in minor units."""
        orders = self.read_orders
        return sum(
            orders[digest].total_minor * times for digest, times in Counter(self._digests).items()
        )

    def payment(self, batch: Batch, number: int, at: int) -> BatchedPayment:
        """The payment with a number in the batch, which stands here at a place from 0."""
        order = self.read_orders[self._digests[at]]
        salt, who, method = self._salts[at][1:], self._payers[at], self._methods[at]
        words = salt.decode(), who.decode(), method.decode()
        return BatchedPayment(batch, number, *words, tuple(_words(self._cues[at])), order)


class Sheet:
    """All payments of a batch: what they pay, what they take, and their tree.

    Args:
        pages: In order; each is asked for when the one before was taken in.
        kept: Whether they stay at hand. Without them a sheet is small, and has all that a batch is
            judged by.

    Attributes:
        pages: Those that were kept.
        roots: Of each page's tree.
        root: Of the tree of all records, 64 hex digits.
        count: Payments.
        spent: What each shopper pays, in minor units.
        total_minor: What all of them come to.
        currencies: Of its orders.
        counted: Pieces of each article whose stock the book counts.
        moves: The sums of all postings of its payments, one for each account and currency.

    Raises:
        BadInputError: They are not what a kiosk makes.
    """

    def __init__(self, pages: Iterable[Page], *, kept: bool = True) -> None:
        self.pages: list[Page] = []
        self.roots: list[bytes] = []
        self.count = 0
        size = 0
        orders: dict[bytes, Order] = {}
        bought: Counter[tuple[bytes, bytes]] = Counter()
        for page in pages:
            if self.count != PAGE * len(self.roots):
                raise bad_field("payments of a page")
            size += len(page.payments) + len(page.order_lines)
            require_integer("bytes of a batch", size, 1, BYTES_MAX)
            self.count += page.count
            self.roots.append(page.root)
            orders.update(page.read_orders)
            bought.update(page.bought)
            if kept:
                self.pages.append(page)
        require_integer("pages", len(self.roots), 1, PAYMENTS_MAX // PAGE)
        self.root = merkle.levels(self.roots)[-1][0].hex()
        self.currencies = {order.currency for order in orders.values()}
        self._add_up(bought, orders)

    def _add_up(self, bought: Counter[tuple[bytes, bytes]], orders: dict[bytes, Order]) -> None:
        spent: defaultdict[bytes, int] = defaultdict(int)
        sold: Counter[bytes] = Counter()
        for (payer, digest), times in bought.items():
            spent[payer] += times * orders[digest].total_minor
            sold[digest] += times
        self.spent = {payer.decode(): minor for payer, minor in spent.items()}
        self.total_minor = sum(spent.values())
        currency = next(iter(orders.values())).currency
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for pseudonym, spent_minor in self.spent.items():
            sums[shopper_account(pseudonym), currency] = spent_minor
        pieces: Counter[str] = Counter()
        for digest, times in sold.items():
            for sku, some in orders[digest].counted.items():
                pieces[sku] += times * some
            for account, commodity, amount in shop_postings(orders[digest]):
                sums[account, commodity] += times * amount
        self.counted = dict(pieces)
        self.moves = tuple(Posting(*place, amount) for place, amount in sums.items())


@dataclass(frozen=True)
class Member:
    """What leads from one payment to its batch's header.

    Attributes:
        number: Its place in the batch, from 0.
        record: Its line in the batch's tree.
        order: The canonical encoding of its order.
        path: RFC 9162 inclusion path in that tree, 32 bytes each.
    """

    number: int
    record: bytes
    order: bytes
    path: tuple[bytes, ...]

    def encoded(self) -> bytes:
        """One encoding, for a proof's extra data: what is said, a line feed, and the path."""
        said = canonical.encode([self.number, self.record.decode(), self.order.decode()])
        return b"\n".join((said, b"".join(self.path)))

    @classmethod
    def decoded(cls, data: bytes) -> Member:
        """Read what `encoded` writes or once wrote; anything else is a BadInputError.

        It once had no line feed, and the path in base64 as a fourth field.
        """
        said, line_feed, path = data.partition(b"\n")
        fields = canonical.decode(said)
        kinds = [int, str, str] if line_feed else [int, str, str, str]
        if not isinstance(fields, list) or [*map(type, fields)] != kinds:
            raise bad_field("payment of a batch")
        number, record, order, *encoded = cast("list[Any]", fields)
        if encoded:
            path = bytes_from_text("path", encoded[0])
        step = merkle.HASH_BYTES
        if len(path) % step:
            raise bad_field("path")
        steps = tuple(path[i : i + step] for i in range(0, len(path), step))
        return cls(number, record.encode(), order.encode(), steps)

    def payment(self, batch: Batch) -> BatchedPayment:
        """The payment, if it is in the batch.

        Raises:
            BadInputError: It is not, or is malformed.
        """
        require_integer("number", self.number, 0, batch.count - 1)
        leaf = merkle.leaf_hash(self.record)
        root = merkle.root_from_inclusion(self.number, batch.count, leaf, self.path)
        if root is None or root.hex() != batch.root:
            raise bad_field("path")
        page = Page(self.record, self.order)
        require_integer("payments of a page", page.count, 1, 1)
        return page.payment(batch, self.number, 0)


def member(page: Page, above: Sequence[Sequence[bytes]], number: int) -> Member:
    """What leads from a payment to its batch's header.

    Args:
        page: The one that it stands on.
        above: The tree of the roots of all pages of the batch, level by level.
        number: Its place in the batch.
    """
    at = number % PAGE
    path = merkle.path_up(page.levels, at) + merkle.path_up(above, number // PAGE)
    return Member(number, *page.line(at), path)


def member_of_row(payments: bytes, orders: bytes, roots: Sequence[bytes], number: int) -> Member:
    """As `member`, from a page that is not read beyond what this payment needs.

    All of its lines are hashed; which order it is comes from where the page first names it. That
    they are what they ought to be is for `Member.payment` to say.

    Args:
        payments: The page's records, one a line.
        orders: The orders that they name, one a line.
        roots: Of all pages of the batch.
        number: The payment's place in the batch.

    Raises:
        BadInputError: The page ends before it, names no such order, or has another root.
    """
    at, lines = number % PAGE, payments.split(b"\n")
    if at >= len(lines):
        raise bad_field("page")
    tree = merkle.levels(merkle.leaf_hashes(lines))
    if tree[-1] != [*roots[number // PAGE :][:1]]:
        raise bad_field("page's root")
    digests = [line[_DIGEST] for line in lines[: at + 1]]
    order = orders.split(b"\n")[[*dict.fromkeys(digests)].index(digests[at]) :][:1]
    if not order:
        raise bad_field("orders")
    path = merkle.path_up(tree, at) + merkle.path_up(merkle.levels(roots), number // PAGE)
    return Member(number, lines[at], order[0], path)


# what many buy is read once, not on each page
@lru_cache(maxsize=ORDERS_KEPT)
def _order(line: bytes) -> Order:
    record = canonical.loads(line)
    order = Order.from_record(record)
    if canonical.encode(record) != line:  # which finds every spelling but the canonical one
        raise bad_field("orders")
    return order


def _words(cues: bytes) -> list[str]:
    return cues.decode().split(" ") if cues else []
