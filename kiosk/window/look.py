"""How everything looks on this screen for this shopper: sizes, colours and language as one value.

Every widget is built for one look and never adapted: another language, text size, contrast or
window size builds the screen anew, so that nothing of the old one can be left over.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtGui import QFont, QFontDatabase

from kiosk.window.palette import PALETTES, Contrast

if TYPE_CHECKING:
    from kiosk.window.palette import Palette

Language = Literal["en", "ko", "zh-Hans"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ko", "zh-Hans")
# what each language calls itself: shown in every language, translated in none
ENDONYMS: Final[dict[Language, str]] = {"en": "English", "ko": "한국어", "zh-Hans": "简体中文"}
TEXT_SIZES: Final = 3

TARGET_PX_MIN: Final = 48  # the least side of any control
MAIN_PX_MIN: Final = 96  # the least height of what a screen is for
COMPACT_HEIGHT: Final = 620  # below, the bars are one
REACH_HEIGHT_MIN: Final = 1000  # below, the whole screen is within reach as it is

_SCALE_RANGE: Final = (0.75, 1.6)
_LANDSCAPE: Final = (1280, 800)
_PORTRAIT: Final = (720, 1240)
_LOWERED: Final = 1.15  # a lowered page may be fuller: it is there to be reached
_TEXT_FACTORS: Final = (1.0, 1.2, 1.45)
# role: pixels in a window of 1280 x 800, and how much of the text factor it takes: what is large
# already need not grow as much
_TYPE: Final[dict[str, tuple[int, float]]] = {
    "hero": (64, 0.4),
    "display": (44, 0.5),
    "title": (34, 0.7),
    "heading": (25, 0.9),
    "body": (20, 1.0),
    "small": (17, 1.0),
}
ROLES: Final = tuple(_TYPE)
_LATIN: Final = ("Inter", "Noto Sans", "DejaVu Sans")
_HAN: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("Noto Sans CJK KR", "Noto Sans CJK SC"),
    "ko": ("Noto Sans CJK KR", "NanumGothic", "Noto Sans CJK SC"),
    "zh-Hans": ("Noto Sans CJK SC", "WenQuanYi Micro Hei", "Noto Sans CJK KR"),
}


@functools.cache
def families(language: Language) -> tuple[str, ...]:
    """The font families of this machine that a language is set in, best first."""
    present = set(QFontDatabase.families())
    return tuple(name for name in (*_LATIN, *_HAN[language]) if name in present)


@dataclass(frozen=True, slots=True)
class Look:
    """One way to show the kiosk.

    Attributes:
        width: of the window, in device-independent pixels.
        height: the same.
        language: of every word, sum and date.
        text_size: 0 as drawn, 1 larger, 2 largest.
        contrast: which palette.
        low_reach: every control in the lower half of a tall window.
        still: nothing moves by itself.
    """

    width: int = 1280
    height: int = 800
    language: Language = "en"
    text_size: int = 0
    contrast: Contrast = "normal"
    low_reach: bool = False
    still: bool = False

    @property
    def palette(self) -> Palette:
        """The colours."""
        return PALETTES[self.contrast]

    @property
    def tall(self) -> bool:
        """Higher than wide, as far as a page can tell."""
        return self.page_height > self.width

    @property
    def compact(self) -> bool:
        """So low that every line counts."""
        return self.page_height < COMPACT_HEIGHT

    @property
    def page_height(self) -> int:
        """What is left of the height when the controls have come down."""
        return self.height - self.head_room

    @property
    def head_room(self) -> int:
        """The part at the top that a seated person need not reach, in pixels."""
        reaches = self.low_reach and self.height >= REACH_HEIGHT_MIN
        return self.height // 2 if reaches else 0

    @property
    def scale(self) -> float:
        """How much larger than drawn everything is."""
        scale = _scale(self.width, self.page_height)
        return scale * _LOWERED if self.head_room else scale

    def px(self, drawn: float) -> int:
        """Pixels of a length that was drawn for 1280 x 800."""
        return max(1, round(drawn * self.scale))

    def type_px(self, role: str) -> int:
        """Pixel size of a type role."""
        drawn, share = _TYPE[role]
        factor = 1 + (_TEXT_FACTORS[self.text_size] - 1) * share
        return round(drawn * self.scale * factor)

    @property
    def target(self) -> int:
        """Height of a control."""
        return max(TARGET_PX_MIN, self.px(60))

    @property
    def main(self) -> int:
        """Height of the main control."""
        return max(MAIN_PX_MIN, self.px(96))

    @property
    def gap(self) -> int:
        """Between things that belong together."""
        return self.px(16)

    @property
    def margin(self) -> int:
        """Around a screen."""
        return self.px(20 if self.compact else 36)

    @property
    def radius(self) -> int:
        """Of a card's corners."""
        return self.px(22)

    def font(self, role: str = "body", *, bold: bool = False) -> QFont:
        """A font of a role; Qt falls back between families for other scripts."""
        return _font(self, role, bold)


@functools.lru_cache(maxsize=256)
def _font(look: Look, role: str, bold: bool) -> QFont:  # noqa: FBT001 - a key of the cache
    font = QFont()
    if names := families(look.language):
        font.setFamilies(names)
    font.setPixelSize(look.type_px(role))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return font


@functools.lru_cache(maxsize=64)
def _scale(width: int, height: int) -> float:
    wide, high = _LANDSCAPE if width >= height else _PORTRAIT
    least, most = _SCALE_RANGE
    return min(max(min(width / wide, height / high), least), most)
