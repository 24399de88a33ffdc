"""Reckons what a cart costs, so that every minor unit on the receipt can be followed.

The rules, in the order of their use:

1. Offers are taken off one after another, the higher priority first, then by code. Each takes off
   from what the earlier ones left of the articles it is for, so nothing falls below zero.
2. An offer that is not stackable takes only articles that no other has touched, and none after it
   touches those. The minimum spend is compared with the cart before anything is taken off.
3. Of pieces that are free, each group of `buy + free` pieces, dearest first, gives its last ones:
   a shopper gains nothing by paying twice for what would be one cart.
4. An amount is rounded once for each offer and once for each tax, half up, to the minor unit, as
   the ledger rounds taxes. What an offer takes off is shared among its lines in proportion, whole
   units first and the rest by largest remainder, so that the taxes' bases add up exactly.

Nothing here knows a clock, chance or a currency: the same cart at the same moment costs the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ledger.orders import Discount, Tax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kiosk.pricing.offers import Offer
    from kiosk.pricing.taxes import TaxRate

PPM = 1_000_000
Reason = Literal["early", "late", "minimum", "nothing", "taken"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a cart, as far as its price needs to know.

    Attributes:
        sku: of the article.
        category: of the article.
        quantity: pieces, 1 or more.
        unit_minor: price of a piece in minor units.
        tax: name of its rate; empty where it bears none.
    """

    sku: str
    category: str
    quantity: int
    unit_minor: int
    tax: str = ""


@dataclass(frozen=True, slots=True)
class Unused:
    """A coupon that took nothing off.

    Attributes:
        code: the coupon's.
        name: the coupon's.
        reason: "early" or "late" by its dates, "minimum" not reached, "nothing" in the cart that
            it is for, or all of that "taken" by an offer that does not stack.
    """

    code: str
    name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Priced:
    """What a cart costs.

    Attributes:
        discounts: what was taken off, in the order of it; each 1 or more minor units.
        taxes: each rate once, by name; rates without a base are left out.
        unused: entered coupons that took nothing off.
        total_minor: what is to be paid.
    """

    discounts: tuple[Discount, ...]
    taxes: tuple[Tax, ...]
    unused: tuple[Unused, ...]
    total_minor: int


def reckon(
    items: Sequence[Item],
    offers: Sequence[Offer],
    coupons: frozenset[str],
    taxes: Mapping[str, TaxRate],
    when: datetime,
) -> Priced:
    """What the items cost.

    Args:
        items: the cart's lines, each article once.
        offers: by priority, then by code, as `offers.parse` gives them.
        coupons: codes of the coupons that were entered.
        taxes: the rates that the items name.
        when: the shop's local time.
    """
    items = sorted(items, key=lambda item: item.sku)  # however the cart was filled
    left = [item.quantity * item.unit_minor for item in items]
    gross_minor = sum(left)
    sole = [False] * len(items)  # taken by an offer that does not stack
    touched = [False] * len(items)
    discounts, unused = [], []
    for offer in offers:
        if offer.coupon and offer.code not in coupons:
            continue
        meant = [i for i, item in enumerate(items) if offer.is_for(item.sku, item.category)]
        open_to = [i for i in meant if not sole[i] and (offer.stackable or not touched[i])]
        reason = _why_not(offer, when, gross_minor, meant, open_to)
        shares = {} if reason else _shares(offer, items, left, open_to)
        amount_minor = sum(shares.values())
        if amount_minor:
            discounts.append(Discount(offer.code, offer.name, amount_minor))
        elif offer.coupon:
            unused.append(Unused(offer.code, offer.name, reason or "nothing"))
        for i, share in shares.items():
            if amount_minor and (share or not offer.stackable):
                left[i] -= share
                touched[i] = True
                sole[i] = not offer.stackable
    booked = _taxes(items, left, taxes)
    added = sum(tax.amount_minor for tax in booked if tax.kind == "added")
    return Priced(tuple(discounts), booked, tuple(unused), sum(left) + added)


def _why_not(
    offer: Offer, when: datetime, gross_minor: int, meant: list[int], open_to: list[int]
) -> Reason | None:
    if offer.since is not None and when < offer.since:
        return "early"
    if offer.until is not None and when >= offer.until:
        return "late"
    if not meant:
        return "nothing"
    if gross_minor < offer.minimum_minor:
        return "minimum"
    return None if open_to else "taken"


def _shares(
    offer: Offer, items: Sequence[Item], left: Sequence[int], open_to: Sequence[int]
) -> dict[int, int]:
    """What the offer takes off from each line; never more than is left of it."""
    if offer.kind == "buy":
        return _free_pieces(offer, items, left, open_to)
    base = sum(left[i] for i in open_to)
    wanted = (2 * base * offer.value + PPM) // (2 * PPM) if offer.kind == "percent" else offer.value
    return share_out(min(wanted, base), {i: left[i] for i in open_to})


def _free_pieces(
    offer: Offer, items: Sequence[Item], left: Sequence[int], open_to: Sequence[int]
) -> dict[int, int]:
    dearest_first = sorted(open_to, key=lambda i: (-items[i].unit_minor, i))
    pieces = [i for i in dearest_first for _ in range(items[i].quantity)]
    group = offer.buy + offer.free
    free = dict.fromkeys(open_to, 0)
    for place, i in enumerate(pieces[: len(pieces) // group * group]):
        free[i] += place % group >= offer.buy
    return {
        i: (2 * left[i] * count + items[i].quantity) // (2 * items[i].quantity)
        for i, count in free.items()
    }


def share_out(amount: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Whole parts of an amount in proportion to weights, which add up to it exactly.

    Args:
        amount: 0 .. the sum of the weights.
        weights: 0 or more; no part is larger than its weight.
    """
    whole = sum(weights.values())
    if whole == 0:
        return dict.fromkeys(weights, 0)
    parts = {i: amount * weight // whole for i, weight in weights.items()}
    rest = amount - sum(parts.values())
    by_remainder = sorted(weights, key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[:rest]:
        parts[i] += 1
    return parts


def _taxes(
    items: Sequence[Item], left: Sequence[int], taxes: Mapping[str, TaxRate]
) -> tuple[Tax, ...]:
    bases: dict[str, int] = {}
    for item, minor in zip(items, left, strict=True):
        if item.tax:
            bases[item.tax] = bases.get(item.tax, 0) + minor
    rates = ((taxes[name], base) for name, base in sorted(bases.items()) if base)
    return tuple(Tax(rate.name, rate.rate_ppm, base, rate.kind) for rate, base in rates)
