"""Installs one language's words into Qt, in the place of the one before."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QTranslator

log = logging.getLogger(__name__)

FOLDER: Final = Path(__file__).parent
SOURCE_LANGUAGE: Final = "en"  # what the sources are written in
_installed: list[QTranslator] = []


def catalog(language: str) -> Path:
    """The compiled words of a language."""
    return FOLDER / f"kiosk_{language[:2]}.qm"


def install(language: str) -> None:
    """Let every later `tr` speak a language; the source's own where its words are not there."""
    for old in _installed:
        QCoreApplication.removeTranslator(old)
    _installed.clear()
    if language == SOURCE_LANGUAGE:
        return
    made = QTranslator()
    if made.load(str(catalog(language))):
        QCoreApplication.installTranslator(made)
        _installed.append(made)
    else:
        log.error("there are no words for the language %s", language)
