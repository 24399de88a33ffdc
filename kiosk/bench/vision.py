"""`facetill bench vision`: frame to faces, frame to identity, and a whole session.

Each figure stands beside two peers with the same weights, measured in turns with ours:
InsightFace's own `FaceAnalysis.get` as it comes, and OpenCV's FaceDetectorYN with FaceRecognizerSF.
Each of them, ours too, begins when the threads of the one before have come to rest, with a frame
that is not timed, and is timed on the next: as in a till, which sees frame after frame.
Identity means from a frame in memory to the two nearest of a gallery of a thousand; the peers'
figures end at the embedding.
"""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from enroll.search import index_for
from kiosk.bench.peers import InsightFacePeer, OpenCvPeer
from kiosk.bench.timing import at_rest, in_turns, percentile, ratio
from models.align import align
from models.detector import INPUT_PX
from models.frames import VideoSource
from models.sample import sample_clip
from models.sessions import session_options
from models.vision import open_vision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from models.vision import Vision

    Image = NDArray[np.uint8]

SIZE = (640, 480)
GALLERY = 1_000
STAGES = ("detect", "mesh and iris", "align", "embed", "search")


def sample_frames(folder: Path, count: int) -> list[Image]:
    """Frames of the sample clip, 640 by 480: what is above and below is drawn out to fill it."""
    source = VideoSource(sample_clip(folder))
    frames: list[Image] = []
    while (frame := source.read()) is not None:
        frames.append(frame.image)
    source.close()
    chosen = frames[:: max(1, len(frames) // count)][:count]
    spare = SIZE[1] - chosen[0].shape[0]
    return [
        np.asarray(
            cv2.copyMakeBorder(image, spare // 2, spare - spare // 2, 0, 0, cv2.BORDER_REPLICATE),
            np.uint8,
        )
        for image in chosen
    ]


class _Ours:
    """The till's way from a frame to an identity."""

    def __init__(self, vision: Vision, dimensions: int) -> None:
        rng = np.random.default_rng(1)
        rows = rng.standard_normal((GALLERY, dimensions)).astype(np.float32)
        self.vision = vision
        self.index = index_for(GALLERY, dimensions)
        self.index.add(
            np.arange(GALLERY, dtype=np.int32), rows / np.linalg.norm(rows, axis=1, keepdims=True)
        )

    def embedding(self, image: Image) -> NDArray[np.float32] | None:
        """Of the largest face."""
        faces = self.vision.detect(image)
        return self.vision.embed(image, faces[0]) if faces else None

    def identity(self, image: Image) -> object:
        """The two nearest of the gallery."""
        embedding = self.embedding(image)
        return None if embedding is None else self.index.best_two(embedding)

    def stages(self, image: Image) -> dict[str, float]:
        """Milliseconds of each stage of a frame that shows a face."""
        clock = time.perf_counter
        marks = [clock()]
        face = self.vision.detect(image)[0]
        marks.append(clock())
        self.vision.landmarks(image, face)
        marks.append(clock())
        aligned = align(image, face.points)
        marks.append(clock())
        embedding = self.vision.embed_aligned(aligned)
        marks.append(clock())
        self.index.best_two(embedding)
        marks.append(clock())
        took_ms = ((end - start) * 1e3 for start, end in pairwise(marks))
        return dict(zip(STAGES, took_ms, strict=True))


def run(
    folder: Path, *, quick: bool, step: Callable[[str], object] = lambda _: None
) -> dict[str, Any]:
    """Measure frames; `kiosk.bench.session` measures sessions.

    Args:
        folder: the model folder.
        quick: fewer rounds.
        step: is told what is measured next.
    """
    step("loading")
    frames = sample_frames(folder, 12 if quick else 60)
    rounds, seconds_max = (20, 10.0) if quick else (120, 90.0)
    vision = open_vision(folder)
    first = vision.detect(frames[0])
    ours = _Ours(vision, len(vision.embed(frames[0], first[0])))
    default = InsightFacePeer(folder)
    tuned = InsightFacePeer(folder, INPUT_PX, session_options())
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    opencv = OpenCvPeer(folder, SIZE)
    step("frame to faces")
    faces = in_turns(
        {"ours": vision.detect, "insightface": default.faces, "opencv": opencv.faces},
        frames,
        rounds,
        seconds_max,
        at_rest,
        warm=True,
    )
    step("frame to identity")
    identity = in_turns(
        {
            "ours": ours.identity,
            "insightface": default.embedding,
            "insightface_tuned": tuned.embedding,
            "opencv": opencv.embedding,
        },
        frames,
        rounds,
        seconds_max,
        at_rest,
        warm=True,
    )
    step("sameness")
    same = {
        "insightface": _cosines(ours, default, frames),
        "insightface_640": _cosines(ours, tuned, frames),
        "opencv": _cosines(ours, opencv, frames),
    }
    at_rest()
    stages = [ours.stages(image) for image in frames[:rounds] if vision.detect(image)]
    return {
        "identity_ms_p50": statistics.median(identity["ours"]),
        "identity_ms_p95": percentile(identity["ours"], 95),
        "speedup_vs_insightface": ratio(identity, "insightface", "ours"),
        "speedup_vs_insightface_tuned": ratio(identity, "insightface_tuned", "ours"),
        "speedup_vs_opencv": ratio(identity, "opencv", "ours"),
        "faces_ms_p50": statistics.median(faces["ours"]),
        "faces_ms_min": min(faces["ours"]),
        "faces_speedup_vs_insightface": ratio(faces, "insightface", "ours"),
        "faces_speedup_vs_opencv": ratio(faces, "opencv", "ours"),
        "insightface_identity_ms_p50": statistics.median(identity["insightface"]),
        "opencv_identity_ms_p50": statistics.median(identity["opencv"]),
        "cosine_p50_to_insightface": statistics.median(same["insightface"]),
        "cosine_min_to_insightface_640": min(same["insightface_640"]),
        "cosine_min_to_opencv": min(same["opencv"]),
        "stages_ms": {name: statistics.median(row[name] for row in stages) for name in STAGES},
        "frame": list(SIZE),
    }


def _cosines(ours: _Ours, peer: InsightFacePeer | OpenCvPeer, frames: list[Image]) -> list[float]:
    pairs = ((ours.embedding(image), peer.embedding(image)) for image in frames)
    return [float(one @ other) for one, other in pairs if one is not None and other is not None]
