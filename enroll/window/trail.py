"""The audit trail's page: who did what at the desk, checked from its first entry on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from enroll.window.page import Page
from enroll.window.parts import button, label, row

if TYPE_CHECKING:
    from enroll.trail import TrailEntry
    from enroll.window.page import Desk

SHOWN_MAX = 1_000


class TrailPage(Page):
    """The newest entries, newest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.tr("Audit trail"))
        entries: list[TrailEntry] = []
        whole = self.attempt(lambda: entries.extend(desk.office.vault.trail.read()))
        if whole:
            words = self.tr("{0} entries; the chain is whole.").format(len(entries))
            self.column.addWidget(label(words, "good"))
        headings = [
            self.tr("Number"),
            self.tr("Time (UTC)"),
            self.tr("Staff"),
            self.tr("Action"),
            self.tr("Account"),
        ]
        self.table = QTableWidget(0, len(headings))
        self.table.setAccessibleName(self.tr("Audit trail"))
        self.table.setHorizontalHeaderLabels(headings)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(44)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        shown = entries[::-1][:SHOWN_MAX]
        self.table.setRowCount(len(shown))
        for at, entry in enumerate(shown):
            when = datetime.fromtimestamp(entry.at_ms / 1000, UTC)
            what = f"{entry.action} ({entry.note})" if entry.note else entry.action
            cells = (str(entry.number), f"{when:%Y-%m-%d %H:%M:%S}", entry.staff, what)
            for column, text in enumerate((*cells, entry.subject)):
                self.table.setItem(at, column, QTableWidgetItem(text))
        self.column.addWidget(self.table, 1)
        self.column.addLayout(row(button(self.tr("Back"), lambda: desk.go("start")), None))
