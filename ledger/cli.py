"""`facetill ledger …` and `facetill init`: the auditor's verbs, for people and for machines."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledger.note import VerifierKey

Result: TypeAlias = tuple[int, dict[str, object], str]

_INIT_EXAMPLES = """examples:
  facetill init --home /srv/till --mode live --currency EUR
  facetill init --home /tmp/play --mode demo
"""
_LEDGER_EXAMPLES = """examples:
  facetill ledger check                       silent and 0 when all is as it was written
  facetill ledger balance                     every account
  facetill ledger register assets:cash        an account's history
  facetill ledger export --format beancount   also csv, json, hledger
  facetill ledger refund ID 2.50              give a part of a payment back
  facetill ledger receipt ID --json > r.json  a receipt with its proof
  facetill ledger verify r.json --key VKEY    needs no book and no private key
  facetill ledger head > kept.note            the newest signed head, to be kept elsewhere
  facetill ledger prove consistency 120 > p   that nothing before entry 120 was changed since
  facetill ledger verify p --since kept.note --key VKEY
  facetill ledger witness p --dir ~/witness --key VKEY    cosign it, as somebody else
"""
_INPUT_BYTES_MAX = 1_000_001


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    """Add `init` and `ledger` to the command line."""
    init = _parser(commands, common, "init", "Make a home: its keys and an empty book.", _init)
    init.epilog = _INIT_EXAMPLES
    init.add_argument(
        "--mode",
        choices=("live", "demo"),
        default="live",
        help="a demo home takes payment from files too, and says so (default: live)",
    )
    init.add_argument(
        "--currency", default="EUR", metavar="CODE", help="ISO 4217 code (default: EUR)"
    )

    group = commands.add_parser(
        "ledger",
        help="audit and read the book",
        description="Audit and read the book of all payments.",
        epilog=_LEDGER_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = group.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = _parser(verbs, common, "check", "Recompute the whole book; name what differs.", _check)
    check.add_argument(
        "--key", metavar="VKEY", help="the ledger's public key, or a file with it (default: HOME's)"
    )
    check.add_argument(
        "--head",
        metavar="FILE",
        action="append",
        default=[],
        help="a signed head kept elsewhere, which the book must agree with (repeatable)",
    )
    balance = _parser(verbs, common, "balance", "Balances; debits are positive.", _balance)
    balance.add_argument(
        "account", nargs="?", metavar="ACCOUNT", help="this account and those below it"
    )
    listing = _parser(verbs, common, "register", "Postings with a running balance.", _register)
    listing.add_argument(
        "account", nargs="?", metavar="ACCOUNT", help="this account and those below it"
    )
    _parser(verbs, common, "print", "The journal, in the manner of hledger.", _print)
    export = _parser(verbs, common, "export", "The book for other programs to read.", _export)
    export.add_argument(
        "--format",
        choices=("csv", "json", "hledger", "beancount"),
        default="csv",
        help="default: csv",
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="a new file (default: print)")
    receipt = _parser(verbs, common, "receipt", "Print a payment's receipt again.", _receipt)
    receipt.add_argument("id", metavar="ID", help="the payment's id, as on the receipt")
    receipt.add_argument("--qr", action="store_true", help="the text of its QR code instead")
    refund = _parser(verbs, common, "refund", "Give a payment back, or a part of it.", _refund)
    refund.add_argument("payment", metavar="ID", help="the payment's id, as on the receipt")
    refund.add_argument("amount", metavar="AMOUNT", nargs="?", help="such as 2.50 (default: all)")
    refund.add_argument("--id", metavar="ID", help="asking twice with one id refunds once")
    prove = verbs.add_parser("prove", help="proofs for whoever has no access to the book")
    proofs = prove.add_subparsers(dest="proof", metavar="PROOF", required=True)
    inclusion = _parser(
        proofs, common, "inclusion", "That a payment is in the book (C2SP tlog-proof).", _prove
    )
    inclusion.add_argument("id", metavar="ID", help="the payment's id, as on the receipt")
    consistency = _parser(
        proofs,
        common,
        "consistency",
        "That the book continues an earlier one (C2SP tlog-witness request).",
        _prove_consistency,
    )
    consistency.add_argument("first", metavar="SIZE", type=int, help="entries of the earlier book")
    _parser(verbs, common, "head", "The newest signed head, for others to keep.", _head)
    witness = _parser(
        verbs, common, "witness", "Cosign a head that only grew, as somebody else.", _witness
    )
    witness.add_argument("file", metavar="FILE", help="a head, or a proof from the last one seen")
    witness.add_argument(
        "--dir", required=True, type=Path, metavar="DIR", help="the witness's key and memory"
    )
    witness.add_argument("--name", help="what a new witness signs as, such as witness.example/w1")
    witness.add_argument(
        "--key", metavar="VKEY", help="the ledger's public key, or a file with it (default: HOME's)"
    )
    verify = _parser(
        verbs, common, "verify", "Verify a proof; needs no book and no private key.", _verify
    )
    verify.add_argument(
        "file", metavar="FILE", help="a receipt's JSON or QR text, or a proof; - reads stdin"
    )
    verify.add_argument(
        "--since",
        metavar="HEAD",
        type=Path,
        help="FILE is a consistency proof; HEAD is the signed head kept from before",
    )
    verify.add_argument(
        "--key", metavar="VKEY", help="the ledger's public key, or a file with it (default: HOME's)"
    )


def _parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    name: str,
    description: str,
    run: Callable[[argparse.Namespace], Result],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        parents=[common],
        help=description[0].lower() + description[1:].rstrip("."),
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _init(args: argparse.Namespace) -> Result:
    import shutil

    from ledger.book import Ledger
    from ledger.home import create_home

    home = create_home(args.home, args.mode, args.currency)
    try:
        with Ledger.create(home, time.time_ns() // 1_000_000) as book:
            key = str(book.vkey)
    except BaseException:
        shutil.rmtree(home.path, ignore_errors=True)
        raise
    result: dict[str, object] = {
        "ok": True,
        "home": str(home.path),
        "mode": home.mode,
        "currency": home.currency,
        "key": key,
    }
    text = (
        f"Made a {home.mode} home at {home.path}, in {home.currency}.\n"
        f"Its ledger's public key, for whoever verifies receipts:\n{key}\n"
    )
    return 0, result, text


def _check(args: argparse.Namespace) -> Result:
    from ledger import audit
    from ledger.home import open_home

    home = open_home(args.home)
    key = _key(args.key) if args.key else None
    heads = tuple(_read(Path(name)).decode("utf-8", "replace") for name in args.head)
    with _Progress() as progress:
        findings, size = audit.check_home(home, key=key, heads=heads, progress=progress.update)
    result: dict[str, object] = {
        "ok": not findings,
        "entries": size,
        "mode": home.mode,
        "findings": [{"entry": f.index, "problem": f.problem} for f in findings],
    }
    return int(bool(findings)), result, "".join(f"{finding}\n" for finding in findings)


def _balance(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger, is_within
    from ledger.home import open_home
    from ledger.money import format_amount, format_decimal

    with Ledger.open(open_home(args.home), read_only=True) as book:
        rows = [row for row in book.balances() if is_within(row[0], args.account)]
    result: dict[str, object] = {
        "ok": True,
        "accounts": [
            {
                "account": account,
                "currency": currency,
                "balance_minor": minor,
                "balance": format_decimal(minor, currency),
            }
            for account, currency, minor in rows
        ],
    }
    table = [(format_amount(minor, currency), account) for account, currency, minor in rows]
    return 0, result, _table(table, right=(0,))


def _register(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home
    from ledger.money import format_amount
    from ledger.receipt import iso_time

    with Ledger.open(open_home(args.home), read_only=True) as book:
        rows = list(book.register(args.account))
    result: dict[str, object] = {
        "ok": True,
        "postings": [
            {
                "entry": row.entry.index,
                "id": row.entry.id,
                "time": iso_time(row.entry.clock_ms),
                "time_ms": row.entry.clock_ms,
                "account": row.account,
                "currency": row.currency,
                "amount_minor": row.amount_minor,
                "balance_minor": row.balance_minor,
            }
            for row in rows
        ],
    }
    table = [
        (
            str(row.entry.index),
            iso_time(row.entry.clock_ms),
            row.entry.kind,
            row.account,
            format_amount(row.amount_minor, row.currency),
            format_amount(row.balance_minor, row.currency),
        )
        for row in rows
    ]
    return 0, result, _table(table, right=(0, 4, 5))


def _print(args: argparse.Namespace) -> Result:
    from ledger import export
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        entries = list(book.entries())
    records: list[dict[str, object]] = [export.record(entry) for entry in entries]
    return 0, {"ok": True, "entries": records}, export.to_hledger(entries)


def _export(args: argparse.Namespace) -> Result:
    from ledger import export
    from ledger.book import Ledger
    from ledger.errors import BadInputError
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        entries = list(book.entries())
    text = export.FORMATS[args.format](entries)
    result: dict[str, object] = {"ok": True, "format": args.format, "entries": len(entries)}
    if args.output is None:
        return 0, {**result, "text": text}, text
    try:
        # a name that exists is never overwritten: it may be the only copy of something
        with args.output.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as e:
        raise BadInputError(
            f"{args.output} cannot be written ({e.strerror}).",
            hint="Name a new file in a folder that may be written.",
        ) from e
    return 0, {**result, "file": str(args.output)}, f"{len(entries)} entries in {args.output}.\n"


def _receipt(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        receipt = book.receipt(args.id)
    result: dict[str, object] = {"ok": True, "receipt": receipt.to_json()}
    if args.qr:
        result["qr"] = receipt.qr_payload()
        return 0, result, receipt.qr_payload() + "\n"
    return 0, result, receipt.text()


def _refund(args: argparse.Namespace) -> Result:
    import uuid

    from ledger.book import Ledger
    from ledger.home import open_home, station_key
    from ledger.money import format_amount, parse_amount

    home = open_home(args.home)
    with Ledger.open(home) as book:
        paid = book.receipt(args.payment)
        amount_minor = (
            paid.amount_minor if args.amount is None else parse_amount(args.amount, home.currency)
        )
        desk = book.at(station_key(home, "desk"), time.time_ns() // 1_000_000)
        entry = desk.refund(paid.id, amount_minor, args.id or uuid.uuid4().hex)
        balance_minor = book.balance(paid.pseudonym)
    result: dict[str, object] = {
        "ok": True,
        "entry": entry.index,
        "id": entry.id,
        "amount_minor": amount_minor,
        "balance_minor": balance_minor,
    }
    text = (
        f"Booked as entry {entry.index}: {format_amount(amount_minor, home.currency)} given back;"
        f" {paid.pseudonym} has {format_amount(balance_minor, home.currency)}.\n"
    )
    return 0, result, text


def _prove(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        receipt = book.receipt(args.id)
    result: dict[str, object] = {
        "ok": True,
        "entry": receipt.index,
        "leaf": receipt.leaf.decode(),
        "proof": receipt.proof_text(),
    }
    return 0, result, receipt.proof_text()


def _prove_consistency(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        text = book.prove_consistency(args.first).text()
    return 0, {"ok": True, "first": args.first, "proof": text}, text


def _head(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        head = book.head
    return 0, {"ok": True, "head": head}, head


def _witness(args: argparse.Namespace) -> Result:
    from ledger import audit
    from ledger.home import open_home
    from ledger.witness import Witness

    key = _key(args.key) if args.key else audit.trusted_keys(open_home(args.home))
    data = sys.stdin.buffer.read(_INPUT_BYTES_MAX) if args.file == "-" else _read(Path(args.file))
    witness = Witness(args.dir, args.name)
    text = witness.cosign(data.decode("utf-8", "replace"), key, time.time_ns() // 1_000_000_000)
    return 0, {"ok": True, "head": text, "witness": str(witness.vkey)}, text


def _verify_consistency(args: argparse.Namespace, data: bytes, key: list[VerifierKey]) -> Result:
    from ledger import consistency

    proof = consistency.parse(data.decode("utf-8", "replace"))
    newer = consistency.verify(proof, _read(args.since).decode("utf-8", "replace"), key)
    result: dict[str, object] = {"ok": True, "log": key[0].name, "first": proof.first}
    result["entries"] = newer.size
    text = f"Verified: {key[0].name} with {newer.size} entries continues it with {proof.first}.\n"
    return 0, result, text


def _verify(args: argparse.Namespace) -> Result:
    from ledger import audit, receipt
    from ledger.home import open_home
    from ledger.money import format_amount

    key = _key(args.key) if args.key else audit.trusted_keys(open_home(args.home))
    data = sys.stdin.buffer.read(_INPUT_BYTES_MAX) if args.file == "-" else _read(Path(args.file))
    if args.since is not None:
        return _verify_consistency(args, data, key)
    proven = receipt.verify(data, key)
    record = proven.to_json()
    result: dict[str, object] = {"ok": True, "log": key[0].name, **record}
    amount = format_amount(proven.amount_minor, proven.currency)
    text = (
        f"Verified: {amount} paid at {receipt.iso_time(proven.time_ms)} ({proven.mode}) is entry"
        f" {proven.index} of {key[0].name}.\n"
    )
    return 0, result, text


def _key(text: str) -> list[VerifierKey]:
    """A vkey, or a file that holds one or several."""
    from ledger import note

    if "+" not in text or Path(text).is_file():
        text = _read(Path(text)).decode("utf-8", "replace")
    return note.parse_vkeys(text)


def _read(path: Path) -> bytes:
    from ledger.errors import BadInputError

    try:
        with path.open("rb") as file:
            return file.read(_INPUT_BYTES_MAX)
    except OSError as e:
        raise BadInputError(
            f"{path} cannot be read ({e.strerror}).", hint="Check the path and its permissions."
        ) from e


def _table(rows: Iterable[tuple[str, ...]], right: tuple[int, ...]) -> str:
    """Plain aligned columns; those named in `right` are aligned to the right."""
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "".join(line + "\n" for line in lines)


class _Progress:
    """A bar on standard error for checks that last; nothing where nobody watches."""

    _SHOWN_AFTER_S = 0.5

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Show how far it is."""
        if self._bar is None:
            if time.monotonic() - self._started_s < self._SHOWN_AFTER_S or not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("Checking the book", total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)
