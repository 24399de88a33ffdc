"""`facetill bench start`: how long commands take to start, and the till to be ready for a face.

Commands are timed as whole processes from the installed script on, beside a bare Python that does
nothing, in turns. The till's milestones are the first paint of its window and the loaded networks,
from before its process was started. Where Python may not keep bytecode (PYTHONDONTWRITEBYTECODE)
every start compiles this program anew, and the result says so.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.bench.session import demo_home
from kiosk.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.home import Home

ROUNDS = 7
TIMEOUT_S = 120
WINDOW = """
import json, sys
from pathlib import Path
from kiosk.bench.start import open_once
from kiosk.main import build_parser
build_parser(["kiosk"]).parse_args(["kiosk"])
sys.stdout.write(json.dumps(open_once(Path(sys.argv[1]))))
"""


def open_once(home_dir: Path) -> tuple[float, float]:
    """Open the till's window off screen; when it was painted, and when the networks were there.

    Returns:
        Seconds of the machine's monotonic clock, which its processes share.
    """
    from PySide6.QtCore import QTimer

    from kiosk.till import LANGUAGES
    from kiosk.window.main_window import build_application
    from kiosk.window.opening import OpeningTill
    from kiosk.window.shell import MainWindow
    from ledger.home import open_home

    application = build_application(offscreen=True)
    home = open_home(home_dir)
    marks: list[float] = []
    window = MainWindow(OpeningTill(home.currency, home.mode, LANGUAGES))
    window.show()
    QTimer.singleShot(0, application.quit)  # comes after what is painted first
    application.exec()
    window.grab()
    marks.append(time.monotonic())
    from kiosk.composition import build_till

    till, faces = build_till(home, "sample", threaded=True)
    window.attach(till, None)
    faces.preload()
    faces.vision()
    marks.append(time.monotonic())
    window.close()
    till.close()
    faces.close()
    return marks[0], marks[1]


def run(models_dir: Path, step: Callable[[str], object] = lambda _: None) -> dict[str, Any]:
    """Measure everything.

    Args:
        models_dir: the model folder, with the sample.
        step: is told what is measured next.
    """
    with demo_home(models_dir) as home:
        facetill = _installed()
        commands = {
            "python": [sys.executable, "-c", "pass"],
            "help": [*facetill, "--help"],
            "ledger_balance": [*facetill, "ledger", "balance", "--home", str(home.path)],
        }
        took: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(ROUNDS + 1):
            step(f"commands, round {number} of {ROUNDS}")
            for name, command in commands.items():
                seconds = _cpu_and_wall(command)
                if number:  # the first one fills the disk's cache
                    took[name].append(seconds[1])
                    took.setdefault(f"{name}_cpu", []).append(seconds[0])
        step("the window")
        windows = [_window(home) for _ in range(3)]
    return {
        "command": " ".join(facetill),
        "bytecode_kept": not sys.dont_write_bytecode,
        **{f"{name}_s": statistics.median(values) for name, values in took.items()},
        **{f"{name}_min_s": min(values) for name, values in took.items()},
        "attract_s": statistics.median(painted for painted, _ in windows),
        "face_ready_s": statistics.median(ready for _, ready in windows),
    }


def _installed() -> list[str]:
    script = Path(sys.executable).with_name("facetill")
    return [str(script)] if script.exists() else [sys.executable, "-m", "kiosk.main"]


def _cpu_and_wall(command: list[str]) -> tuple[float, float]:
    before = os.times()
    started_s = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - this program itself
        command, capture_output=True, check=False, timeout=TIMEOUT_S
    )
    wall_s = time.perf_counter() - started_s
    after = os.times()
    if done.returncode:
        raise Error(
            f"The command {' '.join(command[-2:])} failed.", hint="Run it by hand to see why."
        )
    children = after.children_user + after.children_system
    return children - before.children_user - before.children_system, wall_s


def _window(home: Home) -> tuple[float, float]:
    started_s = time.monotonic()
    done = subprocess.run(  # noqa: S603 - this program itself
        [sys.executable, "-c", WINDOW, str(home.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    if done.returncode:
        raise Error("The till's window could not be opened.", hint="Run: facetill doctor")
    painted, ready = json.loads(done.stdout)
    return painted - started_s, ready - started_s
