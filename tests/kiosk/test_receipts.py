"""Receipts to take away: in three languages, as PDF and PNG, on paper, and when paper runs out."""

from __future__ import annotations

import re
import socket
import threading
import unicodedata
import zlib
from datetime import UTC

import cv2
import numpy as np
import pytest
from escpos.printer import Dummy

from kiosk.errors import PrinterError
from kiosk.receipts import drawing, layout, photo, printer
from kiosk.window.showcase import sample_receipt
from ledger.authorization import Authorization, sign
from ledger.book import Ledger
from ledger.home import open_home, station_key
from ledger.orders import Discount, Order, OrderLine, Tax

NOW_MS = 1_800_000_100_000
SHOPPER = "s-aaaaaaaaaaaaaaaa"
ORDER = Order(
    (OrderLine("tea", "Tea", 3, 200), OrderLine("bread", "Bread", 1, 400)),
    "EUR",
    (Discount("WELCOME", "Welcome", 100),),
    (Tax("VAT-10", 100_000, 500, "included"), Tax("GST", 50_000, 400, "added")),
)


@pytest.fixture(scope="module")
def receipt(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "home"
    sample_receipt(path)
    home = open_home(path)
    kiosk = station_key(home, "kiosk")
    with Ledger.open(home) as book:
        book.at(station_key(home, "desk"), NOW_MS).topup(SHOPPER, 5_000, "topup-7")
        signed = sign(
            Authorization(
                id="0123456789abcdef0123456789abcdef",
                kiosk=kiosk.key_id,
                pseudonym=SHOPPER,
                cart_digest=ORDER.digest(),
                amount_minor=ORDER.total_minor,
                currency="EUR",
                issued_at_ms=NOW_MS,
                expires_at_ms=NOW_MS + 30_000,
                policy="0" * 64,
                models={"passive": "none"},
                cues=("blink",),
                method="face",
                source="file",
            ),
            kiosk,
        )
        return book.post(signed, ORDER, NOW_MS)


def rows(receipt, language="en", **more):
    return layout.layout(receipt, language, zone=UTC, **more)


def test_every_language_has_every_word():
    assert {frozenset(layout.words(language)) for language in layout.LANGUAGES} == {
        frozenset(layout.words("en"))
    }
    assert all(all(layout.words(language).values()) for language in layout.LANGUAGES)


def test_the_rows_add_up_to_the_total(receipt):
    shown = [(row.left, row.right) for row in rows(receipt) if row.kind in {"text", "total"}]
    assert shown == [
        ("Tea", "6.00"),
        ("Bread", "4.00"),
        ("Subtotal", "10.00"),
        ("Welcome", "-1.00"),
        ("GST 5 %", "0.20"),
        ("TOTAL", "9.20 EUR"),
    ]
    assert ("of it VAT-10 10 %", "0.45") in [(row.left, row.right) for row in rows(receipt)]


def test_an_article_has_its_name_in_the_shoppers_language(receipt):
    names = {"tea": "차"}
    shown = [row.left for row in rows(receipt, "ko", name_of=names.get)]
    assert "차" in shown
    assert "Bread" in shown


@pytest.mark.parametrize("language", layout.LANGUAGES)
def test_a_receipt_says_demo_and_nothing_of_the_shopper(receipt, language):
    made = rows(receipt, language)
    assert [row.left for row in made if row.kind == "notice"] == [layout.words(language)["demo"]]
    assert not any(SHOPPER in row.left + row.right for row in made if row.kind != "code")


@pytest.mark.parametrize("language", layout.LANGUAGES)
def test_a_receipt_too_long_for_a_code_says_so_and_is_still_printed(qapp, receipt, language):
    class Long:
        def __getattr__(self, name):
            return getattr(receipt, name)

        def qr_payload(self):
            return "FACETILL1:" + "A" * layout.QR_CHARS_MAX

    made = rows(Long(), language)
    assert not [row for row in made if row.kind == "code"]
    assert made[-1].left == layout.words(language)["too_long"]
    assert drawing.png(made, language)


def test_the_largest_code_is_drawn_and_read_back(qapp):
    payload = "FACETILL1:" + "A9" * ((layout.QR_CHARS_MAX - 10) // 2)
    data = drawing.png([layout.Row("code", payload)], "en")
    assert photo.read(data) == payload


def test_an_unknown_language_is_english(receipt):
    assert rows(receipt, "tlh") == rows(receipt, "en")
    assert layout.known("zh-Hans") == "zh"


@pytest.mark.parametrize("language", layout.LANGUAGES)
def test_the_picture_is_read_back_to_the_proof(qapp, receipt, language):
    data = drawing.png(rows(receipt, language), language)
    assert photo.read(data) == receipt.qr_payload()
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture.shape[1] == drawing.PNG_SCALE * (drawing.DOTS + 2 * drawing.MARGIN_DOTS)
    assert picture[:, :40].min() == picture[:, -40:].min() == 255  # nothing is clipped at the edge


def glyphs_with_text(pdf):
    """What the fonts of a PDF say their glyphs mean: text that can be selected and searched."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        if b"beginbfchar" in text or b"beginbfrange" in text:
            for code in re.findall(rb"(?:<[0-9a-fA-F]{4}>\s*){2}<([0-9a-fA-F]{4})>", text):
                found.add(chr(int(code, 16)))
            for row in re.findall(rb"\[([^\]]*)\]", text):
                found |= {chr(int(c, 16)) for c in re.findall(rb"<([0-9a-fA-F]{4})>", row)}
    return found


@pytest.mark.parametrize("language", layout.LANGUAGES)
def test_the_text_of_a_pdf_can_be_selected(qapp, receipt, language):
    made = rows(receipt, language)
    pdf = drawing.pdf(made, language, "Receipt")
    assert pdf.startswith(b"%PDF-")
    wanted = {c for row in made if row.kind != "code" for c in row.left + row.right} - set(
        " \u202f"
    )
    # a Han character that is also a radical may stand under either name: they are one to a search
    found = {unicodedata.normalize("NFKC", glyph) for glyph in glyphs_with_text(pdf)}
    assert {unicodedata.normalize("NFKC", char) for char in wanted} <= found


def test_a_long_name_is_broken_and_never_cut(qapp, receipt):
    names = {"tea": "Teemitsehrlangemnamen" * 8, "bread": "Bread of many words " * 8}
    short = drawing.Paper(rows(receipt), "en").height
    long = drawing.Paper(rows(receipt, name_of=names.get), "en")
    assert long.height > short + 100


def printed(made, language="en", **more):
    device = Dummy(profile=printer.PROFILE)
    printer.EscposPrinter(lambda: device, has_status=False, **more).print_rows(made, language)
    return device.output


def test_plain_text_is_printed_as_text_and_the_code_as_dots(qapp, receipt):
    out = printed(rows(receipt))
    assert b"Tea" in out
    assert b"9.20 EUR" in out
    assert b"\x1dv0" in out  # a raster image, GS v 0
    assert out.rstrip().endswith((b"\x1dV\x00", b"\x1dVA\x03", b"\x1dV1", b"\x1dVB\x00"))


@pytest.mark.parametrize("language", ["ko", "zh"])
def test_what_a_printer_has_no_letters_for_is_printed_as_dots(qapp, receipt, language):
    made = rows(receipt, language)
    out = printed(made, language)
    assert b"Tea" not in out
    width, height, dots = drawing.dots(made, language)
    assert (width, len(dots)) == (drawing.DOTS, width * height)
    image = np.frombuffer(dots, np.uint8).reshape(height, width)
    png = cv2.imencode(".png", np.pad(image, 20, constant_values=255))[1].tobytes()
    assert photo.read(png) == receipt.qr_payload()


@pytest.mark.parametrize("text", ["", "short", "a name that is as long as it is " * 3])
def test_columns_never_run_over_the_paper(text):
    for line in printer.columns(text, "1,234.00"):
        assert len(line) <= printer.COLUMNS


class Broken(Dummy):
    def __init__(self, error=None, paper=2):
        super().__init__(profile=printer.PROFILE)
        self.error, self.paper = error, paper

    def paper_status(self):
        return self.paper

    def _raw(self, msg):
        if self.error and len(self._output_list) > 3:
            raise self.error
        super()._raw(msg)


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (Broken(OSError(19, "No such device")), "No such device"),
        (Broken(TimeoutError("timed out")), "timed out"),
        (Broken(paper=0), "out of paper"),
    ],
)
def test_a_printer_that_fails_says_so_and_that_the_payment_is_booked(qapp, receipt, device, words):
    with pytest.raises(PrinterError, match=words) as failed:
        printer.EscposPrinter(lambda: device).print_rows(rows(receipt), "en")
    assert "the payment is booked" in failed.value.hint


@pytest.mark.parametrize(
    "spec", ["", "lpt1", "network:", "usb:04b8:0e15", "file:relative", "network:a b", "network:h:x"]
)
def test_words_that_name_no_printer_are_refused(spec):
    with pytest.raises(PrinterError, match="names no printer"):
        printer.open_printer(spec)


@pytest.mark.parametrize("spec", ["file:/nonexistent/lp0", "network:127.0.0.1:1"])
def test_a_printer_that_is_not_there_is_said(receipt, spec):
    with pytest.raises(PrinterError, match="does not answer"):
        printer.open_printer(spec).print_rows(rows(receipt), "en")


def test_a_network_printer_gets_the_whole_receipt(qapp, receipt):
    got = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.settimeout(20)
                while data := connection.recv(65_536):
                    if data.startswith(b"\x10\x04\x04"):  # DLE EOT 4: is there paper?
                        connection.sendall(b"\x12")
                    got.append(data)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        port = server.getsockname()[1]
        printer.open_printer(f"network:127.0.0.1:{port}").print_rows(rows(receipt), "en")
        serving.join(20)
    assert b"9.20 EUR" in b"".join(got)


def test_a_file_printer_gets_the_same_bytes_as_any_other(qapp, receipt, tmp_path):
    path = tmp_path / "lp0"
    path.touch()
    printer.open_printer(f"file:{path}").print_rows(rows(receipt), "en")
    assert path.read_bytes() == printed(rows(receipt))
