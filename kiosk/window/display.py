"""How the shopper wants to see and hear the kiosk: for this visit, gone with it."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.window.look import TEXT_SIZES
from kiosk.window.parts import column, label, row, scrolling
from kiosk.window.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QHBoxLayout, QWidget

    from kiosk.window.look import Look

VOLUMES = (0, 40, 100)


class DisplaySheet(Sheet):
    """Text size, contrast, movement and sound, each as a row of choices.

    Args:
        look: the one in force.
        parent: what it covers.
        volume: 0..100; None where this machine has no voice.
        change: called with the look that is wanted.
        set_volume: called with 0..100.
        close: called when it is done.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        *,
        volume: int | None,
        change: Callable[[Look], object],
        set_volume: Callable[[int], object],
        close: Callable[[], object],
    ) -> None:
        super().__init__(look, parent, close)
        self._change = change
        body = column(gap=look.px(10))
        body.addWidget(label(self.tr("Text size"), "heading"))
        sizes = (self.tr("Normal"), self.tr("Large"), self.tr("Largest"))
        body.addLayout(
            self._choices(
                [
                    (sizes[size], look.text_size == size, replace(look, text_size=size))
                    for size in range(TEXT_SIZES)
                ]
            )
        )
        body.addWidget(label(self.tr("Colours"), "heading"))
        body.addLayout(
            self._choices(
                [
                    (self.tr("Calm"), look.contrast == "normal", replace(look, contrast="normal")),
                    (
                        self.tr("High contrast"),
                        look.contrast == "high",
                        replace(look, contrast="high"),
                    ),
                ]
            )
        )
        if volume is not None:
            body.addWidget(label(self.tr("Sound"), "heading"))
            names = (self.tr("Off"), self.tr("Soft"), self.tr("Loud"))
            nearest = min(range(len(VOLUMES)), key=lambda at: abs(VOLUMES[at] - volume))
            across = row(gap=look.px(10))
            for at, name in enumerate(names):
                made = self.button(name, "chip", functools.partial(set_volume, VOLUMES[at]))
                made.setChecked(at == nearest)
                across.addWidget(made, 1)
            body.addLayout(across)
        self.done = self.button(self.tr("Done"), "main", close)
        inside = column(margin=look.px(16 if look.compact else 28), gap=look.gap)
        inside.addWidget(scrolling(body), 1)
        inside.addWidget(self.done)
        self.hold(inside)

    def _choices(self, choices: list[tuple[str, bool, Look]]) -> QHBoxLayout:
        across = row(gap=self.look.px(10))
        for name, chosen, wanted in choices:
            made = self.button(name, "chip", functools.partial(self._change, wanted))
            made.setChecked(chosen)
            across.addWidget(made, 1)
        return across
