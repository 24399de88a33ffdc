"""The shop's shelf beside the cart: a touch adds, the panel changes, one button goes on to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QStackedLayout, QWidget

from kiosk.flow import Add, Checkout, ClearCart, SetQuantity
from kiosk.window import theme
from kiosk.window.icons import Icon, category_icon
from kiosk.window.lines import OrderLines, TotalRow
from kiosk.window.parts import (
    CENTRE,
    Page,
    button,
    column,
    label,
    panel,
    rename,
    row,
    rule,
    scrolling,
    short_label,
)
from ledger.money import format_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent

    from kiosk.catalogue import Product
    from kiosk.flow import State

TILE_WIDTH_MIN = 200
PANEL_WIDTH = 430


class Tile(QPushButton):
    """One product: pictogram, name, price, and how many are in the cart."""

    def __init__(self, product: Product, currency: str, press: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("look", "tile")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.sku = product.sku
        price = format_amount(product.price_minor, currency)
        self.setAccessibleName(f"{product.name}, {price}")
        self.name = label(product.name, tone="strong", centre=True)
        self.price = label(price, tone="muted", centre=True)
        self.count = label("", "small", tone="accent", centre=True)
        inside = column(margin=10, gap=3)
        inside.addStretch(1)
        inside.addWidget(Icon(category_icon(product.category), 84), 0, CENTRE)
        inside.addSpacing(6)
        inside.addWidget(self.name)
        inside.addWidget(self.price)
        inside.addWidget(self.count)
        inside.addStretch(1)
        for text in (self.name, self.price, self.count):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(inside)
        self.clicked.connect(lambda: press())  # noqa: PLW0108 - drops Qt's `checked`

    def show_count(self, count: int) -> None:
        """Say how many are in the cart; nothing where there is none."""
        self.count.setText(self.tr("{count} in cart").format(count=count) if count else "")


class CataloguePage(Page):
    """Shelf and cart on one screen, so that nothing has to be opened."""

    def __init__(self, products: Sequence[Product], currency: str) -> None:
        super().__init__()
        self._currency = currency
        split = self.split(gap=24)
        self.tiles = [self._tile(product) for product in products]
        shelf = column(gap=14)
        shelf.addWidget(label(self.tr("What would you like?"), "title"))
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 14, 0)
        self._grid.setSpacing(theme.GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._columns = 0
        self.shelf = scrolling(inside)
        shelf.addWidget(self.shelf, 1)
        split.addLayout(shelf, 1)
        self.panel = self._cart_panel()
        split.addWidget(self.panel)
        self._place(4)

    def _tile(self, product: Product) -> Tile:
        return Tile(product, self._currency, lambda: self.send.emit(Add(product.sku)))

    def _cart_panel(self) -> QWidget:
        inside = column(margin=22, gap=12)
        top = row()
        top.addWidget(short_label(self.tr("Your cart"), "heading"))
        top.addStretch(1)
        self.clear = button(self.tr("Clear"), "quiet", lambda: self.send.emit(ClearCart()))
        self.clear.setAccessibleName(self.tr("Clear the cart"))
        top.addWidget(self.clear)
        inside.addLayout(top)
        inside.addWidget(rule())
        self.lines = OrderLines(steppers=True)
        self.lines.quantity_wanted.connect(lambda sku, n: self.send.emit(SetQuantity(sku, n)))
        empty = column(gap=14)
        empty.addStretch(1)
        empty.addWidget(Icon("bag", 96), 0, CENTRE)
        self.empty = label(
            self.tr("Nothing in it yet. Touch a product to add it."), tone="muted", centre=True
        )
        empty.addWidget(self.empty)
        empty.addStretch(1)
        self._stack = QStackedLayout()
        self._stack.addWidget(panel(empty, "plain"))
        self._stack.addWidget(scrolling(self.lines))
        inside.addLayout(self._stack, 1)
        inside.addWidget(rule())
        self.total = TotalRow()
        inside.addWidget(self.total)
        self.pay = button(self.tr("Pay"), "main", lambda: self.send.emit(Checkout()))
        inside.addWidget(self.pay)
        return panel(inside)

    def show_state(self, state: State) -> None:
        """Show the cart in the panel and on the tiles."""
        lines = state.cart.lines
        total = state.cart.total_minor
        self.lines.show_lines(lines, self._currency)
        self._stack.setCurrentIndex(1 if lines else 0)
        self.total.show_amount(total, self._currency)
        self.pay.setEnabled(bool(lines))
        self.clear.setEnabled(bool(lines))
        rename(
            self.pay,
            self.tr("Pay {amount}").format(amount=format_amount(total, self._currency))
            if lines
            else self.tr("Pay"),
        )
        counts = {line.sku: line.quantity for line in lines}
        for tile in self.tiles:
            tile.show_count(counts.get(tile.sku, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the shelf's columns and the panel to the window."""
        super().resizeEvent(event)
        if self.is_tall():
            self.panel.setFixedHeight(int(self.height() * 0.42))
            self.panel.setMinimumWidth(0)
            self.panel.setMaximumWidth(16_777_215)
            room = self.width() - 2 * theme.MARGIN
        else:
            self.panel.setMinimumHeight(0)
            self.panel.setMaximumHeight(16_777_215)
            self.panel.setFixedWidth(min(PANEL_WIDTH, self.width() // 2))
            room = self.width() - 2 * theme.MARGIN - self.panel.width() - 24
        self._place(max(2, room // (TILE_WIDTH_MIN + theme.GAP)))

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, number // columns, number % columns)
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
