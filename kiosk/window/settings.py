"""The staff's screen: which camera, how loud, which language, closed or open, and the way out."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from kiosk.errors import Error
from kiosk.window.camera_view import CameraPicture
from kiosk.window.display import VOLUMES
from kiosk.window.look import ENDONYMS
from kiosk.window.parts import column, label, row, scrolling
from kiosk.window.sheet import Sheet
from models.errors import Error as ModelsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QHideEvent
    from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

    from kiosk.window.button import Button
    from kiosk.window.look import Language, Look
    from kiosk.window.station import StationPort


_LINK: Final = re.compile(r"(?:usb-)?(?P<name>.+?)(?:_[0-9A-Fa-f]{4,})?-video-index\d+")


def camera_label(path: str) -> str:
    """A camera's name for a person, out of its stable path."""
    name = path.rpartition("/")[2]
    matched = _LINK.fullmatch(name)
    return (matched["name"].replace("_", " ").strip() if matched else "") or path


class SettingsSheet(Sheet):
    """Every change holds at once and is kept.

    Args:
        look: sizes and colours.
        parent: what it covers.
        station: what is set, and where it is kept.
        languages: on offer.
        changed: called when something was kept.
        leave: called when the kiosk is to be left.
        close: called when staff has done.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        station: StationPort,
        *,
        languages: Sequence[str],
        changed: Callable[[], object],
        leave: Callable[[], object],
        close: Callable[[], object],
    ) -> None:
        super().__init__(look, parent, close)
        self._station, self._changed, self._languages = station, changed, languages
        self._groups: dict[str, list[Button]] = {}
        body = column(gap=look.px(10))
        body.addWidget(label(self.tr("Settings"), "title"))
        self.says = label("", panel="hint")
        self.says.hide()
        body.addWidget(self.says)
        body.addLayout(self._camera())
        body.addWidget(label(self.tr("Sound"), "heading"))
        names = (self.tr("Off"), self.tr("Soft"), self.tr("Loud"))
        body.addLayout(self._choices("volume", list(zip(names, VOLUMES, strict=True))))
        body.addWidget(label(self.tr("The shop's language"), "heading"))
        body.addLayout(
            self._choices(
                "language",
                [(ENDONYMS.get(cast("Language", code), code), code) for code in languages],
            )
        )
        body.addWidget(label(self.tr("This till"), "heading"))
        body.addLayout(
            self._choices("paused", [(self.tr("Open"), False), (self.tr("Closed"), True)])
        )
        self.leave = self.button(self.tr("Leave the kiosk"), "large", leave, icon="exit")
        self.done = self.button(self.tr("Done"), "main", close)
        inside = column(margin=look.px(14 if look.compact else 28), gap=look.gap)
        inside.addWidget(scrolling(body), 1)
        buttons = row(gap=look.px(10))
        buttons.addWidget(self.leave, 1)
        buttons.addWidget(self.done, 2)
        inside.addLayout(buttons)
        self.hold(inside)
        self._mark()

    def _camera(self) -> QVBoxLayout:
        down = column(gap=self.look.px(10))
        down.addWidget(label(self.tr("Camera"), "heading"))
        cameras = self._station.cameras()
        if not cameras:
            down.addWidget(
                label(self.tr("There is no camera to choose on this till."), tone="muted")
            )
            self.picture = None
            return down
        for camera in cameras:
            made = self._choice("camera", camera_label(camera.name), camera.name)
            down.addWidget(made)
        self.picture = CameraPicture(self.look)
        self.picture.setAccessibleName(self.tr("What the camera sees"))
        down.addWidget(self.picture)
        self._look_at(self._station.settings.camera or cameras[0].name)
        return down

    def _look_at(self, source: str) -> None:
        if self.picture is None:
            return
        self.picture.show_view(None)
        try:
            self.picture.show_view(self._station.look(source))
        except (Error, ModelsError) as error:
            self._tell(self.tr("That camera gives no picture: {why}").format(why=error))

    def _choices(self, field: str, choices: Sequence[tuple[str, object]]) -> QHBoxLayout:
        across = row(gap=self.look.px(10))
        for name, value in choices:
            across.addWidget(self._choice(field, name, value), 1)
        return across

    def _choice(self, field: str, name: str, value: object) -> Button:
        made = self.button(name, "chip", functools.partial(self._set, field, value))
        made.setProperty("value", value)
        self._groups.setdefault(field, []).append(made)
        return made

    def _set(self, field: str, value: object) -> None:
        self.says.hide()
        try:
            self._station.save(replace(self._station.settings, **{field: value}))  # type: ignore[arg-type] # a field's own value
        except Error as error:
            self._tell(f"{error.message} {error.hint}")
        else:
            self._changed()
        if field == "camera":
            self._look_at(str(value))
        self._mark()

    def _tell(self, text: str) -> None:
        self.says.setText(text)
        self.says.show()

    def _mark(self) -> None:
        for field, buttons in self._groups.items():
            now = getattr(self._station.settings, field)
            for made in buttons:
                made.setChecked(made.property("value") == now)
                made.updateGeometry()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the camera."""
        super().hideEvent(event)
        if self.picture is not None:
            self.picture.show_view(None)
