"""`facetill kiosk`: the till in a window, or without one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

Report = tuple[int, dict[str, object], str]

EPILOG = """\
examples:
  facetill kiosk                                   the window, with the first camera
  facetill kiosk --camera /dev/v4l/by-id/usb-Cam-video-index0
  facetill kiosk --headless --cart coffee:2,bagel:1 --camera 0 --json
  facetill kiosk --home demo --camera sample       in a demo home: the sample shopper

A camera is a device number or path, an RTSP address, and in a demo home also a video, a picture, a
folder of pictures, or `sample`.

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
    parser.add_argument("--camera", default="0", metavar="SOURCE", help="default: 0")
    parser.add_argument("--headless", action="store_true", help="no window; needs --cart")
    parser.add_argument("--cart", metavar="SKU:QTY,…", help="what to buy, with --headless")
    parser.add_argument("--fullscreen", action="store_true", help="the window fills the screen")
    parser.add_argument(
        "--seed", type=int, help="ask the same movements again (demo homes, for replays)"
    )
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="PATH", help="opens a vault with a passphrase"
    )
    parser.set_defaults(run=run)


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
    from ledger.home import open_home

    home = open_home(args.home)
    cart = parse_cart(args.cart, open_catalogue(home))
    try:
        till, faces = build_till(
            home, args.camera, threaded=False, seed=args.seed, passphrase_file=args.passphrase_file
        )
        try:
            receipt = headless.checkout(till, cart)
        finally:
            till.close()
            faces.close()
    except RefusedError as error:
        why = error.refusal
        status = 2 if why.reason in headless.BAD_INPUT else 1
        return status, headless.not_paid(why), f"Refused: {why.message}\n{why.hint}"
    return 0, headless.paid(receipt), receipt.text()


def _window(args: argparse.Namespace) -> Report:
    from kiosk.composition import build_till
    from kiosk.window.main_window import run_window
    from ledger.home import open_home

    home = open_home(args.home)
    till, faces = build_till(
        home, args.camera, threaded=True, seed=args.seed, passphrase_file=args.passphrase_file
    )
    try:
        status = run_window(till, fullscreen=args.fullscreen)
    finally:
        till.close()
        faces.close()
    return status, {"closed": True}, ""
