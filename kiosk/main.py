"""The `facetill` command: one door to every station, and the one place where errors meet a person.

A command reads its own station's arguments and nothing of the others', of which only a line is
known here; what a sub-command needs is imported when it runs. So `facetill --help` and the
auditor's verbs never wait for a face network, nor for each other.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

STATUS_INTERRUPTED = 130  # 128 + SIGINT, as shells count it
STATIONS = {  # by command: the module that describes its arguments, and a line of help
    "demo": ("kiosk.cli_demo", "the main job on the sample shopper: enrol, pay, receipt, audit"),
    "models": ("models.cli", "the networks: fetch, list, verify, add"),
    "enroll": ("enroll.cli", "the desk: enrol, list, top up, revoke"),
    "kiosk": ("kiosk.cli", "the till: cart, face, payment, receipt"),
    "init": ("ledger.cli", "make a home: its keys and an empty book"),
    "ledger": ("ledger.cli", "audit and read the book"),
    "evaluate": (
        "kiosk.evaluate.cli",
        "how often faces are confused and attacks pass, on your own pictures",
    ),
    "bench": ("kiosk.cli_bench", "measure how fast this machine is"),
    "doctor": (
        "kiosk.cli_doctor",
        "what is missing on this machine, and the line that installs it",
    ),
}

EPILOG = """\
examples:
  facetill demo                       enrol the sample shopper, pay, print the receipt, audit
  facetill doctor                     what is missing on this machine, and the line that installs it
  facetill enroll add --name "Ada L." --phone 5550100 --camera 0 --consent
  facetill kiosk --camera 0
  facetill ledger check

exit status: 0 done, 1 refused or a check failed, 2 bad input or missing set-up
"""


class _Unread:
    """Stands for the parser of a verb that no word names: it is told all, and keeps nothing."""

    def __getattr__(self, name: str) -> _Unread:
        return self

    def __call__(self, *_: object, **__: object) -> _Unread:
        return self


class _Parser(argparse.ArgumentParser):
    """A parser whose verbs are read only where a word names them; argparse is slow to build."""

    words: frozenset[str] | None = None  # of the command line; None reads all verbs

    def add_subparsers(self, **options: Any) -> Any:  # noqa: ANN401 - argparse keeps this type private
        """As argparse has it; what is not read has its name and line of help all the same."""

        def made(**of_verb: Any) -> _Parser | _Unread:  # noqa: ANN401 - what argparse passes on
            if self.words is not None and of_verb["prog"].rpartition(" ")[2] not in self.words:
                return _Unread()
            parser = _Parser(**of_verb)
            parser.words = self.words
            return parser

        return super().add_subparsers(**{"parser_class": made, **options})


def default_home() -> Path:
    """The folder that holds all state: $FACETILL_HOME, or the platform's place for user data."""
    from pathlib import Path

    if chosen := os.environ.get("FACETILL_HOME"):
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("facetill")


def _folder(text: str) -> Path:
    from pathlib import Path

    return Path(text).expanduser().absolute()


def build_parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The command line.

    Args:
        words: What is to be read: of stations that it does not name only the line of help is
            there. The whole command line when not given.
    """
    parser = _Parser(
        prog="facetill",
        description="Pay at a till with your face: open, on your own machine, and provable.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.words = None if words is None else frozenset(words)
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
    whole = {
        module
        for name, (module, _) in STATIONS.items()
        if parser.words is None or name in parser.words
    }
    for name, (module, line) in STATIONS.items():
        if module not in whole:
            commands.add_parser(name, help=line)
        elif name not in commands.choices:
            more = {"read_picture": _read_receipt_photo} if module == "ledger.cli" else {}
            import_module(module).register(commands, common, **more)
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
        import json

        _say(json.dumps({"error": message, "hint": hint, "status": status}, ensure_ascii=False))
    sys.stderr.write(f"facetill: {message}\n  hint: {hint}\n")
    return status


def _known_errors() -> tuple[type[Exception], ...]:
    """What the stations say of their own accord, each with `message`, `hint` and `status`."""
    return tuple(
        import_module(f"{station}.errors").Error
        for station in ("enroll", "kiosk", "ledger", "models")
    )


def _keep_crash_report() -> Path | None:
    """Write the traceback where a developer can find it; it holds code lines, never values."""
    import tempfile
    import traceback
    from pathlib import Path

    try:
        handle, name = tempfile.mkstemp(prefix="facetill-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            stack = traceback.extract_tb(sys.exc_info()[2])
            kind = sys.exc_info()[0]
            file.write("".join(traceback.format_list(stack)))
            file.write(f"{kind.__name__ if kind else 'unknown'}\n")
        return Path(name)
    except OSError:
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
        if as_json:
            import json

            text = json.dumps(data, ensure_ascii=False)
        _say(text)
    except KeyboardInterrupt:
        sys.stderr.write("\nfacetill: stopped by Ctrl-C; nothing was left half-done.\n")
        return STATUS_INTERRUPTED
    except BrokenPipeError:
        # the reader went away (`| head`): that is its right, and no error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last door: no traceback reaches a user
        if isinstance(error, _known_errors()):
            said: Any = error
            return _fail(said.message, said.hint, said.status, as_json=as_json)
        if os.environ.get("FACETILL_DEBUG"):
            raise
        return _crashed(as_json=as_json)
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run `facetill`; gives the exit status.

    Args:
        argv: the words after the program's name; the process's own when not given.
    """
    words = sys.argv[1:] if argv is None else argv
    args = build_parser(words).parse_args(words)
    import logging  # `--help` has ended by now

    logging.basicConfig(
        level=os.environ.get("FACETILL_LOG", "WARNING").upper(),
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    if args.home is None:
        args.home = default_home()
    return run(lambda: args.run(args), as_json=args.json)


if __name__ == "__main__":
    sys.exit(main())
