"""`facetill bench soak`: a till that shops without a pause, and the memory that it takes.

The whole till works: the sample's frames, the networks, liveness, the search, the signature, the
book. Nothing is paced, so that ten minutes are many hours of a shop.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk import headless
from kiosk.bench.session import demo_home
from kiosk.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.cart import Cart
    from kiosk.till import Till

WARM_UP_SHARE = 0.2  # of the time: caches, arenas and pages of the book fill
MB = 1_000_000
STATM = Path("/proc/self/statm")


@dataclass
class Soak:
    """What was seen.

    Attributes:
        minutes: when each sample was taken, since the start.
        resident_mb: the process's resident size then.
        outcomes: how often each came: "paid", or the reason of a refusal.
    """

    minutes: list[float] = field(default_factory=list)
    resident_mb: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def settled(self) -> list[tuple[float, float]]:
        """The samples after the warm-up."""
        pairs = list(zip(self.minutes, self.resident_mb, strict=True))
        return [pair for pair in pairs if pair[0] >= WARM_UP_SHARE * self.minutes[-1]] or pairs

    def to_json(self) -> dict[str, Any]:
        """Plain values; growth is the slope of the samples after the warm-up."""
        settled = self.settled
        slope = _slope_mb_a_minute(settled)
        after = [mb for _, mb in settled]
        return {
            "minutes": self.minutes[-1],
            "payments": self.outcomes["paid"],
            "refused": {name: n for name, n in self.outcomes.items() if name != "paid"},
            "resident_mb_start": after[0],
            "resident_mb_end": after[-1],
            "resident_mb_max": max(self.resident_mb),
            "growth_mb_per_minute": slope,
            "growth_kb_per_payment": slope
            * (settled[-1][0] - settled[0][0])
            * 1_000
            / max(self.outcomes["paid"] * (1 - WARM_UP_SHARE), 1),
        }


def _slope_mb_a_minute(pairs: list[tuple[float, float]]) -> float:
    if len({minute for minute, _ in pairs}) < 2:  # noqa: PLR2004 - a line needs two points
        return 0.0
    minutes, sizes = zip(*pairs, strict=True)
    return statistics.linear_regression(minutes, sizes).slope


def resident_mb() -> float:
    """The process's resident size."""
    import resource

    pages = int(STATM.read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MB


def run(models_dir: Path, minutes: float, step: Callable[[str], object] = lambda _: None) -> Soak:
    """Shop for so long.

    Args:
        models_dir: the model folder, with the sample.
        minutes: how long; at least one payment is made.
        step: is told now and then how it stands.
    """
    from kiosk.cart import parse_cart
    from kiosk.composition import build_till
    from kiosk.goods.shop import open_catalogue
    from kiosk.policy import Policy

    soak = Soak()
    with demo_home(models_dir) as home:
        cart = parse_cart("coffee:1", open_catalogue(home))
        rules = Policy()  # the shipped rules, but for one shopper who comes a thousand times a day
        rules = replace(rules, per_day=replace(rules.per_day, payments_max=1_000))
        till, faces = build_till(home, "sample", threaded=False, policy=rules)
        try:
            faces.vision()
            began_s = time.monotonic()
            while not soak.minutes or soak.minutes[-1] < minutes:
                soak.outcomes[_shop(till, cart)] += 1
                gc.collect()
                soak.minutes.append((time.monotonic() - began_s) / 60)
                soak.resident_mb.append(resident_mb())
                step(
                    f"{soak.minutes[-1]:.1f} of {minutes:g} minutes, {soak.resident_mb[-1]:.0f} MB"
                )
        finally:
            till.close()
            faces.close()
    return soak


def _shop(till: Till, cart: Cart) -> str:
    from kiosk import flow

    try:
        headless.checkout(till, cart)
    except RefusedError as error:
        outcome = error.refusal.reason
        till.send(flow.Cancel())
    else:
        outcome = "paid"
        till.send(flow.Done())
    return outcome


def plot(soak: Soak, path: Path) -> None:
    """Draw the resident size over time."""
    from kiosk.bench.plots import figure

    with figure(path, "Resident size of a till that shops without a pause") as axes:
        axes.plot(soak.minutes, soak.resident_mb)
        axes.axvline(WARM_UP_SHARE * soak.minutes[-1], color="grey", linestyle=":")
        axes.set(xlabel="minutes", ylabel="MB", ylim=(0, 1.1 * max(soak.resident_mb)))
