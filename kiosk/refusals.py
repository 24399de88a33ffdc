"""The words of every refusal that is the till's own, by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kiosk.errors import Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = {
    "no_face": ("No face could be seen.", "Stand before the camera, look into it, and try again."),
    "two_faces": (
        "More than one face was before the camera.",
        "Come to the till one at a time, and try again.",
    ),
    "nearer": ("The face was too far away.", "Come nearer and try again."),
    "too_dark": ("It was too dark to see the face.", "Turn towards the light and try again."),
    "too_bright": ("The light was too bright.", "Turn away from the light and try again."),
    "blurred": ("The picture was blurred.", "Hold still for a moment and try again."),
    "not_live": (
        "The face did not move as a living one does.",
        "Pay in person: pictures and recordings are not taken.",
    ),
    "looks_fake": (
        "The face looked like a picture or a screen.",
        "Pay in person, without anything before your face, or ask the staff.",
    ),
    "flat": (
        "The face moved as a flat picture does.",
        "Pay in person: pictures and recordings are not taken.",
    ),
    "looped": (
        "The same moments were shown again.",
        "Pay in person: pictures and recordings are not taken.",
    ),
    "slow_camera": (
        "The camera gave too few pictures a second to follow a movement.",
        "Call the staff, who see more in `facetill doctor`, or pay another way.",
    ),
    "no_reflection": (
        "The screen's light was not seen on the face.",
        "Come nearer, away from bright light, and try again.",
    ),
    "challenge_timeout": (
        "The asked movement was not seen in time.",
        "Try again, and do what the screen asks within a few seconds.",
    ),
    "wrong_action": (
        "Another movement was seen than the one that was asked.",
        "Try again, and do only what the screen asks.",
    ),
    "face_lost": (
        "The face left the picture.",
        "Stay before the camera until the end, and try again.",
    ),
    "face_changed": (
        "The face changed in the middle.",
        "One person has to stay before the camera from beginning to end; try again.",
    ),
    "interrupted": ("The picture stopped for a moment.", "Try again, or call the staff."),
    "timeout": ("That took too long.", "Try again, or call the staff."),
    "source_ended": (
        "The recording ended before the check was done.",
        "Use a longer one, or a camera.",
    ),
    "camera": ("The camera gives no picture.", "Call the staff; your cart is kept."),
    "unknown_face": (
        "This face has no account here.",
        "Ask the staff to enrol you, or pay another way.",
    ),
    "ambiguous": (
        "This face is too like that of another account.",
        "Ask the staff; a face alone is not enough here.",
    ),
    "locked": (
        "Too many tries failed one after another.",
        "Wait a minute, or call the staff.",
    ),
    "second_factor_needed": (
        "This payment needs more than a face.",
        "Give the last digits of your phone number, or your PIN.",
    ),
    "wrong_digits": (
        "These digits do not belong to this face.",
        "Try again with the last 4 digits of your own phone number.",
    ),
    "wrong_pin": (
        "The phone number or the PIN was not right.",
        "Try again, or ask the staff to set a new PIN.",
    ),
    "no_pin": (
        "This payment needs a PIN, and your account has none yet.",
        "Ask the staff to set one, or pay them in person.",
    ),
    "over_limit": (
        "This amount is more than a face may pay here.",
        "Take something out of the cart, or pay the staff in person.",
    ),
    "pin_over_limit": (
        "This amount is more than a phone number and PIN may pay here.",
        "Pay with your face, or pay the staff in person.",
    ),
    "own_limit": (
        "This amount is more than you have set for one payment.",
        "Take something out of the cart, or ask the staff to raise your limit.",
    ),
    "day_limit": (
        "This amount is more than you may still pay within 24 hours.",
        "Pay the staff in person, or come back tomorrow.",
    ),
    "face_not_allowed": (
        "You have asked that no face pays from your account.",
        "Pay with your phone number and PIN.",
    ),
    "gallery_too_large": (
        "So many people have an account here that a face does not say enough.",
        "Pay with your phone number and PIN.",
    ),
    "needs_passive": (
        "This amount is more than a face may pay on this till.",
        "Pay with your phone number and PIN, or ask the staff.",
    ),
    "out_of_stock": (
        "An article in the cart has just run out.",
        "Go back to the cart, which shows what is left, and take fewer.",
    ),
    "file_source": (
        "A live home takes payment from cameras alone, never from a file.",
        "Name a camera, or use a demo home: `facetill init --mode demo`.",
    ),
    "fault": (
        "The till met a fault of its own; nothing was charged.",
        "Call the staff, who find more in the log.",
    ),
}


Action = Literal["retry", "pin", "staff", "cart"]

# What helps, where trying the same again would not.
ACTIONS: dict[str, Action] = {
    "ambiguous": "pin",
    "camera": "pin",
    "day_limit": "staff",
    "face_not_allowed": "pin",
    "fault": "staff",
    "flat": "staff",
    "gallery_too_large": "pin",
    "insufficient_funds": "staff",
    "ledger": "staff",
    "locked": "staff",
    "looks_fake": "staff",
    "looped": "staff",
    "needs_passive": "pin",
    "no_pin": "staff",
    "out_of_stock": "cart",
    "over_limit": "cart",
    "own_limit": "cart",
    "pin_over_limit": "staff",
    "setup": "staff",
    "slow_camera": "pin",
    "unknown_face": "staff",
}


KNOWN_REASONS = (
    frozenset(WORDS) | frozenset(ACTIONS) | {"broken_source", "nothing_to_pay", "unknown_coupon"}
)
"""Every code that a refusal has; what is told of a refusal elsewhere is one of these."""


def action_of(why: Refusal) -> Action:
    """The one thing to offer first after a refusal; the others stay a touch away."""
    return ACTIONS.get(why.reason, "retry")


def refusal(reason: str) -> Refusal:
    """The refusal of that code, in words."""
    message, hint = WORDS[reason]
    return Refusal(reason, message, hint)


def out_of_stock(short: Iterable[tuple[str, int]]) -> Refusal:
    """The refusal of a cart that holds more than the shop, naming what, and how much is left."""
    generic = refusal("out_of_stock")
    named = ", ".join(f"{name} ({left})" for name, left in short)
    message = f"Too few are left of {named}." if named else generic.message
    return Refusal(generic.reason, message, generic.hint)


def refused(reason: str) -> RefusedError:
    """The same, to be raised."""
    return RefusedError(refusal(reason))
