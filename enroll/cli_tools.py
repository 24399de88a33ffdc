"""What all verbs of `facetill enroll` share: parsers, the open vault, signing in, answers."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enroll.shopper import Shopper
    from enroll.vault import Vault
    from ledger.home import Home

Result: TypeAlias = tuple[int, dict[str, object], str]
Run: TypeAlias = "Callable[[argparse.Namespace], Result]"
_log = logging.getLogger(__name__)


class Verbs:
    """Where the verbs of the desk are added, each with the options that all have."""

    def __init__(
        self,
        verbs: argparse._SubParsersAction[argparse.ArgumentParser],
        common: argparse.ArgumentParser,
        command: str = "enroll",
    ) -> None:
        self._verbs = verbs
        self._common = common
        self._command = command
        self._desk = argparse.ArgumentParser(add_help=False)
        self._desk.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help="its first line is the vault's passphrase (default: $FACETILL_PASSPHRASE_FILE)",
        )
        self._desk.add_argument(
            "--staff", metavar="ID", help="who works at the desk; asked to sign in by PIN if known"
        )
        self._desk.add_argument(
            "--staff-pin-file", type=Path, metavar="FILE", help="its first line is the staff's PIN"
        )

    def add(self, name: str, run: Run, text: str, *examples: str) -> argparse.ArgumentParser:
        """A verb, with what it does in a line and examples of it."""
        parser = self._verbs.add_parser(
            name,
            parents=[self._common, self._desk],
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog="\n".join(("examples:", *(f"  facetill {self._command} {e}" for e in examples))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=run)
        return parser

    def group(self, name: str, text: str) -> Verbs:
        """A verb that has verbs of its own."""
        parser = self._verbs.add_parser(name, help=text, description=text[0].upper() + text[1:])
        verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
        return Verbs(verbs, self._common, f"{self._command} {name}")


def add_ref(parser: argparse.ArgumentParser) -> None:
    """The argument that names a shopper."""
    parser.add_argument("ref", metavar="REF", help="pseudonym or phone number")


def now_ms() -> int:
    """The wall clock, Unix ms."""
    return time.time_ns() // 1_000_000


def home_of(args: argparse.Namespace) -> Home:
    """The home that the command names."""
    from ledger.home import open_home

    return open_home(args.home)


@contextmanager
def opened(args: argparse.Namespace, home: Home | None = None) -> Iterator[Vault]:
    """The home's vault, with somebody signed in if there are staff accounts.

    Tombstones that an earlier errand still owes the book are written first.
    """
    from enroll.vault import Vault

    with Vault.open(home or home_of(args), passphrase_file=args.passphrase_file) as vault:
        sign_in(args, vault)
        settle(vault)
        yield vault


def sign_in(args: argparse.Namespace, vault: Vault) -> None:
    """Sign in whom `--staff` names; nobody need be named where there are no accounts."""
    from enroll.errors import SignInError

    if not vault.staff.exist():
        return
    if args.staff is None:
        raise SignInError(
            "This desk has staff accounts, and nobody signed in.",
            hint="Add --staff ID; the PIN is asked, or read with --staff-pin-file FILE.",
        )
    pin = read_pin(args.staff_pin_file, f"PIN of {args.staff}: ")
    vault.staff.sign_in(args.staff, pin, now_ms())


def settle(vault: Vault) -> None:
    """Give the book the tombstones that it is owed; a book that cannot take them is only noted."""
    from enroll import erasure
    from ledger.errors import Error as LedgerError

    try:
        erasure.settle(vault, now_ms())
    except LedgerError as e:
        _log.warning("The book still lacks the tombstone of an erased shopper: %s", e.message)


def staff_of(args: argparse.Namespace, vault: Vault | None) -> str:
    """Who is named in a consent."""
    session = vault.session if vault is not None else None
    return session.staff if session is not None else args.staff or "desk"


def read_pin(path: Path | None, prompt: str, *, twice: bool = False) -> str:
    """A PIN from a file's first line, or asked at the terminal.

    Raises:
        BadInputError: No file and no terminal, an unreadable file, or two different answers.
    """
    import getpass
    import secrets

    from enroll.errors import BadInputError

    if path is not None:
        try:
            lines = path.read_bytes()[:1000].decode().splitlines()
        except (OSError, UnicodeDecodeError) as e:
            raise BadInputError(
                f"The PIN file {path} cannot be read.",
                hint="Check the path; it is a text file whose first line is the PIN.",
            ) from e
        return lines[0].strip() if lines else ""
    if not sys.stdin.isatty():
        raise BadInputError(
            "A PIN is needed, and there is no terminal to ask at.", hint="Give it in a file."
        )
    first = getpass.getpass(prompt)
    if twice and not secrets.compare_digest(
        first.encode(), getpass.getpass("The same once more: ").encode()
    ):
        raise BadInputError("The two PINs differ.", hint="Try again; nothing was changed.")
    return first


def confirm(question: str, *, yes: bool) -> None:
    """Ask before what cannot be undone.

    Raises:
        BadInputError: There is no terminal to ask at.
        RefusedError: The answer was no.
    """
    from enroll.errors import BadInputError, RefusedError

    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInputError(
            "This cannot be undone, and there is no terminal to ask at.", hint="Add --yes."
        )
    sys.stderr.write(f"{question} This cannot be undone. [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise RefusedError("Nothing was changed.", hint="Answer y, or add --yes.")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for what lasts; nothing where nobody watches."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def balance_of(home: Home, pseudonym: str) -> int:
    """What the book owes a shopper, in minor units; nothing where there is no book."""
    from ledger.book import Ledger
    from ledger.errors import LedgerMissingError

    with suppress(LedgerMissingError), Ledger.open(home, read_only=True) as book:
        return book.balance(pseudonym)
    return 0


def described(home: Home, shopper: Shopper) -> tuple[dict[str, object], str]:
    """A shopper with the balance in the book: as JSON, and in a line."""
    from ledger.money import format_amount

    balance = balance_of(home, shopper.pseudonym)
    data = {**shopper.to_json(), "balance_minor": balance, "currency": home.currency}
    who = f"{shopper.name}  {shopper.phone}" if shopper.status == "active" else "(erased)"
    since = shopper.revoked_at or shopper.enrolled_at
    notes = [
        *(["second factor needed"] if shopper.needs_second else []),
        *([] if shopper.limits.face_allowed else ["no payment by face"]),
    ]
    text = (
        f"{shopper.pseudonym}  {shopper.status} since {since:%Y-%m-%d %H:%M} UTC"
        f"  {format_amount(balance, home.currency)}  {'  '.join((who, *notes))}"
    )
    return data, text


def amount(text: str, home: Home) -> int:
    """An amount of more than nothing, in the home's minor units.

    Raises:
        BadInputError, ledger.errors.BadAmountError: It is none.
    """
    from enroll.errors import BadInputError
    from ledger.money import parse_amount

    amount_minor = parse_amount(text, home.currency)
    if amount_minor <= 0:
        raise BadInputError("An amount is more than nothing.", hint="Give one such as 20.00.")
    return amount_minor


def limit(text: str | None, before: int | None, home: Home) -> int | None:
    """A limit as typed: an amount, `none`, or nothing for the one before."""
    if text is None:
        return before
    return None if text == "none" else amount(text, home)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read; one that is there is never overwritten.

    Raises:
        BadInputError: It is there, or cannot be written.
    """
    from enroll.errors import BadInputError
    from ledger.home import write_new

    try:
        write_new(path, data, 0o600)
    except OSError as e:
        raise BadInputError(
            f"{path} cannot be written ({e.strerror}).",
            hint="Name a new file in a folder that may be written.",
        ) from e
