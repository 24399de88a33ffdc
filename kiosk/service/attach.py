"""Puts beside a till what it is run with: logs, metrics, a scanner, a receipt printer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from kiosk.goods.shop import Shop
    from kiosk.till import Till
    from ledger.home import Home
    from ledger.receipt import Receipt


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add what `attached` reads to a command line."""
    parser.add_argument(
        "--scanner", metavar="SOURCE", help="a second camera, which reads barcodes and QR codes"
    )
    parser.add_argument(
        "--printer", metavar="PRINTER", help="prints receipts: network:HOST[:PORT], file:/DEVICE"
    )
    parser.add_argument(
        "--log-format", choices=("text", "json"), default="text", help="of the logs on stderr"
    )
    parser.add_argument(
        "--log-file", action="store_true", help="keep the logs in HOME/logs too, as JSON lines"
    )
    parser.add_argument(
        "--metrics", type=int, metavar="PORT", help="figures for Prometheus, on 127.0.0.1 alone"
    )


@contextlib.contextmanager
def attached(till: Till, home: Home, args: argparse.Namespace) -> Iterator[None]:
    """Attach what the command line asks for; all of it is let go at the end.

    Raises:
        Error: it asks for what is not to be had.
    """
    from kiosk.service import logs

    logs.start(args.log_format, home.path / "logs" if args.log_file else None)
    with contextlib.ExitStack() as stack:
        log = logs.EventLog(till.now_ms)
        stack.callback(till.subscribe(log.see))
        if args.metrics is not None:
            from kiosk.service.metrics import Metrics

            metrics = Metrics(till.now_ms)
            stack.callback(till.subscribe(metrics.see))
            stack.callback(metrics.serve(args.metrics))
        if args.scanner:
            from kiosk.composition import open_scanner

            stack.callback(open_scanner(home, args.scanner, till).close)
        logs.tell("started", mode=home.mode)
        try:
            yield
        finally:
            logs.tell("stopped")


def receipt_printing(spec: str | None, shop: Shop) -> Callable[[Receipt, str], None] | None:
    """What prints a receipt in a language; none where no printer is named.

    Raises:
        PrinterError: the words name none.
    """
    if not spec:
        return None
    from kiosk.receipts import layout
    from kiosk.receipts.printer import open_printer

    printer = open_printer(spec)

    def print_receipt(receipt: Receipt, language: str) -> None:
        language = layout.known(language)
        rows = layout.layout(receipt, language, shop.names(language))
        printer.print_rows(rows, language)

    return print_receipt
