"""Reads `policy.toml`: every key known, every value of its type and in its range, or a clear error.

An error names the key, the value and what is allowed: a till that guesses what a shop meant by its
limits would be worse than one that does not start.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import math
import tomllib
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args, get_type_hints

from kiosk.errors import BadPolicyError
from kiosk.policy.rules import Policy, Step
from kiosk.ranges import Range
from ledger.errors import BadAmountError
from ledger.money import EXPONENTS, parse_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BYTES_MAX = 256 * 1024
MOVEMENTS_MAX = 4
HINT = "Mend it, or see what holds and what may be written: `facetill kiosk policy show`."
NEEDS: dict[str, tuple[Any, ...]] = {
    "face": ("face",),
    "face+digits": ("face", "digits"),
    "face+pin": ("face", "pin"),
    "face+digits+pin": ("face", "digits", "pin"),
}
_Rules = TypeVar("_Rules")


def load(path: Path, currency: str) -> Policy:
    """The policy of a home; the defaults where it has no file.

    Args:
        path: of `policy.toml`.
        currency: the home's; its amounts are filled in where the file is silent.

    Raises:
        BadPolicyError: The file cannot be read, or says something that is not allowed.
    """
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except FileNotFoundError:
        return Policy().resolved(currency)
    except OSError as error:
        raise BadPolicyError(
            f"The policy {path} cannot be read ({error.strerror}).",
            hint="Check the file and its permissions; the till takes no payment without it.",
        ) from error
    if len(data) > BYTES_MAX:
        raise BadPolicyError(
            f"The policy {path} is larger than {BYTES_MAX} bytes.", hint="Write less into it."
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadPolicyError(f"The policy {path} is not UTF-8.", hint="Save it so.") from error
    return parse(text, str(path)).resolved(currency)


def parse(text: str, name: str = "policy.toml") -> Policy:
    """Read a policy from TOML.

    Args:
        text: of the file.
        name: what to call it in an error.

    Raises:
        BadPolicyError: It is no TOML, or says something that is not allowed.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicyError(f"The policy {name} is not TOML: {error}.", hint=HINT) from error
    try:
        if "version" not in table:
            _bad("version", None, "version = 1")
        return _rules(Policy(), table, "")
    except _Found as found:
        said = str(found).rstrip("?.")
        raise BadPolicyError(f"In the policy {name}, {said}.", hint=HINT) from found


class _Found(Exception):  # noqa: N818 - never seen: `parse` words it
    """What is wrong, as half a sentence."""


def _bad(key: str, value: object, allowed: str) -> NoReturn:
    if value is None:
        raise _Found(f"{key} is missing; it wants {allowed}")
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."  # noqa: PLR2004 - a line's width
    raise _Found(f"{key} is {shown}; allowed is {allowed}")


def _known(table: Mapping[str, object], names: Iterable[str], place: str) -> None:
    names = list(names)
    for name in table:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            there = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
            raise _Found(f"{place}{name} is no key of a policy: {there}")


