"""`facetill bench`: the performance figures, as ratios to a peer measured in the same run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ledger.cli_bench

if TYPE_CHECKING:
    from collections.abc import Callable

Report = tuple[int, dict[str, object], str]

SEARCH_MAX = 1_000_000
SESSIONS_MAX = 1_000
TILLS_SECONDS_MAX = 60.0
SOAK_MINUTES_MAX = 24 * 60.0

_EXAMPLES = """examples:
  facetill bench vision --quick
  facetill bench vision --sessions 20 --plot stages.png
  facetill bench search --quick --json
  facetill bench start
  facetill bench tills --database postgresql://till@/empty
  facetill bench soak --minutes 10 --plot memory.png
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

    def verb(
        name: str, run: Callable[[argparse.Namespace], Report], text: str, *examples: str
    ) -> argparse.ArgumentParser:
        parser = verbs.add_parser(
            name,
            parents=[common],
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog="\n".join(("examples:", *(f"  facetill bench {e}" for e in examples))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=run)
        return parser

    vision = verb(
        "vision",
        _vision,
        "frames to faces, to identities and to receipts, beside InsightFace and OpenCV",
        "vision --quick",
        "vision --sessions 20 --plot stages.png",
    )
    vision.add_argument("--quick", action="store_true", help="within a minute")
    vision.add_argument(
        "--sessions",
        type=int,
        metavar="N",
        help="payments in real time, in the kiosk's window (default: 2 if quick, else 10)",
    )
    vision.add_argument("--plot", type=Path, metavar="PNG", help="draw the time of each stage")
    search = verb(
        "search",
        _search,
        "one probe against galleries of a thousand to a million, beside numpy",
        "search --quick --json",
        "search --templates 100000 --plot search.png",
    )
    search.add_argument("--quick", action="store_true", help="within a minute")
    search.add_argument(
        "--templates",
        type=int,
        default=SEARCH_MAX,
        metavar="N",
        help="the largest gallery (default and most: 1000000)",
    )
    search.add_argument("--plot", type=Path, metavar="PNG", help="draw time over size")
    verb("start", _start, "how long commands and the till take to start", "start", "start --json")
    tills = verb(
        "tills",
        _tills,
        "one to eight tills on one PostgreSQL, each a process",
        "tills --database postgresql://till@/empty",
    )
    tills.add_argument(
        "--database", required=True, metavar="URL", help="an empty PostgreSQL database"
    )
    tills.add_argument(
        "--seconds", type=float, default=8.0, metavar="N", help="for each number (default: 8)"
    )
    soak = verb(
        "soak",
        _soak,
        "shop without a pause, and watch the memory",
        "soak --minutes 10 --plot memory.png",
    )
    soak.add_argument(
        "--minutes", type=float, default=10.0, metavar="N", help="how long (default: 10)"
    )
    soak.add_argument("--plot", type=Path, metavar="PNG", help="draw the resident size over time")
    ledger.cli_bench.register(verbs, common)


def _vision(args: argparse.Namespace) -> Report:
    from kiosk.bench import plots, vision
    from kiosk.bench.session import run as run_sessions

    sessions = args.sessions if args.sessions is not None else (2 if args.quick else 10)
    _require(0 <= sessions <= SESSIONS_MAX, f"{sessions} payments", f"0 to {SESSIONS_MAX}")
    folder = _models(args)
    found = vision.run(folder, quick=args.quick, step=_say)
    if sessions:
        found |= run_sessions(folder, sessions, _say)
    if args.plot is not None:
        parts = {"a frame": {"median": found["stages_ms"]}}
        if sessions:
            parts["a payment"] = {
                "median": found["session_stages_ms"],
                "95th percentile\nof each stage": found["session_stages_ms_p95"],
            }
        plots.stages(args.plot, parts, "Where the time goes")
    return 0, {"ok": True, **_rounded(found)}, _lines(found)


def _search(args: argparse.Namespace) -> Report:
    from kiosk.bench import search

    wanted = f"1000 to {SEARCH_MAX}"
    _require(1_000 <= args.templates <= SEARCH_MAX, f"{args.templates} templates", wanted)  # noqa: PLR2004 - the smallest size that is measured
    found = search.run(quick=args.quick, largest=args.templates, step=_say)
    if args.plot is not None:
        search.plot(found, args.plot)
    return 0, {"ok": True, **_rounded(found)}, _lines(found)


def _start(args: argparse.Namespace) -> Report:
    from kiosk.bench import start

    found = start.run(_models(args), _say)
    return 0, {"ok": True, **_rounded(found)}, _lines(found)


def _tills(args: argparse.Namespace) -> Report:
    from kiosk.bench import tills

    _require(0 < args.seconds <= TILLS_SECONDS_MAX, f"{args.seconds:g} seconds", "0.1 to 60")
    found = tills.run(args.database, args.seconds, _say)
    return 0, {"ok": True, **_rounded(found)}, _lines(found)


def _soak(args: argparse.Namespace) -> Report:
    from kiosk.bench import soak

    wanted = f"more than 0 and at most {SOAK_MINUTES_MAX:g}"
    _require(0 < args.minutes <= SOAK_MINUTES_MAX, f"{args.minutes:g} minutes", wanted)
    found = soak.run(_models(args), args.minutes, _say)
    if args.plot is not None:
        soak.plot(found, args.plot)
    data = found.to_json()
    return 0, {"ok": True, **_rounded(data)}, _lines(data)


def _require(possible: bool, what: str, wanted: str) -> None:  # noqa: FBT001 - a condition
    if not possible:
        from kiosk.errors import Error

        raise Error(f"{what} cannot be measured.", hint=f"Choose {wanted}.")


def _models(args: argparse.Namespace) -> Path:
    """The model folder of the home, complete."""
    from models import pins, store
    from models.cli import folder_in

    folder = folder_in(args.home)
    store.require(folder, (*pins.CORE, pins.SAMPLE_CLIP))
    return folder


def _rounded(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _lines(found: dict[str, Any]) -> str:
    """One line a figure; tables by row."""
    lines: list[str] = []
    for name, value in found.items():
        if isinstance(value, dict):
            lines += [f"{item:>14,.3f}  {name}: {key}" for key, item in value.items()]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for row in value:
                (first, count), *rest = row.items()
                parts = (f"{key} {item:,.3f}" for key, item in rest)
                lines.append(f"{count:>14,}  {first}: {', '.join(parts)}")
        elif isinstance(value, int | float):
            lines.append(f"{value:>14,.3f}  {name}")
    return "\n".join(lines)


def _say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[Kmeasuring: {what}")
        sys.stderr.flush()
