"""Puts one language's words in the place of another's, out of Qt Linguist's files."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QTranslator

log = logging.getLogger(__name__)

FOLDER: Final = Path(__file__).resolve().parent.parent / "i18n"
# what each language calls itself
LANGUAGES: Final = {"en": "English", "ko": "한국어", "zh": "简体中文"}
_installed: list[QTranslator] = []


def install(language: str) -> None:
    """Let every later `tr` speak a language; English where its words are missing."""
    while _installed:
        QCoreApplication.removeTranslator(_installed.pop())
    if language == "en":
        return
    made = QTranslator()
    if made.load(str(FOLDER / f"desk_{language}.qm")):
        QCoreApplication.installTranslator(made)
        _installed.append(made)
    else:
        log.error("there are no words for the language %s", language)
