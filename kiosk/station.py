"""The staff's side of a till: who may come in, what is set, and which camera is looked through."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import enroll.errors
from kiosk import settings as kept
from models.cameras import cameras, is_camera
from models.capture import LatestFrame
from models.frames import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from enroll.vault import Vault
    from kiosk.settings import Settings
    from ledger.home import Home
    from models.cameras import Camera

FIRST_CAMERA = "0"


class VaultGate:
    """The desk's staff accounts, asked for at the till.

    Args:
        vault: where they are.
        now_ms: the wall clock.
    """

    def __init__(
        self, vault: Vault, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    ) -> None:
        self._vault = vault
        self._now_ms = now_ms

    def has_accounts(self) -> bool:
        """Whether there is anybody to ask for."""
        return self._vault.staff.exist()

    def check(self, staff: str, pin: str) -> str:
        """Compare a staff id and a PIN; the till itself stays nobody's session.

        Returns:
            "" if they belong together, else "wrong" or "locked".
        """
        try:
            self._vault.staff.sign_in(staff, pin, self._now_ms())
        except enroll.errors.LockedError:
            return "locked"
        except enroll.errors.Error:
            return "wrong"
        finally:
            self._vault.staff.sign_out()
        return ""


class Station:
    """One till's machine.

    Args:
        home: where the settings are.
        camera: what the till was started with.
        vault: where the staff accounts are.
        use_camera: makes the till use another camera from now on.
        offer: makes the till offer these languages, the shop's own first.
    """

    def __init__(
        self,
        home: Home,
        camera: str,
        vault: Vault,
        use_camera: Callable[[str], None],
        offer: Callable[[str], None],
    ) -> None:
        self.gate = VaultGate(vault)
        self.settings = kept.load(home)
        self._home, self._camera = home, camera
        self._use_camera, self._offer = use_camera, offer

    def save(self, settings: Settings) -> None:
        """Keep other settings, and let them hold at once.

        Raises:
            Error: they cannot be kept.
        """
        before = self.settings
        kept.save(self._home, settings)
        self.settings = settings
        if settings.camera != before.camera:
            self._use_camera(settings.camera or FIRST_CAMERA)
        if settings.language != before.language:
            self._offer(settings.language)

    def cameras(self) -> Sequence[Camera]:
        """The cameras to choose from; none where it plays a recording."""
        return cameras() if is_camera(self._camera) else ()

    def look(self, source: str) -> LatestFrame:
        """Open a camera to look at.

        Raises:
            models.errors.SourceError: it cannot be opened.
        """
        return LatestFrame(open_source(source, self._home.models_dir))
