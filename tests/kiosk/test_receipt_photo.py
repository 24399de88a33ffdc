"""A photograph of a receipt's QR code is verified by the command, offline, or refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import segno

sys.path.insert(0, str(Path(__file__).parent))
import photographs
from photographs import Shot

from kiosk.errors import PictureError
from kiosk.receipts import photo
from kiosk.window.showcase import sample_receipt
from kiosk.window.still import NOW_MS
from ledger.batches import PAYMENTS_MAX
from ledger.batching import Batching
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.orders import Order, OrderLine

# what a telephone makes of a screen at arm's length, one notch inside the limits that docs/shop.md
# gives: each receipt is another code, and at the limits one in many is not read
SHOTS = {
    "plain": Shot(),
    "small": Shot(module_px=2.75),
    "askew": Shot(tilt=0.25, turn=20),
    "upside down": Shot(turn=175),
    "soft": Shot(blur=2.0),
    "moving": Shot(motion=5),
    "grainy": Shot(noise=34),
    "dark": Shot(light=50, noise=4),
    "crushed": Shot(jpeg=10),
    "lamp in the screen": Shot(glare=True, moire=0.3),
    "all at once": Shot(module_px=4, tilt=0.15, turn=-12, blur=1.2, noise=12, light=110, jpeg=40),
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    home = tmp_path_factory.mktemp("book") / "home"
    return home, sample_receipt(home)


def jpeg(image):
    return cv2.imencode(".jpg", image)[1].tobytes()


@pytest.mark.parametrize("name", SHOTS)
def test_a_photograph_of_the_code_is_read(book, name):
    payload = book[1].qr_payload()
    assert photo.read(jpeg(photographs.take(payload, SHOTS[name]))) == payload


def test_the_code_is_as_large_as_the_limits_were_measured_for(book):
    assert segno.make_qr(book[1].qr_payload(), error="l", boost_error=False).version <= 20


def verify(tmp_path, home, data, name="photo.jpg", stdin=False):
    path = tmp_path / name
    path.write_bytes(data)
    return subprocess.run(
        [
            *(sys.executable, "-m", "kiosk.main", "ledger", "verify"),
            *("-" if stdin else str(path), "--key", str(home / "keys" / "ledger.vkey")),
            *("--home", str(tmp_path / "none"), "--json"),
        ],
        capture_output=True,
        check=False,
        input=data if stdin else None,
        timeout=60,
    )


def test_a_photograph_of_the_code_of_the_largest_batchs_payment_is_verified(tmp_path):
    home = create_home(tmp_path / "home", "demo")
    key, order = station_key(home, "kiosk"), Order((OrderLine("tea", "Tea", 1, 100),), "EUR")
    batching = Batching(key, "demo", NOW_MS, policy="0" * 64, models={}, source="file")
    for _ in range(PAYMENTS_MAX):
        batching.add("s-ann", order, "face", ("blink", "turn_left"))
    with Ledger.create(home, NOW_MS) as opened:
        opened.at(station_key(home, "desk"), NOW_MS).topup("s-ann", 1_000_000, "t")
        receipt = opened.post_batch(*batching.signed(NOW_MS + 30_000), NOW_MS)[5_000]
    data = jpeg(photographs.take(receipt.qr_payload(), Shot()))
    assert photo.read(data) == receipt.qr_payload()
    assert json.loads(verify(tmp_path, home.path, data).stdout)["id"] == receipt.id


@pytest.mark.parametrize("stdin", [False, True])
def test_the_command_verifies_a_photograph(book, tmp_path, stdin):
    home, receipt = book
    shot = replace(SHOTS["all at once"], module_px=9, jpeg=95)
    data = jpeg(photographs.take(receipt.qr_payload(), shot))
    assert len(data) > 1_000_001  # larger than any receipt in text may be
    done = verify(tmp_path, home, data, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == receipt.id


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\nnot a picture", "cannot be read as a picture"),
        (b"\xff\xd8\xff", "cannot be read as a picture"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (jpeg(photographs.take("https://example.org", Shot())), "is not a receipt"),
        (jpeg(photographs.screen("x")[:80]), "No QR code can be read"),
    ],
)
def test_what_shows_no_receipt_is_refused_in_words(book, tmp_path, data, words):
    done = verify(tmp_path, book[0], data)
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert words in answer["error"] + answer["hint"]


def test_a_photograph_of_another_shops_receipt_proves_nothing(book, tmp_path):
    sample_receipt(tmp_path / "other")
    payload = book[1].qr_payload()
    done = verify(tmp_path, tmp_path / "other", jpeg(photographs.take(payload, Shot())))
    assert done.returncode == 1


def test_an_empty_file_is_no_picture():
    with pytest.raises(PictureError):
        photo.read(b"")
