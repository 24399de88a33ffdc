"""The verbs for shoppers who are enrolled: correct, renew, PIN, limits, balance, erase, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from enroll.cli_tools import (
    add_ref,
    amount,
    balance_of,
    confirm,
    described,
    home_of,
    limit,
    now_ms,
    opened,
    read_pin,
    staff_of,
    write_private,
)

if TYPE_CHECKING:
    import argparse

    from enroll.cli_tools import Result, Verbs


def register(verbs: Verbs) -> None:
    """Add the verbs."""
    add_ref(verbs.add("show", _show, "show one shopper", "show 5550100", "show REF --json"))
    edit = verbs.add(
        "edit", _edit, "correct a name or a phone number", 'edit 5550100 --name "Ada King"'
    )
    add_ref(edit)
    edit.add_argument("--name", help="the right name")
    edit.add_argument("--phone", help="the right phone number")
    renew = verbs.add(
        "renew",
        _renew,
        "take a new template: a new look, better pictures, another model",
        "renew 5550100 --camera 0 --consent",
        "renew 5550100 --camera 0 --consent --identity-checked --staff M",
    )
    add_ref(renew)
    add_camera(renew)
    renew.add_argument(
        "--identity-checked",
        action="store_true",
        help="a manager saw by other means who it is, since the face on file is too unlike",
    )
    pin = verbs.add(
        "pin", _pin, "set or remove a shopper's PIN", "pin 5550100", "pin REF --pin-file F"
    )
    add_ref(pin)
    pin.add_argument(
        "--pin-file", type=Path, metavar="FILE", help="its first line is the PIN (default: asked)"
    )
    pin.add_argument("--remove", action="store_true", help="take the PIN away")
    limits = verbs.add(
        "limits",
        _limits,
        "show or set what the till may take of a shopper",
        "limits 5550100",
        "limits 5550100 --per-payment 20 --per-day 50",
        "limits 5550100 --per-day none --face no",
    )
    add_ref(limits)
    add_limits(limits)
    topup = verbs.add("topup", _topup, "add to a prepaid balance", "topup 5550100 40.00")
    add_ref(topup)
    topup.add_argument("amount", metavar="AMOUNT", help="such as 40.00")
    topup.add_argument("--id", help="a top-up's own id: the same id is booked once (default: new)")
    revoke = verbs.add(
        "revoke", _revoke, "erase a person's data for good", "revoke 5550100", "revoke REF --yes"
    )
    add_ref(revoke)
    revoke.add_argument("--yes", action="store_true", help="do not ask")
    export = verbs.add(
        "export",
        _export,
        "write all that is stored on a person into a file, for them",
        "export 5550100 --out ada.json",
    )
    add_ref(export)
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")


def add_camera(parser: argparse.ArgumentParser) -> None:
    """The options of a verb that looks at somebody."""
    parser.add_argument(
        "--camera",
        required=True,
        metavar="SOURCE",
        help="device index or path, rtsp:// address, video, picture, folder of pictures, or sample;"
        " with add also none: an account by phone number and PIN, without a face",
    )
    parser.add_argument(
        "--consent", action="store_true", help="the person was told what is kept, and agreed"
    )
    parser.add_argument(
        "--language",
        choices=("en", "ko", "zh"),
        default="en",
        help="of the consent's text (default: en)",
    )
    parser.add_argument(
        "--twin-of",
        action="append",
        default=[],
        metavar="REF",
        help="a manager knows this shopper to be somebody else, however alike; may be repeated",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """The options that set limits."""
    parser.add_argument("--per-payment", metavar="AMOUNT", help="most for a payment, or none")
    parser.add_argument("--per-day", metavar="AMOUNT", help="most for a day, or none")
    parser.add_argument("--face", choices=("yes", "no"), help="whether a face may pay at all")


def _show(args: argparse.Namespace) -> Result:
    home = home_of(args)
    with opened(args, home) as vault:
        data, text = described(home, vault.show(args.ref))
    return 0, data, text


def _edit(args: argparse.Namespace) -> Result:
    from enroll.errors import BadInputError

    if args.name is None and args.phone is None:
        raise BadInputError("Nothing was named to correct.", hint="Add --name or --phone.")
    home = home_of(args)
    with opened(args, home) as vault:
        shopper = vault.edit(args.ref, name=args.name, phone=args.phone, now_ms=now_ms())
    data, text = described(home, shopper)
    return 0, data, f"Corrected:\n{text}"


def _renew(args: argparse.Namespace) -> Result:
    from enroll.cli_camera import agreed, capture, known_others

    consent = agreed(args)
    home = home_of(args)
    with opened(args, home) as vault:
        pseudonym, others = vault.pseudonym_of(args.ref), known_others(args, vault)
        template, frames = capture(args.camera, home)
        shopper = vault.renew(
            pseudonym,
            template,
            consent(staff_of(args, vault)),
            now_ms(),
            identity_checked=args.identity_checked,
            lookalike_of=others,
        )
    data, text = described(home, shopper)
    return 0, {**data, "frames": frames}, f"Renewed from {frames} good frames:\n{text}"


def _pin(args: argparse.Namespace) -> Result:
    from enroll.errors import BadInputError

    if args.remove and args.pin_file is not None:
        raise BadInputError(
            "A PIN is set or removed, not both.", hint="Leave --remove or --pin-file out."
        )
    home = home_of(args)
    with opened(args, home) as vault:
        pseudonym = vault.pseudonym_of(args.ref)
        pin = None if args.remove else read_pin(args.pin_file, "The shopper's PIN: ", twice=True)
        shopper = vault.set_pin(pseudonym, pin, now_ms())
    data, text = described(home, shopper)
    return 0, data, f"The PIN is {'removed' if args.remove else 'set'}:\n{text}"


def _limits(args: argparse.Namespace) -> Result:
    from enroll.shopper import Limits
    from ledger.money import format_amount

    home = home_of(args)
    with opened(args, home) as vault:
        shopper = vault.show(args.ref)
        before = vault.limits(shopper.pseudonym)
        limits = Limits(
            limit(args.per_payment, before.per_payment_minor, home),
            limit(args.per_day, before.per_day_minor, home),
            before.face_allowed if args.face is None else args.face == "yes",
        )
        if limits != before:
            shopper = vault.set_limits(shopper.pseudonym, limits, now_ms())
    data, text = described(home, shopper)
    said = [
        f"{what}: {'none' if minor is None else format_amount(minor, home.currency)}"
        for what, minor in (
            ("per payment", limits.per_payment_minor),
            ("per day", limits.per_day_minor),
        )
    ]
    said.append(f"by face: {'yes' if limits.face_allowed else 'no'}")
    return 0, data, "\n".join((text, *said))


def _topup(args: argparse.Namespace) -> Result:
    from enroll import cash

    home = home_of(args)
    amount_minor = amount(args.amount, home)
    with opened(args, home) as vault:
        shopper = vault.for_topup(args.ref)
        entry = cash.book(home, shopper.pseudonym, amount_minor, args.id)
        vault.topped_up(shopper.pseudonym, entry, now_ms())
    data, text = described(home, shopper)
    return 0, {**data, "entry": entry}, f"Booked as entry {entry}:\n{text}"


def _revoke(args: argparse.Namespace) -> Result:
    from enroll import erasure
    from ledger.money import format_amount

    home = home_of(args)
    with opened(args, home) as vault:
        pseudonym = vault.pseudonym_of(args.ref)
        owed = balance_of(home, pseudonym)
        still = f" The book owes it {format_amount(owed, home.currency)}." if owed else ""
        confirm(f"Erase all data of {pseudonym}?{still}", yes=args.yes)
        data, text = described(home, erasure.erase(vault, pseudonym, now_ms()))
    if data["balance_minor"]:
        text += "\nThe book still owes this account its balance: pay it out."
    return 0, data, f"Erased; only the tombstone is left:\n{text}"


def _export(args: argparse.Namespace) -> Result:
    import json

    from enroll.errors import BadInputError
    from enroll.export import document

    if args.out.exists():
        raise BadInputError(f"There is a file at {args.out} already.", hint="Name a new file.")
    home = home_of(args)
    with opened(args, home) as vault:
        found = document(vault, args.ref, now_ms())
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    write_private(args.out, text.encode())
    data: dict[str, object] = {"pseudonym": found["pseudonym"], "file": str(args.out)}
    return 0, data, f"All that is stored on {found['pseudonym']} is in {args.out}."
