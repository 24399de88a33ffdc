"""`facetill enroll`: the desk at the command line."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enroll.enrolment import Enrolment
    from enroll.secrets import Kind, MasterSecret
    from enroll.shopper import Shopper, Template
    from enroll.vault import Vault
    from ledger.home import Home

Result = tuple[int, dict[str, object], str]

_EXAMPLES: Final = """\
examples:
  facetill enroll add --name "Ada Lovelace" --phone 5550100 --camera 0 --consent
  facetill enroll add --name "Ada Lovelace" --phone 5550100 --camera ada.jpg --consent --topup 20
  facetill enroll list
  facetill enroll show 5550100
  facetill enroll topup 5550100 40.00
  facetill enroll revoke 5550100 --yes
  facetill enroll rotate-key
"""


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    """Add `enroll` and its verbs."""
    desk = commands.add_parser(
        "enroll",
        help="the desk: enrol, list, top up, revoke",
        description="Enrol consenting shoppers; what is kept is an encrypted template, no picture.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = desk.add_subparsers(title="verbs", metavar="VERB", required=True)
    secret = argparse.ArgumentParser(add_help=False)
    secret.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="its first line is the vault's passphrase (default: $FACETILL_PASSPHRASE_FILE)",
    )

    def verb(
        name: str, run: Callable[[argparse.Namespace], Result], text: str, *examples: str
    ) -> argparse.ArgumentParser:
        parser = verbs.add_parser(
            name,
            parents=[common, secret],
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog="\n".join(("examples:", *(f"  facetill enroll {e}" for e in examples))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=run)
        return parser

    add = verb(
        "add",
        _add,
        "enrol a person who consents",
        'add --name "Ada Lovelace" --phone 5550100 --camera 0 --consent',
        'add --name "Ada Lovelace" --phone 5550100 --camera sample --consent --topup 20',
    )
    add.add_argument("--name", required=True, help="the person's name")
    add.add_argument("--phone", required=True, help="the person's phone number")
    add.add_argument(
        "--camera",
        required=True,
        metavar="SOURCE",
        help="device index or path, rtsp:// address, video, picture, folder of pictures, or sample",
    )
    add.add_argument(
        "--consent", action="store_true", help="the person was told what is kept, and agreed"
    )
    add.add_argument("--staff", default="desk", metavar="ID", help="who enrols (default: desk)")
    add.add_argument("--topup", metavar="AMOUNT", help="prepaid at once, such as 20.00")
    add.add_argument(
        "--key",
        choices=("keyfile", "passphrase", "keyring"),
        help="where a new vault's master key comes from (default: a key file in the home)",
    )

    verb("list", _list, "list everyone who is or was enrolled", "list", "list --json")
    show = verb("show", _show, "show one shopper", "show 5550100", "show s-k3vq7e2mbx5pzr4d")
    revoke = verb(
        "revoke", _revoke, "erase a person's data for good", "revoke 5550100", "revoke REF --yes"
    )
    revoke.add_argument("--yes", action="store_true", help="do not ask")
    topup = verb("topup", _topup, "add to a prepaid balance", "topup 5550100 40.00")
    for parser in (show, revoke, topup):
        parser.add_argument("ref", metavar="REF", help="pseudonym or phone number")
    topup.add_argument("amount", metavar="AMOUNT", help="such as 40.00")
    topup.add_argument("--id", help="a top-up's own id: the same id is booked once (default: new)")
    rotate = verb(
        "rotate-key",
        _rotate_key,
        "replace the vault's master key",
        "rotate-key",
        "rotate-key --key passphrase --new-passphrase-file FILE",
    )
    rotate.add_argument(
        "--key", choices=("keyfile", "passphrase", "keyring"), help="where it comes from now"
    )
    rotate.add_argument(
        "--new-passphrase-file", type=Path, metavar="FILE", help="holds the new passphrase"
    )


def _add(args: argparse.Namespace) -> Result:
    from enroll import consent as texts
    from enroll import store
    from enroll.errors import BadInputError, ConsentMissingError
    from enroll.shopper import Consent, EnrolmentRecord, clean_name, clean_phone

    if not args.consent:
        raise ConsentMissingError(
            "Nobody is enrolled without consent, and none was stated; no camera was opened.",
            hint="Tell the person what is kept; if they agree, add --consent.",
        )
    name, phone = clean_name(args.name), clean_phone(args.phone)
    consent = Consent(texts.DEFAULT, _now_ms(), args.staff)
    home = _home_or_new(args.home)
    amount_minor = _amount(args.topup, home) if args.topup is not None else None
    made = store.exists(home)
    if made and args.key is not None:
        raise BadInputError(
            "There is a vault already, and --key is for a new one.",
            hint="Leave --key out, or change it: facetill enroll rotate-key --key KIND",
        )
    secret = None if made else _new_secret(args, home)
    if secret is None:
        with _vault(args, home) as vault:  # a wrong passphrase or a known phone: before the camera
            vault.require_phone_free(phone)
    template, frames = _capture(args.camera, home)
    with _vault(args, home) if secret is None else _create_vault(home, secret) as vault:
        shopper = vault.add(EnrolmentRecord(name, phone, template, consent, _now_ms()))
    if amount_minor is not None:
        _topup_new(home, shopper, amount_minor)
    data, text = _described(home, shopper)
    return 0, {**data, "frames": frames}, f"Enrolled from {frames} good frames:\n{text}"


def _list(args: argparse.Namespace) -> Result:
    home = _open_home(args.home)
    from enroll import store

    if not store.exists(home):
        return 0, {"shoppers": []}, "Nobody is enrolled."
    with _vault(args, home) as vault:
        found = [_described(home, shopper) for shopper in vault.list()]
    texts = [text for _, text in found] or ["Nobody is enrolled."]
    return 0, {"shoppers": [data for data, _ in found]}, "\n".join(texts)


def _show(args: argparse.Namespace) -> Result:
    home = _open_home(args.home)
    with _vault(args, home) as vault:
        data, text = _described(home, vault.show(args.ref))
    return 0, data, text


def _revoke(args: argparse.Namespace) -> Result:
    home = _open_home(args.home)
    with _vault(args, home) as vault:
        shopper = vault.pseudonym_of(args.ref)
        if not args.yes:
            _confirm(shopper)
        data, text = _described(home, vault.revoke(shopper, _now_ms()))
    if data["balance_minor"]:
        text += "\nThe book still owes this account its balance: pay it out."
    return 0, data, f"Erased; only the tombstone is left:\n{text}"


def _topup(args: argparse.Namespace) -> Result:
    home = _open_home(args.home)
    amount_minor = _amount(args.amount, home)
    with _vault(args, home) as vault:
        shopper = vault.show(args.ref)
    if shopper.status != "active":
        from enroll.errors import UnknownShopperError

        raise UnknownShopperError(
            f"{shopper.pseudonym} was revoked.", hint="Run: facetill enroll list"
        )
    entry = _book_topup(home, shopper.pseudonym, amount_minor, args.id)
    data, text = _described(home, shopper)
    return 0, {**data, "entry": entry}, f"Booked as entry {entry}:\n{text}"


def _rotate_key(args: argparse.Namespace) -> Result:
    from enroll.secrets import Passphrase, default_secret, passphrase_reader

    home = _open_home(args.home)
    new: MasterSecret | None = None
    if args.key == "passphrase" or args.new_passphrase_file is not None:
        new = Passphrase(passphrase_reader(args.new_passphrase_file, confirm=True))
    elif args.key is not None:
        new = default_secret(args.key, home)
    with _vault(args, home) as vault:
        count = vault.rotate_key(new)
        kind = vault.secret_kind
    text = f"The master key is new ({kind}); {count} data keys were rewrapped."
    return 0, {"rewrapped": count, "key": kind}, text


# --- the pieces -----------------------------------------------------------------------------


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _open_home(path: Path) -> Home:
    from ledger.home import open_home

    return open_home(path)


def _home_or_new(path: Path) -> Home:
    from ledger.book import Ledger
    from ledger.home import create_home

    if (path / "home.json").exists():
        return _open_home(path)
    home = create_home(path, "live")
    Ledger.create(home).close()
    sys.stderr.write(f"facetill: made a live home in {home.currency} at {path}\n")
    return home


def _vault(args: argparse.Namespace, home: Home) -> Vault:
    from enroll.vault import Vault

    return Vault.open(home, passphrase_file=args.passphrase_file)


def _create_vault(home: Home, secret: MasterSecret) -> Vault:
    from enroll.vault import Vault

    return Vault.create(home, secret)


def _new_secret(args: argparse.Namespace, home: Home) -> MasterSecret:
    from enroll.secrets import Passphrase, default_secret, named_passphrase_file, passphrase_reader

    file = named_passphrase_file(args.passphrase_file)
    kind: Kind = args.key or ("passphrase" if file is not None else "keyfile")
    if kind == "passphrase":
        return Passphrase(passphrase_reader(file, confirm=True))
    return default_secret(kind, home)


def _amount(text: str, home: Home) -> int:
    from enroll.errors import BadInputError
    from ledger.money import parse_amount

    amount_minor = parse_amount(text, home.currency)
    if amount_minor <= 0:
        raise BadInputError("A top-up is more than nothing.", hint="Give an amount such as 20.00.")
    return amount_minor


def _capture(spec: str, home: Home) -> tuple[Template, int]:
    from enroll.desk import capture
    from enroll.enrolment import FROM_VIDEO, of_pictures
    from models.frames import PictureSource, open_source
    from models.vision import open_vision

    # the sample's own stretch for enrolling, which no payment shows again
    source = open_source("sample:enrol" if spec == "sample" else spec, home.models_dir)
    wanted = of_pictures(source.count) if isinstance(source, PictureSource) else FROM_VIDEO
    try:
        eyes = open_vision(home.models_dir)
        with _progress(wanted.good_max) as shown:
            return capture(source, eyes, wanted, shown)
    finally:
        source.close()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Enrolment], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("good frames", total=total)
        yield lambda enrolment: bar.update(task, completed=enrolment.good)


def _confirm(pseudonym: str) -> None:
    from enroll.errors import BadInputError, RefusedError

    if not sys.stdin.isatty():
        raise BadInputError(
            "Erasing cannot be undone, and there is no terminal to ask at.", hint="Add --yes."
        )
    sys.stderr.write(f"Erase all data of {pseudonym}? This cannot be undone. [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise RefusedError("Nothing was erased.", hint="Answer y to erase, or add --yes.")


def _book_topup(home: Home, pseudonym: str, amount_minor: int, topup_id: str | None = None) -> int:
    import uuid

    from ledger.book import Ledger
    from ledger.home import station_key

    desk_key = station_key(home, "desk")
    with Ledger.open_or_create(home) as book:
        desk = book.at(desk_key, _now_ms())
        entry = desk.topup(pseudonym, amount_minor, topup_id or uuid.uuid4().hex)
        return entry.index


def _topup_new(home: Home, shopper: Shopper, amount_minor: int) -> None:
    from enroll.errors import Error
    from ledger.errors import Error as LedgerError
    from ledger.money import format_decimal

    try:
        _book_topup(home, shopper.pseudonym, amount_minor)
    except LedgerError as e:
        amount = format_decimal(amount_minor, home.currency)
        raise Error(
            f"{shopper.pseudonym} is enrolled, but the top-up was not booked: {e.message}",
            hint=f"{e.hint} Then run: facetill enroll topup {shopper.pseudonym} {amount}",
            status=e.status,
        ) from e


def _described(home: Home, shopper: Shopper) -> tuple[dict[str, object], str]:
    from ledger.book import Ledger
    from ledger.errors import LedgerMissingError
    from ledger.money import format_amount

    balance = 0
    with suppress(LedgerMissingError), Ledger.open(home, read_only=True) as book:
        balance = book.balance(shopper.pseudonym)
    data = {**shopper.to_json(), "balance_minor": balance, "currency": home.currency}
    who = f"{shopper.name}  {shopper.phone}" if shopper.status == "active" else "(erased)"
    since = shopper.revoked_at or shopper.enrolled_at
    text = (
        f"{shopper.pseudonym}  {shopper.status} since {since:%Y-%m-%d %H:%M} UTC"
        f"  {format_amount(balance, home.currency)}  {who}"
    )
    return data, text
