"""How the desk's window looks: one style sheet, quiet, with one accent for what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase

SURFACE, CARD, SUNK = "#F6F4EF", "#FFFFFF", "#ECE9E1"
INK, MUTED, LINE = "#17211E", "#535E59", "#D8D3C6"
ACCENT, ACCENT_DOWN, ACCENT_SOFT = "#0A6252", "#064A3E", "#DFEFE9"
WARN, WARN_SOFT = "#7A4300", "#FCECD2"
REFUSE, REFUSE_SOFT = "#99252A", "#F9E2DF"

LATIN: Final = ("Inter", "Noto Sans")
# the same character is drawn in one way in Korea and in another in China
HANGUL: Final = ("Noto Sans CJK KR", "NanumGothic")
HAN: Final = ("Noto Sans CJK SC", "WenQuanYi Micro Hei")
CONTROL_PX: Final = 48
TICK: Final = Path(__file__).with_name("tick.svg")

SHEET: Final = f"""
* {{ color: {INK}; font-size: 17px; }}
QMainWindow, #page {{ background: {SURFACE}; }}
#bar {{ background: {CARD}; border-bottom: 1px solid {LINE}; }}
#card {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 14px; }}
QLabel {{ background: transparent; }}
#title {{ font-size: 30px; font-weight: 600; }}
#heading {{ font-size: 20px; font-weight: 600; }}
#prompt {{ font-size: 34px; font-weight: 600; }}
#muted {{ color: {MUTED}; }}
#figure {{ font-size: 56px; font-weight: 600; color: {ACCENT}; }}
#brand {{ font-size: 20px; font-weight: 700; color: {ACCENT}; }}
#notice {{ background: {WARN_SOFT}; color: {WARN}; border-radius: 10px; padding: 12px 16px; }}
#refusal {{ background: {REFUSE_SOFT}; color: {REFUSE}; border-radius: 10px; padding: 12px 16px; }}
#good {{ background: {ACCENT_SOFT}; color: {ACCENT}; border-radius: 10px; padding: 12px 16px; }}
QPushButton {{
  min-height: {CONTROL_PX - 6}px; padding: 2px 20px; border-radius: 10px;
  border: 1px solid {MUTED}; background: {CARD};
}}
QPushButton:hover {{ background: {SUNK}; }}
QPushButton:focus {{ border: 2px solid {ACCENT}; }}
QPushButton:disabled {{ color: {MUTED}; background: {SUNK}; border: 1px solid {LINE}; }}
QPushButton#main {{
  background: {ACCENT}; color: white; border: 1px solid {ACCENT}; font-weight: 600;
  min-height: 54px; padding: 2px 32px;
}}
QPushButton#main:hover {{ background: {ACCENT_DOWN}; }}
QPushButton#main:focus {{ border: 2px solid {INK}; }}
QPushButton#main:disabled {{ background: {SUNK}; color: {MUTED}; border: 1px solid {LINE}; }}
QPushButton#danger {{ color: {REFUSE}; border: 1px solid {REFUSE}; }}
QPushButton#plain {{ border: 1px solid transparent; background: transparent; }}
QPushButton#plain:checked {{ color: {ACCENT}; background: {ACCENT_SOFT}; font-weight: 600; }}
QPushButton#plain:focus {{ border: 2px solid {ACCENT}; }}
QLineEdit {{
  min-height: {CONTROL_PX - 6}px; padding: 2px 14px; border-radius: 10px;
  border: 1px solid {MUTED}; background: {CARD}; selection-background-color: {ACCENT};
}}
QLineEdit:focus {{ border: 2px solid {ACCENT}; }}
QCheckBox {{ spacing: 12px; min-height: {CONTROL_PX}px; }}
QCheckBox::indicator {{
  width: 26px; height: 26px; border-radius: 6px; border: 2px solid {MUTED}; background: {CARD};
}}
QCheckBox::indicator:checked {{
  background: {ACCENT}; border: 2px solid {ACCENT}; image: url("{TICK.as_posix()}");
}}
QCheckBox:focus {{ color: {ACCENT}; }}
QTableWidget {{
  background: {CARD}; border: 1px solid {LINE}; border-radius: 14px; gridline-color: {LINE};
  selection-background-color: {ACCENT_SOFT}; selection-color: {INK}; outline: 0;
}}
QHeaderView::section {{
  background: {CARD}; color: {MUTED}; border: 0; border-bottom: 1px solid {LINE};
  padding: 10px 12px; font-weight: 600;
}}
QTableWidget::item {{ padding: 0 12px; }}
QProgressBar {{ background: {SUNK}; border: 0; border-radius: 5px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 5px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: {LINE}; border-radius: 4px; min-height: 48px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea {{ border: 0; background: transparent; }}
"""


def application_font(language: str = "en") -> QFont:
    """The best fonts of this machine: Latin, then the language's own, then the other's."""
    present = set(QFontDatabase.families())
    eastern = (*HAN, *HANGUL) if language == "zh" else (*HANGUL, *HAN)
    wanted = (*LATIN, *eastern, "DejaVu Sans")
    font = QFont([name for name in wanted if name in present] or [QFont().family()])
    font.setPixelSize(17)
    return font


def colour(name: str) -> QColor:
    """A colour to paint with."""
    return QColor(name)
