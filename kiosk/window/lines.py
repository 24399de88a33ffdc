"""A cart's lines as rows of widgets: with steppers where they can be changed, plain elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kiosk.i18n.formats import money
from kiosk.window.button import Button
from kiosk.window.parts import RIGHT, clear, column, label, panel, row, rule, short_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiosk.window.look import Look
    from ledger.orders import Discount, OrderLine, Tax


class OrderLines(QFrame):
    """The lines of a cart or a receipt, and nothing else."""

    quantity_wanted = Signal(str, int)

    def __init__(
        self, look: Look, currency: str, *, steppers: bool, names: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._names = names or {}
        self.setProperty("panel", "plain")
        self._look, self._currency, self._steppers = look, currency, steppers
        self._shown: tuple[OrderLine, ...] | None = None
        self._rows: QVBoxLayout = column(gap=look.px(10))
        self._rows.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._rows.setContentsMargins(0, 0, look.px(14) if steppers else 0, 0)
        self.setLayout(self._rows)

    def show_lines(self, lines: Sequence[OrderLine]) -> None:
        """Show these lines; rows are made anew only when something changed."""
        wanted = tuple(lines)
        if wanted == self._shown:
            return
        focus = self._focused()
        self._shown = wanted
        clear(self._rows)
        for number, line in enumerate(lines):
            if number:
                self._rows.addWidget(rule())
            self._rows.addWidget(self._row(line))
        self._rows.addStretch(1)
        for made in self.findChildren(Button):
            if made.objectName() == focus and made.isEnabled():
                made.setFocus()  # who works with keys stays where they were

    def _focused(self) -> str:
        return next(
            (made.objectName() for made in self.findChildren(Button) if made.hasFocus()), ""
        )

    def _row(self, line: OrderLine) -> QWidget:
        made = QWidget()
        look = self._look
        total = short_label(self._money(line.total_minor), tone="strong")
        total.setAlignment(RIGHT)
        if not self._steppers:
            across = row(gap=look.px(12))
            across.addWidget(
                short_label(
                    f"{line.quantity}\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}",
                    tone="muted",
                )
            )
            across.addWidget(label(self._name(line)), 1)
            across.addWidget(total)
            made.setLayout(across)
            return made
        down = column(gap=look.px(4))
        top = row(gap=look.px(12))
        top.addWidget(label(self._name(line), tone="strong"), 1)
        top.addWidget(total)
        bottom = row(gap=look.px(8))
        each = self.tr("{price} each").format(price=self._money(line.unit_minor))
        bottom.addWidget(label(each, "small", tone="muted"), 1)
        bottom.addWidget(self._step(line, -1))
        count = short_label(str(line.quantity), "heading")
        count.setMinimumWidth(look.px(44))
        count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        bottom.addWidget(count)
        bottom.addWidget(self._step(line, +1))
        down.addLayout(top)
        down.addLayout(bottom)
        made.setLayout(down)
        return made

    def _step(self, line: OrderLine, by: int) -> Button:
        wanted = line.quantity + by
        if by > 0:
            name = self.tr("One more {name}").format(name=self._name(line))
        elif wanted:
            name = self.tr("One {name} less").format(name=self._name(line))
        else:
            name = self.tr("Take {name} out of the cart").format(name=self._name(line))
        icon = "plus" if by > 0 else "minus" if wanted else "bin"
        made = Button(
            self._look,
            "",
            "step",
            lambda: self.quantity_wanted.emit(line.sku, wanted),
            icon=icon,
            name=name,
        )
        made.setObjectName(f"{line.sku} {by}")
        return made

    def _name(self, line: OrderLine) -> str:
        """As the shopper's language calls it; the book keeps the shop's own name."""
        return self._names.get(line.sku, line.name)

    def _money(self, minor: int) -> str:
        return money(minor, self._currency, self._look.language)


class Sums(QFrame):
    """What was taken off, the tax, and the sum as the largest figure of its panel.

    `extra`, what was taken off and the tax, may be put elsewhere: beside lines that scroll.
    """

    def __init__(self, look: Look, currency: str) -> None:
        super().__init__()
        self.setProperty("panel", "plain")
        self._look, self._currency = look, currency
        down = column(gap=look.px(6))
        self._extra = column(gap=look.px(6))
        self.extra = panel(self._extra, "plain")
        down.addWidget(self.extra)
        across = row(gap=look.gap)
        self.name = short_label(self.tr("Total"), "heading")
        self.amount = short_label("", "title")
        self.amount.setAlignment(RIGHT)
        across.addWidget(self.name)
        across.addStretch(1)
        across.addWidget(self.amount)
        down.addLayout(across)
        self.setLayout(down)

    def show_sums(
        self, total_minor: int, discounts: Sequence[Discount] = (), taxes: Sequence[Tax] = ()
    ) -> None:
        """Show the total, and above it what made it differ from the lines."""
        clear(self._extra)
        self.extra.setVisible(bool(discounts or taxes))
        for discount in discounts:
            self._add(discount.name, -discount.amount_minor, "accent")
        for tax in taxes:
            rate = f"{tax.rate_ppm / 10_000:g}\N{NO-BREAK SPACE}%"
            said = (
                self.tr("Tax {name}, {rate}, included")
                if tax.kind == "included"
                else self.tr("Tax {name}, {rate}")
            )
            self._add(said.format(name=tax.name, rate=rate), tax.amount_minor, "muted")
        self.amount.setText(self._money(total_minor))

    def _add(self, name: str, minor: int, tone: str) -> None:
        held = QWidget()
        across = row(gap=self._look.px(12))
        across.addWidget(label(name, "small", tone=tone), 1)
        amount = short_label(self._money(minor), "small", tone=tone)
        amount.setAlignment(RIGHT)
        across.addWidget(amount)
        held.setLayout(across)
        self._extra.addWidget(held)

    def _money(self, minor: int) -> str:
        return money(minor, self._currency, self._look.language)
