"""A keyboard-wedge scanner is told from a hand, on any screen, and presses no button."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kiosk.window.wedge import CHARS_MIN, FLUSH_MS, GAP_MS, Burst, WedgeFilter

CODE = "4006381333931"
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has none


def typed(text, gap_ms):
    burst, now_ms = Burst(), 1_000
    for char in text:
        now_ms += gap_ms
        if burst.is_over(now_ms):
            burst.text = ""
        burst.press(char, now_ms)
    return burst.end(now_ms + gap_ms)


@given(st.text("0123456789ABC-", min_size=CHARS_MIN, max_size=60), st.integers(0, GAP_MS))
def test_a_fast_burst_is_a_code(text, gap_ms):
    assert typed(text, gap_ms) == text


@given(st.text("0123456789ABC-", max_size=60), st.integers(GAP_MS + 1, 2_000))
def test_what_a_hand_types_is_none(text, gap_ms):
    assert typed(text, gap_ms) == ""


@pytest.mark.parametrize("text", ["", "1", "12", "x" * 201])
def test_too_little_or_too_much_is_no_code(text):
    assert typed(text, 1) == ""


class Clock:
    now = 1_000

    def __call__(self):
        return self.now


@pytest.fixture
def desk(qtbot):
    clock = Clock()
    window = QWidget()
    window.field, window.button = QLineEdit(), QPushButton("Pay")
    layout = QVBoxLayout(window)
    layout.addWidget(window.field)
    layout.addWidget(window.button)
    window.presses, window.codes = [], []
    window.button.setAutoDefault(True)
    window.button.clicked.connect(lambda: window.presses.append(1))
    wedge = WedgeFilter(clock, window)
    wedge.scanned.connect(window.codes.append)
    QApplication.instance().installEventFilter(wedge)
    qtbot.addWidget(window)
    window.show()
    window.clock = clock
    yield window
    QApplication.instance().removeEventFilter(wedge)


def keys(window, target, text, gap_ms, end=Qt.Key.Key_Return):
    presses = [(Qt.Key(ord(char.upper())), char) for char in text] + [(end, "\r")]
    for key, char in presses:
        window.clock.now += gap_ms
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, char)
            QApplication.sendEvent(target, event)


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_scan_presses_nothing_and_types_nowhere(desk, end):
    for target in (desk.button, desk.field):
        keys(desk, target, CODE, 2, end)
    assert desk.codes == [CODE, CODE]
    assert desk.presses == []
    assert desk.field.text() == ""


def test_a_hand_still_types_and_presses(desk, qtbot):
    keys(desk, desk.field, "4711", 150)
    qtbot.wait(FLUSH_MS + 50)
    assert desk.field.text() == "4711"
    keys(desk, desk.button, "", 150, Qt.Key.Key_Space)
    assert desk.codes == []


def test_a_single_key_arrives_after_a_moment(desk, qtbot):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_7, Qt.KeyboardModifier.NoModifier, "7")
    QApplication.sendEvent(desk.field, event)
    assert desk.field.text() == ""
    qtbot.waitUntil(lambda: desk.field.text() == "7", timeout=10_000)


def test_two_scans_one_after_another_are_two_codes(desk):
    keys(desk, desk.field, "036000291452", 2)
    keys(desk, desk.field, "QR-BREAD", 2)
    assert desk.codes == ["036000291452", "QR-BREAD"]
