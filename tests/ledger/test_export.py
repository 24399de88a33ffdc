"""Exports: other programs read them, and their own checkers find nothing wrong."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from decimal import Decimal

import pytest

from ledger import export


@pytest.fixture
def entries(stocked):
    paid = stocked.pay(stocked.order(("Q1", 'Cake "Wien", 20 % off', 2, 199)))
    stocked.at_desk().refund(paid.id, 150, "r1")
    stocked.pay()
    return list(stocked.book.entries())


def test_rows_of_csv_sum_to_nothing_for_each_entry(entries):
    rows = list(csv.DictReader(io.StringIO(export.to_csv(entries))))
    assert tuple(rows[0]) == export.CSV_COLUMNS
    sums = {}
    for row in rows:
        sums[row["entry"]] = sums.get(row["entry"], 0) + Decimal(row["amount"])
    assert len(sums) == sum(1 for entry in entries if entry.postings)
    assert set(sums.values()) == {0}


def test_json_holds_every_entry(entries):
    told = json.loads(export.to_json(entries))["entries"]
    assert [entry["entry"] for entry in told] == list(range(len(entries)))
    assert {entry["kind"] for entry in told} >= {"genesis", "topup", "payment", "refund"}


def test_beancounts_own_checker_accepts_it_and_comes_to_the_same_balances(entries, stocked):
    from beancount import loader
    from beancount.core import realization

    loaded, errors, _ = loader.load_string(export.to_beancount(entries))
    assert errors == []
    tree = realization.realize(loaded)
    for account, currency, minor in stocked.book.balances():
        name = export._beancount_account(account)
        held = realization.get(tree, name).balance.get_currency_units(currency).number
        assert held == Decimal(minor) / 100


def test_hledgers_own_checker_accepts_it_and_comes_to_the_same_balances(entries, stocked):
    if shutil.which("hledger") is None:
        pytest.skip("needs hledger, which this machine does not have: apt-get install hledger")
    journal = export.to_hledger(entries)

    def hledger(*words):
        return subprocess.run(
            ["hledger", "-f", "-", *words],
            input=journal,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    hledger("check")
    shown = hledger("balance", "--flat", "--no-total", "-O", "csv")
    balances = {row["account"]: row["balance"] for row in csv.DictReader(io.StringIO(shown))}
    for account, currency, minor in stocked.book.balances():
        number, _, unit = balances[account].partition(" ")
        assert (Decimal(number), unit) == (Decimal(minor) / 100, currency)


def test_an_empty_book_exports_to_something_readable(make_shop):
    entries = list(make_shop(name="empty").book.entries())
    assert export.to_csv(entries).count("\n") == 1
    assert export.to_beancount(entries).strip() == ""
