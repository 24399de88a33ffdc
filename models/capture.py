"""Keeps the newest frame of a source, and only that: a slow network never sees an old face.

One thread reads; any thread may look. Recordings are played at their own pace, so that what the
till shows a person looks as it did when it was recorded.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from models.errors import Error
from models.frames import is_file

if TYPE_CHECKING:
    from models.frames import Frame, Source

JOIN_SECONDS = 5.0


class LatestFrame:
    """A thread that reads a source until it ends, breaks or is closed.

    Args:
        source: read by this object's thread alone; closed with it.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._error: Error | None = None
        self._ended = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    @property
    def frame(self) -> Frame | None:
        """The newest frame; none before the first."""
        with self._changed:
            return self._frame

    @property
    def ended(self) -> bool:
        """Whether no newer frame will come."""
        with self._changed:
            return self._ended

    @property
    def error(self) -> Error | None:
        """Why the source broke; none while it works or when it came to its own end."""
        with self._changed:
            return self._error

    def wait(self, after_index: int, timeout_s: float) -> Frame | None:
        """The newest frame, once it is newer than `after_index`; none where it does not come.

        Args:
            after_index: the index of the frame seen last; -1 for any.
            timeout_s: how long to wait, in seconds.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._ended or (self._frame is not None and self._frame.index > after_index)
                ),
                timeout_s,
            )
            newest = self._frame
        return newest if newest is not None and newest.index > after_index else None

    def close(self) -> None:
        """Stop reading and free the source; waits at most 5 seconds for the thread."""
        self._closing.set()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        paced, began = is_file(self.source), time.monotonic()
        error: Error | None = None
        try:
            while not self._closing.is_set():
                frame = self.source.read()
                if frame is None:
                    break
                if paced:
                    self._closing.wait(max(0.0, began + frame.t_ms / 1000 - time.monotonic()))
                with self._changed:
                    self._frame = frame
                    self._changed.notify_all()
        except Error as broke:
            error = broke
        finally:
            self.source.close()
            with self._changed:
                self._error, self._ended = error, True
                self._changed.notify_all()
