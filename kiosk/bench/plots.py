"""Pictures of what was measured."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kiosk.errors import Error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@contextmanager
def figure(path: Path, title: str) -> Iterator[Any]:
    """One panel to draw in, written to a PNG at the end.

    Raises:
        Error: the file cannot be written.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    drawn, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
    try:
        yield axes
        axes.set_title(title)
        axes.grid(alpha=0.3)
        drawn.savefig(path, format="png", dpi=110)
    except OSError as error:
        raise Error(
            f"The picture {path} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder that you may write to.",
        ) from error
    finally:
        plt.close(drawn)


def stages(path: Path, parts: Mapping[str, Mapping[str, float]], title: str) -> None:
    """One bar a row, cut into its stages.

    Args:
        path: the PNG.
        parts: milliseconds of each stage, by row.
        title: over the picture.
    """
    with figure(path, title) as axes:
        for row, took in parts.items():
            left = 0.0
            for name, ms in took.items():
                axes.barh(row, ms, left=left, label=f"{name} ({ms:,.0f} ms)")
                left += ms
        axes.set(xlabel="milliseconds")
        axes.legend(fontsize="small", ncols=2)
