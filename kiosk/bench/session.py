"""Whole payments in real time: the kiosk's own window, drawn off screen, before the sample shopper.

The clip is played at its own pace, and a script touches the screen at once. What the person needs
for the movements is theirs and is counted apart: it is the time in which the screen asked for one.
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.bench.timing import percentile
from kiosk.errors import Error
from kiosk.flow import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.flow import State
    from kiosk.till import Till
    from ledger.home import Home

STAGES = ("opening", "settling", "movements", "looking ahead again", "paying")
PROBE_MS = 5
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


@dataclass
class Watch:
    """Notes when a till changes its state, during one payment."""

    till: Till
    marks: list[tuple[float, str]] = field(default_factory=list)

    def see(self, state: State) -> None:
        """What begins now, where something else does."""
        stage = self._stage(state)
        if stage and (not self.marks or self.marks[-1][1] != stage):
            self.marks.append((time.perf_counter(), stage))

    def _stage(self, state: State) -> str:
        begun = [stage for _, stage in self.marks]
        if state.screen is Screen.FACE:
            if not state.steps_total:
                return "opening"
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
        drawn: frames that the mirror painted, and over how many seconds.
    """

    till: Till
    late_ms: list[float] = field(default_factory=list)
    drawn: list[tuple[int, float]] = field(default_factory=list)
    _last_s: float | None = None
    _began: tuple[int, float] | None = None

    def turn(self) -> None:
        """One turn."""
        now_s = time.perf_counter()
        if self.till.preview is None or self.till.state.screen is not Screen.FACE:
            self._end(now_s)
            return
        if self._began is None:
            self._began = (self._painted(), now_s)
        if self._last_s is not None:
            self.late_ms.append((now_s - self._last_s) * 1e3)
        self._last_s = now_s

    def _end(self, now_s: float) -> None:
        if self._began is not None and now_s > self._began[1]:
            self.drawn.append((self._painted() - self._began[0], now_s - self._began[1]))
        self._began = self._last_s = None

    @staticmethod
    def _painted() -> int:
        from PySide6.QtWidgets import QApplication

        from kiosk.window.preview import Preview

        windows = QApplication.topLevelWidgets()
        return sum(p.frames_drawn for w in windows for p in w.findChildren(Preview))


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

    from kiosk.composition import build_till
    from kiosk.window.autopilot import Script
    from kiosk.window.main_window import build_application, run_window

    build_application(offscreen=True)
    watches: list[Watch] = []
    with demo_home(models_dir) as home:
        till, faces = build_till(home, "sample", threaded=True)
        probe = LoopProbe(till)
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(probe.turn)
        try:
            faces.vision()
            timer.start(PROBE_MS)
            for number in range(sessions):
                step(f"payment {number + 1} of {sessions}")
                watch = Watch(till)
                unsubscribe = till.subscribe(watch.see)
                script = Script((("coffee", 1),), pause_ms=1, last_look_ms=100)
                run_window(till, offscreen=True, script=script)
                unsubscribe()
                _require_paid(till)
                watches.append(watch)
                till.send(_done())
        finally:
            timer.stop()
            till.close()
            faces.close()
    return _figures([watch.stages_ms() for watch in watches], probe)


def _done() -> Any:  # noqa: ANN401 - an event of the flow
    from kiosk import flow

    return flow.Done()


def _require_paid(till: Till) -> None:
    if till.state.receipt is None:
        why = till.state.refusal
        raise Error(
            f"The sample shopper was refused: {why.message if why else 'no receipt came'}",
            hint="Run `facetill demo`; if it pays, this machine is too busy to measure now.",
        )


def _figures(stages: list[dict[str, float]], probe: LoopProbe) -> dict[str, Any]:
    total = [sum(row.values()) for row in stages]
    person = [row["movements"] for row in stages]
    ahead = [row["looking ahead again"] for row in stages]
    with_ms = [t - p for t, p in zip(total, person, strict=True)]
    without_ms = [w - a for w, a in zip(with_ms, ahead, strict=True)]
    frames, seconds = (sum(part) for part in zip(*probe.drawn, strict=True))
    return {
        "sessions": len(stages),
        "session_ms_p50": statistics.median(total),
        "session_ms_p95": percentile(total, 95),
        "person_ms_p50": statistics.median(person),
        "with_challenge_ms_p50": statistics.median(with_ms),
        "with_challenge_ms_p95": percentile(with_ms, 95),
        "without_challenge_ms_p50": statistics.median(without_ms),
        "without_challenge_ms_p95": percentile(without_ms, 95),
        "session_stages_ms": {
            name: statistics.median(row[name] for row in stages) for name in STAGES
        },
        "preview_fps": frames / seconds,
        "event_loop_ms_p99": percentile(probe.late_ms, 99),
    }
