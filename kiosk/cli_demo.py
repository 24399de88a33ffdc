"""`facetill demo`: the words for the main job on the sample shopper."""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
examples:
  facetill demo                        enrol the sample shopper, pay, print the receipt, audit
  facetill demo --home /tmp/shop       the same in a folder of its own

Without a display the window is drawn off screen, and a picture of each step is left in
HOME/screenshots.
"""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `demo` to the command line."""
    parser = commands.add_parser(
        "demo",
        help="the main job on the sample shopper: enrol, pay, receipt, audit",
        description="Run the main job on the sample shopper, in a demo home.",
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> tuple[int, dict[str, object], str]:
    """Run the demonstration to its end."""
    from kiosk.demo import run_demo

    return run_demo(args.home, as_json=args.json)
