"""`facetill kiosk catalogue|scan|receipt`: the shop's tables, its codes, receipts to take away."""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kiosk.catalogue import Catalogue
    from ledger.home import Home

UNIT = """\
examples:
  facetill kiosk systemd-unit --home /var/lib/facetill --user facetill > facetill.service
  systemd-analyze verify facetill.service
"""

Report = tuple[int, dict[str, object], str]

CATALOGUE = """\
examples:
  facetill kiosk catalogue check shop.csv     every row that cannot be sold from, with its line
  facetill kiosk catalogue import shop.csv    check it, keep it in the home, book its stock
  facetill kiosk catalogue check              the home's own tables, taxes and offers too

columns of the catalogue: sku,name,price,category and, if you like, name_ko, name_zh, category_ko,
category_zh, barcodes (EAN, UPC or any text; several with blanks between), picture, tax, stock.
HOME/taxes.csv has name,rate,kind (included or added). HOME/discounts.csv has code,name,kind,value
(kind percent, amount or buy; value 10, 1.00 or 2+1) and, if you like, category, sku, from, until,
minimum, coupon, stackable, priority, name_ko, name_zh.

exit status: 0 all of it can be sold from, 2 a row cannot
"""

SCAN = """\
examples:
  facetill kiosk scan 1                 what the camera over the counter reads, for ten seconds
  facetill kiosk scan shelf.jpg         the codes in a picture, and the articles they name

exit status: 0 a code was read, 1 none
"""

RECEIPT = """\
examples:
  facetill kiosk receipt ID --pdf receipt.pdf
  facetill kiosk receipt ID --png receipt.png --language ko
  facetill kiosk receipt ID --printer network:192.168.1.50

exit status: 0 done, 1 not printed, 2 bad input
"""


def register(verbs: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps this type private
    """Add them to the kiosk's verbs."""
    # the kiosk itself has these words too: where they stand there, silence here keeps them
    words = copy.deepcopy(common)
    for action in words._actions:  # noqa: SLF001 - argparse has no other way to share a word
        action.default = argparse.SUPPRESS
    catalogue = _verb(verbs, "catalogue", "the shop's tables: check and import", CATALOGUE)
    actions = catalogue.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="name what cannot be sold from", parents=[words])
    check.add_argument("file", type=Path, nargs="?", metavar="FILE", help="default: the home's")
    check.set_defaults(run=_check)
    import_ = actions.add_parser("import", help="keep a table in the home", parents=[words])
    import_.add_argument("file", type=Path, metavar="FILE")
    import_.set_defaults(run=_import)
    scan = _verb(verbs, "scan", "what codes a camera or a picture shows", SCAN, words)
    scan.add_argument("source", metavar="SOURCE", help="a camera, a video or a picture")
    scan.add_argument("--seconds", type=float, default=10.0, help="how long (default: 10)")
    scan.set_defaults(run=_scan)
    receipt = _verb(verbs, "receipt", "a receipt as PDF, PNG or on paper", RECEIPT, words)
    receipt.add_argument("id", metavar="ID", help="the payment's id, as on the receipt")
    receipt.add_argument("--pdf", type=Path, metavar="FILE", help="a new file")
    receipt.add_argument("--png", type=Path, metavar="FILE", help="a new file")
    receipt.add_argument(
        "--printer", metavar="PRINTER", help="network:HOST[:PORT], or file:/dev/usb/lp0"
    )
    receipt.add_argument("--language", default="en", help="en, ko or zh (default: en)")
    receipt.set_defaults(run=_receipt)


