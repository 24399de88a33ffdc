"""Bad input at the real commands: one sentence, one hint, the documented status, nothing kept."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CART = "coffee:2,bagel:1"


class Told(NamedTuple):
    """What a command said: its status, its JSON object, and its words on standard error."""

    status: int
    data: dict[str, object]
    words: str


def facetill(
    *words: str, home: Path, before: Callable[[], None] | None = None, **environment: str
) -> Told:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", *words, "--home", str(home), "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
        preexec_fn=before,
    )
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    return Told(done.returncode, json.loads(done.stdout), done.stderr)


def pay(home: Path, camera: str, *more: str, cart: str = CART) -> Told:
    return facetill("kiosk", "--headless", "--cart", cart, "--camera", camera, *more, home=home)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Path:
    """A demo home with the sample shopper enrolled and a balance of 50."""
    home = tmp_path_factory.mktemp("shop") / "home"
    assert facetill("init", "--mode", "demo", home=home).status == 0
    enrolled = facetill(
        "enroll", "add", "--name", "Sample Shopper", "--phone", "5550100",
        "--camera", "sample", "--consent", home=home,
    )  # fmt: skip
    assert enrolled.status == 0, enrolled
    assert facetill("enroll", "topup", "5550100", "50.00", home=home).status == 0
    return home


@pytest.fixture(autouse=True)
def the_book_stays_clean_and_uncharged(request: pytest.FixtureRequest):
    """Whatever a test does to the shop, no payment is in its book afterwards and it checks."""
    yield
    if "shop" in request.fixturenames:
        home = request.getfixturevalue("shop")
        checked = facetill("ledger", "check", home=home)
        assert checked.status == 0, checked
        assert '"payment"' not in json.dumps(facetill("ledger", "print", home=home).data)


def refused(told: Told, reason: str, *, status: int = 1) -> None:
    assert (told.status, told.data.get("outcome"), told.data.get("reason")) == (
        status, "refused", reason,
    ), told  # fmt: skip
    assert str(told.data["message"]).endswith((".", "!"))
    assert told.data["hint"]
    assert told.data["receipt"] is None


def wrong(told: Told, *named: str) -> None:
    assert told.status == 2, told
    assert "hint:" in told.words
    for name in named:
        assert name in told.words


def test_no_camera_is_said_and_hinted(live_home, models_dir):
    assert models_dir
    told = pay(live_home.path, "9")
    wrong(told)
    assert "camera" in told.words


def test_a_live_home_takes_no_payment_from_a_file(live_home, models_dir):
    refused(pay(live_home.path, str(models_dir / "sample" / "live_face.mp4")), "file_source")


def picture_folder(folder: Path, change: Callable[[np.ndarray], np.ndarray], clip: Path) -> str:
    folder.mkdir()
    reader = cv2.VideoCapture(str(clip))
    for index in range(40):
        read, image = reader.read()
        assert read
        cv2.imwrite(str(folder / f"{index:03}.png"), change(image))
    reader.release()
    return str(folder)


@pytest.fixture
def clip(models_dir: Path) -> Path:
    from models.sample import sample_clip

    return sample_clip(models_dir)


def test_a_still_picture_of_the_shopper_is_not_live(shop, clip, tmp_path):
    reader = cv2.VideoCapture(str(clip))
    _, image = reader.read()
    reader.release()
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), image)
    refused(pay(shop, str(still)), "not_live")


def test_two_people_in_front_are_refused(shop, models_dir):
    (group,) = models_dir.rglob("multi_face.jpg")
    refused(pay(shop, str(group)), "two_faces")


def test_a_dark_face_is_told_to_find_light(shop, clip, tmp_path):
    dark = picture_folder(tmp_path / "dark", lambda image: (image * 0.06).astype(np.uint8), clip)
    told = pay(shop, dark)
    assert told.data["reason"] in {"too_dark", "no_face"}, told
    assert told.status == 1


def test_a_blurred_face_is_told_to_hold_still(shop, clip, tmp_path):
    blurred = picture_folder(tmp_path / "blur", lambda i: cv2.GaussianBlur(i, (0, 0), 14), clip)
    told = pay(shop, blurred)
    assert told.data["reason"] in {"blurred", "no_face"}, told
    assert told.status == 1


def test_a_clip_without_a_face_is_refused(shop, models_dir):
    (empty,) = models_dir.rglob("no_face.mp4")
    refused(pay(shop, str(empty)), "no_face")


def test_a_truncated_video_is_named(shop, clip, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[:200_000])
    told = pay(shop, str(cut))
    refused(told, "broken_source", status=2)
    assert "cut.mp4 is cut short" in str(told.data["message"])


def test_a_zero_byte_video_is_named(shop, tmp_path):
    nothing = tmp_path / "nothing.mp4"
    nothing.touch()
    wrong(pay(shop, str(nothing)), "nothing.mp4")


def test_a_missing_file_is_named(shop, tmp_path):
    wrong(pay(shop, str(tmp_path / "gone.mp4")), "gone.mp4")


def test_an_unknown_article_is_named(shop):
    wrong(pay(shop, "sample", cart="cofee:1"), "cofee")


@pytest.mark.parametrize(
    "cart", ["coffee", "coffee:0", "coffee:-1", "coffee:x", "", ":", "coffee:1e9"]
)
def test_a_cart_that_cannot_be_read_is_bad_input(shop, cart):
    wrong(pay(shop, "sample", cart=cart))


def test_a_catalogue_with_a_negative_price_names_the_line(demo_home):
    demo_home.catalogue_csv.write_text(
        "sku,name,price,category\ntea,Tea,2.00,Drinks\ncoffee,Coffee,-3.20,Drinks\n"
    )
    wrong(pay(demo_home.path, "sample", cart="coffee:1"), "catalogue.csv", "3")


def test_a_home_of_another_version_is_left_alone(demo_home):
    described = demo_home.path / "home.json"
    content = json.loads(described.read_text())
    described.write_text(json.dumps({**content, "format": 99}))
    before = described.read_bytes()
    for words in (("ledger", "check"), ("enroll", "list"), ("kiosk", "--headless", "--cart", CART)):
        wrong(facetill(*words, home=demo_home.path), "99")
    assert described.read_bytes() == before


def test_a_wrong_passphrase_says_so_and_changes_nothing(tmp_path, models_dir):
    assert models_dir
    home, right, bad = tmp_path / "home", tmp_path / "right", tmp_path / "bad"
    right.write_text("correct horse battery staple\n")
    bad.write_text("incorrect horse\n")
    for file in (right, bad):
        file.chmod(0o600)
    assert facetill("init", "--mode", "demo", home=home).status == 0
    person = ("enroll", "add", "--name", "A B", "--phone", "5550101", "--camera", "sample")
    added = facetill(*person, "--consent", "--passphrase-file", str(right), home=home)
    assert added.status == 0, added
    wrong(facetill("enroll", "list", "--passphrase-file", str(bad), home=home), "passphrase")
    assert facetill("enroll", "list", "--passphrase-file", str(right), home=home).status == 0


def test_without_consent_no_camera_opens(demo_home):
    told = facetill(
        "enroll", "add", "--name", "A", "--phone", "5550102", "--camera", "9", home=demo_home.path
    )
    wrong(told, "consent")


def small_files() -> None:
    """The child may write no file past 8 KiB: what a full disk does, without one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * 1024, 8 * 1024))


def test_a_full_disk_while_topping_up_loses_and_invents_no_money(shop):
    before = facetill("ledger", "balance", home=shop).data
    told = facetill("enroll", "topup", "5550100", "10.00", home=shop, before=small_files)
    assert told.status == 2, told
    assert facetill("ledger", "balance", home=shop).data == before


def test_a_full_disk_while_paying_is_refused_and_charges_nothing(shop):
    told = facetill(
        "kiosk", "--headless", "--cart", CART, "--camera", "sample",
        home=shop, before=small_files,
    )  # fmt: skip
    assert told.status in {1, 2}
    assert told.data.get("receipt") is None


def test_more_than_the_balance_is_refused_with_the_cart_kept(shop, tmp_path):
    digits = tmp_path / "digits"
    digits.write_text("0100\n")
    told = pay(shop, "sample", "--digits-file", str(digits), cart="coffee:20")
    refused(told, "insufficient_funds")
