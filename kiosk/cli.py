"""`facetill kiosk`: the till in a window, or without one."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk import cli_goods, cli_policy, cli_screens
from kiosk.service import attach

if TYPE_CHECKING:
    from kiosk.flow import Asks
    from kiosk.headless import Typed
    from kiosk.window.shell import MainWindow

SECRETS = {
    "digits": "the last 4 digits of the shopper's phone number, with --headless",
    "pin": "the shopper's PIN, with --headless",
    "phone": "their whole number, with --headless: pays by number and PIN, without a face",
}

PROMPTS = {"digits": "Last 4 digits of the phone number: ", "pin": "PIN: ", "phone": "Number: "}

Report = tuple[int, dict[str, object], str]

EPILOG = """\
examples:
  facetill kiosk                                   the window, with the first camera
  facetill kiosk --camera /dev/v4l/by-id/usb-Cam-video-index0
  facetill kiosk --scanner 1                       a second camera over the counter reads barcodes
  facetill kiosk --headless --cart coffee:2,bagel:1 --camera 0 --json
  facetill kiosk --home demo --camera sample       in a demo home: the sample shopper
  facetill kiosk --headless --cart soup:12 --digits-file last4.txt --camera 0
  facetill kiosk --headless --cart soup:12 --phone-file number.txt --pin-file pin.txt
  facetill kiosk catalogue check                   whether the shop's tables can be sold from
  facetill kiosk receipt ID --pdf receipt.pdf      a receipt to take away
  facetill kiosk --log-format json --metrics 9464  for whoever runs many tills
  facetill kiosk systemd-unit                      the unit by which systemd runs this till
  facetill kiosk screenshots shots                 every screen as a picture
  facetill kiosk policy show                       what a payment needs, and up to which amount

A camera is a device number or path, an RTSP address, and in a demo home also a video, a picture, a
folder of pictures, or `sample`. What a shopper would type comes from a file, or is asked for at a
terminal, and never stands on the command line.

exit status: 0 paid or closed, 1 refused, 2 bad input or missing set-up
"""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `kiosk` to the command line."""
    parser = commands.add_parser(
        "kiosk",
        help="the till: cart, face, payment, receipt",
        description="Run the till: a window for shoppers, or the same flow headless.",
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--camera", metavar="SOURCE", help="default: what staff chose in the window, else 0"
    )
    parser.add_argument("--headless", action="store_true", help="no window; needs --cart")
    parser.add_argument("--cart", metavar="SKU:QTY,…", help="what to buy, with --headless")
    parser.add_argument(
        "--coupon", action="append", default=[], metavar="CODE", help="with --headless (repeatable)"
    )
    parser.add_argument("--fullscreen", action="store_true", help="the window fills the screen")
    parser.add_argument(
        "--seed", type=int, help="ask the same movements again (demo homes, for replays)"
    )
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="PATH", help="opens a vault with a passphrase"
    )
    for name, says in SECRETS.items():
        parser.add_argument(f"--{name}-file", type=Path, metavar="FILE", help=says)
    attach.add_words(parser)
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(title="verbs", metavar="[VERB]", required=False)
    cli_policy.register(verbs, common)
    cli_goods.register(verbs, common)
    cli_goods.register_unit(verbs, common)
    cli_screens.register(verbs, common)


def run(args: argparse.Namespace) -> Report:
    """Run the till until it is closed, or until the cart is paid or refused."""
    from kiosk.errors import Error

    if args.headless and args.cart is None:
        raise Error("A headless kiosk needs a cart.", hint="Add --cart SKU:QTY,SKU:QTY.")
    if args.cart is not None and not args.headless:
        raise Error("A window fills its own cart.", hint="Leave out --cart, or add --headless.")
    return _headless(args) if args.headless else _window(args)


def _headless(args: argparse.Namespace) -> Report:
    from kiosk import headless
    from kiosk.cart import parse_cart
    from kiosk.composition import build_till
    from kiosk.errors import RefusedError
    from kiosk.goods.shop import open_catalogue
    from kiosk.station import FIRST_CAMERA
    from ledger.home import open_home

    home = open_home(args.home)
    cart = parse_cart(args.cart, open_catalogue(home))
    typed = _typed(args)
    try:
        till, faces = build_till(
            home,
            args.camera or FIRST_CAMERA,
            threaded=False,
            seed=args.seed,
            passphrase_file=args.passphrase_file,
            printer=args.printer,
        )
        try:
            with attach.attached(till, home, args):
                receipt = headless.checkout(till, cart, typed, args.coupon)
        finally:
            till.close()
            faces.close()
    except RefusedError as error:
        why = error.refusal
        status = 2 if why.reason in headless.BAD_INPUT else 1
        return status, headless.not_paid(why), f"Refused: {why.message}\n{why.hint}"
    return 0, headless.paid(receipt), receipt.text()


def _typed(args: argparse.Namespace) -> Typed:
    """What the shopper types, from files, or from whoever sits at the terminal."""
    import getpass
    import sys

    from kiosk.headless import Typed, read_secret

    def given(path: Path | None, asks: Asks) -> str | None:
        return None if path is None else read_secret(path, asks)

    def prompt(asks: Asks) -> str | None:
        if sys.stdin is None or not sys.stdin.isatty():
            return None
        return getpass.getpass(PROMPTS[asks]) or None

    return Typed(
        given(args.digits_file, "digits"),
        given(args.pin_file, "pin"),
        given(args.phone_file, "phone"),
        prompt,
    )


def _window(args: argparse.Namespace) -> Report:
    """The attract screen first; what stands behind it is loaded while somebody reads it."""
    from kiosk.settings import load
    from kiosk.station import FIRST_CAMERA
    from kiosk.till import languages_from
    from kiosk.window.main_window import run_window
    from kiosk.window.opening import OpeningTill
    from kiosk.window.voice import find_voice
    from ledger.home import open_home

    home = open_home(args.home)
    settings = load(home)
    camera = args.camera or settings.camera or FIRST_CAMERA
    with contextlib.ExitStack() as stack:

        def open_behind(window: MainWindow) -> None:
            from kiosk.composition import build_till, open_station

            till, faces = build_till(
                home,
                camera,
                threaded=True,
                seed=args.seed,
                passphrase_file=args.passphrase_file,
                printer=args.printer,
            )
            stack.callback(faces.close)
            stack.callback(till.close)
            stack.enter_context(attach.attached(till, home, args))
            window.attach(till, open_station(home, camera, till, faces))
            faces.preload(camera)

        status = run_window(
            OpeningTill(home.currency, home.mode, languages_from(settings.language)),
            fullscreen=args.fullscreen,
            once_shown=open_behind,
            voice=find_voice(),
        )
    return status, {"closed": True}, ""
