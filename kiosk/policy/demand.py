"""What one payment needs, here and now: the policy's step, tightened by what this till lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.refusals import refused

if TYPE_CHECKING:
    from kiosk.policy.rules import Factor, Policy


@dataclass(frozen=True, slots=True)
class Demand:
    """What a face must show to pay an amount.

    Attributes:
        needs: the face, and what besides it, in the order it is asked.
        movements: before the camera, at least; 0 leaves it to the liveness rules.
        cues: that must have been seen.
    """

    needs: tuple[Factor, ...]
    movements: int = 0
    cues: tuple[str, ...] = ()

    def is_met_by(self, factors: tuple[str, ...], cues: tuple[str, ...]) -> bool:
        """Whether somebody has shown it all."""
        return set(self.needs) <= set(factors) and set(self.cues) <= set(cues)


def demand(
    policy: Policy, amount_minor: int, currency: str, *, passive: bool, shoppers: int
) -> Demand:
    """What a face needs for an amount.

    Args:
        policy: the rules in force.
        amount_minor: what is to be paid.
        currency: ISO 4217.
        passive: whether passive anti-spoofing is installed.
        shoppers: how many are enrolled: the more, the less a face alone says.

    Raises:
        RefusedError: no face pays that much here: `over_limit`, `needs_passive` where it would with
            passive anti-spoofing, or `gallery_too_large`.
    """
    percent = 100 if passive else policy.without_passive.percent
    steps = policy.steps(currency)
    step = next((s for s in steps if amount_minor * 100 <= s.up_to_minor * percent), None)
    if step is None:
        reason = "over_limit" if amount_minor > steps[-1].up_to_minor else "needs_passive"
        raise refused(reason)
    if "passive" in step.cues and not passive:
        raise refused("needs_passive")
    identification = policy.identification
    if shoppers > identification.digits_shoppers_max:
        raise refused("gallery_too_large")
    needs = step.needs
    if shoppers > identification.face_alone_shoppers_max and "digits" not in needs:
        needs = ("face", "digits", *(need for need in needs if need != "face"))
    return Demand(needs, step.movements, step.cues)


def require_pin_alone(policy: Policy, amount_minor: int, currency: str) -> None:
    """Refuse what a phone number and a PIN do not pay.

    Raises:
        RefusedError: `pin_over_limit`.
    """
    if amount_minor > policy.pin_alone_minor_max(currency):
        raise refused("pin_over_limit")
