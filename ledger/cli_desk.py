"""The verbs of staff: refunds, holds, stock, limits, closing the day, the bank, the key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from ledger.cli_tools import add_verb, given_or_fresh, now_ms, read, table

if TYPE_CHECKING:
    import argparse

    from ledger.cli_tools import Result, Verbs
    from ledger.entries import Entry

_ID_HELP = "asking twice with one id books once"
_BANK_BYTES_MAX = 20_000_001


def register(verbs: Verbs, common: argparse.ArgumentParser) -> None:
    """Add them."""
    refund = add_verb(verbs, common, "refund", "Give a payment back, or a part of it.", _refund)
    refund.add_argument("payment", metavar="ID", help="the payment's id, as on the receipt")
    refund.add_argument("amount", metavar="AMOUNT", nargs="?", help="such as 2.50 (default: all)")
    refund.add_argument("--id", metavar="ID", help=_ID_HELP)
    add_verb(verbs, common, "holds", "Holds that nothing has ended yet.", _holds)
    for name, description in (
        ("capture", "Settle a hold for all that it holds."),
        ("void", "Give a hold back, because the sale fell through."),
    ):
        verb = add_verb(verbs, common, name, description, _end)
        verb.add_argument("hold", metavar="ID", help="the hold's id, as `ledger holds` shows it")
    add_verb(verbs, common, "expire", "Give back all holds whose time is over.", _expire)
    supply = add_verb(verbs, common, "supply", "Book pieces that came in, or are missing.", _supply)
    supply.add_argument("sku", metavar="SKU", help="1..40 letters, digits and hyphens")
    supply.add_argument("pieces", metavar="PIECES", type=int, help="negative for missing ones")
    supply.add_argument("--id", metavar="ID", help=_ID_HELP)
    limit = add_verb(verbs, common, "limit", "The most that a balance may be.", _limit)
    limit.add_argument("amount", metavar="AMOUNT", help="such as 150.00")
    limit.add_argument("--shopper", default="everybody", help="one alone (default: everybody)")
    limit.add_argument("--id", metavar="ID", help=_ID_HELP)
    close = add_verb(verbs, common, "close", "The numbered Z report since the one before.", _close)
    close.add_argument("--id", metavar="ID", help=_ID_HELP)
    add_verb(
        verbs, common, "rotate-key", "Change the key that signs the book's heads.", _rotate_key
    )
    station = add_verb(
        verbs, common, "station", "Accept a further kiosk's or desk's key from here on.", _station
    )
    station.add_argument("role", choices=("kiosk", "desk"), help="what it may sign")
    station.add_argument(
        "file", type=Path, metavar="FILE", help="its private key; a new one is made where none is"
    )
    bank = add_verb(
        verbs, common, "reconcile", "Compare an account with the bank's file.", _reconcile
    )
    bank.add_argument("file", type=Path, metavar="FILE", help="camt.053, or CSV with a header")
    bank.add_argument("--account", default="assets:cash", help="default: assets:cash")
    bank.add_argument("--days", type=int, default=5, help="how far dates may differ (default: 5)")


class _AtDesk:
    """The home's book, open, and its desk."""

    def __init__(self, args: argparse.Namespace) -> None:
        from ledger.book import Ledger
        from ledger.home import open_home, station_key

        self.home = open_home(args.home)
        self.key = station_key(self.home, "desk")
        self.book = Ledger.open(self.home)
        self.desk = self.book.at(self.key, now_ms())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _booked(entry: Entry, what: str, **more: object) -> Result:
    result: dict[str, object] = {"ok": True, "entry": entry.index, "id": entry.id, **more}
    return 0, result, f"Booked as entry {entry.index}: {what}.\n"


def _refund(args: argparse.Namespace) -> Result:
    from ledger.money import format_amount, parse_amount

    with _AtDesk(args) as at:
        paid, currency = at.book.receipt(args.payment), at.home.currency
        whole = args.amount is None
        amount_minor = paid.amount_minor if whole else parse_amount(args.amount, currency)
        entry = at.desk.refund(paid.id, amount_minor, given_or_fresh(args.id))
        balance_minor = at.book.balance(paid.pseudonym)
    return _booked(
        entry,
        f"{format_amount(amount_minor, currency)} given back;"
        f" {paid.pseudonym} has {format_amount(balance_minor, currency)}",
        amount_minor=amount_minor,
        balance_minor=balance_minor,
    )


