"""Where frames come from: a camera, a stream, a video, a picture, a folder of pictures, the sample.

A source gives one frame at a time and says plainly why it gives none. Whether it is a file is part
of what it is, because only a demo home takes payment from one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # its complaints are ours to word

import cv2
import numpy as np

from models import sample
from models.cameras import is_camera
from models.errors import CameraLostError, SourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE_PX_MAX = 1280  # larger frames are scaled down: nothing here sees more in them
FILE_FRAME_MS = 40  # pictures, and videos that do not say, play at 25 frames a second
PICTURE_FRAMES = 250  # a picture is held before the camera for ten seconds
OPEN_TIMEOUT_MS = 5000
READ_TIMEOUT_MS = 3000
CAMERA_READ_RETRIES = 5
PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"}
# A container's count is an estimate; a file that ends this much earlier was cut.
TRUNCATION_SHARE, TRUNCATION_FRAMES = 0.02, 5

Kind = Literal["device", "rtsp", "file", "sample"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source.

    Attributes:
        image: uint8 (H, W, 3), BGR, its longer side at most 1280; never changed in place.
        t_ms: milliseconds since the source began: media time of files, arrival time of cameras.
        index: counts frames from 0.
        centre_x: where the face is expected, as a share of the width; a recording may know better
            than the middle.
    """

    image: NDArray[np.uint8]
    t_ms: int
    index: int
    centre_x: float = 0.5


class Source(Protocol):
    """What gives frames; for one thread."""

    kind: Kind
    name: str
    shows: tuple[str, ...] | None  # the prompts it can act out; none for what acts by itself

    def read(self) -> Frame | None:
        """The next frame, or none when the source has come to its end.

        Raises:
            SourceError: it broke before its end.
        """

    def cue(self, prompt: str) -> None:
        """Tell the source which prompt the person sees; only the sample listens."""

    def close(self) -> None:
        """Let go of the device or file; may be called twice."""


def is_file(source: Source) -> bool:
    """Whether frames come from a recording rather than from a camera."""
    return source.kind in {"file", "sample"}


