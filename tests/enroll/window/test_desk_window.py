"""The desk's window, driven as staff drive it, on the sample person."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QRawFont
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from enroll import consent, export
from enroll.errors import ConsentMissingError
from enroll.i18n.linguist import FOLDER, LOCALES, collect
from enroll.window import enrolling, main_window
from enroll.window.application import build_application
from enroll.window.form import Form
from enroll.window.main_window import MainWindow
from enroll.window.office import Draft, Office
from enroll.window.style import application_font
from enroll.window.translations import LANGUAGES, install
from ledger.book import Ledger
from models.vision import open_vision

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has none

PIN = "482913"
MANAGER_PIN = "730415"


@pytest.fixture(scope="session")
def eyes(models_dir):
    return open_vision(models_dir)


@pytest.fixture
def office(demo_home, models_dir, eyes):
    made = Office(demo_home, "sample")
    made._eyes = eyes  # loaded once for all tests
    yield made
    made.close()


@pytest.fixture
def window(qtbot, office):
    build_application()
    made = MainWindow(office)
    qtbot.addWidget(made)
    made.resize(1100, 800)
    made.show()
    yield made
    made.close()
    install("en")


def agree(window, staff="anna"):
    window.page.enrol.click()
    agree_here(window, staff)


def agree_here(window, staff="anna"):
    window.page.tick.setChecked(True)
    if window.page.staff is not None:
        window.page.staff.setText(staff)
    window.page.next.click()


def fill_in(window, *, phone="555 01 00", pin=PIN, again=PIN, topup="20.00"):
    page = window.page
    page.name.setText("Ada Lovelace")
    page.phone.setText(phone)
    page.pin.setText(pin)
    page.again.setText(again)
    page.topup.setText(topup)
    page.next.click()


def stand_before_the_camera(window, qtbot):
    """The sample turns its head; it neither raises nor lowers the chin, so these are left out."""
    page = window.page

    def gone():
        if window.page is page and page.skip.isEnabled() and page.bar.value() >= 50:
            page.skip.click()
        return window.page is not page or bool(page.said.text())

    qtbot.waitUntil(gone, timeout=90_000)


def enrol(window, qtbot, **words):
    agree(window)
    fill_in(window, **words)
    stand_before_the_camera(window, qtbot)


def in_form(act):
    """Do something with the form that opens next."""

    def later():
        form = QApplication.activeModalWidget()
        assert isinstance(form, Form)
        act(form)
        if form.isVisible():
            form.accept_button.click()
        if form.isVisible():
            form.reject()

    QTimer.singleShot(0, later)


def test_a_person_is_enrolled_through_the_window_with_pin_and_top_up(window, qtbot, office):
    enrol(window, qtbot)
    assert isinstance(window.page, enrolling.DonePage), window.page.said.text()
    (shopper,) = office.vault.list()
    assert (shopper.name, shopper.phone, shopper.has_pin) == ("Ada Lovelace", "5550100", True)
    assert shopper.consent.staff == "anna"
    assert shopper.consent.version == consent.version("en")
    assert shopper.quality >= 50
    assert office.vault.verify_pin(shopper.pseudonym, PIN)
    with Ledger.open(office.home, read_only=True) as book:
        assert book.balance(shopper.pseudonym) == 2_000
    assert [entry.action for entry in office.vault.trail.read()] == ["enrol", "top up"]


def test_the_same_person_is_found_before_a_second_account_is_made(window, qtbot, office):
    enrol(window, qtbot)
    (first,) = office.vault.list()
    window.go("start")
    enrol(window, qtbot, phone="555 99 99")
    assert first.pseudonym in window.page.said.text()
    assert len(office.vault.list()) == 1
    window.page._keep((first.pseudonym,))  # a manager says that it is a twin
    assert all(shopper.needs_second for shopper in office.vault.list())


def test_whoever_wants_no_face_on_file_is_enrolled_without_a_camera(window, office):
    agree(window)
    window.page.face.setChecked(False)
    fill_in(window)
    assert isinstance(window.page, enrolling.DonePage), window.page.said.text()
    (shopper,) = office.vault.list()
    assert not shopper.limits.face_allowed
    assert office.vault.verify_pin(shopper.pseudonym, PIN)
    assert len(office.vault.gallery("any model")) == 0
    assert export.document(office.vault, shopper.pseudonym, 0)["template"] is None


def test_without_a_face_a_pin_is_needed(window):
    agree(window)
    window.page.face.setChecked(False)
    fill_in(window, pin="", again="")
    assert "PIN" in window.page.said.text()


def test_without_a_tick_and_a_staff_id_there_is_no_way_on(window):
    window.page.enrol.click()
    page = window.page
    assert not page.next.isEnabled()
    page.tick.setChecked(True)
    assert not page.next.isEnabled()
    page.staff.setText("anna")
    assert page.next.isEnabled()
    page.tick.setChecked(False)
    assert not page.next.isEnabled()


def test_without_consent_no_camera_opens(office):
    with pytest.raises(ConsentMissingError):
        office.open_camera(Draft())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"phone": "12"}, "phone number"),
        ({"pin": "111111", "again": "111111"}, "too easy"),
        ({"pin": "550100", "again": "550100"}, "too easy"),
        ({"again": "482914"}, "differ"),
        ({"topup": "twenty"}, "not an amount"),
    ],
)
def test_what_cannot_be_taken_is_said_on_the_page_and_the_camera_stays_shut(window, words, said):
    agree(window)
    fill_in(window, **words)
    assert isinstance(window.page, enrolling.DetailsPage)
    assert said in window.page.said.text()


def test_what_was_typed_in_secret_is_forgotten_when_the_page_goes(window):
    agree(window)
    page = window.page
    page.pin.setText(PIN)
    page.again.setText(PIN)
    window.go("start")
    assert page.pin.text() == page.again.text() == ""


def test_leaving_an_enrolment_drops_everything_of_it(window):
    agree(window)
    assert window.draft.consent is not None
    window.go("consent")
    window.page._back()
    assert window.draft == Draft()


@pytest.fixture
def known(office, person):
    return office.vault.add(person(1, name="Grace Hopper", phone="5550111"))


def test_somebody_is_found_by_number_or_by_part_of_the_name(window, known):
    for wanted in ("555 01 11", known.pseudonym, "hopp"):
        window.go("start")
        window.page.search.setText(wanted)
        window.page._find()
        assert window.page._shopper.pseudonym == known.pseudonym


def test_a_pseudonym_without_a_digit_is_no_name(window):
    window.page.search.setText("s-abcdefghijklmnop")
    window.page._find()
    assert "s-abcdefghijklmnop" in window.page.said.text()


def test_nobody_found_is_said(window, known):
    window.page.search.setText("nobody")
    window.page._find()
    assert "Nobody" in window.page.said.text()


def test_an_account_is_corrected_limited_topped_up_and_given_a_pin(window, office, known):
    window.go("account", known.pseudonym)
    in_form(lambda form: form._fields["name"].setText("Grace M. Hopper"))
    window.page._edit()

    def limits(form):
        form._fields["day"].setText("50")
        form._ticks["face"].setChecked(False)

    in_form(limits)
    window.page._set_limits()
    in_form(lambda form: form._fields["amount"].setText("12.50"))
    window.page._top_up()

    def pin(form):
        form._fields["pin"].setText(PIN)
        form._fields["again"].setText(PIN)

    in_form(pin)
    window.page._set_pin()
    now = office.vault.show(known.pseudonym)
    assert now.name == "Grace M. Hopper"
    assert (now.limits.per_day_minor, now.limits.face_allowed) == (5_000, False)
    assert office.balance_minor(known.pseudonym) == 1_250
    assert office.vault.verify_pin(known.pseudonym, PIN)


def test_a_form_says_what_is_wrong_and_changes_nothing(window, office, known):
    window.go("account", known.pseudonym)
    said = []

    def act(form):
        form._fields["amount"].setText("-1")
        form.accept_button.click()
        said.append(form.said.text())

    in_form(act)
    window.page._top_up()
    assert said[0]
    assert office.balance_minor(known.pseudonym) == 0


def test_erasing_leaves_a_tombstone_in_the_vault_and_a_signed_one_in_the_book(
    window, office, known
):
    window.go("account", known.pseudonym)
    in_form(lambda form: None)
    window.page._revoke()
    assert office.vault.show(known.pseudonym).status == "revoked"
    with Ledger.open(office.home, read_only=True) as book:
        assert any(entry.id == f"erasure/{known.pseudonym}" for entry in book.entries())
    assert not window.page.errands


def test_a_face_that_is_not_the_one_on_file_is_renewed_by_a_manager_who_checked(
    window, qtbot, office, known
):
    window.go("account", known.pseudonym)
    window.page._renew()
    agree_here(window)
    stand_before_the_camera(window, qtbot)
    assert "not the face on file" in window.page.said.text()
    window.page._keep((), identity_checked=True)
    assert office.vault.show(known.pseudonym).model == office.eyes().recogniser_id


def test_all_keys_are_renewed_from_the_window_and_everybody_is_still_found(window, office, known):
    before = office.vault.core.keys
    in_form(lambda form: None)
    window.page._renew_keys()
    after = office.vault.core.keys
    assert after.transform == before.transform + 1
    assert after.epoch == before.epoch + 1
    assert office.vault.show(known.pseudonym).name == "Grace Hopper"


def test_the_persons_data_are_written_for_them_alone(window, known, tmp_path):
    out = tmp_path / "grace.json"
    window.go("account", known.pseudonym)
    in_form(lambda form: form._fields["file"].setText(str(out)))
    window.page._export()
    assert json.loads(out.read_text())["name"] == "Grace Hopper"
    assert out.stat().st_mode & 0o077 == 0


@pytest.fixture
def staffed(office):
    office.vault.staff.add("boss", "manager", MANAGER_PIN, 1_000)
    office.vault.staff.add("anna", "staff", PIN, 1_000)
    office.vault.staff.sign_out()
    return office


def sign_in(window, staff, pin):
    window.page.staff.setText(staff)
    window.page.pin.setText(pin)
    window.page.enter.click()


def test_where_there_are_accounts_nothing_is_shown_before_sign_in(staffed, window):
    window.go("trail")
    assert isinstance(window.page, main_window.SignInPage)
    sign_in(window, "anna", "000001")
    assert "do not fit" in window.page.said.text()
    assert window.page.pin.text() == ""
    sign_in(window, "anna", PIN)
    assert isinstance(window.page, main_window.StartPage)


def test_staff_may_not_erase_and_a_manager_may(staffed, window, person):
    sign_in(window, "boss", MANAGER_PIN)
    known = staffed.vault.add(person(1))
    window.go("account", known.pseudonym)
    assert window.page.errands["revoke"].isEnabled()
    window._sign_out()
    sign_in(window, "anna", PIN)
    window.go("account", known.pseudonym)
    assert not window.page.errands["revoke"].isEnabled()
    assert not window.page.errands["export"].isEnabled()
    assert window.page.errands["topup"].isEnabled()


def test_a_desk_that_nobody_uses_signs_its_staff_out(staffed, window):
    sign_in(window, "anna", PIN)
    window._idle.timeout.emit()
    assert isinstance(window.page, main_window.SignInPage)
    assert staffed.session is None


def test_a_closed_window_does_nothing_more(staffed, window):
    sign_in(window, "anna", PIN)
    window.close()
    assert not window._idle.isActive()


def test_the_consent_is_the_text_of_the_language_on_the_screen(window):
    for language in LANGUAGES:
        window.speak(language)
        window.go("consent")
        shown = [label.text() for label in window.page.findChildren(QLabel)]
        assert consent.text(consent.version(language)) in shown


# --- languages and letters --------------------------------------------------------------------


@pytest.mark.parametrize("language", LOCALES)
def test_every_sentence_of_the_desk_is_translated(language, tmp_path):
    copy = tmp_path / "desk.ts"
    copy.write_bytes((FOLDER / f"desk_{language}.ts").read_bytes())
    collect(sorted((FOLDER.parent / "window").glob("*.py")), language, copy)
    for message in ET.parse(copy).getroot().iter("message"):
        source, translation = message.find("source").text, message.find("translation")
        assert translation.get("type") is None, source
        assert translation.text, source
        places = [set(re.findall(r"\{\d\}", text)) for text in (source, translation.text)]
        assert places[0] == places[1], source


def pages(window, known):
    yield from (("start", ""), ("consent", ""), ("details", ""))
    yield from (("account", known.pseudonym), ("done", f"{known.pseudonym}/3"), ("trail", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_clipped_and_no_letter_is_a_box(window, qtbot, known, language):
    window.speak(language)
    for name, subject in pages(window, known):
        window.go(name, subject)
        qtbot.wait(20)
        for widget in [*window.findChildren(QLabel), *window.findChildren(QAbstractButton)]:
            if not widget.isVisible() or not widget.text():
                continue
            assert_fits(widget, name)


@functools.cache
def drawable(character):
    """Whether any font of the desk has the letter; otherwise it shows as a box."""
    fonts = (QRawFont.fromFont(QFont(name)) for name in application_font().families())
    return any(font.supportsCharacter(ord(character)) for font in fonts)


def assert_fits(widget, page):
    text = widget.text()
    assert all(drawable(character) for character in text if character.isprintable()), text
    if isinstance(widget, QLabel) and widget.wordWrap():
        assert widget.heightForWidth(widget.width()) <= widget.height() + 1, (page, text)
    else:
        assert widget.sizeHint().width() <= widget.width() + 1, (page, text)


def controls(page):
    return [*page.findChildren(QAbstractButton), *page.findChildren(QLineEdit)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name_and_is_large_enough(window, qtbot, known, language):
    window.speak(language)
    for name, subject in pages(window, known):
        window.go(name, subject)
        qtbot.wait(20)
        for widget in controls(window.page):
            if widget.isVisible():
                assert widget.accessibleName(), (name, widget)
                assert widget.height() >= 48, (name, widget.accessibleName(), widget.height())


def test_no_picture_of_the_person_is_written(window, qtbot, office):
    enrol(window, qtbot)
    pictures = {".png", ".jpg", ".jpeg", ".bmp", ".mp4", ".npy"}
    assert not [p for p in Path(office.home.path).rglob("*") if p.suffix in pictures]
