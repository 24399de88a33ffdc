"""The book's limits, as its users and its documents know them: one that moves is a new format."""

from __future__ import annotations

import pytest

from ledger import (
    audit,
    authorization,
    canonical,
    commits,
    consistency,
    entries,
    errors,
    fields,
    fingerprint,
    instructions,
    merkle,
    money,
    note,
    orders,
    parts,
    rules,
    seals,
)
from ledger.authorization import sign_batch

LIMITS = {
    audit: {"FINDINGS_MAX": 1_000, "BATCH": 1_024, "_KEY_FILE_BYTES_MAX": 100_000},
    authorization: {"BATCH_MAX": 65_536, "BATCHES_AT_ONCE": 16},
    canonical: {"INTEGER_MAX": 9_007_199_254_740_991, "DEPTH_MAX": 16},
    commits: {"GROUP_MAX": 1_000, "TRIES_MAX": 5},
    consistency: {"PATH_MAX": 63, "SIZE_DIGITS_MAX": 18},
    entries: {"FORMAT": 1, "LEAF_BYTES_MAX": 65_535},
    fingerprint: {"SEGMENT": 4_194_304, "THREADS_MAX": 8, "_STEP": 262_144},
    fields: {"TEXT_CHARS_MAX": 200, "SIGNATURE_BYTES": 64},
    instructions: {"PIECES_MAX": 1_000_000_000},
    merkle: {"HASH_BYTES": 32},
    money: {"MINOR_MAX": 9_007_199_254_740_991},
    note: {"_NOTE_CHARS_MAX": 200_000, "_SIGNATURES_MAX": 64, "_KEY_ID_BYTES": 4},
    orders: {
        "LINES_MAX": 500,
        "QUANTITY_MAX": 9_999,
        "DISCOUNTS_MAX": 100,
        "TAXES_MAX": 20,
        "RATE_PPM_MAX": 1_000_000,
    },
    parts: {"ENTRIES_LEAST": 4_000, "PARTS_MAX": 16, "NICE": 5},
    rules: {"LIFETIME_MS_MAX": 120_000, "SKEW_MS_MAX": 5_000, "HOLD_MS_MAX": 604_800_000},
    seals: {"FORMAT": 2, "CHUNK": 4_096, "_BYTES_MAX": 100_000_000},
}


@pytest.mark.parametrize("module", LIMITS, ids=lambda module: module.__name__)
def test_limits_are_those_that_are_known(module):
    assert {name: getattr(module, name) for name in LIMITS[module]} == LIMITS[module]


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def test_what_is_nested_sixteen_deep_is_encoded_and_deeper_is_not():
    assert canonical.encode_untrusted(nested(16)) == b"[" * 16 + b"1" + b"]" * 16
    with pytest.raises(errors.BadEncodingError, match="nested deeper than 16"):
        canonical.encode_untrusted(nested(17))


@pytest.mark.parametrize("sign", [1, -1])
def test_integers_are_encoded_up_to_the_largest_that_json_keeps(sign):
    largest = sign * 9_007_199_254_740_991
    assert canonical.encode_untrusted([largest]) == f"[{largest}]".encode()
    with pytest.raises(errors.BadEncodingError, match="out of range"):
        canonical.encode_untrusted([largest + sign])


def test_a_batch_of_anothers_payments_is_refused_by_the_kiosks_name(shop):
    signed = shop.authorize()
    with pytest.raises(errors.BadInputError, match="field kiosk"):
        sign_batch([signed.authorization], shop.desk)
    with pytest.raises(errors.BadInputError, match="field kiosk"):
        authorization.sign(signed.authorization, shop.desk)
    with pytest.raises(errors.BadInputError, match="batch size"):
        sign_batch([], shop.kiosk)
