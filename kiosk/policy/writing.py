"""Writes a policy as `policy.toml`, each rule with what it means and what is allowed."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import re
import textwrap
from typing import TYPE_CHECKING, Any

from kiosk.policy.reading import NEEDS, plain, ranges_of
from ledger.money import format_decimal

if TYPE_CHECKING:
    from kiosk.policy.rules import Policy, Step

WIDTH = 96
HEAD = """\
What a payment at this till needs, and how much it may be. Every till of the home reads this file
when it starts; what it does not say keeps its default. Mistakes in it are found by
`facetill kiosk policy check`. Amounts are in quotes, with a decimal point. The digest of these
rules is in every authorisation."""


def write(policy: Policy, currency: str) -> str:
    """The policy as TOML with comments; `kiosk.policy.parse` reads the same policy from it.

    Args:
        policy: what holds.
        currency: the home's, whose amounts are written out.
    """
    lines = [*_comment(HEAD), "", *_rules(policy.resolved(currency), "")]
    return "\n".join(lines) + "\n"


def _rules(rules: Any, place: str) -> list[str]:  # noqa: ANN401 - any dataclass of rules
    """The plain values of a table first, as TOML wants it, then the tables inside it."""
    says, ranges = _attributes(type(rules)), ranges_of(type(rules))
    values: list[str] = []
    tables: list[str] = []
    for field in dataclasses.fields(rules):
        name, value = field.name, getattr(rules, field.name)
        if name == "amounts":
            tables += ["", *_comment(says.get(name, "")), *_comment(f"needs: {', '.join(NEEDS)}.")]
            tables += [line for c, steps in value.items() for line in _steps(c, steps)]
        elif name == "up_to_minor":
            tables += ["", *_comment(says.get(name, "")), f"[{place}up_to]"]
            tables += [f'{c} = "{format_decimal(minor, c)}"' for c, minor in value.items()]
        elif dataclasses.is_dataclass(value):
            tables += ["", *_comment(says.get(name, "")), f"[{place}{name}]"]
            tables += _rules(value, f"{place}{name}.")
        else:
            allowed = ranges[name]
            open_end = math.isinf(allowed.most)
            ends = "" if open_end else f" ({plain(allowed.least)} to {plain(allowed.most)})"
            values += _comment(says.get(name, "").rstrip(".") + ends + ".")
            values.append(f"{name} = {_toml(value)}")
    return values + tables


def _steps(currency: str, steps: tuple[Step, ...]) -> list[str]:
    lines = []
    words = {needs: word for word, needs in NEEDS.items()}
    for step in steps:
        lines += [
            f"[[amounts.{currency}]]",
            f'up_to = "{format_decimal(step.up_to_minor, currency)}"',
            f"needs = {_toml(words[step.needs])}",
        ]
        if step.movements:
            lines.append(f"movements = {step.movements}")
        if step.cues:
            lines.append(f"cues = {_toml(step.cues)}")
    return lines


def _toml(value: object) -> str:
    match value:
        case float():
            return repr(value)
        case tuple():
            return json.dumps(list(value), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str) -> list[str]:
    if not text:
        return []
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def _attributes(rules: type) -> dict[str, str]:
    """What a class's docstring says of each attribute."""
    text = inspect.getdoc(rules) or ""
    _, _, listed = text.partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in listed.splitlines():
        if begun := re.fullmatch(r"    (\w+(?:, \w+)*): (.*)", line):
            name = begun[1]
            found[name] = begun[2]
        elif name and line.startswith("        "):
            found[name] += f" {line.strip()}"
        elif line.strip():
            break
    return {
        single: said[0].upper() + said[1:] for names, said in found.items()
        for single in names.split(", ")
    }  # fmt: skip
