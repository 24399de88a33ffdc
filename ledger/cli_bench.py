"""`facetill bench ledger`: its arguments, and a line for each part while it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli_tools import add_verb

if TYPE_CHECKING:
    import argparse

    from ledger.cli_tools import Result, Verbs

_GROWTH_MAX = 10_000_000


def register(verbs: Verbs, common: argparse.ArgumentParser) -> None:
    """Add it."""
    bench = add_verb(verbs, common, "ledger", "Payments, proofs and checks a second.", _bench)
    bench.add_argument("--quick", action="store_true", help="within a minute")
    bench.add_argument(
        "--folder", type=Path, metavar="DIR", help="on the disk to measure (default: the system's)"
    )
    bench.add_argument(
        "--database", metavar="URL", help="also measure this PostgreSQL, and pgbench"
    )
    bench.add_argument(
        "--growth",
        type=int,
        metavar="PAYMENTS",
        help="instead: how cost grows, from 1,000 to so many payments (at most 10,000,000)",
    )
    bench.add_argument(
        "--batches", action="store_true", help="with --growth: of payments in batches"
    )
    bench.add_argument("--plot", type=Path, metavar="PNG", help="with --growth: draw it")


def _bench(args: argparse.Namespace) -> Result:
    from ledger import bench, bench_growth
    from ledger.errors import BadInputError

    if args.growth is None:
        found = bench.run(args.folder, quick=args.quick, database=args.database, step=_say)
        return 0, {"ok": True, **found.to_json()}, found.text()
    if not 1_000 <= args.growth <= _GROWTH_MAX:  # noqa: PLR2004 - the first size that is measured
        raise BadInputError(
            f"{args.growth} payments cannot be measured.", hint="Choose 1000 to 10000000."
        )
    rows = bench_growth.growth(args.folder, args.growth, _say, in_batches=args.batches)
    if args.plot is not None:
        bench_growth.plot(rows, args.plot)
    text = "".join(
        f"{row['payments']:>12,.0f} payments: "
        + ", ".join(f"{k} {v:,.2f}" for k, v in row.items() if k != "payments")
        + "\n"
        for row in rows
    )
    return 0, {"ok": True, "growth": rows}, text


def _say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"measuring {what}\n")
        sys.stderr.flush()
