"""A receipt that is too long for a QR code is shown without one."""

from __future__ import annotations

from kiosk.receipts.layout import QR_CHARS_MAX
from kiosk.window.receipt import QrCode


def test_a_code_holds_the_longest_payload_and_is_left_out_beyond(qtbot, dressed):
    code = QrCode(180)
    qtbot.addWidget(code)
    code.show_payload("A" * QR_CHARS_MAX)
    assert len(code._rows) == 177  # version 40
    code.show_payload("A" * (QR_CHARS_MAX + 1))
    assert code._rows == ()
    code.grab()
