"""What a cart costs: offers, coupons and taxes, whatever they are, add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cart import Cart, parse_cart
from kiosk.catalogue import parse as parse_catalogue
from kiosk.errors import TableError
from kiosk.goods.shelf import Goods
from kiosk.goods.shop import Shop
from kiosk.pricing.engine import Item, reckon, share_out
from kiosk.pricing.offers import Offer, parse
from kiosk.pricing.taxes import TaxRate, percent_ppm
from kiosk.pricing.taxes import parse as parse_taxes
from ledger.errors import StorageError
from ledger.orders import Order

NOON = datetime(2027, 1, 15, 12, 0)  # noqa: DTZ001 - the shop's local time
TAXES = parse_taxes("name,rate,kind\nVAT-10,10,included\nVAT-7,7.5,included\nGST,5,added\n", "t")
CATALOGUE = parse_catalogue(
    "sku,name,price,category,tax,stock\n"
    "coffee,Coffee,3.00,Drinks,VAT-10,\ntea,Tea,2.00,Drinks,VAT-7,\n"
    "bread,Bread,4.00,Bakery,VAT-7,5\nbook,Book,10.00,Shop,,\n",
    "EUR",
    "shop.csv",
    TAXES,
)
HEAD = (
    "code,name,kind,value,category,sku,from,until,minimum,coupon,stackable,priority,name_ko,name_zh"
)


def offers(*rows):
    return parse("\n".join([HEAD, *(row + ",," for row in rows)]), "EUR", "d.csv", CATALOGUE)


def priced(cart, *rows, coupons=(), when=NOON, left=None):
    goods = Goods(CATALOGUE, offers(*rows), TAXES, when, left or {})
    made = parse_cart(cart, CATALOGUE)
    for code in coupons:
        made = made.enter(goods.coupon(code).code)
    return goods.price(made)


def taken(cart):
    return [(d.code, d.amount_minor) for d in cart.discounts]


def test_a_percentage_takes_off_from_its_category_alone():
    cart = priced("coffee:2,bread:1", "happy,Happy hour,percent,10,Drinks,,,,,,,")
    assert taken(cart) == [("happy", 60)]
    assert cart.total_minor == 600 + 400 - 60


def test_an_amount_takes_off_no_more_than_there_is():
    assert taken(priced("tea:1", "five,5 off,amount,5.00,,tea,,,,,,")) == [("five", 200)]


def test_every_third_piece_is_free_and_the_cheapest_of_its_group():
    row = "three,2+1,buy,2+1,Drinks,,,,,,,"
    assert taken(priced("coffee:2", row)) == []
    assert taken(priced("coffee:2,tea:1", row)) == [("three", 200)]
    assert taken(priced("coffee:3,tea:3", row)) == [("three", 300 + 200)]
    assert taken(priced("coffee:5,tea:1", row)) == [("three", 300 + 200)]


def test_an_offer_holds_from_its_first_to_its_last_day():
    row = "jan,January,percent,10,,,2027-01-10,2027-01-15,,,,"
    for day, hour, holds in ((9, 23, False), (10, 0, True), (15, 23, True), (16, 0, False)):
        when = datetime(2027, 1, day, hour, 59)  # noqa: DTZ001 - the shop's local time
        assert bool(priced("tea:1", row, when=when).discounts) is holds


def test_a_minute_ends_an_offer_at_once():
    row = "h,Hour,percent,10,,,2027-01-15 11:00,2027-01-15 12:00,,,,"
    assert priced("tea:1", row, when=NOON.replace(hour=11)).discounts
    assert not priced("tea:1", row, when=NOON).discounts


def test_the_higher_priority_is_taken_off_first_and_the_next_from_the_rest():
    rows = ("a,Tenth,percent,10,,,,,,,,1", "b,One off,amount,1.00,,,,,,,,9")
    assert taken(priced("coffee:2", *rows)) == [("b", 100), ("a", 50)]


def test_what_does_not_stack_shares_an_article_with_no_other():
    sole = "sole,Half,percent,50,,coffee,,,,,no,5"
    other = "all,Tenth,percent,10,,,,,,,,1"
    assert taken(priced("coffee:1,tea:1", sole, other)) == [("sole", 150), ("all", 20)]
    late = "late,Half,percent,50,,coffee,,,,,no,0"
    assert taken(priced("coffee:1,tea:1", other, late)) == [("all", 50)]


def test_a_coupon_takes_off_only_where_it_was_entered():
    row = "WELCOME,Welcome,amount,1.00,,,,,,yes,,"
    assert not priced("tea:1", row).discounts
    assert taken(priced("tea:1", row, coupons=["welcome "])) == [("WELCOME", 100)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("C,C,amount,1.00,,,2027-02-01,,,yes,,", "early"),
        ("C,C,amount,1.00,,,,2027-01-01,,yes,,", "late"),
        ("C,C,amount,1.00,,,,,50.00,yes,,", "minimum"),
        ("C,C,amount,1.00,Bakery,,,,,yes,,", "nothing"),
        ("C,C,amount,1.00,,coffee,,,,yes,no,", "taken"),
    ],
)
def test_a_coupon_that_takes_nothing_off_says_why(row, reason):
    cart = priced("coffee:1", "p,P,percent,5,,,,,,,,9", row, coupons=["C"])
    assert [(u.code, u.reason) for u in cart.unused] == [("C", reason)]


def test_a_coupon_for_the_whole_leaves_nothing_to_pay():
    cart = priced("coffee:1", "free,Free,percent,100,,coffee,,,,,,")
    assert cart.total_minor == 0
    assert not cart.payable
    assert priced("coffee:1,tea:1", "free,Free,percent,100,,coffee,,,,,,").payable


def test_taxes_are_reckoned_from_what_is_left_to_pay():
    cart = priced("coffee:1,tea:1,book:1", "x,Fifth,percent,20,,,,,,,,")
    assert [(t.name, t.base_minor) for t in cart.taxes] == [("VAT-10", 240), ("VAT-7", 160)]
    assert cart.total_minor == 1200
    assert cart.taxes[0].amount_minor == 22  # 240 * 10 / 110, half up


def test_an_added_tax_is_on_the_total():
    catalogue = parse_catalogue(
        "sku,name,price,category,tax\na,A,9.99,X,GST\n", "EUR", "shop.csv", TAXES
    )
    cart = Goods(catalogue, (), TAXES, NOON).price(parse_cart("a:1", catalogue))
    assert cart.total_minor == 999 + 50
    assert cart.to_order().total_minor == cart.total_minor


def test_what_ran_out_meanwhile_is_named_and_cannot_be_paid():
    cart = priced("bread:3,coffee:1", left={"bread": 1})
    assert [(s.sku, s.name, s.wanted, s.left) for s in cart.short] == [("bread", "Bread", 3, 1)]
    assert not cart.payable
    assert priced("bread:1,coffee:1", left={"bread": 1}).payable
    assert cart.to_order().counted == {"bread": 3}


def test_an_article_the_book_has_never_had_is_out_of_stock():
    shop = Shop(CATALOGUE, taxes=TAXES, now=lambda: NOON)
    shop.count_stock()
    assert shop.goods().price(parse_cart("bread:1", CATALOGUE)).short[0].left == 0


def test_a_book_that_cannot_be_asked_leaves_the_stock_as_it_was():
    def broken():
        raise StorageError("It is locked.", hint="Wait.")

    shop = Shop(CATALOGUE, now=lambda: NOON, count=broken)
    shop.count_stock()
    assert shop.goods().left == {}


def test_a_changed_cart_has_no_price_of_the_old_one():
    cart = priced("coffee:2", "x,Fifth,percent,20,,,,,,,,")
    changed = cart.put(CATALOGUE.get("tea"), 1)
    assert cart.discounts
    assert not changed.discounts
    assert not changed.taxes


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x,X,half,10,,,,,,,", "kind 'half': percent, amount, buy are allowed"),
        ("x,X,percent,101,,,,,,,", "a percentage from 0 to 100"),
        ("x,X,percent,0,,,,,,,", "nothing would be taken off"),
        ("x,X,amount,-1,,,,,,,", "negative"),
        ("x,X,buy,2,,,,,,,", "such as 2+1"),
        ("x,X,buy,2+0,,,,,,,", "such as 2+1"),
        ("x,X,percent,5,Dinks,,,,,,", "the catalogue has Bakery, Drinks, Shop"),
        ("x,X,percent,5,,tee,,,,,", "no such article"),
        ("x,X,percent,5,,,tomorrow,,,,", "as 2027-01-31"),
        ("x,X,percent,5,,,2027-02-30,,,,", "as 2027-01-31"),
        ("x,X,percent,5,,,2027-02-02,2027-02-01,,,", "ends before it begins"),
        ("x,X,percent,5,,,,,,maybe,", "yes, no or nothing"),
        ("x,X,percent,5,,,,,,,often", "yes, no or nothing"),
        ("coffee,X,percent,5,,,,,,,", "an article has that code"),
        ("x,X,percent,5,,,,,,,,1000", "a whole number from 0 to 999"),
        ("x,X,percent,5,,,,,,,,\nX,Y,percent,5,,,,,,,,", "twice, on line 2 first"),
    ],
)
def test_an_offer_that_cannot_be_used_is_named(row, words):
    rows = [line + "," * (13 - line.count(",")) for line in row.split("\n")]
    with pytest.raises(TableError) as refused:
        parse("\n".join([HEAD, *rows]), "EUR", "d.csv", CATALOGUE)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,rate,kind\nVAT 7,7,included\n", "letters, digits and hyphens"),
        ("name,rate,kind\nVAT,x,included\n", "a percentage"),
        ("name,rate,kind\nVAT,7,inside\n", "included or added"),
        ("name,rate,kind\nVAT,7,added\nVAT,8,added\n", "twice"),
    ],
)
def test_a_rate_that_cannot_be_used_is_named(text, words):
    with pytest.raises(TableError) as refused:
        parse_taxes(text, "taxes.csv")
    assert words in refused.value.message


def test_a_percentage_is_read_exactly():
    assert [percent_ppm(t) for t in ("7", "7.5", "7,5", "0.0001", "100 %")] == [
        70_000,
        75_000,
        75_000,
        1,
        1_000_000,
    ]


@given(
    st.integers(0, 10**9),
    st.dictionaries(st.integers(0, 9), st.integers(0, 10**6), max_size=8),
)
def test_shares_add_up_and_none_is_more_than_its_weight(amount, weights):
    amount = min(amount, sum(weights.values()))
    shares = share_out(amount, weights)
    assert sum(shares.values()) == amount
    assert all(0 <= shares[i] <= weights[i] for i in weights)


ITEMS = st.builds(
    Item,
    sku=st.sampled_from("abcdef"),
    category=st.sampled_from("XY"),
    quantity=st.integers(1, 99),
    unit_minor=st.integers(1, 10**7),
    tax=st.sampled_from(["", "VAT-10", "VAT-7", "GST"]),
)
CARTS = st.lists(ITEMS, min_size=1, max_size=6, unique_by=lambda item: item.sku)
OFFERS = st.lists(
    st.builds(
        Offer,
        code=st.sampled_from("qrstuvw"),
        name=st.just("An offer"),
        kind=st.sampled_from(["percent", "amount", "buy"]),
        value=st.integers(1, 1_000_000),
        buy=st.integers(1, 4),
        free=st.integers(1, 3),
        category=st.sampled_from(["", "X", "Y"]),
        sku=st.sampled_from(["", "a", "b"]),
        since=st.sampled_from([None, NOON, NOON.replace(year=2028)]),
        until=st.sampled_from([None, NOON, NOON.replace(year=2028)]),
        minimum_minor=st.integers(0, 10**6),
        coupon=st.booleans(),
        stackable=st.booleans(),
        priority=st.integers(0, 3),
    ),
    max_size=6,
    unique_by=lambda offer: offer.code,
).map(lambda made: sorted(made, key=lambda offer: (-offer.priority, offer.code)))
COUPONS = st.frozensets(st.sampled_from("qrstuvw"))


@given(CARTS, OFFERS, COUPONS)
def test_every_cart_adds_up_and_is_never_below_zero(items, made, coupons):
    result = reckon(items, made, coupons, TAXES, NOON)
    gross = sum(item.quantity * item.unit_minor for item in items)
    off = sum(discount.amount_minor for discount in result.discounts)
    added = sum(tax.amount_minor for tax in result.taxes if tax.kind == "added")
    assert 0 <= off <= gross
    assert result.total_minor == gross - off + added >= 0
    untaxed = all(item.tax for item in items)
    bases = sum(tax.base_minor for tax in result.taxes)
    assert bases == gross - off if untaxed else bases <= gross - off
    for tax in result.taxes:  # an included tax and its net make up the gross to the minor unit
        if tax.kind == "included":
            net = tax.base_minor - tax.amount_minor
            assert abs(net * tax.rate_ppm - tax.amount_minor * 1_000_000) <= 1_000_000


@given(CARTS, OFFERS, COUPONS, st.randoms())
def test_the_same_cart_costs_the_same_however_it_was_filled(items, made, coupons, rng):
    shuffled = list(items)
    rng.shuffle(shuffled)
    first = reckon(items, made, coupons, TAXES, NOON)
    assert reckon(shuffled, made, coupons, TAXES, NOON) == first


@given(CARTS, OFFERS, COUPONS)
def test_an_offer_that_does_not_hold_changes_nothing(items, made, coupons):
    ended = [replace(offer, until=NOON, since=None) for offer in made]
    assert not reckon(items, ended, coupons, TAXES, NOON).discounts


@given(CARTS, OFFERS, COUPONS)
def test_the_ledger_takes_whatever_was_reckoned(items, made, coupons):
    products = parse_catalogue(
        "sku,name,price,category,tax\n"
        + "".join(
            f"{i.sku},{i.sku},{i.unit_minor // 100}.{i.unit_minor % 100:02d},{i.category},{i.tax}\n"
            for i in items
        ),
        "EUR",
        "shop.csv",
        TAXES,
    )
    cart = Cart("EUR")
    for item in items:
        cart = cart.put(products.get(item.sku), item.quantity)
    for code in coupons:
        cart = cart.enter(code)
    cart = Goods(products, tuple(made), TAXES, NOON).price(cart)
    if cart.payable:
        order = cart.to_order()
        assert order.total_minor == cart.total_minor
        assert Order.from_record(order.record()) == order


@given(CARTS, OFFERS, COUPONS)
def test_one_more_offer_at_the_end_changes_nothing_before_it(items, made, coupons):
    last = Offer("zz", "Last", "percent", 100_000)
    before = reckon(items, made, coupons, TAXES, NOON).discounts
    after = reckon(items, [*made, last], coupons, TAXES, NOON).discounts
    assert after[: len(before)] == before


def test_the_tax_table_is_as_it_was_read():
    assert TAXES["VAT-7"] == TaxRate("VAT-7", 75_000, "included")
