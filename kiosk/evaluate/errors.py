"""What an evaluation cannot be made of."""

from __future__ import annotations

from kiosk.errors import Error


class BadEvaluationError(Error):
    """The list, the folder or the wish cannot be evaluated; said before anything is measured."""


class NothingToEvaluateError(Error):
    """Not one comparison or presentation is left: nothing was acquired."""
