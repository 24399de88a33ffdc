"""The pictures of an evaluation: honest axes, counts in the title, and where the data end.

A DET curve (A. Martin et al., "The DET curve in assessment of detection task performance", 1997)
stands on normal-deviate axes, on which two normal distributions of scores give a straight line.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kiosk.evaluate import metrics
from kiosk.evaluate.errors import BadEvaluationError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from kiosk.evaluate.match import Matching

INK, FALSE_MATCH, FALSE_NON_MATCH = "#1d2733", "#b3261e", "#0b57d0"
SHIPPED, SUGGESTED, NO_DATA = "#1d2733", "#188038", "#e8e4da"
TICKS: Final = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.4)
RATE_MAX: Final = 0.6  # where the axes end
DOTS_PER_INCH: Final = 130


def require_png(path: Path) -> None:
    """See that a plot can be written there, before anything is measured.

    Raises:
        BadEvaluationError: it cannot.
    """
    if path.suffix.lower() != ".png":
        raise BadEvaluationError(
            f"{path.name} is no name of a PNG picture.", hint="Name the plot with .png at its end."
        )
    if not path.parent.is_dir():
        raise BadEvaluationError(
            f"The plot's folder {path.parent} does not exist.", hint="Make it, or name another."
        )


def pyplot() -> Any:  # noqa: ANN401 - matplotlib's module
    """Matplotlib without a display, in this project's manner."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update(
        {
            "font.size": 10,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "text.color": INK,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    return plt


def write(figure: Any, path: Path) -> None:  # noqa: ANN401 - matplotlib's figure
    """Put the picture in place, whole or not at all."""
    from models.store import write_whole

    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=DOTS_PER_INCH, format="png")
    pyplot().close(figure)
    write_whole(path, drawn.getvalue())


def deviate(shares: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """The normal deviate of a share, 0..1: where on a DET axis it stands."""
    from scipy.stats import norm

    return np.asarray(norm.ppf(shares), dtype=np.float64)


def _deviate_axis(axis: Any, low: float) -> None:  # noqa: ANN401 - matplotlib's axis
    ticks = [tick for tick in TICKS if tick >= low]
    axis.set_ticks(deviate(np.array(ticks)), [f"{100 * tick:g}" for tick in ticks])


def det(done: Matching) -> Any:  # noqa: ANN401 - matplotlib's figure
    """The DET curve and both rates over the threshold.

    Args:
        done: with at least one comparison of each kind.

    Raises:
        BadEvaluationError: a kind is missing.
    """
    scores = done.scores
    if not scores.mated.size or not scores.non_mated.size:
        raise BadEvaluationError(
            "A DET curve needs mated and non-mated comparisons; a kind is missing.",
            hint="Give two pictures of at least one person, and pictures of at least two people.",
        )
    plt = pyplot()
    figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 5.9), layout="constrained")
    _det_panel(left, done)
    _threshold_panel(right, done)
    failed = len(done.acquisition.failures)
    figure.suptitle(
        f"{scores.mated.size:,} mated and {scores.non_mated.size:,} non-mated comparisons of "
        f"{len(done.comparisons.files):,} pictures; {failed:,} not acquired\n"
        f"{done.recogniser_id}",
        fontsize=11.5,
    )
    return figure


