"""Finds who a live face is, with as much besides the face as the payment asks; decides, shows none.

A face alone names somebody only where it is certain enough for everybody who is enrolled, has a
lead over the second, and nobody enrolled is too like it. A face that is likely but not certain is
asked for the last digits of its phone number, which leave a handful to compare with. No similarity
leaves this module, in whatever form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kiosk.flow import Asked, Payer, Wrong
from kiosk.impostors import impostors_of
from kiosk.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from enroll.gallery import Gallery, Match
    from enroll.shopper import Limits
    from kiosk.flow import Asks
    from kiosk.liveness import LiveFace
    from kiosk.policy import Demand, Identification, Lock

Answer = Payer | Asked | Wrong
"""A payer, or what is asked next, or what was wrong with what was typed."""


class Attempts(Protocol):
    """Failed tries that outlive a restart; `enroll.attempts.Attempts` fulfils it."""

    def locked_until_ms(self, subject: str, now_ms: int) -> int:
        """When the subject may try again, Unix ms; 0 if it may now."""

    def failed(
        self, subject: str, now_ms: int, *, failures_max: int, lock_ms: int, lock_ms_max: int
    ) -> int:
        """Count a failure; gives when the subject may try again, or 0 if it may now."""

    def succeeded(self, subject: str) -> None:
        """Forget the subject's failures."""


class People(Protocol):
    """What the till asks of the vault besides faces; `enroll.vault.Vault` fulfils it."""

    @property
    def attempts(self) -> Attempts:
        """Failed tries."""

    def pseudonym_of(self, ref: str) -> str:
        """The pseudonym for a phone number."""

    def has_pin(self, pseudonym: str) -> bool:
        """Whether the shopper has a PIN."""

    def verify_pin(self, pseudonym: str, pin: str) -> bool:
        """Whether this is the shopper's PIN; takes as long where there is none."""

    def limits(self, pseudonym: str) -> Limits:
        """What the shopper lets the till take."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Counts the tries of one subject, and locks it.

    Attributes:
        attempts: where they are kept.
        subject: a pseudonym, or a kiosk's way of paying.
        lock: when failures lock.
        now_ms: the wall clock, Unix ms.
    """

    attempts: Attempts
    subject: str
    lock: Lock
    now_ms: Callable[[], int]

    def require_free(self) -> None:
        """Refuse while it is locked.

        Raises:
            RefusedError: `locked`.
        """
        if self.attempts.locked_until_ms(self.subject, self.now_ms()):
            raise refused("locked")

    def failed(self) -> bool:
        """Count a failure; whether it locks now."""
        lock = self.lock
        until_ms = self.attempts.failed(
            self.subject,
            self.now_ms(),
            failures_max=lock.failures_max,
            lock_ms=lock.lock_ms,
            lock_ms_max=lock.lock_ms_max,
        )
        return until_ms > 0

    def succeeded(self) -> None:
        """Forget the failures."""
        self.attempts.succeeded(self.subject)


def try_pin(people: People, guard: Guard, pseudonym: str, pin: str) -> Wrong | None:
    """One try at a PIN; none where it was right.

    The failure is counted before the PIN is compared, and forgiven when it was right: a till that
    loses its power in between, or two tills at once, give no try away.

    Raises:
        RefusedError: `locked`, before the try or by it.
    """
    guard.require_free()
    locked = guard.failed()
    if people.verify_pin(pseudonym, pin):
        guard.succeeded()
        return None
    if locked:
        raise refused("locked")
    return Wrong("wrong_pin")


class Identity:
    """One live face on its way to a payer; forgotten when the shopper leaves the screen.

    Args:
        live: what a passed liveness session gives.
        gallery: the enrolled shoppers.
        recogniser_id: the network that made the face's embedding.
        wanted: what the payment needs.
        rules: of identification.
        people: the vault.
        guard_of: counts the tries at a shopper's PIN.
        require_limits: refuses where a shopper may not pay this amount now.
    """

    def __init__(
        self,
        live: LiveFace,
        gallery: Gallery,
        recogniser_id: str,
        wanted: Demand,
        rules: Identification,
        people: People,
        guard_of: Callable[[str], Guard],
        require_limits: Callable[[str], None],
    ) -> None:
        self._live = live
        self._gallery = gallery
        self._recogniser_id = recogniser_id
        self._impostors = impostors_of(recogniser_id)
        self._wanted = wanted
        self._rules = rules
        self._people = people
        self._guard_of = guard_of
        self._require_limits = require_limits
        self._pseudonym: str | None = None
        self._factors: tuple[str, ...] = ("face",)
        self._tries = 0

    def begin(self) -> Answer:
        """Search everybody.

        Raises:
            RefusedError: nobody is like this face, or the payment is not theirs to make.
            enroll.errors.OtherModelError: the gallery is another network's.
        """
        if not set(self._wanted.cues) <= set(self._live.cues):
            raise refused("not_live")
        match = self._gallery.search(self._live.embedding, self._recogniser_id)
        if match is None or not self._is_like(match, 1):
            raise refused("unknown_face")
        certain = (
            self._is_like(match, len(self._gallery))
            and match.margin >= self._rules.margin
            and not match.needs_second
        )
        if "digits" in self._wanted.needs or not certain:
            return Asked("digits")
        return self._found(match)

    def digits(self, last: str) -> Answer:
        """Search those whose phone number ends so.

        Raises:
            RefusedError: too many tries, or two of them are too alike.
        """
        among = self._gallery.by_digits(last)
        match = None
        if among:
            match = self._gallery.search(
                self._live.embedding, self._recogniser_id, among=frozenset(among)
            )
        if match is None or not self._is_like(match, len(among)):
            self._tries += 1
            if self._tries >= self._rules.second_factor_tries:
                raise refused("wrong_digits")
            return Wrong("wrong_digits")
        if match.margin < self._rules.margin:
            raise refused("ambiguous")
        self._factors = (*self._factors, "digits")
        return self._found(match)

    def pin(self, pin: str) -> Answer:
        """Compare the PIN of whoever was found.

        Raises:
            RefusedError: the shopper is locked.
        """
        if self._pseudonym is None:
            raise refused("fault")
        guard = self._guard_of(self._pseudonym)
        if wrong := try_pin(self._people, guard, self._pseudonym, pin):
            return wrong
        self._factors = (*self._factors, "pin")
        return self._payer(self._pseudonym)

    def answer(self, asks: Asks, typed: str) -> Answer:
        """What the shopper typed when asked."""
        return self.digits(typed) if asks == "digits" else self.pin(typed)

    def _is_like(self, match: Match, searched: int) -> bool:
        rate = self._rules.false_positive_rate
        return match.similarity >= self._impostors.threshold(rate, searched)

    def _found(self, match: Match) -> Answer:
        pseudonym = self._pseudonym = match.pseudonym
        if not self._people.limits(pseudonym).face_allowed:
            raise refused("face_not_allowed")
        self._require_limits(pseudonym)
        has_pin = self._people.has_pin(pseudonym)
        # a twin knows the other's phone number, but not the PIN
        if "pin" in self._wanted.needs or (match.needs_second and has_pin):
            if not has_pin:
                raise refused("no_pin")
            self._guard_of(pseudonym).require_free()
            return Asked("pin")
        return self._payer(pseudonym)

    def _payer(self, pseudonym: str) -> Payer:
        name = self._gallery.mask_name(pseudonym)
        return Payer(pseudonym, name, self._live.cues, "face", self._factors)
