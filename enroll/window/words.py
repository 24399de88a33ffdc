"""What the desk's window says to a key: poses, hints and reasons, in the language installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from enroll.errors import (
    AlreadyEnrolledError,
    LockedError,
    NotEnoughFramesError,
    NotLiveError,
    OtherFaceError,
    PoorTemplateError,
    SignInError,
    TwoPeopleError,
)
from ledger.errors import BadAmountError

if TYPE_CHECKING:
    from enroll.errors import Error
    from ledger.errors import Error as LedgerError
    from models.errors import Error as ModelsError


class Words(QObject):
    """The words behind keys; a QObject, so that Linguist finds them under its name."""

    def pose(self, key: str) -> str:
        """What the person is asked to do."""
        return {
            "ahead": self.tr("Look straight into the camera"),
            "left": self.tr("Turn your head slowly to your left"),
            "right": self.tr("Turn your head slowly to your right"),
            "up": self.tr("Raise your chin a little"),
            "down": self.tr("Lower your chin a little"),
            "back": self.tr("Look straight ahead once more"),
            "": self.tr("Done, thank you"),
        }[key]

    def hint(self, key: str) -> str:
        """What to change now; empty where nothing is in the way."""
        return {
            "": "",
            "wait": "",
            "no_face": self.tr("Stand before the camera, with the face uncovered"),
            "two_faces": self.tr("Only the person who enrols may be in view"),
            "nearer": self.tr("Move nearer"),
            "farther": self.tr("Move back a little"),
            "centre": self.tr("Move into the middle of the oval"),
            "unclear": self.tr("Uncover the whole face and hold still"),
            "look_ahead": self.tr("Look straight into the camera"),
            "too_dark": self.tr("More light from the front is needed"),
            "too_bright": self.tr("Turn away from the strong light"),
            "blurred": self.tr("Hold still; clean the lens if this stays"),
            "eyes_closed": self.tr("Open the eyes, and take off dark glasses"),
            "turn_more": self.tr("A little further"),
            "nod_more": self.tr("A little further"),
        }.get(key, self.tr("Hold still"))

    def quality(self, figure: int | None) -> str:
        """What the figure of a template means."""
        if figure is None:
            return self.tr("Not judged")
        if figure >= QUALITY_GOOD_MIN:
            return self.tr("Very good: it will be recognised quickly")
        if figure >= QUALITY_FAIR_MIN:
            return self.tr("Good enough; better light from the front would help")
        return self.tr("Weak: enrol again in better light")

    def trouble(self, error: Error | LedgerError | ModelsError) -> str:
        """What happened and what to do, for whoever stands at the desk.

        The errors' own hints are for the command line; a sentence that has no words here is shown
        as it is.
        """
        if isinstance(error, AlreadyEnrolledError):
            who = self.tr("This person or phone number belongs to {0} already.")
            return f"{who.format(error.pseudonym)}\n{self.tr('Open that account instead.')}"
        said = {
            TwoPeopleError: (
                self.tr("Another face came before the camera, or the face was lost."),
                self.tr("One person stays before the camera from beginning to end; start again."),
            ),
            NotLiveError: (
                self.tr("This looks like a picture or a screen."),
                self.tr("Only the person themselves may be enrolled."),
            ),
            NotEnoughFramesError: (
                self.tr("Too few good pictures were seen."),
                self.tr("Mind the hints under the prompt, and start again."),
            ),
            PoorTemplateError: (
                self.tr("The pictures would make a weak template."),
                self.tr("Enrol again in better light from the front."),
            ),
            LockedError: (
                self.tr("Too many wrong PINs."),
                self.tr("Wait a while, or ask a manager for a new PIN."),
            ),
            SignInError: (
                self.tr("This staff id and PIN do not fit, or may not do this."),
                self.tr("Try again, or ask a manager."),
            ),
            OtherFaceError: (
                self.tr("This is not the face on file."),
                self.tr("A manager who has checked who this is may go on."),
            ),
            BadAmountError: (
                self.tr("That is not an amount."),
                self.tr("Write digits with a point, such as 12.50."),
            ),
        }
        for kind, words in said.items():
            if isinstance(error, kind):
                return "\n".join(words)
        hint = "" if "facetill " in error.hint or "--" in error.hint else f"\n{self.tr(error.hint)}"
        return self.tr(error.message) + hint

    def _fixed(self) -> tuple[str, ...]:
        """Sentences that errors are made with elsewhere, listed for Linguist to find."""
        return (
            self.tr("A PIN has 6 digits."),
            self.tr("A PIN of one digit only is too easy."),
            self.tr("Digits in a row are too easy a PIN."),
            self.tr("The phone number's digits are too easy a PIN."),
            self.tr("Choose another one."),
            self.tr("The two PINs differ."),
            self.tr("Type the same six digits twice."),
            self.tr("A name has 1 to 80 printable characters."),
            self.tr("That is not a phone number, nor a pseudonym."),
            self.tr("A phone number has 4 to 15 digits."),
            self.tr("An amount is nothing or more."),
            self.tr("A top-up is more than nothing."),
            self.tr("The camera gives no picture."),
            self.tr("Plug it in again and start anew."),
            self.tr("Nobody agreed yet."),
        )


QUALITY_GOOD_MIN, QUALITY_FAIR_MIN = 70, 40
