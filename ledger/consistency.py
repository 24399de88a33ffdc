"""Proves that a later book continues an earlier one, so that nobody can take a page out unseen.

The text is the body that a C2SP `tlog-witness` is asked with: the size of the old tree, the proof's
hashes, an empty line, and the newer signed checkpoint. Whoever kept an older signed head needs
that, this text and the ledger's public key, and no book.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger import merkle, note
from ledger.errors import BadInputError, ProofRefused
from ledger.keys import b64

if TYPE_CHECKING:
    from ledger.note import Checkpoint, Keys

PATH_MAX: Final = 63  # hashes, as C2SP tlog-witness limits them
SIZE_DIGITS_MAX: Final = 18


@dataclass(frozen=True)
class ConsistencyProof:
    """From a tree of `first` entries to a signed checkpoint.

    Attributes:
        first: size of the older tree, 1 or more.
        path: RFC 9162 consistency path, 32 bytes each.
        checkpoint: the newer signed checkpoint, a C2SP signed-note.
    """

    first: int
    path: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """As a witness is asked."""
        lines = [f"old {self.first}", *(b64(step) for step in self.path)]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def parse(text: str) -> ConsistencyProof:
    """Read what `text` wrote.

    Raises:
        BadInputError: It is something else.
    """
    head, blank, checkpoint = text.partition("\n\n")
    first, *hashes = head.split("\n")
    size = first.removeprefix("old ")
    if not blank or size == first or not (size.isascii() and size.isdigit()):
        raise _malformed("it does not begin with `old` and a size")
    if len(size) > SIZE_DIGITS_MAX or len(hashes) > PATH_MAX:
        raise _malformed("it is longer than any such proof")
    try:
        path = tuple(base64.b64decode(line, validate=True) for line in hashes)
    except (ValueError, binascii.Error) as e:
        raise _malformed("it has malformed base64") from e
    if any(len(step) != merkle.HASH_BYTES for step in path):
        raise _malformed("a hash in it is not one")
    return ConsistencyProof(int(size), path, checkpoint)


def verify(proof: ConsistencyProof, older_head: str, key: Keys) -> Checkpoint:
    """Check that the newer book continues the one of an older signed head.

    Args:
        proof: what is claimed.
        older_head: the signed checkpoint that was kept.
        key: the ledger's public key.

    Returns:
        The newer checkpoint.

    Raises:
        ProofRefused: A signature is not the ledger's, or the newer book is not a continuation.
    """
    older = note.open_checkpoint(older_head, key)
    newer = note.open_checkpoint(proof.checkpoint, key)
    if older.size != proof.first:
        raise ProofRefused(
            f"The proof begins at {proof.first} entries, the kept head at {older.size}.",
            hint=f"Ask for a proof from there: facetill ledger prove consistency {older.size}",
        )
    if not merkle.is_consistent(older.size, older.root, newer.size, newer.root, proof.path):
        raise ProofRefused(
            f"The book of {newer.size} entries does not continue the one of {older.size}"
            " that was signed before.",
            hint="Keep both signed heads: together they prove that the book was rewritten.",
        )
    return newer


def _malformed(why: str) -> BadInputError:
    return BadInputError(
        f"This is no consistency proof: {why}.",
        hint="Make one with: facetill ledger prove consistency SIZE",
    )
