"""The pages of an enrolment: consent, details, camera, done. No consent, no camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout

from enroll import consent, pins
from enroll.errors import AlreadyEnrolledError, BadInputError, OtherFaceError
from enroll.roles import OPEN_DESK, may
from enroll.shopper import Limits, clean_name, clean_phone
from enroll.window.camera import CaptureRun, Seen
from enroll.window.page import ERRORS, Page
from enroll.window.parts import button, card, field, label, row, secret
from enroll.window.preview import Preview

if TYPE_CHECKING:
    from enroll.errors import Error
    from enroll.shopper import Template
    from enroll.window.page import Desk
    from ledger.errors import Error as LedgerError
    from models.errors import Error as ModelsError


class ConsentPage(Page):
    """The text, in the language the person reads; a tick and a staff id sign it."""

    def __init__(self, desk: Desk) -> None:
        title = self.tr("Consent comes first")
        super().__init__(desk, title)
        sheet, inner = card(16)
        text = label(consent.text(consent.version(desk.language)), "heading")
        inner.addWidget(text)
        version = consent.version(desk.language)
        inner.addWidget(label(self.tr("Text {0}. No camera is open.").format(version), "muted"))
        self.tick = QCheckBox(self.tr("The person has read this and agrees"))
        self.tick.setAccessibleName(self.tick.text())
        inner.addWidget(self.tick)
        session = desk.office.session
        self.staff: QLineEdit | None = None
        if session is None:
            self.staff = field(inner, self.tr("Your staff id"))
            self.staff.textChanged.connect(self._ready)
        else:
            inner.addWidget(label(self.tr("Witnessed by {0}").format(session.staff), "muted"))
        self.column.addWidget(sheet)
        self.column.addStretch(1)
        self.next = button(self.tr("Continue"), self._continue, "main")
        back = button(self.tr("Back"), self._back)
        self.column.addLayout(row(back, None, self.next))
        self.tick.toggled.connect(self._ready)
        self._ready()

    def _back(self) -> None:
        self.desk.forget()
        self.desk.go("start")

    def _staff_id(self) -> str:
        session = self.desk.office.session
        if session is not None:
            return session.staff
        return self.staff.text().strip() if self.staff is not None else ""

    def _ready(self) -> None:
        self.next.setEnabled(self.tick.isChecked() and bool(self._staff_id()))

    def _continue(self) -> None:
        def errand() -> None:
            draft = self.desk.draft
            draft.consent = self.desk.office.agreed(self.desk.language, self._staff_id())

        if self.attempt(errand):
            self.desk.go("camera" if self.desk.draft.renews else "details")


class DetailsPage(Page):
    """Name, phone number, PIN, first top-up and limits."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("About the person"))
        draft, currency = desk.draft, desk.office.home.currency
        left, first = card()
        self.name = field(first, self.tr("Name"))
        self.name.setText(draft.name)
        self.phone = field(first, self.tr("Phone number"))
        self.phone.setText(draft.phone)
        self.phone.setInputMethodHints(Qt.InputMethodHint.ImhDialableCharactersOnly)
        words = self.tr("PIN of six digits, typed by the person (may be left out)")
        self.pin = secret(field(first, words))
        self.again = secret(field(first, self.tr("The same PIN once more")))
        first.addStretch(1)
        right, second = card()
        self.topup = field(second, self.tr("Paid in now, in {0}").format(currency), "20.00")
        self.per_payment = field(second, self.tr("Most for one payment (empty: no own limit)"))
        self.per_day = field(second, self.tr("Most for one day (empty: no own limit)"))
        self.face = QCheckBox(self.tr("May pay with the face"))
        self.face.setAccessibleName(self.face.text())
        self.face.setChecked(draft.limits.face_allowed)
        second.addWidget(self.face)
        words = self.tr("Whoever does not want that pays with phone number and PIN instead.")
        second.addWidget(label(words, "muted"))
        second.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(20)
        both.addWidget(left, 1)
        both.addWidget(right, 1)
        self.column.addLayout(both)
        self.column.addStretch(1)
        self.next = button(self.tr("To the camera"), self._continue, "main")
        self.face.toggled.connect(self._ready)
        self._ready()
        back = button(self.tr("Back"), lambda: desk.go("consent"))
        self.column.addLayout(row(back, None, self.next))
        self.name.setFocus()

    def leave(self) -> None:
        """Forget what was typed in secret."""
        self.pin.clear()
        self.again.clear()

    def _ready(self) -> None:
        camera = self.face.isChecked()
        words = self.tr("To the camera") if camera else self.tr("Enrol without a face")
        self.next.setText(words)
        self.next.setAccessibleName(words)

    def _continue(self) -> None:
        desk = self.desk
        if not self.attempt(self._take):
            return
        if desk.draft.limits.face_allowed:
            desk.go("camera")
        else:
            self.attempt(lambda: keep(desk))

    def _take(self) -> None:
        draft, office = self.desk.draft, self.desk.office
        draft.name, draft.phone = clean_name(self.name.text()), clean_phone(self.phone.text())
        office.vault.require_phone_free(draft.phone)
        draft.pin = typed_twice(self.pin.text(), self.again.text(), draft.phone)
        if not self.face.isChecked() and draft.pin is None:
            raise BadInputError(
                self.tr("Without the face, a PIN is needed to pay."),
                hint=self.tr("Let the person choose one."),
            )
        draft.topup_minor = office.amount(self.topup.text())
        draft.limits = Limits(
            office.amount(self.per_payment.text()) or None,
            office.amount(self.per_day.text()) or None,
            self.face.isChecked(),
        )


