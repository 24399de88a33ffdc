"""The staff's side of the window, and what the window says aloud."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
import wave

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from enroll.vault import Vault
from kiosk import settings as kept
from kiosk.errors import Error
from kiosk.flow import Cancel, Screen, Touch
from kiosk.settings import Settings
from kiosk.station import VaultGate
from kiosk.window import showcase, still
from kiosk.window.attract import AttractPage
from kiosk.window.bars import LONG_PRESS_MS
from kiosk.window.find import initials, matches
from kiosk.window.look import LANGUAGES, Look
from kiosk.window.opening import OpeningTill
from kiosk.window.settings import SettingsSheet, camera_label
from kiosk.window.shell import MainWindow
from kiosk.window.staff import NoStaffSheet, PausedSheet, StaffSheet
from kiosk.window.voice import ProgramVoice, Silence, find_voice, tone
from kiosk.window.warning import WarningSheet
from ledger.home import create_home

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def open_on(qtbot, dressed, states):
    def make(name, station=None, voice=None):
        till = still.StillTill(states[name])
        window = MainWindow(
            till,
            look=Look(still=True),
            station=station or still.StillStation(),
            voice=voice or still.Unheard(),
        )
        window.show()
        qtbot.addWidget(window)
        return window

    return make


def press(window, text):
    for sign in text:
        key = QKeyEvent(
            QEvent.Type.KeyPress, ord(sign.upper()), Qt.KeyboardModifier.NoModifier, sign
        )
        QApplication.sendEvent(window.sheet, key)


def test_holding_the_shops_name_opens_the_staffs_door(open_on, qtbot):
    window = open_on("attract")
    brand = window.header.brand
    qtbot.mouseClick(brand, Qt.MouseButton.LeftButton)
    assert window.sheet is None
    qtbot.mousePress(brand, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(window.sheet, StaffSheet), timeout=LONG_PRESS_MS + 2000)


def test_the_right_pin_opens_the_settings_and_a_wrong_one_does_not(open_on, qtbot):
    window = open_on("attract")
    window.open_staff()
    sheet = window.sheet
    press(window, "kim")
    qtbot.mouseClick(sheet.pin, Qt.MouseButton.LeftButton)
    press(window, "1111")
    qtbot.mouseClick(sheet.done, Qt.MouseButton.LeftButton)
    assert window.sheet is sheet
    assert "not the PIN" in sheet.says.text()
    assert sheet._typed["pin"] == ""
    press(window, "2468")
    qtbot.mouseClick(sheet.done, Qt.MouseButton.LeftButton)
    assert isinstance(window.sheet, SettingsSheet)


def test_without_staff_accounts_the_door_says_what_to_do(open_on):
    window = open_on("attract", still.StillStation(staffed=False))
    window.open_staff()
    assert isinstance(window.sheet, NoStaffSheet)


def test_what_is_set_is_kept_at_once_and_the_camera_is_let_go_of(open_on, qtbot):
    station = still.StillStation()
    window = open_on("attract", station)
    window.open_settings()
    sheet = window.sheet
    for field, at in (("camera", 1), ("volume", 2), ("language", 1), ("paused", 1)):
        qtbot.mouseClick(sheet._groups[field][at], Qt.MouseButton.LeftButton)
    assert station.settings == Settings(
        station.cameras()[1].name, language="ko", volume=100, paused=True
    )
    assert window.volume == 100
    sheet.picture.refresh()
    assert sheet.picture.has_picture
    sheet.hide()
    assert [view.closed for view in station.views] == [True, True]


def test_a_closed_till_says_so_and_only_where_nobody_is_shopping(open_on, qtbot):
    closed = still.StillStation(settings=Settings(paused=True))
    window = open_on("attract", closed)
    qtbot.waitUntil(lambda: isinstance(window.sheet, PausedSheet), timeout=2000)
    shopping = open_on("cart", closed)
    shopping.show_paused()
    assert shopping.sheet is None


def test_a_scanner_begins_no_visit_at_a_closed_till(open_on, qtbot, states):
    window = open_on("attract", still.StillStation(settings=Settings(paused=True)))
    window.show_paused()
    window.till.become(states["cart"])
    qtbot.waitUntil(lambda: Cancel() in window.till.sent, timeout=2000)
    assert window.shown is Screen.ATTRACT
    assert isinstance(window.sheet, PausedSheet)


def test_a_kiosk_that_fills_its_screen_is_left_by_staff_alone(open_on, qtbot):
    window = open_on("attract")
    window.showFullScreen()
    window.close()
    assert window.isVisible()
    assert isinstance(window.sheet, StaffSheet)
    window.open_settings()
    qtbot.mouseClick(window.sheet.leave, Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_the_warning_comes_and_any_touch_gives_more_time(open_on, qtbot, states):
    window = open_on("warning")
    assert isinstance(window.sheet, WarningSheet)
    qtbot.mouseClick(window.sheet.more, Qt.MouseButton.LeftButton)
    assert any(type(event).__name__ == "Extend" for event in window.till.sent)
    window.till.become(states["review"])
    qtbot.waitUntil(lambda: window.sheet is None, timeout=2000)


def test_tab_goes_round_inside_a_sheet(open_on, qtbot):
    window = open_on("cart")
    window.open_display()
    inside = set()
    for _ in range(30):
        window.sheet.focusNextPrevChild(True)
        inside.add(window.focusWidget())
    assert all(window.sheet.isAncestorOf(widget) for widget in inside)
    assert len(inside) > 5


def test_a_new_shopper_finds_the_screen_as_it_is_first(open_on, qtbot, states):
    window = open_on("cart")
    window._change_look(Look(1280, 800, text_size=2, contrast="high", still=True))
    assert window.look.text_size == 2
    window.till.become(states["attract"])
    qtbot.waitUntil(lambda: window.look.text_size == 0, timeout=2000)
    assert window.look.contrast == "normal"


# ---- what is heard ---------------------------------------------------------------------------


def test_prompts_are_said_and_neither_names_nor_sums(open_on, qtbot, states):
    voice = still.Unheard()
    window = open_on("pay", voice=voice)
    for name in ("face-turn", "confirm", "receipt", "pin"):
        window.till.become(states[name])
        qtbot.waitUntil(lambda wanted=states[name].screen: window.shown is wanted, timeout=2000)
    said = " ".join(text for text, _, _ in voice.said)
    assert "Turn your head to the left" in said
    assert "W***" not in said
    assert "10.90" not in said


def program(folder, name, body):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def wait_for(path):
    for _ in range(200):
        if path.exists() and path.stat().st_size:
            return path.read_bytes()
        time.sleep(0.05)
    raise AssertionError(f"{path.name} was not written")


def test_a_speech_program_gets_the_words_on_its_input_and_not_as_an_argument(tmp_path, monkeypatch):
    heard, words = tmp_path / "heard", tmp_path / "words"
    program(
        tmp_path,
        "espeak-ng",
        f"import sys; open({str(words)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        f"open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())\n",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = find_voice()
    assert voice.available
    voice.say("카메라를 봐 주세요", "ko", 40)
    assert wait_for(heard).decode() == "카메라를 봐 주세요"
    assert words.read_text() == "-v ko -a 80 -s 150 --stdin"
    voice.hush()


def test_a_newer_sentence_ends_the_older_one(tmp_path):
    sleeper = program(tmp_path, "sleeper", "import time; time.sleep(60)\n")
    voice = ProgramVoice((str(sleeper),), speaks=True)
    voice.say("one", "en", 40)
    first = voice._child
    voice.say("two", "en", 40)
    assert first.poll() is not None
    voice.hush()


def test_without_speech_a_tone_is_played_and_without_a_player_nothing(tmp_path, monkeypatch):
    played = tmp_path / "played"
    program(
        tmp_path,
        "aplay",
        f"import sys; open({str(played)!r}, 'wb').write(sys.stdin.buffer.read())\n",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = find_voice()
    voice.say("Look", "en", 40)
    assert wait_for(played)[:4] == b"RIFF"
    voice.hush()
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert isinstance(find_voice(), Silence)


def test_a_tone_begins_and_ends_softly(tmp_path):
    path = tmp_path / "tone.wav"
    path.write_bytes(tone(100, header=True))
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
    samples = memoryview(frames).cast("h")
    assert samples[0] == 0
    assert abs(samples[-1]) < 1000 < max(samples)


def test_nothing_is_said_at_volume_nought(tmp_path):
    voice = ProgramVoice((str(tmp_path / "not there"),), speaks=True)
    voice.say("Look", "en", 0)
    assert voice._child is None


# ---- what is kept ----------------------------------------------------------------------------


def test_settings_are_kept_whole_and_read_again(demo_home):
    assert kept.load(demo_home) == Settings()
    wanted = Settings("/dev/v4l/by-id/usb-A-video-index0", "ko", 100, paused=True)
    kept.save(demo_home, wanted)
    assert kept.load(demo_home) == wanted
    assert not list(demo_home.path.glob(".kiosk.json*"))


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"volume": 101}', '{"volume": "40"}', '{"x": 1}', '{"camera": null}']
)
def test_settings_that_cannot_be_used_are_named(demo_home, text):
    (demo_home.path / kept.FILE).write_text(text)
    with pytest.raises(Error, match=r"kiosk\.json cannot be used"):
        kept.load(demo_home)


def test_the_gate_asks_the_desks_staff_accounts(demo_home):
    with Vault.create(demo_home) as vault:
        gate = VaultGate(vault, lambda: 1_800_000_000_000)
        assert not gate.has_accounts()
        vault.staff.add("kim", "manager", "246813", 1_800_000_000_000)
        vault.staff.sign_out()
        assert gate.has_accounts()
        assert gate.check("kim", "246813") == ""
        assert gate.check("kim", "111111") == "wrong"
        assert vault.staff.session is None
        answers = [gate.check("kim", "111111") for _ in range(6)]
        assert answers[-1] == "locked"
        assert gate.check("kim", "246813") == "locked"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/dev/v4l/by-id/usb-Till_Camera_0001A2-video-index0", "Till Camera"),
        ("/dev/v4l/by-id/usb-046d_HD_Pro_Webcam-video-index0", "046d HD Pro Webcam"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_a_camera_has_a_name_for_people(path, name):
    assert camera_label(path) == name


def test_korean_is_found_by_its_first_consonants():
    assert initials("커피 라떼") == "ㅋㅍ ㄹㄸ"
    assert matches("ㅋㅍ", ("커피",))
    assert matches("cof", ("Coffee",))
    assert not matches("ㅋㅍ", ("녹차", "coffee"))


def test_a_search_shows_what_has_the_letters(open_on, qtbot):
    page = open_on("cart").page
    qtbot.mouseClick(page.seek, Qt.MouseButton.LeftButton)
    for letter in "TEA":
        page.keyboard.typed.emit(letter)
    assert [tile.sku for tile in page.tiles] == ["tea"]
    page.keyboard.typed.emit("X")
    assert page.nothing.isVisible()
    page.keyboard.closed.emit()
    assert len(page.tiles) == len(still.PRODUCTS)


def test_a_category_shows_its_own(open_on, qtbot):
    page = open_on("cart").page
    bakery = next(chip for chip in page.chips if chip.property("category") == "Bakery")
    qtbot.mouseClick(bakery, Qt.MouseButton.LeftButton)
    assert {tile.sku for tile in page.tiles} == {"croissant", "bread"}


def test_one_command_draws_the_screens(tmp_path):
    words = ["kiosk", "screenshots", str(tmp_path / "shots"), "--screen", "pay", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    names = sorted(path.rpartition("/")[2] for path in json.loads(done.stdout)["pictures"])
    languages = [name.split("-")[1] for name in names]
    assert languages == ["en", "ko", "zh"]
    assert sorted(path.name for path in (tmp_path / "shots").iterdir()) == names


def test_a_screen_that_is_not_there_is_named(tmp_path):
    from kiosk.main import main

    words = ["kiosk", "screenshots", str(tmp_path), "--screen", "nowhere"]
    assert main(words) == 2


def test_the_showcase_shows_every_sheet():
    assert set(showcase.SHEETS) <= set(showcase.SCREENS)


def test_the_first_screen_takes_touches_for_the_till_that_is_still_loading(qtbot, dressed, states):
    window = MainWindow(OpeningTill("EUR", "demo", LANGUAGES), look=Look(still=True))
    qtbot.addWidget(window)
    window.show()
    assert isinstance(window.page, AttractPage)
    qtbot.mouseClick(window.page.start, Qt.MouseButton.LeftButton)
    till = still.StillTill(states["cart"])
    window.attach(till, still.StillStation())
    assert till.sent == [Touch()]
    assert window.shown is Screen.CART


def test_a_till_that_cannot_be_opened_closes_the_window_and_says_why(tmp_path):
    create_home(tmp_path / "home", "demo")
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.main", "kiosk", "--home", str(tmp_path / "home")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Nobody is enrolled" in done.stderr
