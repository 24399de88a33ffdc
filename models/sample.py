"""The sample shopper's clip, and what happens when in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import pins, store

if TYPE_CHECKING:
    from pathlib import Path

# Frames of the clip, by what the person in it does; first and last, both counted. Between two
# actions the resting stretch plays to and fro. No stretch of paying is one of enrolling.
ENROL = (225, 299)
CENTRE_X = 0.68  # the person sits right of the middle
REST = (320, 346)
ACTIONS = {
    "blink": (376, 392),
    "turn_left": (344, 366),
    "turn_right": (141, 161),
}


def sample_clip(folder: Path) -> Path:
    """The clip of the sample shopper: 472 frames, 640 by 360, 23.98 a second.

    Raises:
        BadModelFileError: it is missing or altered.
    """
    store.require(folder, [pins.SAMPLE_CLIP])
    return folder / pins.SAMPLE_CLIP.name
