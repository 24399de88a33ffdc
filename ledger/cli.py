"""`facetill ledger …` and `facetill init`: the auditor's verbs, for people and for machines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ledger import cli_desk, cli_keep, cli_prove, cli_read

if TYPE_CHECKING:
    from ledger.cli_tools import PictureReader, Verbs

_EXAMPLES = """examples:
  facetill ledger check                       silent and 0 when all is as it was written
  facetill ledger balance                     every account
  facetill ledger register assets:cash        an account's history
  facetill ledger statement s-1a2b3c          one shopper's, with what was bought
  facetill ledger export --format beancount   also csv, json, hledger, camt053
  facetill ledger refund ID 2.50              give a part of a payment back
  facetill ledger xreport                     the figures since the last close
  facetill ledger close                       the numbered Z report
  facetill ledger reconcile bank.xml          the cash account against the bank's file
  facetill ledger receipt ID --json > r.json  a receipt with its proof
  facetill ledger verify r.json --key VKEY    needs no book and no private key
  facetill ledger verify photo.jpg --key VKEY  from a photograph of the receipt's QR code
  facetill ledger head > kept.note            the newest signed head, to be kept elsewhere
  facetill ledger prove consistency 120 > p   that nothing before entry 120 was changed since
  facetill ledger verify p --since kept.note --key VKEY
  facetill ledger witness p --dir ~/witness --key VKEY    cosign it, as somebody else
  facetill ledger backup book.gz              all of it but the private keys, in one file
"""


def register(
    commands: Verbs, common: argparse.ArgumentParser, read_picture: PictureReader | None = None
) -> None:
    """Add `init` and `ledger` to the command line.

    Args:
        commands: of the whole command line.
        common: the options of every command.
        read_picture: finds a receipt's QR text in a picture; raises one of the known errors.
    """
    cli_keep.register_init(commands, common)
    group = commands.add_parser(
        "ledger",
        help="audit and read the book",
        description="Audit and read the book of all payments.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = group.add_subparsers(dest="verb", metavar="VERB", required=True)
    cli_read.register(verbs, common)
    cli_prove.register(verbs, common, read_picture)
    cli_desk.register(verbs, common)
    cli_keep.register(verbs, common)
