"""Each screen shows what the state says, and each touch sends what it means."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QPushButton

from kiosk.catalogue import Catalogue
from kiosk.errors import Error
from kiosk.flow import (
    Add,
    Backspace,
    Cancel,
    Checkout,
    ClearCart,
    Confirm,
    Done,
    FaceDone,
    FaceProgress,
    Help,
    Key,
    Paid,
    PayByFace,
    PayByPin,
    Print,
    Retry,
    Screen,
    SetLanguage,
    SetQuantity,
    Tick,
    Touch,
    attract,
    step,
)
from kiosk.goods.shelf import Goods
from kiosk.window import palette, showcase, still, typing_pad
from kiosk.window.autopilot import Autopilot, Script
from kiosk.window.look import Look
from kiosk.window.preview import Preview
from kiosk.window.screenshots import Recorder, take

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def words(window):
    kinds = (QLabel, QPushButton)
    return " | ".join(w.text() for k in kinds for w in window.findChildren(k) if w.isVisible())


def sent(window):
    return [event for event in window.till.sent if not isinstance(event, Tick)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("attract", ["Pay with a look", "Touch to start"]),
        ("cart-empty", ["Nothing in it yet", "€0.00"]),
        ("cart", ["Coffee", "Pay €10.90"]),
        (
            "cart-notes",
            ["no such coupon", "Only 2 of Apple", "larger purchase", "-€0.64"],
        ),
        ("review", ["check your cart", "Sourdough", "€10.90", "Choose how to pay"]),
        ("pay", ["€10.90", "Pay with my face", "Phone number and PIN", "Pay with our staff"]),
        ("face-hint", ["Look at the camera", "more than one face", "Step 1 of 3"]),
        ("face-turn", ["Turn your head to the left", "Step 2 of 3", "Phone number and PIN"]),
        ("second-factor", ["last 4 digits of your phone number", "5\xa05", "Call staff"]),
        ("pin", ["Your PIN", "\xa0".join(3 * [typing_pad.DOT]), "not right"]),
        ("confirm", ["W*** L***", "Yes, pay €10.90", "No, that is not me"]),
        ("paying", ["Paying", "€10.90"]),
        ("receipt", ["Paid. Thank you!", "DEMO: no money was moved", "€10.90", "Entry", "Print"]),
        ("refused", ["did not move", "Your cart is still here: 6 items", "Try again"]),
        ("warning", ["Are you still there?", "18 seconds", "I need more time"]),
        ("help", ["coming to you", "6 items"]),
        ("language", ["English", "한국어", "简体中文"]),
    ],
)
def test_a_screen_says_what_its_state_says(show, states, name, expected):
    text = words(show(states[name]))
    assert [part for part in expected if part not in text] == []


@pytest.mark.parametrize(
    ("name", "press", "event"),
    [
        ("attract", lambda p: p.start, Touch()),
        ("cart", lambda p: p.tiles[1], Add("tea")),
        ("cart", lambda p: p.clear, ClearCart()),
        ("cart", lambda p: p.pay, Checkout()),
        ("cart", lambda p: p.lines.findChildren(QPushButton)[1], SetQuantity("coffee", 3)),
        ("cart", lambda p: p.lines.findChildren(QPushButton)[0], SetQuantity("coffee", 1)),
        ("review", lambda p: p.pay, Checkout()),
        ("review", lambda p: p.back, Cancel()),
        ("pay", lambda p: p.face, PayByFace()),
        ("pay", lambda p: p.pin, PayByPin()),
        ("pay", lambda p: p.staff, Help()),
        ("pay", lambda p: p.back, Cancel()),
        ("face-turn", lambda p: p.cancel, Cancel()),
        ("second-factor", lambda p: p.keys[9], Key("0")),
        ("pin", lambda p: p.erase, Backspace()),
        ("confirm", lambda p: p.yes, Confirm()),
        ("confirm", lambda p: p.no, Cancel()),
        ("receipt", lambda p: p.done, Done()),
        ("refused", lambda p: p.offers["retry"], Retry()),
        ("refused", lambda p: p.offers["cart"], Cancel()),
        ("refused", lambda p: p.offers["pin"], PayByPin()),
        ("refused", lambda p: p.offers["staff"], Help()),
        ("receipt", lambda p: p.print, Print()),
        ("language", lambda p: p.choices[1], SetLanguage("ko")),
        ("help", lambda p: p.back, Cancel()),
        ("language", lambda p: p.back, Cancel()),
    ],
)
def test_a_touch_sends_its_event(show, states, qtbot, name, press, event):
    window = show(states[name])
    qtbot.mouseClick(press(window.page), Qt.MouseButton.LeftButton)
    assert sent(window) == [event]


def test_an_empty_cart_cannot_be_paid(show, states):
    page = show(states["cart-empty"]).page
    assert not page.pay.isEnabled()


def test_a_live_home_shows_no_demo_ribbon(show, states):
    assert "DEMO" not in words(show(states["cart"], mode="live"))


def test_a_state_from_another_thread_is_shown_by_the_window(show, states, qtbot):
    window = show(states["attract"])
    thread = threading.Thread(target=window.till.become, args=(states["confirm"],))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: window.shown is Screen.CONFIRM, timeout=2000)


def test_the_preview_looks_for_a_new_frame_more_than_24_times_a_second_and_draws_it(show, states):
    window = show(states["face-turn"])
    preview = window.page.preview
    assert preview._timer.isActive()
    assert preview._timer.interval() * 24 < 1000
    still, before = window.till.preview, preview.frames_drawn
    preview._newest = lambda: dataclasses.replace(still)
    for _ in range(3):
        preview.refresh()
        preview.repaint()
    assert preview.frames_drawn == before + 3


def test_a_live_homes_picture_holds_no_frame(show, states, tmp_path):
    window = show(states["face-turn"], mode="live")
    recorder = Recorder(window, tmp_path, window.till, keep_frames=True)
    recorder.take("face")
    centre = window.page.preview.mapTo(window, window.page.preview.oval().center().toPoint())
    assert QImage(str(recorder.written[0])).pixelColor(centre) == QColor(palette.NORMAL.sunk)
    kept = take(window, tmp_path, "kept", keep_frame=True)
    assert QImage(str(kept)).pixelColor(centre) != QColor(palette.NORMAL.sunk)


def test_what_is_on_the_cameras_left_is_on_the_mirrors_right(show, states):
    window = show(states["face-turn"])
    image = window.till.preview.image.copy()
    image[:, :320], image[:, 320:] = (0, 0, 255), (255, 0, 0)
    window.till.preview = still.Card(image)
    window.page.preview.refresh()
    oval = window.page.preview.oval()
    picture = window.page.preview.grab().toImage()
    middle, quarter = oval.center().toPoint(), int(oval.width() / 4)
    right = picture.pixelColor(middle.x() + quarter, middle.y())
    left = picture.pixelColor(middle.x() - quarter, middle.y())
    assert (right, left) == (QColor(255, 0, 0), QColor(0, 0, 255))


def test_the_mirror_forgets_the_face_when_left(show, states, qtbot):
    window = show(states["face-turn"])
    preview = window.page.preview
    assert not preview._pixmap.isNull()
    window.page.hide()
    assert preview._pixmap.isNull()
    window.till.become(states["confirm"])
    qtbot.waitUntil(lambda: window.shown is Screen.CONFIRM, timeout=2000)
    qtbot.waitUntil(lambda: not window.findChildren(Preview), timeout=2000)


def test_a_folder_that_cannot_be_written_is_named(show, states, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(Error, match="could not be written"):
        take(show(states["attract"]), file / "below", "a")


class FlowTill(still.StillTill):
    """The real flow over a camera and a book that answer at once."""

    def __init__(self, receipt):
        super().__init__(attract("EUR", ("en", "ko", "zh-Hans")))
        self._receipt = receipt

    def send(self, event):
        super().send(event)
        goods = Goods(Catalogue(still.PRODUCTS, "EUR"))
        state, _ = step(self.state, event, self.now_ms(), goods)
        if state != self.state:
            self.become(state)
        answers = {
            PayByFace: (FaceProgress("blink", "", 1, 3), FaceDone(showcase.PAYER)),
            Confirm: (Paid(self._receipt),),
        }
        for answer in answers.get(type(event), ()):
            threading.Timer(0.1, self.send, (answer,)).start()


def test_a_whole_purchase_is_touched_through_and_recorded(qtbot, qapp, receipt, tmp_path):
    till = FlowTill(receipt)
    window = showcase.shown(till, Look())
    qtbot.addWidget(window)
    recorder = Recorder(window, tmp_path, till, keep_frames=True)
    script = Script((("coffee", 2), ("apple", 1)), pause_ms=200, last_look_ms=60_000)
    Autopilot(till, window, script, recorder).start()
    qtbot.waitUntil(lambda: window.shown is Screen.RECEIPT, timeout=8000)
    qtbot.wait(250)
    assert till.state.cart.total_minor == 2 * 280 + 70
    names = [path.stem.partition("-")[2] for path in recorder.written]
    assert [
        n for n in ("attract", "cart", "review", "pay", "confirm", "receipt") if n not in names
    ] == []