def typed_twice(first: str, second: str, phone: str) -> str | None:
    """The PIN that was typed twice; none where none was typed.

    Raises:
        BadInputError: the two differ, or a rule of `enroll.pins`.
    """
    if not first and not second:
        return None
    if first != second:
        raise BadInputError("The two PINs differ.", hint="Type the same six digits twice.")
    return pins.require_good(first, phone)


def keep(desk: Desk, *, lookalike_of: tuple[str, ...] = (), identity_checked: bool = False) -> None:
    """Keep the draft as an account, book what was paid in, and show what was made.

    Raises:
        enroll.errors.Error: nothing was kept.
    """
    shopper = desk.office.finish(
        desk.draft, lookalike_of=lookalike_of, identity_checked=identity_checked
    )
    amount_minor = desk.draft.topup_minor
    desk.forget()
    if not amount_minor:
        desk.go("done", shopper.pseudonym)
        return
    try:
        entry = desk.office.top_up(shopper.pseudonym, amount_minor)
    except ERRORS as error:
        desk.go("account", shopper.pseudonym)
        desk.page.said.say(desk.words.trouble(error))
        return
    desk.go("done", f"{shopper.pseudonym}/{entry}")


class CameraPage(Page):
    """The preview with its ring, and what to do in large letters."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("Before the camera"))
        draft, office = desk.draft, desk.office
        self.prompt = label(self.tr("The camera is starting"), "prompt")
        self.hint = label("", "notice")
        self.hint.hide()
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName(self.tr("Progress"))
        words = self.tr("No picture is kept. Five poses make one template.")
        self.skip = button(self.tr("Cannot do this one"), self._skip)
        self.skip.setEnabled(False)
        self.again = button(self.tr("Start again"), lambda: desk.go("camera"))
        self.again.hide()
        self.run = CaptureRun(lambda: office.open_camera(draft), office.eyes)
        self.preview = Preview(lambda: self.run.frame)
        self.preview.setAccessibleName(self.tr("The camera's picture, as a mirror"))
        side = QVBoxLayout()
        side.setSpacing(18)
        side.addStretch(1)
        for widget in (self.prompt, self.hint, self.bar, label(words, "muted")):
            side.addWidget(widget)
        side.addLayout(row(self.skip, self.again, None))
        side.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(32)
        both.addWidget(self.preview, 5)
        both.addLayout(side, 4)
        self.column.addLayout(both, 1)
        self.offers = QVBoxLayout()
        self.column.addLayout(self.offers)
        before = "consent" if draft.renews else "details"
        self.column.addLayout(row(button(self.tr("Back"), lambda: desk.go(before)), None))
        self.run.seen.connect(self._seen)
        self.run.failed.connect(self._failed)
        self.run.finished.connect(self._finished)
        self.run.start()

    def leave(self) -> None:
        """Let go of the camera."""
        self.run.close()

    def _seen(self, seen: Seen) -> None:
        self.preview.set_poses(seen.done, seen.pose)
        self.prompt.setText(self.desk.words.pose(seen.pose))
        hint = self.desk.words.hint(seen.hint)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.bar.setValue(round(seen.progress * 100))
        self.skip.setEnabled(seen.may_skip)

    def _skip(self) -> None:
        self.skip.setEnabled(False)
        self.run.skip()

    def _failed(self, error: Error | LedgerError | ModelsError) -> None:
        self.said.say(self.desk.words.trouble(error))
        self.hint.hide()
        self.skip.hide()
        self.again.show()

    def _finished(self, template: Template) -> None:
        self.desk.draft.template = template
        self._keep(())

    def _keep(self, lookalike_of: tuple[str, ...], *, identity_checked: bool = False) -> None:
        desk = self.desk
        try:
            keep(desk, lookalike_of=lookalike_of, identity_checked=identity_checked)
        except AlreadyEnrolledError as error:
            self._failed(error)
            self._offer(error.pseudonym, (*lookalike_of, error.pseudonym))
        except OtherFaceError as error:
            self._failed(error)
            if may(desk.office.session or OPEN_DESK, "change a face"):
                words = self.tr("I have checked who this is")
                made = button(words, lambda: self._keep((), identity_checked=True))
                self.offers.addLayout(row(made, None))
        except ERRORS as error:
            self._failed(error)

    def _offer(self, known: str, others: tuple[str, ...]) -> None:
        """The account that has this face; for a manager also the way on for a twin."""
        desk = self.desk
        offers = [button(self.tr("Open that account"), lambda: desk.go("account", known))]
        session = desk.office.session or OPEN_DESK
        if may(session, "enrol a lookalike") and not desk.draft.renews:
            words = self.tr("It is another person, such as a twin")
            offers.append(button(words, lambda: self._keep(others)))
        self.offers.addLayout(row(*offers, None))


class DonePage(Page):
    """What was made: the quality in a figure, lookalikes, and the first top-up's entry."""

    def __init__(self, desk: Desk, subject: str) -> None:
        pseudonym, _, entry = subject.partition("/")
        shopper = desk.office.vault.show(pseudonym)
        super().__init__(desk, self.tr("{0} is enrolled").format(shopper.name))
        sheet, inner = card(12)
        if shopper.quality is not None:
            inner.addWidget(label(str(shopper.quality), "figure"))
            inner.addWidget(label(desk.words.quality(shopper.quality), "heading"))
            inner.addWidget(label(self.tr("Quality of the template, of 100"), "muted"))
        balance = desk.office.shown(desk.office.balance_minor(pseudonym))
        inner.addWidget(label(self.tr("Balance: {0}").format(balance), "heading"))
        if entry:
            words = self.tr("The top-up is entry {0} of the book.").format(entry)
            inner.addWidget(label(words, "muted"))
        inner.addWidget(label(self.tr("Pseudonym: {0}").format(pseudonym), "muted"))
        if shopper.needs_second:
            words = self.tr(
                "Somebody enrolled here looks alike. Both will be asked for the last digits of "
                "their phone number or their PIN."
            )
            inner.addWidget(label(words, "notice"))
        self.column.addWidget(sheet)
        self.column.addStretch(1)
        account = button(self.tr("Open the account"), lambda: desk.go("account", pseudonym))
        more = button(self.tr("To the start"), lambda: desk.go("start"), "main")
        self.column.addLayout(row(account, None, more))
        more.setFocus()
