"""Statements in ISO 20022 camt.053: the book's accounts as a bank writes them, and a bank's own.

Written is camt.053.001.08; read is any version, as banks send them. A debit of an asset account is
money that came in, which a statement calls a credit. A document with a DOCTYPE is refused before
it is parsed, so that no entity is ever expanded.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from datetime import date
from typing import TYPE_CHECKING, Final

from ledger.bank import BankLine
from ledger.batches import BatchedPayment
from ledger.errors import BadInputError, Error
from ledger.money import MINOR_MAX, exponent, format_decimal, parse_amount
from ledger.reading import is_within
from ledger.receipt import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.entries import Entry

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
BYTES_MAX: Final = 20_000_000
_TEXT_MAX: Final = 35  # Max35Text, which ids and references are
_NAMESPACES: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d\}")


def to_camt053(
    entries: Iterable[Entry], *, account: str, currency: str, origin: str, created_ms: int
) -> str:
    """One account's statement over the whole book.

    Args:
        entries: The book's, in order.
        account: This account and those below it.
        currency: ISO 4217 code; other currencies are left out.
        origin: The book's name.
        created_ms: When the statement is made, Unix milliseconds.
    """
    rows = [
        (entry, sum(p.amount_minor for p in entry.postings if _is_of(p, account, currency)))
        for entry in entries
    ]
    rows = [(entry, minor) for entry, minor in rows if minor]
    first = iso_time(rows[0][0].clock_ms) if rows else iso_time(created_ms)
    last = iso_time(rows[-1][0].clock_ms) if rows else iso_time(created_ms)
    document = ET.Element("Document", xmlns=NAMESPACE)
    report = ET.SubElement(document, "BkToCstmrStmt")
    made = iso_time(created_ms)
    _nest(report, "GrpHdr", MsgId=_short(f"{origin}/{created_ms}"), CreDtTm=made)
    statement = _nest(report, "Stmt", Id=_short(f"{account}/{created_ms}"), CreDtTm=made)
    _nest(statement, "FrToDt", FrDtTm=min(first, last), ToDtTm=max(first, last))
    holder = _nest(statement, "Acct")
    _nest(_nest(_nest(holder, "Id"), "Othr"), None, Id=_short(account))
    _nest(holder, None, Ccy=currency)
    _balance(statement, "OPBD", 0, currency, first)
    _balance(statement, "CLBD", sum(minor for _, minor in rows), currency, last)
    for entry, minor in rows:
        _entry(statement, entry, minor, currency)
    ET.indent(document)
    text = ET.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def parse_camt053(data: bytes) -> list[BankLine]:
    """The booked lines of a bank's statement; money that came in is positive.

    Raises:
        BadInputError: No such document, or one that is larger than 20 MB.
    """
    if len(data) > BYTES_MAX:
        raise _no_statement("it is larger than 20 MB")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        raise _no_statement("it has a document type, or is not UTF-8")
    try:
        root = ET.fromstring(data)  # noqa: S314 - no DOCTYPE, so nothing is expanded or fetched
    except (ET.ParseError, ValueError, LookupError) as e:
        raise _no_statement("it is not well-formed XML") from e
    found = _NAMESPACES.match(root.tag)
    if found is None or not root.tag.endswith("}Document"):
        raise _no_statement("it is no camt.053")
    space = found.group(0)
    lines = []
    for number, entry in enumerate(root.iter(f"{space}Ntry"), 1):
        status = entry.find(f"{space}Sts")
        code = status.findtext(f"{space}Cd") if status is not None else None
        if (code or (status.text if status is not None else None)) != "BOOK":
            continue
        try:
            lines.append(_line(entry, space))
        except (Error, ValueError, KeyError) as e:
            raise _no_statement(f"its entry {number} cannot be read") from e
    return lines


def _line(entry: ET.Element, space: str) -> BankLine:
    amount = entry.find(f"{space}Amt")
    if amount is None:
        raise ValueError("no amount")
    currency = amount.get("Ccy", "")
    text = (amount.text or "").strip()
    whole, _, fraction = text.partition(".")
    digits = exponent(currency)
    if set(fraction[digits:]) - {"0"}:
        raise ValueError("more decimals than the currency has")
    minor = parse_amount(f"{whole}.{fraction[:digits]}".rstrip("."), currency)
    sign = {"CRDT": 1, "DBIT": -1}[(entry.findtext(f"{space}CdtDbtInd") or "").strip()]
    day = entry.find(f"{space}BookgDt")
    when = "" if day is None else "".join(day.itertext()).strip()
    names = ("NtryRef", "AcctSvcrRef", "EndToEndId", "Ustrd", "AddtlNtryInf")
    references = [
        (part.text or "").strip() for name in names for part in entry.iter(f"{space}{name}")
    ]
    return BankLine(
        date.fromisoformat(when[:10]), sign * minor, currency, " ".join(filter(None, references))
    )


def _entry(statement: ET.Element, entry: Entry, minor: int, currency: str) -> None:
    content = entry.content
    place = f".{content.number}" if isinstance(content, BatchedPayment) else ""
    row = _nest(statement, "Ntry", NtryRef=f"{entry.index}{place}")
    _amount(row, minor, currency)
    _nest(_nest(row, "Sts"), None, Cd="BOOK")
    day = iso_time(entry.clock_ms)
    _nest(row, "BookgDt", DtTm=day)
    _nest(row, "ValDt", DtTm=day)
    _nest(row, None, AcctSvcrRef=str(entry.index))
    _nest(_nest(row, "BkTxCd"), "Prtry", Cd=entry.kind)
    details = _nest(_nest(row, "NtryDtls"), "TxDtls")
    _nest(details, "Refs", EndToEndId=_short(entry.id))


def _balance(statement: ET.Element, code: str, minor: int, currency: str, day: str) -> None:
    balance = _nest(statement, "Bal")
    _nest(_nest(_nest(balance, "Tp"), "CdOrPrtry"), None, Cd=code)
    _amount(balance, minor, currency)
    _nest(balance, "Dt", DtTm=day)


def _amount(parent: ET.Element, minor: int, currency: str) -> None:
    if abs(minor) > MINOR_MAX:
        raise BadInputError(
            "The account holds more than a statement can say.", hint="Name a smaller account."
        )
    amount = ET.SubElement(parent, "Amt", Ccy=currency)
    amount.text = format_decimal(abs(minor), currency)
    _nest(parent, None, CdtDbtInd="DBIT" if minor < 0 else "CRDT")


def _nest(parent: ET.Element, name: str | None, **texts: str) -> ET.Element:
    """An element below `parent` (None: `parent` itself) with these plain ones in it."""
    element = parent if name is None else ET.SubElement(parent, name)
    for tag, text in texts.items():
        ET.SubElement(element, tag).text = text
    return element


def _is_of(posting: tuple[str, str, int], account: str, currency: str) -> bool:
    return posting[1] == currency and is_within(posting[0], account)


def _short(text: str) -> str:
    """At most 35 characters; what is cut is told apart by a digest."""
    if len(text) <= _TEXT_MAX:
        return text
    return f"{text[: _TEXT_MAX - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _no_statement(why: str) -> BadInputError:
    return BadInputError(
        f"This is no statement in camt.053: {why}.",
        hint="Ask the bank for camt.053 as XML, or give CSV with date, amount and reference.",
    )
