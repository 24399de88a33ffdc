"""The picture of an attack evaluation: rates over the passive threshold, how sessions ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kiosk.evaluate.attempts import NON_RESPONSES, PASSED
from kiosk.evaluate.plots import INK, pyplot
from kiosk.evaluate.presentations import GENUINE

if TYPE_CHECKING:
    from kiosk.evaluate.metrics import Rate
    from kiosk.evaluate.pad import Verdicts

BONA_FIDE: Final = "#0b57d0"
ATTACKS: Final = ("#b3261e", "#e37400", "#8430ce", "#9a5b13", "#c2185b", "#5f6368")
PASS_COLOUR, NO_VERDICT = "#188038", "#80868b"
REFUSALS: Final = ("#b3261e", "#d9645c", "#8c1d18", "#e37400", "#9a5b13", "#c2185b", "#7b4b94")


def draw(done: Verdicts) -> Any:  # noqa: ANN401 - matplotlib's figure
    """Both panels; the left one says so where there are no passive networks."""
    plt = pyplot()
    figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 5.4), layout="constrained")
    _passive_panel(left, done)
    _outcome_panel(right, done)
    counts = ", ".join(f"{len(done.of(kind))} {kind}" for kind in (GENUINE, *done.types))
    figure.suptitle(
        f"Presentations: {counts}; {len(done.unreadable)} files not read", fontsize=11.5
    )
    return figure


def _passive_panel(axes: Any, done: Verdicts) -> None:  # noqa: ANN401 - matplotlib's axes
    axes.set_title("Passive networks alone, 95 % bounds shaded")
    if not done.passive_installed:
        axes.text(0.5, 0.5, "no passive weights are installed", ha="center", va="center")
        axes.set_axis_off()
        return
    at = np.linspace(0, 1, 201)
    _band(axes, at, [done.passive_bpcer(float(t)) for t in at], BONA_FIDE, "BPCER")
    by_type = [done.passive_apcer(float(t)) for t in at]
    for number, kind in enumerate(done.types):
        colour = ATTACKS[number % len(ATTACKS)]
        _band(axes, at, [rates[kind] for rates in by_type], colour, f"APCER {kind}")
    axes.axvline(done.passive_min, color=INK, lw=1.2, label=f"shipped {done.passive_min:g}")
    axes.set(
        xlim=(0, 1),
        ylim=(-3, 103),
        xlabel="least passive score taken for live (median of a presentation)",
        ylabel="share of presentations (%)",
    )
    axes.grid(alpha=0.25)
    axes.legend(loc="center right", frameon=True, framealpha=0.95, fontsize=9)


def _band(
    axes: Any,  # noqa: ANN401 - matplotlib's axes
    at: np.ndarray,
    rates: list[Rate | None],
    colour: str,
    name: str,
) -> None:
    known = [rate for rate in rates if rate is not None]
    if len(known) != len(rates):
        axes.plot([], [], color=colour, label=f"{name}: no data")
        return
    low, middle, high = (
        100 * np.array([(rate.bounds[0], rate.estimate, rate.bounds[1]) for rate in known]).T
    )
    axes.fill_between(at, low, high, color=colour, alpha=0.07, lw=0, step="post")
    axes.plot(
        at,
        middle,
        color=colour,
        lw=2,
        drawstyle="steps-post",
        label=f"{name} (n = {known[0].trials})",
    )


def _outcome_panel(axes: Any, done: Verdicts) -> None:  # noqa: ANN401 - matplotlib's axes
    kinds = [GENUINE, *done.types]
    counts = {kind: done.outcomes(kind) for kind in kinds}
    reasons = sorted({why for ended in counts.values() for why in ended} - {PASSED})
    colours = {PASSED: PASS_COLOUR}
    for number, why in enumerate(reasons):
        refused = REFUSALS[number % len(REFUSALS)]
        colours[why] = NO_VERDICT if why in NON_RESPONSES else refused
    starts = dict.fromkeys(kinds, 0)
    for why, colour in colours.items():
        widths = [counts[kind].get(why, 0) for kind in kinds]
        if not any(widths):
            continue
        left = [starts[kind] for kind in kinds]
        name = why.replace("_", " ")
        bars = axes.barh(kinds, widths, left=left, color=colour, label=name, edgecolor="white")
        axes.bar_label(
            bars,
            [str(w) if w else "" for w in widths],
            label_type="center",
            color="white",
            weight="bold",
        )
        for kind, width in zip(kinds, widths, strict=True):
            starts[kind] += width
    axes.invert_yaxis()
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="presentations", title="How whole sessions ended (passed if any draw passes)")
    axes.set_xlim(0, max([1, *starts.values()]) * 1.02)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=4, frameon=False, fontsize=9)
