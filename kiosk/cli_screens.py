"""`facetill kiosk screenshots`: every screen as a picture, for whoever changes or judges one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

Report = tuple[int, dict[str, object], str]
SIDE_PX = range(320, 7681)

EPILOG = """\
examples:
  facetill kiosk screenshots shots
  facetill kiosk screenshots shots --size 1080x1920 --size 800x480 --language ko
  facetill kiosk screenshots shots --screen pay --text-size 2 --contrast high

The screens are the window's own; the till behind them stands still, and no person is in them.
Without --size, --language, --text-size or --contrast: 1280x800, in every language, as drawn.
"""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `screenshots` to the kiosk's verbs."""
    parser = commands.add_parser(
        "screenshots",
        help="every screen as a picture",
        description="Draw the window's screens into a folder, one PNG each.",
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="made where it does not exist")
    parser.add_argument(
        "--size", action="append", type=_size, metavar="WIDTHxHEIGHT", help="may be given again"
    )
    parser.add_argument("--language", action="append", choices=("en", "ko", "zh-Hans"))
    parser.add_argument("--text-size", action="append", type=int, choices=(0, 1, 2))
    parser.add_argument("--contrast", action="append", choices=("normal", "high"))
    parser.add_argument("--screen", action="append", metavar="NAME", help="such as pay or receipt")
    parser.set_defaults(run=run)


def _size(text: str) -> tuple[int, int]:
    wide, cross, high = text.partition("x")
    if not (cross and wide.isdigit() and high.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write 1280x800")
    if int(wide) not in SIDE_PX or int(high) not in SIDE_PX:
        raise argparse.ArgumentTypeError(f"a side has {SIDE_PX[0]} to {SIDE_PX[-1]} pixels")
    return int(wide), int(high)


def run(args: argparse.Namespace) -> Report:
    """Draw what is asked for."""
    from kiosk.errors import Error
    from kiosk.window import showcase
    from kiosk.window.look import LANGUAGES

    unknown = sorted(set(args.screen or ()) - set(showcase.SCREENS))
    if unknown:
        raise Error(
            f"There is no screen {unknown[0]!r}.", hint=f"There are: {', '.join(showcase.SCREENS)}."
        )
    wanted = showcase.looks(
        args.size or ((1280, 800),),
        args.language or LANGUAGES,
        args.text_size or (0,),
        args.contrast or ("normal",),
    )
    written = showcase.shoot(args.folder, wanted, args.screen or ())
    text = f"{len(written)} pictures in {args.folder}"
    return 0, {"pictures": [str(path) for path in written]}, text
