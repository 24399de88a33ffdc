"""The few pieces that the desk's pages are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def label(text: str, name: str = "") -> QLabel:
    """Text that wraps and never cuts."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return made


def button(text: str, pressed: Callable[[], object], name: str = "") -> QPushButton:
    """A button; `main` is what a page is for, `danger` what cannot be undone."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setAutoDefault(True)
    made.clicked.connect(lambda _checked: pressed())
    return made


def secret(made: QLineEdit) -> QLineEdit:
    """A field that shows what is typed to nobody, and remembers nothing of it."""
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setInputMethodHints(
        Qt.InputMethodHint.ImhHiddenText
        | Qt.InputMethodHint.ImhSensitiveData
        | Qt.InputMethodHint.ImhDigitsOnly
    )
    return made


def field(layout: QVBoxLayout, words: str, hint: str = "") -> QLineEdit:
    """A line to type in, with its words above it."""
    layout.addWidget(label(words, "muted"))
    made = QLineEdit()
    made.setAccessibleName(words)
    made.setPlaceholderText(hint)
    layout.addWidget(made)
    return made


def card(spacing: int = 10) -> tuple[QFrame, QVBoxLayout]:
    """A white sheet, and the column in it."""
    frame = QFrame()
    frame.setObjectName("card")
    inner = QVBoxLayout(frame)
    inner.setContentsMargins(28, 24, 28, 24)
    inner.setSpacing(spacing)
    return frame, inner


def row(*widgets: QWidget | None) -> QHBoxLayout:
    """Side by side; None takes what room is left."""
    made = QHBoxLayout()
    made.setSpacing(12)
    for widget in widgets:
        if widget is None:
            made.addStretch(1)
        else:
            made.addWidget(widget)
    return made


class Said(QLabel):
    """One place for what went well or wrong; takes no room while it says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.hide()

    def say(self, text: str, kind: str = "refusal") -> None:
        """Show it: kind is `refusal`, `notice` or `good`."""
        self.setObjectName(kind)
        self.setText(text)
        self.setAccessibleName(text)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setVisible(bool(text))
