"""One look for every screen: the colours, sizes and style sheet, so that no screen invents its own.

Every text colour stands at 4.5:1 or better on the surfaces it is used on (WCAG 2.2, 1.4.3); a test
holds `CONTRASTS` to that. Sizes are in device-independent pixels at a window of 1280 x 800.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase

SURFACE: Final = "#F7F3EC"  # warm paper
CARD: Final = "#FFFFFF"
SUNK: Final = "#EFE8DC"
INK: Final = "#1F2926"
MUTED: Final = "#56605B"
LINE: Final = "#DDD3C4"
OUTLINE: Final = "#80796D"  # 3:1 on every surface: the edge that says "button"
ACCENT: Final = "#0A6252"
ACCENT_DOWN: Final = "#064A3E"
ACCENT_SOFT: Final = "#DCEEE8"
ON_ACCENT: Final = "#FFFFFF"
WARN: Final = "#7A4300"
WARN_SOFT: Final = "#FCECD2"
REFUSE: Final = "#99252A"
REFUSE_SOFT: Final = "#F9E2DF"

# (text, ground) pairs in use
CONTRASTS: Final = (
    (INK, SURFACE),
    (INK, CARD),
    (INK, SUNK),
    (MUTED, SURFACE),
    (MUTED, CARD),
    (MUTED, SUNK),
    (ACCENT, SURFACE),
    (ACCENT, CARD),
    (ACCENT, ACCENT_SOFT),
    (ON_ACCENT, ACCENT),
    (ON_ACCENT, ACCENT_DOWN),
    (WARN, WARN_SOFT),
    (REFUSE, REFUSE_SOFT),
    (REFUSE, SURFACE),
)

TARGET_PX: Final = 56  # every control; 48 is the floor
LARGE_TARGET_PX: Final = 72  # the other way out
MAIN_TARGET_PX: Final = 96  # the one thing a screen is for
GAP: Final = 16
MARGIN: Final = 32
RADIUS: Final = 20
TILE_HEIGHT: Final = 216

SCALE_MIN: Final = 0.7
SCALE_MAX: Final = 1.6
_LANDSCAPE: Final = (1280, 800)
_PORTRAIT: Final = (880, 1400)

TYPE_PX: Final = {
    "hero": 68,
    "display": 50,
    "title": 38,
    "heading": 26,
    "body": 21,
    "small": 18,
}
_FAMILIES: Final = ("Inter", "Noto Sans", "Noto Sans CJK KR", "Noto Sans CJK SC", "DejaVu Sans")


def scale_for(width: int, height: int) -> float:
    """How much larger than drawn the type is in a window of `width` x `height` pixels."""
    wide, high = _LANDSCAPE if width >= height else _PORTRAIT
    return round(min(max(min(width / wide, height / high), SCALE_MIN), SCALE_MAX), 2)


def type_px(role: str, scale: float) -> int:
    """Pixel size of a type role."""
    return round(TYPE_PX[role] * scale)


def application_font() -> QFont:
    """The first families this machine has; Qt falls back between them for other scripts."""
    present = set(QFontDatabase.families())
    font = QFont()
    families = [name for name in _FAMILIES if name in present]
    if families:
        font.setFamilies(families)
    font.setPixelSize(TYPE_PX["body"])
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return font


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(name: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004

    colour = QColor(name)
    red, green, blue = (linear(c) for c in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def style_sheet(scale: float = 1.0) -> str:
    """The whole application's style. Widgets choose by `role`, `look` and `panel`."""
    px = {role: type_px(role, scale) for role in TYPE_PX}
    roles = "\n".join(f'*[role="{role}"] {{ font-size: {size}px; }}' for role, size in px.items())
    return f"""
* {{ color: {INK}; font-size: {px["body"]}px; }}
QMainWindow, QWidget#page {{ background: {SURFACE}; }}
QLabel {{ background: transparent; }}
{roles}
*[role="hero"], *[role="display"], *[role="title"] {{ font-weight: 700; }}
*[role="heading"] {{ font-weight: 600; }}
*[tone="muted"] {{ color: {MUTED}; }}
*[tone="accent"] {{ color: {ACCENT}; }}
*[tone="strong"] {{ font-weight: 700; }}

QWidget[panel="card"] {{ background: {CARD}; border: 1px solid {LINE}; border-radius: {RADIUS}px; }}
QWidget[panel="plain"] {{ background: transparent; border: none; }}
QWidget[panel="line"] {{ background: {LINE}; border: none; }}
QWidget[panel="bar"] {{ background: {CARD}; border: none; }}
QLabel[panel="chip"] {{
  background: {WARN_SOFT}; color: {WARN}; font-weight: 700;
  border: 2px solid {WARN}; border-radius: 12px; padding: 4px 14px;
}}
QLabel[panel="hint"] {{
  background: {WARN_SOFT}; color: {WARN}; font-weight: 600;
  border-radius: 14px; padding: 12px 20px;
}}
QLabel[panel="calm"] {{
  background: {ACCENT_SOFT}; color: {ACCENT}; font-weight: 600;
  border-radius: 14px; padding: 12px 20px;
}}

QPushButton {{
  background: {CARD}; color: {INK}; border: 2px solid {OUTLINE}; border-radius: 16px;
  padding: 8px 22px; min-height: {TARGET_PX - 20}px; font-weight: 600;
}}
QPushButton:pressed {{ background: {SUNK}; }}
QPushButton:focus {{ border: 3px solid {ACCENT}; }}
QPushButton:disabled {{ color: {MUTED}; background: {SUNK}; border: 2px solid {SUNK}; }}
QPushButton[look="main"] {{
  background: {ACCENT}; color: {ON_ACCENT}; border: 2px solid {ACCENT}; border-radius: 22px;
  padding: 10px 32px; min-height: {MAIN_TARGET_PX - 24}px; font-size: {px["heading"]}px;
  font-weight: 700;
}}
QPushButton[look="main"]:pressed {{ background: {ACCENT_DOWN}; }}
QPushButton[look="main"]:focus {{ border: 3px solid {INK}; }}
QPushButton[look="main"]:disabled {{
  background: {SUNK}; color: {MUTED}; border: 2px solid {SUNK};
}}
QPushButton[look="large"] {{ min-height: {LARGE_TARGET_PX - 20}px; }}
QPushButton[look="quiet"] {{
  background: transparent; border: 2px solid transparent; color: {ACCENT};
}}
QPushButton[look="quiet"]:pressed {{ background: {ACCENT_SOFT}; }}
QPushButton[look="quiet"]:focus {{ border: 3px solid {ACCENT}; }}
QPushButton[look="quiet"]:disabled {{ color: {MUTED}; }}
QPushButton[look="step"] {{
  padding: 0; min-width: {TARGET_PX - 4}px; max-width: {TARGET_PX - 4}px;
  min-height: {TARGET_PX - 4}px; max-height: {TARGET_PX - 4}px;
  border-radius: 16px; font-size: {px["heading"]}px;
}}
QPushButton[look="tile"] {{
  background: {CARD}; border: 1px solid {LINE}; border-radius: {RADIUS}px; padding: 0;
  min-height: {round(TILE_HEIGHT * scale)}px; max-height: {round(TILE_HEIGHT * scale)}px;
}}
QPushButton[look="tile"]:pressed {{ background: {ACCENT_SOFT}; border: 2px solid {ACCENT}; }}
QPushButton[look="tile"]:focus {{ border: 3px solid {ACCENT}; }}

QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {OUTLINE}; border-radius: 6px; min-height: 48px; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
"""
