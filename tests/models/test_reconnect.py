"""A camera that is pulled out and put back goes on; one that stays away is given up in time."""

from __future__ import annotations

import numpy as np
import pytest

from models.cameras import Camera, cameras, stable
from models.errors import CameraLostError, SourceError
from models.frames import Frame
from models.reconnect import OUTAGE_SECONDS, ReconnectingSource

PICTURE = np.zeros((4, 4, 3), np.uint8)


class Clock:
    def __init__(self):
        self.now = 100.0
        self.waits = []

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds
        return False


class Device:
    """A camera of tests: so many frames, then it is pulled out."""

    kind, name, shows = "device", "camera of tests", None

    def __init__(self, clock, frames):
        self.clock, self.frames, self.given, self.closed = clock, frames, 0, False

    def read(self):
        if self.given == self.frames:
            raise CameraLostError("The picture from camera 0 stopped.", hint="Plug it in.")
        self.clock.now += 0.04
        self.given += 1
        return Frame(PICTURE, self.given * 40, self.given - 1)

    def cue(self, prompt):
        self.cued = prompt

    def close(self):
        self.closed = True


def gone():
    return SourceError("There is no picture from camera 0.", hint="Plug it in.")


def reconnecting(clock, *opened):
    sources = list(opened)

    def open_source():
        source = sources.pop(0) if sources else gone()
        if isinstance(source, Exception):
            raise source
        return source

    return ReconnectingSource(open_source, clock=clock, wait=clock.wait)


def test_a_camera_that_comes_back_goes_on_where_it_was():
    clock = Clock()
    first, second = Device(clock, 3), Device(clock, 2)
    source = reconnecting(clock, first, gone(), gone(), second)
    frames = [source.read() for _ in range(5)]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    times = [frame.t_ms for frame in frames]
    assert times == sorted(times)
    assert times[3] - times[2] >= 1000 * sum(clock.waits)  # the gap is seen by whoever reads
    assert first.closed
    assert source.reconnections == 1


def test_the_waits_between_the_tries_grow():
    clock = Clock()
    source = reconnecting(clock, Device(clock, 0), *[gone()] * 4, Device(clock, 1))
    source.read()
    assert clock.waits == sorted(clock.waits)
    assert len(set(clock.waits)) > 2


def test_a_camera_that_stays_away_is_lost_after_a_bounded_time():
    clock = Clock()
    source = reconnecting(clock, Device(clock, 1))
    source.read()
    began = clock.now
    with pytest.raises(CameraLostError):
        source.read()
    assert clock.now - began == pytest.approx(OUTAGE_SECONDS, abs=0.1)


def test_a_device_that_opens_and_gives_nothing_is_tried_again():
    clock = Clock()
    dead = Device(clock, 0)
    source = reconnecting(clock, Device(clock, 0), dead, Device(clock, 1))
    assert source.read().index == 0
    assert dead.closed


def test_a_camera_that_is_not_there_at_first_is_said_at_once():
    clock = Clock()
    with pytest.raises(SourceError):
        reconnecting(clock)
    assert clock.waits == []


def test_closing_ends_the_wait_for_a_camera():
    clock = Clock()
    device = Device(clock, 0)
    source = reconnecting(clock, device)
    source.close()
    with pytest.raises(CameraLostError):
        source.read()
    assert clock.waits == []
    assert device.closed


def test_a_camera_is_named_so_that_a_replug_does_not_change_it(tmp_path):
    devices, by_id = tmp_path / "dev", tmp_path / "dev" / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    for number in range(3):
        (devices / f"video{number}").touch()
    (by_id / "usb-Cam_A-video-index0").symlink_to(devices / "video0")
    (by_id / "usb-Cam_A-video-index1").symlink_to(devices / "video1")
    named = str(by_id / "usb-Cam_A-video-index0")
    other = str(devices / "video2")
    assert cameras(by_id, devices) == (
        Camera(named, str(devices / "video0")),
        Camera(other, other),
    )
    for spec in ("0", str(devices / "video0"), named):
        assert stable(spec, by_id, devices) == named
    assert stable("rtsp://camera/1", by_id, devices) == "rtsp://camera/1"
    assert stable("7", by_id, devices) == "7"


def test_a_machine_without_cameras_has_none(tmp_path):
    assert cameras(tmp_path / "none", tmp_path) == ()
