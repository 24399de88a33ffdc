"""One face check from frames to a payer: observe, decide, identify; with or without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.errors import RefusedError
from kiosk.flow import FaceProgress, Payer
from kiosk.identify import identify
from kiosk.liveness import LivenessSession
from kiosk.observe import observe

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from enroll.gallery import Gallery
    from kiosk.policy import Policy
    from models.frames import Frame, Source
    from models.vision import Vision


class FaceCheck:
    """Runs one liveness session over a source's frames, then searches.

    Args:
        vision: the networks; used by the calling thread alone.
        gallery: the enrolled shoppers.
        policy: the till's rules.
        rng: draws the movements.
    """

    def __init__(
        self, vision: Vision, gallery: Gallery, policy: Policy, rng: random.Random
    ) -> None:
        self._vision = vision
        self._gallery = gallery
        self._policy = policy
        self._rng = rng

    def run(
        self,
        source: Source,
        frames: Iterator[Frame],
        tell: Callable[[FaceProgress], None],
    ) -> Payer:
        """Look until there is a verdict.

        Args:
            source: what the frames come from; is told each prompt.
            frames: in order of time; the end of them ends the check.
            tell: is told what the person should do, whenever it changes.

        Raises:
            RefusedError: the face is not live, or nobody's.
            models.errors.SourceError: the source broke.
        """
        session = LivenessSession(
            self._policy.liveness, self._rng, passive=self._vision.has_passive, shows=source.shows
        )
        told: FaceProgress | None = None
        for frame in frames:
            session.observe(observe(self._vision, frame, wants_embedding=session.wants_embedding))
            done, total = session.steps
            now = FaceProgress(session.prompt, session.hint, done, total)
            if now != told:
                source.cue(now.prompt)
                tell(now)
                told = now
            if session.over:
                break
        else:
            session.end_of_frames()
        if session.refusal is not None:
            raise RefusedError(session.refusal)
        return identify(session.live_face(), self._gallery, self._vision.recogniser_id)
