"""The policy: what it asks, what it refuses to read, and that its file says what it means."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import BadPolicyError, RefusedError
from kiosk.liveness import LivenessRules
from kiosk.policy import Identification, Policy, Step, WithoutPassive, demand, load, parse, write
from kiosk.policy.reading import _Found, _rules

STEPS = (
    Step(5_000),
    Step(15_000, ("face", "digits")),
    Step(50_000, ("face", "pin"), 3, ("passive",)),
)
POLICY = Policy(amounts={"EUR": STEPS})
HEAD = "version = 1\n"


def asked(amount_minor, policy=POLICY, *, passive=True, shoppers=10):
    try:
        return demand(policy, amount_minor, "EUR", passive=passive, shoppers=shoppers).needs
    except RefusedError as error:
        return error.refusal.reason


@pytest.mark.parametrize(
    ("amount_minor", "needs"),
    [
        (1, ("face",)),
        (5_000, ("face",)),
        (5_001, ("face", "digits")),
        (15_001, ("face", "pin")),
        (50_000, ("face", "pin")),
        (50_001, "over_limit"),
    ],
)
def test_the_amount_says_what_is_needed(amount_minor, needs):
    assert asked(amount_minor) == needs


@pytest.mark.parametrize(
    ("amount_minor", "needs"),
    [
        (2_500, ("face",)),
        (2_501, ("face", "digits")),
        (7_501, "needs_passive"),  # the step asks for a cue that no network here gives
        (25_001, "needs_passive"),
        (50_001, "over_limit"),
    ],
)
def test_without_passive_weights_the_steps_tighten_by_themselves(amount_minor, needs):
    assert asked(amount_minor, passive=False) == needs


def test_a_shop_may_take_no_face_at_all_without_passive_weights():
    policy = dataclasses.replace(POLICY, without_passive=WithoutPassive(0))
    assert asked(1, policy, passive=False) == "needs_passive"


@pytest.mark.parametrize(
    ("shoppers", "amount_minor", "needs"),
    [
        (1_000, 100, ("face",)),
        (1_001, 100, ("face", "digits")),
        (1_001, 10_000, ("face", "digits")),
        (1_001, 20_000, ("face", "digits", "pin")),
        (1_000_001, 100, "gallery_too_large"),
    ],
)
def test_in_a_large_gallery_a_face_alone_pays_nothing(shoppers, amount_minor, needs):
    assert asked(amount_minor, shoppers=shoppers) == needs


@given(st.integers(1, 60_000), st.integers(1, 60_000), st.booleans(), st.integers(1, 2_000_000))
def test_a_larger_amount_never_needs_less(one, other, passive, shoppers):
    rank = {"digits": 1, "pin": 2}
    small, large = (
        asked(amount, Policy(), passive=passive, shoppers=shoppers)
        for amount in sorted((one, other))
    )
    if isinstance(small, str):
        assert isinstance(large, str)
    elif not isinstance(large, str):
        less, more = (max(rank.get(need, 0) for need in needs) for needs in (small, large))
        assert less <= more


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["EUR", "JPY", "KRW", "TND", "VND"]),
    st.integers(1, 20),
    st.floats(1e-7, 1e-2),
    st.integers(0, 100),
)
def test_what_is_written_is_read_back_with_the_same_digest(currency, tries, rate, percent):
    policy = Policy(
        identification=Identification(false_positive_rate=rate, second_factor_tries=min(tries, 10)),
        without_passive=WithoutPassive(percent),
    ).resolved(currency)
    read = parse(write(policy, currency)).resolved(currency)
    assert read == policy
    assert read.digest == policy.digest


def test_every_rule_of_the_written_file_says_what_it_means():
    lines = write(Policy(), "EUR").splitlines()
    silent = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if " = " in line and not line.startswith("#")
        and not before.startswith("#") and line.split(" = ")[0] not in {"up_to", "needs", "EUR"}
    ]  # fmt: skip
    assert silent == []


def test_the_defaults_hold_where_there_is_no_file(tmp_path):
    assert load(tmp_path / "policy.toml", "EUR") == Policy().resolved("EUR")


def test_a_file_that_names_one_rule_keeps_the_others():
    policy = parse(HEAD + "[lockout.kiosk]\nfailures_max = 3\n")
    assert policy.lockout.kiosk.failures_max == 3
    assert policy.lockout.kiosk.lock_ms_max == Policy().lockout.kiosk.lock_ms_max
    assert policy.lockout.shopper == Policy().lockout.shopper


def fields(rules, place=()):
    for field in dataclasses.fields(rules):
        value = getattr(rules, field.name)
        if dataclasses.is_dataclass(value):
            yield from fields(value, (*place, field.name))
        elif isinstance(value, int | float):
            yield (*place, field.name), value


def changed(rules, path, value):
    name, *rest = path
    inner = changed(getattr(rules, name), rest, value) if rest else value
    return dataclasses.replace(rules, **{name: inner})


@pytest.mark.parametrize(("path", "value"), list(fields(Policy())), ids=str)
def test_every_single_rule_is_in_the_digest(path, value):
    assert changed(Policy(), path, value + 1).digest != Policy().digest


def test_amounts_are_in_the_digest_and_the_digest_is_a_sha256():
    assert Policy(amounts={"EUR": (Step(1),)}).digest != Policy().digest
    assert Policy(liveness=LivenessRules(turned_min=0.28)).digest != Policy().digest
    assert len(bytes.fromhex(Policy().digest)) == 32


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "version is missing"),
        ("version = 2", "version is 2; allowed is 1 to 1"),
        ("version = '1'", "version is '1'; allowed is a whole number"),
        ("version = = 1", "is not TOML"),
        (HEAD + "authorisation_ms = 1", "did you mean authorization_ms"),
        (HEAD + "authorization_ms = 1", "authorization_ms is 1; allowed is 5000 to 120000"),
        (HEAD + "authorization_ms = true", "authorization_ms is True; allowed is a whole number"),
        (HEAD + "authorization_ms = 30000.0", "authorization_ms is 30000.0; allowed is"),
        (HEAD + "lockout = 5", "lockout is 5; allowed is a table"),
        (HEAD + "[lockout.shopper]\nfailures_max = 0", "lockout.shopper.failures_max is 0"),
        (
            HEAD + "[lockout.kiosk]\nlock_ms = 400000",
            "more than lockout.kiosk.lock_ms_max (300000)",
        ),
        (HEAD + "[identification]\nfalse_positive_rate = nan", "1e-07 to 0.01"),
        (HEAD + "[identification]\nfalse_positive_rate = 0.5", "is 0.5; allowed is 1e-07 to 0.01"),
        (HEAD + "[per_day]\nup_to = '5'", "per_day.up_to is '5'; allowed is a table"),
        (HEAD + "[per_day.up_to]\nEUR = 5", "per_day.up_to.EUR is 5; allowed is an amount in quot"),
        (HEAD + "[per_day.up_to]\nEUR = '-5'", "per_day.up_to.EUR is '-5'"),
        (HEAD + "[per_day.up_to]\nEUR = '1.234'", "more decimals than EUR has"),
        (HEAD + "[per_day.up_to]\nEURO = '5'", "per_day.up_to.EURO is no currency"),
        (HEAD + "[[amounts.EUR]]\nneeds = 'face'", "amounts.EUR[0].up_to is missing"),
        (HEAD + "[[amounts.EUR]]\nup_to = '5'\nneeds = 'hand'", "needs is 'hand'; allowed is"),
        (HEAD + "[[amounts.EUR]]\nup_to = '5'\nmovements = 9", "movements is 9; allowed is 0 to 4"),
        (HEAD + "[[amounts.EUR]]\nup_to = '5'\ncues = 'x'", "cues is 'x'; allowed is a list"),
        (HEAD + "[[amounts.EUR]]\nup_too = '5'", "amounts.EUR[0].up_too is no key"),
        (HEAD + "[amounts]\nEUR = []", "amounts.EUR is []; allowed is one or more steps"),
        (
            HEAD + "[[amounts.EUR]]\nup_to = '5'\n[[amounts.EUR]]\nup_to = '4'",
            "amounts.EUR[1].up_to is not more than",
        ),
        (
            HEAD + "[[amounts.EUR]]\nup_to = '5'\nneeds = 'face+pin'\n[[amounts.EUR]]\nup_to = '9'",
            "amounts.EUR[1].needs is less than",
        ),
        (
            HEAD + "[[amounts.EUR]]\nup_to = '5'\ncues = ['blink']\n[[amounts.EUR]]\nup_to = '9'",
            "amounts.EUR[1] asks less of the face",
        ),
        (HEAD + "[liveness]\nturned_min = 'wide'", "liveness.turned_min is 'wide'; allowed is"),
        (HEAD + "[liveness]\nchallenges = 0", "liveness.challenges is 0; allowed is 1 to 4"),
        (HEAD + "[liveness]\nturned_min = 0.1", "liveness.turned_min is 0.1; allowed is 0.135 to"),
    ],
)
def test_what_is_not_allowed_is_named_with_what_is(text, says):
    with pytest.raises(BadPolicyError) as error:
        parse(text)
    assert says in error.value.message
    assert error.value.hint


@given(st.text(max_size=200))
def test_whatever_the_file_holds_it_is_read_or_refused(text):
    with contextlib.suppress(BadPolicyError):
        parse(text)


@pytest.mark.parametrize(
    ("data", "says"), [(b"\xff\xfe", "not UTF-8"), (b"#" * 300_000, "larger than")]
)
def test_a_file_that_is_no_policy_is_refused(tmp_path, data, says):
    (tmp_path / "policy.toml").write_bytes(data)
    with pytest.raises(BadPolicyError, match=says):
        load(tmp_path / "policy.toml", "EUR")


def test_a_folder_in_its_place_is_refused(tmp_path):
    (tmp_path / "policy.toml").mkdir()
    with pytest.raises(BadPolicyError, match="cannot be read"):
        load(tmp_path / "policy.toml", "EUR")


def test_the_written_file_is_toml_that_any_reader_reads():
    table = tomllib.loads(write(Policy(), "KRW"))
    assert table["amounts"]["KRW"][0] == {"up_to": "50000", "needs": "face"}


NAMES = ["version", "amounts", "EUR", "up_to", "needs", "cues", "movements", "per_day", "lockout",
         "shopper", "kiosk", "lock_ms", "failures_max", "liveness", "turned_min", "identification",
         "margin", "pin_alone", "without_passive", "percent", "authorization_ms", "x"]  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["5.00", "face", "face+pin", "passive"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5))
def test_whatever_values_stand_under_known_keys_they_are_read_or_named(table):
    try:
        policy = _rules(Policy(), table, "")
    except _Found as found:
        assert str(found)  # noqa: PT017 - whether it is raised is the draw's
        return
    assert parse(write(policy, "EUR")).resolved("EUR").digest == policy.resolved("EUR").digest


def test_steps_with_movements_and_cues_are_written_and_read_back():
    assert parse(write(POLICY, "EUR")).amounts["EUR"] == STEPS


@dataclasses.dataclass(frozen=True)
class Odd:
    """Rules as another part of the till may have them.

    Attributes:
        name: of something.
        on: whether.
        words: some.
        never: not for a file.
    """

    name: str = "a"
    on: bool = True
    words: tuple[str, ...] = ("b",)
    never: object = None

    def __post_init__(self):
        if self.name == "bad":
            raise ValueError("the name is bad")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("name", 1, "name is 1; allowed is a text in quotes"),
        ("name", "bad", "the name is bad"),
        ("on", 1, "on is 1; allowed is true or false"),
        ("words", "c", "words is 'c'; allowed is a list"),
        ("never", 1, "never cannot be set in a file"),
    ],
)
def test_rules_of_every_kind_are_checked(key, value, says):
    with pytest.raises(_Found, match=re.escape(says)):
        _rules(Odd(), {key: value}, "")


def test_rules_of_every_kind_are_read():
    read = _rules(Odd(), {"name": "c", "on": False, "words": ["d"]}, "")
    assert (read.name, read.on, read.words) == ("c", False, ("d",))
