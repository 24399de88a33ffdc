"""A window on a till that stands still, drawn into memory."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from kiosk.i18n import translators
from kiosk.window import showcase, still
from kiosk.window.look import Look


@pytest.fixture(scope="session")
def receipt(tmp_path_factory):
    return showcase.sample_receipt(tmp_path_factory.mktemp("book") / "home")


@pytest.fixture
def states(receipt):
    return showcase.states(receipt)


@pytest.fixture(scope="session")
def dressed(qapp):
    qapp.setStyle("Fusion")
    qapp.setFont(Look().font())
    return qapp


@pytest.fixture
def show(qtbot, dressed):
    """A window on a state, or on one of the showcase's screens where `every` is given."""

    def make(state, size=(1280, 800), mode="demo", language="en", **look):
        till = still.StillTill(state, mode, language)
        window = showcase.shown(till, Look(*size, language, still=True, **look))
        qtbot.addWidget(window)
        return window

    yield make
    translators.install("en")
