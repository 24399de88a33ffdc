"""The till itself: holds the state, runs what the flow asks for, and tells whoever shows it.

`send` never waits for a camera or a network when the till is threaded: a window calls it. A
headless till does the same work on the calling thread, so that it ends when `send` returns.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk import flow
from kiosk.errors import Error, Refusal, RefusedError
from kiosk.refusals import refusal
from models.errors import CameraLostError, SourceError
from models.errors import Error as ModelsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Literal

    from kiosk.cart import Cart
    from kiosk.catalogue import Product
    from kiosk.checks import FaceCheck, PinCheck
    from kiosk.goods.shop import Shop
    from kiosk.identify import Answer, Guard
    from kiosk.payments import Payments
    from ledger.receipt import Receipt
    from models.capture import LatestFrame
    from models.frames import Frame, Source

log = logging.getLogger(__name__)

FRAME_WAIT_SECONDS = 3.0
FIRST_FRAME_WAIT_SECONDS = 15.0  # cameras and recordings need a while to begin
JOIN_SECONDS = 10.0
LANGUAGES = ("en", "ko", "zh-Hans")
# Refusals that are no try of somebody's to be taken for somebody else.
NOT_COUNTED = {
    "camera",
    "day_limit",
    "face_not_allowed",
    "fault",
    "gallery_too_large",
    "locked",
    "needs_passive",
    "no_face",
    "no_pin",
    "over_limit",
    "own_limit",
    "source_ended",
    "timeout",
    "too_dark",
}


def languages_from(first: str) -> tuple[str, ...]:
    """Every language of the till, the shop's own first."""
    if first not in LANGUAGES:
        return LANGUAGES
    return (first, *(code for code in LANGUAGES if code != first))


