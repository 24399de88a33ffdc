"""What the staff's side of the window needs of the till's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.settings import Settings
    from kiosk.window.preview import HasImage
    from models.cameras import Camera


class StaffGate(Protocol):
    """Who of the staff may come to the settings and leave the kiosk."""

    def has_accounts(self) -> bool:
        """Whether there is anybody to ask for."""

    def check(self, staff: str, pin: str) -> str:
        """Compare a staff id and a PIN.

        Returns:
            "" if they belong together, else "wrong" or "locked".
        """


class CameraView(Protocol):
    """A camera that is only looked at."""

    @property
    def frame(self) -> HasImage | None:
        """The newest frame; none before the first."""

    def close(self) -> None:
        """Let go of the camera."""


class StationPort(Protocol):
    """The machine as staff sees it."""

    @property
    def gate(self) -> StaffGate:
        """The staff's door."""

    @property
    def settings(self) -> Settings:
        """What is set."""

    def save(self, settings: Settings) -> None:
        """Keep other settings, and use their camera from now on.

        Raises:
            kiosk.errors.Error: they cannot be kept.
        """

    def cameras(self) -> Sequence[Camera]:
        """The cameras to choose from; empty where the till plays a recording."""

    def look(self, source: str) -> CameraView:
        """Open a camera to look at.

        Raises:
            models.errors.SourceError: it cannot be opened.
        """
