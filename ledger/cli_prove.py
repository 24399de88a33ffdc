"""The verbs for proofs: receipts' inclusion, consistency, heads, witnesses, tiles, verification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli_tools import Progress, add_verb, keys_of, read, read_input, read_picture_input

if TYPE_CHECKING:
    import argparse

    from ledger.cli_tools import PictureReader, Result, Verbs
    from ledger.note import VerifierKey

_KEY_HELP = "the ledger's public key, or a file with it (default: HOME's)"


def register(
    verbs: Verbs, common: argparse.ArgumentParser, read_picture: PictureReader | None = None
) -> None:
    """Add them."""
    prove = verbs.add_parser("prove", help="proofs for whoever has no access to the book")
    proofs = prove.add_subparsers(dest="proof", metavar="PROOF", required=True)
    inclusion = add_verb(
        proofs, common, "inclusion", "That a payment is in the book (C2SP tlog-proof).", _prove
    )
    inclusion.add_argument("id", metavar="ID", help="the payment's id, as on the receipt")
    consistency = add_verb(
        proofs,
        common,
        "consistency",
        "That the book continues an earlier one (C2SP tlog-witness request).",
        _prove_consistency,
    )
    consistency.add_argument("first", metavar="SIZE", type=int, help="entries of the earlier book")
    add_verb(verbs, common, "head", "The newest signed head, for others to keep.", _head)
    witness = add_verb(
        verbs, common, "witness", "Cosign a head that only grew, as somebody else.", _witness
    )
    witness.add_argument("file", metavar="FILE", help="a head, or a proof from the last one seen")
    witness.add_argument(
        "--dir", required=True, type=Path, metavar="DIR", help="the witness's key and memory"
    )
    witness.add_argument("--name", help="what a new witness signs as, such as witness.example/w1")
    witness.add_argument("--key", metavar="VKEY", help=_KEY_HELP)
    verify = add_verb(
        verbs, common, "verify", "Verify a proof; needs no book and no private key.", _verify
    )
    verify.add_argument(
        "file",
        metavar="FILE",
        help="a receipt's JSON, its QR text or a photograph of that, or a proof; - reads stdin",
    )
    verify.add_argument(
        "--since",
        metavar="HEAD",
        type=Path,
        help="FILE is a consistency proof; HEAD is the signed head kept from before",
    )
    verify.add_argument("--key", metavar="VKEY", help=_KEY_HELP)
    verify.set_defaults(read_picture=read_picture)
    tiles = add_verb(
        verbs, common, "tiles", "The log as C2SP tlog-tiles, for a plain web server.", _tiles
    )
    tiles.add_argument(
        "folder", metavar="DIR", type=Path, help="a new folder, or the last export's"
    )


def _prove(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        receipt = book.receipt(args.id)
    # as in a receipt, so that `ledger verify` takes it too
    record = receipt.to_json()
    names = ("format", "type", "entry", "leaf", "proof")
    result: dict[str, object] = {"ok": True, **{name: record[name] for name in names}}
    return 0, result, receipt.proof_text()


def _prove_consistency(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        text = book.prove_consistency(args.first).text()
    return 0, {"ok": True, "first": args.first, "proof": text}, text


def _head(args: argparse.Namespace) -> Result:
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        head = book.head
    return 0, {"ok": True, "head": head}, head


def _witness(args: argparse.Namespace) -> Result:
    import time

    from ledger.witness import Witness

    key = keys_of(args.key, args.home)
    data = read_input(args.file)
    witness = Witness(args.dir, args.name)
    text = witness.cosign(data.decode("utf-8", "replace"), key, time.time_ns() // 1_000_000_000)
    return 0, {"ok": True, "head": text, "witness": str(witness.vkey)}, text


def _verify_consistency(args: argparse.Namespace, data: bytes, key: list[VerifierKey]) -> Result:
    from ledger import consistency

    proof = consistency.parse(data.decode("utf-8", "replace"))
    newer = consistency.verify(proof, read(args.since).decode("utf-8", "replace"), key)
    result: dict[str, object] = {"ok": True, "log": key[0].name, "first": proof.first}
    result["entries"] = newer.size
    text = f"Verified: {key[0].name} with {newer.size} entries continues it with {proof.first}.\n"
    return 0, result, text


def _verify(args: argparse.Namespace) -> Result:
    from ledger import receipt
    from ledger.money import format_amount

    key = keys_of(args.key, args.home)
    data = read_picture_input(args.file, args.read_picture)
    if args.since is not None:
        return _verify_consistency(args, data, key)
    proven = receipt.verify(data, key)
    record = proven.to_json()
    result: dict[str, object] = {"ok": True, "log": key[0].name, **record}
    amount = format_amount(proven.amount_minor, proven.currency)
    text = (
        f"Verified: {amount} paid at {receipt.iso_time(proven.time_ms)} ({proven.mode}) is"
        f" {proven.place} of {key[0].name}.\n"
    )
    return 0, result, text


def _tiles(args: argparse.Namespace) -> Result:
    from ledger import note, tiles
    from ledger.book import Ledger
    from ledger.home import open_home

    with Ledger.open(open_home(args.home), read_only=True) as book:
        head = book.head
        size = note.open_checkpoint(head, keys_of(None, args.home)).size
        with Progress("Writing tiles") as progress:
            files = tiles.export(args.folder, head, size, book.leaves(size), progress.update)
    result: dict[str, object] = {"ok": True, "entries": size, "files": files}
    return 0, result, f"{size} entries as {files} new files in {args.folder}.\n"