class Till:
    """One till.

    Args:
        shop: what is sold.
        mode: of the home.
        open_source: opens the camera.
        face_check: gives what checks a face for a cart; called on the checking thread, where it
            may load, and may refuse the amount.
        pin_check: checks a phone number and its PIN.
        guard: counts the failed face checks of this till.
        payments: the way into the ledger.
        now_ms: a clock that does not go backwards.
        capture: reads a source on a thread of its own; none for a headless till.
        pictures: the folder that the articles' pictures are named from.
        errors: what the ports may raise in words.
        languages: BCP 47 codes on offer; the first is the shop's own.
        call_staff: is told where a shopper wants help, and after which refusal.
        print_receipt: prints a receipt in a language; none where there is no printer.
    """

    def __init__(
        self,
        *,
        shop: Shop,
        mode: Literal["live", "demo"],
        open_source: Callable[[], Source],
        face_check: Callable[[Cart], FaceCheck],
        pin_check: PinCheck,
        guard: Guard,
        payments: Payments,
        now_ms: Callable[[], int],
        capture: Callable[[Source], LatestFrame] | None,
        pictures: Path | None = None,
        errors: tuple[type[Exception], ...] = (),
        languages: tuple[str, ...] = LANGUAGES,
        call_staff: Callable[[flow.CallStaff], None] = lambda _call: None,
        print_receipt: Callable[[Receipt, str], None] | None = None,
    ) -> None:
        self.mode = mode
        self.pictures = pictures
        self.currency = shop.catalogue.currency
        self.now_ms = now_ms
        self._shop = shop
        self._open_source = open_source
        self._face_check = face_check
        self._pin_check = pin_check
        self._guard = guard
        self._payments = payments
        self._capture = capture
        self._errors: tuple[type[Exception], ...] = (Error, ModelsError, *errors)
        self._lock = threading.RLock()
        self._call_staff = call_staff
        self._print_receipt = print_receipt
        self.can_print = print_receipt is not None
        self._state = flow.attract(self.currency, languages)
        self._callbacks: list[Callable[[flow.State], None]] = []
        self._capturing: LatestFrame | None = None
        self._stop = threading.Event()
        self._workers: list[threading.Thread] = []
        self._held: FaceCheck | None = None  # a live face that waits for its second factor
        self._visit = 0  # counts screens: what was begun on one is nothing to the next

    @property
    def state(self) -> flow.State:
        """The state now; it never changes in place."""
        return self._state

    @property
    def preview(self) -> Frame | None:
        """The newest frame, whatever the networks still work on; none where no camera runs."""
        capture = self._capturing
        return None if capture is None else capture.frame

    @property
    def products(self) -> Sequence[Product]:
        """The catalogue, in its own order."""
        return self._shop.catalogue.products

    def use_source(self, open_source: Callable[[], Source]) -> None:
        """Use another camera from the next face check on."""
        self._open_source = open_source

    def offer(self, languages: tuple[str, ...]) -> None:
        """Offer these languages from the next shopper on, or at once where nobody is there."""
        with self._lock:
            self._state = replace(self._state, languages=languages)
            if self._state.screen is flow.Screen.ATTRACT:
                self._state = flow.attract(self.currency, languages)
            state = self._state
        for callback in list(self._callbacks):
            callback(state)

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
            if state.screen is not before.screen:
                self._visit += 1
            if not state.holds_face:
                self._held = None
            visit = self._visit
        if changed:
            for callback in list(self._callbacks):
                callback(state)
        for effect in effects:
            self._run(effect, visit)

    def _answer(self, visit: int, event: flow.Event) -> None:
        """Send what a check found out, unless the shopper has left the screen it was for."""
        with self._lock:
            if visit == self._visit:
                self.send(event)

    def close(self) -> None:
        """Let go of the camera and wait for what is under way; a payment is not cut short."""
        self._stop_face()
        for worker in self._workers:
            if worker is not threading.current_thread():
                worker.join(JOIN_SECONDS)

    def _run(self, effect: flow.Effect, visit: int) -> None:
        match effect:
            case flow.StartFace(cart):
                self._stop_face()
                self._stop = threading.Event()
                self._work(self._check, visit, self._stop, cart)
            case flow.StopFace():
                self._stop_face()
            case flow.CheckSecond(asks, typed, _):
                self._work(self._second, visit, self._held, asks, typed)
            case flow.CheckPin(phone, pin, cart):
                self._work(self._pin, visit, phone, pin, cart)
            case flow.CountStock() if self._shop.counts:
                self._work(self._count_stock)
            case flow.Authorize(payer, cart):
                self._work(self._pay, payer, cart)
            case flow.PrintReceipt(receipt, language) if self._print_receipt is not None:
                self._work(self._print, visit, receipt, language)
            case flow.CallStaff():
                log.info("staff is wanted at the screen %s", effect.screen.value)
                self._call_staff(effect)

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

    def _print(self, visit: int, receipt: Receipt, language: str) -> None:
        """Print a receipt; the payment is booked whatever becomes of the paper."""
        if self._print_receipt is None:
            return
        hint = ""
        try:
            self._print_receipt(receipt, language)
        except Error as error:
            log.warning("a receipt was not printed: %s", error.message)
            hint = "printer"
        except Exception:
            log.exception("a receipt was not printed")
            hint = "printer"
        self._answer(visit, flow.Printed(hint))

    def _stop_face(self) -> None:
        self._stop.set()
        self._capturing = None

    def _check(self, visit: int, stop: threading.Event, cart: Cart) -> None:
        """Check the face before the camera, and keep it where something more is asked."""
        made: list[FaceCheck] = []

        def look() -> Answer:
            self._guard.require_free()
            made.append(self._face_check(cart))
            return self._look(made[0], visit, stop)

        answer = self._found(look, counted=True)
        with self._lock:
            self._answer(visit, answer)
            if made and self._state.holds_face and self._held is None:
                self._held = made[0]

    def _second(self, visit: int, held: FaceCheck | None, asks: flow.Asks, typed: str) -> None:
        """Hold what was typed against the live face that waits."""

        def compare() -> Answer:
            self._guard.require_free()
            return held.answer(asks, typed) if held else flow.Wrong(f"wrong_{asks}")

        self._answer(visit, self._found(compare, counted=True))

    def _pin(self, visit: int, phone: str, pin: str, cart: Cart) -> None:
        """Compare a number and its PIN, which count their own failures."""
        self._answer(
            visit, self._found(lambda: self._pin_check.run(phone, pin, cart), counted=False)
        )

    def _found(self, find: Callable[[], Answer], *, counted: bool) -> flow.Event:
        """What a check found, as the flow hears of it."""
        try:
            found = self._counted(find) if counted else find()
        except RefusedError as error:
            return flow.Failed(error.refusal)
        except self._errors as error:  # set-up and cameras are nobody's try
            return flow.Failed(_worded(_reason(error), error))
        except Exception:
            log.exception("the check of a shopper broke")
            return flow.Failed(refusal("fault"))
        if isinstance(found, flow.Payer):
            return flow.FaceDone(found) if found.method == "face" else flow.PinDone(found)
        return found

    def _counted(self, find: Callable[[], Answer]) -> Answer:
        """A failed face, or digits that are not its own, count against this till."""
        try:
            found = find()
        except RefusedError as error:
            if error.refusal.reason not in NOT_COUNTED:
                self._guard.failed()
            raise
        if isinstance(found, flow.Payer):
            self._guard.succeeded()
        elif found == flow.Wrong("wrong_digits") and self._guard.failed():
            raise RefusedError(refusal("locked"))
        return found

    def _look(self, check: FaceCheck, visit: int, stop: threading.Event) -> Answer:
        source = self._open_source()

        def tell(progress: flow.FaceProgress) -> None:
            self._answer(visit, progress)

        if self._capture is None:
            try:
                return check.run(source, _all(source), tell)
            finally:
                source.close()
        capture = self._capture(source)
        if not stop.is_set():
            self._capturing = capture
        try:
            return check.run(source, self._newest(capture, stop), tell)
        finally:
            if self._capturing is capture:
                self._capturing = None
            capture.close()

    def _newest(self, capture: LatestFrame, stop: threading.Event) -> Iterator[Frame]:
        index = -1
        while not stop.is_set():
            first = index < 0
            frame = capture.wait(index, FIRST_FRAME_WAIT_SECONDS if first else FRAME_WAIT_SECONDS)
            if frame is not None:
                index = frame.index
                yield frame
            elif capture.error is not None:
                raise capture.error
            elif capture.ended:
                return
            else:
                raise RefusedError(refusal("camera"))
        raise RefusedError(refusal("timeout"))  # stopped: nobody's failure, and nobody hears it

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
