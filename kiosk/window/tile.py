"""One article on the shelf: its picture, name and price, and how many are in the cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from kiosk.window.drawings.goods import ground_of, paint_goods, picture_of
from kiosk.window.parts import column, label

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.catalogue import Product
    from kiosk.window.look import Look

PICTURE_DRAWN_PX = 118
PICTURE_COMPACT_PX = 84


class Picture(QWidget):
    """The shop's own picture of an article, or a drawn one."""

    def __init__(self, look: Look, product: Product, file: Path | None) -> None:
        super().__init__()
        self._look = look
        self._key = picture_of(product.name, product.category)
        self._pixmap = QPixmap(str(file)) if file is not None else QPixmap()
        self._count = 0
        self.setFixedHeight(look.px(PICTURE_COMPACT_PX if look.compact else PICTURE_DRAWN_PX))
        self.setMinimumWidth(look.px(60))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_count(self, count: int) -> None:
        """Wear the number in the corner; nothing where there is none."""
        if count != self._count:
            self._count = count
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the picture and the number."""
        del event
        c, px = self._look.palette, self._look.px
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRectF(self.rect())
        path = QPainterPath()
        path.addRoundedRect(area, px(16), px(16))
        is_drawn = self._pixmap.isNull()
        painter.fillPath(path, QColor(ground_of(self._key) if is_drawn else c.sunk))
        painter.save()
        painter.setClipPath(path)
        if is_drawn:
            inset = area.height() * 0.12
            paint_goods(painter, self._key, area.adjusted(inset, inset, -inset, -inset))
        else:
            self._paint_file(painter, area)
        painter.restore()
        if self._count:
            side = px(38)
            badge = QRectF(area.right() - side - px(6), px(6), side, side)
            painter.setPen(QPen(QColor(c.card), 2))
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(badge)
            painter.setPen(QColor(c.on_accent))
            painter.setFont(self._look.font("small", bold=True))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self._count))
        painter.end()

    def _paint_file(self, painter: QPainter, area: QRectF) -> None:
        """Fill the area, as a shop window does: the middle of the picture counts."""
        wide, high = self._pixmap.width(), self._pixmap.height()
        scale = max(area.width() / wide, area.height() / high)
        part = QRectF(0, 0, area.width() / scale, area.height() / scale)
        part.moveCenter(QRectF(self._pixmap.rect()).center())
        painter.drawPixmap(area, self._pixmap, part)


class Tile(QPushButton):
    """A touch puts one more into the cart."""

    def __init__(
        self,
        look: Look,
        product: Product,
        price: str,
        file: Path | None,
        press: Callable[[], object],
    ) -> None:
        super().__init__()
        self._look = look
        self.sku = product.sku
        self.setProperty("look", "tile")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        said = product.name_in(look.language)
        self._name = f"{said}, {price}"
        self.setAccessibleName(self._name)
        self.picture = Picture(look, product, file)
        self.name = label(said, tone="strong")
        self.price = label(price, tone="muted")
        self.count = 0
        inside = column(margin=look.px(10), gap=look.px(2))
        inside.addWidget(self.picture)
        inside.addSpacing(look.px(8))
        inside.addWidget(self.name)
        inside.addWidget(self.price)
        inside.addStretch(1)
        for text in (self.name, self.price):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            text.setContentsMargins(look.px(4), 0, look.px(4), 0)
        self._inside = inside
        self.setLayout(inside)
        self.clicked.connect(lambda: press())  # noqa: PLW0108 - drops Qt's `checked`

    def show_count(self, count: int) -> None:
        """Say how many are in the cart; nothing where there is none."""
        self.count = count
        self.picture.show_count(count)
        said = self.tr("{count} in the cart").format(count=count)
        self.setAccessibleName(f"{self._name}, {said}" if count else self._name)

    def sizeHint(self) -> QSize:
        """What its words and picture need."""
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The same, at its narrowest."""
        return self._inside.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """Its name wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the wrapped name makes it."""
        return self._inside.totalHeightForWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card, its edge, and the ring where it has the focus."""
        del event
        c = self._look.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.count > 0 or self.hasFocus()
        edge = QColor(c.accent if chosen else c.line)
        painter.setPen(QPen(edge, 3 if chosen else 1.5))
        painter.setBrush(QColor(c.accent_soft if self.isDown() else c.card))
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.drawRoundedRect(area, self._look.radius, self._look.radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(c.ink), 2, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(
                area.adjusted(5, 5, -5, -5), self._look.radius - 5, self._look.radius - 5
            )
        painter.end()
