"""What a technician looks at on a till itself: cameras, fonts, printer, clock, keys, tables.

Each examination is quick, changes nothing, and says in one line what mends what it found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.doctor import Finding

if TYPE_CHECKING:
    from ledger.home import Home

TOOL_SECONDS: Final = 5
SPEECH_TOOLS: Final = ("spd-say", "espeak-ng", "espeak")
CLOCK_MS_MIN: Final = 1_767_225_600_000  # 2026: before this program was
AHEAD_MS_MAX: Final = 300_000


def examine_till(home: Path) -> list[Finding]:
    """Everything that is about this till; what needs a home is left out where there is none."""
    from ledger.errors import Error
    from ledger.home import open_home

    findings = [cameras(), fonts(), printers(), speech(), clock()]
    try:
        opened = open_home(home)
    except Error:
        return findings  # the home itself is another finding
    return [*findings, keys(opened), policy(opened), tables(opened), book(opened)]


def cameras() -> Finding:
    """The cameras by the names that outlive a replug."""
    from models.cameras import cameras as present

    found = present()
    if not found:
        return Finding(
            "camera", "note", "no camera is plugged in", "plug one in, or use an RTSP one"
        )
    locked = [c.device for c in found if not os.access(c.device, os.R_OK | os.W_OK)]
    if locked:
        return Finding(
            "camera",
            "missing",
            f"may not be read: {', '.join(locked)}",
            "sudo usermod -aG video $USER",
        )
    return Finding("camera", "ok", ", ".join(camera.name for camera in found))


def fonts() -> Finding:
    """Whether the screen and the receipt can write Korean and Chinese."""
    tool = shutil.which("fc-list")
    if tool is None:
        return Finding(
            "fonts", "note", "cannot be listed", "sudo apt-get install -y fontconfig fonts-noto-cjk"
        )
    without = [
        language
        for language, code in (("Korean", "ko"), ("Chinese", "zh-cn"))
        if not _said(tool, f":lang={code}", "family")
    ]
    if without:
        return Finding(
            "fonts",
            "note",
            f"none for {' and '.join(without)}: boxes would be shown",
            "sudo apt-get install -y fonts-noto-cjk",
        )
    return Finding("fonts", "ok", "Korean and Chinese can be shown and printed")


def printers() -> Finding:
    """A receipt printer on USB; one on the network is tried by printing."""
    found = sorted(str(path) for path in Path("/dev/usb").glob("lp*"))
    if not found:
        return Finding("printer", "note", "none on USB; receipts are on the screen all the same")
    locked = [path for path in found if not os.access(path, os.W_OK)]
    if locked:
        return Finding(
            "printer", "note", f"may not be used: {locked[0]}", "sudo usermod -aG lp $USER"
        )
    return Finding("printer", "ok", f"kiosk --printer file:{found[0]}")


def speech() -> Finding:
    """A tool that speaks the prompts."""
    found = next((tool for tool in SPEECH_TOOLS if shutil.which(tool)), None)
    if found is None:
        return Finding(
            "speech", "note", "prompts are not spoken", "sudo apt-get install -y espeak-ng"
        )
    return Finding("speech", "ok", found)


def clock() -> Finding:
    """Whether the clock can be right, and is kept right."""
    if time.time_ns() // 1_000_000 < CLOCK_MS_MIN:
        return Finding(
            "clock", "missing", "it shows a time long gone", "sudo timedatectl set-ntp true"
        )
    tool = shutil.which("timedatectl")
    kept = _said(tool, "show", "-p", "NTPSynchronized", "--value") if tool else ""
    if kept == "yes":
        return Finding("clock", "ok", "kept by NTP")
    return Finding(
        "clock", "note", "nothing here says that it is kept by NTP", "sudo timedatectl set-ntp true"
    )


def keys(home: Home) -> Finding:
    """The private keys: there, whole, and readable by their owner alone."""
    from ledger.errors import Error
    from ledger.home import STATIONS, station_key

    try:
        for station in STATIONS:
            station_key(home, station)
    except Error as error:
        return Finding("keys", "missing", error.message, error.hint)
    return Finding("keys", "ok", "readable by their owner alone")


def policy(home: Home) -> Finding:
    """The rules of payments."""
    from kiosk.errors import Error
    from kiosk.policy import load

    try:
        load(home.policy_toml, home.currency)
    except Error as error:
        return Finding("policy", "missing", error.message, error.hint)
    return Finding("policy", "ok", "its own" if home.policy_toml.exists() else "the shipped one")


def tables(home: Home) -> Finding:
    """The shop's catalogue, taxes and offers."""
    from kiosk.errors import TableError
    from kiosk.goods.shop import open_shop
    from ledger.book import Ledger

    try:
        shop = open_shop(home, lambda: Ledger.open(home, read_only=True))
    except TableError as error:
        first = error.problems[0].text()
        more = f" and {len(error.problems) - 1} more" if len(error.problems) > 1 else ""
        return Finding("tables", "missing", f"{first}{more}", "facetill kiosk catalogue check")
    return Finding("tables", "ok", f"{len(shop.catalogue.products)} articles")


def book(home: Home) -> Finding:
    """The book can be opened, wherever it is, and does not lie in the future of this clock."""
    from ledger.book import Ledger
    from ledger.errors import Error, LedgerMissingError

    place = "PostgreSQL" if home.database else "the home"
    try:
        with Ledger.open(home, read_only=True) as opened:
            last = next(opened.entries(max(len(opened) - 1, 0)), None)
    except LedgerMissingError:
        return Finding("book", "note", f"in {place}, not begun yet")
    except Error as error:
        return Finding("book", "missing", error.message, error.hint)
    if last is not None and last.clock_ms > time.time_ns() // 1_000_000 + AHEAD_MS_MAX:
        return Finding(
            "book",
            "missing",
            "its last entry is later than this clock",
            "set the clock: sudo timedatectl set-ntp true",
        )
    return Finding("book", "ok", f"in {place}")


def _said(*words: str) -> str:
    """What a program answers; nothing where it does not."""
    try:
        done = subprocess.run(  # noqa: S603 - a tool of the system, found on the path
            words, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
