"""The colours of the two contrast themes, and the measure they are held to.

Contrast is the ratio of relative luminances of WCAG 2.2 (1.4.3 and 1.4.6): the normal theme stands
at 4.5:1 or better wherever text is on a ground, the high one at 7:1; edges that say "button" stand
at 3:1 (1.4.11). A test holds every pair to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Contrast = Literal["normal", "high"]

# a QR code is dark on light whatever the theme, or readers do not find it
QR_LIGHT: Final = "#FFFFFF"
QR_DARK: Final = "#000000"


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours, as #RRGGBB, by what they are for.

    Attributes:
        surface: the ground of every screen.
        card: what lies on it.
        sunk: wells, pressed buttons, and what cannot be used now.
        ink: text.
        muted: text that may be read later.
        line: between things.
        outline: the edge of a control.
        accent: the one colour of the shop: what a screen is for.
        accent_down: the same under a finger.
        accent_soft: a ground that says "chosen" or "good".
        on_accent: text on `accent`.
        warn: text on `warn_soft`: something is in the way.
        warn_soft: its ground.
        refuse: text on `refuse_soft`: it was refused.
        refuse_soft: its ground.
        least: the ratio that text must reach.
    """

    surface: str
    card: str
    sunk: str
    ink: str
    muted: str
    line: str
    outline: str
    accent: str
    accent_down: str
    accent_soft: str
    on_accent: str
    warn: str
    warn_soft: str
    refuse: str
    refuse_soft: str
    least: float

    def text_pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (text, ground) in use."""
        grounds = (self.surface, self.card, self.sunk)
        return (
            *((text, ground) for text in (self.ink, self.muted) for ground in grounds),
            *((self.accent, ground) for ground in (self.surface, self.card, self.accent_soft)),
            (self.ink, self.accent_soft),
            (self.on_accent, self.accent),
            (self.on_accent, self.accent_down),
            (self.warn, self.warn_soft),
            (self.refuse, self.refuse_soft),
            (self.refuse, self.surface),
            (self.refuse, self.card),
        )

    def edge_pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (edge, ground) that tells a control from what it lies on."""
        return tuple(
            (edge, ground)
            for edge in (self.outline, self.accent)
            for ground in (self.surface, self.card)
        )


NORMAL: Final = Palette(
    surface="#F6F4EF",
    card="#FFFFFF",
    sunk="#ECE9E1",
    ink="#17211E",
    muted="#535E59",
    line="#E0DCD2",
    outline="#7C786E",
    accent="#0A6252",
    accent_down="#064A3E",
    accent_soft="#DFEFE9",
    on_accent="#FFFFFF",
    warn="#7A4300",
    warn_soft="#FCECD2",
    refuse="#99252A",
    refuse_soft="#F9E2DF",
    least=4.5,
)
# light on black: what people with low vision most often choose
HIGH: Final = Palette(
    surface="#000000",
    card="#101010",
    sunk="#242424",
    ink="#FFFFFF",
    muted="#E2E2E2",
    line="#6E6E6E",
    outline="#FFFFFF",
    accent="#FFD84A",
    accent_down="#FFEFA8",
    accent_soft="#2B2400",
    on_accent="#000000",
    warn="#FFC46B",
    warn_soft="#2A1B00",
    refuse="#FFB3AD",
    refuse_soft="#330A08",
    least=7.0,
)
PALETTES: Final[dict[Contrast, Palette]] = {"normal": NORMAL, "high": HIGH}

_LINEAR_BELOW: Final = 0.04045  # sRGB, IEC 61966-2-1


def ratio(first: str, second: str) -> float:
    """Contrast ratio of two #RRGGBB colours, 1..21 (WCAG 2.2)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0..1 (WCAG 2.2)."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= _LINEAR_BELOW else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
