"""Discounts, taxes and stock: integers that add up, and goods that move with their payment."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import errors
from ledger.errors import BadInputError
from ledger.orders import Discount, Order, OrderLine, Tax

CAKE = OrderLine("C1", "Cake", 2, 1_000)


def order(*, discounts=(), taxes=(), lines=(CAKE,)):
    return Order(lines, "EUR", discounts, taxes)


def test_an_order_comes_to_lines_less_discounts_and_the_taxes_added():
    it = order(
        discounts=(Discount("TEN", "10 % off", 200),), taxes=(Tax("VAT", 70_000, 1_800, "added"),)
    )
    assert it.total_minor == 2_000 - 200 + 126
    assert order(taxes=(Tax("VAT", 190_000, 2_000, "included"),)).total_minor == 2_000


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "E R", 978])
def test_an_order_is_in_a_currency_by_its_three_letters(currency):
    with pytest.raises(BadInputError):
        Order((CAKE,), currency)


@given(base=st.integers(0, 10**9), rate=st.integers(0, 1_000_000))
def test_a_tax_is_its_rate_of_the_base_rounded_half_up(base, rate):
    share = Decimal(rate) / 1_000_000
    added = (base * share).quantize(Decimal(1), ROUND_HALF_UP)
    assert Tax("T", rate, base, "added").amount_minor == added
    exact = Decimal(base) * rate / (1_000_000 + rate)
    included = exact.quantize(Decimal(1), ROUND_HALF_UP)
    assert Tax("T", rate, base, "included").amount_minor == included


@pytest.mark.parametrize(
    ("rate", "base", "kind", "amount"),
    [
        (100_000, 5, "added", 1),
        (100_000, 4, "added", 0),
        (1_000_000, 1, "included", 1),
        (250_000, 2, "included", 0),
        (250_000, 3, "included", 1),
    ],
)
def test_half_a_minor_unit_of_tax_is_rounded_up(rate, base, kind, amount):
    assert Tax("T", rate, base, kind).amount_minor == amount


def test_an_order_is_read_as_it_was_written():
    it = order(
        lines=(CAKE, OrderLine("A-1", "Apple", 1, 50, counted=True)),
        discounts=(Discount("X", "Spring", 100),),
        taxes=(Tax("VAT", 70_000, 1_000, "included"), Tax("CITY", 10_000, 900, "added")),
    )
    assert Order.from_record(it.record()) == it
    assert it.counted == {"A-1": 1}
    assert set(order().record()) == {"currency", "lines"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r["taxes"][0].update(amount_minor=1),
        lambda r: r["taxes"][0].update(kind="other"),
        lambda r: r["taxes"][0].update(rate_ppm=1_000_001),
        lambda r: r["taxes"][0].update(base_minor=2_001),
        lambda r: r["taxes"].append(dict(r["taxes"][0])),
        lambda r: r["lines"][0].update(stock="perhaps"),
        lambda r: r.update(discounts=[{"code": "", "name": "x", "amount_minor": 1}]),
        lambda r: r.update(discounts=[{"code": "a", "name": "x", "amount_minor": 0}]),
        lambda r: r.update(discounts=[{"code": "a", "name": "x", "amount_minor": 2_000}]),
        lambda r: r.update(discounts=[]),
        lambda r: r.update(more=1),
        lambda r: r.update(taxes="none"),
    ],
)
def test_an_order_that_does_not_add_up_is_refused(spoil):
    record = order(taxes=(Tax("VAT", 0, 2_000, "included"),)).record()
    spoil(record)
    with pytest.raises(BadInputError):
        Order.from_record(record)


def test_an_order_that_is_no_object_is_refused():
    with pytest.raises(BadInputError):
        Order.from_record([])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: ["A-1"],
        lambda line: {**line, "stock": "other"},
        lambda line: {**line, "stock": None},
        lambda line: {**line, "more": 1},
        lambda line: {name: line[name] for name in ("sku", "name", "quantity")},
        lambda line: {**line, "quantity": "1"},
    ],
)
def test_a_line_of_another_form_is_refused(spoil):
    record = order().record()
    assert Order.from_record(record) == order()
    record["lines"][0] = spoil(record["lines"][0])
    with pytest.raises(BadInputError):
        Order.from_record(record)


def test_a_payment_books_its_taxes_apart_and_shows_them(shop):
    shop.topup()
    it = order(
        discounts=(Discount("TEN", "Coupon TEN", 200),),
        taxes=(Tax("VAT", 70_000, 1_800, "included"), Tax("CITY", 10_000, 1_800, "added")),
    )
    paid = shop.pay(it)
    balances = {account: minor for account, _, minor in shop.book.balances()}
    assert balances["liabilities:tax:VAT"] == -118
    assert balances["liabilities:tax:CITY"] == -18
    assert balances["income:sales"] == -(1_818 - 118 - 18)
    text = paid.text()
    for part in ("Coupon TEN", "-2.00", "CITY 1 %", "of it VAT 7 %", "1.18", "18.18 EUR"):
        assert part in text
    assert shop.book.check() == []


def test_stock_moves_in_the_commit_of_its_payment(shop):
    shop.topup()
    assert shop.book.stock() == {}
    shop.at_desk().supply("A1", 3, "s1")
    assert shop.book.stock() == {"A1": 3}
    it = order(lines=(OrderLine("A1", "Apple", 2, 50, counted=True),))
    shop.pay(it)
    with pytest.raises(errors.OutOfStock, match="Of A1 1 are left, not 2"):
        shop.pay(it)
    assert shop.book.balance(shop.shopper) == 9_900
    with pytest.raises(errors.OutOfStock):
        shop.at_desk().supply("A1", -2, "s2")
    shop.at_desk().supply("A1", -1, "s3")
    with pytest.raises(errors.OutOfStock):
        shop.pay(order(lines=(OrderLine("A1", "Apple", 1, 50, counted=True),)))
    assert shop.book.check() == []


@pytest.mark.parametrize(("sku", "pieces"), [("a b", 1), ("", 1), ("a:b", 1), ("a", 0)])
def test_a_supply_that_makes_no_sense_is_refused(shop, sku, pieces):
    with pytest.raises(BadInputError):
        shop.at_desk().supply(sku, pieces, "s1")
