"""The words for the keys that the flow, the liveness check and the refusals speak in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from kiosk.refusals import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.errors import Refusal
    from kiosk.flow import State

REFUSAL_CONTEXT = "Refusal"  # of kiosk.refusals, whose sentences know nothing of Qt


class Words(QObject):
    """A look-up by key; made anew for each language."""

    def prompts(self) -> dict[str, str]:
        """What the shopper is asked to do before the camera."""
        return {
            "look": self.tr("Look at the camera"),
            "blink": self.tr("Blink once"),
            "turn_left": self.tr("Turn your head to the left"),
            "turn_right": self.tr("Turn your head to the right"),
            "open_mouth": self.tr("Open your mouth"),
            "come_nearer": self.tr("Come nearer"),
            "step_back": self.tr("Step back"),
            "hold_still": self.tr("Hold still for a moment"),
        }

    def hints(self) -> dict[str, str]:
        """What is in the way before the camera."""
        return {
            "no_face": self.tr("I cannot see a face. Come into the oval."),
            "two_faces": self.tr("I see more than one face. One person at a time, please."),
            "nearer": self.tr("Come a little nearer."),
            "farther": self.tr("Step back a little."),
            "too_dark": self.tr("It is too dark. Turn towards the light."),
            "too_bright": self.tr("It is too bright. Turn away from the light."),
            "blurred": self.tr("The picture is blurred. Keep still for a moment."),
            "off_centre": self.tr("Move into the middle of the oval."),
            "camera": self.tr("The camera gives no picture. Please call staff."),
        }

    def entry_hints(self) -> dict[str, str]:
        """What was wrong with what was typed."""
        return {
            "wrong_digits": self.tr("These are not the digits. Please try again."),
            "wrong_pin": self.tr("That PIN is not right. Please try again."),
            "wrong": self.tr("That is not right. Please try again."),
        }

    def cart_hints(self) -> dict[str, str]:
        """What became of a scan, a coupon or a step on."""
        return {
            "unknown_code": self.tr("This shop does not know that code."),
            "unknown_coupon": self.tr("There is no such coupon here."),
            "out_of_stock": self.tr("Something has run out. Please take fewer."),
            "nothing_to_pay": self.tr("There is nothing to pay."),
            "price_changed": self.tr("A price has just changed. Please look once more."),
        }

    def unused_coupon(self, reason: str) -> str:
        """Why a coupon takes nothing off; `{name}` stands for the coupon."""
        reasons = {
            "early": self.tr("{name} is not valid yet."),
            "late": self.tr("{name} is no longer valid."),
            "minimum": self.tr("{name} needs a larger purchase."),
            "nothing": self.tr("{name} is for nothing in this cart."),
            "taken": self.tr("{name} does not go together with another offer."),
        }
        return reasons.get(reason, self.tr("{name} takes nothing off."))

    def left(self, name: str, count: int) -> str:
        """How many are left of what ran out."""
        if not count:
            return self.tr("{name} has run out.").format(name=name)
        return self.tr("Only {count} of {name} are left.").format(name=name, count=count)

    def cart_notes(self, state: State, names: Mapping[str, str]) -> list[str]:
        """Everything that the shopper should know of their cart; `names` are by SKU."""
        cart = state.cart
        notes = [self.left(names.get(s.sku, s.name), s.left) for s in cart.short]
        if state.hint and not (state.hint == "out_of_stock" and notes):
            notes.insert(0, self.cart_hints().get(state.hint, ""))
        notes += [self.unused_coupon(u.reason).format(name=u.name) for u in cart.unused]
        return [note for note in notes if note]

    def refusals(self) -> dict[str, tuple[str, str]]:
        """Cause and action of the refusals that the book or the machine words in English."""
        staff = self.tr("Call the staff; your cart is kept.")
        return {
            "insufficient_funds": (
                self.tr("Your balance is not enough for this cart."),
                self.tr("Ask the staff to top it up, or take something out of the cart."),
            ),
            "ledger": (self.tr("The payment could not be booked; nothing was charged."), staff),
            "setup": (self.tr("This till is not ready to take payments."), staff),
            "broken_source": (self.tr("The recording cannot be read."), staff),
        }

    def prompt(self, key: str) -> str:
        """What to do; a new key is at least a look into the camera."""
        return self.prompts().get(key) or self.prompts()["look"]

    def hint(self, key: str) -> str:
        """What is in the way; empty where nothing is known to be."""
        return self.hints().get(key, "")

    def entry_hint(self, key: str) -> str:
        """What was wrong; empty where nothing was."""
        return self.entry_hints().get(key) or (self.entry_hints()["wrong"] if key else "")


def refusal_words(refusal: Refusal, language: str) -> tuple[str, str]:
    """The cause and the action in the language that is installed.

    A sentence that came from a device or a book has no translation: then the code's own sentence
    is shown, and where the code is unknown too, that the till met a fault.
    """
    said = [QCoreApplication.translate(REFUSAL_CONTEXT, text) for text in _both(refusal)]
    if language == "en" or tuple(said) != _both(refusal):
        return said[0], said[1]
    own = Words().refusals().get(refusal.reason)
    if own is not None:
        return own
    words = WORDS.get(refusal.reason, WORDS["fault"])
    return (
        QCoreApplication.translate(REFUSAL_CONTEXT, words[0]),
        QCoreApplication.translate(REFUSAL_CONTEXT, words[1]),
    )


def _both(refusal: Refusal) -> tuple[str, str]:
    return refusal.message, refusal.hint
