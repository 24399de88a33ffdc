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
CONSENT_VERSION: Final = "2026-1-en"
CONSENT_TEXT: Final = (
    "I agree that this shop keeps an encrypted template of my face, my name and my phone number, "
    "to recognise me when I choose to pay with my face. No picture is kept. I can have all of it "
    "erased at the desk at any time, and pay another way."
)
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PSEUDONYM: Final = re.compile(r"s-[a-z2-7]{16}")
_PERSON_BLOCK_BYTES: Final = 128

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


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A face as numbers: (d,) float32 of length 1, and the recogniser that made it."""

    embedding: NDArray[np.float32] = field(repr=False)
    model: str


@dataclass(frozen=True, slots=True, eq=False)
class EnrolmentRecord:
    """All that is needed to open an account for a face."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    template: Template
    consent: Consent
    enrolled_at_ms: int


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


def pack_person(name: str, phone: str) -> bytes:
    """JSON, padded to a multiple of 128 bytes so that the cell's size tells little."""
    data = json.dumps({"name": name, "phone": phone}, ensure_ascii=False).encode()
    return data + b" " * (-len(data) % _PERSON_BLOCK_BYTES)


def unpack_person(data: bytes) -> tuple[str, str]:
    """(name, phone) of `pack_person`'s bytes."""
    person = json.loads(data)
    return str(person["name"]), str(person["phone"])


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
