"""All that is stored on one person, as one document for them: the right of access.

Everything is in it, with a sentence on what each part is. It goes into a file of their own and
nowhere else; that it was made is in the audit trail.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from enroll import consent

if TYPE_CHECKING:
    from enroll.vault import Vault

FORMAT = 1
_ABOUT = {
    "name": "Your name and phone number, as you gave them.",
    "consent": "What you agreed to, when, and before which member of staff.",
    "template": (
        "Your face as a list of numbers (float32, little-endian, base64), turned by a secret key"
        " of this shop, so that it fits no other shop's system. It is no picture, and none can be"
        " made of it by ordinary means. It is kept encrypted under a key of your own."
    ),
    "pin": "Only whether you have a PIN; what is kept is a scrambled form that nobody can read.",
    "limits": "What you let the till take, in the smallest unit of the currency; null is no limit.",
    "lookalikes": "How many shoppers look so like you that you both give a second factor.",
    "attempts": "How many wrong attempts to pay in your name are counted at present.",
    "desk": "What was done to your account at the desk, when, and by whom.",
    "book": "Every entry of the payment book under your code number. These are kept by law.",
}


def document(vault: Vault, ref: str, now_ms: int) -> dict[str, object]:
    """The document, as JSON-able data.

    Raises:
        UnknownShopperError: Nobody there.
        SignInError, DamagedError, StorageError: As named.
    """
    kept = vault.everything_on(ref, now_ms)
    shopper = kept.shopper
    template = kept.template
    return {
        "facetill": "data on one person",
        "format": FORMAT,
        "written_at_ms": now_ms,
        "what_is_what": _ABOUT,
        "pseudonym": shopper.pseudonym,
        "status": shopper.status,
        "name": shopper.name,
        "phone": shopper.phone,
        "enrolled_at": shopper.enrolled_at.isoformat(timespec="seconds"),
        "revoked_at": shopper.revoked_at and shopper.revoked_at.isoformat(timespec="seconds"),
        "consent": {
            "version": shopper.consent.version,
            "text": consent.text(shopper.consent.version),
            "given_at_ms": shopper.consent.given_at_ms,
            "staff": shopper.consent.staff,
        },
        "template": None
        if template is None
        else {
            "model": shopper.model,
            "numbers": len(template),
            "quality": shopper.quality,
            "base64": base64.b64encode(template.astype("<f4").tobytes()).decode(),
        },
        "pin": {"kept": shopper.has_pin},
        "limits": shopper.limits.to_json(),
        "lookalikes": len(kept.lookalikes),
        "attempts": {"failures": vault.attempts.failures(shopper.pseudonym)},
        "desk": [entry.to_json() for entry in kept.trail],
        "book": _entries(vault, shopper.pseudonym),
    }


def _entries(vault: Vault, pseudonym: str) -> list[dict[str, object]]:
    from ledger.book import Ledger
    from ledger.errors import LedgerMissingError

    try:
        with Ledger.open(vault.home, read_only=True) as book:
            return [
                json.loads(entry.leaf())
                for entry in book.entries()
                if getattr(entry.content, "pseudonym", None) == pseudonym
            ]
    except LedgerMissingError:
        return []
