"""Statements out and in, and the book against the bank."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import camt
from ledger.bank import BankLine, parse_csv
from ledger.errors import BadInputError
from ledger.reconcile import BookLine, book_lines, read_bank_file, reconcile

DAY = date(2026, 11, 24)
SPACE = f"{{{camt.NAMESPACE}}}"


def statement(shop):
    return camt.to_camt053(
        shop.book.entries(),
        account="assets:cash",
        currency="EUR",
        origin="facetill/0123456789abcdef",
        created_ms=shop.now_ms,
    )


def test_what_is_written_is_read_again(stocked):
    lines = camt.parse_camt053(statement(stocked).encode())
    assert [line.amount_minor for line in lines] == [10_000, 500]
    assert {line.currency for line in lines} == {"EUR"}
    ours = book_lines(stocked.book.register("assets:cash"), "EUR")
    assert [line.date for line in lines] == [line.date for line in ours]
    assert reconcile(ours, lines).is_clean


def test_elements_stand_in_the_order_that_the_standard_wants(stocked):
    root = ET.fromstring(statement(stocked))
    (report,) = root
    names = [child.tag.removeprefix(SPACE) for child in report.find(f"{SPACE}Stmt")]
    assert names == ["Id", "CreDtTm", "FrToDt", "Acct", "Bal", "Bal", "Ntry", "Ntry"]
    entry = report.find(f"{SPACE}Stmt/{SPACE}Ntry")
    assert [child.tag.removeprefix(SPACE) for child in entry] == [
        *("NtryRef", "Amt", "CdtDbtInd", "Sts", "BookgDt", "ValDt", "AcctSvcrRef"),
        *("BkTxCd", "NtryDtls"),
    ]
    for name in ("MsgId", "Id", "NtryRef", "AcctSvcrRef", "EndToEndId"):
        assert all(len(part.text or "") <= 35 for part in root.iter(f"{SPACE}{name}"))


BANK = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-24</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>topup/t1</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">3.5000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><DtTm>2026-11-25T10:00:00Z</DtTm></BookgDt></Ntry>
<Ntry><Amt Ccy="EUR">9.99</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def test_a_banks_own_statement_is_read_without_what_is_pending():
    assert camt.parse_camt053(BANK.encode()) == [
        BankLine(DAY, 1_250, "EUR", "topup/t1"),
        BankLine(DAY + timedelta(days=1), -350, "EUR", ""),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Document/>',
        BANK[:-40].encode(),
        BANK.replace("12.50", "12.505").encode(),
        BANK.replace("12.50", "NaN").encode(),
        BANK.replace("12.50", "9" * 18).encode(),
        BANK.replace("CRDT", "WHAT").encode(),
        BANK.replace("2026-11-24", "24.11.26").encode(),
        BANK.replace('Ccy="EUR"', 'Ccy="XXX"').encode(),
        BANK.encode("utf-16"),
    ],
)
def test_a_damaged_or_hostile_statement_is_refused(data):
    with pytest.raises(BadInputError):
        camt.parse_camt053(data)


def test_csv_is_read_however_the_bank_writes_it():
    ours = [BankLine(DAY, -1_250, "EUR", "rent; paid"), BankLine(DAY, 300, "EUR", "x")]
    assert (
        parse_csv(
            b"\xef\xbb\xbfReference;Other;Amount;Date\r\n"
            b'"rent; paid";1;-12,50;24.11.2026\r\nx;;+3;2026-11-24\r\n',
            "EUR",
        )
        == ours
    )
    assert read_bank_file(b"date,amount,reference\n2026-11-24,3,x\n", "EUR") == ours[1:]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"date,amount\n", "lacks reference"),
        (b"date,amount,reference\n2026-11-24,1e3,x\n2026-13-24,1,x\n", "read: 2, 3"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_csv_that_cannot_be_used_says_why(data, why):
    with pytest.raises(BadInputError, match=why):
        parse_csv(data, "EUR")


def book(amount, entry, day=DAY, name=None):
    return BookLine(day, amount, "EUR", entry, name or f"topup/t{entry}")


def test_a_reference_beats_a_nearer_date():
    far = book(100, 1, DAY - timedelta(days=40))
    found = reconcile([far, book(100, 2)], [BankLine(DAY, 100, "EUR", "thanks for topup/t1")])
    assert found.matched == [((far,), BankLine(DAY, 100, "EUR", "thanks for topup/t1"))]
    assert found.only_in_book == [book(100, 2)]


def test_a_days_takings_may_be_one_deposit():
    found = reconcile([book(100, 1), book(250, 2)], [BankLine(DAY + timedelta(1), 350, "EUR", "")])
    assert found.is_clean
    assert found.difference_minor == 0


def test_what_one_side_lacks_is_named():
    found = reconcile([book(100, 1)], [BankLine(DAY, 99, "EUR", "other")])
    assert not found.is_clean
    assert found.difference_minor == 1
    assert "entry 1" in found.text()
    assert "other" in found.text()


lines = st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 12)), max_size=12)


@given(ours=lines, theirs=lines, seed=st.integers(0, 99))
def test_every_line_ends_in_one_place_whatever_the_order(ours, theirs, seed):
    book_side = [book(a, n, DAY + timedelta(days=d)) for n, (a, d) in enumerate(ours)]
    bank_side = [BankLine(DAY + timedelta(days=d), a, "EUR", "") for a, d in theirs]
    found = reconcile(book_side, bank_side)
    again = reconcile(
        random.Random(seed).sample(book_side, len(book_side)),
        random.Random(seed).sample(bank_side, len(bank_side)),
    )
    assert again == found
    matched = [line for group, _ in found.matched for line in group]
    assert sorted(matched + found.only_in_book) == sorted(book_side)
    assert sorted([line for _, line in found.matched] + found.only_at_bank) == sorted(bank_side)
    assert all(sum(o.amount_minor for o in g) == b.amount_minor for g, b in found.matched)
    assert found.difference_minor == sum(a for a, _ in ours) - sum(a for a, _ in theirs)