def _fit(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    longer = max(image.shape[:2])
    if longer <= SIDE_PX_MAX:
        return image
    scale = SIDE_PX_MAX / longer
    fitted = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(fitted, dtype=np.uint8)


class _Quiet:
    """What every source here shares: no prompt is acted out, nothing has to be let go."""

    shows: tuple[str, ...] | None = None

    def cue(self, prompt: str) -> None:
        """Most sources do not listen."""

    def close(self) -> None:
        """Most sources hold nothing open."""


class CameraSource(_Quiet):
    """A camera on this machine, or a stream; frames are stamped when they arrive.

    Args:
        spec: index, device path or RTSP address.

    Raises:
        CameraLostError: it cannot be opened.
    """

    def __init__(self, spec: str) -> None:
        import time

        self.kind: Kind = "rtsp" if "://" in spec else "device"
        # an address may carry a password: only its kind is ever named
        self.name = "the stream" if self.kind == "rtsp" else f"camera {spec}"
        if self.kind == "rtsp":
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS]
            limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
            self._capture = cv2.VideoCapture(spec, cv2.CAP_FFMPEG, limits)
        else:
            target: int | str = int(spec) if spec.isdigit() else spec
            self._capture = cv2.VideoCapture(target, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise CameraLostError(
                f"There is no picture from {self.name}: it cannot be opened.",
                hint="Plug it in, close other programs that use it, and see `facetill doctor`.",
            )
        self._clock = time.monotonic_ns
        self._began_ns = self._clock()
        self._index = 0

    def read(self) -> Frame | None:
        """The next frame; a camera has no end.

        Raises:
            CameraLostError: it gives no more frames.
        """
        for _ in range(CAMERA_READ_RETRIES):
            read, image = self._capture.read()
            if read:
                t_ms = (self._clock() - self._began_ns) // 1_000_000
                frame = Frame(_fit(np.asarray(image, dtype=np.uint8)), t_ms, self._index)
                self._index += 1
                return frame
        raise CameraLostError(
            f"The picture from {self.name} stopped.", hint="Plug the camera in again and try anew."
        )

    def close(self) -> None:
        """Free the camera for other programs."""
        self._capture.release()


class VideoSource(_Quiet):
    """A video file, played once; frames carry media time.

    Args:
        path: the file.
        first: the first frame wanted.
        last: the last one wanted, counted too; the file's end if none.

    Raises:
        SourceError: it cannot be read as a video.
    """

    kind: Kind = "file"

    def __init__(self, path: Path, first: int = 0, last: int | None = None) -> None:
        self.name = path.name
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise SourceError(
                f"The file {path.name} cannot be read as a video or picture.",
                hint="It is empty, cut short or of an unknown kind: record or copy it again.",
            )
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.frame_ms = 1000 / rate if 1 <= rate <= 240 else FILE_FRAME_MS  # noqa: PLR2004 - sane rates
        self._declared = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._last = last
        self._at = 0
        self._index = 0
        while self._at < first and self.skip():  # exact where seeking is not
            pass

    def read(self) -> Frame | None:
        """The next frame, or none at the end.

        Raises:
            SourceError: the file ends before it said it would.
        """
        if self._last is not None and self._at > self._last:
            return None
        read, image = self._capture.read()
        if not read:
            self._complain_if_cut()
            return None
        frame = Frame(
            _fit(np.asarray(image, dtype=np.uint8)), round(self._index * self.frame_ms), self._index
        )
        self._at += 1
        self._index += 1
        return frame

    def skip(self) -> bool:
        """Pass over a frame, whose colours are not decoded; false at the end."""
        passed = self._capture.grab()
        self._at += passed
        return passed

    def _complain_if_cut(self) -> None:
        missing = self._declared - self._at
        if self._at == 0 or missing > max(TRUNCATION_FRAMES, self._declared * TRUNCATION_SHARE):
            raise SourceError(
                f"The video {self.name} is cut short: {self._at} of {self._declared} frames.",
                hint="Record or copy it again.",
            )

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


def _read_picture(path: Path) -> NDArray[np.uint8]:
    try:
        data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    except OSError as error:
        raise SourceError(
            f"The picture {path.name} cannot be read: {error.strerror}.", hint="Check its name."
        ) from error
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise SourceError(
            f"The picture {path.name} cannot be decoded.", hint="Copy it again, or use another."
        )
    return _fit(np.asarray(image, dtype=np.uint8))


class PictureSource(_Quiet):
    """Pictures as frames: one is held up for ten seconds, several follow each other.

    Args:
        paths: at least one.
        name: what to call them.
    """

    kind: Kind = "file"

    def __init__(self, paths: list[Path], name: str) -> None:
        self.name = name
        self._paths = paths
        self._still = _read_picture(paths[0]) if len(paths) == 1 else None
        self._index = 0

    @property
    def count(self) -> int:
        """How many different pictures there are."""
        return len(self._paths)

    def read(self) -> Frame | None:
        """The next picture, or none after the last."""
        if self._index >= (PICTURE_FRAMES if self._still is not None else self.count):
            return None
        image = self._still if self._still is not None else _read_picture(self._paths[self._index])
        frame = Frame(image, self._index * FILE_FRAME_MS, self._index)
        self._index += 1
        return frame


@lru_cache(maxsize=2)
def _decoded(
    path: Path, stretches: tuple[tuple[int, int], ...]
) -> tuple[dict[int, NDArray[np.uint8]], float]:
    """Frames of a clip by number, and milliseconds from one to the next; kept, for the next time.

    Args:
        path: a clip whose SHA-256 was checked.
        stretches: first and last frame of each.
    """
    wanted = {number for first, last in stretches for number in range(first, last + 1)}
    video = VideoSource(path)
    pictures = {}
    for number in range(max(wanted) + 1):
        if number not in wanted:
            video.skip()
        elif (frame := video.read()) is not None:
            pictures[number] = frame.image
    video.close()
    return pictures, video.frame_ms


class SampleSource(_Quiet):
    """The sample shopper, who does what is asked: the clip's stretch for it, there and back.

    This shows the whole mechanism on a real face. It proves no liveness: a recording that follows
    cues is exactly what a live home refuses, by refusing every file.

    Args:
        path: the sample clip.
        frames_max: how many frames it gives before it ends.
        rest: first and last frame of what it shows while nothing is asked.
    """

    kind: Kind = "sample"
    name = "the sample clip"
    shows: tuple[str, ...] | None = tuple(sample.ACTIONS)

    def __init__(
        self, path: Path, frames_max: int = 1500, rest: tuple[int, int] = sample.REST
    ) -> None:
        first, last = rest
        self._path = path
        self._stretches = (*sample.ACTIONS.values(), rest)
        self._rest = [*range(first, last + 1), *range(last - 1, first, -1)]
        self._plan = list(self._rest)
        self._prompt = ""
        self._index = 0
        self._frames_max = frames_max

    def prepare(self) -> tuple[dict[int, NDArray[np.uint8]], float]:
        """Decode what may be played, where that is not done yet; `read` does it otherwise.

        Returns:
            Pictures by the clip's own numbers, and milliseconds from one to the next.
        """
        return _decoded(self._path, self._stretches)

    def cue(self, prompt: str) -> None:
        """Act out a prompt once; rest after it, and at any prompt that is no action."""
        if prompt == self._prompt:
            return
        self._prompt = prompt
        if prompt in sample.ACTIONS:
            first, last = sample.ACTIONS[prompt]
            there = list(range(first, last + 1))
            self._plan = [*there, *there[-2::-1]]
        else:
            self._plan = list(self._rest)

    def read(self) -> Frame | None:
        """The next frame of what is being acted out."""
        if self._index >= self._frames_max:
            return None
        if not self._plan:
            self._plan = list(self._rest)
        pictures, frame_ms = self.prepare()
        image = pictures[self._plan.pop(0)]
        t_ms = round(self._index * frame_ms)
        frame = Frame(image, t_ms, self._index, sample.CENTRE_X)
        self._index += 1
        return frame


def _sample_source(spec: str, models_dir: Path) -> Source:
    clip = sample.sample_clip(models_dir)
    _, _, stretch = spec.partition(":")
    if not stretch:
        return SampleSource(clip)
    if stretch == "enrol":
        return VideoSource(clip, *sample.ENROL)
    if stretch == "desk":
        return SampleSource(clip, rest=sample.ENROL)
    first, _, last = stretch.partition("-")
    if not (first.isdigit() and last.isdigit() and int(first) <= int(last)):
        raise SourceError(
            f"The stretch {stretch} of the sample is not FIRST-LAST.",
            hint="Name frames as in sample:0-120, or take the whole with sample.",
        )
    return VideoSource(clip, int(first), int(last))


def open_source(spec: str, models_dir: Path) -> Source:
    """Open what the words of `--camera` name.

    Args:
        spec: a device index or path under /dev, an RTSP address, a video, a picture, a folder of
            pictures, `sample`, `sample:enrol` or `sample:FIRST-LAST`; `sample:desk` acts out what
            the desk asks, and rests in the stretch for enrolling.
        models_dir: the model folder, where the sample is.

    Raises:
        SourceError: there is no such source, or it gives no picture.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    if spec == "sample" or spec.startswith("sample:"):
        return _sample_source(spec, models_dir)
    if is_camera(spec):
        return CameraSource(spec)
    path = Path(spec).expanduser()
    if path.is_dir():
        pictures = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES)
        if not pictures:
            raise SourceError(
                f"The folder {path.name} holds no picture.", hint="Use PNG or JPEG files."
            )
        return PictureSource(pictures, path.name)
    if not path.is_file():
        raise SourceError(
            f"There is no camera or file named {spec}.",
            hint="Give a device number, an RTSP address, a file, a folder, or `sample`.",
        )
    if path.suffix.lower() in PICTURES:
        return PictureSource([path], path.name)
    return VideoSource(path)


def prepare(spec: str, models_dir: Path) -> None:
    """Do ahead what a source takes long for and needs no camera: decode the sample clip.

    Args:
        spec: as for `open_source`; no device is touched, whatever it names.
        models_dir: the model folder, where the sample is.

    Raises:
        SourceError: the sample cannot be read.
        BadModelFileError: it is missing or altered.
    """
    if spec == "sample" or spec.startswith("sample:"):
        source = _sample_source(spec, models_dir)
        if isinstance(source, SampleSource):
            source.prepare()
        source.close()
