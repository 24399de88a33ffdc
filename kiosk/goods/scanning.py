"""Makes one scan of the many frames in which a code is seen: an article held up is added once.

The gate is pure: codes and the time are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.frames import PictureSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kiosk.goods.codes import Decoder
    from models.frames import Source

SIGHTINGS_MIN = 2
AWAY_MS = 1_500
CODES_MAX = 64


@dataclass(slots=True)
class _Seen:
    sightings: int
    last_ms: int


class ScanGate:
    """Lets a code through once each time it is shown.

    Args:
        sightings_min: frames in which it must be seen: a misread code is seldom misread alike.
        away_ms: how long it must be out of sight before it counts as shown again.
    """

    def __init__(self, sightings_min: int = SIGHTINGS_MIN, away_ms: int = AWAY_MS) -> None:
        self._sightings_min = sightings_min
        self._away_ms = away_ms
        self._seen: dict[str, _Seen] = {}

    def see(self, codes: Iterable[str], now_ms: int) -> tuple[str, ...]:
        """Those of the frame's codes that are shown anew.

        Args:
            codes: what the frame shows, in any order.
            now_ms: when, by a clock that does not go backwards.
        """
        self._seen = {
            code: seen for code, seen in self._seen.items() if now_ms - seen.last_ms < self._away_ms
        }
        shown = []
        for code in dict.fromkeys(codes):
            if code not in self._seen and len(self._seen) == CODES_MAX:
                continue
            seen = self._seen.setdefault(code, _Seen(0, now_ms))
            seen.sightings += 1
            seen.last_ms = now_ms
            if seen.sightings == self._sightings_min:
                shown.append(code)
        return tuple(shown)


def scan_source(source: Source, decode: Decoder, seconds: float) -> tuple[str, ...]:
    """The codes that a source shows, in the order in which they came, each once.

    Args:
        source: read until its end or its time; a picture is read once.
        decode: finds codes in a frame.
        seconds: of the source's own time.
    """
    found: dict[str, None] = {}
    while (frame := source.read()) is not None and frame.t_ms <= seconds * 1000:
        found.update(dict.fromkeys(code.text for code in decode(frame.image)))
        if isinstance(source, PictureSource) and frame.index + 1 >= source.count:
            break
    return tuple(found)
