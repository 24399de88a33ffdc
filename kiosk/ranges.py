"""What a number of the policy may be: stands in its type, read where the policy's file is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most of a number, both allowed: `Annotated[int, Range(1, 20)]`."""

    least: float
    most: float
