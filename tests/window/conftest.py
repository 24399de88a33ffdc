"""A window on a till that stands still, drawn into memory."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from kiosk.window import showcase, theme


@pytest.fixture(scope="session")
def receipt(tmp_path_factory):
    return showcase.sample_receipt(tmp_path_factory.mktemp("book") / "home")


@pytest.fixture
def states(receipt):
    return showcase.states(receipt)


@pytest.fixture(scope="session")
def dressed(qapp):
    qapp.setStyle("Fusion")
    qapp.setFont(theme.application_font())
    return qapp


@pytest.fixture
def show(qtbot, dressed):
    def make(state, size=(1280, 800), mode="demo"):
        window = showcase.shown(showcase.StillTill(state, mode), *size)
        qtbot.addWidget(window)
        return window

    return make
