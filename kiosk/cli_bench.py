"""`facetill bench`: the performance figures, as ratios to a peer measured in the same run."""

from __future__ import annotations

import argparse

import ledger.cli_bench

_EXAMPLES = """examples:
  facetill bench ledger --quick
  facetill bench ledger --database postgresql://till@/bench --json
  facetill bench ledger --growth 1000000 --plot cost.png
"""


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    """Add `bench` to the command line."""
    group = commands.add_parser(
        "bench",
        help="measure how fast this machine is",
        description="Measure, beside a peer in the same run.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = group.add_subparsers(dest="what", metavar="WHAT", required=True)
    ledger.cli_bench.register(verbs, common)
