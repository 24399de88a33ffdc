"""The shop's shelf beside the cart: a touch adds, the panel changes, one button goes on."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from kiosk.flow import Add, Cancel, Checkout, ClearCart, Coupon, SetQuantity
from kiosk.window.code import CodeSheet
from kiosk.window.find import matches
from kiosk.window.keyboard import Keyboard
from kiosk.window.lines import OrderLines, Sums
from kiosk.window.page import Page
from kiosk.window.parts import (
    CENTRE,
    column,
    label,
    panel,
    row,
    rule,
    scrolling,
)
from kiosk.window.tile import Tile
from kiosk.window.words import Words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QHBoxLayout

    from kiosk.catalogue import Product
    from kiosk.flow import State
    from kiosk.window.button import Button
    from kiosk.window.look import Look
    from kiosk.window.port import TillPort

TILE_DRAWN_PX = 176
PANEL_DRAWN_PX = 400
TILES_STEP = 48  # a shelf of thousands is shown piece by piece


class CartPage(Page):
    """Shelf and cart on one screen, so that nothing has to be opened."""

    def __init__(self, look: Look, till: TillPort) -> None:
        super().__init__(look, till)
        self._words = Words()
        self._category = ""
        self._query = ""
        self._shown_max = TILES_STEP
        self._counts: dict[str, int] = {}
        self.tiles: list[Tile] = []
        self.chips: list[Button] = []
        split = self.split(gap=look.px(12 if look.compact else 24))
        self.panel = self._cart_panel()
        if look.tall:
            split.addLayout(self._shelf(), 11)
            split.addWidget(self.panel, 9)
        else:
            wide = look.px(PANEL_DRAWN_PX + 40 * look.text_size)
            self.panel.setFixedWidth(min(wide, look.width * 2 // 5))
            split.addLayout(self._shelf(), 1)
            split.addWidget(self.panel)
        self._fill()

    # ---- the shelf -----------------------------------------------------------------------------

    def _shelf(self) -> QVBoxLayout:
        look = self.look
        shelf = column(gap=look.px(12))
        top = row(gap=look.px(12))
        self.title = label(self.tr("What would you like?"), "heading" if look.compact else "title")
        self.found = label("", "heading", tone="accent")
        self.found.hide()
        self.seek = self.button(
            "", "step", self._toggle_search, icon="search", name=self.tr("Search")
        )
        top.addWidget(self.title, 1)
        top.addWidget(self.found, 1)
        top.addWidget(self.seek)
        shelf.addLayout(top)
        self.categories = self._categories()
        shelf.addWidget(self.categories)
        inside = QWidget()
        down = column(gap=look.gap)
        down.setContentsMargins(0, 0, look.px(12), 0)
        self._grid = QGridLayout()
        self._grid.setSpacing(look.px(12))
        down.addLayout(self._grid)
        self.nothing = label(self.tr("Nothing on the shelf has these letters."), tone="muted")
        self.more = self.button(self.tr("Show more"), "large", self._show_more)
        down.addWidget(self.nothing)
        down.addWidget(self.more)
        down.addStretch(1)
        inside.setLayout(down)
        self.shelf = scrolling(inside)
        shelf.addWidget(self.shelf, 1)
        self.keyboard = Keyboard(look)
        self.keyboard.typed.connect(lambda letter: self._search(self._query + letter))
        self.keyboard.erased.connect(lambda: self._search(self._query[:-1]))
        self.keyboard.closed.connect(self._toggle_search)
        self.keyboard.hide()
        shelf.addWidget(self.keyboard)
        return shelf

    def _categories(self) -> QScrollArea:
        across = row(gap=self.look.px(10))
        language = self.look.language
        names = list(dict.fromkeys(made.category_in(language) for made in self.till.products))
        for name in ("", *names):
            text = name or self.tr("All")
            made = self.button(text, "chip", functools.partial(self._choose, name))
            made.setChecked(name == self._category)
            made.setProperty("category", name)
            made.setMinimumWidth(made.sizeHint().width())  # the row scrolls, its words do not wrap
            self.chips.append(made)
            across.addWidget(made)
        across.addStretch(1)
        area = scrolling(across)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(self.chips[0].sizeHint().height() + 2)
        area.setVisible(len(names) > 1)
        return area

    def _choose(self, category: str) -> None:
        self._category = category
        for chip in self.chips:
            chip.setChecked(chip.property("category") == category)
            chip.setMinimumWidth(0)
            chip.setMinimumWidth(chip.sizeHint().width())
        self._shown_max = TILES_STEP
        self._fill()

    def _toggle_search(self) -> None:
        on = self.keyboard.isHidden()
        self.keyboard.setVisible(on)
        self.found.setVisible(on)
        self.title.setVisible(not on)
        self.categories.setVisible(not on and len(self.chips) > 2)  # noqa: PLR2004 - "all" and one
        self.panel.setVisible(not on or not self.look.compact)
        self._search("")

    def _search(self, query: str) -> None:
        self._query = query
        self.found.setText(query or self.tr("Type a few letters"))
        self._shown_max = TILES_STEP
        self._fill()

    def _show_more(self) -> None:
        self._shown_max += TILES_STEP
        self._fill()

    def _wanted(self) -> list[Product]:
        searching = not self.keyboard.isHidden()
        language = self.look.language
        return [
            product
            for product in self.till.products
            if searching or self._category in {"", product.category_in(language)}
            if matches(self._query, self._texts(product))
        ]

    def _texts(self, product: Product) -> tuple[str, ...]:
        """What a search finds it by: its names in both tongues, its category, its code."""
        language = self.look.language
        names = (product.name, product.name_in(language), product.category_in(language))
        return (*names, product.sku, *product.barcodes)

    def _fill(self) -> None:
        """Lay out the tiles that are wanted; those that are there already are kept."""
        wanted = self._wanted()
        shown = wanted[: self._shown_max]
        have = {tile.sku: tile for tile in self.tiles}
        while self._grid.takeAt(0) is not None:
            pass
        skus = {product.sku for product in shown}
        for sku, tile in have.items():
            if sku not in skus:
                tile.hide()
                tile.deleteLater()
        self.tiles = [have.get(product.sku) or self._tile(product) for product in shown]
        columns = self._columns()
        for number, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, number // columns, number % columns)
            tile.show_count(self._counts.get(tile.sku, 0))
        for number in range(max(self._grid.columnCount(), columns)):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
        self.nothing.setVisible(not shown)
        self.more.setVisible(len(wanted) > len(shown))
        self.shelf.verticalScrollBar().setValue(0)

    def _columns(self) -> int:
        look = self.look
        room = look.width - 2 * look.margin
        if not look.tall:
            room -= self.panel.width() + look.px(24)
        wide = look.px(TILE_DRAWN_PX) + look.px(24) * look.text_size
        return max(2, room // (wide + look.px(12)))

    def _tile(self, product: Product) -> Tile:
        price = self.money(product.price_minor)
        folder = self.till.pictures
        file = folder / product.picture if folder is not None and product.picture else None
        return Tile(self.look, product, price, file, lambda: self.send.emit(Add(product.sku)))

    # ---- the cart ------------------------------------------------------------------------------

    def _cart_panel(self) -> QFrame:
        look = self.look
        inside = column(margin=look.px(14 if look.compact else 22), gap=look.px(10))
        inside.addLayout(self._cart_top())
        inside.addWidget(rule())
        self.lines = OrderLines(look, self.till.currency, steppers=True, names=self.names())
        self.lines.quantity_wanted.connect(lambda sku, n: self.send.emit(SetQuantity(sku, n)))
        empty = column(gap=look.px(14))
        empty.addStretch(1)
        if not look.compact:
            empty.addWidget(self.icon("bag", 88, "plain"), 0, CENTRE)
        self.empty = label(
            self.tr("Nothing in it yet. Touch a product to add it."), tone="muted", centre=True
        )
        empty.addWidget(self.empty)
        empty.addStretch(1)
        self._stack = QStackedLayout()
        self._stack.addWidget(panel(empty, "plain"))
        self.notes = label("", "small", panel="hint")
        self.sums = Sums(look, self.till.currency)
        held = column(gap=look.px(10))
        held.addWidget(self.notes)
        held.addWidget(self.lines)
        held.addWidget(self.sums.extra)
        held.addStretch(1)
        self._stack.addWidget(scrolling(held))
        inside.addLayout(self._stack, 1)
        inside.addWidget(rule())
        inside.addWidget(self.sums)
        self.pay = self.button(self.tr("Pay"), "main", Checkout())
        inside.addWidget(self.pay)
        return panel(inside)

    def _cart_top(self) -> QHBoxLayout:
        look = self.look
        top = row(gap=look.px(2))
        top.addWidget(label(self.tr("Your cart"), "heading"), 1)
        self.coupon = self.button(
            "", "quiet", self._ask_code, icon="tag", name=self.tr("Enter a coupon")
        )
        self.clear = self.button(
            "", "quiet", ClearCart(), icon="bin", name=self.tr("Clear the cart")
        )
        self.leave = self.button(
            "", "quiet", Cancel(), icon="cross", name=self.tr("Leave and start over")
        )
        top.addWidget(self.coupon)
        top.addWidget(self.clear)
        top.addWidget(self.leave)
        return top

    def _ask_code(self) -> None:
        self.sheet_wanted.emit(
            lambda look, parent, close: CodeSheet(
                look, parent, lambda code: self.send.emit(Coupon(code)), close
            )
        )

    def show_state(self, state: State) -> None:
        """Show the cart in the panel and on the tiles."""
        cart = state.cart
        self.lines.show_lines(cart.lines)
        self._stack.setCurrentIndex(1 if cart.lines or state.hint else 0)
        self.sums.show_sums(cart.total_minor, cart.discounts, cart.taxes)
        notes = self._words.cart_notes(state, self.names())
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self.pay.setEnabled(bool(cart.lines))
        self.clear.setEnabled(bool(cart.lines))
        self.pay.rename(
            self.tr("Pay {amount}").format(amount=self.money(cart.total_minor))
            if cart.lines
            else self.tr("Pay")
        )
        self._counts = {line.sku: line.quantity for line in cart.lines}
        for tile in self.tiles:
            tile.show_count(self._counts.get(tile.sku, 0))

    def spoken(self) -> str:
        """The question."""
        return self.title.text()
