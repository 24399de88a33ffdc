"""Whoever reads a book sees the payments of its batches as they see any other, or is told less."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, str(Path(__file__).parent))
from conftest import NOW_MS, SHOPPER
from test_tiles import plain_leaves, plain_root

from ledger import audit, camt, cli_tools, consistency, errors, export, note, stats, tiles
from ledger.home import open_home
from ledger.orders import Order, OrderLine
from ledger.reconcile import book_lines, read_bank_file, reconcile
from ledger.witness import Witness

COUNT = 300  # three pages
BATCH, SIZE = 6, 10  # the batch's entry, and all entries
OTHER = "s-other"
COFFEE, CAKE = OrderLine("C1", 'Coffee "to go"', 1, 250), OrderLine("K1", "Cake", 1, 50)
APPLES = OrderLine("A1", "Apple", 2, 100, counted=True)
# who pays what, in turn: 100 carts each of 2.00, 3.00 and 2.50 EUR
CARTS = ((OTHER, (APPLES,)), (SHOPPER, (COFFEE, CAKE)), (SHOPPER, (COFFEE,)))
NUMBER = 200  # the second page's; a coffee


@pytest.fixture
def rush(shop):
    """The shop, with a batch, a refund of one of its payments, a close, and a payment alone."""
    shop.topup(100_000, "t-1")
    shop.topup(50_000, "t-2", OTHER)
    shop.at_desk().supply("A1", 1_000, "s-1")
    shop.now_ms += 1_000
    carts = [(who, Order(lines, "EUR")) for who, lines in CARTS]
    shop.receipts = shop.pay_batch(*(carts * (COUNT // 3)))
    shop.paid = shop.receipts[NUMBER]
    shop.now_ms += 1_000
    shop.at_desk().refund(shop.paid.id, 50, "r-1")
    shop.at_desk().close("z-1")
    shop.alone = shop.pay()
    return shop


@pytest.fixture
def entries(rush):
    return list(rush.book.entries())


# --- the book ----------------------------------------------------------------------------------


def test_a_batchs_payments_come_after_it_in_its_place(rush, entries):
    assert [e.index for e in entries] == [*range(BATCH), *[BATCH] * (COUNT + 1), *range(7, SIZE)]
    batch, *payments = entries[BATCH : BATCH + COUNT + 1]
    assert (batch.kind, batch.postings) == ("batch", ())
    assert [e.id for e in payments] == [f"payment/{rush.receipts[n].id}" for n in range(COUNT)]
    assert [e.content.pseudonym for e in payments] == [CARTS[n % 3][0] for n in range(COUNT)]
    assert {e.clock_ms for e in payments} == {batch.clock_ms}
    assert [*rush.book.entries(BATCH)] == entries[BATCH:]
    assert [*rush.book.entries(BATCH + 1)] == entries[-3:]


def test_an_accounts_history_goes_through_each_payment_to_the_balance(rush):
    sums = {}
    for row in rush.book.register():
        sums[row.account, row.currency] = row.balance_minor
    assert sorted((*place, minor) for place, minor in sums.items() if minor) == [
        row for row in rush.book.balances() if row[2]
    ]
    mine = [r for r in rush.book.register(f"liabilities:shopper:{OTHER}") if r.entry.index == BATCH]
    assert [r.balance_minor for r in mine] == [-50_000 + 200 * n for n in range(1, 101)]


def test_a_payments_receipt_is_the_same_from_the_book_as_when_it_was_made(rush):
    for number in (0, 127, 128, NUMBER, 256, COUNT - 1):
        assert rush.book.receipt(rush.receipts[number].id) == rush.receipts[number]
    for unknown in (f"{rush.paid.id[:24]}{COUNT:08x}", rush.paid.id[:24], "0" * 32):
        with pytest.raises(errors.UnknownReceipt):
            rush.book.receipt(unknown)


def test_a_shoppers_sales_since_a_time_are_theirs_alone(rush):
    batch_ms = rush.now_ms - 1_000
    mine = {rush.receipts[n].id: (0, 300, 250)[n % 3] for n in range(COUNT) if n % 3}
    assert rush.book.sales_since(SHOPPER, batch_ms) == mine | {rush.alone.id: 400}
    assert rush.book.sales_since(SHOPPER, batch_ms + 1) == {rush.alone.id: 400}
    assert rush.book.spent_since(OTHER, 0) == 20_000
    assert rush.book.spent_since(OTHER, batch_ms + 1) == 0
    assert rush.book.sales_since("s-othe", 0) == {}  # the beginning of a name is nobody's


def test_holds_stock_and_figures_count_a_batch_as_its_payments(rush):
    held = rush.hold()
    assert [h.sale_id for h in rush.book.holds()] == [held]
    assert rush.book.stock() == {"A1": 800}
    close = next(e.content for e in rush.book.entries() if e.kind == "close")
    assert (close.sales, close.sales_minor, close.refunds_minor) == (COUNT, 75_000, 50)
    figures = rush.book.figures()
    assert (figures.sales, figures.sales_minor, figures.grand_total_minor) == (1, 400, 75_400)


# --- its other forms ---------------------------------------------------------------------------


def test_a_count_of_the_book_tells_entries_from_payments(entries):
    counted = stats.count(entries)
    assert (counted.entries, counted.kinds["payment"], counted.kinds["batch"]) == (SIZE, 301, 1)
    assert counted.pieces == {"A1": 203, "C1": 200, "K1": 100, "B1": 1}
    assert [*counted.days.values()] == [75_400]
    assert counted.text("EUR").startswith(f"{SIZE} entries, ")
    assert counted.to_json()["entries"] == SIZE


def test_a_statement_has_a_row_for_each_payment(rush, entries):
    rows = stats.statement(entries, SHOPPER, "EUR")
    assert len([row for row in rows if row.entry == BATCH]) == 200
    assert rows[-1].balance_minor == rush.book.balance(SHOPPER) == 100_000 - 55_000 + 50 - 400
    assert rows[1].what == '1 x Coffee "to go", 1 x Cake'
    assert {row.what for row in stats.statement(entries, OTHER, "EUR")} == {"", "2 x Apple"}


def units(minor, currency):
    return Decimal(minor) / (100 if currency == "EUR" else 1)


def test_rows_of_csv_sum_to_nothing_for_each_payment(rush, entries):
    rows = list(csv.DictReader(io.StringIO(export.to_csv(entries))))
    sums, balances = {}, {}
    for row in rows:
        amount = Decimal(row["amount"])
        each, place = (row["entry"], row["id"], row["currency"]), (row["account"], row["currency"])
        sums[each] = sums.get(each, 0) + amount
        balances[place] = balances.get(place, 0) + amount
    assert set(sums.values()) == {0}
    assert len({each[1] for each in sums if each[0] == str(BATCH)}) == COUNT
    for account, currency, minor in rush.book.balances():
        assert balances.get((account, currency), 0) == units(minor, currency)


def test_json_names_each_payments_batch(rush, entries):
    told = json.loads(export.to_json(entries))["entries"]
    batch, first, *_ = told[BATCH:]
    assert (batch["kind"], batch["postings"]) == ("batch", [])
    assert batch["body"]["batch"]["count"] == COUNT
    assert (first["kind"], first["entry"]) == ("payment", BATCH)
    assert first["id"] == f"payment/{rush.receipts[0].id}"
    assert f"batch/{first['body']['batch']}" == batch["id"]
    assert sum(p["amount_minor"] for e in told for p in e["postings"]) == 0


def test_a_journal_says_of_a_batch_how_many_payments_and_from_which_kiosk(rush, entries):
    (line,) = [x for x in export.to_hledger(entries).splitlines() if "batch/" in x]
    assert line.startswith("; ")
    assert line.endswith(f"{rush.paid.id[:24]}: 300 payments from the kiosk {rush.kiosk.key_id}")


def test_a_batch_of_one_is_one_payment(rush):
    rush.pay_batch((SHOPPER, rush.order()))
    assert ": 1 payment from the kiosk " in export.to_hledger(rush.book.entries(SIZE))


def test_beancounts_own_checker_accepts_batches_and_comes_to_the_same_balances(rush, entries):
    from beancount import loader
    from beancount.core import realization

    loaded, found, _ = loader.load_string(export.to_beancount(entries))
    assert found == []
    assert sum(1 for each in loaded if getattr(each, "payee", None) == "payment") == COUNT + 1
    tree = realization.realize(loaded)
    for account, currency, minor in rush.book.balances():
        held = realization.get(tree, export._beancount_account(account)).balance
        assert held.get_currency_units(currency).number == units(minor, currency)


def test_hledgers_own_checker_accepts_batches_and_comes_to_the_same_balances(rush, entries):
    if shutil.which("hledger") is None:
        pytest.skip("needs hledger, which this machine does not have: apt-get install hledger")
    command = ["hledger", "-f", "-", "balance", "--flat", "--no-total", "-O", "csv"]
    shown = subprocess.run(
        command, input=export.to_hledger(entries), capture_output=True, text=True, check=True
    ).stdout
    balances = {row["account"]: row["balance"] for row in csv.DictReader(io.StringIO(shown))}
    for account, currency, minor in rush.book.balances():
        number = Decimal(balances.get(account, "0").split(" ")[0])
        assert number == units(minor, currency)


def test_a_statement_in_camt_has_a_reference_of_its_own_for_each_payment(rush, entries):
    text = camt.to_camt053(
        entries, account="income:sales", currency="EUR", origin="o", created_ms=NOW_MS
    )
    root = ET.fromstring(text)
    names = [part.text for part in root.iter(f"{{{camt.NAMESPACE}}}NtryRef")]
    assert names == [*(f"{BATCH}.{n}" for n in range(COUNT)), "7", "9"]
    lines = read_bank_file(text.encode(), "EUR")
    assert sum(line.amount_minor for line in lines) == -75_350
    found = reconcile(book_lines(rush.book.register("income:sales"), "EUR"), lines)
    assert (found.is_clean, len(found.matched)) == (True, COUNT + 2)


# --- strangers ---------------------------------------------------------------------------------


def climbed(node, number, count, path):
    """RFC 9162, 2.1.3.2, as it is written there."""
    fn, sn = number, count - 1
    for step in path:
        assert sn > 0
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\1" + step + node).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashlib.sha256(b"\1" + node + step).digest()
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return node


def test_a_stranger_verifies_a_payment_from_tiles_its_proof_and_docs_batches_alone(rush, tmp_path):
    head = rush.book.head
    tiles.export(tmp_path / "t", head, SIZE, rush.book.leaves(SIZE))
    proof = rush.paid.proof_text()

    leaves = plain_leaves(tmp_path / "t", SIZE)
    signed, _, signature = (tmp_path / "t" / "checkpoint").read_text().partition("\n\n")
    assert b64decode(signed.split("\n")[2]) == plain_root(leaves)
    given = b64decode(signature.strip().split(" ")[2])
    public = rush.book.vkey.public_bytes
    Ed25519PublicKey.from_public_bytes(public).verify(given[4:], f"{signed}\n".encode())

    lines = proof.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    word, _, extra = lines[1].partition(" ")
    leaf = json.loads(leaves[int(lines[2].removeprefix("index "))])
    said, _, path = b64decode(extra).partition(b"\n")
    number, record, order = json.loads(said)
    assert word == "extra"
    header = leaf["body"]["batch"]
    steps = [path[at : at + 32] for at in range(0, len(path), 32)]
    node = hashlib.sha256(b"\0" + record.encode()).digest()
    assert climbed(node, number, header["count"], steps).hex() == header["root"]
    salt, digest, who, method, cues = record.split("\t")
    assert (who, method, cues, len(salt)) == (SHOPPER, "face", "blink turn_left", 32)
    assert hashlib.sha256(b"facetill/order/v1\n" + order.encode()).hexdigest() == digest
    assert [line["name"] for line in json.loads(order)["lines"]] == ['Coffee "to go"']
    assert f"{header['id']}{number:08x}" == rush.paid.id

    station = next(json.loads(x)["body"] for x in leaves if header["kiosk"].encode() in x)
    message = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(station["key"])).verify(
        b64decode(leaf["body"]["signature"]), b"facetill/batch-booking/v1\n" + message
    )


def test_neither_the_tiles_nor_a_receipt_tell_of_the_others_in_a_batch(rush, tmp_path):
    tiles.export(tmp_path / "t", rush.book.head, SIZE, rush.book.leaves(SIZE))
    published = b"".join(
        path.read_bytes() for path in (tmp_path / "t").rglob("*") if path.is_file()
    )
    at = published.index(b'"batch":')
    assert SHOPPER.encode() not in published[at : published.index(b'"kind":"batch"')]
    theirs = rush.receipts[0]
    assert theirs.pseudonym == OTHER
    told = theirs.leaf + b64decode(theirs.proof_text().split("\n")[1].removeprefix("extra "))
    assert OTHER.encode() in told
    assert SHOPPER.encode() not in told
    assert b"Coffee" not in told
    neighbour = [*rush.book.entries(BATCH)][2].content
    assert neighbour.sale_id == rush.receipts[1].id
    assert hashlib.sha256(b"\0" + neighbour.record()).digest() in theirs.member.path
    assert neighbour.salt.encode() not in told  # so that the hash can be compared with no guess


def test_a_witness_and_a_kept_head_see_a_batch_as_one_entry(rush, tmp_path):
    witness = Witness(tmp_path / "witness", "witness.example/w1")
    kept = rush.book.head
    witness.cosign(kept, rush.book.vkey, 1_800_000_000)
    rush.pay_batch(*[(SHOPPER, rush.order())] * 3)
    text = rush.book.prove_consistency(SIZE).text()
    assert consistency.verify(consistency.parse(text), kept, rush.book.vkey).size == SIZE + 1
    cosigned = witness.cosign(text, rush.book.vkey, 1_800_000_060)
    assert note.open_checkpoint(cosigned, rush.book.vkey).size == SIZE + 1


# --- the command line --------------------------------------------------------------------------


@pytest.fixture
def run(rush):
    def run(*words):
        status, record, text = rush.ask("ledger", *words)
        assert status == 0
        return record, text

    return run


def test_every_verb_that_counts_entries_counts_a_batch_as_one(run, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(cli_tools, "_WATCHED_EVERY", 1)
    monkeypatch.setattr(cli_tools.Progress, "update", lambda _, *told: seen.append(told))
    assert run("check")[0]["entries"] == SIZE
    assert run("stats")[0]["entries"] == SIZE
    assert run("export", "--output", tmp_path / "csv")[1].startswith(f"{SIZE} entries")
    assert run("backup", tmp_path / "book.gz")[0]["entries"] == SIZE
    assert run("tiles", tmp_path / "tiles")[0]["entries"] == SIZE
    assert len(run("print")[0]["entries"]) == SIZE + COUNT
    assert all(done <= total == SIZE for done, total in seen)


def test_reports_and_refunds_take_a_batchs_payments(run, rush):
    assert run("xreport")[0]["sales"] == 1
    shown, text = run("refund", rush.receipts[1].id)
    assert (shown["amount_minor"], SHOPPER in text) == (300, True)
    with pytest.raises(errors.RefundTooHigh):
        run("refund", rush.receipts[1].id, "0.01")
    assert run("close")[0]["refunds_minor"] == 300
    assert len(run("register", "income:sales")[0]["postings"]) == COUNT + 3
    assert len(run("statement", OTHER)[0]["rows"]) == 101
    assert " 800 PCS  assets:stock:A1\n" in run("balance")[1]


def test_what_is_printed_of_a_batchs_payment_is_verified_by_itself(run, rush, tmp_path):
    shown, text = run("receipt", rush.paid.id)
    assert text == rush.paid.text()
    proof, proof_text = run("prove", "inclusion", rush.paid.id)
    assert proof["proof"] == proof_text == rush.paid.proof_text()
    forms = json.dumps(shown), run("receipt", rush.paid.id, "--qr")[1], json.dumps(proof)
    for form in forms:
        (tmp_path / "it").write_text(form)
        told, text = run("verify", tmp_path / "it", "--key", rush.book.vkey)
        assert (told["id"], told["amount_minor"]) == (rush.paid.id, 250)
        assert f"is payment {NUMBER + 1} of the {COUNT} in entry {BATCH} of" in text
    (tmp_path / "it").write_text(forms[2].replace("extra ", "extra_"))
    with pytest.raises(errors.BadInputError):
        run("verify", tmp_path / "it")


def test_a_restored_backup_has_every_payment(run, rush, tmp_path):
    run("backup", tmp_path / "book.gz")
    restored, _ = run("restore", tmp_path / "book.gz", "--home", tmp_path / "again")
    assert restored["entries"] == SIZE
    assert audit.check_home(open_home(tmp_path / "again")) == ([], SIZE)
    assert run("print", "--home", tmp_path / "again") == run("print")
    words = "receipt", rush.paid.id
    assert run(*words, "--home", tmp_path / "again") == run(*words)
