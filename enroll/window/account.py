"""One shopper's page: everything that staff may look up or change, and the way out again."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout

from enroll import erasure, export
from enroll.cli_tools import write_private
from enroll.roles import OPEN_DESK, may
from enroll.shopper import Limits
from enroll.window.enrolling import typed_twice
from enroll.window.form import Form
from enroll.window.office import now_ms
from enroll.window.page import Page
from enroll.window.parts import button, card, label, row
from ledger.money import format_decimal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from enroll.roles import Action
    from enroll.shopper import Shopper
    from enroll.window.page import Desk


class AccountPage(Page):
    """What is known of a shopper, and a button for each errand the role allows."""

    def __init__(self, desk: Desk, pseudonym: str) -> None:
        self._shopper = desk.office.vault.show(pseudonym)
        active = self._shopper.status == "active"
        title = self._shopper.name if active else self.tr("Erased account")
        super().__init__(desk, title)
        self._add_facts()
        self.errands: dict[str, QPushButton] = {}
        if active:
            self._add_actions()
        self.column.addStretch(1)
        self.column.addLayout(row(button(self.tr("Back"), lambda: desk.go("start")), None))

    def _add_facts(self) -> None:
        shopper, office = self._shopper, self.desk.office
        sheet, inner = card()
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(10)
        for number, (words, value) in enumerate(self._facts(shopper)):
            at, column = divmod(number, 2)
            grid.addWidget(label(words, "muted"), at, 2 * column)
            grid.addWidget(label(value), at, 2 * column + 1)
        inner.addLayout(grid)
        if shopper.needs_second and shopper.status == "active":
            words = self.tr("Looks like somebody else here: a second factor is always asked.")
            inner.addWidget(label(words, "notice"))
        owed = office.balance_minor(shopper.pseudonym)
        if shopper.status != "active" and owed:
            words = self.tr("The book still owes {0}: pay it out.").format(office.shown(owed))
            inner.addWidget(label(words, "notice"))
        self.column.addWidget(sheet)

    def _facts(self, shopper: Shopper) -> list[tuple[str, str]]:
        office = self.desk.office
        since = shopper.enrolled_at.astimezone(UTC)
        facts = [
            (self.tr("Pseudonym"), shopper.pseudonym),
            (self.tr("Balance"), office.shown(office.balance_minor(shopper.pseudonym))),
            (self.tr("Enrolled"), f"{since:%Y-%m-%d %H:%M} UTC"),
            (self.tr("Consent"), f"{shopper.consent.version}, {shopper.consent.staff}"),
        ]
        if shopper.revoked_at is not None:
            return [*facts, (self.tr("Erased"), f"{shopper.revoked_at:%Y-%m-%d %H:%M} UTC")]
        limits = shopper.limits
        quality = "-" if shopper.quality is None else f"{shopper.quality} / 100"
        return [
            *facts,
            (self.tr("Phone number"), shopper.phone),
            (self.tr("Quality"), quality),
            (self.tr("PIN"), self.tr("set") if shopper.has_pin else self.tr("none")),
            (
                self.tr("Pays with"),
                self.tr("face") if limits.face_allowed else self.tr("phone number and PIN"),
            ),
            (self.tr("Most for one payment"), self._limit(limits.per_payment_minor)),
            (self.tr("Most for one day"), self._limit(limits.per_day_minor)),
        ]

    def _limit(self, minor: int | None) -> str:
        return self.tr("no own limit") if minor is None else self.desk.office.shown(minor)

    def _add_actions(self) -> None:
        errands: tuple[tuple[str, str, Action, object, str], ...] = (
            ("topup", self.tr("Top up"), "top up", self._top_up, "main"),
            ("edit", self.tr("Edit name or phone"), "edit", self._edit, ""),
            ("pin", self.tr("Set the PIN"), "set a PIN", self._set_pin, ""),
            ("limits", self.tr("Limits"), "tighten limits", self._set_limits, ""),
            ("renew", self.tr("Renew the face"), "renew", self._renew, ""),
            ("export", self.tr("Data for the person"), "export", self._export, ""),
            ("revoke", self.tr("Erase everything"), "revoke", self._revoke, "danger"),
        )
        grid = QGridLayout()
        grid.setSpacing(12)
        session = self.desk.office.session or OPEN_DESK
        for number, (key, words, action, errand, name) in enumerate(errands):
            made = button(words, errand, name)  # type: ignore[arg-type]  # bound methods, all
            made.setEnabled(may(session, action))
            if not made.isEnabled():
                made.setToolTip(self.tr("A manager may do this."))
            self.errands[key] = made
            grid.addWidget(made, number // 4, number % 4)
        self.column.addLayout(grid)

    def _ask(self, form: Form) -> None:
        if form.exec():
            self.desk.go("account", self._shopper.pseudonym)

    def _top_up(self) -> None:
        office, pseudonym = self.desk.office, self._shopper.pseudonym

        def errand(form: Form) -> None:
            office.top_up(pseudonym, office.amount(form.text("amount")))

        form = Form(self, self.tr("Top up"), self.tr("Book it"), errand)
        form.ask("amount", self.tr("Paid in, in {0}").format(office.home.currency))
        self._ask(form)

    def _edit(self) -> None:
        shopper, vault = self._shopper, self.desk.office.vault

        def errand(form: Form) -> None:
            vault.edit(
                shopper.pseudonym, name=form.text("name"), phone=form.text("phone"), now_ms=now_ms()
            )

        form = Form(self, self.tr("Edit name or phone"), self.tr("Keep"), errand)
        form.ask("name", self.tr("Name"), shopper.name)
        form.ask("phone", self.tr("Phone number"), shopper.phone)
        self._ask(form)

    def _set_pin(self) -> None:
        shopper, vault = self._shopper, self.desk.office.vault

        def errand(form: Form) -> None:
            pin = typed_twice(form.text("pin"), form.text("again"), shopper.phone)
            vault.set_pin(shopper.pseudonym, pin, now_ms())

        form = Form(self, self.tr("Set the PIN"), self.tr("Keep"), errand)
        form.explain(self.tr("Six digits, typed by the person; empty takes the PIN away."))
        form.ask_secret("pin", self.tr("PIN"))
        form.ask_secret("again", self.tr("The same PIN once more"))
        self._ask(form)

    def _set_limits(self) -> None:
        shopper, office = self._shopper, self.desk.office
        limits = shopper.limits

        def errand(form: Form) -> None:
            wanted = Limits(
                office.amount(form.text("payment")) or None,
                office.amount(form.text("day")) or None,
                form.ticked("face"),
            )
            office.vault.set_limits(shopper.pseudonym, wanted, now_ms())

        def typed(minor: int | None) -> str:
            return "" if minor is None else format_decimal(minor, office.home.currency)

        form = Form(self, self.tr("Limits"), self.tr("Keep"), errand)
        form.explain(self.tr("Empty: no limit of the person's own."))
        form.ask("payment", self.tr("Most for one payment"), typed(limits.per_payment_minor))
        form.ask("day", self.tr("Most for one day"), typed(limits.per_day_minor))
        form.ask_yes("face", self.tr("May pay with the face"), value=limits.face_allowed)
        self._ask(form)

    def _renew(self) -> None:
        self.desk.forget()
        self.desk.draft.renews = self._shopper.pseudonym
        self.desk.go("consent")

    def _export(self) -> None:
        pseudonym, vault = self._shopper.pseudonym, self.desk.office.vault

        def errand(form: Form) -> None:
            path = Path(form.text("file").strip()).expanduser()
            found = export.document(vault, pseudonym, now_ms())
            text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
            write_private(path, text.encode())

        form = Form(self, self.tr("Data for the person"), self.tr("Write the file"), errand)
        form.explain(self.tr("Everything stored on the person, for them alone."))
        form.ask("file", self.tr("File"), str(Path.home() / f"{pseudonym}.json"))
        self._ask(form)

    def _revoke(self) -> None:
        pseudonym, vault = self._shopper.pseudonym, self.desk.office.vault

        def errand(_: Form) -> None:
            erasure.erase(vault, pseudonym, now_ms())

        form = Form(self, self.tr("Erase everything"), self.tr("Erase now"), errand)
        form.explain(
            self.tr(
                "The key of {0} is destroyed, and with it name, phone number, PIN and face. "
                "This cannot be undone. The payments stay in the book."
            ).format(self._shopper.name)
        )
        form.accept_button.setObjectName("danger")
        form.cancel_button.setFocus()
        self._ask(form)
