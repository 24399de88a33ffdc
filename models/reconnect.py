"""Keeps a camera's frames coming when its cable is pulled and put back, for a bounded time.

A replugged camera is a new device to the system. Whoever reads from here sees a gap in time and
nothing else: frames go on counting, and what is too long a gap is for the reader to say.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

from models.errors import CameraLostError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.frames import Frame, Kind, Source

OUTAGE_SECONDS = 2.5
WAIT_SECONDS = 0.05
WAIT_SECONDS_MAX = 0.8


class ReconnectingSource:
    """A camera that is opened again when it is lost; for one thread, but `close` for any.

    Args:
        open_source: opens the camera; by a name that outlives a replug, such as one of by-id.
        outage_s: how long it may be away before it counts as lost.
        clock: seconds, by a clock that does not go backwards.
        wait: waits so many seconds, or less where `close` is called; gives whether it was.

    Raises:
        SourceError: it is not there to begin with.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        *,
        outage_s: float = OUTAGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._open_source = open_source
        self._outage_s = outage_s
        self._clock = clock
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self._began_s = clock()
        self._source = open_source()
        self._next_index = 0
        self.reconnections = 0
        self.kind: Kind = self._source.kind
        self.name = self._source.name
        self.shows = self._source.shows

    def read(self) -> Frame | None:
        """The next frame, stamped by this object's own time and count.

        Raises:
            CameraLostError: it was away for longer than `outage_s`, or was closed meanwhile.
        """
        try:
            frame = self._source.read()
        except CameraLostError as lost:
            frame = self._reopened(lost)
        if frame is None:
            return None
        t_ms = round((self._clock() - self._began_s) * 1000)
        stamped = dataclasses.replace(frame, t_ms=t_ms, index=self._next_index)
        self._next_index += 1
        return stamped

    def cue(self, prompt: str) -> None:
        """Tell the camera what the person sees."""
        self._source.cue(prompt)

    def close(self) -> None:
        """Let go of the camera, and stop waiting for it."""
        self._closed.set()
        self._source.close()

    def _reopened(self, lost: CameraLostError) -> Frame | None:
        """The first frame after it came back; tries ever more seldom."""
        self._source.close()
        until_s = self._clock() + self._outage_s
        wait_s = WAIT_SECONDS
        while not self._closed.is_set() and self._clock() < until_s:
            self._wait(min(wait_s, max(until_s - self._clock(), 0.0)))
            wait_s = min(2 * wait_s, WAIT_SECONDS_MAX)
            try:
                source = self._open_source()
            except SourceError:
                continue
            try:
                frame = source.read()
            except CameraLostError:
                source.close()
                continue
            self._source = source
            self.reconnections += 1
            return frame
        raise lost
