"""The liveness session: frames' measurements go in, prompts and a verdict come out.

Evidence accumulates, each kind in a module of its own: the face must settle, then do movements,
each within seconds, with a head's relief, and stay one and the same face all the while. Whatever
denies, denies for good; nothing is averaged away. Only a session that was passed makes a
`LiveFace`, and only a `LiveFace` is searched for in the gallery. No clock, camera or network here:
time and measurements are handed in, so that every session can be replayed.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from kiosk.liveness.challenges import CHALLENGES, Attempt, OwnEyes, WrongActions, completes, draw
from kiosk.liveness.continuity import Continuity
from kiosk.liveness.light import ScreenLight
from kiosk.liveness.passive import PassiveEvidence
from kiosk.liveness.planar import Planarity
from kiosk.liveness.stream import Stream
from kiosk.refusals import refusal

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from kiosk.errors import Refusal
    from kiosk.liveness.observation import Observation
    from kiosk.liveness.rules import LivenessRules


class LiveFace:
    """A face that has shown itself live; made by a passed session and by nothing else.

    Args:
        key: proves that the maker is this module.
        embedding: of length 1, of the whole session's frontal frames.
        cues: what was seen.
        passive: whether passive anti-spoofing took part.
    """

    __slots__ = ("cues", "embedding", "passive")

    def __init__(
        self, key: object, embedding: NDArray[np.float32], cues: tuple[str, ...], *, passive: bool
    ) -> None:
        if key is not _KEY:
            raise TypeError("only a passed liveness session makes a LiveFace")
        self.embedding = embedding
        self.cues = cues
        self.passive = passive

    def __repr__(self) -> str:
        return f"LiveFace(cues={self.cues})"


_KEY = object()


class _Stage(Enum):
    SETTLING = "settling"
    CHALLENGE = "challenge"
    RETURNING = "returning"
    PASSED = "passed"
    DENIED = "denied"


class LivenessSession:
    """One person's check, from the first frame to the verdict.

    Args:
        rules: thresholds, times and counts.
        rng: draws the movements, their order and the light; the till's own is the system's.
        passive: whether observations will carry passive scores.
        shows: the movements that the source can act out, of a source that acts; it repeats itself
            openly, so that no loop denies it.
        ask: "random" for whoever can answer. "obliging" asks for whatever is shown next, as many
            distinct movements of the same kinds, without time limits for each: for a recording,
            which cannot answer, and as the hardest case of an attack, which answers everything.
            The passive networks have to be there to tell a recording of a face from a recording
            of a screen.
        lit: whether a screen lights the face in the session's colours.

    Raises:
        ValueError: an obliging session without passive scores.
    """

    def __init__(
        self,
        rules: LivenessRules,
        rng: random.Random,
        *,
        passive: bool,
        shows: Sequence[str] | None = None,
        ask: Literal["random", "obliging"] = "random",
        lit: bool = True,
    ) -> None:
        if ask == "obliging" and not passive:
            raise ValueError("only passive scores make an obliging session worth anything")
        self._able = [name for name in CHALLENGES if shows is None or name in shows]
        self._count = min(rules.challenges_for(passive=passive), len(self._able))
        self._obliging = ask == "obliging"
        self._drawn = () if self._obliging else draw(self._able, self._count, rng)
        self._rules = rules
        self._stage = _Stage.SETTLING
        self._attempts: list[Attempt] = []
        self._wrong_actions: WrongActions | None = None
        self._wrong = 0
        self._done: list[str] = []
        self._settled = 0
        self._frames = 0
        self._began_ms: int | None = None
        self._t_ms = 0
        self._obstacle_since_ms: int | None = None
        self._hint = ""
        self._returning_since_ms = 0
        self._eyes = OwnEyes(rules)
        self._stream = Stream(rules, loops=shows is None)
        self._face = Continuity(rules)
        self._planarity = Planarity(rules)
        self._passive = PassiveEvidence(rules) if passive else None
        self._light = ScreenLight(rules, rng) if lit and rules.light != "off" else None
        self._reflected = False
        self.refusal: Refusal | None = None

    @property
    def prompt(self) -> str:
        """What the person should do now: a key of the window's words."""
        if self._stage is _Stage.CHALLENGE and not self._obliging:
            return self._attempts[0].name
        if self._stage is _Stage.RETURNING and self._obliging:
            return self._done[-1]
        return "look"

    @property
    def hint(self) -> str:
        """What is in the way now; empty where nothing is."""
        return self._hint

    @property
    def light(self) -> str:
        """The colour that the screen should light the face with now; "" or "#rrggbb"."""
        return "" if self._light is None or self.over else self._light.colour(self._t_ms)

    @property
    def steps(self) -> tuple[int, int]:
        """Movements done, and movements in all."""
        return len(self._done), self._count

    @property
    def over(self) -> bool:
        """Whether there is a verdict."""
        return self._stage in {_Stage.PASSED, _Stage.DENIED}

    @property
    def wants_embedding(self) -> bool:
        """Whether the next frontal frame should carry an embedding."""
        return (
            self._stage is not _Stage.CHALLENGE
            or self._frames % self._rules.embed_every_frames == 0
        )

    def live_face(self) -> LiveFace:
        """The proof of a passed session.

        Raises:
            ValueError: it was not passed.
        """
        if self._stage is not _Stage.PASSED:
            raise ValueError("the session was not passed")
        cues = (*self._done, "one_face", "no_passive" if self._passive is None else "passive")
        if self._reflected:
            cues = (*cues, "screen_light")
        return LiveFace(_KEY, self._face.mean, cues, passive=self._passive is not None)

    def deny(self, reason: str) -> None:
        """End the session; a verdict is never taken back."""
        if not self.over:
            self._stage = _Stage.DENIED
            self.refusal = refusal(reason)

    def end_of_frames(self) -> None:
        """The source gives no more frames: refuse by what was missing most."""
        if self._began_ms is None:
            self.deny(self._hint or "no_face")
        elif self._stage is _Stage.SETTLING and self._hint:
            self.deny(self._hint)
        else:
            self.deny("source_ended")

    def observe(self, seen: Observation) -> None:
        """Take one frame's measurements; frames must come in order of time."""
        if self.over:
            return
        if self._began_ms is None:
            self._began_ms = seen.t_ms
        self._frames += 1
        self._t_ms = seen.t_ms
        if fault := self._stream.fault(seen):
            self.deny(fault)
        elif seen.t_ms - self._began_ms > self._rules.session_ms:
            self.deny("timeout")
        elif not self._held_up(seen) and not self._denied_by_face(seen):
            self._go_on(seen)

    def _held_up(self, seen: Observation) -> bool:
        """Something in the way: tell the person, and refuse when it stays."""
        self._hint = seen.obstacle
        if not seen.obstacle:
            self._obstacle_since_ms = None
            return False
        if self._obstacle_since_ms is None:
            self._obstacle_since_ms = seen.t_ms
        lasted_ms = seen.t_ms - self._obstacle_since_ms
        if self._stage is _Stage.SETTLING:
            self._settled = 0
            if lasted_ms > self._rules.obstacle_ms:
                self.deny(seen.obstacle)
        elif seen.obstacle == "two_faces":
            self.deny("two_faces")
        elif lasted_ms > self._rules.gap_ms:
            self.deny("face_lost" if seen.obstacle == "no_face" else seen.obstacle)
        elif self._late(seen):
            self.deny("challenge_timeout")
        return True

    def _denied_by_face(self, seen: Observation) -> bool:
        """One face all along, that does not look fake."""
        if self._face.jumped(seen):
            if self._stage is _Stage.SETTLING:
                self._settled = 0
                self._face.forget()
            else:
                self.deny("face_changed")
        if self._face.changed(seen):
            self.deny("face_changed")
        if self._passive is not None and self._passive.fake(seen):
            self.deny("looks_fake")
        return self.over

    def _go_on(self, seen: Observation) -> None:
        if self._light is not None:
            self._light.look(seen)
        self._eyes.learn(seen)
        if self._stage is _Stage.SETTLING:
            self._settled = self._settled + 1 if self._neutral(seen) else 0
            if self._settled >= self._rules.settled_frames and self._face.known:
                self._ask(seen)
            return
        turned = abs(seen.yaw) >= self._rules.turned_min
        solid = self._planarity.solid(seen, turned=turned)
        if self._planarity.flat:
            self.deny("flat")
        elif self._stage is _Stage.CHALLENGE:
            self._challenge(seen, solid=solid)
        else:
            self._return(seen)

    def _neutral(self, seen: Observation) -> bool:
        ahead = abs(seen.yaw) <= self._rules.ahead_max
        return ahead and seen.eyes >= self._rules.eyes_open_min

    def _ask(self, seen: Observation) -> None:
        self._stage = _Stage.CHALLENGE
        self._planarity.anchor(seen)
        if self._light is not None:
            self._light.begin(seen.t_ms)
        names = [name for name in self._able if self._completes(name)]
        if not self._obliging:
            names = [self._drawn[len(self._done)]]
            self._wrong_actions = WrongActions(self._rules, names[0], seen)
        self._attempts = [Attempt(name, self._rules, seen.t_ms) for name in names]

    def _completes(self, name: str) -> bool:
        return completes(self._done, name, self._able, self._count)

    def _late(self, seen: Observation) -> bool:
        if self._stage is not _Stage.CHALLENGE or self._obliging:
            return False
        return seen.t_ms - self._attempts[0].asked_ms > self._rules.challenge_ms

    def _challenge(self, seen: Observation, *, solid: bool) -> None:
        if self._late(seen):
            self.deny("challenge_timeout")
            return
        if self._wrong_actions is not None:
            self._wrong += self._wrong_actions.more(seen)
            if self._wrong > self._rules.wrong_actions_max:
                self.deny("wrong_action")
                return
        performed = [one for one in self._attempts if one.performed(seen, self._eyes, solid=solid)]
        if performed:
            self._done.append(performed[0].name)
            self._stage = _Stage.RETURNING
            self._returning_since_ms = seen.t_ms

    def _return(self, seen: Observation) -> None:
        """After each movement the face looks ahead again, and is still the same."""
        waited_ms = seen.t_ms - self._returning_since_ms
        if waited_ms > self._rules.challenge_ms and not self._obliging:
            self.deny("challenge_timeout")
        elif self._neutral(seen) and seen.embedding is not None:
            if len(self._done) < self._count:
                self._ask(seen)
            elif self._passive is None or self._passive.enough:
                self._pass()

    def _pass(self) -> None:
        self._reflected = self._light is not None and self._light.reflected()
        if self._light is not None and self._rules.light == "required" and not self._reflected:
            self.deny("no_reflection")
        else:
            self._stage = _Stage.PASSED
