"""What the stream itself betrays: frozen, repeated, looped, too few or out of order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules

RATE_FRAMES = 24
DUPLICATES_OF = 50
MOTION_FRAMES = 6  # movement is what changes within that many frames
LAG_FRAMES_MIN = 20  # a repetition sooner than that is a face that sways
MOTION_MIN = 1.0  # grey levels; where nothing moves, all frames are alike
FRAMES_MAX = 2_000  # remembered; a session is shorter
PATCH_STEP = 4


def _print_of(seen: Observation) -> NDArray[np.float32] | None:
    """A small picture of scene and face without their brightness: alike for re-encoded frames."""
    if seen.scene is None or seen.patch is None:
        return None
    scene = seen.scene.astype(np.float32).ravel()
    face = seen.patch[::PATCH_STEP, ::PATCH_STEP].astype(np.float32).ravel()
    return np.concatenate([scene - scene.mean(), face - face.mean()])


class Loop:
    """Finds a stretch that was played before.

    A living person repeats a movement, never the same noise, sway and light in the same order: the
    difference of two such stretches is as large as the movement in them (measured: 0.5 to 0.8 of
    it at the least), that of a loop's two rounds is compression noise.

    Args:
        rules: the thresholds.
    """

    def __init__(self, rules: LivenessRules) -> None:
        self._rules = rules
        self._prints: NDArray[np.float32] | None = None
        self._count = 0
        self._runs = np.zeros(0, dtype=np.int32)

    def repeats(self, seen: Observation) -> bool:
        """Take one frame; whether the last ones were all seen before, in order."""
        small = _print_of(seen)
        if small is None or self._count >= FRAMES_MAX:
            return False
        if self._prints is None:
            self._prints = np.zeros((FRAMES_MAX, small.size), dtype=np.float32)
        if small.size != self._prints.shape[1]:
            return False
        count = self._count
        self._prints[count] = small
        self._count += 1
        earlier = max(count - LAG_FRAMES_MIN + 1, 0)
        if count < MOTION_FRAMES or earlier == 0:
            return False
        motion = float(np.abs(small - self._prints[count - MOTION_FRAMES]).mean())
        differ = np.abs(self._prints[:earlier] - small).mean(axis=1)
        bar = self._rules.loop_ratio_max * motion if motion >= MOTION_MIN else -1.0
        # a run goes on from the frame before, on both sides
        runs = np.zeros(earlier, dtype=np.int32)
        before = np.concatenate([[0], self._runs])[:earlier]
        runs[: len(before)] = before
        runs = np.where(differ <= bar, runs + 1, 0)
        self._runs = runs
        return bool(runs.max(initial=0) >= self._rules.loop_frames)


class Stream:
    """Watches the frames themselves.

    Args:
        rules: the thresholds.
        loops: whether a loop denies; a source that acts a clip to and fro repeats itself openly.
    """

    def __init__(self, rules: LivenessRules, *, loops: bool) -> None:
        self._rules = rules
        self._times: deque[int] = deque(maxlen=RATE_FRAMES)
        self._same: deque[bool] = deque(maxlen=DUPLICATES_OF)
        self._fingerprint: int | None = None
        self._identical = 0
        self._loop = Loop(rules) if loops else None

    def fault(self, seen: Observation) -> str:
        """Take one frame; the reason that denies, or nothing."""
        rules = self._rules
        gap_ms = seen.t_ms - self._times[-1] if self._times else 0
        self._times.append(seen.t_ms)
        same = seen.fingerprint == self._fingerprint
        self._fingerprint = seen.fingerprint
        self._identical = self._identical + 1 if same else 0
        self._same.append(same)
        spent_ms = self._times[-1] - self._times[0]
        watched = seen.obstacle in {"", "blurred"}
        if watched and (self._identical >= rules.identical_frames_max or self._mostly_same()):
            return "not_live"
        if gap_ms < 0 or gap_ms > rules.gap_ms:
            return "interrupted"
        full = len(self._times) == RATE_FRAMES
        if full and spent_ms * rules.frame_rate_min > 1000 * (RATE_FRAMES - 1):
            return "slow_camera"
        if self._loop is not None and not seen.obstacle and self._loop.repeats(seen):
            return "looped"
        return ""

    def _mostly_same(self) -> bool:
        full = len(self._same) == DUPLICATES_OF
        return full and sum(self._same) > self._rules.duplicate_share_max * DUPLICATES_OF
