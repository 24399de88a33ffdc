"""What can go wrong with weights, networks and the frames they are fed."""

from __future__ import annotations


class Error(Exception):
    """The base of every error of this package.

    Attributes:
        message: one sentence that says what happened.
        hint: one sentence that says what to do.
        status: the exit status, 1 refused or check failed, 2 bad input or missing set-up.
    """

    def __init__(self, message: str, *, hint: str, status: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status


class BadModelFileError(Error):
    """A weights file that is absent, cut short, altered or not ours; it is never loaded."""

    def __init__(self, name: str, says: str, *, hint: str = "") -> None:
        super().__init__(
            f"The model file {name} {says}.",
            hint=hint
            or "Run `facetill models fetch`; it keeps what is sound and replaces what is not.",
        )


class FetchError(Error):
    """A carrier could not be had, or what came was not what was asked for."""


class SourceError(Error):
    """A camera, video or picture that gives no frames."""


class CameraLostError(SourceError):
    """A camera that is not there, or gave frames and then stopped: it may come back."""