def _table(value: object, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _bad(key, value, f"a table, written [{key}]")
    return value


def _rules(default: _Rules, table: dict[str, object], place: str) -> _Rules:
    """One table onto the rules that hold where it is silent."""
    names = [f.name for f in dataclasses.fields(default)]  # type: ignore[arg-type]
    written = {_written(name): name for name in names}
    _known(table, written, place)
    ranges = ranges_of(type(default))
    changes: dict[str, object] = {}
    for key, value in table.items():
        name = written[key]
        here = f"{place}{key}"
        before = getattr(default, name)
        if name == "amounts":
            changes[name] = _amounts(_table(value, here), here)
        elif name == "up_to_minor":
            changes[name] = _caps(_table(value, here), here)
        elif dataclasses.is_dataclass(before):
            changes[name] = _rules(before, _table(value, here), f"{here}.")
        else:
            changes[name] = _value(before, value, here, ranges[name])
    try:
        made = dataclasses.replace(default, **changes)  # type: ignore[type-var]
    except ValueError as error:  # rules that check themselves
        raise _Found(
            f"{place.rstrip('.') or 'the whole'} does not hold together: {error}"
        ) from None
    _require_consistent(made, place)
    return made


def _written(name: str) -> str:
    """An amount is written as a decimal of its currency, not in minor units."""
    return name.removesuffix("_minor")


def ranges_of(rules: type) -> dict[str, Range]:
    """What each number of a table of rules may be.

    A number whose type names no range was measured: a shop may move it by half or to the double,
    not switch off what it guards.
    """
    try:
        hints = get_type_hints(rules, include_extras=True)
    except NameError:  # some type is known to the type checker alone: then none names a range
        hints = {}
    found = {}
    for field in dataclasses.fields(rules):
        extras = get_args(hints.get(field.name))
        named = [extra for extra in extras if isinstance(extra, Range)]
        found[field.name] = named[0] if named else _around(field.default)
    return found


def _around(default: object) -> Range:
    """From half to the double of a measured number."""
    if isinstance(default, bool) or not isinstance(default, int | float) or default <= 0:
        return Range(0, math.inf)
    if isinstance(default, int):
        return Range(default // 2, default * 2)
    return Range(default / 2, default * 2)


def _value(before: object, value: object, key: str, allowed: Range) -> object:
    match before:
        case bool():
            if not isinstance(value, bool):
                _bad(key, value, "true or false")
            return value
        case int() | float():
            return _number(before, value, key, allowed)
        case str():
            if not isinstance(value, str):
                _bad(key, value, "a text in quotes")
            return value
        case tuple():
            return _words(value, key)
    raise _Found(f"{key} cannot be set in a file")


def _number(before: float, value: object, key: str, allowed: Range) -> float:
    whole = isinstance(before, int)
    kind = "a whole number" if whole else "a number"
    least, most = (plain(end) for end in (allowed.least, allowed.most))
    says = f"{kind} from {least} upwards" if math.isinf(allowed.most) else f"{least} to {most}"
    right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not right or not isinstance(value, int | float):
        _bad(key, value, f"{kind}, {says}" if not says.startswith(kind) else says)
    if not math.isfinite(value) or not allowed.least <= value <= allowed.most:
        _bad(key, value, says)
    return value if whole else float(value)


def plain(end: float) -> str:
    """A range's end as a person writes it."""
    return str(int(end)) if math.isfinite(end) and end == int(end) else str(end)


def _words(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        _bad(key, value, 'a list of texts, such as ["passive"]')
    return tuple(value)


def _amount(value: object, currency: str, key: str) -> int:
    says = 'an amount in quotes, such as "50.00"'
    if not isinstance(value, str):
        _bad(key, value, says)
    try:
        minor = parse_amount(value, currency)
    except BadAmountError as error:
        raise _Found(f"{key} is {value!r}: {error.message.rstrip('.')}") from None
    if minor < 0:
        _bad(key, value, says)
    return minor


def _currency(currency: str, key: str) -> str:
    if currency not in EXPONENTS:
        raise _Found(f"{key} is no currency of ISO 4217, such as EUR")
    return currency


def _caps(table: dict[str, object], place: str) -> dict[str, int]:
    return {
        _currency(currency, f"{place}.{currency}"): _amount(value, currency, f"{place}.{currency}")
        for currency, value in table.items()
    }


def _amounts(table: dict[str, object], place: str) -> dict[str, tuple[Step, ...]]:
    found = {}
    for currency, rows in table.items():
        key = f"{place}.{_currency(currency, f'{place}.{currency}')}"
        if not isinstance(rows, list) or not rows:
            _bad(key, rows, f"one or more steps, each begun by [[{key}]]")
        steps = [_step(row, currency, f"{key}[{number}]") for number, row in enumerate(rows)]
        for number, (lower, upper) in enumerate(itertools.pairwise(steps), 1):
            _require_rising(lower, upper, f"{key}[{number}]")
        found[currency] = tuple(steps)
    return found


def _step(row: object, currency: str, key: str) -> Step:
    table = _table(row, key)
    _known(table, ("up_to", "needs", "movements", "cues"), f"{key}.")
    if "up_to" not in table:
        _bad(f"{key}.up_to", None, 'an amount in quotes, such as "50.00"')
    needs = table.get("needs", "face")
    if not isinstance(needs, str) or needs not in NEEDS:
        _bad(f"{key}.needs", needs, " or ".join(f'"{word}"' for word in NEEDS))
    return Step(
        _amount(table["up_to"], currency, f"{key}.up_to"),
        NEEDS[needs],
        int(_number(0, table.get("movements", 0), f"{key}.movements", Range(0, MOVEMENTS_MAX))),
        _words(table.get("cues", []), f"{key}.cues"),
    )


def _require_rising(lower: Step, upper: Step, key: str) -> None:
    """A larger amount may never need less than a smaller one."""
    if upper.up_to_minor <= lower.up_to_minor:
        raise _Found(f"{key}.up_to is not more than that of the step before it")
    # a PIN says who somebody is at least as well as the last digits of a phone number do
    stronger = set(upper.needs) | ({"digits"} if "pin" in upper.needs else set())
    if not set(lower.needs) <= stronger:
        raise _Found(f"{key}.needs is less than the step before it needs")
    if upper.movements < lower.movements or not set(lower.cues) <= set(upper.cues):
        raise _Found(f"{key} asks less of the face than the step before it")


def _require_consistent(made: object, place: str) -> None:
    lock_ms, lock_ms_max = getattr(made, "lock_ms", 0), getattr(made, "lock_ms_max", 0)
    if lock_ms > lock_ms_max:
        raise _Found(f"{place}lock_ms is {lock_ms}, more than {place}lock_ms_max ({lock_ms_max})")
