"""Reads the text of a receipt's QR code in a photograph, however it was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from kiosk.errors import PictureError
from kiosk.goods.codes import QR, ZxingDecoder
from ledger.receipt import QR_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SIDE_PX_ENLARGED_MAX = 3_000  # a larger photograph shows each module large enough as it is


def read(data: bytes) -> str:
    """The text of the receipt's code.

    Args:
        data: a picture as a file has it: JPEG, PNG, WebP, BMP or TIFF.

    Raises:
        PictureError: it is no picture, or shows no receipt's code that can be read.
    """
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if grey is None:
        raise PictureError(
            "The file cannot be read as a picture.",
            hint="Save the photograph as JPEG or PNG: other kinds, such as HEIC, are not read.",
        )
    decode = ZxingDecoder(QR)
    others = 0
    for picture in _tries(np.asarray(grey, np.uint8)):
        codes = decode(picture)
        for code in codes:
            if code.text.startswith(QR_PREFIXES):
                return code.text
        others = max(others, len(codes))
    if others:
        raise PictureError(
            "The QR code in the picture is not a receipt of Facetill.",
            hint="Photograph the code on the receipt's screen or on the printed receipt.",
        )
    raise PictureError(
        "No QR code can be read in the picture.",
        hint="Photograph it again: the whole code, sharp, filling most of the picture.",
    )


def _tries(grey: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The picture, then what brings out a code that is small, dark or soft."""
    yield grey
    clear = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(grey)
    yield np.asarray(clear, np.uint8)
    if max(grey.shape) > SIDE_PX_ENLARGED_MAX:
        return
    large = cv2.resize(clear, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    yield np.asarray(large, np.uint8)
    for sigma in (2.0, 4.0):
        soft = cv2.GaussianBlur(large, (0, 0), sigma)
        yield np.asarray(cv2.addWeighted(large, 2.5, soft, -1.5, 0), np.uint8)
