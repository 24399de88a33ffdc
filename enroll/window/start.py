"""Where the desk begins: sign in where there are accounts; then enrol somebody, or find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from enroll.roles import OPEN_DESK, may
from enroll.shopper import is_pseudonym
from enroll.window.form import Form
from enroll.window.page import Page
from enroll.window.parts import button, card, field, label, row, secret

if TYPE_CHECKING:
    from enroll.shopper import Shopper
    from enroll.window.page import Desk

LISTED_MAX = 500


class SignInPage(Page):
    """Staff id and PIN."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("Who is at the desk?"))
        sheet, inner = card()
        sheet.setMaximumWidth(560)
        self.staff = field(inner, self.tr("Staff id"))
        self.pin = secret(field(inner, self.tr("PIN")))
        self.enter = button(self.tr("Sign in"), self._sign_in, "main")
        inner.addSpacing(8)
        inner.addWidget(self.enter)
        self.column.addWidget(sheet)
        self.column.addStretch(1)
        self.pin.returnPressed.connect(self._sign_in)
        self.staff.setFocus()

    def leave(self) -> None:
        """Forget the PIN."""
        self.pin.clear()

    def _sign_in(self) -> None:
        pin = self.pin.text()
        self.pin.clear()
        if self.attempt(lambda: self.desk.office.sign_in(self.staff.text().strip(), pin)):
            self.desk.go("start")


class StartPage(Page):
    """Enrol, find, list."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("Enrolment desk"))
        first, inner = card(12)
        inner.addWidget(label(self.tr("A new shopper"), "heading"))
        words = self.tr("Consent, a few details, and twenty seconds before the camera.")
        inner.addWidget(label(words, "muted"))
        self.enrol = button(self.tr("Enrol a shopper"), self._enrol, "main")
        inner.addLayout(row(self.enrol, None))
        self.column.addWidget(first)
        second, inner = card(12)
        inner.addWidget(label(self.tr("Somebody who is enrolled"), "heading"))
        self.search = field(inner, self.tr("Phone number, pseudonym, or part of a name"))
        self.search.returnPressed.connect(self._find)
        self.find_button = button(self.tr("Find"), self._find)
        everybody = button(self.tr("Show all"), self._list)
        trail = button(self.tr("Audit trail"), lambda: desk.go("trail"))
        keys = button(self.tr("Renew keys"), self._renew_keys)
        keys.setEnabled(may(desk.office.session or OPEN_DESK, "renew the transform"))
        inner.addLayout(row(self.find_button, everybody, None, keys, trail))
        self.column.addWidget(second)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(self.tr("Shoppers"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Name"), self.tr("Phone number"), self.tr("Status"), self.tr("Pseudonym")]
        )
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(48)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setMinimumHeight(220)
        self.table.setShowGrid(False)
        self.table.cellActivated.connect(self._open)
        self.table.cellClicked.connect(self._open)
        self.table.hide()
        self.column.addWidget(self.table, 1)
        self.column.addStretch(0)
        self._spare = self.column.count() - 1
        self.column.setStretch(self._spare, 1)

    def _enrol(self) -> None:
        self.desk.forget()
        self.desk.go("consent")

    def _renew_keys(self) -> None:
        def errand(form: Form) -> None:
            self.desk.office.renew_keys(
                transform=form.ticked("transform"), master=form.ticked("master")
            )

        form = Form(self, self.tr("Renew keys"), self.tr("Renew now"), errand)
        form.explain(
            self.tr(
                "After a leak: what leaked matches nothing here any more. A million people take "
                "about a minute; if it is stopped, it goes on where it was."
            )
        )
        form.ask_yes("transform", self.tr("Turn every template by a new key"), value=True)
        form.ask_yes("master", self.tr("A new master key"), value=True)
        if form.exec():
            self.said.say(self.tr("The keys are new."), "good")

    def _find(self) -> None:
        wanted = self.search.text().strip()
        if not wanted:
            return
        vault = self.desk.office.vault
        found: list[Shopper] = []
        if is_pseudonym(wanted) or any(character.isdigit() for character in wanted):

            def exact() -> None:
                found.append(vault.show(wanted))

            if not self.attempt(exact):
                return
        else:

            def by_name() -> None:
                found.extend(s for s in vault.list() if wanted.casefold() in s.name.casefold())

            if not self.attempt(by_name):
                return
        if len(found) == 1:
            self.desk.go("account", found[0].pseudonym)
        else:
            self._fill(found)

    def _list(self) -> None:
        found: list[Shopper] = []
        if self.attempt(lambda: found.extend(self.desk.office.vault.list())):
            self._fill(found)

    def _fill(self, found: list[Shopper]) -> None:
        if not found:
            self.said.say(self.tr("Nobody was found."), "notice")
        elif len(found) > LISTED_MAX:
            words = self.tr("{0} found; the newest {1} are shown.")
            self.said.say(words.format(len(found), LISTED_MAX), "notice")
        else:
            self.said.say("")
        shown = found[::-1][:LISTED_MAX]
        self.table.setRowCount(len(shown))
        for at, shopper in enumerate(shown):
            active = shopper.status == "active"
            status = self.tr("active") if active else self.tr("erased")
            cells = (shopper.name, shopper.phone, status, shopper.pseudonym)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, shopper.pseudonym)
                self.table.setItem(at, column, item)
        self.table.setVisible(bool(found))
        self.column.setStretch(self._spare, 0 if found else 1)

    def _open(self, at: int, column: int) -> None:
        item = self.table.item(at, column)
        if item is not None:
            self.desk.go("account", item.data(Qt.ItemDataRole.UserRole))
