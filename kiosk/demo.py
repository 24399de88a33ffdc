"""The main job, from nothing to an audited payment, on the sample shopper and the real everything.

The person is the one of the sample clip. The desk enrols her from one stretch of it and the till
looks at others, in which she does what she is asked. A picture of the same person is refused.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.errors import Error

if TYPE_CHECKING:
    from kiosk.errors import Refusal
    from ledger.home import Home
    from ledger.receipt import Receipt

NAME, PHONE = "Sample Shopper", "5550100"
CART = (("coffee", 1), ("croissant", 2), ("apple", 1))
TOPUP, TOPUP_WHOLE = "40.00", "40000"  # with decimals, and for currencies that have none
STILL_FRAME = 350  # of the sample clip: looking ahead, eyes open


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _home(path: Path) -> Home:
    from ledger.errors import HomeMissingError
    from ledger.home import create_home, open_home

    try:
        home = open_home(path)
    except HomeMissingError:
        home = create_home(path, "demo")
        _say(f"Made a demo home at {path}.")
    if home.mode != "demo":
        raise Error(
            f"{path} is a live home, and the demo plays with money.",
            hint="Give the demo a home of its own: facetill demo --home DIR.",
        )
    return home


def _fetch(home: Home) -> None:
    from models.cli import progress_bars
    from models.fetch import fetch

    bars, tell = progress_bars()
    with bars:
        fetch(home.models_dir, progress=tell)


def _enrol(home: Home) -> str:
    """The sample shopper's pseudonym; enrolled by the desk's own command where she is not yet."""
    from enroll.errors import UnknownShopperError, VaultMissingError
    from enroll.vault import Vault

    try:
        with Vault.open(home) as vault:
            return vault.pseudonym_of(PHONE)
    except (VaultMissingError, UnknownShopperError):
        pass
    who = ("--name", NAME, "--phone", PHONE)
    _run(home, "enroll", "add", *who, "--camera", "sample", "--consent")
    with Vault.open(home) as vault:
        return vault.pseudonym_of(PHONE)


def _run(home: Home, *words: str) -> tuple[int, dict[str, object], str]:
    """Run a station's command in this process, exactly as the command line would."""
    from kiosk.main import build_parser

    args = build_parser().parse_args([*words, "--home", str(home.path)])
    status, data, text = args.run(args)
    return status, data, text


def _top_up(home: Home, pseudonym: str) -> str:
    """The shopper's balance, topped up by the desk's own command where it runs low."""
    from ledger.book import Ledger
    from ledger.money import exponent, format_amount, parse_amount

    amount = TOPUP if exponent(home.currency) else TOPUP_WHOLE
    with Ledger.open_or_create(home) as ledger:
        balance_minor = ledger.balance(pseudonym)
    if balance_minor < parse_amount(amount, home.currency) // 2:
        _run(home, "enroll", "topup", pseudonym, amount)
        with Ledger.open_or_create(home) as ledger:
            balance_minor = ledger.balance(pseudonym)
    return format_amount(balance_minor, home.currency)


def _pay(home: Home) -> tuple[Receipt | None, Refusal | None]:
    """The kiosk's own window, touched by a script; drawn off screen where there is no display."""
    from kiosk.composition import build_till
    from kiosk.window.autopilot import Script
    from kiosk.window.main_window import run_window

    till, faces = build_till(home, "sample", threaded=True)
    try:
        faces.vision()  # loaded before the shopper stands there
        run_window(
            till,
            offscreen=True,
            record=home.path / "screenshots",
            keep_frames=True,
            script=Script(CART),
        )
        return till.state.receipt, till.state.refusal
    finally:
        till.close()
        faces.close()


def _show_still(home: Home) -> Refusal:
    """Hold a picture of the same person before the camera; gives why it was refused."""
    import cv2

    from kiosk import headless
    from kiosk.cart import parse_cart
    from kiosk.composition import build_till
    from kiosk.errors import RefusedError
    from kiosk.goods.shop import open_catalogue
    from models.frames import VideoSource
    from models.sample import sample_clip

    video = VideoSource(sample_clip(home.models_dir), STILL_FRAME, STILL_FRAME)
    frame = video.read()
    video.close()
    with tempfile.TemporaryDirectory(prefix="facetill-") as folder:
        picture = Path(folder) / "still.png"
        if frame is None or not cv2.imwrite(str(picture), frame.image):
            raise Error("The still picture could not be made.", hint="Free some disk space.")
        till, faces = build_till(home, str(picture), threaded=False)
        try:
            cart = parse_cart("coffee:1", open_catalogue(home))
            headless.checkout(till, cart)
        except RefusedError as error:
            return error.refusal
        finally:
            till.close()
            faces.close()
    raise Error("A still picture was taken for a living face.", hint="Do not use this till.")


def run_demo(path: Path, *, as_json: bool) -> tuple[int, dict[str, object], str]:
    """Enrol, pay, print the receipt, refuse a picture, audit.

    Args:
        path: a demo home, made where there is none.
        as_json: the caller prints the object; else the receipt is part of the text.

    Returns:
        Status, JSON object, and text, as every command.
    """
    home = _home(path)
    _fetch(home)
    _say("Desk: enrolling the sample shopper from one stretch of the clip.")
    pseudonym = _enrol(home)
    _say(f"Desk: {pseudonym} has a balance of {_top_up(home, pseudonym)}.")
    _say("Kiosk: a cart, a face that does what it is asked, a payment.")
    receipt, refusal = _pay(home)
    if receipt is None:
        why = refusal.message if refusal else "The window was closed before the payment."
        return 1, {"outcome": "refused", "reason": refusal.reason if refusal else "closed"}, why
    if not as_json:
        sys.stdout.write(receipt.text() + "\n")
        sys.stdout.flush()
    _say("Kiosk: a still picture of the same person is held before the camera.")
    still = _show_still(home)
    _say("Book: checking every entry, signature and balance.")
    status, audit, findings = _run(home, "ledger", "check")
    data: dict[str, object] = {
        "outcome": "paid",
        "receipt": receipt.to_json(),
        "still": {"outcome": "refused", "reason": still.reason},
        "check": audit,
        "screenshots": str(home.path / "screenshots"),
    }
    lines = [
        f"The still picture was refused ({still.reason}): {still.message}",
        f"The ledger checks: {audit.get('entries')} entries." if not status else findings,
        f"Pictures of every step: {home.path / 'screenshots'}",
    ]
    return status, data, "\n".join(lines)
