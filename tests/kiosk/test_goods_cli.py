"""The shop's tables, codes and receipts by the real command."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import zxingcpp

from kiosk.main import main
from kiosk.window.showcase import sample_receipt
from ledger.book import Ledger
from ledger.home import open_home

TABLE = (
    "sku,name,name_ko,price,category,barcodes,picture,tax,stock\n"
    "tea,Tea,차,2.00,Drinks,4006381333931,tea.png,VAT-7,5\n"
)


@pytest.fixture
def facetill(capsys):
    def run(*words):
        status = main([*map(str, words), "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def tables(demo_home, tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    (demo_home.path / "taxes.csv").write_text("name,rate,kind\nVAT-7,7,included\n")
    (folder / "shop.csv").write_text(TABLE)
    (folder / "tea.png").write_bytes(b"picture")
    return folder / "shop.csv"


def stock_of(home, sku):
    with Ledger.open(home, read_only=True) as book:
        return {account: left for account, _, left in book.balances()}[f"assets:stock:{sku}"]


def test_a_table_is_checked_and_imported_with_its_pictures_and_stock(facetill, demo_home, tables):
    words = ("kiosk", "catalogue", "check", tables, "--home", demo_home.path)
    assert facetill(*words) == (0, {"ok": True, "articles": 1, "offers": 0})
    assert not demo_home.catalogue_csv.exists()
    status, done = facetill("kiosk", "catalogue", "import", tables, "--home", demo_home.path)
    assert (status, done["pictures"], done["supplied"]) == (0, 1, ["tea"])
    assert demo_home.catalogue_csv.read_text() == TABLE
    assert (demo_home.path / "tea.png").read_bytes() == b"picture"
    assert stock_of(demo_home, "tea") == 5


def test_importing_again_books_no_stock_twice_and_keeps_the_table_before(
    facetill, demo_home, tables
):
    facetill("kiosk", "catalogue", "import", tables, "--home", demo_home.path)
    tables.write_text(TABLE.replace("2.00", "2.50").replace(",5\n", ",9\n"))
    status, done = facetill("kiosk", "catalogue", "import", tables, "--home", demo_home.path)
    assert (status, done["supplied"]) == (0, [])
    assert stock_of(demo_home, "tea") == 5
    assert (demo_home.path / "catalogue.before.csv").read_text() == TABLE


def test_a_bad_table_changes_nothing_and_every_row_is_named(facetill, demo_home, tables):
    tables.write_text(TABLE + "tea,,x,-1,Drinks,123,none.png,VAT-9,\n")
    for action in ("check", "import"):
        status, answer = facetill("kiosk", "catalogue", action, tables, "--home", demo_home.path)
        assert status == 2
        columns = [problem["column"] for problem in answer["problems"]]
        assert columns == ["sku", "name", "price", "barcodes", "picture", "tax"]
        assert all(problem["line"] == 3 for problem in answer["problems"])
    assert not demo_home.catalogue_csv.exists()


def test_the_homes_own_tables_are_checked_with_its_offers(facetill, demo_home):
    words = ("kiosk", "catalogue", "check", "--home", demo_home.path)
    assert facetill(*words)[1]["articles"] == 12
    (demo_home.path / "discounts.csv").write_text("code,name,kind,value\nx,X,percent,200\n")
    status, answer = facetill(*words)
    assert (status, answer["problems"][0]["line"]) == (2, 2)


def test_the_codes_in_a_picture_are_named(facetill, demo_home, tables, tmp_path):
    facetill("kiosk", "catalogue", "import", tables, "--home", demo_home.path)
    code = zxingcpp.create_barcode("4006381333931", zxingcpp.BarcodeFormat.EAN13)
    picture = np.pad(np.array(code.to_image(scale=3), np.uint8), 60, constant_values=220)
    cv2.imwrite(str(tmp_path / "shelf.png"), picture)
    found = facetill("kiosk", "scan", tmp_path / "shelf.png", "--home", demo_home.path)
    assert found == (0, {"codes": [{"code": "4006381333931", "sku": "tea"}]})
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((80, 80), 200, np.uint8))
    assert facetill("kiosk", "scan", tmp_path / "wall.png", "--home", demo_home.path)[0] == 1


@pytest.fixture
def paid(tmp_path):
    home = tmp_path / "paid"
    receipt = sample_receipt(home)
    return open_home(home), receipt.id


def test_a_receipt_is_kept_as_pdf_and_png_and_verified_from_the_png(qapp, facetill, paid, tmp_path):
    home, ident = paid
    pdf, png = tmp_path / "r.pdf", tmp_path / "r.png"
    words = ("kiosk", "receipt", ident, "--pdf", pdf, "--png", png, "--home", home.path)
    status, done = facetill(*words, "--language", "ko")
    assert (status, done["pdf"], done["png"]) == (0, str(pdf), str(png))
    assert pdf.read_bytes().startswith(b"%PDF")
    status, proven = facetill("ledger", "verify", png, "--home", home.path)
    assert (status, proven["id"]) == (0, ident)


def test_a_receipt_never_overwrites_a_file(qapp, facetill, paid, tmp_path):
    home, ident = paid
    kept = tmp_path / "r.png"
    kept.write_bytes(b"mine")
    status, answer = facetill("kiosk", "receipt", ident, "--png", kept, "--home", home.path)
    assert status == 2
    assert "cannot be written" in answer["error"]
    assert kept.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ([], 2),
        (["--printer", "file:/nonexistent/lp0"], 1),
        (["--printer", "lpt1"], 1),
        (["--png", "x.png", "--language", "tlh"], 2),
    ],
)
def test_a_receipt_that_cannot_be_made_is_said(qapp, facetill, paid, words, status):
    home, ident = paid
    got, answer = facetill("kiosk", "receipt", ident, "--home", home.path, *words)
    assert got == status
    assert answer["hint"]
