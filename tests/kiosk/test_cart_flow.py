"""Scans, coupons, prices that change and stock that runs out, on the way through the checkout."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import pytest

from kiosk import flow, headless
from kiosk.cart import parse_cart
from kiosk.catalogue import parse as parse_catalogue
from kiosk.composition import require_source
from kiosk.errors import RefusedError
from kiosk.flow import Payer, Screen
from kiosk.goods.shelf import Goods
from kiosk.goods.shop import open_shop, stock
from kiosk.payments import Payments
from kiosk.pricing.offers import parse as parse_offers
from kiosk.refusals import refusal
from ledger.book import Ledger
from ledger.home import station_key
from models.errors import CameraLostError

NOON = datetime(2027, 1, 15, 12, 0)  # noqa: DTZ001 - the shop's local time
TABLE = (
    "sku,name,price,category,barcodes,stock\n"
    "tea,Tea,2.00,Drinks,4006381333931,\nbread,Bread,4.00,Bakery,QR-BREAD,3\n"
)
OFFERS = (
    "code,name,kind,value,until,coupon\n"
    "tenth,A tenth off,percent,10,2027-01-15 13:00,\nWELCOME,Welcome,amount,1.00,,yes\n"
    "ALL,All of it,percent,100,,yes\n"
)
CATALOGUE = parse_catalogue(TABLE, "EUR", "catalogue.csv")
GOODS = Goods(CATALOGUE, parse_offers(OFFERS, "EUR", "discounts.csv", CATALOGUE), {}, NOON)


def walk(*events, state=None, goods=GOODS):
    state = state or flow.attract("EUR")
    effects = []
    for event in events:
        state, more = flow.step(state, event, 0, goods)
        effects += more
    return state, effects


@pytest.mark.parametrize("code", ["4006381333931", "04006381333931", "tea"])
@pytest.mark.parametrize(
    "before",
    [
        [],
        [flow.Touch()],
        [flow.Touch(), flow.Add("bread"), flow.Checkout()],
        [flow.Touch(), flow.Add("bread"), flow.Checkout(), flow.Checkout()],
    ],
)
def test_a_scan_puts_an_article_into_the_cart_from_wherever_the_shopper_is(before, code):
    state, _ = walk(*before, flow.Scan(code))
    assert state.screen is Screen.CART
    assert state.cart.quantity("tea") == 1


def test_a_scanned_coupon_is_entered_once():
    state, _ = walk(flow.Scan("tea"), flow.Scan("welcome"), flow.Coupon("WELCOME"))
    assert [(d.code, d.amount_minor) for d in state.cart.discounts] == [
        ("WELCOME", 100),
        ("tenth", 10),
    ]
    assert state.hint == ""


@pytest.mark.parametrize(
    ("event", "hint"),
    [(flow.Scan("123"), "unknown_code"), (flow.Coupon("x"), "unknown_coupon")],
)
def test_an_unknown_code_is_said_and_changes_nothing(event, hint):
    before, _ = walk(flow.Scan("tea"))
    state, _ = walk(event, state=before)
    assert (state.hint, state.cart) == (hint, before.cart)
    assert walk(flow.Add("tea"), state=state)[0].hint == ""


@pytest.mark.parametrize("screen", [Screen.FACE, Screen.PAYING])
def test_a_scan_never_disturbs_a_face_check_or_a_payment(screen):
    events = [flow.Scan("tea"), flow.Checkout(), flow.Checkout(), flow.PayByFace()]
    if screen is Screen.PAYING:
        events += [flow.FaceDone(Payer("s-x", "X***", ())), flow.Confirm()]
    before, _ = walk(*events)
    assert before.screen is screen
    assert walk(flow.Scan("bread"), state=before)[0] == before


def test_a_price_that_changes_at_the_review_is_shown_before_it_is_paid():
    shown, _ = walk(flow.Scan("tea"), flow.Checkout())
    later = replace(GOODS, when=NOON.replace(hour=13))
    state, _ = walk(flow.Checkout(), state=shown, goods=later)
    assert (state.screen, state.hint) == (Screen.REVIEW, "price_changed")
    assert (shown.cart.total_minor, state.cart.total_minor) == (180, 200)
    assert walk(flow.Checkout(), state=state, goods=later)[0].screen is Screen.PAY


def test_a_price_stands_once_the_shopper_chose_to_pay():
    to_pay, _ = walk(flow.Scan("tea"), flow.Checkout(), flow.Checkout())
    later = replace(GOODS, when=NOON.replace(hour=13))
    state, effects = walk(
        flow.PayByFace(),
        flow.FaceDone(Payer("s-x", "X***", ())),
        flow.Confirm(),
        state=to_pay,
        goods=later,
    )
    (authorized,) = (e for e in effects if isinstance(e, flow.Authorize))
    assert authorized.cart.total_minor == state.cart.total_minor == 180


def test_a_cart_that_costs_nothing_goes_no_further():
    state, _ = walk(flow.Scan("tea"), flow.Scan("ALL"), flow.Checkout())
    assert (state.screen, state.hint) == (Screen.CART, "nothing_to_pay")


def test_stock_that_runs_out_in_mid_cart_is_said_and_stops_the_way_to_pay():
    state, effects = walk(flow.Touch(), *[flow.Scan("bread")] * 3)
    assert any(isinstance(effect, flow.CountStock) for effect in effects)
    fewer = replace(GOODS, left={"bread": 1})
    state, _ = walk(flow.Counted(), state=state, goods=fewer)
    assert [(s.name, s.wanted, s.left) for s in state.cart.short] == [("Bread", 3, 1)]
    stuck, _ = walk(flow.Checkout(), state=state, goods=fewer)
    assert (stuck.screen, stuck.hint) == (Screen.CART, "out_of_stock")
    state, _ = walk(flow.SetQuantity("bread", 1), flow.Checkout(), state=stuck, goods=fewer)
    assert (state.screen, state.cart.short) == (Screen.REVIEW, ())


def test_whoever_is_sent_back_to_the_cart_sees_what_is_left():
    paying, _ = walk(
        flow.Scan("bread"),
        flow.Checkout(),
        flow.Checkout(),
        flow.PayByFace(),
        flow.FaceDone(Payer("s-x", "X***", ())),
        flow.Confirm(),
        flow.Failed(refusal("out_of_stock")),
    )
    _, effects = walk(flow.Cancel(), state=paying)
    assert flow.CountStock() in effects


@pytest.fixture
def shop_home(demo_home):
    demo_home.catalogue_csv.write_text(TABLE)
    (demo_home.path / "discounts.csv").write_text(
        "code,name,kind,value,coupon\nWELCOME,Welcome,amount,1.00,yes\n"
    )
    now_ms = time.time_ns() // 1_000_000
    with Ledger.open_or_create(demo_home) as book:
        desk = book.at(station_key(demo_home, "desk"), now_ms)
        desk.supply("bread", 2, "supply-1")
        desk.topup("s-aaaaaaaaaaaaaaaa", 5_000, "topup-1")
    return demo_home


@pytest.fixture
def payments(shop_home, clearance_of):
    return Payments(
        lambda: Ledger.open(shop_home),
        station_key(shop_home, "kiosk"),
        clearance_of(),
        lambda: {"passive": "none"},
        "file",
        lambda: time.time_ns() // 1_000_000,
    )


def test_the_ledger_keeps_the_discounts_and_the_stock_of_a_payment(shop_home, payments):
    shop = open_shop(shop_home, lambda: Ledger.open(shop_home, read_only=True))
    shop.count_stock()
    cart = parse_cart("tea:1,bread:2", shop.catalogue).enter("WELCOME")
    cart = shop.goods().price(cart)
    assert not cart.short
    receipt = payments.pay(Payer("s-aaaaaaaaaaaaaaaa", "A***", ("blink",)), cart)
    assert receipt.amount_minor == cart.total_minor == 1000 - 100
    assert [d.code for d in receipt.order.discounts] == ["WELCOME"]
    assert stock(lambda: Ledger.open(shop_home, read_only=True)) == {"bread": 0}
    shop.count_stock()
    assert shop.goods().price(parse_cart("bread:1", shop.catalogue)).short


def test_the_shopper_is_told_which_article_ran_out(shop_home, payments):
    shop = open_shop(shop_home, lambda: Ledger.open(shop_home, read_only=True))
    cart = shop.goods().price(parse_cart("tea:1,bread:3", shop.catalogue))
    with pytest.raises(RefusedError, match=r"Too few are left of Bread \(2\)") as refused:
        payments.pay(Payer("s-aaaaaaaaaaaaaaaa", "A***", ("blink",)), cart)
    assert refused.value.refusal.reason == "out_of_stock"
    with Ledger.open(shop_home, read_only=True) as book:
        assert book.balance("s-aaaaaaaaaaaaaaaa") == 5_000


def test_a_camera_that_is_not_there_is_told_from_a_broken_file(live_home):
    with pytest.raises(CameraLostError, match="cannot be opened"):
        require_source(live_home, "/dev/video99")()


class Shopping:
    """A till of tests that has a flow and nothing behind it."""

    def __init__(self, goods):
        self.state, self.goods = flow.attract("EUR"), goods

    def send(self, event):
        self.state, _ = flow.step(self.state, event, 0, self.goods)
        if self.state.screen is Screen.FACE:
            self.send(flow.FaceDone(Payer("s-x", "X***", ())))
        if self.state.screen is Screen.PAYING:
            self.send(flow.Paid(self.state.cart))


def test_a_headless_till_takes_coupons_and_refuses_what_it_does_not_know():
    cart = parse_cart("tea:2", CATALOGUE)
    paid = headless.checkout(Shopping(GOODS), cart, coupons=["welcome"])
    assert [d.code for d in paid.discounts] == ["WELCOME", "tenth"]
    for code, reason in (("nonesuch", "unknown_coupon"), ("ALL", "nothing_to_pay")):
        with pytest.raises(RefusedError) as refused:
            headless.checkout(Shopping(GOODS), cart, coupons=[code])
        assert refused.value.refusal.reason == reason


def test_a_headless_till_names_what_ran_out():
    fewer = Shopping(replace(GOODS, left={"bread": 1}))
    with pytest.raises(RefusedError, match=r"Too few are left of Bread \(1\)") as refused:
        headless.checkout(fewer, parse_cart("bread:2", CATALOGUE))
    assert refused.value.refusal.reason == "out_of_stock"
