"""The window lasts a day: nothing that it does a hundred times a second wears anything out."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from kiosk.window.main_window import build_application
application = build_application(offscreen=True)
from PySide6.QtWidgets import QWidget
widget = QWidget()
for _ in range(300_000):  # far more than Python has references to None at its start
    widget.update()
sys.stdout.write("alive")
"""


def test_methods_that_return_nothing_may_be_called_for_days():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "alive"), done.stderr
