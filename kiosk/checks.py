"""The checks that lead to a payer: a live face and what belongs to it, or a number and its PIN."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from enroll.errors import UnknownShopperError
from kiosk.errors import RefusedError
from kiosk.flow import FaceProgress, Payer, Wrong
from kiosk.identify import Guard, Identity, try_pin
from kiosk.liveness import LivenessSession
from kiosk.observe import observe
from kiosk.refusals import refused
from models.frames import is_file

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from enroll.gallery import Gallery
    from kiosk.cart import Cart
    from kiosk.clearance import Clearance
    from kiosk.flow import Asks
    from kiosk.identify import Answer
    from kiosk.liveness import LivenessRules
    from kiosk.policy import Demand
    from models.frames import Frame, Source
    from models.vision import Vision


def guard_of(clearance: Clearance, pseudonym: str) -> Guard:
    """What counts the tries at a shopper's PIN, at whichever till."""
    lock = clearance.policy.lockout.shopper
    return Guard(clearance.people.attempts, pseudonym, lock, clearance.now_ms)


class FaceCheck:
    """Runs one liveness session over a source's frames, then searches.

    Args:
        vision: the networks; used by the calling thread alone.
        gallery: the enrolled shoppers.
        clearance: what a payment needs.
        rng: draws the movements.
        cart: what is to be paid.

    Raises:
        RefusedError: no face pays that much here.
    """

    def __init__(
        self,
        vision: Vision,
        gallery: Gallery,
        clearance: Clearance,
        rng: random.Random,
        cart: Cart,
    ) -> None:
        self._vision = vision
        self._gallery = gallery
        self._clearance = clearance
        self._rng = rng
        self._cart = cart
        self._wanted = clearance.wanted(cart)
        self._identity: Identity | None = None

    def run(
        self,
        source: Source,
        frames: Iterator[Frame],
        tell: Callable[[FaceProgress], None],
    ) -> Answer:
        """Look until there is a verdict.

        Args:
            source: what the frames come from; is told each prompt.
            frames: in order of time; the end of them ends the check.
            tell: is told what the person should do, whenever it changes.

        Returns:
            The payer, or what is asked besides the face: `answer` takes it.

        Raises:
            RefusedError: the face is not live, or nobody's.
            models.errors.SourceError: the source broke.
        """
        rules = _with_movements(self._clearance.policy.liveness, self._wanted)
        passive = self._vision.has_passive
        session = LivenessSession(
            rules,
            self._rng,
            passive=passive,
            shows=source.shows,
            # a recording cannot answer; only passive scores tell a face's from a screen's
            ask="obliging" if source.kind == "file" and passive else "random",
            lit=not is_file(source),
        )
        told: FaceProgress | None = None
        for frame in frames:
            session.observe(observe(self._vision, frame, wants_embedding=session.wants_embedding))
            done, total = session.steps
            now = FaceProgress(session.prompt, session.hint, done, total, session.light)
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
        self._identity = Identity(
            session.live_face(),
            self._gallery,
            self._vision.recogniser_id,
            self._wanted,
            self._clearance.policy.identification,
            self._clearance.people,
            lambda pseudonym: guard_of(self._clearance, pseudonym),
            lambda pseudonym: self._clearance.require_limits(pseudonym, self._cart),
        )
        return self._identity.begin()

    def answer(self, asks: Asks, typed: str) -> Answer:
        """What the shopper typed, held against the live face.

        Raises:
            RefusedError: too many tries, or a lock.
        """
        if self._identity is None:
            raise refused("fault")
        return self._identity.answer(asks, typed)


def _with_movements(rules: LivenessRules, wanted: Demand) -> LivenessRules:
    return replace(
        rules,
        challenges=max(rules.challenges, wanted.movements),
        challenges_without_passive=max(rules.challenges_without_passive, wanted.movements),
    )


@dataclass(frozen=True, slots=True)
class PinCheck:
    """Pays without a face: a phone number and its PIN.

    Attributes:
        clearance: what a payment needs.
        kiosk: counts the failures at this till, whoever's number was tried.
        mask_name: of a pseudonym, a name fit for a screen in a shop.
    """

    clearance: Clearance
    kiosk: Guard
    mask_name: Callable[[str], str]

    def run(self, phone: str, pin: str, cart: Cart) -> Payer | Wrong:
        """Whose they are; a number nobody has is answered as a wrong PIN is, and as slowly.

        Raises:
            RefusedError: a lock, or a limit.
        """
        self.clearance.require_pin_alone(cart)
        self.kiosk.require_free()
        locked = self.kiosk.failed()  # counted before, forgiven after: see `try_pin`
        people = self.clearance.people
        pseudonym = self._pseudonym(phone)
        if pseudonym:
            wrong = try_pin(people, guard_of(self.clearance, pseudonym), pseudonym, pin)
        else:
            people.verify_pin("", pin)
            wrong = Wrong("wrong_pin")
        if wrong:
            if locked:
                raise refused("locked")
            return wrong
        self.kiosk.succeeded()
        self.clearance.require_limits(pseudonym, cart)
        return Payer(pseudonym, self.mask_name(pseudonym), (), "pin", ("pin",))

    def _pseudonym(self, phone: str) -> str:
        """The number may have been enrolled with the + that a keypad has not."""
        if not (phone.isascii() and phone.isdigit()):
            return ""  # a pseudonym is no phone number
        for text in (phone, f"+{phone}"):
            try:
                return self.clearance.people.pseudonym_of(text)
            except UnknownShopperError:
                continue
        return ""
