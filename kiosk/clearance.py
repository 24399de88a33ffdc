"""Whether somebody may pay an amount now: the policy's demand, their own limits, the last day.

Asked twice, before the shopper confirms and again before anything is signed, so that no way to a
payment leads around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.policy import demand, require_pin_alone
from kiosk.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.cart import Cart
    from kiosk.flow import Payer
    from kiosk.identify import People
    from kiosk.policy import Demand, Policy

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Clearance:
    """What lets a payment through.

    Attributes:
        policy: the rules in force.
        people: the vault, for the limits that shoppers have set themselves.
        sales_since: of a pseudonym, since a Unix ms: each sale's id and what was paid.
        passive: whether passive anti-spoofing is installed.
        shoppers: how many are enrolled.
        now_ms: the wall clock, Unix ms.
    """

    policy: Policy
    people: People
    sales_since: Callable[[str, int], dict[str, int]]
    passive: Callable[[], bool]
    shoppers: Callable[[], int]
    now_ms: Callable[[], int]

    def wanted(self, cart: Cart) -> Demand:
        """What a face must show to pay a cart.

        Raises:
            RefusedError: no face pays that much here.
        """
        return demand(
            self.policy,
            cart.total_minor,
            cart.currency,
            passive=self.passive(),
            shoppers=self.shoppers(),
        )

    def require_pin_alone(self, cart: Cart) -> None:
        """Refuse what a phone number and a PIN do not pay.

        Raises:
            RefusedError: `pin_over_limit`.
        """
        require_pin_alone(self.policy, cart.total_minor, cart.currency)

    def require_limits(self, pseudonym: str, cart: Cart) -> None:
        """Refuse what is over a shopper's own limits, or over those of 24 hours.

        Raises:
            RefusedError: `own_limit` or `day_limit`.
        """
        limits = self.people.limits(pseudonym)
        amount_minor = cart.total_minor
        if limits.per_payment_minor is not None and amount_minor > limits.per_payment_minor:
            raise refused("own_limit")
        day_minor = self.policy.per_day_minor_max(cart.currency)
        if limits.per_day_minor is not None:
            day_minor = min(day_minor, limits.per_day_minor)
        sales = self.sales_since(pseudonym, max(self.now_ms() - DAY_MS, 0))
        if len(sales) >= self.policy.per_day.payments_max:
            raise refused("day_limit")
        if sum(sales.values()) + amount_minor > day_minor:
            raise refused("day_limit")

    def require(self, payer: Payer, cart: Cart) -> None:
        """Refuse a payer who has not shown all that this cart needs.

        Raises:
            RefusedError: `second_factor_needed`, or as the other methods say.
        """
        if payer.method == "pin":
            self.require_pin_alone(cart)
            shown = "pin" in payer.factors
        else:
            shown = self.wanted(cart).is_met_by(payer.factors, payer.cues)
        if not shown:
            raise refused("second_factor_needed")
        self.require_limits(payer.pseudonym, cart)
