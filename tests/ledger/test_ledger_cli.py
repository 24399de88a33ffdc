from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from ledger.errors import BadInputError, HomeOccupiedError, ProofRefused, UnknownReceipt
from ledger.home import open_home


@pytest.fixture
def run(stocked):
    return stocked.ask


def test_init_makes_a_home_with_a_book(run, tmp_path):
    status, record, text = run(
        "init", "--mode", "demo", "--currency", "JPY", "--home", tmp_path / "n"
    )
    assert (status, record["mode"], record["currency"]) == (0, "demo", "JPY")
    assert record["key"] in text
    assert open_home(tmp_path / "n").mode == "demo"
    assert run("ledger", "check", "--home", tmp_path / "n")[1]["entries"] == 3
    with pytest.raises(HomeOccupiedError):
        run("init", "--home", tmp_path / "n")


def test_a_clean_check_is_silent(run):
    status, record, text = run("ledger", "check")
    assert (status, text) == (0, "")
    assert record == {"ok": True, "entries": 8, "mode": "demo", "findings": []}


def test_a_finding_is_named_and_fails_the_check(run, stocked):
    stocked.book._store.db.execute("UPDATE entries SET head = zeroblob(64) WHERE idx = 4")
    status, record, text = run("ledger", "check")
    assert (status, record["ok"]) == (1, False)
    assert record["findings"][0]["entry"] == 4
    assert text.startswith("entry 4: ")


def test_check_takes_a_key_and_heads_from_elsewhere(run, stocked, tmp_path):
    (tmp_path / "head").write_text(stocked.book.head)
    (tmp_path / "key").write_text(f"{stocked.book.vkey}\n")
    assert run("ledger", "check", "--head", tmp_path / "head", "--key", tmp_path / "key")[0] == 0
    assert run("ledger", "check", "--key", stocked.book.vkey)[0] == 0
    with pytest.raises(BadInputError):
        run("ledger", "check", "--key", "nonsense")


def test_balance_and_register_are_aligned_tables(run):
    text = run("ledger", "balance")[2]
    assert text.splitlines()[0].split() == ["balance", "account"]
    assert text.splitlines()[1] == "105.00 EUR  assets:cash"
    assert text.splitlines()[2] == "-12.00 EUR  income:sales"
    status, record, _ = run("ledger", "balance", "assets")
    assert (status, record["accounts"][0]["balance_minor"]) == (0, 10_500)
    assert run("ledger", "balance", "nothing")[2] == ""
    _, record, text = run("ledger", "register", "income")
    assert [p["balance_minor"] for p in record["postings"]] == [-400, -800, -1200]
    assert len(text.splitlines()) == 4


def test_print_is_a_journal_that_balances(run):
    _, record, text = run("ledger", "print")
    assert len(record["entries"]) == 8
    assert text.splitlines()[-1].split() == ["income:sales", "-4.00", "EUR"]
    assert "    ; 3 x Apple" in text
    assert all(sum(p["amount_minor"] for p in e["postings"]) == 0 for e in record["entries"])


def test_a_receipt_goes_out_and_verifies(run, stocked, tmp_path):
    paid = stocked.pay()
    _, record, text = run("ledger", "receipt", paid.id)
    assert text == paid.text()
    (tmp_path / "r.json").write_text(json.dumps(record))
    (tmp_path / "r.qr").write_text(run("ledger", "receipt", paid.id, "--qr")[2])
    for name in ("r.json", "r.qr"):
        status, record, text = run("ledger", "verify", tmp_path / name)
        assert (status, record["entry"]) == (0, paid.index)
        assert "4.00 EUR" in text
    assert run("ledger", "prove", "inclusion", paid.id)[2] == paid.proof_text()
    with pytest.raises(UnknownReceipt):
        run("ledger", "receipt", "nope")
    with pytest.raises(BadInputError):
        run("ledger", "verify", tmp_path / "missing")


def test_verify_needs_no_home_when_it_has_the_key(run, stocked, tmp_path, make_shop):
    (tmp_path / "r").write_text(json.dumps(stocked.pay().to_json()))
    words = ("ledger", "verify", tmp_path / "r", "--home", tmp_path / "nowhere", "--key")
    assert run(*words, stocked.book.vkey)[0] == 0
    with pytest.raises(ProofRefused):
        run(*words, make_shop(name="other").book.vkey)


def test_the_command_line_imports_nothing_heavy(request):
    code = (
        "import sys, ledger.cli\n"
        "heavy = {'apsw', 'cryptography', 'numpy', 'cv2', 'PySide6', 'rich'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=request.config.rootpath)


def test_reading_a_balance_imports_no_eyes(request, stocked):
    code = (
        "import sys, argparse, pathlib\nfrom ledger import cli_read as cli\n"
        f"args = argparse.Namespace(home=pathlib.Path({str(stocked.home.path)!r}), account=None)\n"
        "cli._balance(args)\n"
        "sys.exit(bool({'numpy', 'cv2', 'PySide6', 'onnxruntime'} & set(sys.modules)))"
    )
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=request.config.rootpath)
    assert time.monotonic() - started < 5


def test_a_kept_head_and_a_proof_are_enough_to_see_that_a_book_goes_on(run, stocked, tmp_path):
    kept = tmp_path / "kept.note"
    kept.write_text(run("ledger", "head")[2])
    size = len(stocked.book)
    stocked.pay()
    proof = tmp_path / "proof"
    proof.write_text(run("ledger", "prove", "consistency", size)[2])
    status, record, text = run("ledger", "verify", proof, "--since", kept)
    assert (status, record["first"], record["entries"]) == (0, size, size + 1)
    assert "continues" in text
    proof.write_text(proof.read_text().replace(f"old {size}", f"old {size - 1}"))
    with pytest.raises(ProofRefused):
        run("ledger", "verify", proof, "--since", kept)


@pytest.mark.parametrize("form", ["csv", "json", "hledger", "beancount"])
def test_an_export_never_overwrites_a_file(run, tmp_path, form):
    out = tmp_path / "book"
    printed = run("ledger", "export", "--format", form)[2]
    assert run("ledger", "export", "--format", form, "--output", out)[0] == 0
    assert out.read_bytes().decode() == printed
    with pytest.raises(BadInputError, match="cannot be written"):
        run("ledger", "export", "--format", form, "--output", out)


def test_a_witness_cosigns_from_the_command_line(run, stocked, tmp_path):
    head = tmp_path / "head"
    head.write_text(run("ledger", "head")[2])
    folder = tmp_path / "witness"
    status, record, text = run("ledger", "witness", head, "--dir", folder, "--name", "w.example")
    assert (status, text.count("\u2014")) == (0, 2)
    assert record["witness"].startswith("w.example+")
    stocked.pay()
    head.write_text(run("ledger", "head")[2])
    with pytest.raises(ProofRefused, match="without proof"):
        run("ledger", "witness", head, "--dir", folder)
