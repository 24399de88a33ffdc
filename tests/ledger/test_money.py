from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import BadAmountError
from ledger.money import EXPONENTS, MINOR_MAX, format_amount, format_decimal, parse_amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        (" 0.01 ", "EUR", 1),
        ("-3.20", "EUR", -320),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
    ],
)
def test_an_amount_is_read_in_minor_units(text, currency, minor):
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("12,50", "EUR"),
        ("1.234", "EUR"),
        ("1.0", "JPY"),
        ("1e3", "EUR"),
        ("٣", "EUR"),
        ("NaN", "EUR"),
        (".5", "EUR"),
        ("5.", "EUR"),
        ("+5", "EUR"),
        ("90071992547409.92", "EUR"),
        ("99999999999999999999", "EUR"),
        ("5", "EURO"),
        ("5", "eur"),
        ("5", "XXX"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused_with_a_hint(text, currency):
    with pytest.raises(BadAmountError) as e:
        parse_amount(text, currency)
    assert e.value.hint.endswith(".")
    assert e.value.status == 2


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(sorted(EXPONENTS)))
@settings(max_examples=100, deadline=None)
def test_every_amount_survives_formatting_and_parsing(minor, currency):
    assert parse_amount(format_decimal(minor, currency), currency) == minor


def test_people_see_the_currency():
    assert format_amount(-5, "EUR") == "-0.05 EUR"
    assert format_amount(500, "JPY") == "500 JPY"
    assert format_amount(0, "EUR") == "0.00 EUR"


def test_a_refusal_shows_only_the_beginning_of_what_was_typed():
    for text, currency, shown in (
        ("x" * 99, "EUR", repr("x" * 40) + " is not an amount."),
        ("5", "Y" * 99, repr("Y" * 20) + " is not a currency of ISO 4217."),
        ("1.234", "EUR", "1.234 has more decimals than EUR has (2)."),
    ):
        with pytest.raises(BadAmountError) as e:
            parse_amount(text, currency)
        assert e.value.message == shown
