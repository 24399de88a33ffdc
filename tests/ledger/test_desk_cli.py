"""The verbs of staff and auditors, as they are typed."""

from __future__ import annotations

import json

import pytest

import kiosk.main
from ledger import keys
from ledger.bank import BankLine
from ledger.book import Ledger
from ledger.cli_examples import EXAMPLES


@pytest.fixture
def run(stocked, capsys):
    stocked.book.close()

    def run(*words, home=stocked.home.path):
        capsys.readouterr()
        words = [str(word) for word in words]
        status = kiosk.main.main(["ledger", *words, "--json", "--home", str(home)])
        told = capsys.readouterr()
        record = json.loads(told.out)
        kiosk.main.main(["ledger", *words, "--home", str(home)]) if status == 0 else None
        return status, record, capsys.readouterr().out

    return run


def test_stock_and_limits_are_booked(run):
    assert run("supply", "coffee", 5, "--id", "s1")[1]["pieces"] == 5
    status, record, text = run("supply", "coffee", -2, "--id", "s2")
    assert (status, record["pieces"]) == (0, 3)
    assert "3 pieces of coffee" in text
    assert run("supply", "coffee", -9)[0] == 1
    assert run("limit", "150", "--id", "l1")[0] == 0
    assert "at most 9.00 EUR for s-other" in run("limit", "9", "--shopper", "s-other")[2]
    assert run("check")[0] == 0


def test_the_day_is_closed_and_reports_are_read(run):
    assert run("xreport")[1]["sales_minor"] == 1_200
    status, record, text = run("close", "--id", "z1")
    assert (status, record["number"], record["grand_total_minor"]) == (0, 1, 1_200)
    assert "Z REPORT 1" in text
    assert run("xreport")[1]["number"] == 2


def test_statements_and_stats_say_what_was_bought(run, stocked):
    _, record, text = run("statement", stocked.shopper)
    assert [row["amount_minor"] for row in record["rows"]] == [10_000, -400, -400, -400]
    assert "3 x Apple" in text
    assert "88.00 EUR" in text
    assert run("statement", "NOBODY!")[0] == 2
    _, record, text = run("stats")
    assert record["kinds"]["payment"] == 3
    assert record["pieces_sold"] == {"A1": 9, "B1": 3}
    assert "Sales by day" in text


def test_holds_are_listed_settled_and_given_back(run, stocked, make_shop):
    shop = make_shop(name="held")
    shop.topup()
    for _ in range(2):
        shop.hold()
    shop.hold(until_ms=shop.now_ms + 1)
    shop.book.close()
    held = run("holds", home=shop.home.path)[1]["holds"]
    assert [hold["amount_minor"] for hold in held] == [400, 400, 400]
    assert run("void", held[0]["id"], home=shop.home.path)[0] == 0
    status, record, _ = run("capture", held[1]["id"], home=shop.home.path)
    # by today's clock its time is long over, or has not begun: either way it says so
    assert status in (0, 1)
    assert "error" in record or record["ok"]
    run("expire", home=shop.home.path)
    assert run("check", home=shop.home.path)[0] == 0


def test_the_key_is_changed_and_proofs_are_exported(run, stocked, tmp_path):
    status, record, text = run("rotate-key")
    assert status == 0
    assert record["key"] != record["id"]
    assert "beside the old one" in text
    assert run("tiles", tmp_path / "tiles")[0] == 0
    assert (tmp_path / "tiles" / "checkpoint").exists()
    assert run("check", "--all")[0] == 0


def test_the_cash_account_is_compared_with_the_bank(run, tmp_path):
    bank = tmp_path / "bank.csv"
    bank.write_text("date,amount,reference\n2027-01-15,100,\n2027-01-15,5,\n")
    status, record, _ = run("reconcile", bank)
    assert (status, record["matched"]) == (0, 2)
    bank.write_text("date,amount,reference\n2027-01-15,100,\n")
    status, record, _ = run("reconcile", bank)
    assert (status, record["difference_minor"]) == (1, 500)
    assert BankLine


def test_a_statement_for_the_bank_is_exported_and_reconciles(run, tmp_path):
    assert run("export", "--format", "camt053")[1]["text"].startswith("<?xml")
    kiosk_out = tmp_path / "cash.xml"
    kiosk_out.write_text(run("export", "--format", "camt053")[1]["text"])
    assert run("reconcile", kiosk_out)[1]["ok"]


def test_a_book_is_saved_and_put_back(run, stocked, tmp_path):
    assert (
        kiosk.main.main(
            ["ledger", "backup", str(tmp_path / "b.gz"), "--home", str(stocked.home.path)]
        )
        == 0
    )
    home = tmp_path / "again"
    status = kiosk.main.main(["ledger", "restore", str(tmp_path / "b.gz"), "--home", str(home)])
    assert status == 0
    assert run("balance", home=home)[1] == run("balance")[1]


def test_a_further_kiosk_is_accepted_by_its_key(run, stocked, tmp_path):
    file = tmp_path / "till2.key"
    status, record, text = run("station", "kiosk", file)
    assert (status, record["id"]) == (0, f"station/kiosk/{record['key_id']}")
    assert "accepts the kiosk" in text
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("station", "kiosk", file)[1]["entry"] == record["entry"]
    with Ledger.open(stocked.home) as book:
        stocked.book = book
        assert stocked.pay(key=keys.load(file)).amount_minor == 400
    assert run("check")[0] == 0
    file.chmod(0o644)
    assert run("station", "kiosk", file)[0] == 2
    assert run("station", "desk", tmp_path / "no" / "folder.key")[0] == 2


def test_every_verb_shows_how_it_is_typed(capsys):
    for verb in [*EXAMPLES.keys() - {"init", "ledger", "inclusion", "consistency"}]:
        with pytest.raises(SystemExit):
            kiosk.main.main(["ledger", verb, "--help"])
        assert f"facetill ledger {verb}" in capsys.readouterr().out
    for words in (["init"], ["bench", "ledger"], ["ledger", "prove", "inclusion"]):
        with pytest.raises(SystemExit):
            kiosk.main.main([*words, "--help"])
        assert f"facetill {' '.join(words)}" in capsys.readouterr().out
