"""What the shopper takes away: the purchase, and a proof that it is in the book.

The proof is the leaf, an RFC 9162 inclusion proof and the signed tree head, written as
c2sp.org/tlog-proof@v1; the QR form packs the same into few characters. Everything else on a
receipt is read from the leaf, so a receipt cannot say one thing and prove another.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from ledger import base45, batches, merkle, note
from ledger.batches import Batch, BatchedPayment, Member
from ledger.entries import parse_leaf, sale_in
from ledger.errors import BadInputError, Error, ProofRefused
from ledger.fields import bad_field
from ledger.lazy import lazy
from ledger.money import format_amount, format_decimal

if TYPE_CHECKING:
    from ledger.batches import Sheet
    from ledger.contents import Sale
    from ledger.entries import Entry
    from ledger.home import Mode
    from ledger.orders import Order, Tax

FORMAT: Final = 1
TYPE: Final = "facetill/receipt"
WIDTH: Final = 40
QR_PREFIX: Final = "FACETILL1:"
QR_BATCH_PREFIX: Final = "FACETILL2:"
QR_PREFIXES: Final = (QR_PREFIX, QR_BATCH_PREFIX)
EXTRA: Final = "extra "
PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INPUT_BYTES_MAX: Final = 1_000_000
_PATH_MAX: Final = 64
_QR_HEADER: Final = struct.Struct(">IQQB")
_QR_EXTRA: Final = struct.Struct(">I")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(time_ms: int) -> str:
    """UTC time, ISO 8601 with seconds; beyond the year 9999, the plain milliseconds."""
    try:
        moment = _EPOCH + timedelta(milliseconds=time_ms)
    except OverflowError:
        return f"{time_ms} ms"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Receipt:
    """One payment and its place in the book.

    Attributes:
        leaf: The entry's canonical bytes.
        proof: Inclusion path, the leaf's sibling first, 32 bytes each.
        checkpoint: The signed tree head, whose size is at least `index` + 1.
        member: Where the leaf is a batch, what leads to it from the payment.
    """

    leaf: bytes
    proof: tuple[bytes, ...]
    checkpoint: str
    member: Member | None = None

    def __post_init__(self) -> None:
        if sale_in(self.entry.content) is None:
            raise BadInputError(
                f"Entry {self.entry.index} is no payment.", hint="Only payments have receipts."
            )

    @classmethod
    def of(
        cls, entry: Entry, proof: tuple[bytes, ...], checkpoint: str, member: Member | None = None
    ) -> Receipt:
        """The receipt of an entry at hand, or of a payment in it, which is verified."""
        leaf, content = entry.leaf(), entry.content
        if member is not None:
            entry = replace(entry, content=member.payment(cast("Batch", content)))
        receipt = cls.__new__(cls)
        receipt.__dict__.update(
            leaf=leaf, proof=proof, checkpoint=checkpoint, member=member, entry=entry
        )
        receipt.__post_init__()
        return receipt

    @lazy
    def entry(self) -> Entry:
        """The entry, read from the leaf; of a batch, the payment in it."""
        entry = parse_leaf(self.leaf)
        if self.member is None:
            return entry
        if not isinstance(entry.content, Batch):
            raise bad_field("payment of a batch")
        return replace(entry, content=self.member.payment(entry.content))

    @property
    def sale(self) -> Sale:
        """What was bought, and by whom."""
        return cast("Sale", self.entry.content)

    @property
    def order(self) -> Order:
        """The articles, what was taken off, and the tax."""
        return self.sale.order

    @property
    def index(self) -> int:
        """Number of the entry in the book, from 0."""
        return self.entry.index

    @property
    def place(self) -> str:
        """Where in the book it is, as part of a sentence."""
        entry, sale = f"entry {self.index}", self.sale
        if not isinstance(sale, BatchedPayment):
            return entry
        return f"payment {sale.number + 1} of the {sale.batch.count} in {entry}"

    @property
    def id(self) -> str:
        """The authorisation's id."""
        return self.sale.sale_id

    @property
    def amount_minor(self) -> int:
        """What was paid, in minor units."""
        return self.order.total_minor

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.order.currency

    @property
    def pseudonym(self) -> str:
        """Who paid."""
        return self.sale.pseudonym

    @property
    def time_ms(self) -> int:
        """When, in Unix milliseconds, by the clock of the book."""
        return self.entry.clock_ms

    @property
    def mode(self) -> Mode:
        """Whether it is money ("live") or play ("demo")."""
        return self.sale.mode

    def text(self) -> str:
        """Printable, 40 columns."""
        rows = ["FACETILL".center(WIDTH).rstrip()]
        if self.mode == "demo":
            rows.append("* DEMO: no money was moved *".center(WIDTH).rstrip())
        rows += [iso_time(self.time_ms), "-" * WIDTH]
        for line in self.order.lines:
            rows += _columns(line.name, format_decimal(line.total_minor, self.currency))
            if line.quantity > 1:
                unit = format_decimal(line.unit_minor, self.currency)
                rows.append(f"  {line.quantity} x {unit}")
        for discount in self.order.discounts:
            rows += _columns(discount.name, format_decimal(-discount.amount_minor, self.currency))
        for tax in self.order.taxes:
            if tax.kind == "added":
                rows += _columns(_tax_name(tax), format_decimal(tax.amount_minor, self.currency))
        rows.append("-" * WIDTH)
        rows += _columns("TOTAL", format_amount(self.amount_minor, self.currency))
        for tax in self.order.taxes:
            if tax.kind == "included":
                amount = format_decimal(tax.amount_minor, self.currency)
                rows += _columns(f"  of it {_tax_name(tax)}", amount)
        rows += _columns("Paid by", self.sale.method)
        rows += _columns("Shopper", self.pseudonym)
        rows.append("-" * WIDTH)
        rows += _columns("Entry", str(self.index))
        rows.append(f"Id {self.id}")
        return "\n".join(rows) + "\n"

    def to_json(self) -> dict[str, object]:
        """A JSON object; `ledger verify` trusts its `leaf` and `proof` alone."""
        return {
            "format": FORMAT,
            "type": TYPE,
            "id": self.id,
            "entry": self.index,
            "mode": self.mode,
            "time": iso_time(self.time_ms),
            "time_ms": self.time_ms,
            "pseudonym": self.pseudonym,
            "amount": format_decimal(self.amount_minor, self.currency),
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            **{name: part for name, part in self.order.record().items() if name != "currency"},
            "leaf": self.leaf.decode(),
            "proof": self.proof_text(),
        }

    def proof_text(self) -> str:
        """The proof as c2sp.org/tlog-proof@v1."""
        return _proof_text(self, b"" if self.member is None else self.member.encoded())

    def qr_payload(self) -> str:
        """For a QR code in alphanumeric mode; `ledger verify` reads it."""
        body, _, signatures = self.checkpoint.rpartition("\n\n")
        size = int(body.split("\n")[1])
        header = _QR_HEADER.pack(len(self.leaf), self.index, size, len(self.proof))
        # The origin is the signature's name and the root follows from the proof: neither is sent.
        packed = header + self.leaf + b"".join(self.proof) + signatures.encode()
        if self.member is None:
            return QR_PREFIX + base45.encode(zlib.compress(packed, 9))
        extra = self.member.encoded()
        packed = _QR_EXTRA.pack(len(extra)) + extra + packed
        return QR_BATCH_PREFIX + base45.encode(zlib.compress(packed, 9))


