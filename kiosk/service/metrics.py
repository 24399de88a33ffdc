"""Figures for Prometheus, on this machine alone and only when asked for; none is about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from kiosk.errors import Error
from kiosk.flow import Screen
from kiosk.refusals import KNOWN_REASONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Thread
    from wsgiref.simple_server import WSGIServer

    from kiosk.flow import State

LOOPBACK: Final = "127.0.0.1"
PORT_MAX: Final = 65_535
SECONDS: Final = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60)
_ENDS: Final = {Screen.CONFIRM, Screen.SECOND_FACTOR, Screen.REFUSED}


class Metrics:
    """Counts what a till does, from its states alone.

    Args:
        now_ms: a clock that does not go backwards.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.registry = CollectorRegistry()
        self._payments = Counter(
            "facetill_payments", "Payments booked.", ["method", "mode"], registry=self.registry
        )
        self._refusals = Counter(
            "facetill_refusals", "Payments refused, by reason.", ["reason"], registry=self.registry
        )
        self._face = Histogram(
            "facetill_face_check_seconds",
            "From the look into the camera to its outcome.",
            ["outcome"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._camera = Gauge(
            "facetill_camera_up",
            "Whether the camera gave a picture when it was last needed.",
            registry=self.registry,
        )
        self._staff = Counter(
            "facetill_staff_calls", "Times staff was called.", registry=self.registry
        )
        self._busy = Gauge(
            "facetill_in_use", "Whether somebody stands at the till.", registry=self.registry
        )
        self._paying = Gauge(
            "facetill_payments_waiting", "Payments on their way.", registry=self.registry
        )
        self._camera.set(1)
        self._screen = Screen.ATTRACT
        self._staff_called = False
        self._face_ms = 0

    def see(self, state: State) -> None:
        """Take the next state."""
        if state.staff_called and not self._staff_called:
            self._staff.inc()
        self._staff_called = state.staff_called
        state = state.under or state  # what lies over a screen does not end it
        before, self._screen = self._screen, state.screen
        if state.screen is before:
            return
        self._busy.set(state.screen is not Screen.ATTRACT)
        self._paying.set(state.screen is Screen.PAYING)
        reason = state.refusal.reason if state.refusal else ""
        if state.screen is Screen.FACE:
            self._face_ms = self._now_ms()
        if before is Screen.FACE and state.screen in _ENDS:
            outcome = "refused" if reason else "recognised"
            self._face.labels(outcome).observe((self._now_ms() - self._face_ms) / 1000)
            self._camera.set(reason != "camera")
        if state.screen is Screen.REFUSED:
            self._refusals.labels(reason if reason in KNOWN_REASONS else "other").inc()
        if state.screen is Screen.RECEIPT and state.receipt:
            self._payments.labels(state.receipt.sale.method, state.receipt.mode).inc()

    def serve(self, port: int) -> Callable[[], None]:
        """Answer on 127.0.0.1 until what this gives is called.

        Raises:
            Error: the port is none, or is taken.
        """
        if not 1 <= port <= PORT_MAX:
            raise Error(f"{port} is no port.", hint=f"Choose one from 1024 to {PORT_MAX}.")
        try:
            server, thread = start_http_server(port, addr=LOOPBACK, registry=self.registry)
        except OSError as error:
            raise Error(
                f"Metrics cannot be served on port {port} ({error.strerror}).",
                hint="Choose another port: --metrics PORT.",
            ) from error
        return lambda: _stop(server, thread)


def _stop(server: WSGIServer, thread: Thread) -> None:
    server.shutdown()
    server.server_close()
    thread.join()
