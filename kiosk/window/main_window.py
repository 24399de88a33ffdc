"""Starts Qt on this machine, or says in one sentence why it cannot be started."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

from kiosk.errors import DisplayError
from kiosk.flow import Scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

    from kiosk.window.autopilot import Script
    from kiosk.window.port import TillPort
    from kiosk.window.shell import MainWindow
    from kiosk.window.station import StationPort
    from kiosk.window.voice import Voice

log = logging.getLogger(__name__)

# OpenCV's wheel points these at its own copies, which another Qt cannot load
FOREIGN_VARIABLES: Final = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
DISPLAY_VARIABLES: Final = ("DISPLAY", "WAYLAND_DISPLAY")
SIGNAL_POLL_MS: Final = 150
STATUS_NO_WINDOW: Final = 2
_HINT: Final = "Run `facetill doctor`: it names what is missing and the line that installs it."


def build_application(*, offscreen: bool = False) -> QApplication:
    """The process's one QApplication, dressed in the theme.

    Args:
        offscreen: draw into memory where the machine has no display, instead of refusing.

    Raises:
        DisplayError: Qt's libraries are missing, or there is no display to draw on.
    """
    for name in FOREIGN_VARIABLES:
        os.environ.pop(name, None)
    _choose_platform(offscreen=offscreen)
    try:
        from PySide6.QtCore import qInstallMessageHandler
        from PySide6.QtWidgets import QApplication

        from kiosk.window.look import Look
    except ImportError as error:
        raise DisplayError(f"Qt cannot be loaded: {error}.", hint=_HINT) from error
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    qInstallMessageHandler(_to_logging)
    made = QApplication(["facetill"])
    made.setApplicationName("facetill")
    made.setStyle("Fusion")  # the same widgets everywhere, for the style sheet to dress
    made.setFont(Look().font())
    return made


def _choose_platform(*, offscreen: bool) -> None:
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return
    if any(os.environ.get(name) for name in DISPLAY_VARIABLES):
        return
    if not offscreen:
        raise DisplayError(
            "There is no display to open the kiosk's window on.",
            hint="Start it in a desktop session, or use `facetill kiosk --headless`.",
        )
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    log.info("There is no display: the window is drawn into memory.")


def _to_logging(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    from PySide6.QtCore import QtMsgType

    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    name = context.category or "qt"
    if message and "propagateSizeHints" in message:
        kind = QtMsgType.QtDebugMsg  # the offscreen platform says so of every window
    logging.getLogger(name).log(levels.get(kind, logging.ERROR), "%s", message)
    if kind == QtMsgType.QtFatalMsg:
        # Qt would abort the process and leave a core file; a shopkeeper gets a sentence
        sys.stderr.write(f"facetill: Qt could not open a window.\n  hint: {_HINT}\n")
        sys.stderr.flush()
        os._exit(STATUS_NO_WINDOW)


@contextlib.contextmanager
def _interruptible(application: QApplication) -> Iterator[list[int]]:
    """Let Ctrl-C and SIGTERM end the event loop; gives the list of signals that came."""
    from PySide6.QtCore import QTimer

    came: list[int] = []

    def stop(number: int, _frame: object) -> None:
        came.append(number)
        application.quit()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [(number, signal.signal(number, stop)) for number in numbers]
    timer = QTimer()  # the loop is C++: Python sees a signal only when it is called now and then
    timer.timeout.connect(lambda: None)
    timer.start(SIGNAL_POLL_MS)
    try:
        yield came
    finally:
        timer.stop()
        for number, handler in before:
            signal.signal(number, handler)


def _begin(
    once_shown: Callable[[MainWindow], None], window: MainWindow, failed: list[Exception]
) -> None:
    """Run what comes after the first paint; a fault of it ends the loop and is raised there."""
    from PySide6.QtWidgets import QApplication

    QApplication.processEvents()  # what is shown is painted before anything is waited for
    try:
        once_shown(window)
    except Exception as error:  # noqa: BLE001 - raised again by the caller, outside of Qt
        failed.append(error)
        QApplication.quit()


def run_window(
    till: TillPort,
    *,
    fullscreen: bool = False,
    offscreen: bool = False,
    record: Path | None = None,
    keep_frames: bool = False,
    script: Script | None = None,
    once_shown: Callable[[MainWindow], None] | None = None,
    station: StationPort | None = None,
    voice: Voice | None = None,
) -> int:
    """Open the window on `till` and stay until it is closed.

    Args:
        till: the till; its caller closes it afterwards.
        fullscreen: cover the whole screen, without a frame.
        offscreen: draw into memory where there is no display.
        record: a folder that gets one PNG for each screen, numbered in the order shown.
        keep_frames: leave the mirror's frames in those PNGs: for the sample clip in a demo home;
            in a live home they are blanked all the same.
        script: touches the screen by itself, as the demo does, and closes the window at the end.
        station: the staff's side of the till; none where it has none.
        voice: how the till is heard; silent where none is given.
        once_shown: called when the first screen stands there, to begin what may take a while; what
            it raises closes the window.

    Returns:
        0 when the window was closed, 1 when a script ended in a refusal.

    Raises:
        DisplayError: No window can be opened here.
        kiosk.errors.Error: A picture cannot be written.
        KeyboardInterrupt: Ctrl-C or SIGTERM.
    """
    application = build_application(offscreen=offscreen)
    from PySide6.QtCore import QTimer

    from kiosk.window.autopilot import Autopilot
    from kiosk.window.screenshots import Recorder
    from kiosk.window.shell import MainWindow
    from kiosk.window.wedge import WedgeFilter

    window = MainWindow(till, station=station, voice=voice)
    wedge = WedgeFilter(till.now_ms, window)
    wedge.scanned.connect(lambda code: window.till.send(Scan(code)))
    application.installEventFilter(wedge)
    recorder = (
        Recorder(window, record, till, keep_frames=keep_frames) if record is not None else None
    )
    pilot = Autopilot(till, window, script, recorder) if script is not None else None
    window.resize(1280, 800)
    if fullscreen:
        window.showFullScreen()
    else:
        window.show()
    with _interruptible(application) as came:
        if pilot is not None:
            pilot.start()
        failed: list[Exception] = []
        if once_shown is not None:
            QTimer.singleShot(0, lambda: _begin(once_shown, window, failed))
        status = application.exec()
        application.removeEventFilter(wedge)
        window.close()
    if came:
        raise KeyboardInterrupt
    if failed:
        raise failed[0]
    if recorder is not None and recorder.error is not None:
        raise recorder.error
    return status
