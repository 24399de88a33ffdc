"""The till itself: holds the state, runs what the flow asks for, and tells whoever shows it.

`send` never waits for a camera or a network when the till is threaded: a window calls it. A
headless till does the same work on the calling thread, so that it ends when `send` returns.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from kiosk import flow
from kiosk.errors import Error, Refusal, RefusedError
from kiosk.refusals import refusal
from models.errors import CameraLostError, SourceError
from models.errors import Error as ModelsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Literal

    from kiosk.cart import Cart
    from kiosk.catalogue import Product
    from kiosk.checks import FaceCheck
    from kiosk.goods.shop import Shop
    from kiosk.payments import Payments
    from kiosk.policy import Policy
    from models.capture import LatestFrame
    from models.frames import Frame, Source

log = logging.getLogger(__name__)

FRAME_WAIT_SECONDS = 3.0
JOIN_SECONDS = 10.0
# Refusals that are no try of somebody's to be taken for somebody else.
NOT_COUNTED = {"timeout", "source_ended", "locked", "fault", "no_face", "too_dark"}


class Till:
    """One till.

    Args:
        shop: what is sold.
        mode: of the home.
        policy: the rules in force.
        open_source: opens the camera.
        face_check: gives what checks a face; called on the checking thread, where it may load.
        payments: the way into the ledger.
        now_ms: a clock that does not go backwards.
        capture: reads a source on a thread of its own; none for a headless till.
        errors: what the ports may raise in words.
    """

    def __init__(
        self,
        *,
        shop: Shop,
        mode: Literal["live", "demo"],
        policy: Policy,
        open_source: Callable[[], Source],
        face_check: Callable[[], FaceCheck],
        payments: Payments,
        now_ms: Callable[[], int],
        capture: Callable[[Source], LatestFrame] | None,
        errors: tuple[type[Exception], ...] = (),
    ) -> None:
        self.mode = mode
        self.currency = shop.catalogue.currency
        self.now_ms = now_ms
        self._shop = shop
        self._policy = policy
        self._open_source = open_source
        self._face_check = face_check
        self._payments = payments
        self._capture = capture
        self._errors: tuple[type[Exception], ...] = (Error, ModelsError, *errors)
        self._lock = threading.RLock()
        self._state = flow.attract(self.currency)
        self._callbacks: list[Callable[[flow.State], None]] = []
        self._preview: Frame | None = None
        self._stop = threading.Event()
        self._workers: list[threading.Thread] = []
        self._check_id = 0
        self._failures = 0
        self._locked_until_ms = 0

    @property
    def state(self) -> flow.State:
        """The state now; it never changes in place."""
        return self._state

    @property
    def preview(self) -> Frame | None:
        """The newest frame; none where no camera runs."""
        return self._preview

    @property
    def products(self) -> Sequence[Product]:
        """The catalogue, in its own order."""
        return self._shop.catalogue.products

    def subscribe(self, callback: Callable[[flow.State], None]) -> Callable[[], None]:
        """Be told each new state, on whatever thread it came about; gives what ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def send(self, event: flow.Event) -> None:
        """Take an event and start what follows from it."""
        with self._lock:
            before = self._state
            self._state, effects = flow.step(before, event, self.now_ms(), self._shop.goods())
            changed = self._state is not before and self._state != before
            state = self._state
        if changed:
            for callback in list(self._callbacks):
                callback(state)
        for effect in effects:
            self._run(effect)

    def close(self) -> None:
        """Let go of the camera and wait for what is under way; a payment is not cut short."""
        self._stop_face()
        for worker in self._workers:
            if worker is not threading.current_thread():
                worker.join(JOIN_SECONDS)

    def _run(self, effect: flow.Effect) -> None:
        match effect:
            case flow.StartFace(_):
                self._stop_face()
                self._stop = threading.Event()
                self._check_id += 1
                self._work(self._check, self._check_id, self._stop)
            case flow.StopFace():
                self._stop_face()
            case flow.CountStock() if self._shop.counts:
                self._work(self._count_stock)
            case flow.Authorize(payer, cart):
                self._work(self._pay, payer, cart)

    def _work(self, job: Callable[..., None], *words: object) -> None:
        if self._capture is None:
            job(*words)
            return
        self._workers = [worker for worker in self._workers if worker.is_alive()]
        worker = threading.Thread(target=job, args=words, name=job.__name__, daemon=True)
        self._workers.append(worker)
        worker.start()

    def _count_stock(self) -> None:
        self._shop.count_stock()
        self.send(flow.Counted())

    def _stop_face(self) -> None:
        self._stop.set()
        self._preview = None

    def _check(self, check_id: int, stop: threading.Event) -> None:
        """Check the face before the camera; an answer that comes after a stop is dropped."""
        answer: flow.Event
        try:
            answer = flow.FaceDone(self._look(check_id, stop))
            self._failures = 0
        except RefusedError as error:
            self._count(error.refusal.reason)
            answer = flow.Failed(error.refusal)
        except self._errors as error:  # set-up and cameras are nobody's try
            answer = flow.Failed(_worded(_reason(error), error))
        except Exception:
            log.exception("the face check broke")
            answer = flow.Failed(refusal("fault"))
        if not stop.is_set() and check_id == self._check_id:
            self.send(answer)

    def _look(self, check_id: int, stop: threading.Event) -> flow.Payer:
        if self.now_ms() < self._locked_until_ms:
            raise RefusedError(refusal("locked"))
        source = self._open_source()

        def tell(progress: flow.FaceProgress) -> None:
            if not stop.is_set() and check_id == self._check_id:
                self.send(progress)

        if self._capture is None:
            try:
                return self._face_check().run(source, _all(source), tell)
            finally:
                source.close()
        capture = self._capture(source)
        try:
            return self._face_check().run(source, self._newest(capture, stop), tell)
        finally:
            capture.close()

    def _newest(self, capture: LatestFrame, stop: threading.Event) -> Iterator[Frame]:
        index = -1
        while not stop.is_set():
            frame = capture.wait(index, FRAME_WAIT_SECONDS)
            if frame is not None:
                index = frame.index
                if not stop.is_set():
                    self._preview = frame
                yield frame
            elif capture.error is not None:
                raise capture.error
            elif capture.ended:
                return
            else:
                raise RefusedError(refusal("camera"))

    def _count(self, reason: str) -> None:
        if reason in NOT_COUNTED:
            return
        self._failures += 1
        if self._failures >= self._policy.failures_max:
            self._failures = 0
            self._locked_until_ms = self.now_ms() + self._policy.lock_ms

    def _pay(self, payer: flow.Payer, cart: Cart) -> None:
        try:
            answer: flow.Event = flow.Paid(self._payments.pay(payer, cart))
        except RefusedError as error:
            answer = flow.Failed(error.refusal)
        except self._errors as error:
            answer = flow.Failed(_worded("ledger", error))
        except Exception:
            log.exception("the payment broke")
            answer = flow.Failed(refusal("fault"))
        self.send(answer)


def _reason(error: Exception) -> str:
    """A camera that is gone is the shop's trouble; a recording that is broken is bad input."""
    if isinstance(error, SourceError) and not isinstance(error, CameraLostError):
        return "broken_source"
    return "camera" if isinstance(error, CameraLostError) else "setup"


def _worded(reason: str, error: Exception) -> Refusal:
    hint = getattr(error, "hint", "") or refusal("fault").hint
    return Refusal(reason, str(error), hint)


def _all(source: Source) -> Iterator[Frame]:
    while (frame := source.read()) is not None:
        yield frame
