"""Every sentence is there in every language, and is shown at a touch."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from enroll.i18n import linguist
from kiosk.errors import Refusal
from kiosk.flow import SetLanguage
from kiosk.i18n import formats, translators, update
from kiosk.refusals import WORDS, refusal
from kiosk.window.look import ENDONYMS, LANGUAGES
from kiosk.window.words import Words, refusal_words

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
TRANSLATED = update.TRANSLATED


@pytest.fixture(autouse=True)
def english_again():
    yield
    translators.install("en")


def messages(path):
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name"), message.findtext("source"), message.find("translation")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_finished(language):
    unfinished = [
        (context, source)
        for context, source, translation in messages(update.sources(language))
        if translation.get("type") is not None or not (translation.text or "").strip()
    ]
    assert unfinished == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_of_the_window_or_of_a_refusal_is_missing(language, tmp_path):
    fresh = tmp_path / "fresh.ts"
    fresh.write_bytes(update.sources(language).read_bytes())
    update.collect(language, fresh)
    wanted = {(context, source) for context, source, _ in messages(fresh)}
    kept = {(context, source) for context, source, _ in messages(update.sources(language))}
    hint = "run python -m kiosk.i18n.update, and translate what is new"
    assert wanted - kept == set(), hint
    assert kept - wanted == set(), hint


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_is_translated(language, tmp_path):
    fresh = tmp_path / "fresh.qm"
    linguist.compile_to(update.sources(language), fresh)
    assert fresh.read_bytes() == translators.catalog(language).read_bytes()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_what_is_filled_in(language):
    def fields(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    changed = [
        (source, translation.text)
        for _, source, translation in messages(update.sources(language))
        if fields(source) != fields(translation.text or "")
    ]
    assert changed == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("reason", WORDS)
def test_every_refusal_has_words_in_every_language(qapp, language, reason):
    translators.install(language)
    words = refusal_words(refusal(reason), language)
    assert all(words)
    assert set(words).isdisjoint(WORDS[reason])


def test_a_device_s_own_english_is_not_shown_to_who_reads_another_language(qapp):
    why = Refusal("camera", "There is no picture from camera 3.", "Plug it in.")
    assert refusal_words(why, "en") == (why.message, why.hint)
    translators.install("ko")
    assert refusal_words(why, "ko") == refusal_words(refusal("camera"), "ko")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_prompt_and_hint_is_said_in_every_language(qapp, language):
    english = {**Words().prompts(), **Words().hints(), **Words().entry_hints()}
    translators.install(language)
    other = {**Words().prompts(), **Words().hints(), **Words().entry_hints()}
    assert [key for key, text in other.items() if text == english[key]] == []


@pytest.mark.parametrize("name", ["attract", "cart", "face-turn", "pin", "receipt", "paying"])
def test_one_touch_speaks_another_language_on_any_screen(show, states, qtbot, name):
    window = show(states[name])
    korean = window.footer.languages[LANGUAGES.index("ko")]
    qtbot.mouseClick(korean, Qt.MouseButton.LeftButton)
    assert SetLanguage("ko") in window.till.sent


def test_what_is_shown_changes_with_the_language(show, states, qtbot):
    window = show(states["pay"])
    for language, title in (("ko", "어떻게 결제하시겠어요?"), ("zh-Hans", "您想怎样付款\uff1f")):
        window.till.become(states["pay"].__class__(**said(states["pay"], language)))
        qtbot.waitUntil(lambda wanted=title: window.page.title.text() == wanted, timeout=2000)


def said(state, language):
    fields = {name: getattr(state, name) for name in state.__slots__}
    return {**fields, "languages": LANGUAGES, "language": language}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_is_left_on_a_translated_screen(show, states, language):
    """Except names of goods, which the shop gives, and what every language calls itself."""
    for name in ("attract", "pay", "confirm", "help", "refused"):
        window = show(states[name], language=language)
        texts = [
            made.text()
            for kind in (QLabel, QAbstractButton)
            for made in window.findChildren(kind)
            if made.isVisible()
        ]
        kept = {"Facetill", *ENDONYMS.values(), "PIN", "EN", "中", "한"}
        foreign = [
            text
            for text in texts
            if text not in kept
            and any("a" <= sign <= "z" for sign in text.lower())
            and not any(ord(sign) > 0x2E7F for sign in text)
        ]
        assert foreign == [], name


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (1090, "EUR", "en", "€10.90"),
        (12_300, "KRW", "ko", "₩12,300"),
        (12_300, "KRW", "en", "₩12,300"),
        (123_456, "CNY", "zh-Hans", "¥1,234.56"),
        (-64, "EUR", "en", "-€0.64"),
        (1_500, "IQD", "en", "IQD\xa01.500"),
        (1_234, "KWD", "en", "KWD\xa01.234"),
        (12_345, "UYW", "en", "UYW\xa01.2345"),
    ],
)
def test_a_sum_is_written_as_its_language_does_and_never_rounded(minor, currency, language, shown):
    assert formats.money(minor, currency, language) == shown


def test_a_date_is_written_as_its_language_does():
    written = [formats.moment(1_800_000_000_000, code, UTC) for code in LANGUAGES]
    assert written == [
        "Jan 15, 2027, 8:00:00\u202fAM",
        "2027. 1. 15. 오전 8:00:00",
        "2027年1月15日 08:00:00",
    ]