def _det_panel(axes: Any, done: Matching) -> None:  # noqa: ANN401 - matplotlib's axes
    scores = done.scores
    points = metrics.curve(scores)
    # the axes end where a tenth of the least thing that could be seen would be
    low_x, low_y = (0.25 / kind.size for kind in (scores.non_mated, scores.mated))
    low_x, low_y, high = min(low_x, 0.02), min(low_y, 0.02), RATE_MAX
    blind_x, blind_y = (
        min(metrics.SUPPORT_ERRORS / kind.size, high) for kind in (scores.non_mated, scores.mated)
    )
    limits = deviate(np.array([low_x, high])), deviate(np.array([low_y, high]))
    axes.axvspan(limits[0][0], deviate(blind_x), color=NO_DATA, lw=0)
    axes.axhspan(
        limits[1][0],
        deviate(blind_y),
        color=NO_DATA,
        lw=0,
        label="too few comparisons for a claim (rule of three)",
    )
    axes.plot([-9, 9], [-9, 9], color=INK, lw=0.8, ls=(0, (2, 3)))
    x = deviate(np.clip(points.fmr, low_x, 1 - 1e-9))
    y = deviate(np.clip(points.fnmr, low_y, 1 - 1e-9))
    axes.plot(x, y, color=FALSE_NON_MATCH, lw=2, drawstyle="steps-post", label="observed")
    marks = [(done.threshold, SHIPPED, "o", "shipped threshold:")]
    if done.suggestion.threshold is not None:
        name = f"suggested for FMR {100 * done.suggestion.wanted_fmr:g} %:"
        marks.append((done.suggestion.threshold, SUGGESTED, "D", name))
    for threshold, colour, marker, name in marks:
        _cross(axes, done, threshold, colour, marker, name, (low_x, low_y))
    axes.set(
        xlim=limits[0],
        ylim=limits[1],
        xlabel="false match rate, FMR (%, normal deviate)",
        ylabel="false non-match rate, FNMR (%, normal deviate)",
        title="DET curve",
    )
    _deviate_axis(axes.xaxis, low_x)
    _deviate_axis(axes.yaxis, low_y)
    axes.grid(alpha=0.25)
    axes.legend(loc="upper right", frameon=True, framealpha=0.95, fontsize=9)


def _cross(
    axes: Any,  # noqa: ANN401 - matplotlib's axes
    done: Matching,
    threshold: float,
    colour: str,
    marker: str,
    name: str,
    low: tuple[float, float],
) -> None:
    """An operating point with its 95 % bounds; at the axis' end where no error was seen."""
    fmr, fnmr = done.scores.fmr(threshold), done.scores.fnmr(threshold)
    if fmr is None or fnmr is None:
        return
    (left, x, right), (below, y, above) = (
        deviate(np.clip([rate.bounds[0], rate.estimate, rate.bounds[1]], least, RATE_MAX))
        for rate, least in ((fmr, low[0]), (fnmr, low[1]))
    )
    axes.errorbar(
        [x],
        [y],
        xerr=[[x - left], [right - x]],
        yerr=[[y - below], [above - y]],
        fmt=marker,
        color=colour,
        ms=7,
        capsize=4,
        lw=1.3,
        clip_on=False,
        zorder=5,
        label=f"{name} {threshold:.3f}, with 95 % bounds",
    )


def _threshold_panel(axes: Any, done: Matching) -> None:  # noqa: ANN401 - matplotlib's axes
    scores = done.scores
    at = np.linspace(-0.2, 1.0, 241)
    kinds = (
        (scores.fmr, FALSE_MATCH, "false match rate"),
        (scores.fnmr, FALSE_NON_MATCH, "false non-match rate"),
    )
    floor = 0.25 / max(scores.mated.size, scores.non_mated.size)
    for rate_at, colour, name in kinds:
        rates = [rate for rate in (rate_at(float(t)) for t in at) if rate is not None]
        low, middle, high = np.array(
            [(rate.bounds[0], rate.estimate, rate.bounds[1]) for rate in rates]
        ).T
        axes.fill_between(at, np.maximum(low, floor), high, color=colour, alpha=0.14, lw=0)
        # a rate of nought has no place on a logarithmic axis: there is only its bound
        axes.plot(at, np.where(middle > 0, middle, np.nan), color=colour, lw=2, label=name)
    axes.axvline(done.threshold, color=SHIPPED, lw=1.2, label=f"shipped {done.threshold:.3f}")
    if done.suggestion.threshold is not None:
        axes.axvline(
            done.suggestion.threshold,
            color=SUGGESTED,
            lw=1.2,
            ls="--",
            label=f"suggested {done.suggestion.threshold:.3f}",
        )
    axes.set(
        yscale="log",
        ylim=(floor, 1.05),
        xlim=(-0.2, 1.0),
        xlabel="threshold (cosine similarity)",
        ylabel="rate (%), with 95 % bounds",
        title="Error rates over the threshold",
    )
    ticks = [tick for tick in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0) if tick >= floor]
    axes.set_yticks(ticks, [f"{100 * tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    axes.legend(loc="lower left", frameon=True, framealpha=0.95, fontsize=9)
