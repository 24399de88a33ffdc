"""Catalogue, cart and policy: what is sold, what is wanted, and what a face may pay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cart import QUANTITY_MAX, Cart, parse_cart
from kiosk.catalogue import BUILT_IN, built_in, load
from kiosk.errors import BadCartError

CATALOGUE = built_in("EUR")


def test_the_built_in_goods_have_prices_in_any_currency():
    assert CATALOGUE.get("coffee").price_minor == 320
    assert built_in("KRW").get("coffee").price_minor == 3200


def test_a_home_without_a_table_sells_the_built_in_goods(tmp_path):
    assert load(tmp_path / "catalogue.csv", "EUR") == CATALOGUE


def test_a_table_of_ones_own_is_read(tmp_path):
    path = tmp_path / "catalogue.csv"
    path.write_text(BUILT_IN, encoding="utf-8-sig")
    assert load(path, "EUR") == CATALOGUE


def test_a_cart_is_read_from_words():
    cart = parse_cart("coffee:2,bagel:1,coffee:1", CATALOGUE)
    assert [(line.sku, line.quantity) for line in cart.lines] == [("coffee", 3), ("bagel", 1)]
    assert cart.total_minor == 3 * 320 + 240
    assert cart.to_order().total_minor == cart.total_minor


def test_an_unknown_article_is_named_with_its_nearest():
    with pytest.raises(BadCartError, match="cofee") as refused:
        parse_cart("cofee:1", CATALOGUE)
    assert refused.value.hint == "Did you mean coffee?"


@given(
    st.lists(st.tuples(st.sampled_from([p.sku for p in CATALOGUE.products]), st.integers(-5, 150)))
)
def test_a_cart_adds_up_whatever_is_put_in_and_taken_out(puts):
    cart, wanted = Cart("EUR"), {}
    for sku, quantity in puts:
        cart = cart.put(CATALOGUE.get(sku), quantity)
        wanted[sku] = min(max(quantity, 0), QUANTITY_MAX)
    assert {line.sku: line.quantity for line in cart.lines} == {
        sku: quantity for sku, quantity in wanted.items() if quantity
    }
    prices = {p.sku: p.price_minor for p in CATALOGUE.products}
    assert cart.total_minor == sum(prices[sku] * quantity for sku, quantity in wanted.items())
