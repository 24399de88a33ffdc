"""Pictures of what was measured."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kiosk.errors import Error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@contextmanager
def panels(path: Path, title: str, count: int) -> Iterator[list[Any]]:
    """Panels below each other to draw in, written to a PNG at the end.

    Raises:
        Error: the file cannot be written.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    size = (9, max(4.5, 3.2 * count))
    drawn, grid = plt.subplots(count, figsize=size, layout="constrained", squeeze=False)
    try:
        yield list(grid[:, 0])
        drawn.suptitle(title)
        for axes in grid[:, 0]:
            axes.grid(alpha=0.3)
        drawn.savefig(path, format="png", dpi=110)
    except OSError as error:
        raise Error(
            f"The picture {path} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder that you may write to.",
        ) from error
    finally:
        plt.close(drawn)


@contextmanager
def figure(path: Path, title: str) -> Iterator[Any]:
    """The same of one panel."""
    with panels(path, title, 1) as (axes,):
        yield axes


def stages(path: Path, parts: Mapping[str, Mapping[str, Mapping[str, float]]], title: str) -> None:
    """A panel for each thing that takes time, with its bars cut into stages.

    Args:
        path: the PNG.
        parts: by panel, by bar (the first is what the legend tells), milliseconds of each stage.
        title: over the picture.
    """
    with panels(path, title, len(parts)) as grid:
        for axes, (name, bars) in zip(grid, parts.items(), strict=True):
            for number, (bar, took) in enumerate(bars.items()):
                left = 0.0
                for colour, (stage, ms) in enumerate(took.items()):
                    label = "" if number else f"{stage} ({ms:,.1f} ms)"
                    axes.barh(bar, ms, left=left, color=f"C{colour}", label=label)
                    left += ms
            axes.invert_yaxis()
            axes.set(xlabel="milliseconds", title=name)
            axes.legend(fontsize="small", ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.25))
