"""Qt's binding to Python, as far as a window that runs for weeks leans on it."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication


def test_calls_into_qt_give_back_no_reference_to_none_too_many(qapp):
    assert isinstance(qapp, QApplication)
    before = sys.getrefcount(None)
    for _ in range(2_000):
        qapp.processEvents()
    assert sys.getrefcount(None) > before - 200
