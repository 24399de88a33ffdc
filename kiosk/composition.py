"""Where the till is put together: the only place that knows every part."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from typing import TYPE_CHECKING, Literal

import enroll.errors
import ledger.errors
import models.errors
from enroll.vault import Vault
from kiosk import flow, settings
from kiosk.checks import FaceCheck, PinCheck
from kiosk.clearance import Clearance
from kiosk.errors import Error
from kiosk.goods.codes import ZxingDecoder
from kiosk.goods.scanner import Scanner
from kiosk.goods.shop import open_shop
from kiosk.identify import Guard
from kiosk.payments import Payments
from kiosk.policy import load
from kiosk.refusals import refused
from kiosk.service.attach import receipt_printing
from kiosk.station import Station
from kiosk.till import Till, languages_from
from ledger.book import Ledger
from ledger.home import Home, station_key
from models.cameras import is_camera, stable
from models.capture import LatestFrame
from models.frames import is_file, open_source, prepare
from models.reconnect import ReconnectingSource
from models.vision import Vision, open_vision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from enroll.gallery import Gallery
    from kiosk.cart import Cart
    from kiosk.policy import Policy
    from models.frames import Source

ENROL_HINT = "Enrol a shopper first: `facetill enroll add --help`."


def wall_ms() -> int:
    """The wall clock, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    """A clock that does not go backwards, in milliseconds."""
    return time.monotonic_ns() // 1_000_000


class Faces:
    """The networks and the gallery, loaded when the first face comes or when asked to.

    Args:
        home: where both are.
        rng: draws the movements.
        passphrase_file: for a vault that a passphrase opens.

    Attributes:
        vault: the shoppers.
    """

    def __init__(self, home: Home, rng: random.Random, passphrase_file: Path | None) -> None:
        self._home = home
        self._rng = rng
        try:
            self.vault = Vault.open(home, passphrase_file=passphrase_file)
        except enroll.errors.VaultMissingError as error:
            raise Error("Nobody is enrolled in this home yet.", hint=ENROL_HINT) from error
        self._vision: Vision | None = None
        self._loading = threading.Lock()
        self._gallery: tuple[int, Gallery] | None = None

    def vision(self) -> Vision:
        """The networks; the first call loads them, and others wait for it."""
        with self._loading:
            if self._vision is None:
                vision = open_vision(self._home.models_dir)
                vision.warm_up()
                self._vision = vision
            return self._vision

    def use_vision(self, vision: Vision) -> None:
        """Look with these networks from the next face on."""
        with self._loading:
            self._vision = vision

    def preload(self, camera: str = "") -> None:
        """Begin to load the networks, and come back at once; a fault is told at the first face.

        Args:
            camera: what `--camera` names. No camera is opened: of a recording that is decoded as a
                whole, this is begun.
        """

        def load_quietly() -> None:
            with contextlib.suppress(models.errors.Error):
                self.vision()
                prepare(camera, self._home.models_dir)

        threading.Thread(target=load_quietly, name="preload", daemon=True).start()

    def gallery(self) -> Gallery:
        """The enrolled shoppers as the vault has them now."""
        revision = self.vault.revision()
        if self._gallery is None or self._gallery[0] != revision:
            self._gallery = (revision, self.vault.gallery(self.vision().recogniser_id))
        return self._gallery[1]

    def check(self, clearance: Clearance, cart: Cart) -> FaceCheck:
        """What checks the next face, for that cart."""
        return FaceCheck(self.vision(), self.gallery(), clearance, self._rng, cart)

    def close(self) -> None:
        """Forget the keys."""
        self.vault.close()


def require_source(home: Home, camera: str) -> Callable[[], Source]:
    """What opens the camera, in a home that may take payment from it.

    Raises:
        RefusedError: a file in a live home; nothing of it is read.
        models.errors.SourceError: it cannot be opened.
    """
    camera = stable(camera)  # a camera that is put back may have another number

    def opened() -> Source:
        if is_camera(camera):
            return ReconnectingSource(lambda: open_source(camera, home.models_dir))
        source = open_source(camera, home.models_dir)
        if home.mode == "live" and is_file(source):
            source.close()
            raise refused("file_source")
        return source

    return opened


