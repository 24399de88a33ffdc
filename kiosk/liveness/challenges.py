"""Movements that are asked for: drawn at random, each within seconds, none held from before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import random

    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules

FEATURES, TURNS = ("blink", "open_mouth"), ("turn_left", "turn_right")
DISTANCES = ("come_nearer", "step_back")
CHALLENGES = (*FEATURES, *TURNS, *DISTANCES)
EYES_REMEMBERED = 30
EYES_OPEN_AGAIN = 0.75  # of the person's own openness


def draw(able: list[str], count: int, rng: random.Random) -> tuple[str, ...]:
    """Movements in random order: a turn of the head and one within the face, then any others.

    A bent picture may feign a turn, cut-out eyes a blink, and a hand that moves a picture any
    distance; no draw asks for one kind alone, and none for distances without the other two.
    """
    kinds = [[name for name in able if name in kind] for kind in (FEATURES, TURNS)]
    drawn = [rng.choice(kind) for kind in kinds if kind][:count]
    others = [name for name in able if name not in drawn]
    drawn += rng.sample(others, min(max(count - len(drawn), 0), len(others)))
    rng.shuffle(drawn)
    return tuple(drawn)


def completes(done: list[str], name: str, able: list[str], count: int) -> bool:
    """Whether a movement leads towards as much as a draw would have asked for."""
    if name in done:
        return False
    kinds = [kind for kind in (FEATURES, TURNS) if set(kind) & set(able)]
    missing = sum(not set(kind) & {*done, name} for kind in kinds)
    return missing <= count - len(done) - 1


class OwnEyes:
    """How open a person's eyes are when they are open; people differ twofold.

    Args:
        rules: the thresholds.
    """

    def __init__(self, rules: LivenessRules) -> None:
        self._rules = rules
        self._seen: list[float] = []

    def learn(self, seen: Observation) -> None:
        """Take a frame of a face that looks ahead."""
        if seen.level and abs(seen.yaw) <= self._rules.ahead_max:
            self._seen = [*self._seen, seen.eyes][-EYES_REMEMBERED:]

    @property
    def open(self) -> float:
        """Openness of this person's open eyes."""
        level = float(np.median(self._seen)) if self._seen else 0.0
        return max(level, self._rules.eyes_open_min)

    def shut(self, seen: Observation) -> bool:
        """Whether the eyes are closed."""
        bar = min(self._rules.eyes_closed_max, self._rules.blink_drop_max * self.open)
        return seen.eyes <= bar

    def wide(self, seen: Observation) -> bool:
        """Whether they are open as before."""
        return seen.eyes >= max(EYES_OPEN_AGAIN * self.open, self._rules.eyes_closed_max)


@dataclass(slots=True)
class Attempt:
    """One movement while it is awaited.

    Attributes:
        name: of the movement.
        rules: the thresholds.
        asked_ms: since when.
        ready: whether the face was seen at rest since; a pose held from before is no answer.
    """

    name: str
    rules: LivenessRules
    asked_ms: int
    ready: bool = False
    _least: float = field(default=1.0, init=False)
    _yaw: float = field(default=0.0, init=False)
    _width_px: float = field(default=0.0, init=False)
    _open_ms: int = field(default=0, init=False)
    _shut: bool = field(default=False, init=False)

    def performed(self, seen: Observation, eyes: OwnEyes, *, solid: bool) -> bool:
        """Take one frame.

        Args:
            seen: the frame.
            eyes: what is known of the person's eyes.
            solid: whether this frame shows a turned head's relief.
        """
        if not self.ready and not self._rest(seen, eyes):
            return False
        if self.name == "blink":
            return self._blinked(seen, eyes)
        if self.name == "open_mouth":
            self._least = min(self._least, seen.mouth)
            opened = seen.mouth - self._least >= self.rules.mouth_rise_min
            return opened and seen.mouth >= self.rules.mouth_open_min
        if self.name in TURNS:
            side = 1 if self.name == "turn_left" else -1
            far = side * seen.yaw >= self.rules.turned_min
            return far and side * (seen.yaw - self._yaw) >= self.rules.turn_rise_min and solid
        if abs(seen.yaw) > self.rules.ahead_max:
            return False
        grown = seen.width_px / max(self._width_px, 1e-6)
        nearer = self.name == "come_nearer"
        return grown >= self.rules.nearer_min if nearer else grown <= self.rules.farther_max

    def _rest(self, seen: Observation, eyes: OwnEyes) -> bool:
        """Whether the movement has yet to begin."""
        if self.name == "blink":
            self.ready = eyes.wide(seen)
        else:
            self.ready = abs(seen.yaw) <= self.rules.ahead_max
        self._yaw, self._width_px, self._open_ms = seen.yaw, seen.width_px, seen.t_ms
        return self.ready

    def _blinked(self, seen: Observation, eyes: OwnEyes) -> bool:
        """Shut and open again, quickly; one who looks down only seems to have the eyes shut."""
        if not seen.level or abs(seen.yaw) >= self.rules.turned_min:
            self._shut = False
        elif eyes.wide(seen):
            quick = seen.t_ms - self._open_ms <= self.rules.blink_ms_max
            self._open_ms = seen.t_ms
            shut, self._shut = self._shut, False
            return shut and quick
        else:
            self._shut = self._shut or eyes.shut(seen)
        return False


class WrongActions:
    """Counts clear movements that were not asked for; blinking by the way is none.

    Args:
        rules: the thresholds.
        asked: the movement that was asked for.
        seen: the face when it was asked.
    """

    def __init__(self, rules: LivenessRules, asked: str, seen: Observation) -> None:
        self._rules = rules
        self._asked = asked
        self._width_px = seen.width_px
        self._shown = self._shows(seen)  # what is held from before was not done now

    def more(self, seen: Observation) -> int:
        """How many wrong movements began in this frame."""
        shows = self._shows(seen)
        begun = shows - self._shown
        # a movement ends when the face is at rest again, not when it trembles about a threshold
        resting = abs(seen.yaw) <= self._rules.ahead_max
        self._shown = shows if resting else self._shown | shows
        return len(begun)

    def _shows(self, seen: Observation) -> set[str]:
        rules = self._rules
        grown = seen.width_px / max(self._width_px, 1e-6)
        ahead = abs(seen.yaw) <= rules.ahead_max
        clear = {
            "turn_left": seen.yaw >= rules.turned_min,
            "turn_right": -seen.yaw >= rules.turned_min,
            "open_mouth": seen.mouth >= rules.mouth_open_min,
            "come_nearer": ahead and grown >= rules.nearer_min,
            "step_back": ahead and grown <= rules.farther_max,
        }
        return {name for name, shown in clear.items() if shown and name != self._asked}
