"""A printer that fails never loses a payment: the receipt stays, and can be printed again."""

from __future__ import annotations

import pytest

from kiosk import flow
from kiosk.catalogue import built_in, parse
from kiosk.errors import PrinterError
from kiosk.flow import Payer, Screen
from kiosk.goods.shop import Shop
from kiosk.service.attach import receipt_printing
from kiosk.till import Till
from kiosk.window.showcase import sample_receipt

PAYER = Payer("s-abcdefghijklmnop", "W*** L***", ("blink",))


class Camera:
    kind, name, shows = "device", "camera of tests", None

    def read(self):
        return None

    def close(self):
        pass


class Check:
    def run(self, source, frames, tell):
        return PAYER


class Guard:
    def require_free(self):
        pass

    def succeeded(self):
        pass


class Printer:
    def __init__(self, *answers):
        self.answers, self.printed = list(answers), []

    def __call__(self, receipt, language):
        answer = self.answers.pop(0)
        if answer:
            raise answer
        self.printed.append((receipt.id, language))


@pytest.fixture(scope="module")
def receipt(tmp_path_factory):
    return sample_receipt(tmp_path_factory.mktemp("book") / "home")


@pytest.fixture
def paid(receipt):
    def pay(printer, *more):
        class Paying:
            def pay(self, payer, cart):
                return receipt

        till = Till(
            shop=Shop(built_in("EUR")),
            mode="demo",
            open_source=Camera,
            face_check=lambda _cart: Check(),
            pin_check=None,
            guard=Guard(),
            payments=Paying(),
            now_ms=lambda: 0,
            capture=None,
            languages=("en", "ko"),
            print_receipt=printer,
        )
        events = [flow.Touch(), *more, flow.Scan("tea"), flow.Checkout(), flow.Checkout()]
        for event in [*events, flow.PayByFace(), flow.Confirm()]:
            till.send(event)
        assert till.state.screen is Screen.RECEIPT
        return till

    return pay


def test_a_receipt_is_printed_in_the_shoppers_language(paid, receipt):
    printer = Printer(None)
    till = paid(printer, flow.SetLanguage("ko"))
    assert printer.printed == [(receipt.id, "ko")]
    assert till.state.hint == ""


@pytest.mark.parametrize(
    "error", [PrinterError("It is out of paper.", hint="Put a roll in."), KeyError()]
)
def test_a_printer_that_fails_leaves_the_receipt_which_can_be_printed_again(paid, receipt, error):
    printer = Printer(error, error, None)
    till = paid(printer)
    assert (till.state.receipt, till.state.hint) == (receipt, "printer")
    till.send(flow.Print())
    assert till.state.hint == "printer"
    till.send(flow.Print())
    assert till.state.hint == ""
    assert printer.printed == [(receipt.id, "en")]


def test_without_a_printer_nothing_is_printed_and_nothing_is_said(paid):
    till = paid(None)
    till.send(flow.Print())
    assert (till.state.screen, till.state.hint) == (Screen.RECEIPT, "")


def test_articles_on_paper_have_their_names_in_that_language(qapp, receipt, tmp_path):
    table = "sku,name,name_ko,price,category\ncoffee,Coffee,커피,2.80,Drinks\n"
    shop = Shop(parse(table, "EUR", "shop.csv"))
    assert shop.names("ko")("coffee") == "커피"
    assert shop.names("ko")("bread") is None
    device = tmp_path / "lp0"
    device.touch()
    receipt_printing(f"file:{device}", shop)(receipt, "ko")
    assert len(device.read_bytes()) > 10_000
    assert receipt_printing(None, shop) is None
