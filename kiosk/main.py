"""The `facetill` command: one door to every station, and the one place where errors meet a person.

A station's `cli` module only describes its arguments; what a sub-command needs is imported when it
runs, so that `facetill --help` and the auditor's verbs never wait for a face network.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import enroll.cli
import enroll.errors
import kiosk.cli
import kiosk.cli_bench
import kiosk.cli_demo
import kiosk.cli_doctor
import kiosk.errors
import kiosk.evaluate.cli
import ledger.cli
import ledger.errors
import models.cli
import models.errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STATUS_INTERRUPTED = 130  # 128 + SIGINT, as shells count it
KNOWN_ERRORS = (enroll.errors.Error, kiosk.errors.Error, ledger.errors.Error, models.errors.Error)

EPILOG = """\
examples:
  facetill demo                       enrol the sample shopper, pay, print the receipt, audit
  facetill doctor                     what is missing on this machine, and the line that installs it
  facetill enroll add --name "Ada L." --phone 5550100 --camera 0 --consent
  facetill kiosk --camera 0
  facetill ledger check

exit status: 0 done, 1 refused or a check failed, 2 bad input or missing set-up
"""


def default_home() -> Path:
    """The folder that holds all state: $FACETILL_HOME, or the platform's place for user data."""
    if chosen := os.environ.get("FACETILL_HOME"):
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("facetill")


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; cheap to build, since stations import nothing heavy for it."""
    parser = argparse.ArgumentParser(
        prog="facetill",
        description="Pay at a till with your face: open, on your own machine, and provable.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--home",
        type=_folder,
        metavar="DIR",
        help="where all state lives (default: $FACETILL_HOME, or the platform's data folder)",
    )
    common.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, logs on stderr"
    )
    commands = parser.add_subparsers(title="stations", metavar="COMMAND", required=True)
    for station in (kiosk.cli_demo, models.cli, enroll.cli, kiosk.cli):
        station.register(commands, common)
    ledger.cli.register(commands, common, read_picture=_read_receipt_photo)
    for station in (kiosk.evaluate.cli, kiosk.cli_bench, kiosk.cli_doctor):
        station.register(commands, common)
    return parser


def _read_receipt_photo(data: bytes) -> str:
    from kiosk.receipts.photo import read

    return read(data)


def _say(text: str) -> None:
    if text:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()


def _fail(message: str, hint: str, status: int, *, as_json: bool) -> int:
    if as_json:
        _say(json.dumps({"error": message, "hint": hint, "status": status}, ensure_ascii=False))
    sys.stderr.write(f"facetill: {message}\n  hint: {hint}\n")
    return status


def _keep_crash_report() -> Path | None:
    """Write the traceback where a developer can find it; it holds code lines, never values."""
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="facetill-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            stack = traceback.extract_tb(sys.exc_info()[2])
            kind = sys.exc_info()[0]
            file.write("".join(traceback.format_list(stack)))
            file.write(f"{kind.__name__ if kind else 'unknown'}\n")
        return Path(name)
    return None


def _crashed(*, as_json: bool) -> int:
    report = _keep_crash_report()
    where = f"Send the file {report} with your report." if report else "Try once more."
    return _fail(
        "Facetill met a fault of its own and stopped; nothing was half-written.",
        f"{where} Run `facetill ledger check` before the next payment.",
        2,
        as_json=as_json,
    )


def run(run_command: Callable[[], tuple[int, dict[str, object], str]], *, as_json: bool) -> int:
    """Run one sub-command and turn whatever comes of it into words and an exit status."""
    try:
        status, data, text = run_command()
        _say(json.dumps(data, ensure_ascii=False) if as_json else text)
    except KNOWN_ERRORS as error:
        return _fail(error.message, error.hint, error.status, as_json=as_json)
    except KeyboardInterrupt:
        sys.stderr.write("\nfacetill: stopped by Ctrl-C; nothing was left half-done.\n")
        return STATUS_INTERRUPTED
    except BrokenPipeError:
        # the reader went away (`| head`): that is its right, and no error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # the last door: no traceback reaches a user
        if os.environ.get("FACETILL_DEBUG"):
            raise
        return _crashed(as_json=as_json)
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run `facetill`; gives the exit status.

    Args:
        argv: the words after the program's name; the process's own when not given.
    """
    logging.basicConfig(
        level=os.environ.get("FACETILL_LOG", "WARNING").upper(),
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    args = build_parser().parse_args(argv)
    if args.home is None:
        args.home = default_home()
    return run(lambda: args.run(args), as_json=args.json)


if __name__ == "__main__":
    sys.exit(main())
