"""Looks at the machine the way a technician would, so that nobody has to guess what is missing.

Each examination gives one finding: `ok`, `note` (works, but something is weaker or absent) or
`missing` (a station will not run), with the line that mends it. Nothing is changed or fetched.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
import shutil
import sys
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DISK_FREE_BYTES_MIN = 200 * 1024 * 1024
DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY")

# The shared libraries that the wheels of Qt and OpenCV expect of the system, by Debian's names.
QT_LIBRARIES = "libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1"
OPENCV_LIBRARIES = "libgl1 libglib2.0-0"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, how it stands, and what mends it (empty where nothing)."""

    name: str
    state: Literal["ok", "note", "missing"]
    says: str
    mend: str = ""

    def text(self) -> str:
        """One line for a person, with the remedy on a second one."""
        line = f"{self.state:<8}{self.name:<12}{self.says}"
        return f"{line}\n{'':<20}→ {self.mend}" if self.mend else line

    def to_json(self) -> dict[str, str]:
        """The finding as plain strings."""
        return dataclasses.asdict(self)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", version)


def _loads(name: str, module: str, libraries: str) -> Finding:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Finding(name, "missing", str(error), f"sudo apt-get install -y {libraries}")
    return Finding(name, "ok", f"{module} loads")


def _qt() -> Finding:
    return _loads("qt", "PySide6.QtWidgets", QT_LIBRARIES)


def _opencv() -> Finding:
    return _loads("opencv", "cv2", OPENCV_LIBRARIES)


def _sqlite() -> Finding:
    import apsw

    return Finding("sqlite", "ok", f"{apsw.sqlite_lib_version()}, built in")


def _models(home: Path) -> Finding:
    from models.cli import folder_in
    from models.errors import Error
    from models.fetch import verify
    from models.store import MANIFEST

    folder = folder_in(home)
    if not (folder / MANIFEST).exists():
        return Finding("models", "missing", "not fetched yet", "facetill models fetch")
    try:
        bad = verify(folder)
    except Error as error:
        return Finding("models", "missing", error.message, error.hint)
    if bad:
        return Finding(
            "models", "missing", f"not as built: {', '.join(bad)}", "facetill models fetch"
        )
    return Finding("models", "ok", f"every file in {folder} is as its checksum says")


def _display() -> Finding:
    if any(os.environ.get(name) for name in DISPLAY_VARIABLES):
        return Finding("display", "ok", "there is one")
    return Finding(
        "display", "note", "none: no window can open", "use a desktop session, or kiosk --headless"
    )


def _disk(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free_bytes = shutil.disk_usage(place).free
    says = f"{free_bytes // 2**20} MiB free at {place}"
    if free_bytes < DISK_FREE_BYTES_MIN:
        return Finding(
            "disk", "missing", says, "free some space: payments need a disk to be kept on"
        )
    return Finding("disk", "ok", says)


def _home(home: Path) -> Finding:
    from ledger.errors import Error
    from ledger.home import open_home

    if not home.exists():
        return Finding("home", "note", f"{home} does not exist yet", f"facetill init --home {home}")
    try:
        mode = open_home(home).mode
    except Error as error:
        return Finding("home", "missing", error.message, error.hint)
    return Finding("home", "ok", f"{home} is a {mode} home")


def _passive(home: Path) -> Finding:
    from models.cli import folder_in
    from models.fetch import has_passive

    if has_passive(folder_in(home)):
        return Finding("liveness", "ok", "passive anti-spoofing is installed")
    return Finding(
        "liveness",
        "note",
        "no passive anti-spoofing weights: the policy pays less on a face alone",
        "facetill models add FILE (MiniFASNet, see the README)",
    )


def _desk(home: Path) -> Finding:
    from enroll.errors import Error as EnrollError
    from enroll.store import has_staff
    from ledger.errors import Error as LedgerError
    from ledger.home import open_home

    try:
        accounts = has_staff(open_home(home))
    except (EnrollError, LedgerError) as error:
        return Finding("desk", "note", error.message, error.hint)
    if accounts:
        return Finding("desk", "ok", "staff sign in by PIN")
    return Finding(
        "desk",
        "note",
        "an open desk: without staff accounts everybody at it may do everything",
        "facetill enroll staff add ID --role manager",
    )


def examine(home: Path) -> list[Finding]:
    """Look at everything; one finding a thing, in the order a person would mend them."""
    looks: tuple[Callable[[], Finding], ...] = (
        _python,
        _opencv,
        _qt,
        _sqlite,
        lambda: _disk(home),
        lambda: _models(home),
        lambda: _passive(home),
        _display,
        lambda: _home(home),
        lambda: _desk(home),
    )
    from kiosk.doctor_till import examine_till

    return [*(look() for look in looks), *examine_till(home)]