def _holds(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home
    from ledger.money import format_amount
    from ledger.receipt import iso_time

    with Ledger.open(open_home(args.home), read_only=True) as book:
        held = book.holds()
    rows = [
        (
            hold.sale_id,
            hold.pseudonym,
            format_amount(hold.amount_minor, hold.currency),
            iso_time(hold.until_ms),
        )
        for hold in held
    ]
    result: dict[str, object] = {
        "ok": True,
        "holds": [
            {
                "id": hold.sale_id,
                "shopper": hold.pseudonym,
                "amount_minor": hold.amount_minor,
                "until": iso_time(hold.until_ms),
            }
            for hold in held
        ],
    }
    return 0, result, table(rows, (2,), ("hold", "shopper", "amount", "ends"))


def _end(args: argparse.Namespace) -> Result:
    with _AtDesk(args) as at:
        capture = args.verb == "capture"
        entry = at.desk.capture(args.hold) if capture else at.desk.void(args.hold)
    return _booked(entry, f"the hold is {'settled' if capture else 'given back'}")


def _expire(args: argparse.Namespace) -> Result:
    with _AtDesk(args) as at:
        due = [hold for hold in at.book.holds() if hold.until_ms < now_ms()]
        entries = [at.desk.expire(hold.sale_id) for hold in due]
    result: dict[str, object] = {"ok": True, "expired": [entry.id for entry in entries]}
    return 0, result, f"{len(entries)} holds given back.\n"


def _supply(args: argparse.Namespace) -> Result:
    from ledger.contents import stock_account
    from ledger.money import PIECES

    with _AtDesk(args) as at:
        entry = at.desk.supply(args.sku, args.pieces, given_or_fresh(args.id))
        places = {(account, currency): left for account, currency, left in at.book.balances()}
    left = places[stock_account(args.sku), PIECES]
    return _booked(entry, f"{left} pieces of {args.sku} in stock", pieces=left)


def _limit(args: argparse.Namespace) -> Result:
    from ledger.money import format_amount, parse_amount

    with _AtDesk(args) as at:
        amount_minor = parse_amount(args.amount, at.home.currency)
        entry = at.desk.limit(args.shopper, amount_minor, given_or_fresh(args.id))
        amount = format_amount(amount_minor, at.home.currency)
    return _booked(entry, f"at most {amount} for {args.shopper}")


def _close(args: argparse.Namespace) -> Result:
    from ledger.instructions import Close
    from ledger.stats import report_text

    with _AtDesk(args) as at:
        entry = at.desk.close(given_or_fresh(args.id))
    close = entry.content
    assert isinstance(close, Close)  # noqa: S101 - what the desk's close books
    names = [n for n in close.signed_record() if n not in ("id", "desk", "mode", "currency")]
    fields = {name: getattr(close, name) for name in names}
    time_ms = fields.pop("issued_at_ms")
    title = f"Z REPORT {close.number}, entry {entry.index}"
    result: dict[str, object] = {"ok": True, "entry": entry.index, "time_ms": time_ms, **fields}
    return 0, result, report_text(title, fields, close.currency)


def _rotate_key(args: argparse.Namespace) -> Result:
    from ledger.contents import Rotation
    from ledger.note import VerifierKey

    with _AtDesk(args) as at:
        entry = at.book.rotate_key(now_ms())
    following = entry.content
    assert isinstance(following, Rotation)  # noqa: S101 - what rotate_key books
    key = str(VerifierKey(f"facetill/{at.home.id}", following.public_bytes))
    status, result, text = _booked(entry, "the book's heads are signed with a new key", key=key)
    return (
        status,
        result,
        f"{text}Give it to whoever verifies receipts, beside the old one:\n{key}\n",
    )


def _station(args: argparse.Namespace) -> Result:
    from ledger import keys
    from ledger.home import storage_error, write_new

    with _AtDesk(args) as at:
        if not args.file.exists():
            try:
                write_new(args.file, keys.pem(keys.generate()), 0o600)
            except OSError as e:
                raise storage_error(e, f"The key {args.file} could not be written") from e
        key = keys.load(args.file)
        entry = at.book.register_station(args.role, key.public_bytes, now_ms())
    text = f"the book accepts the {args.role} with the key {key.key_id}"
    return _booked(entry, text, key_id=key.key_id)


def _reconcile(args: argparse.Namespace) -> Result:
    from ledger import reconcile
    from ledger.book import Ledger
    from ledger.home import open_home

    home = open_home(args.home)
    bank_lines = reconcile.read_bank_file(read(args.file, _BANK_BYTES_MAX), home.currency)
    with Ledger.open(home, read_only=True) as book:
        book_lines = reconcile.book_lines(book.register(args.account), home.currency)
    found = reconcile.reconcile(book_lines, bank_lines, days=args.days)
    clean = found.is_clean
    return int(not clean), {"ok": clean, **found.to_json()}, found.text()