class BatchReceipts:
    """The receipts of a batch's payments, each made when it is asked for."""

    def __init__(
        self, sheet: Sheet, entry: Entry, proof: tuple[bytes, ...], checkpoint: str
    ) -> None:
        self.entry = entry
        self._sheet = sheet
        self._proof = proof, checkpoint

    def __len__(self) -> int:
        return self._sheet.count

    def __getitem__(self, number: int) -> Receipt:
        if not 0 <= number < len(self):
            raise IndexError(number)
        member = batches.member(self._sheet.pages[number // batches.PAGE], self._above, number)
        return Receipt.of(self.entry, *self._proof, member)

    @lazy
    def _above(self) -> list[list[bytes]]:
        return merkle.levels(self._sheet.roots)


def verify(data: bytes, key: note.Keys) -> Receipt:
    """The receipt in `data` (JSON or QR form), if it is in the log that `key` signs for.

    After a change of the ledger's key, give all of its keys.

    Needs neither the book nor a private key.

    Raises:
        BadInputError: Not a receipt.
        ProofRefused: A receipt that proves nothing, or says other than it proves.
    """
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError as e:
        raise _not_a_receipt("it is not text") from e
    if len(data) > _INPUT_BYTES_MAX:
        raise _not_a_receipt("it is too long")
    if text.startswith(QR_PREFIXES):
        receipt = _from_qr(text, note.key_list(key)[0].name)
    else:
        receipt = _from_json(text)
    checkpoint = note.open_checkpoint(receipt.checkpoint, key)
    root = merkle.root_from_inclusion(
        receipt.index, checkpoint.size, merkle.leaf_hash(receipt.leaf), receipt.proof
    )
    if root != checkpoint.root:
        raise ProofRefused(
            f"Entry {receipt.index} is not in the tree that was signed.",
            hint="The receipt was altered: ask the shop for it again.",
        )
    return receipt


def _from_json(text: str) -> Receipt:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise _not_a_receipt("it is neither JSON nor a QR text") from e
    if isinstance(record, dict) and isinstance(record.get("receipt"), dict):
        record = record["receipt"]  # as `ledger receipt --json` and the kiosk wrap it
    if not isinstance(record, dict) or record.get("type") != TYPE:
        raise _not_a_receipt("it is not of that type")
    if record.get("format") != FORMAT:
        raise _not_a_receipt("it has another format")
    leaf, proof = record.get("leaf"), record.get("proof")
    if not isinstance(leaf, str) or not isinstance(proof, str):
        raise _not_a_receipt("its leaf or its proof is missing")
    index, path, checkpoint, extra = _parse_proof(proof)
    receipt = _receipt(leaf.encode("utf-8", "replace"), path, checkpoint, extra)
    if receipt.index != index:
        raise ProofRefused(
            f"The proof is for entry {index}, the receipt for entry {receipt.index}.",
            hint="The receipt was altered: ask the shop for it again.",
        )
    _require_same(record, receipt.to_json() | {"proof": _proof_text(receipt, extra)})
    return receipt


def _proof_text(receipt: Receipt, extra: bytes) -> str:
    """The proof's one text with this spelling of what leads to a batch."""
    path = "".join(base64.b64encode(h).decode() + "\n" for h in receipt.proof)
    line = f"{EXTRA}{base64.b64encode(extra).decode()}\n" if extra else ""
    return f"{PROOF_HEADER}\n{line}index {receipt.index}\n{path}\n{receipt.checkpoint}"


def _require_same(record: dict[str, Any], proven: dict[str, object]) -> None:
    for name, value in proven.items():
        if name in record and record[name] != value:
            raise ProofRefused(
                f"The receipt's {name} is not what its proof is for.",
                hint="The receipt was altered: ask the shop for it again.",
            )


def _parse_proof(text: str) -> tuple[int, tuple[bytes, ...], str, bytes]:
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines[:1] != [PROOF_HEADER] or not blank:
        raise _not_a_receipt("its proof is not a tlog-proof")
    extra = [line.removeprefix(EXTRA) for line in lines[1:] if line.startswith(EXTRA)]
    lines = [line for line in lines[1:] if not line.startswith(EXTRA)]
    number = lines[0].removeprefix("index ") if lines else ""
    if not (number.isascii() and number.isdigit()) or len(number) > 18:  # noqa: PLR2004
        raise _not_a_receipt("its proof names no index")
    try:
        path = tuple(base64.b64decode(line, validate=True) for line in lines[1:])
        data = base64.b64decode("".join(extra), validate=True)
    except (ValueError, binascii.Error) as e:
        raise _not_a_receipt("its proof has malformed base64") from e
    return int(number), path, checkpoint, data


def _from_qr(text: str, origin: str) -> Receipt:
    try:
        inflater = zlib.decompressobj()
        prefix, _, digits = text.partition(":")
        data = inflater.decompress(base45.decode(digits), _INPUT_BYTES_MAX)
        extra = b""
        if prefix == QR_BATCH_PREFIX[:-1]:
            (extra_bytes,) = _QR_EXTRA.unpack_from(data)
            extra = data[_QR_EXTRA.size :][:extra_bytes]
            data = data[_QR_EXTRA.size + extra_bytes :]
        leaf_bytes, index, size, count = _QR_HEADER.unpack_from(data)
        leaf = data[_QR_HEADER.size :][:leaf_bytes]
        rest = data[_QR_HEADER.size + leaf_bytes :]
        path = tuple(rest[i * 32 : i * 32 + 32] for i in range(count))
        signatures = rest[count * 32 :].decode("utf-8")
    except (ValueError, zlib.error, struct.error) as e:
        raise _not_a_receipt("its QR text is damaged") from e
    root = merkle.root_from_inclusion(index, size, merkle.leaf_hash(leaf), path)
    if root is None:
        raise _not_a_receipt("its proof has the wrong length")
    checkpoint = note.Checkpoint(origin, size, root).text() + "\n" + signatures
    receipt = _receipt(leaf, path, checkpoint, extra)
    if receipt.index != index:
        raise _not_a_receipt("its indexes differ")
    return receipt


def _receipt(leaf: bytes, path: tuple[bytes, ...], checkpoint: str, extra: bytes) -> Receipt:
    if len(path) > _PATH_MAX or any(len(h) != merkle.HASH_BYTES for h in path):
        raise _not_a_receipt("its proof is not of 32-byte hashes")
    try:
        member = Member.decoded(extra) if extra else None
        return Receipt(leaf, path, checkpoint, member)
    except Error as e:
        raise _not_a_receipt("its leaf is not a payment of this format") from e


def _not_a_receipt(why: str) -> BadInputError:
    return BadInputError(
        f"This is not a receipt of Facetill: {why}.",
        hint="Give the JSON of `facetill ledger receipt ID --json`, or the text of the QR code.",
    )


def _tax_name(tax: Tax) -> str:
    percent = f"{tax.rate_ppm / 10_000:.4f}".rstrip("0").rstrip(".")
    return f"{tax.name} {percent} %"


def _columns(left: str, right: str) -> list[str]:
    """Left and right on one row, or on two where they do not fit."""
    room = WIDTH - len(right) - 1
    if len(left) <= room:
        return [f"{left:<{room}} {right}"]
    rows = [left[i : i + WIDTH] for i in range(0, len(left), WIDTH)]
    return [*rows, right.rjust(WIDTH)]
