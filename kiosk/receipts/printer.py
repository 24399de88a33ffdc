"""Prints receipts on an ESC/POS printer, and says in a sentence why it did not.

A payment is booked before anything is printed, so a printer can fail at any moment: the receipt is
on the screen and in the book, and can be printed again.
"""

from __future__ import annotations

import contextlib
import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from kiosk.errors import PrinterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.receipts.layout import Row

PROFILE: Final = "TM-T20II"  # python-escpos' name for 80 mm paper of 576 dots
COLUMNS: Final = 48  # of font A on 80 mm paper
TIMEOUT_SECONDS: Final = 10
PORT: Final = 9100
_NO_PAPER: Final = 0
_NETWORK: Final = re.compile(r"network:([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::([0-9]{1,5}))?")
_PLAIN: Final = {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{NO-BREAK SPACE}": " ",
}
SPECS: Final = "network:HOST[:PORT], or file:/dev/usb/lp0 for one on USB"


class ReceiptPrinter(Protocol):
    """What prints a receipt."""

    def print_rows(self, rows: Sequence[Row], language: str) -> None:
        """Print and cut.

        Raises:
            PrinterError: it is not printed, or not whole.
        """


def open_printer(spec: str) -> EscposPrinter:
    """The printer that the words of `--printer` name; it is connected when it prints.

    Raises:
        PrinterError: they name none.
    """
    if found := _NETWORK.fullmatch(spec):
        host, port = found[1].strip("[]"), int(found[2] or PORT)
        return EscposPrinter(lambda: _network(host, port))
    if spec.startswith("file:/"):
        return EscposPrinter(lambda: _file(spec.removeprefix("file:")), has_status=False)
    raise PrinterError(f"{spec!r} names no printer.", hint=f"Write {SPECS}.")


def _network(host: str, port: int) -> Any:  # noqa: ANN401 - python-escpos has no types
    from escpos.printer import Network

    device = Network(host, port, timeout=TIMEOUT_SECONDS, profile=PROFILE)
    device.device = socket.create_connection((host, port), TIMEOUT_SECONDS)
    return device


def _file(path: str) -> Any:  # noqa: ANN401 - see above
    from escpos.printer import File

    device = File(path, profile=PROFILE)
    device.open()
    return device


class EscposPrinter:
    """An ESC/POS printer, connected anew for each receipt: a cable may have been out meanwhile.

    Args:
        connect: gives a printer of python-escpos, opened.
        has_status: whether it can be asked for its paper.
    """

    def __init__(self, connect: Callable[[], Any], *, has_status: bool = True) -> None:
        self._connect = connect
        self._has_status = has_status

    def print_rows(self, rows: Sequence[Row], language: str) -> None:
        """Print and cut: plain text where the printer's own letters are enough, else dots.

        Raises:
            PrinterError: it is not printed, or not whole.
        """
        from escpos.exceptions import Error as EscposError

        device = None
        try:
            device = self._connect()
            if self._has_status:
                self._require_paper(device)
            if all(row.kind == "code" or (row.left + row.right).isascii() for row in _plain(rows)):
                _as_text(device, _plain(rows), language)
            else:
                _as_dots(device, rows, language)
            device.cut()
        except (EscposError, OSError, ValueError) as error:
            raise PrinterError(
                f"The receipt printer does not answer ({_reason(error)}).",
                hint="See that it is on and connected, then print again: the payment is booked.",
            ) from error
        finally:
            if device is not None:
                with contextlib.suppress(EscposError, OSError):
                    device.close()

    def _require_paper(self, device: Any) -> None:  # noqa: ANN401 - see above
        try:
            paper = device.paper_status()
        except (IndexError, NotImplementedError, TypeError):
            return  # it does not say: printing will tell
        if paper == _NO_PAPER:
            raise PrinterError(
                "The receipt printer is out of paper.",
                hint="Put a roll in, then print again: the payment is booked.",
            )


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.strip().rstrip(".") or type(error).__name__


def _plain(rows: Sequence[Row]) -> list[Row]:
    """Rows with the one sign that Latin receipts have beyond ASCII in its place."""
    spaces = str.maketrans(_PLAIN)
    return [
        replace(row, left=row.left.translate(spaces), right=row.right.translate(spaces))
        for row in rows
    ]


def _as_text(device: Any, rows: Sequence[Row], language: str) -> None:  # noqa: ANN401 - see above
    for row in rows:
        if row.kind == "code":
            _image(device, [row], language)
            continue
        large = row.kind in {"title", "total"}
        device.set(
            align="center" if row.kind in {"title", "notice"} else "left",
            bold=large or row.kind == "notice",
            double_height=large,
            normal_textsize=not large,
        )
        if row.kind == "rule":
            device.textln("-" * COLUMNS)
            continue
        for line in columns(row.left, row.right):
            device.textln(line)


def columns(left: str, right: str, width: int = COLUMNS) -> list[str]:
    """Left and right on one row, or on several where they do not fit."""
    import textwrap

    if not right:
        return textwrap.wrap(left, width) or [""]
    room = width - len(right) - 1
    if len(left) <= room:
        return [f"{left:<{room}} {right}"]
    return [*textwrap.wrap(left, width), right.rjust(width)]


def _as_dots(device: Any, rows: Sequence[Row], language: str) -> None:  # noqa: ANN401 - see above
    _image(device, rows, language)


def _image(device: Any, rows: Sequence[Row], language: str) -> None:  # noqa: ANN401 - see above
    from PIL import Image

    from kiosk.receipts.drawing import dots

    width, height, packed = dots(rows, language)
    device.image(Image.frombytes("L", (width, height), packed), fragment_height=512)
