"""Reads barcodes and QR codes in pictures: the one place that knows the decoder (zxing-cpp)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import zxingcpp

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What stands on goods and on coupons; formats that no shop uses would only be misread for these.
GOODS = "EAN-13,EAN-8,UPC-A,UPC-E,QRCode,DataMatrix,Code128"
QR = "QRCode"


@dataclass(frozen=True, slots=True)
class Code:
    """One code in a picture.

    Attributes:
        text: what it says.
        kind: the symbology's name, such as "EAN-13".
        centre: where it is, in pixels from the left and the top.
    """

    text: str
    kind: str
    centre: tuple[float, float]


class Decoder(Protocol):
    """What finds codes in a picture."""

    def __call__(self, image: NDArray[np.uint8]) -> tuple[Code, ...]:
        """All codes in it; uint8, (H, W) grey or (H, W, 3) BGR."""


class ZxingDecoder:
    """Finds codes of the given formats, turned, tilted or light on dark.

    Args:
        formats: names of zxing-cpp, with commas between them.
    """

    def __init__(self, formats: str = GOODS) -> None:
        self._formats = zxingcpp.barcode_formats_from_str(formats)

    def __call__(self, image: NDArray[np.uint8]) -> tuple[Code, ...]:
        """All codes in it that are whole: a wrong check digit is no code."""
        found = zxingcpp.read_barcodes(
            image, formats=self._formats, text_mode=zxingcpp.TextMode.Plain
        )
        return tuple(
            Code(code.text, str(code.format), _centre(code.position))
            for code in found
            if code.valid and code.text
        )


def _centre(position: zxingcpp.Position) -> tuple[float, float]:
    corners = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    return sum(c.x for c in corners) / 4, sum(c.y for c in corners) / 4
