"""Pictures of the window: of every screen for those who design it, and of the demo as it happened.

No picture may hold the camera's frame of a living person. A frame is kept only where the home is a
demo home and the frames come from the published sample clip; everywhere else the oval is emptied
before the picture is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from kiosk.errors import Error
from kiosk.flow import Screen
from kiosk.window.preview import Preview

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.window.port import TillPort
    from kiosk.window.shell import MainWindow

SETTLE_MS: Final = 120
FACE_SETTLE_MS: Final = 1500  # long enough for a frame and a first prompt


def take(window: MainWindow, folder: Path, name: str, *, keep_frame: bool = False) -> Path:
    """Write what `window` shows to `folder`/`name`.png.

    Args:
        window: any state, shown or not.
        folder: made where it does not exist.
        name: without ending.
        keep_frame: leave the camera's frame in the picture; only for the sample clip.

    Raises:
        Error: The picture cannot be written (status 2).
    """
    previews = window.findChildren(Preview)
    for preview in previews:
        preview.blank(on=not keep_frame)
    try:
        picture = window.grab()
    finally:
        for preview in previews:
            preview.blank(on=False)
    path = folder / f"{name}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(path) from error
    if not picture.save(str(path)):
        raise _not_written(path)
    return path


def _not_written(path: Path) -> Error:
    return Error(
        f"The picture {path} could not be written.",
        hint="Check that the folder may be written and that the disk has room.",
    )


class Recorder(QObject):
    """One numbered PNG for each screen the window comes to: 01-attract.png, 02-cart.png, ...

    `keep_frames` is for the sample clip; a live home's frames are blanked whatever it says.
    """

    def __init__(
        self, window: MainWindow, folder: Path, till: TillPort, *, keep_frames: bool = False
    ) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self._keep = keep_frames and till.mode == "demo"
        self._waiting: Screen | None = None
        self.written: list[Path] = []
        self.error: Error | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.finish)
        window.screen_shown.connect(self._shown)
        self._shown(till.state.screen)

    def _shown(self, screen: Screen) -> None:
        self._waiting = screen
        self._timer.start(FACE_SETTLE_MS if screen is Screen.FACE else SETTLE_MS)

    def finish(self) -> None:
        """Take the picture that is still waited for, if its screen is still shown."""
        self._timer.stop()
        screen, self._waiting = self._waiting, None
        if screen is not None and screen is self._window.shown:
            self.take(screen.name.lower())

    def take(self, name: str) -> None:
        """Take a picture now; a failure is kept in `error` and ends the recording."""
        if self.error is not None:
            return
        number = len(self.written) + 1
        try:
            self.written.append(
                take(self._window, self._folder, f"{number:02d}-{name}", keep_frame=self._keep)
            )
        except Error as error:
            self.error = error
