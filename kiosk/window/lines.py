"""A cart's lines as rows of widgets: with steppers where they can be changed, plain elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kiosk.window import theme
from kiosk.window.parts import button, clear, column, label, row, rule, short_label
from ledger.money import format_amount, format_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.orders import OrderLine

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class OrderLines(QFrame):
    """The lines of a cart or a receipt, and nothing else."""

    quantity_wanted = Signal(str, int)

    def __init__(self, *, steppers: bool) -> None:
        super().__init__()
        self.setProperty("panel", "plain")
        self._steppers = steppers
        self._shown: tuple[tuple[OrderLine, ...], str] | None = None
        self._rows: QVBoxLayout = column(gap=10)
        self._rows.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setLayout(self._rows)

    def show_lines(self, lines: Sequence[OrderLine], currency: str) -> None:
        """Show these lines; rows are made anew only when something changed."""
        wanted = (tuple(lines), currency)
        if wanted == self._shown:
            return
        self._shown = wanted
        clear(self._rows)
        for number, line in enumerate(lines):
            if number:
                self._rows.addWidget(rule())
            self._rows.addWidget(self._row(line, currency))
        self._rows.addStretch(1)

    def _row(self, line: OrderLine, currency: str) -> QWidget:
        made = QWidget()
        total = short_label(format_decimal(line.total_minor, currency), tone="strong")
        total.setAlignment(RIGHT)
        unit = format_amount(line.unit_minor, currency)
        if not self._steppers:
            across = row(gap=12)
            count = short_label(
                self.tr("{count} \N{MULTIPLICATION SIGN}").format(count=line.quantity), tone="muted"
            )
            across.addWidget(count)
            across.addWidget(label(line.name), 1)
            across.addWidget(total)
            made.setLayout(across)
            return made
        down = column(gap=4)
        top = row(gap=12)
        top.addWidget(label(line.name, tone="strong"), 1)
        top.addWidget(total)
        bottom = row(gap=8)
        bottom.addWidget(
            label(self.tr("{price} each").format(price=unit), "small", tone="muted"), 1
        )
        bottom.addWidget(self._step(line, -1))
        count = short_label(str(line.quantity), "heading")
        count.setMinimumWidth(theme.TARGET_PX - 8)
        count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        bottom.addWidget(count)
        bottom.addWidget(self._step(line, +1))
        down.addLayout(top)
        down.addLayout(bottom)
        made.setLayout(down)
        return made

    def _step(self, line: OrderLine, by: int) -> QWidget:
        wanted = line.quantity + by
        made = button(
            "+" if by > 0 else "\N{MINUS SIGN}",
            "step",
            lambda: self.quantity_wanted.emit(line.sku, wanted),
        )
        made.setAccessibleName(
            self.tr("One more {name}").format(name=line.name)
            if by > 0
            else self.tr("One {name} less").format(name=line.name)
        )
        return made


class TotalRow(QFrame):
    """The sum, as the largest figure in its panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "plain")
        across = row()
        self.name = short_label(self.tr("Total"), "heading")
        self.amount = short_label("", "title")
        self.amount.setAlignment(RIGHT)
        across.addWidget(self.name)
        across.addStretch(1)
        across.addWidget(self.amount)
        self.setLayout(across)

    def show_amount(self, minor: int, currency: str) -> None:
        """Show an amount of minor units."""
        self.amount.setText(format_amount(minor, currency))
