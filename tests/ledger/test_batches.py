"""Payments that a station signs together: each is still verified by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import authorization, errors
from ledger.authorization import BatchPlace, SignedAuthorization, sign_batch
from ledger.entries import parse_leaf


@pytest.fixture
def together(shop):
    shop.topup()
    order = shop.order()
    plain = [shop.authorize(order).authorization for _ in range(5)]
    return sign_batch(plain, shop.kiosk), order


def test_each_of_a_batch_is_verified_by_itself(shop, together):
    signed, order = together
    for one in signed:
        assert shop.book.post(one, order, shop.now_ms).amount_minor == 400
    entries = [e for e in shop.book.entries() if e.kind == "payment"]
    assert [parse_leaf(e.leaf()) for e in entries] == entries
    assert shop.book.check() == []


@pytest.mark.parametrize("before", ["nobody", "its neighbour", "all others"])
@pytest.mark.parametrize("part", ["index", "size", "path", "shorter", "signature", "none"])
def test_a_place_in_a_batch_cannot_be_made_up(shop, together, part, before):
    (first, second, *others), order = together
    proven = {"nobody": [], "its neighbour": [second], "all others": [second, *others]}
    for one in proven[before]:
        shop.book.post(one, order, shop.now_ms)
    place = first.batch
    forged = {
        "index": lambda: replace(first, batch=replace(place, index=1)),
        "size": lambda: replace(first, batch=replace(place, size=6)),
        "path": lambda: replace(first, batch=second.batch),
        "shorter": lambda: replace(first, batch=replace(place, path=place.path[1:])),
        "signature": lambda: replace(first, signature=bytes(64)),
        "none": lambda: replace(first, batch=None),
    }[part]()
    with pytest.raises(errors.BadSignature):
        shop.book.post(forged, order, shop.now_ms)
    assert shop.book.post(first, order, shop.now_ms).amount_minor == 400


def test_another_payment_in_a_proven_place_is_refused(shop, together):
    signed, order = together
    for one in signed:
        shop.book.post(one, order, shop.now_ms)
    other = replace(signed[0].authorization, id="0" * 32)
    with pytest.raises(errors.BadSignature):
        shop.book.post(replace(signed[0], authorization=other), order, shop.now_ms)


def test_a_malformed_batch_is_refused(shop, together):
    signed, _ = together
    for spoil in ({"size": 0}, {"index": 5}, {"path": (b"short",)}, {"size": 2**17}):
        with pytest.raises(errors.BadInputError):
            replace(signed[0].batch, **spoil)
    for key in (shop.desk,):
        with pytest.raises(errors.BadInputError):
            sign_batch([signed[0].authorization], key)
    with pytest.raises(errors.BadInputError):
        sign_batch([], shop.kiosk)
    with pytest.raises(errors.BadInputError):
        SignedAuthorization(signed[0].authorization, b"short")
    with pytest.raises(errors.BadInputError):
        authorization.sign(signed[0].authorization, shop.desk)
    record = BatchPlace(0, 2, (bytes(32),)).record()
    for spoil in ({"path": "AAA"}, {"path": "*"}, {"path": 1}, {"more": 1}):
        with pytest.raises(errors.BadInputError):
            BatchPlace.from_record({**record, **spoil})
