"""The verbs that read: check, balances, histories, statements, figures, receipts and exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli_tools import Progress, add_verb, keys_of, now_ms, read, table, watched, write_text

if TYPE_CHECKING:
    import argparse

    from ledger.cli_tools import Result, Verbs


def register(verbs: Verbs, common: argparse.ArgumentParser) -> None:
    """Add them."""
    check = add_verb(verbs, common, "check", "Recompute the whole book; name what differs.", _check)
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
    check.add_argument(
        "--all",
        action="store_true",
        help="verify every signature again, also of what you verified before and has not changed",
    )
    for name, description, run in (
        ("balance", "Balances; debits are positive.", _balance),
        ("register", "Postings with a running balance.", _register),
    ):
        verb = add_verb(verbs, common, name, description, run)
        verb.add_argument(
            "account", nargs="?", metavar="ACCOUNT", help="this account and those below it"
        )
    add_verb(verbs, common, "print", "The journal, in the manner of hledger.", _print)
    add_verb(verbs, common, "stats", "What the book holds, and what sells.", _stats)
    statement = add_verb(verbs, common, "statement", "One shopper's account, for them.", _statement)
    statement.add_argument("pseudonym", metavar="SHOPPER", help="as on the receipt")
    add_verb(
        verbs, common, "xreport", "The figures since the last close; closes nothing.", _xreport
    )
    export = add_verb(verbs, common, "export", "The book for other programs to read.", _export)
    export.add_argument(
        "--format",
        choices=("csv", "json", "hledger", "beancount", "camt053"),
        default="csv",
        help="default: csv",
    )
    export.add_argument(
        "--account", default="assets:cash", help="whose statement camt053 is (default: assets:cash)"
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="a new file (default: print)")
    receipt = add_verb(verbs, common, "receipt", "Print a payment's receipt again.", _receipt)
    receipt.add_argument("id", metavar="ID", help="the payment's id, as on the receipt")
    receipt.add_argument("--qr", action="store_true", help="the text of its QR code instead")


def _check(args: argparse.Namespace) -> Result:
    from ledger import audit
    from ledger.home import open_home

    home = open_home(args.home)
    key = keys_of(args.key, args.home) if args.key else None
    memory = None if args.all else _memory()
    heads = tuple(read(Path(name)).decode("utf-8", "replace") for name in args.head)
    with Progress("Checking the book") as progress:
        findings, size = audit.check_home(
            home, key=key, heads=heads, memory=memory, progress=progress.update
        )
    result: dict[str, object] = {
        "ok": not findings,
        "entries": size,
        "mode": home.mode,
        "findings": [{"entry": f.index, "problem": f.problem} for f in findings],
    }
    return int(bool(findings)), result, "".join(f"{finding}\n" for finding in findings)


def _balance(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home
    from ledger.money import format_amount, format_decimal
    from ledger.reading import is_within

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
    cells = [(format_amount(minor, currency), account) for account, currency, minor in rows]
    return 0, result, table(cells, (0,), ("balance", "account"))


def _register(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home
    from ledger.money import format_amount
    from ledger.receipt import iso_time

    with Ledger.open(open_home(args.home), read_only=True) as book:
        entries = watched(book.entries(), len(book), "Reading the book")
        rows = list(book.register(args.account, entries))
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
    head = ("entry", "time", "kind", "account", "amount", "balance")
    cells = [
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
    return 0, result, table(cells, (0, 4, 5), head)


def _print(args: argparse.Namespace) -> Result:
    from ledger import export
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        entries = list(watched(book.entries(), len(book), "Reading the book"))
    records: list[dict[str, object]] = [export.record(entry) for entry in entries]
    return 0, {"ok": True, "entries": records}, export.to_hledger(entries)


def _export(args: argparse.Namespace) -> Result:
    from ledger import camt, export
    from ledger.book import Ledger
    from ledger.home import open_home

    home = open_home(args.home)
    with Ledger.open(home, read_only=True) as book:
        entries = list(watched(book.entries(), len(book), "Reading the book"))
    if args.format == "camt053":
        text = camt.to_camt053(
            entries,
            account=args.account,
            currency=home.currency,
            origin=f"facetill/{home.id}",
            created_ms=now_ms(),
        )
    else:
        text = export.FORMATS[args.format](entries)
    size = entries[-1].index + 1  # a batch's payments stand in its place
    result: dict[str, object] = {"ok": True, "format": args.format, "entries": size}
    if args.output is None:
        return 0, {**result, "text": text}, text
    write_text(args.output, text)
    return 0, {**result, "file": str(args.output)}, f"{size} entries in {args.output}.\n"


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


def _stats(args: argparse.Namespace) -> Result:
    from ledger import stats
    from ledger.book import Ledger
    from ledger.home import open_home

    home = open_home(args.home)
    with Ledger.open(home, read_only=True) as book:
        counted = stats.count(watched(book.entries(), len(book), "Counting"))
    return 0, {"ok": True, **counted.to_json()}, counted.text(home.currency)


def _statement(args: argparse.Namespace) -> Result:
    from ledger import stats
    from ledger.book import Ledger
    from ledger.fields import require_pseudonym
    from ledger.home import open_home

    require_pseudonym(args.pseudonym)
    home = open_home(args.home)
    with Ledger.open(home, read_only=True) as book:
        rows = stats.statement(
            watched(book.entries(), len(book), "Reading the book"), args.pseudonym, home.currency
        )
        balance_minor = book.balance(args.pseudonym)
    result: dict[str, object] = {
        "ok": True,
        "shopper": args.pseudonym,
        "balance_minor": balance_minor,
        "rows": [row.to_json() for row in rows],
    }
    return 0, result, stats.statement_text(rows, args.pseudonym, balance_minor, home.currency)


def _xreport(args: argparse.Namespace) -> Result:
    from ledger import stats
    from ledger.book import Ledger
    from ledger.home import open_home

    home = open_home(args.home)
    with Ledger.open(home, read_only=True) as book:
        figures = book.figures()
    text = stats.report_text("X REPORT (nothing is closed)", figures.fields(), home.currency)
    return 0, {"ok": True, **figures.fields()}, text


def _memory() -> Path:
    """Where this user remembers what they verified: their own, never the home's."""
    import platformdirs

    return platformdirs.user_state_path("facetill") / "audit"
