"""Whole payments in real time: the kiosk's own window, drawn off screen, before the sample shopper.

The clip is played at its own pace, and a script touches the screen at once. A session begins with
the capture of the first frame, which shows the face in the oval, and ends with the signed receipt.
The clip has fewer frames a second than a camera, so that how many the mirror can paint is measured
in payments of their own, in which the same frames follow each other as a camera's 30 do.

The same till then pays with each peer's detector and recogniser in the place of ours, of the same
weights, so that the whole session has its ratios too. The clip's own pace is in all of them.

Two times are counted apart: how long the camera (here the clip) takes to give that first frame once
it was asked for, for no camera is on before the shopper chose to pay with their face; and what the
person needs for the movements, which is the time in which the screen asked for one.
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.bench.timing import at_rest, percentile
from kiosk.errors import Error
from kiosk.flow import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.composition import Faces
    from kiosk.flow import State
    from kiosk.till import Till
    from kiosk.window.preview import Preview
    from ledger.home import Home
    from models.frames import Frame, Kind, Source

OPENING, MOVEMENTS, AHEAD = "opening", "movements", "looking ahead again"
STAGES = (OPENING, "settling", MOVEMENTS, AHEAD, "paying")
WHOLES = {
    "session": set(STAGES) - {OPENING},
    "person": {MOVEMENTS},
    "with_challenge": set(STAGES) - {OPENING, MOVEMENTS},
    "without_challenge": set(STAGES) - {OPENING, MOVEMENTS, AHEAD},
    "opening": {OPENING},
}
PROBE_MS = 5
CAMERA_FPS = 30.0
CAMERA_SESSIONS_MAX = 6  # payments at a camera's pace
PEER_SESSIONS_MAX = 4  # payments with each peer
PHONE = "5550100"


@contextlib.contextmanager
def demo_home(models_dir: Path) -> Iterator[Home]:
    """A throw-away demo home with the sample shopper enrolled and a balance that lasts."""
    from kiosk.main import build_parser
    from ledger.home import create_home

    before = os.environ.get("FACETILL_MODELS")
    os.environ["FACETILL_MODELS"] = str(models_dir)
    try:
        with tempfile.TemporaryDirectory(prefix="facetill-bench-") as folder:
            home = create_home(Path(folder) / "home", "demo")
            words = ["enroll", "add", "--name", "Sample Shopper", "--phone", PHONE]
            words += ["--camera", "sample:enrol", "--consent", "--topup", "5000"]
            args = build_parser().parse_args([*words, "--home", str(home.path)])
            with contextlib.redirect_stderr(io.StringIO()):
                args.run(args)
            yield home
    finally:
        if before is None:
            del os.environ["FACETILL_MODELS"]
        else:
            os.environ["FACETILL_MODELS"] = before


class Watched:
    """A source that says when its first frame was captured.

    Args:
        source: gives the frames.
        captured: called once, on the reading thread.
        fps: how many frames a second are to be played; as many as were recorded if none.
    """

    def __init__(
        self, source: Source, captured: Callable[[], object], fps: float | None = None
    ) -> None:
        self._source = source
        self._fps = fps
        self._captured: Callable[[], object] | None = captured
        self.kind: Kind = source.kind
        self.name = source.name
        self.shows = source.shows

    def read(self) -> Frame | None:
        """The next frame of the source."""
        frame = self._source.read()
        if frame is not None and self._fps is not None:
            frame = replace(frame, t_ms=round(frame.index * 1e3 / self._fps))
        if frame is not None and self._captured is not None:
            self._captured()
            self._captured = None
        return frame

    def cue(self, prompt: str) -> None:
        """Tell the source what the person sees."""
        self._source.cue(prompt)

    def close(self) -> None:
        """Close the source."""
        self._source.close()


@dataclass
class Watch:
    """Notes when a till changes its state, during one payment."""

    marks: list[tuple[float, str]] = field(default_factory=list)
    hint: str = ""

    def captured(self) -> None:
        """The first frame is there: the session begins."""
        self.marks.append((time.perf_counter(), "settling"))

    def see(self, state: State) -> None:
        """What begins now, where something else does."""
        stage = self._stage(state)
        if stage == "settling" and not self.hint:
            self.hint = state.hint
        if stage and (not self.marks or self.marks[-1][1] != stage):
            self.marks.append((time.perf_counter(), stage))

    def _stage(self, state: State) -> str:
        begun = [stage for _, stage in self.marks]
        if state.screen is Screen.FACE:
            if not state.steps_total:
                return "opening" if "settling" not in begun else "settling"
            if state.prompt != "look":
                return "movements"
            return "looking ahead again" if "movements" in begun else "settling"
        if state.screen in {Screen.CONFIRM, Screen.PAYING}:
            return "paying"
        return "end" if begun and state.screen in {Screen.RECEIPT, Screen.REFUSED} else ""

    def stages_ms(self) -> dict[str, float]:
        """Milliseconds of each stage."""
        took = dict.fromkeys(STAGES, 0.0)
        for (start, stage), (end, _) in pairwise(self.marks):
            took[stage] += (end - start) * 1e3
        return took


@dataclass
class LoopProbe:
    """Asks the window's event loop for a turn every 5 ms while the camera is on.

    Attributes:
        late_ms: how long each turn was waited for.
        drawn_s: when the mirror was seen to have painted another frame, a list for each check.
    """

    till: Till
    late_ms: list[float] = field(default_factory=list)
    drawn_s: list[list[float]] = field(default_factory=list)
    _last_s: float | None = None
    _watched: tuple[Preview, int] | None = None

    def turn(self) -> None:
        """One turn."""
        now_s = time.perf_counter()
        if self.till.preview is None or self.till.state.screen is not Screen.FACE:
            self._watched = self._last_s = None
            return
        if self._last_s is not None:
            self.late_ms.append((now_s - self._last_s) * 1e3)
        self._last_s = now_s
        if self._watched is None:
            mirror = self._mirror()
            if mirror is None:
                return
            self._watched = mirror, mirror.frames_drawn
            self.drawn_s.append([])
        mirror, before = self._watched
        self.drawn_s[-1] += [now_s] * (mirror.frames_drawn - before)
        self._watched = mirror, mirror.frames_drawn

    def frames_per_second(self) -> float:
        """From the first frame of each check to its last."""
        checks = [times for times in self.drawn_s if len(times) > 1]
        return sum(len(times) - 1 for times in checks) / sum(t[-1] - t[0] for t in checks)

    def whole_seconds(self) -> list[int]:
        """Frames in the second after each frame, as far as the check lasted one.

        A second is one to within the 5 ms that lie between two turns. A shorter check gives what it
        had.
        """
        return [
            sum(start < at <= start + 1 + PROBE_MS / 1e3 for at in times)
            for times in self.drawn_s
            if len(times) > 1
            for start in times
            if start + 1 <= times[-1] or start == times[0]
        ]

    @staticmethod
    def _mirror() -> Preview | None:
        """The mirror that is seen; the windows of earlier payments may still be about."""
        from PySide6.QtWidgets import QApplication

        from kiosk.window.preview import Preview

        windows = QApplication.topLevelWidgets()
        mirrors = [mirror for window in windows for mirror in window.findChildren(Preview)]
        return next((mirror for mirror in mirrors if mirror.isVisible()), None)


def run(
    models_dir: Path, sessions: int, step: Callable[[str], object] = lambda _: None
) -> dict[str, Any]:
    """Pay again and again, in real time.

    Args:
        models_dir: the model folder, with the sample.
        sessions: how many payments.
        step: is told which payment is under way.

    Raises:
        Error: a payment was refused, or no window can be opened here.
    """
    from PySide6.QtCore import Qt, QTimer

    from kiosk.composition import build_till, require_source
    from kiosk.window.autopilot import Script
    from kiosk.window.main_window import build_application, run_window
    from models.frames import VideoSource, prepare
    from models.sample import sample_clip

    build_application(offscreen=True)
    watches: list[Watch] = []
    with demo_home(models_dir) as home:
        till, faces = build_till(home, "sample", threaded=True)
        probe, camera_probe = LoopProbe(till), LoopProbe(till)
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        opened = require_source(home, "sample")

        def pay(fps: float | None = None) -> Watch:
            watch = Watch()
            till.use_source(lambda: Watched(opened(), watch.captured, fps))
            unsubscribe = till.subscribe(watch.see)
            script = Script((("coffee", 1),), pause_ms=1, last_look_ms=100)
            run_window(till, offscreen=True, script=script)
            unsubscribe()
            _require_paid(till, watch)
            till.send(_done())
            return watch

        try:
            faces.vision()
            prepare("sample", models_dir)
            timer.timeout.connect(probe.turn)
            timer.start(PROBE_MS)
            for number in range(sessions):
                step(f"payment {number + 1} of {sessions}")
                watches.append(pay())
            timer.timeout.disconnect(probe.turn)
            timer.timeout.connect(camera_probe.turn)
            more = min(sessions, CAMERA_SESSIONS_MAX)
            for number in range(more):
                step(f"payment {number + 1} of {more} with {CAMERA_FPS:.0f} frames a second")
                pay(CAMERA_FPS)
            timer.stop()
            some = min((sessions + 1) // 2, PEER_SESSIONS_MAX)
            with_peers = _with_peers(faces, models_dir, some, pay, step)
        finally:
            timer.stop()
            till.close()
            faces.close()
    clip = VideoSource(sample_clip(models_dir))
    clip.close()
    stages = [watch.stages_ms() for watch in watches]
    camera_seconds = camera_probe.whole_seconds()
    return {
        **_figures(stages, probe),
        **_ratios(stages, with_peers),
        "clip_fps": 1e3 / clip.frame_ms,
        "camera_fps": CAMERA_FPS,
        "preview_at_camera_fps_p50": statistics.median(camera_seconds),
        "preview_at_camera_fps_min": min(camera_seconds),
        "preview_at_camera_fps_seconds": len(camera_seconds),
    }


def _done() -> Any:  # noqa: ANN401 - an event of the flow
    from kiosk import flow

    return flow.Done()


def _require_paid(till: Till, watch: Watch) -> None:
    if watch.hint:
        raise Error(
            f"The first frames of the sample did not show a face to go by: {watch.hint}.",
            hint="Run `facetill demo`; if it pays, this machine is too busy to measure now.",
        )
    if till.state.receipt is None:
        why = till.state.refusal
        raise Error(
            f"The sample shopper was refused: {why.message if why else 'no receipt came'}",
            hint="Run `facetill demo`; if it pays, this machine is too busy to measure now.",
        )


def _with_peers(
    faces: Faces,
    models_dir: Path,
    sessions: int,
    pay: Callable[[], Watch],
    step: Callable[[str], object],
) -> dict[str, list[dict[str, float]]]:
    """The stages of some payments with each peer's networks in the till, in milliseconds.

    A peer that is too slow here for the till's patience gets no further payment.
    """
    from kiosk.bench.peers import InsightFacePeer, OpenCvPeer
    from kiosk.bench.vision import SIZE

    peers = {
        "insightface": InsightFacePeer(models_dir).eyes(),
        "opencv": OpenCvPeer(models_dir, SIZE).eyes(),
    }
    ours = faces.vision()
    found: dict[str, list[dict[str, float]]] = {}
    for name, (detector, recogniser) in peers.items():
        faces.use_vision(ours.with_eyes(detector, recogniser))
        faces.vision().warm_up()
        found[name] = []
        with contextlib.suppress(Error):
            for number in range(sessions):
                step(f"payment {number + 1} of {sessions} with the networks run by {name}")
                at_rest()
                found[name].append(pay().stages_ms())
    return found


def _ratios(
    ours: list[dict[str, float]], with_peers: dict[str, list[dict[str, float]]]
) -> dict[str, float]:
    """How many times as long a session takes with each peer that could pay, by the medians."""
    found = {}
    payers = {name: stages for name, stages in with_peers.items() if stages}
    for whole in ("with_challenge", "without_challenge"):
        ours_ms = statistics.median(_took_ms(ours, whole))
        for name, theirs in payers.items():
            theirs_ms = statistics.median(_took_ms(theirs, whole))
            found[f"{whole}_{name}_ms_p50"] = theirs_ms
            found[f"{whole}_speedup_vs_{name}"] = theirs_ms / ours_ms
    return found


def _took_ms(stages: list[dict[str, float]], whole: str) -> list[float]:
    """Of each payment, one of WHOLES."""
    return [sum(row[part] for part in WHOLES[whole]) for row in stages]


def _figures(stages: list[dict[str, float]], probe: LoopProbe) -> dict[str, Any]:
    found: dict[str, Any] = {"sessions": len(stages)}
    for name in WHOLES:
        took_ms = _took_ms(stages, name)
        found[f"{name}_ms_p50"] = statistics.median(took_ms)
        found[f"{name}_ms_p95"] = percentile(took_ms, 95)
    for key, of in (("session_stages_ms", 50), ("session_stages_ms_p95", 95)):
        found[key] = {name: percentile([row[name] for row in stages], of) for name in STAGES}
    return found | {
        "preview_fps": probe.frames_per_second(),
        "preview_fps_min": min(probe.whole_seconds()),
        "event_loop_ms_p99": percentile(probe.late_ms, 99),
    }
