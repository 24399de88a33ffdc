"""`facetill enroll`: the desk at the command line. Here: enrolling, and the list of everybody."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from enroll import cli_accounts, cli_keys, cli_staff
from enroll.cli_tools import (
    Verbs,
    amount,
    described,
    home_of,
    limit,
    now_ms,
    opened,
    progress,
    read_pin,
    staff_of,
)

if TYPE_CHECKING:
    from enroll.cli_tools import Result
    from enroll.secrets import Kind, MasterSecret
    from enroll.shopper import EnrolmentRecord, Shopper, Template
    from enroll.vault import Vault
    from ledger.home import Home

_EXAMPLES: Final = """\
examples:
  facetill enroll desk                            the window, with the first camera
  facetill enroll add --name "Ada Lovelace" --phone 5550100 --camera 0 --consent
  facetill enroll add --name "Ada Lovelace" --phone 5550100 --camera ada.jpg --consent --topup 20
  facetill enroll list
  facetill enroll pin 5550100                     typed twice, never shown
  facetill enroll limits 5550100 --per-day 50
  facetill enroll topup 5550100 40.00
  facetill enroll renew 5550100 --camera 0 --consent
  facetill enroll export 5550100 --out ada.json   all that is stored on a person, for them
  facetill enroll revoke 5550100 --yes
  facetill enroll import people.csv
  facetill enroll staff add anna --role manager   from then on staff sign in: --staff anna
  facetill enroll audit                           who did what
  facetill enroll rotate-key
  facetill enroll backup vault.gz
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
    verbs = Verbs(desk.add_subparsers(title="verbs", metavar="VERB", required=True), common)
    add = verbs.add(
        "add",
        _add,
        "enrol a person who consents",
        'add --name "Ada Lovelace" --phone 5550100 --camera 0 --consent',
        'add --name "Ada Lovelace" --phone 5550100 --camera sample --consent --topup 20',
        'add --name "Ada Lovelace" --phone 5550100 --camera none --consent --pin-file pin',
    )
    add.add_argument("--name", required=True, help="the person's name")
    add.add_argument("--phone", required=True, help="the person's phone number")
    cli_accounts.add_camera(add)
    cli_accounts.add_limits(add)
    add.add_argument(
        "--pin-file", type=Path, metavar="FILE", help="its first line is the person's PIN"
    )
    add.add_argument("--topup", metavar="AMOUNT", help="prepaid at once, such as 20.00")
    add.add_argument(
        "--key",
        choices=("keyfile", "passphrase", "keyring"),
        help="where a new vault's master key comes from (default: a key file in the home)",
    )
    window = verbs.add(
        "desk",
        _desk,
        "open the desk's window: consent, camera, accounts",
        "desk",
        "desk --camera sample --home demo --language ko",
    )
    window.add_argument("--camera", default="0", metavar="SOURCE", help="default: 0")
    window.add_argument(
        "--language", choices=("en", "ko", "zh"), default="en", help="to begin with"
    )
    verbs.add("list", _list, "list everyone who is or was enrolled", "list", "list --json")
    cli_accounts.register(verbs)
    bulk = verbs.add(
        "import",
        _import,
        "enrol many people from pictures; a bad row loses nothing of the others",
        "import people.csv",
        "import pictures/ --consent",
    )
    bulk.add_argument(
        "source",
        type=Path,
        metavar="DIR|CSV",
        help="a table with name,phone,picture,consent; or a folder of NAME_PHONE.jpg pictures",
    )
    bulk.add_argument(
        "--consent", action="store_true", help="everybody in the folder was told, and agreed"
    )
    cli_staff.register(verbs)
    cli_keys.register(verbs)


