"""What holds of every screen in every language, text size, colour theme and orientation.

Each test builds one look and turns it through all screens and everything that may lie over them.
Nothing is painted: the layout alone is measured, so that all of it takes seconds.
"""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QWidget,
)

from kiosk.flow import Screen
from kiosk.i18n import translators
from kiosk.window import palette, showcase, still
from kiosk.window.button import Button
from kiosk.window.look import LANGUAGES, TEXT_SIZES, Look
from kiosk.window.tile import Tile

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
NO_BAR = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
CONTRASTS = ("normal", "high")
EVERY_LOOK = [
    Look(1280, 800, language, size, contrast, still=True)
    for language, size, contrast in itertools.product(LANGUAGES, range(TEXT_SIZES), CONTRASTS)
]
EVERY_SIZE = [
    Look(*size, language, text, still=True)
    for size in showcase.SIZES[1:]
    for language, text in (("en", 0), ("en", 1), ("en", 2), ("ko", 2), ("zh-Hans", 2))
]


def named(look):
    return f"{look.width}x{look.height}-{look.language}-{look.text_size}-{look.contrast}"


@pytest.fixture(scope="module")
def every(receipt):
    return showcase.states(receipt)


@pytest.fixture
def each_screen(dressed, every):
    """Gives (name, window) for every screen in a look, laid out and not painted."""
    windows = []

    def through(look):
        window = showcase.window_on(still.StillTill(every["attract"], language=look.language), look)
        windows.append(window)
        window.show()
        for name in showcase.SCREENS:
            showcase.turn(window, name, every)
            settle()
            yield name, window

    yield through
    for window in windows:
        window.close()
        window.deleteLater()
    translators.install("en")


def settle():
    for _ in range(4):  # a height that follows from a width may change another width
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.Resize)


def seen(window, kind):
    """The visible widgets of a kind, of the sheet alone where one lies over the screen."""
    root = window.sheet or window
    return [widget for widget in root.findChildren(kind) if widget.isVisible()]


def cut_off(widget):
    """Whether some of a widget lies outside of what holds it, where it cannot be scrolled to."""
    area, now = QRect(QPoint(0, 0), widget.size()), widget
    while (parent := now.parentWidget()) is not None and not now.isWindow():
        area.translate(now.pos())
        scroll = parent.parentWidget()
        if isinstance(scroll, QAbstractScrollArea) and scroll.widget() is now:
            is_sideways = scroll.verticalScrollBarPolicy() == NO_BAR
            if not is_sideways and (area.left() < 0 or area.right() > parent.width()):
                return True
            area = QRect(QPoint(0, 0), parent.size())  # the rest can be scrolled to
        elif not parent.rect().adjusted(-1, -1, 1, 1).contains(area):
            return True
        now = parent
    return False


def clipped(window):
    """Every text that does not fit into its place."""
    faults = []
    for text in seen(window, QLabel):
        if not text.text():
            continue
        inside = text.contentsRect()
        flags = Qt.TextFlag.TextWordWrap if text.wordWrap() else Qt.TextFlag.TextSingleLine
        box = QRect(0, 0, inside.width(), 10_000)
        needed = text.fontMetrics().boundingRect(box, flags, text.text())
        if needed.width() > inside.width() + 1 or needed.height() > inside.height() + 1:
            faults.append(
                (text.text(), "needs", needed.size().toTuple(), "has", inside.size().toTuple())
            )
        if cut_off(text):
            faults.append((text.text(), "is cut off by what holds it"))
    for made in seen(window, QAbstractButton):
        if isinstance(made, Button) and not made.text_fits():
            faults.append((made.text(), made.size().toTuple()))
        if cut_off(made):
            faults.append((made.accessibleName(), "is cut off by what holds it"))
    return faults


def hard_to_use(window):
    """Every control without a name or a place in the focus order, and every small one."""
    faults = []
    order = focus_order(window)
    for made in seen(window, QAbstractButton):
        name = made.accessibleName()
        if not name.strip():
            faults.append(("a control without a name", made.text()))
        if min(made.width(), made.height()) < 48:
            faults.append((name, "is small", made.size().toTuple()))
        if isinstance(made, Button) and made.kind in {"main", "way"} and made.height() < 96:
            faults.append((name, "is lower than 96 px", made.height()))
        if made.isEnabled() and made not in order:
            faults.append((name, "has no place in the focus order"))
    return faults


def focus_order(window):
    chain, now = set(), window
    for _ in range(5_000):
        now = now.nextInFocusChain()
        if now is window or now is None:
            break
        if now.focusPolicy() & Qt.FocusPolicy.TabFocus:
            chain.add(now)
    return chain


def overlapping(window):
    shown = [*seen(window, QLabel), *seen(window, QAbstractButton)]
    by_parent = {}
    for widget in shown:
        by_parent.setdefault(widget.parentWidget(), []).append(widget)
    return [
        (first.accessibleName() or first.text(), second.accessibleName() or second.text())
        for siblings in by_parent.values()
        for first, second in itertools.combinations(siblings, 2)
        if first.geometry().intersects(second.geometry())
    ]


