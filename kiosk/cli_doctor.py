"""`facetill doctor`: the words for what is missing on this machine."""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
examples:
  facetill doctor            a line for each thing looked at, and how to mend what is missing
  facetill doctor --json     the same for a machine

exit status: 0 ready, 1 something that is needed is missing
"""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add `doctor` to the command line."""
    parser = commands.add_parser(
        "doctor",
        help="what is missing on this machine, and the line that installs it",
        description="Look at this machine and say what the stations will miss on it.",
        epilog=EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> tuple[int, dict[str, object], str]:
    """Examine the machine; status 1 where a needed thing is missing."""
    from kiosk.doctor import examine

    findings = examine(args.home)
    ready = all(finding.state != "missing" for finding in findings)
    lines = [finding.text() for finding in findings]
    lines.append("Ready." if ready else "Not ready: see the lines marked `missing`.")
    data: dict[str, object] = {"ready": ready, "findings": [f.to_json() for f in findings]}
    return (0 if ready else 1), data, "\n".join(lines)
