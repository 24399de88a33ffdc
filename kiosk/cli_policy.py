"""`facetill kiosk policy`: what a payment needs, shown, checked, or written out to be changed."""

from __future__ import annotations

import argparse
import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.home import Home

Report = tuple[int, dict[str, object], str]

EPILOG = """\
examples:
  facetill kiosk policy show      the rules in force, those of the file and the defaults
  facetill kiosk policy init      write them to HOME/policy.toml, each with what it means
  facetill kiosk policy check     whether the file can be used; names key, value and what is allowed

exit status: 0 done, 2 the file says something that is not allowed
"""


def register(verbs: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `policy` to the kiosk's verbs."""
    parser = verbs.add_parser(
        "policy",
        help="what a payment needs, and how much it may be",
        description="Show, check or write the rules of payments: HOME/policy.toml.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # the kiosk itself has these words too: where they stand there, silence here keeps them
    words = copy.deepcopy(common)
    for action in words._actions:  # noqa: SLF001 - argparse has no other way to share a word
        action.default = argparse.SUPPRESS
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, says, run in (
        ("show", "the rules in force", _show),
        ("check", "whether the file can be used", _check),
        ("init", "write the rules to a file, to be changed", _init),
    ):
        action = actions.add_parser(name, help=says, description=f"{says}.", parents=[words])
        action.set_defaults(run=run)


def _home(args: argparse.Namespace) -> Home:
    from ledger.home import open_home

    return open_home(args.home)


def _show(args: argparse.Namespace) -> Report:
    import dataclasses

    from kiosk.policy import load, write

    home = _home(args)
    policy = load(home.policy_toml, home.currency)
    data: dict[str, object] = {
        "file": str(home.policy_toml) if home.policy_toml.exists() else None,
        "digest": policy.digest,
        "policy": dataclasses.asdict(policy),
    }
    return 0, data, write(policy, home.currency)


def _check(args: argparse.Namespace) -> Report:
    from kiosk.policy import load

    home = _home(args)
    policy = load(home.policy_toml, home.currency)
    written = home.policy_toml.exists()
    says = f"{home.policy_toml} can be used." if written else "There is no file: the defaults hold."
    data: dict[str, object] = {"ok": True, "digest": policy.digest}
    return 0, data, f"{says}\nIts digest, in every authorisation: {policy.digest}"


def _init(args: argparse.Namespace) -> Report:
    from kiosk.errors import Error
    from kiosk.policy import Policy, write

    home = _home(args)
    policy = Policy().resolved(home.currency)
    try:
        with home.policy_toml.open("x", encoding="utf-8") as file:
            file.write(write(policy, home.currency))
    except FileExistsError as error:
        raise Error(
            f"There is a policy at {home.policy_toml} already.", hint="Change it with an editor."
        ) from error
    except OSError as error:
        raise Error(
            f"The policy {home.policy_toml} cannot be written ({error.strerror}).",
            hint="Check the folder's permissions and the free space.",
        ) from error
    data: dict[str, object] = {"file": str(home.policy_toml), "digest": policy.digest}
    return 0, data, f"Wrote {home.policy_toml}. Change it, then: facetill kiosk policy check"
