"""Pictures of goods for articles that come without one: flat shapes in a few warm colours.

A drawing has its own ground colour, so that a shelf of them reads at a glance; an article is
matched by the words of its name first, then by those of its category.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

if TYPE_CHECKING:
    from collections.abc import Callable

    Point = tuple[float, float]
    Drawing = tuple[str, Callable[[QPainter], None]]


def _fill(painter: QPainter, colour: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))


def _stroke(painter: QPainter, colour: str, width: float) -> None:
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _oval(painter: QPainter, colour: str, x: float, y: float, a: float, b: float) -> None:
    _fill(painter, colour)
    painter.drawEllipse(QPointF(x, y), a, b)


def _box(painter: QPainter, colour: str, area: tuple[float, float, float, float], r: float) -> None:
    _fill(painter, colour)
    painter.drawRoundedRect(QRectF(*area), r, r)


def _extend(path: QPainterPath, part: tuple[float, ...]) -> None:
    """Go on with a path: 2 numbers are a line, 4 a quadratic, 6 a cubic curve."""
    points = [QPointF(x, y) for x, y in zip(part[::2], part[1::2], strict=True)]
    match points:
        case [end]:
            path.lineTo(end)
        case [bend, end]:
            path.quadTo(bend, end)
        case [first, second, end]:
            path.cubicTo(first, second, end)


def _shape(painter: QPainter, colour: str, start: Point, *parts: tuple[float, ...]) -> None:
    """A filled outline."""
    path = QPainterPath(QPointF(*start))
    for part in parts:
        _extend(path, part)
    path.closeSubpath()
    _fill(painter, colour)
    painter.drawPath(path)


def _line(
    painter: QPainter, colour: str, width: float, start: Point, *parts: tuple[float, ...]
) -> None:
    path = QPainterPath(QPointF(*start))
    for part in parts:
        _extend(path, part)
    _stroke(painter, colour, width)
    painter.drawPath(path)


def _steam(painter: QPainter, colour: str, *xs: float) -> None:
    for x in xs:
        _line(painter, colour, 3.4, (x, 30), (x - 7, 23, x, 18), (x + 6, 13, x, 8))


def _mug(painter: QPainter, cup: str, inside: str, handle: str) -> None:
    _oval(painter, "#00000018", 46, 88, 36, 5)
    _line(painter, handle, 6.5, (70, 50), (92, 48, 92, 70, 68, 70))
    _shape(painter, cup, (18, 42), (74, 42), (73, 66), (71, 86, 56, 86), (36, 86), (21, 86, 19, 66))
    _oval(painter, inside, 46, 43, 26, 6.5)


def _coffee(painter: QPainter) -> None:
    _mug(painter, "#FFFFFF", "#5B3A24", "#FFFFFF")
    _steam(painter, "#B08A68", 36, 46, 56)


def _tea(painter: QPainter) -> None:
    _mug(painter, "#2F7F6B", "#C58A2B", "#2F7F6B")
    _line(painter, "#FFFFFF", 2.4, (58, 44), (60, 54, 57, 60))
    _box(painter, "#FFF3D6", (51, 60, 12, 14), 2)
    _steam(painter, "#7FA89A", 36, 48)


def _juice(painter: QPainter) -> None:
    _line(painter, "#E85D4A", 4.6, (56, 46), (64, 12), (76, 10))
    _shape(painter, "#FFFFFF", (26, 26), (74, 26), (68, 90), (32, 90))
    _shape(painter, "#F7941E", (28.6, 40), (71.4, 40), (66, 86), (34, 86))
    _oval(painter, "#FFC25C", 28, 30, 15, 15)
    _oval(painter, "#F7941E", 28, 30, 11.5, 11.5)
    _line(painter, "#FFD894", 2, (28, 19), (28, 41))
    _line(painter, "#FFD894", 2, (18, 25), (38, 35))
    _line(painter, "#FFD894", 2, (18, 35), (38, 25))


def _bottle(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 92, 22, 4)
    _box(painter, "#2B6CB0", (42, 6, 16, 11), 3)
    _shape(
        painter,
        "#9CCBEF",
        (43, 18),
        (57, 18),
        (57, 28),
        (58, 38, 70, 40, 70, 52),
        (70, 84),
        (70, 92, 62, 92),
        (38, 92),
        (30, 92, 30, 84),
        (30, 52),
        (30, 40, 42, 38, 43, 28),
    )
    _box(painter, "#FFFFFF", (30, 56, 40, 20), 0)
    _shape(painter, "#3E8ED0", (50, 58), (58, 68, 54, 74, 50, 74), (46, 74, 42, 68, 50, 58))


def _bagel(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 84, 36, 6)
    path = QPainterPath()
    path.addEllipse(QPointF(50, 52), 38, 34)
    path.addEllipse(QPointF(50, 50), 12, 9)
    _fill(painter, "#C98B4A")
    painter.drawPath(path)
    _line(painter, "#E3B077", 5, (22, 46), (26, 26, 50, 25))
    for x, y in (
        (32, 34),
        (48, 28),
        (66, 34),
        (76, 50),
        (68, 68),
        (50, 74),
        (32, 66),
        (24, 52),
        (40, 40),
        (62, 60),
    ):
        _oval(painter, "#FFF3D6", x, y, 2.6, 1.8)


def _croissant(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 82, 38, 5)
    _shape(
        painter,
        "#D08A3C",
        (8, 72),
        (4, 40, 26, 22, 50, 22),
        (74, 22, 96, 40, 92, 72),
        (84, 80, 74, 72),
        (68, 58, 60, 54, 50, 54),
        (40, 54, 32, 58, 26, 72),
        (16, 80, 8, 72),
    )
    for a, b in (
        ((36, 25), (40, 55)),
        ((64, 25), (60, 55)),
        ((20, 38), (31, 62)),
        ((80, 38), (69, 62)),
    ):
        _line(painter, "#A9652A", 3, a, b)
    _line(painter, "#EDBE7C", 4, (42, 30), (50, 28, 58, 30))


def _bread(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 84, 36, 5)
    _shape(
        painter,
        "#A8683A",
        (16, 82),
        (16, 50),
        (2, 36, 14, 20, 32, 20),
        (68, 20),
        (86, 20, 98, 36, 84, 50),
        (84, 82),
    )
    _shape(
        painter,
        "#E9C08E",
        (22, 77),
        (22, 47),
        (12, 37, 20, 26, 33, 26),
        (67, 26),
        (80, 26, 88, 37, 78, 47),
        (78, 77),
    )
    for x in (36, 50, 64):
        _line(painter, "#C4905A", 3.4, (x + 4, 40), (x - 4, 58))


def _cake(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 86, 40, 5)
    _shape(painter, "#F7E08C", (10, 50), (90, 38), (90, 82), (10, 82))
    _shape(painter, "#FFFFFF", (10, 50), (14, 34, 56, 22), (90, 24, 90, 38), (90, 46), (10, 58))
    _box(painter, "#FFF7D8", (10, 66, 80, 6), 0)
    _oval(painter, "#E8C21B", 52, 27, 11, 9)
    _oval(painter, "#FFF1A6", 52, 26, 7, 5.4)


def _cookie(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 86, 32, 5)
    _oval(painter, "#C98F55", 50, 50, 36, 35)
    _oval(painter, "#DDA86C", 48, 47, 30, 29)
    for x, y, r in (
        (38, 36, 5),
        (60, 34, 4.4),
        (66, 54, 5.4),
        (46, 62, 5),
        (32, 54, 3.8),
        (52, 47, 3.6),
    ):
        _oval(painter, "#5B3A24", x, y, r, r)


def _apple(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 92, 26, 4)
    _shape(
        painter,
        "#D8412F",
        (50, 34),
        (32, 22, 12, 32, 14, 58),
        (16, 80, 32, 94, 42, 90),
        (50, 86, 58, 90),
        (68, 94, 84, 80, 86, 58),
        (88, 32, 68, 22, 50, 34),
    )
    _line(painter, "#F08A7B", 5, (25, 58), (24, 46, 32, 41))
    _line(painter, "#6B4A2B", 4.4, (50, 35), (49, 24, 54, 14))
    _shape(painter, "#5BA04A", (54, 24), (62, 8, 82, 10), (78, 27, 54, 24))


def _banana(painter: QPainter) -> None:
    _oval(painter, "#00000018", 52, 86, 32, 4)
    _shape(
        painter,
        "#F4CF3A",
        (78, 10),
        (88, 14),
        (94, 62, 60, 88, 14, 78),
        (8, 74, 12, 66),
        (48, 68, 72, 48, 76, 14),
    )
    _line(painter, "#D6A92A", 3, (20, 73), (60, 74, 82, 48, 83, 18))
    _box(painter, "#6B5420", (75, 5, 14, 9), 3)


def _salad(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 90, 34, 4)
    for x, y, colour in (
        (28, 40, "#5BA04A"),
        (46, 30, "#79B85A"),
        (66, 34, "#4C8F3D"),
        (76, 44, "#79B85A"),
    ):
        _oval(painter, colour, x, y, 17, 15)
    _oval(painter, "#D8412F", 38, 40, 9, 9)
    _oval(painter, "#D8412F", 64, 42, 8, 8)
    _oval(painter, "#FBE7A8", 52, 40, 7, 6)
    _shape(painter, "#FFFFFF", (8, 48), (92, 48), (92, 74, 74, 90, 50, 90), (26, 90, 8, 74, 8, 48))
    _line(painter, "#DCE6DA", 3, (20, 62), (26, 76, 36, 81))


def _soup(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 90, 34, 4)
    _shape(painter, "#FFFFFF", (8, 48), (92, 48), (92, 74, 74, 90, 50, 90), (26, 90, 8, 74, 8, 48))
    _oval(painter, "#F0EDE6", 50, 48, 42, 10)
    _oval(painter, "#D9542B", 50, 48, 36, 7.6)
    _line(painter, "#F7B79E", 2.6, (34, 48), (44, 44, 54, 48))
    _oval(painter, "#5BA04A", 62, 47, 4, 2)
    _steam(painter, "#C9A08E", 36, 50, 64)


def _pot(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 90, 26, 4)
    _shape(painter, "#FFFFFF", (22, 30), (78, 30), (70, 90), (30, 90))
    _shape(painter, "#BBD7F0", (24, 44), (76, 44), (72, 74), (28, 74))
    _box(painter, "#3E8ED0", (17, 18, 66, 14), 5)
    _oval(painter, "#FFFFFF", 50, 59, 11, 9)


def _paper(painter: QPainter) -> None:
    _box(painter, "#FFFFFF", (22, 10, 56, 80), 5)
    _box(painter, "#3E6E9E", (30, 20, 40, 22), 3)
    for y, end in ((54, 69), (64, 69), (74, 54)):
        _line(painter, "#C6CDD2", 4, (31, y), (end, y))


def _bag(painter: QPainter) -> None:
    _oval(painter, "#00000018", 50, 92, 32, 4)
    _line(painter, "#7A6A52", 5, (36, 44), (36, 16, 64, 16, 64, 44))
    _shape(painter, "#C9A877", (20, 34), (80, 34), (86, 90), (14, 90))
    _shape(painter, "#B7935F", (20, 34), (80, 34), (81, 44), (19, 44))


_DRAWINGS: Final[dict[str, Drawing]] = {
    "coffee": ("#F1E2D2", _coffee),
    "tea": ("#DDEEE2", _tea),
    "juice": ("#FDEBD3", _juice),
    "bottle": ("#E2EFF9", _bottle),
    "bagel": ("#F7E8D5", _bagel),
    "croissant": ("#FAEBCF", _croissant),
    "bread": ("#F3E3D1", _bread),
    "cake": ("#FBF3D3", _cake),
    "cookie": ("#F3E4D3", _cookie),
    "apple": ("#FBE3DE", _apple),
    "banana": ("#FBF4D2", _banana),
    "salad": ("#E4F1DD", _salad),
    "soup": ("#FBE5DB", _soup),
    "pot": ("#E4EDF6", _pot),
    "paper": ("#E8EBEE", _paper),
    "bag": ("#EFE9DE", _bag),
}
_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "coffee",
        ("coffee", "espresso", "latte", "cappuccino", "mocha", "커피", "라떼", "咖啡", "拿铁"),
    ),
    ("juice", ("juice", "smoothie", "lemonade", "주스", "에이드", "果汁", "橙汁")),
    ("tea", ("tea", "chai", "matcha", "녹차", "홍차", "茶")),
    (
        "bottle",
        ("water", "soda", "cola", "beer", "drink", "beverage", "생수", "음료", "水", "饮料"),
    ),
    ("bagel", ("bagel", "donut", "doughnut", "베이글", "도넛", "贝果", "甜甜圈")),
    ("croissant", ("croissant", "pastry", "크루아상", "크로와상", "羊角", "可颂")),
    ("cake", ("cake", "tart", "pie", "케이크", "蛋糕")),
    (
        "cookie",
        (
            "cookie",
            "biscuit",
            "chocolate",
            "candy",
            "snack",
            "sweet",
            "쿠키",
            "과자",
            "饼干",
            "零食",
        ),
    ),
    ("bread", ("bread", "bak", "toast", "sandwich", "roll", "빵", "샌드위치", "面包", "三明治")),
    ("banana", ("banana", "바나나", "香蕉")),
    ("apple", ("apple", "fruit", "pear", "사과", "과일", "苹果", "水果")),
    ("salad", ("salad", "veg", "bowl", "샐러드", "沙拉", "蔬菜")),
    (
        "soup",
        ("soup", "stew", "noodle", "kitchen", "meal", "rice", "국", "탕", "면", "밥", "汤", "饭"),
    ),
    ("pot", ("yogurt", "yoghurt", "dairy", "milk", "cheese", "요거트", "우유", "奶")),
    ("paper", ("paper", "magazine", "office", "station", "book", "종이", "책", "纸", "书")),
)


def picture_of(name: str, category: str) -> str:
    """The key of the drawing for an article, by its name, then its category; else a bag."""
    for text in (name.casefold(), category.casefold()):
        for key, words in _WORDS:
            if any(_says(text, word) for word in words):
                return key
    return "bag"


def _says(text: str, word: str) -> bool:
    """Whether a text has a word: anywhere in scripts without spaces, else at a word's beginning."""
    return f" {word}" in f" {text}" if word.isascii() else word in text


def ground_of(key: str) -> str:
    """The ground colour of a drawing, #RRGGBB."""
    return _DRAWINGS[key][0]


def paint_goods(painter: QPainter, key: str, area: QRectF) -> None:
    """Draw an article centred in `area`, without its ground."""
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center().x() - side / 2, area.center().y() - side / 2)
    painter.scale(side / 100, side / 100)
    _DRAWINGS[key][1](painter)
    painter.restore()
