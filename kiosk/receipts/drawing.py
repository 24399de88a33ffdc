"""Draws a receipt on 80 mm paper: as a PDF whose text can be selected, as a PNG, as dots.

One drawing serves all three, so that the picture a shopper takes home is what was printed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import segno
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.receipts.layout import Row

DOTS: Final = 576  # printable width of 80 mm paper: 72 mm at 8 dots a millimetre
DOTS_PER_MM: Final = 8
MARGIN_DOTS: Final = 32
PNG_SCALE: Final = 2
QR_QUIET_MODULES: Final = 4
GAP: Final = 4
SIZES: Final = {"title": 40, "notice": 24, "text": 26, "small": 21, "total": 34}
BOLD: Final = {"title", "notice", "total"}
VARIANTS: Final = ("calt", "liga", "locl", "ccmp", "kern", "palt", "halt", "pwid", "hwid")
FAMILIES: Final = {
    "en": ("Inter", "Noto Sans", "DejaVu Sans", "Noto Sans CJK SC", "sans-serif"),
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "sans-serif"),
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "sans-serif"),
}


def ensure_application() -> QGuiApplication:
    """What Qt needs before it draws; made once, without a display where there is none."""
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        return existing
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(["facetill"])


class Paper:
    """Draws rows from the top to the bottom of a strip of paper `DOTS` wide.

    Args:
        rows: what stands on it.
        language: one of `layout.LANGUAGES`.
    """

    def __init__(self, rows: Sequence[Row], language: str) -> None:
        ensure_application()
        self._rows = rows
        self._language = language

    @property
    def height(self) -> int:
        """Of the whole strip, in dots."""
        return self._draw(None)

    def draw(self, painter: QPainter) -> None:
        """Draw it at the origin, one unit a dot."""
        self._draw(painter)

    def _draw(self, painter: QPainter | None) -> int:
        y = MARGIN_DOTS
        for row in self._rows:
            if row.kind == "rule":
                if painter:
                    painter.fillRect(0, y + 6, DOTS, 2, QColor("black"))
                y += 14
            elif row.kind == "code":
                y += self._code(painter, y, row.left)
            else:
                y += self._text(painter, y, row) + GAP
        return y + MARGIN_DOTS

    def _font(self, kind: str) -> QFont:
        font = QFont()
        font.setFamilies(list(FAMILIES[self._language]))
        font.setPixelSize(SIZES[kind])
        font.setBold(kind in BOLD)
        for feature in VARIANTS:  # a PDF would not know what another glyph for a sign means
            font.setFeature(QFont.Tag(feature), 0)
        return font

    def _text(self, painter: QPainter | None, y: int, row: Row) -> int:
        font = self._font(row.kind)
        metrics = QFontMetrics(font)
        centred = row.kind in {"title", "notice"}
        taken = metrics.horizontalAdvance(row.right) + 24 if row.right else 0
        if taken > DOTS // 2 and metrics.horizontalAdvance(row.left) + taken > DOTS:
            taken = 0  # no room beside each other: one below the other
        across = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        flags = int(across | Qt.TextFlag.TextWordWrap)
        if max(map(metrics.horizontalAdvance, row.left.split() or [""])) > DOTS - taken:
            flags |= int(Qt.TextFlag.TextWrapAnywhere)
        room = QRect(0, y, DOTS - taken, 10_000)
        height = metrics.boundingRect(room, flags, row.left).height()
        right_y = y if taken else y + height
        if painter:
            painter.setFont(font)
            painter.setPen(QColor("black"))
            painter.drawText(QRect(0, y, DOTS - taken, height), flags, row.left)
            if row.right:
                place = QRect(0, right_y, DOTS, metrics.height())
                painter.drawText(place, int(Qt.AlignmentFlag.AlignRight), row.right)
        return height if taken or not row.right else height + metrics.height()

    def _code(self, painter: QPainter | None, y: int, payload: str) -> int:
        matrix = segno.make_qr(payload, error="l", boost_error=False).matrix
        module = DOTS // (len(matrix) + 2 * QR_QUIET_MODULES)
        side = module * (len(matrix) + 2 * QR_QUIET_MODULES)
        if painter:
            left, top = (DOTS - side) // 2 + QR_QUIET_MODULES * module, y
            top += QR_QUIET_MODULES * module
            squares = [
                QRect(left + across * module, top + down * module, module, module)
                for down, line in enumerate(matrix)
                for across, dark in enumerate(line)
                if dark
            ]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("black"))
            painter.drawRects(squares)  # at once: thousands of single calls wear PySide's None out
        return side


def picture(rows: Sequence[Row], language: str, scale: int = PNG_SCALE) -> QImage:
    """The receipt on white, with a margin at both sides.

    Args:
        rows: what stands on it.
        language: one of `layout.LANGUAGES`.
        scale: pixels a dot.
    """
    paper = Paper(rows, language)
    size = (scale * (DOTS + 2 * MARGIN_DOTS), scale * paper.height)
    image = QImage(*size, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(MARGIN_DOTS, 0)
    paper.draw(painter)
    painter.end()
    return image


def png(rows: Sequence[Row], language: str) -> bytes:
    """The receipt as a PNG file."""
    image = picture(rows, language)
    dots_per_metre = PNG_SCALE * DOTS_PER_MM * 1000
    image.setDotsPerMeterX(dots_per_metre)
    image.setDotsPerMeterY(dots_per_metre)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload] # its stub forgets str
    return bytes(buffer.data().data())


def pdf(rows: Sequence[Row], language: str, title: str) -> bytes:
    """The receipt as a PDF file of one page, 80 mm wide and as long as it is."""
    paper = Paper(rows, language)
    across, down = DOTS + 2 * MARGIN_DOTS, paper.height
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Facetill")
    size = QSizeF(across / DOTS_PER_MM, down / DOTS_PER_MM)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Millimeter, "receipt", exact))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    scale = writer.width() / across
    painter.scale(scale, scale)
    painter.translate(MARGIN_DOTS, 0)
    paper.draw(painter)
    painter.end()
    return bytes(buffer.data().data())


def dots(rows: Sequence[Row], language: str) -> tuple[int, int, bytes]:
    """The receipt for a printer: width, height, and a byte a dot, 0 black and 255 white."""
    paper = Paper(rows, language)
    image = QImage(DOTS, paper.height, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paper.draw(painter)
    painter.end()
    lines = bytes(image.constBits())
    stride = image.bytesPerLine()
    packed = b"".join(lines[y * stride : y * stride + DOTS] for y in range(image.height()))
    return DOTS, image.height(), packed
