"""Starts Qt for the desk, or says in one sentence why it cannot be started."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from enroll.errors import Error

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ledger.home import Home

# OpenCV's wheel points these at its own copies, which another Qt cannot load
FOREIGN_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
SIGNAL_POLL_MS = 150
_HINT = "Run `facetill doctor`: it names what is missing and the line that installs it."


def build_application() -> QApplication:
    """The process's one QApplication, dressed for the desk.

    Raises:
        Error: Qt's libraries are missing, or there is no display.
    """
    for name in FOREIGN_VARIABLES:
        os.environ.pop(name, None)
    if sys.platform.startswith("linux") and not any(map(os.environ.get, DISPLAY_VARIABLES)):
        raise Error(
            "There is no display to open the desk's window on.",
            hint="Start it in a desktop session, or use `facetill enroll add`.",
        )
    try:
        from PySide6.QtWidgets import QApplication

        from enroll.window import style
    except ImportError as error:
        raise Error(f"Qt cannot be loaded: {error}.", hint=_HINT) from error
    existing = QApplication.instance()
    made = existing if isinstance(existing, QApplication) else QApplication(["facetill"])
    made.setStyle("Fusion")
    made.setFont(style.application_font())
    made.setStyleSheet(style.SHEET)
    return made


def run_desk(home: Home, camera: str, passphrase_file: Path | None, language: str) -> int:
    """Open the window and stay until it is closed; gives the exit status.

    Raises:
        Error: there is no display, or the vault does not open.
    """
    app = build_application()
    from PySide6.QtCore import QTimer

    from enroll.window.main_window import MainWindow
    from enroll.window.office import Office

    office = Office(home, camera, passphrase_file)
    try:
        window = MainWindow(office, language)
        # Ctrl-C reaches Python only while Python runs
        poll = QTimer()
        poll.timeout.connect(lambda: None)
        poll.start(SIGNAL_POLL_MS)
        before = signal.signal(signal.SIGINT, lambda *_: window.close())
        try:
            window.show()
            return app.exec()
        finally:
            signal.signal(signal.SIGINT, before)
    finally:
        office.close()
