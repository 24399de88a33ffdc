from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from ledger.fields import HEX_32
from ledger.ids import fresh_id


def test_the_published_uuid_of_version_7_is_met():
    # RFC 9562, appendix A.6
    random_bits = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert fresh_id(0x017F22E279B0, random_bits) == "017f22e279b07cc398c4dc0c0c07398f"


@given(st.integers(0, 2**53 - 1))
def test_a_fresh_id_is_a_uuid_of_version_7_that_no_other_is(now_ms):
    first, second = fresh_id(now_ms), fresh_id(now_ms)
    assert first != second
    assert HEX_32.fullmatch(first)
    made = uuid.UUID(first)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == now_ms % 2**48


@given(st.integers(0, 2**48 - 2))
def test_later_ids_come_later_in_the_index(now_ms):
    assert fresh_id(now_ms) < fresh_id(now_ms + 1)
