"""One entry as it stands in the book, and its one encoding as a leaf.

A leaf is the canonical encoding (`ledger.canonical`) of

    {"format": 1, "index": 0.., "kind": ..., "id": ..., "clock_ms": ..., "recorded_ms": ...,
     "body": {...}, "postings": [{"account", "currency", "amount_minor"}, ...]}

`clock_ms` is the time that was handed in; `recorded_ms` is the latest of it and all before, so
it never goes backwards. Order is the index, whatever the clocks said. What a kind says, and what
it moves, is in `ledger.contents`, `ledger.instructions` and `ledger.batches`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from ledger import canonical
from ledger.batches import Batch, BatchedPayment
from ledger.contents import Genesis, Hold, Payment, Rotation, Station
from ledger.errors import BadInputError
from ledger.fields import bad_field, require_fields, require_integer
from ledger.instructions import (
    Capture,
    Close,
    Erasure,
    Expiry,
    Instruction,
    Limit,
    Refund,
    Supply,
    Topup,
    Void,
)
from ledger.lazy import lazy

if TYPE_CHECKING:
    from ledger.batches import Sheet
    from ledger.contents import Body, Posting, Sale

FORMAT: Final = 1
LEAF_BYTES_MAX: Final = 65_535  # what a C2SP tlog-tiles bundle can carry

Leaf: TypeAlias = Genesis | Station | Rotation | Payment | Instruction | Batch
AnyContent: TypeAlias = Leaf | BatchedPayment
KINDS: Final[dict[str, type[Leaf]]] = {
    kind.kind: kind
    for kind in (
        *(Genesis, Station, Rotation, Payment, Hold, Batch, Topup, Refund),
        *(Capture, Void, Expiry, Supply, Limit, Close, Erasure),
    )
}

_PLACE: Final = ("index", "clock_ms", "recorded_ms")
_FIELDS: Final[dict[str, type]] = {
    **dict.fromkeys(("format", "index", "clock_ms", "recorded_ms"), int),
    "kind": str,
    "id": str,
    "body": dict,
    "postings": list,
}


@dataclass(frozen=True)
class Entry:
    """One entry as it stands in the book."""

    index: int
    clock_ms: int
    recorded_ms: int
    content: AnyContent

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return self.content.kind

    @lazy
    def id(self) -> str:
        """The entry's id, with its kind before the slash."""
        return self.content.entry_id

    @lazy
    def postings(self) -> tuple[Posting, ...]:
        """What it moves."""
        return self.content.postings()

    @property
    def sheet(self) -> Sheet | None:
        """The payments, where it is a batch that has them at hand."""
        return self.content.sheet if isinstance(self.content, Batch) else None

    def with_sheet(self, sheet: Sheet) -> Entry:
        """The same batch with its payments at hand."""
        return replace(self, content=replace(cast("Batch", self.content), sheet=sheet))

    @property
    def moves(self) -> tuple[Posting, ...]:
        """What it moves, and all that its payments do where it is a batch with its sheet."""
        return self.postings if self.sheet is None else self.sheet.moves

    @property
    def batch_minor(self) -> int:
        """What its payments come to, in minor units, where it is a batch with its sheet."""
        return 0 if self.sheet is None else self.sheet.total_minor

    @lazy
    def _leaf(self) -> bytes:
        return canonical.encode(
            {
                "format": FORMAT,
                "index": self.index,
                "kind": self.content.kind,
                "id": self.id,
                "clock_ms": self.clock_ms,
                "recorded_ms": self.recorded_ms,
                "body": self.content.body(),
                "postings": [
                    {"account": account, "currency": currency, "amount_minor": amount_minor}
                    for account, currency, amount_minor in self.postings
                ],
            }
        )

    def leaf(self) -> bytes:
        """The one encoding of this entry."""
        return self._leaf


def sale_in(content: AnyContent) -> Sale | None:
    """What an entry says, if something was bought and paid by it."""
    if isinstance(content, (Payment, BatchedPayment, Capture)) and not isinstance(content, Hold):
        return content
    return None


def require_leaf(entry: Entry) -> bytes:
    """The entry's leaf, if the log can carry it.

    Raises:
        BadInputError: It is longer than LEAF_BYTES_MAX.
    """
    leaf = entry.leaf()
    if len(leaf) > LEAF_BYTES_MAX:
        raise BadInputError(
            f"The entry would take {len(leaf)} bytes; the book takes {LEAF_BYTES_MAX}.",
            hint="Split the order into two.",
        )
    return leaf


def parse_leaf(leaf: bytes) -> Entry:
    """The entry whose `leaf()` is exactly these bytes.

    Raises:
        BadInputError: It is no leaf of this format; the sentence names the field.
    """
    record = require_fields(canonical.loads(leaf), _FIELDS)
    if record["format"] != FORMAT:
        raise bad_field("format")
    content = KINDS.get(cast("str", record["kind"]))
    if content is None:
        raise bad_field("kind")
    for name in _PLACE:
        require_integer(name, record[name], 0, canonical.INTEGER_MAX)
    index, clock_ms, recorded_ms = cast("list[int]", [record[name] for name in _PLACE])
    entry = Entry(index, clock_ms, recorded_ms, content.from_body(cast("Body", record["body"])))
    if entry.leaf() != leaf:  # which also finds every spelling but the canonical one
        canonical.decode(leaf)
        raise bad_field("id or postings")
    return entry
