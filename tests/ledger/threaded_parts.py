"""A check in parts, each served by a thread of this process, where a test can reach it."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest

from ledger import audit, parts

CORES = 3


class Threaded(parts.Child):
    """Stands for a process: it serves over pipes in this one, where a test can reach it."""

    def __init__(self):
        self._listener = None
        ends = [os.pipe(), os.pipe()]
        self._asked, self._to = os.fdopen(ends[0][0]), os.fdopen(ends[0][1], "w")
        self._from, self._out = os.fdopen(ends[1][0]), os.fdopen(ends[1][1], "w")
        self._process = SimpleNamespace(stdin=self._to, stdout=self._from)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        with suppress(Exception):  # a process would have ended
            parts.serve(self._asked, self._out)
        self._out.close()

    def stop(self):
        self._to.close()
        self._thread.join()
        if self._listener:
            self._listener.join()
        self._asked.close()
        self._from.close()


@pytest.fixture
def small(monkeypatch):
    """Parts of a few entries, for as many processes as there are CORES."""
    monkeypatch.setattr(parts, "ENTRIES_LEAST", 3)
    monkeypatch.setattr(parts, "_cores", lambda: CORES)


class Begun(list):
    """The parts that were begun, as (first, last)."""

    reached = None

    @property
    def sizes(self):
        return [first for first, _ in self] + [last for _, last in self[-1:]]


@pytest.fixture
def started(small, monkeypatch):
    """The parts that were begun, each served by a thread; `reached` is what they came to."""
    begun = Begun()
    verified = parts.verified

    def noted(*asked):
        reached = verified(*asked)
        if parts._cores() > 1:
            begun.reached = reached
        return reached

    monkeypatch.setattr(parts, "verified", noted)

    class Noted(Threaded):
        def tell(self, record):
            if "first" in record:
                begun.append((record["first"], record["last"]))
            super().tell(record)

    monkeypatch.setattr(parts, "Child", Noted)
    return begun


def alone(home, **options):
    """What one process says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_cores", lambda: 1)
        return audit.check_home(home, **options)
