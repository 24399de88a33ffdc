"""Sources of frames: each gives what it should, or says in one sentence why it cannot."""

from __future__ import annotations

import itertools
import threading

import cv2
import numpy as np
import pytest

from models import frames, sample
from models.capture import LatestFrame
from models.errors import CameraLostError, SourceError
from models.frames import Frame, open_source


def read_all(source):
    given = []
    while (frame := source.read()) is not None:
        given.append(frame)
    source.close()
    return given


def test_the_whole_clip_is_read_to_its_end(models_dir):
    given = read_all(open_source(str(sample.sample_clip(models_dir)), models_dir))
    assert len(given) == 472
    assert [frame.index for frame in given] == list(range(472))
    assert all(a.t_ms < b.t_ms for a, b in itertools.pairwise(given))


def test_a_clip_that_is_cut_short_is_named(models_dir, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(sample.sample_clip(models_dir).read_bytes()[:400_000])
    with pytest.raises(SourceError, match=r"cut\.mp4 is cut short"):
        read_all(open_source(str(cut), models_dir))


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_what_is_no_video_is_named(models_dir, tmp_path, content):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(content)
    with pytest.raises(SourceError, match=r"bad\.mp4 cannot be read"):
        open_source(str(bad), models_dir)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_is_named(models_dir, tmp_path, content):
    bad = tmp_path / "bad.png"
    bad.write_bytes(content)
    with pytest.raises(SourceError, match=r"bad\.png cannot be decoded"):
        open_source(str(bad), models_dir)


def test_a_folder_gives_its_pictures_in_order(models_dir, tmp_path):
    for number in (2, 0, 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((8, 8, 3), number * 50, np.uint8))
    given = read_all(open_source(str(tmp_path), models_dir))
    assert [int(frame.image[0, 0, 0]) for frame in given] == [0, 50, 100]


def test_an_empty_folder_is_said(models_dir, tmp_path):
    with pytest.raises(SourceError, match="holds no picture"):
        open_source(str(tmp_path), models_dir)


def test_a_picture_is_held_up_for_a_while(models_dir, tmp_path):
    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((8, 8, 3), np.uint8))
    given = read_all(open_source(str(tmp_path / "one.png"), models_dir))
    assert len(given) == frames.PICTURE_FRAMES


def test_a_large_picture_is_scaled_down(models_dir, tmp_path):
    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((100, 4000, 3), np.uint8))
    assert open_source(str(tmp_path / "one.png"), models_dir).read().image.shape[1] == 1280


@pytest.mark.parametrize("spec", ["77", "/dev/video77", "nowhere.mp4", "sample:9-3", "sample:x"])
def test_a_source_that_is_not_there_is_said_with_a_hint(models_dir, spec):
    with pytest.raises(SourceError) as refused:
        open_source(spec, models_dir)
    assert refused.value.hint


def test_an_address_with_a_password_is_never_repeated(models_dir):
    with pytest.raises(SourceError) as refused:
        open_source("rtsp://user:secret@127.0.0.1:9/stream", models_dir)
    assert "secret" not in refused.value.message + refused.value.hint


def test_the_sample_shopper_does_what_is_asked_and_rests_after_it(models_dir):
    source = open_source("sample", models_dir)
    assert set(source.shows) == {"blink", "turn_left", "turn_right"}
    first, last = sample.ACTIONS["blink"]
    source.cue("blink")
    there_and_back = 2 * (last - first + 1) - 1
    given = [source.read().image for _ in range(there_and_back + 1)]
    assert np.array_equal(given[0], given[there_and_back - 1])
    assert not np.array_equal(given[0], given[there_and_back // 2])


def test_a_resting_sample_shows_the_clips_own_frames(models_dir):
    first, _ = sample.REST
    source, clip = open_source("sample", models_dir), open_source(f"sample:{first}-471", models_dir)
    for _ in range(3):
        assert np.array_equal(source.read().image, clip.read().image)
    clip.close()
    clip = open_source(f"sample:{sample.ACTIONS['blink'][0]}-471", models_dir)
    source.cue("blink")
    assert np.array_equal(source.read().image, clip.read().image)
    clip.close()


def test_what_is_prepared_ahead_is_the_sample_and_never_a_camera(models_dir, monkeypatch):
    opened = []
    monkeypatch.setattr(frames, "CameraSource", opened.append)
    for spec in ("0", "/dev/video0", "rtsp://somewhere", "sample:enrol", "nowhere.mp4", ""):
        frames.prepare(spec, models_dir)
    assert opened == []
    frames._decoded.cache_clear()
    frames.prepare("sample", models_dir)
    monkeypatch.setattr(frames, "VideoSource", opened.append)
    assert open_source("sample", models_dir).read().index == 0
    assert opened == []


def test_paying_never_shows_a_frame_that_enrolled():
    enrolled = set(range(sample.ENROL[0], sample.ENROL[1] + 1))
    for first, last in [sample.REST, *sample.ACTIONS.values()]:
        assert not enrolled & set(range(first, last + 1))


class Camera:
    """A camera of tests: gives frames until it is unplugged."""

    kind, name, shows = "device", "camera of tests", None

    def __init__(self, count):
        self.count, self.given, self.closed = count, 0, threading.Event()

    def read(self):
        if self.given >= self.count:
            raise CameraLostError("It stopped.", hint="Plug it in.")
        self.given += 1
        return Frame(np.zeros((4, 4, 3), np.uint8), self.given, self.given - 1)

    def cue(self, prompt):
        pass

    def close(self):
        self.closed.set()


def test_capture_keeps_the_newest_frame_and_tells_of_an_unplugged_camera():
    camera = Camera(100)
    capture = LatestFrame(camera)
    assert camera.closed.wait(5)
    assert capture.frame.index == 99
    assert capture.wait(99, 0.01) is None
    assert capture.ended
    assert isinstance(capture.error, CameraLostError)
    capture.close()


def test_capture_that_is_closed_frees_the_camera():
    camera = Camera(10**9)
    capture = LatestFrame(camera)
    assert capture.wait(-1, 5) is not None
    capture.close()
    assert camera.closed.is_set()
    assert capture.error is None


def test_capture_plays_a_recording_at_its_own_pace(models_dir):
    import time

    began = time.monotonic()
    capture = LatestFrame(open_source("sample:0-11", models_dir))
    seen = -1
    while (frame := capture.wait(seen, 5)) is not None:
        seen = frame.index
    assert seen == 11
    assert time.monotonic() - began >= 11 * 0.039
    capture.close()
