"""The verbs for those who work at the desk: their accounts, what was done, what needs a look."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from enroll.cli_tools import now_ms, opened, read_pin

if TYPE_CHECKING:
    import argparse

    from enroll.cli_tools import Result, Verbs

_HEAD_CHARS = 16


def register(verbs: Verbs) -> None:
    """Add the verbs."""
    audit = verbs.add(
        "audit",
        _audit,
        "print who did what at the desk, and check that nothing of it was changed",
        "audit",
        "audit --head 41:9f2c... --json",
    )
    audit.add_argument(
        "--since", type=int, default=0, metavar="N", help="only entries after number N"
    )
    audit.add_argument(
        "--head", metavar="N:HASH", help="a head printed before, to see that it still stands"
    )
    verbs.add(
        "lookalikes",
        _lookalikes,
        "list shoppers whose faces are too alike for a face alone",
        "lookalikes",
    )
    staff = verbs.group("staff", "accounts of those who work at the desk")
    staff.add("list", _list, "list the accounts", "list --staff anna")
    add = staff.add(
        "add",
        _add,
        "make an account; the first is a manager's, and ends the open desk",
        "add anna --role manager",
        "add ben --staff anna",
    )
    role = staff.add("role", _role, "give an account another role", "role ben manager --staff anna")
    pin = staff.add("pin", _pin, "give an account a new PIN", "pin ben --staff ben")
    remove = staff.add("remove", _remove, "delete an account", "remove ben --staff anna")
    for parser in (add, role, pin, remove):
        parser.add_argument("id", metavar="ID", help="the account")
    add.add_argument(
        "--role", choices=("staff", "manager"), default="staff", help="(default: staff)"
    )
    role.add_argument("role", choices=("staff", "manager"))
    for parser in (add, pin):
        parser.add_argument(
            "--pin-file",
            type=Path,
            metavar="FILE",
            help="its first line is the account's PIN (default: asked)",
        )


def _audit(args: argparse.Namespace) -> Result:
    from enroll.errors import BadInputError, DamagedError

    with opened(args) as vault:
        entries = vault.trail.read()
    heads = {f"{e.number}:{e.hash.hex()[:_HEAD_CHARS]}" for e in entries} | {"0:" + "0" * 16}
    if args.head is not None:
        number, _, digest = args.head.partition(":")
        if not number.isdigit() or len(digest) < _HEAD_CHARS:
            raise BadInputError("That is no head.", hint="Copy the last line of an audit before.")
        if f"{number}:{digest[:_HEAD_CHARS]}" not in heads:
            raise DamagedError(
                f"The trail does not contain the head {args.head}: it was put back or rewritten.",
                hint="Look for who replaced the vault; compare with a backup.",
            )
    last = entries[-1] if entries else None
    head = "0:" + "0" * 64 if last is None else f"{last.number}:{last.hash.hex()}"
    shown = [entry for entry in entries if entry.number > args.since]
    lines = [
        f"{e.number:>6}  {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(e.at_ms / 1000))} UTC"
        f"  {e.staff}  {'  '.join(part for part in (e.action, e.subject, e.note) if part)}"
        for e in shown
    ]
    data: dict[str, object] = {
        "ok": True,
        "head": head,
        "entries": [entry.to_json() for entry in shown],
    }
    return 0, data, "\n".join((*lines, f"whole; head {head}"))


def _lookalikes(args: argparse.Namespace) -> Result:
    with opened(args) as vault:
        found = vault.lookalikes()
    lines = [f"{pseudonym}  looks like  {', '.join(others)}" for pseudonym, others in found]
    data: dict[str, object] = {
        "lookalikes": [{"pseudonym": p, "looks_like": list(others)} for p, others in found]
    }
    text = "\n".join(lines) or "No two shoppers are too alike."
    return 0, data, text


def _list(args: argparse.Namespace) -> Result:
    with opened(args) as vault:
        accounts = vault.staff.list()
    lines = [f"{account.id}  {account.role}" for account in accounts]
    data: dict[str, object] = {"staff": [account.to_json() for account in accounts]}
    return 0, data, "\n".join(lines) or "No accounts: an open desk, where everybody may do all."


def _add(args: argparse.Namespace) -> Result:
    from enroll.staff import require_role

    with opened(args) as vault:
        pin = read_pin(args.pin_file, f"New PIN of {args.id}: ", twice=True)
        account = vault.staff.add(args.id, require_role(args.role), pin, now_ms())
    return 0, account.to_json(), f"{account.id} is {account.role}."


def _role(args: argparse.Namespace) -> Result:
    from enroll.staff import require_role

    with opened(args) as vault:
        account = vault.staff.change(args.id, now_ms(), role=require_role(args.role))
    return 0, account.to_json(), f"{account.id} is {account.role}."


def _pin(args: argparse.Namespace) -> Result:
    with opened(args) as vault:
        pin = read_pin(args.pin_file, f"New PIN of {args.id}: ", twice=True)
        account = vault.staff.change(args.id, now_ms(), pin=pin)
    return 0, account.to_json(), f"{account.id} has a new PIN."


def _remove(args: argparse.Namespace) -> Result:
    with opened(args) as vault:
        account = vault.staff.remove(args.id, now_ms())
    return 0, account.to_json(), f"{account.id} is removed."