GROUNDS = {"card": "card", "sheet": "surface", "bar": "card"}
TONES = {"muted": "muted", "accent": "accent", "refuse": "refuse"}
LABEL_PANELS = {
    "chip": ("warn", "warn_soft"),
    "hint": ("warn", "warn_soft"),
    "calm": ("accent", "accent_soft"),
    "deny": ("refuse", "refuse_soft"),
}


def ground_under(widget, colours):
    now = widget.parentWidget()
    while now is not None:
        if isinstance(now, Tile):
            return colours.card
        if (kind := GROUNDS.get(now.property("panel"))) is not None:
            return getattr(colours, kind)
        now = now.parentWidget()
    return colours.surface


def faint(window):
    """Every text whose contrast is less than the theme promises."""
    colours = window.look.palette
    faults = []
    for text in seen(window, QLabel):
        if (pair := LABEL_PANELS.get(text.property("panel"))) is not None:
            ink, ground = (getattr(colours, name) for name in pair)
        else:
            ink = getattr(colours, TONES.get(text.property("tone"), "ink"))
            ground = ground_under(text, colours)
        if palette.ratio(ink, ground) < colours.least:
            faults.append((text.text(), ink, ground))
    for made in seen(window, Button):
        ink, ground, _ = made.colours()
        if palette.ratio(ink, ground or ground_under(made, colours)) < colours.least:
            faults.append((made.text(), ink, ground))
    return faults


@pytest.mark.parametrize("look", EVERY_LOOK, ids=named)
def test_every_screen_keeps_the_contract(each_screen, look):
    faults = {}
    for name, window in each_screen(look):
        found = [*clipped(window), *hard_to_use(window), *overlapping(window), *faint(window)]
        if found or window.size().toTuple() != (look.width, look.height):
            faults[name] = [window.size().toTuple(), *found]
    assert faults == {}


@pytest.mark.parametrize("look", EVERY_SIZE, ids=named)
def test_nothing_is_clipped_in_any_orientation(each_screen, look):
    faults = {}
    for name, window in each_screen(look):
        found = [*clipped(window), *hard_to_use(window), *overlapping(window)]
        if found or window.size().toTuple() != (look.width, look.height):
            faults[name] = [window.size().toTuple(), *found]
    assert faults == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_the_controls_lowered_every_one_is_in_the_lower_half(each_screen, language):
    look = Look(1080, 1920, language, low_reach=True, still=True)
    faults = {}
    for name, window in each_screen(look):
        found = [*clipped(window), *hard_to_use(window)]
        found += [
            (made.accessibleName(), "is in the upper half")
            for made in seen(window, QAbstractButton)
            if made.mapTo(window, QPoint(0, 0)).y() < look.height // 2 - 1
        ]
        if found:
            faults[name] = found
    assert faults == {}


def test_one_touch_lowers_the_controls_and_one_brings_them_back(show, states, qtbot):
    window = show(states["pay"], (1080, 1920))
    before = window.page.face.mapTo(window, QPoint(0, 0)).y()
    qtbot.mouseClick(window.footer.reach, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert window.page.face.mapTo(window, QPoint(0, 0)).y() >= 960 > before
    qtbot.mouseClick(window.footer.reach, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert window.page.face.mapTo(window, QPoint(0, 0)).y() == before


@pytest.mark.parametrize("colours", palette.PALETTES.values())
def test_every_pair_of_colours_has_its_contrast(colours):
    assert [p for p in colours.text_pairs() if palette.ratio(*p) < colours.least] == []
    assert [p for p in colours.edge_pairs() if palette.ratio(*p) < 3] == []


def test_the_measure_of_contrast_is_that_of_wcag():
    assert palette.ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert palette.ratio("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)


def test_every_screen_of_the_flow_is_in_the_contract(every):
    assert {state.screen for state in every.values()} == set(Screen)


def test_the_contract_finds_a_text_that_is_cut(show, states):
    window = show(states["pay"])
    window.page.title.setFixedSize(40, 20)
    assert any("How would you like" in str(fault) for fault in clipped(window))


def test_the_contract_finds_a_control_that_is_small_or_nameless(show, states):
    window = show(states["pay"])
    window.page.back.setFixedSize(40, 40)
    window.page.pin.setAccessibleName("")
    window.page.face.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    found = str(hard_to_use(window))
    assert "is small" in found
    assert "without a name" in found
    assert "no place in the focus order" in found


def test_a_widget_outside_of_its_place_is_cut_off(show, states):
    window = show(states["pay"])
    stray = QWidget(window.page)
    stray.setGeometry(window.page.width() - 10, 0, 100, 50)
    assert cut_off(stray)
