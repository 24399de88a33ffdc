"""The one button of the kiosk: as large as a finger, its words wrapped and never cut.

It paints itself, because Qt's own push button cuts a text that is too long for it, and because a
state is told by form as well as by colour: what is chosen wears a tick, what has the focus a ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy

from kiosk.window import icons

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.window.look import Look

Kind = Literal["main", "large", "plain", "quiet", "step", "key", "chip", "tool", "way"]
WRAP: Final = int(Qt.TextFlag.TextWordWrap)
_ROLES: Final[dict[str, str]] = {
    "main": "heading",
    "step": "heading",
    "key": "title",
    "way": "heading",
    "tool": "small",
}
_TEXT_WIDTH: Final = 560  # a longer text is set on more lines
_SIZES_MAX: Final = 64
_HAN: Final = range(0x2E80, 0xA000)  # ideographs and kana: a line may break between any two


class Button(QPushButton):
    """A push button.

    Args:
        look: sizes and colours.
        text: what it says; also its accessible name where no other is given.
        kind: main (what the screen is for), large (another way on), plain, quiet (without an edge),
            step (square), key (of a number pad), chip (one of several, can be chosen), tool (of the
            bar), way (a way to pay, with a sentence below).
        press: called when it is pressed.
        icon: a drawing before the text.
        says: a second, quieter line.
        name: the accessible name, where the text alone does not tell.
    """

    def __init__(
        self,
        look: Look,
        text: str,
        kind: Kind,
        press: Callable[[], object],
        *,
        icon: str = "",
        says: str = "",
        name: str = "",
    ) -> None:
        super().__init__(text)
        self._look, self._icon, self._says = look, icon, says
        self._underlined = False
        self._sizes: dict[tuple[int, str], tuple[QSize, QSize]] = {}
        self.kind: Kind = kind
        self.setProperty("look", kind)
        self.setAccessibleName(name or text)
        self.setAccessibleDescription(says)
        self.setCheckable(kind == "chip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        across = QSizePolicy.Policy.Fixed if kind == "step" else QSizePolicy.Policy.Preferred
        policy = QSizePolicy(across, QSizePolicy.Policy.Minimum)  # Fixed would cut wrapped words
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(lambda: press())  # noqa: PLW0108 - drops Qt's `checked`

    def rename(self, text: str) -> None:
        """Give it other words, for eyes and for a screen reader."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()

    def set_underlined(self, *, on: bool) -> None:
        """Wear a line below: the one in use, of several on a bar."""
        self._underlined = on
        self.update()

    # ---- sizes ---------------------------------------------------------------------------------

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._look.font(_ROLES.get(self.kind, "body"), bold=True))

    def _says_metrics(self) -> QFontMetrics:
        return QFontMetrics(self._look.font("body"))

    def _padding(self) -> int:
        drawn = {"main": 28, "way": 24, "chip": 20, "tool": 12, "step": 0, "key": 4}
        return self._look.px(drawn.get(self.kind, 22))

    def _icon_px(self) -> int:
        if not self._icon and not (self.isCheckable() and self.isChecked()):
            return 0
        if self.kind == "way":
            return self._look.px(60)
        if self.kind in {"tool", "step", "key"}:
            return self._look.px(28)
        return round(self._metrics().height() * 1.05)

    def _icon_room(self) -> int:
        side = self._icon_px()
        return side + (self._look.px(14) if side and (self.text() or self._says) else 0)

    def least_height(self) -> int:
        """What it is never lower than, in pixels."""
        return self._look.main if self.kind in {"main", "way"} else self._look.target

    def _text_size(self, width: int) -> tuple[QSize, QSize]:
        """Sizes of the text and of the second line, wrapped at a width; kept."""
        key = (width, self.text())
        if key not in self._sizes:
            if len(self._sizes) > _SIZES_MAX:
                self._sizes.clear()
            self._sizes[key] = self._measure(width)
        return self._sizes[key]

    def _measure(self, width: int) -> tuple[QSize, QSize]:
        box = QRect(0, 0, max(width, 1), 10_000)
        text = self._metrics().boundingRect(box, WRAP, self.text()).size()
        says = QSize()
        if self._says:
            says = self._says_metrics().boundingRect(box, WRAP, self._says).size()
        return text, says

    def sizeHint(self) -> QSize:
        """Its words on one line, where that is not too long."""
        one_line = self._metrics().horizontalAdvance(self.text()) + 2
        if self._says:
            one_line = max(one_line, self._says_metrics().horizontalAdvance(self._says) + 2)
        wide = min(one_line, self._look.px(_TEXT_WIDTH)) + self._room_beside()
        wide = max(wide, self.minimumSizeHint().width())
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        """Its longest word, and never less than a finger."""
        longest = max(
            widest_word(self._metrics(), self.text()),
            widest_word(self._says_metrics(), self._says),
        )
        wide = max(longest + self._room_beside(), self._look.target)
        return QSize(wide, self.least_height())

    def hasHeightForWidth(self) -> bool:
        """Its words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as its wrapped words and a little air."""
        text, says = self._text_size(width - self._room_beside())
        high = text.height() + (says.height() + self._look.px(4) if self._says else 0)
        return max(self.least_height(), high + 2 * self._look.px(12), self._icon_px())

    def _room_beside(self) -> int:
        return 2 * self._padding() + self._icon_room()

    def text_fits(self) -> bool:
        """Whether all of its words are inside it."""
        room = self.width() - self._room_beside()
        text, says = self._text_size(room)
        high = text.height() + (says.height() + self._look.px(4) if self._says else 0)
        return max(text.width(), says.width()) <= room + 1 and high <= self.height()

    # ---- colours -------------------------------------------------------------------------------

    def colours(self) -> tuple[str, str, str]:
        """(text, ground, edge) as it is now; an empty ground or edge is not painted."""
        c = self._look.palette
        if not self.isEnabled():
            return c.muted, "" if self.kind in {"quiet", "tool"} else c.sunk, ""
        if self.kind == "main" or (self.isCheckable() and self.isChecked()):
            ground = c.accent_down if self.isDown() else c.accent
            return c.on_accent, ground, ""
        if self.kind in {"quiet", "tool"}:
            text = c.accent if self.kind == "quiet" else c.ink
            return text, c.accent_soft if self.isDown() else "", ""
        edge = c.line if self.kind in {"key", "way"} and self._look.contrast == "normal" else ""
        return c.ink, c.sunk if self.isDown() else c.card, edge or c.outline

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, edge, ring, icon and words."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, ground, edge = self.colours()
        body = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        radius = min(self._look.px(18 if self.kind != "way" else 22), body.height() / 2)
        painter.setPen(QPen(QColor(edge), 2) if edge else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body, radius, radius)
        if self.hasFocus():
            self._paint_ring(painter, body, radius, ground)
        if self._underlined:
            line = QRectF(body.left() + 10, body.bottom() - 6, body.width() - 20, 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._look.palette.accent))
            painter.drawRoundedRect(line, 2, 2)
        self._paint_inside(painter, text)
        painter.end()

    def _paint_ring(self, painter: QPainter, body: QRectF, radius: float, ground: str) -> None:
        c = self._look.palette
        colour = c.on_accent if ground in {c.accent, c.accent_down} else c.accent
        ring = body.adjusted(4, 4, -4, -4) if ground in {c.accent, c.accent_down} else body
        painter.setPen(QPen(QColor(colour), 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ring, radius, radius)

    def _paint_inside(self, painter: QPainter, colour: str) -> None:
        side, room = self._icon_px(), self._icon_room()
        pad = self._padding()
        text, says = self._text_size(self.width() - 2 * pad - room)
        wide = max(text.width(), says.width())
        left = pad if self.kind == "way" else (self.width() - wide - room) // 2
        if side:
            area = QRectF(left, (self.height() - side) / 2, side, side)
            c = self._look.palette
            if self.kind == "way":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(c.accent_soft))
                painter.drawEllipse(area)
                inset = side * 0.2
                area = area.adjusted(inset, inset, -inset, -inset)
            name = self._icon or "check"
            icons.paint(painter, name, area, c.accent if self.kind == "way" else colour)
        gap = self._look.px(4) if self._says else 0
        top = (self.height() - text.height() - says.height() - gap) // 2
        start = left + room
        across = Qt.AlignmentFlag.AlignLeft if self._says else Qt.AlignmentFlag.AlignHCenter
        painter.setPen(QColor(colour))
        painter.setFont(self._look.font(_ROLES.get(self.kind, "body"), bold=True))
        box = QRect(start, top, max(wide, 1), text.height())
        painter.drawText(box, WRAP | int(across), self.text())
        if self._says:
            painter.setPen(QColor(self._look.palette.muted))
            painter.setFont(self._look.font("body"))
            box = QRect(start, top + text.height() + gap, max(wide, 1), says.height())
            painter.drawText(box, WRAP | int(across), self._says)


def widest_word(metrics: QFontMetrics, text: str) -> int:
    """Pixels of the longest piece of a text that no line break may go through."""
    pieces: list[str] = []
    for word in text.split():
        if any(ord(sign) in _HAN for sign in word):
            pieces.extend(word[at : at + 3] for at in range(len(word)))
        else:
            pieces.append(word)
    return max((metrics.horizontalAdvance(piece) + 2 for piece in pieces), default=0)
