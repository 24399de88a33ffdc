"""The face guide: the shopper's mirror, one thing to do at a time, and how far it has got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from kiosk.flow import Cancel
from kiosk.window.icons import Icon
from kiosk.window.parts import Page, button, column, label
from kiosk.window.preview import Preview

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from kiosk.flow import State
    from kiosk.window.preview import HasImage

ICON_PX = 160


class FacePage(Page):
    """Prompts and hints come from the state as keys; their words live here."""

    def __init__(self, newest: Callable[[], HasImage | None]) -> None:
        super().__init__()
        split = self.split()
        self.preview = Preview(newest)
        split.addWidget(self.preview, 3)
        side = column(gap=18)
        self.icon = Icon("look", ICON_PX, inset=0.14)
        self.prompt = label("", "display")
        self.steps = label("", "heading", tone="muted")
        self.hint = label("", panel="hint")
        self.cancel = button(
            self.tr("Cancel and keep my cart"), "large", lambda: self.send.emit(Cancel())
        )
        side.addStretch(1)
        self._side = side
        side.addWidget(self.icon)
        side.addWidget(self.prompt)
        side.addWidget(self.steps)
        side.addWidget(self.hint)
        side.addStretch(1)
        side.addWidget(self.cancel)
        split.addLayout(side, 2)

    def show_state(self, state: State) -> None:
        """Say what to do now, what is in the way, and how much is done."""
        prompt = self._prompts().get(state.prompt, self.tr("Look at the camera"))
        self.prompt.setText(prompt)
        self.icon.set_name(state.prompt if state.prompt in self._prompts() else "look")
        if state.steps_total:
            now = min(state.steps_done + 1, state.steps_total)
            self.steps.setText(
                self.tr("Step {now} of {total}").format(now=now, total=state.steps_total)
            )
        else:
            self.steps.setText(self.tr("Getting ready"))
        self.preview.set_steps(state.steps_done, state.steps_total)
        self.show_hint(state.hint)

    def show_hint(self, key: str) -> None:
        """Show what is in the way, or that all is well."""
        hints = self._hints()
        self.hint.setText(hints.get(key, self.tr("Good, just like that.")))
        kind = "hint" if key in hints else "calm"
        if self.hint.property("panel") != kind:
            self.hint.setProperty("panel", kind)
            self.hint.style().unpolish(self.hint)
            self.hint.style().polish(self.hint)

    def _prompts(self) -> dict[str, str]:
        return {
            "look": self.tr("Look at the camera"),
            "blink": self.tr("Blink once"),
            "turn_left": self.tr("Turn your head to the left"),
            "turn_right": self.tr("Turn your head to the right"),
            "open_mouth": self.tr("Open your mouth"),
            "come_nearer": self.tr("Come nearer"),
            "step_back": self.tr("Step back"),
            "hold_still": self.tr("Hold still for a moment"),
        }

    def _hints(self) -> dict[str, str]:
        return {
            "no_face": self.tr("I cannot see a face. Come into the oval."),
            "two_faces": self.tr("I see more than one face. One person at a time, please."),
            "nearer": self.tr("Come a little nearer."),
            "farther": self.tr("Step back a little."),
            "too_dark": self.tr("It is too dark. Turn towards the light."),
            "too_bright": self.tr("It is too bright. Turn away from the light."),
            "blurred": self.tr("The picture is blurred. Keep still for a moment."),
            "off_centre": self.tr("Move into the middle of the oval."),
            "camera": self.tr("The camera gives no picture. Please call staff."),
        }

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Centre the words under the mirror in a tall window."""
        super().resizeEvent(event)
        across = Qt.AlignmentFlag.AlignHCenter if self.is_tall() else Qt.AlignmentFlag.AlignLeft
        self._side.setAlignment(self.icon, across)
        for text in (self.prompt, self.steps, self.hint):
            text.setAlignment(across | Qt.AlignmentFlag.AlignVCenter)
