"""What the desk knows of a shopper, and the rules for a name, a phone number and a consent."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from enroll.errors import BadInputError

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

NAME_CHARACTERS_MAX: Final = 80
PHONE_DIGITS_MIN: Final = 4
PHONE_DIGITS_MAX: Final = 15  # ITU-T E.164
STAFF_CHARACTERS_MAX: Final = 40
LIMIT_MINOR_MAX: Final = 10**12
_MORE: Final = "*"
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PSEUDONYM: Final = re.compile(r"s-[a-z2-7]{16}")
_PERSON_BLOCK_BYTES: Final = 256
LOOKALIKES_MAX: Final = 16
NO_MODEL: Final = ""  # of an account without a face
QUALITY_MAX: Final = 100

Status = Literal["active", "revoked"]


@dataclass(frozen=True, slots=True)
class Consent:
    """That a person agreed: to which text, when (Unix ms), and before whom."""

    version: str
    given_at_ms: int
    staff: str

    def __post_init__(self) -> None:
        if not 0 < len(self.staff) <= STAFF_CHARACTERS_MAX or not self.staff.isprintable():
            raise BadInputError(
                f"A staff id has 1 to {STAFF_CHARACTERS_MAX} printable characters.",
                hint="Give it with --staff ID.",
            )


@dataclass(frozen=True, slots=True)
class Limits:
    """What a shopper lets the till take, in minor units of the home's currency; None is no limit.

    Attributes:
        per_payment_minor: Most for one payment.
        per_day_minor: Most for all payments of a day.
        face_allowed: Whether a face may pay at all; if not, phone digits and PIN.
    """

    per_payment_minor: int | None = None
    per_day_minor: int | None = None
    face_allowed: bool = True

    def __post_init__(self) -> None:
        for limit_minor in (self.per_payment_minor, self.per_day_minor):
            if limit_minor is not None and not 0 <= limit_minor <= LIMIT_MINOR_MAX:
                raise BadInputError(
                    "A limit is an amount from nothing upwards.", hint="Give it as 20.00, or none."
                )

    def loosens(self, before: Limits) -> bool:
        """Whether anything is allowed by these that was not before."""
        pairs = (
            (self.per_payment_minor, before.per_payment_minor),
            (self.per_day_minor, before.per_day_minor),
        )
        return (self.face_allowed and not before.face_allowed) or any(
            was is not None and (now is None or now > was) for now, was in pairs
        )

    def to_json(self) -> dict[str, object]:
        """For `--json` and the sealed cell."""
        return {
            "per_payment_minor": self.per_payment_minor,
            "per_day_minor": self.per_day_minor,
            "face_allowed": self.face_allowed,
        }


@dataclass(frozen=True, slots=True)
class Person:
    """What is sealed of a shopper in one cell.

    Attributes:
        name: As `clean_name` gives it.
        phone: As `clean_phone` gives it.
        limits: What the till may take.
        lookalikes: Pseudonyms of shoppers whose faces are too near for a face alone.
        quality: Figure of the template, 0 to 100; None where it was not judged.
    """

    name: str = field(repr=False)
    phone: str = field(repr=False)
    limits: Limits = Limits()
    lookalikes: tuple[str, ...] = ()
    quality: int | None = None

    def pack(self) -> bytes:
        """JSON, padded to a multiple of 256 bytes so that the cell's size tells little."""
        record = {
            "name": self.name,
            "phone": self.phone,
            "limits": self.limits.to_json(),
            "lookalikes": _at_most(self.lookalikes),
            "quality": self.quality,
        }
        data = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        return data + b" " * (-len(data) % _PERSON_BLOCK_BYTES)

    @classmethod
    def unpack(cls, data: bytes) -> Person:
        """The person of `pack`, or of a cell of format 1, which had a name and a phone.

        Raises:
            ValueError, KeyError, TypeError: It is neither.
        """
        record = json.loads(data)
        return cls(
            str(record["name"]),
            str(record["phone"]),
            Limits(**record.get("limits", {})),
            tuple(str(p) for p in record.get("lookalikes", ())),
            record.get("quality"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A face as numbers: (d,) float32 of length 1, the recogniser that made it, and its quality.

    `quality` is `quality.Quality.figure`, 0 to 100; None where it was not judged.
    """

    embedding: NDArray[np.float32] = field(repr=False)
    model: str
    quality: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EnrolmentRecord:
    """All that is needed to open an account; one without a template pays by phone and PIN."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    template: Template | None
    consent: Consent
    enrolled_at_ms: int
    limits: Limits = Limits()
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Shopper:
    """An account as staff see it; of a revoked one only the tombstone is left."""

    pseudonym: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    enrolled_at: datetime
    status: Status
    model: str
    consent: Consent
    revoked_at: datetime | None = None
    limits: Limits = Limits()
    needs_second: bool = False
    has_pin: bool = False
    quality: int | None = None

    def to_json(self) -> dict[str, object]:
        """For `--json`: no template, no score."""
        return {
            "pseudonym": self.pseudonym,
            "name": self.name,
            "phone": self.phone,
            "status": self.status,
            "enrolled_at": _iso(self.enrolled_at),
            "revoked_at": _iso(self.revoked_at) if self.revoked_at else None,
            "model": self.model,
            "consent": {"version": self.consent.version, "staff": self.consent.staff},
            "limits": self.limits.to_json(),
            "needs_second_factor": self.needs_second,
            "has_pin": self.has_pin,
            "quality": self.quality,
        }


def new_pseudonym() -> str:
    """`s-` and 80 random bits in base32."""
    return "s-" + "".join(secrets.choice(_BASE32) for _ in range(16))


def is_pseudonym(text: str) -> bool:
    """Whether the text has the form of a pseudonym."""
    return _PSEUDONYM.fullmatch(text) is not None


def clean_name(name: str) -> str:
    """The name in NFC with single spaces.

    Raises:
        BadInputError: Empty, too long, or with control characters.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(cleaned) <= NAME_CHARACTERS_MAX or not cleaned.isprintable():
        raise BadInputError(
            f"A name has 1 to {NAME_CHARACTERS_MAX} printable characters.",
            hint="Give it in quotes: --name 'Ada Lovelace'.",
        )
    return cleaned


def clean_phone(phone: str) -> str:
    """The digits, with a leading + if there was one (or 00); the same number, the same text.

    Raises:
        BadInputError: Not a phone number.
    """
    text = re.sub(r"[\s().\-/]", "", unicodedata.normalize("NFKC", phone))
    text = re.sub(r"^00", "+", text)
    digits = text.removeprefix("+")
    plain = digits.isascii() and digits.isdigit()
    if not plain or not PHONE_DIGITS_MIN <= len(digits) <= PHONE_DIGITS_MAX:
        raise BadInputError(
            "That is not a phone number, nor a pseudonym.",
            hint=f"A phone number has {PHONE_DIGITS_MIN} to {PHONE_DIGITS_MAX} digits.",
        )
    return text


def _at_most(lookalikes: tuple[str, ...]) -> tuple[str, ...]:
    # who has more than can be listed stays flagged for good, whoever of them is erased
    if len(lookalikes) <= LOOKALIKES_MAX:
        return lookalikes
    return (*[p for p in lookalikes if p != _MORE][: LOOKALIKES_MAX - 1], _MORE)


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
