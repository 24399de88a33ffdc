from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.errors import BadEncodingError

INTEGERS = st.integers(-canonical.INTEGER_MAX, canonical.INTEGER_MAX)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
VALUES = st.recursive(
    TEXTS | INTEGERS, lambda v: st.lists(v) | st.dictionaries(KEYS, v), max_leaves=12
)


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_what_is_encoded_is_decoded_and_is_json(value):
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert json.loads(data) == value


def test_strings_are_written_as_rfc_8785_writes_them():
    # The string of RFC 8785, section 3.2.2, with U+20AC and the escapes it lists.
    assert canonical.encode("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f") == (
        '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()
    )
    assert canonical.encode("\b\t\n\f\r\x7f") == b'"\\b\\t\\n\\f\\r\x7f"'


def test_keys_are_sorted_and_no_space_is_written():
    assert canonical.encode({"b": [1, {"z": "y"}], "a": -2}) == b'{"a":-2,"b":[1,{"z":"y"}]}'


@pytest.mark.parametrize(
    "value",
    [
        *(1.0, None, True, 2**53, b"x", {"é": 1}, {1: 1}, ["\ud800"], (1,)),
        *([1.0], [[True]], {"a": 1.0}, {"a": {"b": None}}, {"a": [2**53]}),
    ],
)
def test_a_value_without_an_encoding_is_refused(value):
    with pytest.raises(BadEncodingError):
        canonical.encode_untrusted(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'"\\u0041"',
        b"01",
        b"-0",
        b"1.0",
        b"NaN",
        b"true",
        b'{"a":1.5}',
        b'[{"a":{"b":true}}]',
        b"\xff",
        b"",
        b"[" * 100_000,
        b'"\\ud800"',
        b"9" * 5000,
    ],
)
def test_any_other_spelling_is_refused(data):
    with pytest.raises(BadEncodingError):
        canonical.decode(data)
