"""The style sheet of one look. Widgets choose by `role`, `tone` and `panel`, never by a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.window.look import ROLES, families

if TYPE_CHECKING:
    from kiosk.window.look import Look


def style_sheet(look: Look) -> str:
    """The whole application's style."""
    c, px = look.palette, look.px
    roles = "\n".join(
        f'*[role="{role}"] {{ font-size: {look.type_px(role)}px; }}' for role in ROLES
    )
    names = ", ".join(f'"{name}"' for name in families(look.language)) or "sans-serif"
    edge = 2 if look.contrast == "high" else 1
    return f"""
* {{ color: {c.ink}; font-family: {names}; font-size: {look.type_px("body")}px; }}
QMainWindow, QWidget#page {{ background: {c.surface}; }}
QLabel {{ background: transparent; }}
{roles}
*[role="hero"], *[role="display"], *[role="title"] {{ font-weight: 700; }}
*[role="heading"] {{ font-weight: 600; }}
*[tone="muted"] {{ color: {c.muted}; }}
*[tone="accent"] {{ color: {c.accent}; }}
*[tone="refuse"] {{ color: {c.refuse}; }}
*[tone="strong"] {{ font-weight: 600; }}

QWidget[panel="card"] {{
  background: {c.card}; border: {edge}px solid {c.line}; border-radius: {look.radius}px;
}}
QWidget[panel="sheet"] {{
  background: {c.surface}; border: {edge}px solid {c.outline}; border-radius: {look.radius}px;
}}
QWidget[panel="plain"] {{ background: transparent; border: none; }}
QWidget[panel="line"] {{ background: {c.line}; border: none; }}
QWidget[panel="bar"] {{ background: {c.card}; border: none; border-top: {edge}px solid {c.line}; }}
QLabel[panel="chip"] {{
  background: {c.warn_soft}; color: {c.warn}; font-weight: 600;
  border: 2px solid {c.warn}; border-radius: {px(12)}px; padding: {px(4)}px {px(14)}px;
}}
QLabel[panel="hint"], QLabel[panel="calm"], QLabel[panel="deny"] {{
  font-weight: 600; border-radius: {px(16)}px; padding: {px(12)}px {px(20)}px;
}}
QLabel[panel="hint"] {{ background: {c.warn_soft}; color: {c.warn}; border: 2px solid {c.warn}; }}
QLabel[panel="calm"] {{ background: {c.accent_soft}; color: {c.accent}; }}
QLabel[panel="deny"] {{
  background: {c.refuse_soft}; color: {c.refuse}; border: 2px solid {c.refuse};
}}

QLineEdit {{
  background: {c.card}; color: {c.ink}; border: 2px solid {c.outline};
  border-radius: {px(18)}px; padding: 0 {px(20)}px; min-height: {look.target - 4}px;
  selection-background-color: {c.accent}; selection-color: {c.on_accent};
}}
QLineEdit:focus {{ border: 3px solid {c.accent}; }}

QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: {px(7)}px; margin: 0; }}
QScrollBar::handle:vertical {{
  background: {c.outline}; border-radius: {px(7) // 2}px; min-height: 48px;
}}
QScrollBar:horizontal {{ height: 0; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
"""
