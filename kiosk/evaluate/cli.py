"""`facetill evaluate`: an operator's own figures, of their own people, cameras and attacks."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Report = tuple[int, dict[str, object], str]

EPILOG = """\
examples:
  facetill evaluate match --pairs pairs.csv --json          lines of img1,img2,same
  facetill evaluate match --folder people --plot det.png    a folder of pictures per person
  facetill evaluate match --folder people --fmr 1e-4        the threshold for a wanted FMR
  facetill evaluate pad --genuine people --attack attacks   attacks/print, attacks/replay, …

Nothing leaves the machine; embeddings and scores stay in memory and end with the run.
These are an operator's own figures, no certification. How to read them: docs/evaluate.md.

exit status: 0 evaluated, 2 bad input, or nothing that could be evaluated
"""
NON_MATED_MAX = 1_000_000


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `evaluate` and its verbs."""
    group = commands.add_parser(
        "evaluate",
        help="how often faces are confused and attacks pass, on your own pictures",
        description="Measure accuracy on pictures and videos that you hold.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = group.add_subparsers(title="verbs", metavar="WHAT", required=True)
    _register_match(verbs, common)
    _register_pad(verbs, common)


def _verb(verbs: Any, common: argparse.ArgumentParser, name: str, text: str, about: str) -> Any:  # noqa: ANN401 - argparse keeps this type private
    return verbs.add_parser(
        name,
        parents=[common],
        help=text,
        description=about,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _register_match(verbs: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    match = _verb(
        verbs,
        common,
        "match",
        "false matches and false non-matches (ISO/IEC 19795-1)",
        "Compare pictures and count errors, with 95 % bounds.",
    )
    source = match.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--pairs", type=Path, metavar="CSV", help="img1,img2,same; paths count from its folder"
    )
    source.add_argument("--folder", type=Path, metavar="DIR", help="a folder of pictures a person")
    match.add_argument(
        "--fmr",
        type=_share,
        default=1e-3,
        metavar="RATE",
        help="suggest a threshold for this false match rate (default: 0.001)",
    )
    match.add_argument("--plot", type=Path, metavar="PNG", help="draw the DET curve")
    match.add_argument(
        "--non-mated-max",
        type=_count,
        default=NON_MATED_MAX,
        metavar="N",
        help=f"with --folder: draw so many where there are more (default: {NON_MATED_MAX:,})",
    )
    match.add_argument("--seed", type=int, default=0, metavar="N", help="of that draw (default: 0)")
    match.set_defaults(run=_match)


def _register_pad(verbs: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    pad = _verb(
        verbs,
        common,
        "pad",
        "attacks that pass and people that do not (ISO/IEC 30107-3)",
        "Show recordings of people and of attacks to the till's liveness check, and count.",
    )
    pad.add_argument(
        "--genuine", type=Path, required=True, metavar="DIR", help="videos and pictures of people"
    )
    pad.add_argument(
        "--attack", type=Path, required=True, metavar="DIR", help="attacks; a folder for each type"
    )
    pad.add_argument(
        "--seeds",
        type=_count,
        default=32,
        metavar="N",
        help="sessions over each recording, with other movements asked (default: 32)",
    )
    pad.add_argument("--plot", type=Path, metavar="PNG", help="draw rates and outcomes")
    pad.set_defaults(run=_pad)


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("a rate lies between 0 and 1, such as 1e-3")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _match(args: argparse.Namespace) -> Report:
    from kiosk.evaluate import match, pairs, plots
    from kiosk.policy import load
    from models.cli import folder_in
    from models.vision import open_vision

    if args.plot is not None:
        plots.require_png(args.plot)
    comparisons = (
        pairs.read_pairs(args.pairs)
        if args.pairs is not None
        else pairs.read_folder(args.folder, non_mated_max=args.non_mated_max, seed=args.seed)
    )
    rules = load(args.home / "policy.toml", "EUR").identification  # no amount matters here
    vision = open_vision(folder_in(args.home))
    with _progress("pictures", len(comparisons.files)) as step:
        done = match.run_match(comparisons, vision, args.fmr, rules, step)
    text = match.to_text(done)
    data = match.to_json(done)
    if args.plot is not None:
        plots.write(plots.det(done), args.plot)
        data["plot"] = str(args.plot)
        text += f"\nPlot: {args.plot}"
    return 0, data, text


def _pad(args: argparse.Namespace) -> Report:
    import time

    from kiosk.evaluate import pad, pad_plot, pad_report, plots, presentations
    from kiosk.evaluate.attempts import attempt
    from kiosk.evaluate.errors import NothingToEvaluateError
    from kiosk.policy import load
    from models.cli import folder_in
    from models.vision import open_vision

    if args.plot is not None:
        plots.require_png(args.plot)
    began_s = time.monotonic()
    shown = presentations.gather(args.genuine, args.attack)
    rules = load(args.home / "policy.toml", "EUR").liveness  # no amount matters here
    vision = open_vision(folder_in(args.home))
    attempts = []
    with _progress("recordings", len(shown)) as step:
        for one in shown:
            measured = presentations.measure(vision, one)
            attempts.append(attempt(measured, rules, draws=args.seeds, passive=vision.has_passive))
            step()
    if all(one.fault for one in attempts):
        raise NothingToEvaluateError(
            f"None of {len(attempts)} recordings can be read; the first: {attempts[0].fault}",
            hint="Record or copy them again.",
        )
    done = pad.Verdicts(
        tuple(attempts),
        vision.has_passive,
        rules.passive_median_min,
        time.monotonic() - began_s,
    )
    data, text = pad_report.to_json(done), pad_report.to_text(done)
    if args.plot is not None:
        plots.write(pad_plot.draw(done), args.plot)
        data["plot"] = str(args.plot)
        text += f"\nPlot: {args.plot}"
    return 0, data, text
