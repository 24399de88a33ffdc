"""The scanner of a till: a camera of its own over the counter, read on a thread of its own.

Frames are looked at and forgotten; only the text of a code leaves this module.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from kiosk.goods.scanning import ScanGate
from models.errors import Error as ModelsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.goods.codes import Decoder
    from models.frames import Source

log = logging.getLogger(__name__)

JOIN_SECONDS = 5.0
REOPEN_SECONDS = 2.0
FRAMES_PER_SECOND_MAX = 12.0  # a hand is slower, and the face check wants the processor


class Scanner:
    """Reads codes until it is closed; a camera that goes away is opened again.

    Args:
        open_source: opens the camera, on the scanner's thread.
        decode: finds codes in a frame.
        found: is told each code that is shown, on the scanner's thread.
    """

    def __init__(
        self, open_source: Callable[[], Source], decode: Decoder, found: Callable[[str], None]
    ) -> None:
        self._open_source = open_source
        self._decode = decode
        self._found = found
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the camera; waits at most 5 seconds for the thread."""
        self._closing.set()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                source = self._open_source()
            except ModelsError as error:
                log.warning("the scanner has no picture: %s", error.message)
                self._closing.wait(REOPEN_SECONDS)
                continue
            try:
                self._watch(source)
            except ModelsError as error:
                log.warning("the scanner lost its picture: %s", error.message)
                self._closing.wait(REOPEN_SECONDS)
            else:
                return  # a recording came to its end
            finally:
                source.close()

    def _watch(self, source: Source) -> None:
        gate = ScanGate()
        looked_s = 0.0
        while not self._closing.is_set():
            frame = source.read()
            if frame is None:
                return
            now_s = time.monotonic()
            if now_s - looked_s < 1 / FRAMES_PER_SECOND_MAX and source.kind == "device":
                continue
            looked_s = now_s
            codes = [code.text for code in self._decode(frame.image)]
            for code in gate.see(codes, frame.t_ms):
                self._found(code)
