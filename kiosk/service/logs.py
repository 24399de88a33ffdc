"""Logs for machines to read: one JSON object a line, with nothing in it that is about a person.

What happened is told as events with a few plain fields. A text that some library logs is kept too,
but long numbers and pseudonyms are struck out of it, and an error is named by its kind and by the
lines of code it came through, never by its words.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Final

from kiosk.errors import Error
from kiosk.flow import Screen
from kiosk.refusals import KNOWN_REASONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.flow import State

events = logging.getLogger("kiosk.events")

FILE_BYTES_MAX: Final = 5_000_000
FILES_KEPT: Final = 5
_STRUCK: Final = "[struck]"
_PERSONAL: Final = re.compile(
    r"s-[a-z2-7]{16}|\+?\d[\d ()./-]{5,}\d|[0-9a-f]{24,}|\b0\.\d{3,}\b", re.IGNORECASE
)


class JsonFormatter(logging.Formatter):
    """Makes one line of a record: time, level, logger, event, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        when = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == events.name:
            line["event"] = record.msg
            line |= record.__dict__.get("fields", {})
        else:
            line["event"] = "message"
            line["message"] = _PERSONAL.sub(_STRUCK, record.getMessage())
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            stack = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.name}:{frame.lineno}" for frame in stack]
        return json.dumps(line, ensure_ascii=False)


def start(log_format: str, folder: Path | None) -> None:
    """Send this process's logs where they should go.

    Args:
        log_format: "text" leaves standard error as it is; "json" makes lines of it.
        folder: gets a file that is changed for a new one at 5 MB; six are kept in all.

    Raises:
        Error: the file cannot be written.
    """
    handlers: list[logging.Handler] = []
    if log_format == "json":
        handlers.append(logging.StreamHandler(sys.stderr))
    if folder is not None:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            handlers.append(
                RotatingFileHandler(
                    folder / "kiosk.jsonl",
                    maxBytes=FILE_BYTES_MAX,
                    backupCount=FILES_KEPT,
                    encoding="utf-8",
                )
            )
        except OSError as error:
            raise Error(
                f"The log in {folder} cannot be written ({error.strerror}).",
                hint="Check the folder's owner and the disk's space, or leave out --log-file.",
            ) from error
    root = logging.getLogger()
    if log_format == "json":
        for old in list(root.handlers):
            if type(old) is logging.StreamHandler:
                root.removeHandler(old)
    for handler in handlers:
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
    if handlers:
        events.setLevel(logging.INFO)


def tell(event: str, **fields: str | float | bool) -> None:
    """Log an event; its fields are never about a person."""
    events.info(event, extra={"fields": fields})


class EventLog:
    """Tells what a till does, from its states alone.

    Args:
        now_ms: a clock that does not go backwards.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._screen = Screen.ATTRACT
        self._since_ms = now_ms()
        self._staff = False

    def see(self, state: State) -> None:
        """Take the next state."""
        if state.staff_called and not self._staff:
            tell("staff_called", screen=self._screen.value)
        self._staff = state.staff_called
        state = state.under or state  # what lies over a screen does not end it
        if state.screen is self._screen:
            return
        now_ms = self._now_ms()
        stayed_ms = now_ms - self._since_ms
        tell("screen", screen=state.screen.value, before=self._screen.value, stayed_ms=stayed_ms)
        self._screen, self._since_ms = state.screen, now_ms
        if state.screen is Screen.REFUSED and state.refusal:
            reason = state.refusal.reason
            tell("refused", reason=reason if reason in KNOWN_REASONS else "other")
        if state.screen is Screen.RECEIPT and state.receipt:
            tell("paid", entry=state.receipt.index, mode=state.receipt.mode)
