"""Recordings of genuine people and of attacks, each measured once by the till's own eyes.

A picture is played as a video of it, standing still for ten seconds. What is kept of a recording
are the measurements of its frames, in memory; sessions are then run over those as often as wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.evaluate.errors import BadEvaluationError
from kiosk.observe import observe
from models.errors import SourceError
from models.frames import FILE_FRAME_MS, PICTURE_FRAMES, PICTURES, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.liveness import Observation
    from models.frames import Source
    from models.vision import Vision

VIDEOS: Final = {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"}
GENUINE: Final = "genuine"
NO_TYPE: Final = "attack"
"""The type of attacks that lie in no folder of a type."""
FRAMES_MAX: Final = 3_000  # of one recording: two minutes, and no session lasts so long


@dataclass(frozen=True, slots=True)
class Presentation:
    """One recording of one presentation.

    Attributes:
        file: where it is.
        name: as the folder names it; what a report may say.
        kind: `genuine`, or the type of the attack (ISO/IEC 30107-3: PAI species).
    """

    file: Path
    name: str
    kind: str

    @property
    def is_still(self) -> bool:
        """Whether it is a picture, which cannot do what it is asked."""
        return self.file.suffix.lower() in PICTURES


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A presentation and what the till's eyes saw in it.

    Attributes:
        presentation: which.
        observations: one a frame, with embeddings where the face is frontal; empty where the file
            could not be read.
        fault: why it could not be read; empty where it could.
    """

    presentation: Presentation
    observations: tuple[Observation, ...] = field(repr=False)
    fault: str = ""

    @property
    def passive_scores(self) -> tuple[float, ...]:
        """The passive scores of its sampled frames, 0..1; never to be shown or kept."""
        return tuple(seen.passive for seen in self.observations if seen.passive is not None)


def gather(genuine: Path, attack: Path) -> list[Presentation]:
    """All recordings; the sub-folders of the attack folder are the types of attack.

    Raises:
        BadEvaluationError: a folder is missing or holds no recording.
    """
    found = [Presentation(file, name, GENUINE) for file, name in _recordings(genuine)]
    for file, name in _recordings(attack):
        parts = Path(name).parts
        found.append(Presentation(file, name, parts[0] if len(parts) > 1 else NO_TYPE))
    return found


def _recordings(folder: Path) -> list[tuple[Path, str]]:
    if not folder.is_dir():
        raise BadEvaluationError(
            f"There is no folder {folder.name}.",
            hint="Give a folder of genuine recordings and one of attacks.",
        )
    kinds = PICTURES | VIDEOS
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in kinds and p.is_file())
    if not files:
        raise BadEvaluationError(
            f"The folder {folder.name} holds no video or picture.",
            hint="Use MP4, MOV, AVI, MKV, WebM, JPEG or PNG files.",
        )
    return [(file, str(file.relative_to(folder))) for file in files]


def measure(vision: Vision, presentation: Presentation) -> Measured:
    """Look at every frame once, as the till does."""
    try:
        source = open_source(str(presentation.file.absolute()), presentation.file.parent)
        try:
            seen = tuple(_observations(vision, source, still=presentation.is_still))
        finally:
            source.close()
    except SourceError as error:
        return Measured(presentation, (), error.message)
    return Measured(presentation, seen)


def _observations(vision: Vision, source: Source, *, still: bool) -> Iterator[Observation]:
    for _ in range(FRAMES_MAX):
        frame = source.read()
        if frame is None:
            return
        seen = observe(vision, frame, wants_embedding=True)
        if still:  # every frame is the same one
            for copy in range(PICTURE_FRAMES):
                yield replace(seen, t_ms=copy * FILE_FRAME_MS)
            return
        yield seen