def register_unit(verbs: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - see above
    """Add `systemd-unit` to the kiosk's verbs."""
    words = copy.deepcopy(common)
    for action in words._actions:  # noqa: SLF001 - see above
        action.default = argparse.SUPPRESS
    made = _verb(verbs, "systemd-unit", "the unit by which systemd runs this till", UNIT, words)
    made.add_argument("--user", default="facetill", help="whose process it is (default: facetill)")
    made.add_argument("--device", default="0", metavar="CAMERA", help="its camera (default: 0)")
    made.add_argument("--platform", default="eglfs", help="Qt's way to the screen: eglfs, wayland")
    made.set_defaults(run=_unit)


def _unit(args: argparse.Namespace) -> Report:
    import sys

    from kiosk.service.systemd import unit
    from models.cameras import stable

    program = Path(sys.executable).with_name("facetill")
    text = unit(program, args.home, args.user, stable(args.device), args.platform)
    return 0, {"unit": text}, text


def _verb(
    verbs: Any,  # noqa: ANN401 - see above
    name: str,
    says: str,
    epilog: str,
    words: argparse.ArgumentParser | None = None,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=epilog,
        parents=[words] if words else [],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _home(args: argparse.Namespace) -> Home:
    from ledger.home import open_home

    return open_home(args.home)


def _read(args: argparse.Namespace, path: Path) -> Catalogue:
    """A catalogue with the home's taxes; its pictures are looked for beside it."""
    from kiosk.catalogue import parse
    from kiosk.goods import tables
    from kiosk.goods.shop import TAXES_CSV
    from kiosk.pricing import taxes

    home = _home(args)
    rates = taxes.load(home.path / TAXES_CSV)
    text = tables.read_file(path)
    return parse(text, home.currency, path.name, rates, path.absolute().parent)


def _check(args: argparse.Namespace) -> Report:
    from kiosk.errors import TableError
    from kiosk.goods.shop import DISCOUNTS_CSV
    from kiosk.pricing import offers

    home = _home(args)
    own = args.file is None and not home.catalogue_csv.exists()
    try:
        if own:
            from kiosk.catalogue import built_in

            catalogue = built_in(home.currency)
        else:
            catalogue = _read(args, args.file or home.catalogue_csv)
        offered = offers.load(home.path / DISCOUNTS_CSV, home.currency, catalogue)
    except TableError as error:
        return error.status, _problems(error), f"{error.message}\n{error.hint}"
    articles = len(catalogue.products)
    data: dict[str, object] = {"ok": True, "articles": articles, "offers": len(offered)}
    return 0, data, f"{articles} articles and {len(offered)} offers can be sold from."


def _problems(error: Any) -> dict[str, object]:  # noqa: ANN401 - a TableError, imported when it runs
    import dataclasses

    problems = [dataclasses.asdict(problem) for problem in error.problems]
    return {"ok": False, "error": error.message, "hint": error.hint, "problems": problems}


def _import(args: argparse.Namespace) -> Report:
    from kiosk.errors import TableError
    from kiosk.goods.importing import import_catalogue

    try:
        catalogue = _read(args, args.file)
        done = import_catalogue(_home(args), args.file, catalogue)
    except TableError as error:
        return error.status, _problems(error), f"{error.message}\n{error.hint}"
    data: dict[str, object] = {
        "ok": True,
        "articles": len(catalogue.products),
        "pictures": done.pictures,
        "supplied": done.supplied,
    }
    return 0, data, done.text(len(catalogue.products))


def _scan(args: argparse.Namespace) -> Report:
    from kiosk.goods.codes import ZxingDecoder
    from kiosk.goods.scanning import scan_source
    from kiosk.goods.shop import open_catalogue
    from models.frames import open_source

    home = _home(args)
    catalogue = open_catalogue(home)
    source = open_source(args.source, home.models_dir)
    try:
        codes = scan_source(source, ZxingDecoder(), args.seconds)
    finally:
        source.close()
    named = [(code, catalogue.scanned(code)) for code in codes]
    rows = [f"{code}  {article.name if article else 'no article here'}" for code, article in named]
    data: dict[str, object] = {
        "codes": [{"code": code, "sku": found.sku if found else None} for code, found in named]
    }
    return (0 if codes else 1), data, "\n".join(rows) or "No code was read."


def _receipt(args: argparse.Namespace) -> Report:
    from kiosk.errors import Error
    from kiosk.goods.shop import open_shop
    from kiosk.receipts import layout
    from kiosk.receipts.printer import open_printer
    from ledger.book import Ledger

    if not (args.pdf or args.png or args.printer):
        raise Error("There is nothing to be done.", hint="Add --pdf FILE, --png FILE or --printer.")
    if layout.known(args.language) != args.language[:2]:
        languages = ", ".join(layout.LANGUAGES)
        raise Error(f"There is no receipt in {args.language!r}.", hint=f"Choose {languages}.")
    home = _home(args)
    with Ledger.open(home, read_only=True) as book:
        receipt = book.receipt(args.id)
    language = layout.known(args.language)
    shop = open_shop(home, lambda: Ledger.open(home, read_only=True))
    rows = layout.layout(receipt, language, shop.names(language))
    done: dict[str, object] = {"ok": True, "id": receipt.id}
    if args.pdf:
        from kiosk.receipts.drawing import pdf

        _keep(args.pdf, pdf(rows, language, f"{rows[0].left} {receipt.id}"))
        done["pdf"] = str(args.pdf)
    if args.png:
        from kiosk.receipts.drawing import png

        _keep(args.png, png(rows, language))
        done["png"] = str(args.png)
    if args.printer:
        open_printer(args.printer).print_rows(rows, language)
        done["printer"] = args.printer
    return 0, done, "".join(f"{what}\n" for what in (args.pdf, args.png) if what)


def _keep(path: Path, data: bytes) -> None:
    """A new file, whole or not at all."""
    from kiosk.errors import Error

    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            path.unlink(missing_ok=True)
        raise Error(
            f"{path} cannot be written ({error.strerror}).",
            hint="Name a new file in a folder that may be written.",
        ) from error