def _kind(
    camera: str, opener: Callable[[], Source], *, wait_for_it: bool
) -> Literal["live", "file"]:
    """Whether faces come from a camera or from a file, which the ledger is told."""
    if wait_for_it and is_camera(camera):
        return "live"
    probe = opener()
    probe.close()
    return "file" if is_file(probe) else "live"


def build_till(
    home: Home,
    camera: str,
    *,
    threaded: bool,
    seed: int | None = None,
    passphrase_file: Path | None = None,
    policy: Policy | None = None,
    printer: str | None = None,
) -> tuple[Till, Faces]:
    """A till that is ready for its first shopper.

    Args:
        home: live or demo.
        camera: what `--camera` names; a file, and a headless till's camera, are opened once to
            see that they are there. A window opens without its camera, which may come later.
        threaded: for a window; a headless till works on the caller's thread.
        seed: replays the same movements, in a demo home only.
        passphrase_file: for a vault that a passphrase opens.
        policy: other rules than those of the home's policy.toml.
        printer: what `--printer` names; none prints nothing.

    Raises:
        RefusedError: the home does not take payment from that source.
        Error: a station's own, for what is missing or broken.
    """
    policy = (policy or load(home.policy_toml, home.currency)).resolved(home.currency)
    if seed is not None and home.mode == "live":
        raise Error(
            "A live home draws its movements by chance, never from a seed.",
            hint="Leave out --seed, or use a demo home.",
        )
    rng = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - replay
    shop = open_shop(home, lambda: Ledger.open(home, read_only=True))
    opener = require_source(home, camera)
    source = _kind(camera, opener, wait_for_it=threaded)
    faces = Faces(home, rng, passphrase_file)
    key = station_key(home, "kiosk")

    def sales_since(pseudonym: str, since_ms: int) -> dict[str, int]:
        with Ledger.open_or_create(home) as book:
            return book.sales_since(pseudonym, since_ms)

    clearance = Clearance(
        policy,
        faces.vault,
        sales_since,
        passive=lambda: faces.vision().has_passive,
        shoppers=lambda: len(faces.gallery()),
        now_ms=wall_ms,
    )

    def guard(way: str) -> Guard:
        """Each way of paying has a lock of its own: the one is open when the other is not."""
        subject = f"{key.key_id}{way}"
        return Guard(faces.vault.attempts, subject, policy.lockout.kiosk, wall_ms)

    payments = Payments(
        lambda: Ledger.open_or_create(home),
        key,
        clearance,
        lambda: dict(faces.vision().model_ids),
        source,
        wall_ms,
    )
    till = Till(
        shop=shop,
        mode=home.mode,
        open_source=opener,
        face_check=lambda cart: faces.check(clearance, cart),
        pin_check=PinCheck(clearance, guard(":pin"), faces.vault.masked_name),
        guard=guard(""),
        payments=payments,
        now_ms=steady_ms,
        capture=LatestFrame if threaded else None,
        pictures=home.catalogue_csv.parent,
        languages=languages_from(settings.load(home).language),
        errors=(enroll.errors.Error, ledger.errors.Error),
        print_receipt=receipt_printing(printer, shop),
    )
    return till, faces


def open_station(home: Home, camera: str, till: Till, faces: Faces) -> Station:
    """The staff's side of a till."""
    return Station(
        home,
        camera,
        faces.vault,
        lambda chosen: till.use_source(require_source(home, chosen)),
        lambda language: till.offer(languages_from(language)),
    )


def open_scanner(home: Home, camera: str, till: Till) -> Scanner:
    """A scanner that puts what its camera sees into the till's cart.

    Args:
        home: where the sample is, should the camera be that.
        camera: what `--scanner` names; opened once to see that it is there.
        till: is sent each code.

    Raises:
        models.errors.SourceError: it cannot be opened.
    """
    open_source(camera, home.models_dir).close()
    return Scanner(
        lambda: open_source(camera, home.models_dir),
        ZxingDecoder(),
        lambda code: till.send(flow.Scan(code)),
    )