def _add(args: argparse.Namespace) -> Result:
    from enroll import store
    from enroll.cli_camera import agreed, capture, known_others
    from enroll.errors import BadInputError
    from enroll.pins import require_good
    from enroll.shopper import EnrolmentRecord, Limits, clean_name, clean_phone

    consent, camera = agreed(args), args.camera != "none"
    name, phone = clean_name(args.name), clean_phone(args.phone)
    home = _home_or_new(args.home)
    amount_minor = amount(args.topup, home) if args.topup is not None else None
    limits = Limits(
        limit(args.per_payment, None, home),
        limit(args.per_day, None, home),
        args.face != "no" and camera,
    )
    pin = None
    if args.pin_file is not None:
        pin = require_good(read_pin(args.pin_file, ""), phone)
    made = store.exists(home)
    if made and args.key is not None:
        raise BadInputError(
            "There is a vault already, and --key is for a new one.",
            hint="Leave --key out, or change it: facetill enroll rotate-key --key KIND",
        )

    def look() -> tuple[Template | None, int]:
        return capture(args.camera, home) if camera else (None, 0)

    def record(template: Template | None, vault: Vault) -> EnrolmentRecord:
        who = consent(staff_of(args, vault))
        return EnrolmentRecord(name, phone, template, who, now_ms(), limits, pin)

    if made:
        with opened(args, home) as vault:
            # a wrong passphrase, a wrong PIN or a known phone: before the camera
            vault.require_phone_free(phone)
            others = known_others(args, vault)
            template, frames = look()
            shopper = vault.add(record(template, vault), lookalike_of=others)
            _topup_new(vault, shopper, amount_minor)
    else:
        secret = _new_secret(args, home)
        template, frames = look()
        with _create_vault(home, secret) as vault:
            shopper = vault.add(record(template, vault))
            _topup_new(vault, shopper, amount_minor)
    data, text = described(home, shopper)
    how = f"from {frames} good frames" if camera else "without a face"
    return 0, {**data, "frames": frames}, f"Enrolled {how}:\n{text}"


def _desk(args: argparse.Namespace) -> Result:
    from enroll.window.application import run_desk

    home = _home_or_new(args.home)
    status = run_desk(home, args.camera, args.passphrase_file, args.language)
    return status, {"closed": True}, ""


def _list(args: argparse.Namespace) -> Result:
    from enroll import store

    home = home_of(args)
    if not store.exists(home):
        return 0, {"shoppers": []}, "Nobody is enrolled."
    with opened(args, home) as vault:
        found = [described(home, shopper) for shopper in vault.list()]
    texts = [text for _, text in found] or ["Nobody is enrolled."]
    return 0, {"shoppers": [data for data, _ in found]}, "\n".join(texts)


def _import(args: argparse.Namespace) -> Result:
    from enroll import bulk, store
    from enroll.cli_camera import picture_reader
    from enroll.secrets import default_secret
    from models.errors import Error as ModelsError

    rows = bulk.rows_of(args.source, all_consented=args.consent)
    home = _home_or_new(args.home)
    if not store.exists(home):
        _create_vault(home, default_secret("keyfile", home)).close()
    with opened(args, home) as vault, progress("Enrolling") as shown:
        look, staff = picture_reader(home), staff_of(args, vault)
        outcomes = bulk.take(vault, rows, look, now_ms, shown, staff=staff, errors=(ModelsError,))
    count = sum(outcome.status == "enrolled" for outcome in outcomes)
    lines = [
        f"{outcome.number:>6}  {outcome.picture}  {outcome.status}"
        f"  {outcome.pseudonym}  {outcome.reason}".rstrip()
        for outcome in outcomes
    ]
    data: dict[str, object] = {
        "enrolled": count,
        "refused": len(outcomes) - count,
        "rows": [outcome.to_json() for outcome in outcomes],
    }
    text = "\n".join((*lines, f"{count} of {len(outcomes)} rows enrolled."))
    return int(count < len(outcomes)), data, text


# --- the pieces -----------------------------------------------------------------------------


def _home_or_new(path: Path) -> Home:
    from ledger.book import Ledger
    from ledger.home import create_home, open_home

    if (path / "home.json").exists():
        return open_home(path)
    home = create_home(path, "live")
    Ledger.create(home).close()
    sys.stderr.write(f"facetill: made a live home in {home.currency} at {path}\n")
    return home


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


def _topup_new(vault: Vault, shopper: Shopper, amount_minor: int | None) -> None:
    if amount_minor is None:
        return
    from enroll import cash
    from enroll.errors import Error
    from ledger.errors import Error as LedgerError
    from ledger.money import format_decimal

    home = vault.home
    try:
        entry = cash.book(home, shopper.pseudonym, amount_minor)
        vault.topped_up(shopper.pseudonym, entry, now_ms())
    except LedgerError as e:
        text = format_decimal(amount_minor, home.currency)
        raise Error(
            f"{shopper.pseudonym} is enrolled, but the top-up was not booked: {e.message}",
            hint=f"{e.hint} Then run: facetill enroll topup {shopper.pseudonym} {text}",
            status=e.status,
        ) from e
