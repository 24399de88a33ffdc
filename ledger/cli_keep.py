"""The verbs that make and keep a book: `facetill init`, backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli_tools import Progress, add_verb, now_ms

if TYPE_CHECKING:
    import argparse

    from ledger.cli_tools import Result, Verbs


def register_init(commands: Verbs, common: argparse.ArgumentParser) -> None:
    """Add `init`."""
    init = add_verb(commands, common, "init", "Make a home: its keys and an empty book.", _init)
    init.add_argument(
        "--mode",
        choices=("live", "demo"),
        default="live",
        help="a demo home takes payment from files too, and says so (default: live)",
    )
    init.add_argument(
        "--currency", default="EUR", metavar="CODE", help="ISO 4217 code (default: EUR)"
    )
    init.add_argument(
        "--database",
        metavar="URL",
        help="keep the book in PostgreSQL, for many tills (default: in the home); the password,"
        " if one is needed, comes from ~/.pgpass or PGPASSWORD",
    )


def register(verbs: Verbs, common: argparse.ArgumentParser) -> None:
    """Add backup and restore."""
    backup = add_verb(
        verbs, common, "backup", "The whole book but the private keys, in one file.", _backup
    )
    backup.add_argument("file", metavar="FILE", type=Path, help="a new file, such as book.gz")
    restore = add_verb(
        verbs, common, "restore", "Put a backup's book in place, after auditing it.", _restore
    )
    restore.add_argument("file", metavar="FILE", type=Path, help="what `ledger backup` wrote")


def _init(args: argparse.Namespace) -> Result:
    import shutil

    from ledger.book import Ledger
    from ledger.home import create_home

    home = create_home(args.home, args.mode, args.currency, args.database)
    try:
        with Ledger.create(home, now_ms()) as book:
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


def _backup(args: argparse.Namespace) -> Result:
    from ledger import backup
    from ledger.book import Ledger
    from ledger.home import open_home

    home = open_home(args.home)
    with Ledger.open(home, read_only=True) as book, Progress("Writing the backup") as progress:
        size = backup.write(book, args.file, progress.update)
    result: dict[str, object] = {"ok": True, "entries": size, "file": str(args.file)}
    return 0, result, f"{size} entries in {args.file}. It holds no private key.\n"


def _restore(args: argparse.Namespace) -> Result:
    from ledger import backup

    with Progress("Restoring the book") as progress:
        home, size = backup.restore(args.file, args.home, progress.update)
    missing = not (home.keys_dir / "ledger.key").exists()
    result: dict[str, object] = {"ok": True, "entries": size, "keys_missing": missing}
    text = f"{size} entries audited and put in place at {home.path}.\n"
    if missing:
        text += "Copy the home's private keys back into its keys folder before the next payment.\n"
    return 0, result, text
