"""Codes by camera: every kind is read, and an article held up is added once."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from kiosk.goods import gtin, scanner
from kiosk.goods.codes import Code, ZxingDecoder
from kiosk.goods.scanner import Scanner
from kiosk.goods.scanning import AWAY_MS, ScanGate
from models.errors import CameraLostError, SourceError
from models.frames import Frame


def picture(text, kind, scale=3):
    code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
    image = np.array(code.to_image(scale=scale), np.uint8)
    return np.pad(image, 40, constant_values=200)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("EAN-13", "4006381333931"),
        ("EAN-8", "40170725"),
        ("UPC-A", "036000291452"),
        ("Code128", "COUPON-10"),
        ("QRCode", "QR-BREAD"),
        ("DataMatrix", "LOT-7"),
    ],
)
@pytest.mark.parametrize("quarters", [0, 1, 2])
def test_every_kind_of_code_is_read_however_it_is_turned(kind, text, quarters):
    image = np.ascontiguousarray(np.rot90(picture(text, kind), quarters))
    (code,) = ZxingDecoder()(np.stack([image] * 3, axis=-1))
    assert gtin.canonical(code.text) == gtin.canonical(text)


def test_a_short_upc_names_the_same_article_as_its_long_form():
    (code,) = ZxingDecoder()(picture("04252614", "UPC-E"))
    assert gtin.canonical(code.text) == gtin.canonical("042100005264")


def test_a_picture_without_a_code_gives_none():
    rng = np.random.default_rng(1)
    assert ZxingDecoder()(rng.integers(0, 255, (240, 320, 3), np.uint8)) == ()


def test_a_code_that_stays_in_sight_is_let_through_once():
    gate = ScanGate()
    assert [gate.see(["a"], t) for t in range(0, 5_000, 40)].count(("a",)) == 1


def test_a_code_seen_in_one_frame_alone_is_not_trusted():
    gate = ScanGate()
    assert [gate.see(c, t) for t, c in enumerate((["a"], [], ["b"], ["a"]))] == [
        (),
        (),
        (),
        ("a",),
    ]


def test_a_code_that_was_away_counts_again():
    gate = ScanGate()
    shown = [gate.see(["a"], t) for t in (0, 40, 80, 80 + AWAY_MS, 120 + AWAY_MS)]
    assert shown == [(), ("a",), (), (), ("a",)]


@given(st.lists(st.tuples(st.frozensets(st.sampled_from("abc")), st.integers(0, 400)), max_size=60))
def test_a_code_is_let_through_at_most_once_each_time_it_is_shown(frames):
    gate, now, last, shows, through = ScanGate(), 0, {}, {}, {}
    for codes, wait in frames:
        now += wait
        for code in codes:
            if code not in last or now - last[code] >= AWAY_MS:
                shows[code] = shows.get(code, 0) + 1
            last[code] = now
        for code in gate.see(codes, now):
            through[code] = through.get(code, 0) + 1
    assert all(through[code] <= shows[code] for code in through)


class Counter:
    """A camera over the counter of tests."""

    kind, name, shows = "file", "camera of tests", None

    def __init__(self, images, error=None):
        self.images, self.error, self.closed, self.at = images, error, False, 0

    def read(self):
        if self.at == len(self.images):
            if self.error:
                raise self.error
            return None
        self.at += 1
        return Frame(self.images[self.at - 1], self.at * 40, self.at)

    def cue(self, prompt):
        pass

    def close(self):
        self.closed = True


def run(sources, expected):
    codes, done = [], threading.Event()

    def found(code):
        codes.append(code)
        if len(codes) == expected:
            done.set()

    def opened():
        source = sources.pop(0)
        if isinstance(source, Exception):
            raise source
        return source

    reading = Scanner(opened, ZxingDecoder(), found)
    assert done.wait(20)
    reading.close()
    return codes


def test_what_is_held_before_the_camera_is_found_in_order():
    tea, bread = picture("4006381333931", "EAN-13"), picture("QR-BREAD", "QRCode")
    camera = Counter([tea] * 5 + [bread] * 5)
    assert run([camera], 2) == ["4006381333931", "QR-BREAD"]
    assert camera.closed


def test_a_camera_that_is_pulled_out_is_opened_again(monkeypatch):
    monkeypatch.setattr(scanner, "REOPEN_SECONDS", 0.01)
    tea = picture("4006381333931", "EAN-13")
    lost = CameraLostError("It is gone.", hint="Plug it in.")
    gone = SourceError("It cannot be opened.", hint="Plug it in.")
    assert run([Counter([], lost), gone, gone, Counter([tea] * 3)], 1) == ["4006381333931"]


def test_a_code_knows_where_it_is():
    (code,) = ZxingDecoder()(picture("QR-BREAD", "QRCode"))
    assert isinstance(code, Code)
    assert code.centre[0] == pytest.approx(picture("QR-BREAD", "QRCode").shape[1] / 2, abs=3)
