"""What the desk's window asks of the vault and the book; no Qt, so that it is tested by itself.

It holds the one open vault of the window, and opens the book for each errand, as the commands do.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from enroll import cash, consent, store
from enroll.cli_tools import settle
from enroll.errors import BadInputError, ConsentMissingError
from enroll.secrets import default_secret
from enroll.shopper import Consent, EnrolmentRecord, Limits
from enroll.vault import Vault
from ledger.book import Ledger
from ledger.errors import LedgerMissingError
from ledger.money import format_amount, parse_amount
from models.frames import open_source
from models.vision import open_vision

if TYPE_CHECKING:
    from pathlib import Path

    from enroll.looking import Eyes
    from enroll.roles import Session
    from enroll.shopper import Shopper, Template
    from ledger.home import Home
    from models.frames import Source


def now_ms() -> int:
    """The wall clock, Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass
class Draft:
    """An enrolment as it is filled in; dropped whole when it is done or left.

    Attributes:
        consent: what the person agreed to; no camera before it.
        renews: the pseudonym whose template is to be replaced; empty for a new account.
    """

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    pin: str | None = field(default=None, repr=False)
    topup_minor: int = 0
    limits: Limits = field(default_factory=Limits)
    consent: Consent | None = None
    template: Template | None = field(default=None, repr=False)
    renews: str = ""


class Office:
    """The desk's errands.

    Args:
        home: whose desk this is.
        camera: what `--camera` names.
        passphrase_file: for a vault that a passphrase opens.
    """

    def __init__(self, home: Home, camera: str, passphrase_file: Path | None = None) -> None:
        self.home = home
        self._camera = camera
        if store.exists(home):
            self.vault = Vault.open(home, passphrase_file=passphrase_file)
            settle(self.vault)  # what a desk that was killed left due
        else:
            self.vault = Vault.create(home, default_secret("keyfile", home))
        self._eyes: Eyes | None = None

    def close(self) -> None:
        """Let go of the vault."""
        self.vault.close()

    # --- who works here ----------------------------------------------------------------------

    @property
    def needs_sign_in(self) -> bool:
        """Whether there are staff accounts and nobody signed in."""
        return self.vault.staff.exist() and self.vault.staff.session is None

    @property
    def session(self) -> Session | None:
        """Who signed in; none at a desk without accounts."""
        return self.vault.staff.session

    def sign_in(self, staff: str, pin: str) -> None:
        """Open a session.

        Raises:
            enroll.errors.Error: not this id with this PIN, or locked.
        """
        self.vault.staff.sign_in(staff, pin, now_ms())

    def sign_out(self) -> None:
        """End the session."""
        self.vault.staff.sign_out()

    # --- the camera --------------------------------------------------------------------------

    def agreed(self, language: str, staff: str) -> Consent:
        """The record of a consent that was just given.

        Raises:
            BadInputError: no staff id.
        """
        return Consent(consent.version(language), now_ms(), staff.strip())

    def open_camera(self, draft: Draft) -> Source:
        """The camera, for a person who agreed.

        Raises:
            ConsentMissingError: nobody agreed; nothing was opened.
            models.errors.SourceError: it cannot be opened.
        """
        if draft.consent is None:
            raise ConsentMissingError(
                "Nobody agreed yet.", hint="Ask for the person's consent first; no camera before."
            )
        spec = "sample:desk" if self._camera == "sample" else self._camera
        return open_source(spec, self.home.models_dir)

    def eyes(self) -> Eyes:
        """The networks; the first call loads them."""
        if self._eyes is None:
            self._eyes = open_vision(self.home.models_dir)
        return self._eyes

    # --- shoppers ----------------------------------------------------------------------------

    def amount(self, text: str) -> int:
        """Minor units of an amount that was typed; nothing typed is nothing.

        Raises:
            enroll.errors.Error, ledger.errors.Error: it is no amount of this home's currency.
        """
        if not text.strip():
            return 0
        minor = parse_amount(text.strip(), self.home.currency)
        if minor < 0:
            raise BadInputError("An amount is nothing or more.", hint="Give one such as 20.00.")
        return minor

    def shown(self, minor: int) -> str:
        """An amount in the home's currency."""
        return format_amount(minor, self.home.currency)

    def balance_minor(self, pseudonym: str) -> int:
        """What the book owes a shopper."""
        with suppress(LedgerMissingError), Ledger.open(self.home, read_only=True) as book:
            return book.balance(pseudonym)
        return 0

    def finish(
        self, draft: Draft, *, lookalike_of: tuple[str, ...] = (), identity_checked: bool = False
    ) -> Shopper:
        """Keep what was filled in: a new account, or a new template of an old one.

        Args:
            draft: complete.
            lookalike_of: whom a manager knows to be other people.
            identity_checked: a manager saw by other means whose new template this is.

        Raises:
            enroll.errors.Error: nothing was kept.
        """
        if draft.consent is None or (draft.template is None and draft.limits.face_allowed):
            raise ConsentMissingError(
                "The enrolment is not complete.", hint="Start again with the consent."
            )
        if draft.renews and draft.template is not None:
            return self.vault.renew(
                draft.renews,
                draft.template,
                draft.consent,
                now_ms(),
                identity_checked=identity_checked,
            )
        record = EnrolmentRecord(
            draft.name,
            draft.phone,
            draft.template,
            draft.consent,
            now_ms(),
            draft.limits,
            draft.pin,
        )
        return self.vault.add(record, lookalike_of=lookalike_of)

    def renew_keys(self, *, transform: bool, master: bool) -> None:
        """Turn every template by a new key, and put a new master key in force.

        Raises:
            enroll.errors.Error: no manager, or the store; both go on where they stopped.
        """
        if transform:
            self.vault.renew_transform(now_ms=now_ms())
        if master:
            self.vault.rotate_key(now_ms=now_ms())

    def top_up(self, pseudonym: str, amount_minor: int) -> int:
        """Book what was paid in; gives the entry's index in the book.

        Raises:
            BadInputError: nothing, or less.
            enroll.errors.UnknownShopperError: erased.
            ledger.errors.Error: the book refused.
        """
        if amount_minor <= 0:
            raise BadInputError("A top-up is more than nothing.", hint="Give an amount as 20.00.")
        shopper = self.vault.for_topup(pseudonym)
        entry = cash.book(self.home, shopper.pseudonym, amount_minor)
        self.vault.topped_up(shopper.pseudonym, entry, now_ms())
        return entry
