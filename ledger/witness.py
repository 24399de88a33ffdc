"""A witness: somebody else who remembers the newest head of a book, and signs that it only grew.

An insider who holds the ledger's key can rewrite the book and sign it again, but cannot take back
the heads that a witness saw. A witness needs no book: it keeps the last head of each log, asks for
a consistency proof to the next one, and adds a C2SP `cosignature/v1` (Ed25519 with a timestamp,
signature type 0x04) to the signed note.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger import consistency, keys, note
from ledger.errors import BadInputError, ProofRefused
from ledger.home import alone_in, storage_error, sync_folder, write_new

if TYPE_CHECKING:
    from pathlib import Path

COSIGNATURE: Final = b"\x04"
HEADER: Final = "cosignature/v1"
NAME_CHARS_MAX: Final = 100
_TIME: Final = struct.Struct(">Q")
_KEY_ID_BYTES: Final = 4


@dataclass(frozen=True)
class WitnessKey:
    """A witness's public key, under the name it signs with; `str()` gives its vkey."""

    name: str
    public_bytes: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x04 || public key)[:4]."""
        preimage = self.name.encode() + b"\n" + COSIGNATURE + self.public_bytes
        return hashlib.sha256(preimage).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        encoded = keys.b64(COSIGNATURE + self.public_bytes)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


def message(checkpoint_text: str, time_s: int) -> bytes:
    """What a witness signs: the header, the time in seconds, and the whole checkpoint."""
    return f"{HEADER}\ntime {time_s}\n{checkpoint_text}".encode()


def cosigned_at(text: str, witness: WitnessKey) -> int:
    """When a witness cosigned a signed head, in Unix seconds.

    Raises:
        ProofRefused: It did not, or its signature is over something else.
    """
    body, _, signatures = text.rpartition("\n\n")
    for line in signatures.splitlines():
        parts = line.split(" ")
        if parts[:2] != ["\u2014", witness.name]:
            continue
        try:
            data = base64.b64decode(parts[-1], validate=True)
        except ValueError:
            continue
        if data[:_KEY_ID_BYTES] != witness.key_id:
            continue
        stamp, signature = data[_KEY_ID_BYTES:][: _TIME.size], data[_KEY_ID_BYTES + _TIME.size :]
        time_s = int(_TIME.unpack(stamp)[0]) if len(stamp) == _TIME.size else 0
        if keys.verify(witness.public_bytes, signature, message(body + "\n", time_s)):
            return time_s
        break
    raise ProofRefused(
        f"The head is not cosigned by {witness.name}.", hint="Ask that witness for its head."
    )


class Witness:
    """A witness's memory: a folder with its key, and the last head of each log.

    Args:
        folder: made, with a fresh key, where it is not.
        name: what the witness signs as, such as `witness.example/w1`; kept from the first time on.
    """

    def __init__(self, folder: Path, name: str | None = None) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with alone_in(folder):
                if not (folder / "witness.key").exists():
                    self._begin(name or "facetill-witness")
                elif name is not None and name != self._name():
                    raise BadInputError(
                        f"This witness signs as {self._name()}.", hint="Leave out --name."
                    )
        except OSError as e:
            raise storage_error(e, f"The witness's folder {folder} could not be used") from e
        self._key = keys.load(folder / "witness.key")
        self.vkey = WitnessKey(self._name(), self._key.public_bytes)

    def _begin(self, name: str) -> None:
        if len(name) > NAME_CHARS_MAX or not name or "+" in name or any(c.isspace() for c in name):
            raise BadInputError(
                f"{name[:NAME_CHARS_MAX]!r} is no name for a witness.",
                hint="Use one without blanks and plus signs, as witness.example/w1.",
            )
        (self._folder / "name").unlink(missing_ok=True)  # of one that was stopped before its key
        write_new(self._folder / "name", f"{name}\n".encode(), 0o644)
        write_new(self._folder / "witness.key", keys.pem(keys.generate()), 0o600)
        sync_folder(self._folder)

    def _name(self) -> str:
        return (self._folder / "name").read_text(encoding="utf-8").strip()

    def _place(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.head"

    def last_seen(self, log: note.Keys) -> str | None:
        """The newest head of a log that this witness cosigned."""
        place = self._place(note.key_list(log)[0].name)
        return place.read_text(encoding="utf-8") if place.exists() else None

    def cosign(self, text: str, log: note.Keys, time_s: int) -> str:
        """Check that a log only grew, remember its newest head, and sign that.

        Args:
            text: a signed head where this log was never seen or has not changed, else a
                consistency proof from the last head (`ledger prove consistency`).
            log: the ledger's public key.
            time_s: the time, Unix seconds.

        Returns:
            The signed head with the witness's signature added.

        Raises:
            ProofRefused: The book was rewritten or rolled back, or the proof is from elsewhere.
        """
        with alone_in(self._folder):  # or two heads that part could both follow the last one
            head = self._consistent_head(text, log)
            checkpoint = note.open_checkpoint(head, log)
            self._remember(note.key_list(log)[0].name, head)
        signature = self._key.sign(message(checkpoint.text(), time_s))
        encoded = keys.b64(self.vkey.key_id + _TIME.pack(time_s) + signature)
        return f"{head}\u2014 {self.vkey.name} {encoded}\n"

    def _consistent_head(self, text: str, log: note.Keys) -> str:
        last = self.last_seen(log)
        if text.startswith("old "):
            proof = consistency.parse(text)
            if last is None:
                return proof.checkpoint
            consistency.verify(proof, last, log)
            return proof.checkpoint
        if last is not None:
            known, asked = note.open_checkpoint(last, log), note.open_checkpoint(text, log)
            if known != asked:
                raise ProofRefused(
                    f"This head of {asked.size} entries comes without proof; the last one seen"
                    f" has {known.size}.",
                    hint=f"Ask for: facetill ledger prove consistency {known.size}",
                )
        return text

    def _remember(self, origin: str, head: str) -> None:
        place = self._place(origin)
        staging = place.with_suffix(".new")
        try:
            staging.unlink(missing_ok=True)
            write_new(staging, head.encode(), 0o600)
            staging.replace(place)
            sync_folder(self._folder)  # a power cut must not bring the older head back
        except OSError as e:
            raise storage_error(e, "The witness could not remember the head") from e
