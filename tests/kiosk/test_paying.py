"""Paying through the real command: what an amount needs, wrong PINs, limits, the policy's file."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import subprocess
import sys
import time

import pytest

from enroll.vault import Vault
from kiosk.main import main
from ledger.book import Ledger
from ledger.home import create_home

PHONE, PIN = "5550100", "482916"


def facetill(home, *words):
    """The command in this process."""
    out, err = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(err)
    logging.getLogger().addHandler(handler)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([*words, "--json", "--home", str(home.path)])
    finally:
        logging.getLogger().removeHandler(handler)
    return status, json.loads(out.getvalue()), err.getvalue()


def another_process(home, *words):
    """The command in a process of its own, so that whatever it leaves behind is on the disk."""
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", *words, "--json", "--home", str(home.path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "FACETILL_LOG": "DEBUG"},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory, models_dir):
    assert models_dir
    home = create_home(tmp_path_factory.mktemp("shop") / "home", "demo")
    who = ("--name", "Sample Shopper", "--phone", PHONE, "--consent")
    status, told, log = facetill(home, "enroll", "add", *who, "--camera", "sample")
    assert status == 0, (told, log)
    assert facetill(home, "enroll", "topup", PHONE, "500.00")[0] == 0
    return home


@pytest.fixture
def pay(shop, tmp_path):
    def run(cart, command=facetill, **typed):
        words = ["kiosk", "--headless", "--cart", cart, "--camera", "sample"]
        for name, text in typed.items():
            file = tmp_path / name
            file.write_text(text + "\n")
            words += [f"--{name}-file", str(file)]
        return command(shop, *words)

    return run


def signed(shop, told):
    with Ledger.open(shop, read_only=True) as book:
        for entry in book.entries():
            content = entry.content
            if entry.kind == "payment" and content.sale_id == told["receipt"]["id"]:
                return content.signed.authorization
    raise AssertionError("the payment is not in the book")


def test_a_larger_amount_needs_the_last_digits_too(shop, pay):
    status, told, _ = pay("soup:8")
    assert (status, told["outcome"], told["reason"]) == (1, "refused", "second_factor_needed")
    status, told, _ = pay("soup:8", digits="0101")
    assert (status, told["reason"], told["receipt"]) == (1, "wrong_digits", None)
    status, told, log = pay("soup:8", digits="0100")
    assert (status, told["outcome"]) == (0, "paid")
    assert "digits" in signed(shop, told).cues
    text = json.dumps(told) + log
    assert PHONE not in text
    assert not re.search("similarity|cosine|score|embedding", text)


def test_a_large_amount_needs_a_pin_and_a_larger_one_is_refused(shop, pay):
    assert pay("soup:20")[1]["reason"] == "no_pin"
    assert pay("soup:60")[1]["reason"] == "needs_passive"
    assert pay("soup:99")[1]["reason"] == "over_limit"
    with Vault.open(shop) as vault:
        vault.set_pin(PHONE, PIN)
    try:
        status, told, log = pay("soup:20", pin=PIN)
        assert (status, told["outcome"]) == (0, "paid")
        assert "pin" in signed(shop, told).cues
        assert PIN not in json.dumps(told) + log
    finally:
        with Vault.open(shop) as vault:
            vault.set_pin(PHONE, None)


def test_wrong_pins_lock_and_stay_locked_in_another_process(shop, pay):
    with Vault.open(shop) as vault:
        vault.set_pin(PHONE, PIN)
        pseudonym = vault.pseudonym_of(PHONE)
    status, told, _ = pay("tea:1", phone=PHONE, pin=PIN)
    assert (status, told["outcome"]) == (0, "paid")
    assert (signed(shop, told).method, signed(shop, told).models) == ("pin", {})
    wrong = [pay("tea:1", phone=PHONE, pin="000001") for _ in range(3)]
    wrong += [pay("tea:1", another_process, phone=PHONE, pin="000001") for _ in range(2)]
    assert [told["reason"] for _, told, _ in wrong] == ["wrong_pin"] * 4 + ["locked"]
    status, told, log = pay("tea:1", another_process, phone=PHONE, pin=PIN)
    assert PIN not in log
    assert PHONE not in log
    assert (status, told["outcome"], told["reason"]) == (1, "refused", "locked")
    with Vault.open(shop) as vault:
        left_ms = vault.attempts.locked_until_ms(pseudonym, time.time_ns() // 1_000_000)
    assert left_ms
    status, told, _ = pay("tea:1")  # a face still pays, alone: the till is not locked for it
    assert (status, told["outcome"], told["reason"]) == (0, "paid", "")
    assert signed(shop, told).method == "face"
    assert not {"digits", "pin"} & set(signed(shop, told).cues)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = 1\n[lockout.kiosk]\nfailures_max = 0\n", "lockout.kiosk.failures_max is 0"),
        ("version = 1\n[[amounts.EUR]]\nupto = '5.00'\n", "did you mean up_to"),
        ("version 1", "is not TOML"),
    ],
)
def test_a_till_does_not_start_by_rules_it_cannot_read(demo_home, text, says):
    demo_home.policy_toml.write_text(text)
    status, told, _ = facetill(demo_home, "kiosk", "policy", "check")
    assert status == 2
    assert says in told["error"]
    status, told, _ = facetill(demo_home, "kiosk", "--headless", "--cart", "tea:1")
    assert status == 2
    assert says in told["error"]


def test_a_policy_is_written_once_and_read_back_as_it_was(demo_home):
    status, told, _ = facetill(demo_home, "kiosk", "policy", "init")
    assert status == 0
    status, checked, _ = facetill(demo_home, "kiosk", "policy", "check")
    assert (status, checked["digest"]) == (0, told["digest"])
    status, again, _ = facetill(demo_home, "kiosk", "policy", "init")
    assert status == 2
    assert "already" in again["error"]


def test_a_shop_can_ask_for_more_and_the_digest_of_its_rules_is_signed(shop, pay):
    rules = "version = 1\n[[amounts.EUR]]\nup_to = '500.00'\nneeds = 'face+digits'\n"
    shop.policy_toml.write_text(rules)
    try:
        _, shown, _ = facetill(shop, "kiosk", "policy", "show")
        told = pay("tea:1", digits="0100")[1]
        assert signed(shop, told).policy == shown["digest"]
    finally:
        shop.policy_toml.unlink()


@pytest.mark.parametrize("text", ["", "12a4", "12345", "\N{ARABIC-INDIC DIGIT ONE}234"])
def test_a_file_that_holds_no_digits_is_bad_input(pay, text):
    status, told, _ = pay("tea:1", digits=text)
    assert status == 2
    assert "digits" in told["error"]
