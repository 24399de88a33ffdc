"""The shop's table of articles: what is read, and how everything that is wrong is named at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.catalogue import built_in, load, parse
from kiosk.errors import PROBLEMS_SHOWN, TableError
from kiosk.goods import gtin
from kiosk.pricing.taxes import TaxRate

HEAD = "sku,name,price,category\n"
TAXES = {"VAT-10": TaxRate("VAT-10", 100_000, "included")}
FULL = """\
sku,name,name_ko,name_zh,price,category,category_ko,barcodes,picture,tax,stock
milk,Milk,우유,牛奶,1.20,Dairy,유제품,4006381333931 40170725,pictures/milk.png,VAT-10,12
wine,"Wine, red",,,9.90,Drinks,,QR-WINE|036000291452,,,
"""


def problems(text, currency="EUR", **more):
    with pytest.raises(TableError, match=r"shop\.csv") as refused:
        parse(text, currency, "shop.csv", **more)
    assert refused.value.hint
    return refused.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: the columns must be sku,name,price,category; no sku here"),
        ("a,b\n", "the column 'a' is not known"),
        (HEAD.replace("\n", ",barcode\n"), "the column 'barcode' is not known: did you mean"),
        (HEAD.replace("\n", ",sku\n"), "the column 'sku' is there twice"),
        (HEAD, "no article"),
        (HEAD + "a,A,-1.00,X\n", "line 2, price '-1.00': it is negative"),
        (HEAD + "a,A,0,X\n", "nothing"),
        (HEAD + "a,A,1.234,X\n", "no amount"),
        (HEAD + "a,A,one,X\n", "no amount"),
        (HEAD + 'a,A,"1,234",X\n', "its comma can be read in two ways: write it as 3.00"),
        (HEAD + "a,A,9999999999999,X\n", "more than a till can take"),
        (HEAD + "a,A,1.00\n", "line 2: it must have 4 fields, and has 3"),
        (HEAD + "a,A,1,20,X\n", "put a field that holds a comma in quotes"),
        (HEAD + "a,A,1.00,X\na,B,2.00,X\n", "line 3, sku 'a': it is there twice, on line 2 first"),
        (HEAD + "a:b,A,1.00,X\n", "colon"),
        (HEAD + ",A,1.00,X\n", "sku '': it is empty"),
        (HEAD + "a," + "A" * 200 + ",1.00,X\n", "too long"),
        (HEAD + 'a,"A\x07",1.00,X\n', "unprintable"),
        (HEAD + 'a,"A,1.00,X\n', "not CSV"),
    ],
)
def test_a_row_that_cannot_be_sold_from_is_named(text, words):
    assert words in problems(text).message


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("barcodes", "4006381333932", "the check digit of 4006381333932 is wrong: 4006381333931"),
        ("barcodes", "12345", "5 digits"),
        ("barcodes", "4.00638E+12", "a spreadsheet shortened it"),
        ("picture", "../secret.png", "own folder"),
        ("picture", "/etc/a.png", "own folder"),
        ("picture", "a.exe", ".png"),
        ("tax", "VAT-9", "taxes.csv has VAT-10"),
        ("stock", "-1", "a whole number from 0"),
        ("stock", "some", "a whole number from 0"),
    ],
)
def test_an_optional_field_is_as_strict(column, value, words):
    text = f"sku,name,price,category,{column}\na,A,1.00,X,{value}\n"
    assert words in problems(text, taxes=TAXES).message


def test_one_report_names_all_that_is_wrong():
    error = problems(HEAD + "a,,x,X\n:,B,1.00,\nc,C,1.00,X\n")
    assert [(p.line, p.column) for p in error.problems] == [
        (2, "name"),
        (2, "price"),
        (3, "sku"),
        (3, "category"),
    ]
    assert all(f"line {p.line}, {p.column}" in error.message for p in error.problems)


def test_a_long_report_is_cut_and_says_by_how_much():
    error = problems(HEAD + "a,A,x,X\n" * 80)
    assert len(error.problems) == 80 + 79  # each price, and every sku but the first
    assert f"and {159 - PROBLEMS_SHOWN} more" in error.message


def test_a_full_row_is_read():
    milk, wine = parse(FULL, "EUR", "shop.csv", TAXES).products
    assert (milk.name_in("ko"), milk.name_in("zh_CN"), milk.name_in("en")) == (
        "우유",
        "牛奶",
        "Milk",
    )
    assert (milk.category_in("ko"), milk.category_in("zh")) == ("유제품", "Dairy")
    assert (milk.picture, milk.tax, milk.stock) == ("pictures/milk.png", "VAT-10", 12)
    assert (wine.name, wine.stock, wine.tax) == ("Wine, red", None, "")


def test_an_article_is_found_by_any_of_its_codes():
    catalogue = parse(FULL, "EUR", "shop.csv", TAXES)
    for code in ("4006381333931", "04006381333931", " 40170725\r", "milk"):
        assert catalogue.scanned(code).sku == "milk"
    for code in ("QR-WINE", "036000291452", "0036000291452"):
        assert catalogue.scanned(code).sku == "wine"
    assert catalogue.scanned("4006381333932") is None


def test_one_code_cannot_name_two_articles():
    text = "sku,name,price,category,barcodes\na,A,1.00,X,036000291452\nb,B,1.00,X,0036000291452\n"
    assert "line 3, barcodes" in problems(text).message


def test_counted_stock_needs_a_sku_that_the_book_can_count():
    text = "sku,name,price,category,stock\na_b,A,1.00,X,3\n"
    assert "letters, digits and hyphens" in problems(text).message


def test_a_missing_picture_is_named_where_pictures_are_looked_for(tmp_path):
    assert "no such file" in problems(FULL, taxes=TAXES, pictures=tmp_path).message
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "milk.png").write_bytes(b"x")
    parse(FULL, "EUR", "shop.csv", TAXES, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path, encoding, delimiter, newline):
    rows = [["price", "Category", "sku", "name"], ['"3,20"', "Drinks", "coffee", "커피"], [""] * 4]
    text = newline.join(delimiter.join(row) for row in rows)
    path = tmp_path / "shop.csv"
    path.write_bytes(text.encode(encoding))
    (coffee,) = load(path, "EUR").products
    assert (coffee.sku, coffee.name, coffee.price_minor) == ("coffee", "커피", 320)


def test_a_comma_is_no_decimal_where_there_are_no_decimals():
    assert "two ways" in problems(HEAD + 'a,A,"3,200",X\n', "KRW").message


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x80\x81", "가격".encode("cp949")])
def test_a_table_that_is_no_text_is_said(tmp_path, data):
    path = tmp_path / "catalogue.csv"
    path.write_bytes(data)
    with pytest.raises(TableError, match="save it as CSV in UTF-8"):
        load(path, "EUR")


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        load(tmp_path, "EUR")


@settings(max_examples=40)
@given(st.text(max_size=120))
def test_no_text_breaks_the_reader(text):
    try:
        catalogue = parse(text, "EUR", "shop.csv")
    except TableError as error:
        assert error.problems  # noqa: PT017 - either outcome is right
    else:
        assert catalogue.products


@given(st.text("0123456789", min_size=7, max_size=13).filter(lambda d: len(d) + 1 in gtin.LENGTHS))
def test_one_wrong_digit_is_always_found(digits):
    code = digits + str(gtin.check_digit(digits))
    assert gtin.is_gtin(code)
    for place, digit in enumerate(code):
        for other in set("0123456789") - {digit}:
            assert not gtin.is_gtin(code[:place] + other + code[place + 1 :])


def test_the_built_in_goods_load_in_every_kind_of_currency():
    for currency in ("EUR", "KRW", "KWD"):
        assert built_in(currency).products
