"""Tree heads as C2SP signed notes, byte for byte, so that tools by others can verify the log.

Follows c2sp.org/signed-note (Ed25519, signature type 0x01) and c2sp.org/tlog-checkpoint. Verifier
keys are written as in golang.org/x/mod/sumdb/note: `<name>+<key id in hex>+<base64>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ledger.errors import BadInputError, ProofRefused
from ledger.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.keys import StationKey

_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_HASH_BYTES: Final = 32
_NOTE_CHARS_MAX: Final = 200_000
_SIGNATURES_MAX: Final = 64
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name it signs under; `str()` gives its vkey."""

    name: str
    public_bytes: bytes

    @lazy
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x01 || public key)[:4], as signed-note says."""
        preimage = self.name.encode() + b"\n" + _ED25519 + self.public_bytes
        return hashlib.sha256(preimage).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        encoded = base64.b64encode(_ED25519 + self.public_bytes).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


Keys: TypeAlias = "VerifierKey | Sequence[VerifierKey]"


def key_list(key: Keys) -> list[VerifierKey]:
    """One key, or the several that a log has had, as a list that is not empty."""
    keys = [key] if isinstance(key, VerifierKey) else list(key)
    if not keys:
        raise _bad_vkey("")
    return keys


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: whose log, how many leaves, which root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text that is signed, with its final newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_vkey(text: str) -> VerifierKey:
    """Read `<name>+<hex key id>+<base64>`.

    Raises:
        BadInputError: Malformed, another algorithm, or the id is not the key's.
    """
    try:
        name, hex_id, encoded = text.strip().split("+", 2)
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as e:
        raise _bad_vkey(text) from e
    key = VerifierKey(name, data[1:])
    whole = len(data) == 1 + _HASH_BYTES and data[:1] == _ED25519
    if not whole or not _is_name(name) or key.key_id.hex() != hex_id:
        raise _bad_vkey(text)
    return key


def parse_vkeys(text: str) -> list[VerifierKey]:
    """Read one verifier key a line: all that a log has had, the first one first.

    Raises:
        BadInputError: One is malformed, there is none, or they are of several logs.
    """
    keys = [parse_vkey(line) for line in text.splitlines() if line.strip()]
    if len({key.name for key in keys}) != 1:
        raise _bad_vkey(text)
    return keys


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """One signature line of a note, with its final newline."""
    return f"\u2014 {key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def assemble(text: str, key: VerifierKey, signature: bytes) -> str:
    """The signed note of a checkpoint's text and a signature made before."""
    return text + "\n" + signature_line(key, signature)


def sign(checkpoint: Checkpoint, key: StationKey) -> str:
    """The signed note of a checkpoint; the key's name is the origin."""
    vkey = VerifierKey(checkpoint.origin, key.public_bytes)
    text = checkpoint.text()
    return assemble(text, vkey, key.sign(text.encode()))


def open_note(text: str, key: Keys) -> str:
    """The text of a signed note (with its final newline), verified with a trusted key.

    Signatures by other keys are ignored; one by a trusted key that fails refuses the whole note.

    Raises:
        ProofRefused: Malformed, or not signed by any of the keys.
    """
    from ledger import keys

    trusted = {(k.name, k.key_id): k for k in key_list(key)}
    body, lines = _split(text)
    verified = False
    for line in lines:
        name, data = _signature(line)
        known = trusted.get((name, data[:_KEY_ID_BYTES]))
        if known is None:
            continue
        if not keys.verify(known.public_bytes, data[_KEY_ID_BYTES:], body.encode()):
            raise _refused("its signature is not the ledger key's over this text")
        verified = True
    if not verified:
        raise _refused(f"it is not signed by {key_list(key)[0].name}")
    return body


def open_checkpoint(text: str, key: Keys) -> Checkpoint:
    """A signed checkpoint of the log named like the key, verified.

    Raises:
        ProofRefused: Malformed, not signed by this key, or of another origin.
    """
    checkpoint = parse_checkpoint(open_note(text, key))
    name = key_list(key)[0].name
    if checkpoint.origin != name:
        raise _refused(f"it is the head of {checkpoint.origin!r}, not of {name!r}")
    return checkpoint


def parse_checkpoint(body: str) -> Checkpoint:
    """Read a checkpoint's note text; extension lines are refused, for we never write any.

    Raises:
        ProofRefused: Not three lines of origin, size and root.
    """
    lines = body.split("\n")
    if len(lines) != 4 or lines[3] != "" or not lines[0]:  # noqa: PLR2004
        raise _refused("it is not three lines")
    origin, size, root = lines[:3]
    if _SIZE.fullmatch(size) is None:
        raise _refused("its size is not a plain number")
    data = _b64(root)
    if len(data) != _HASH_BYTES:
        raise _refused("its root is not 32 bytes")
    return Checkpoint(origin, int(size), data)


def _split(text: str) -> tuple[str, list[str]]:
    if len(text) > _NOTE_CHARS_MAX or _CONTROL.search(text):
        raise _refused("it is too long or has control characters")
    body, blank, rest = text.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise _refused("it has no signatures")
    lines = rest[:-1].split("\n")
    if len(lines) > _SIGNATURES_MAX:
        raise _refused("it has too many signatures")
    return body + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not _is_name(parts[1]):  # noqa: PLR2004
        raise _refused("a signature line is malformed")
    data = _b64(parts[2])
    if len(data) <= _KEY_ID_BYTES:
        raise _refused("a signature is too short")
    return parts[1], data


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def _b64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as e:
        raise _refused("it has malformed base64") from e
    if base64.b64encode(data).decode() != text:
        raise _refused("it has base64 that is not canonical")
    return data


def _refused(why: str) -> ProofRefused:
    return ProofRefused(
        f"The signed tree head is refused: {why}.",
        hint="Ask the shop for the receipt again, and for its ledger's public key.",
    )


def _bad_vkey(text: str) -> BadInputError:
    return BadInputError(
        f"{text.strip()[:80]!r} is not a verifier key.",
        hint="It looks like name+12345678+base64; the shop's is in HOME/keys/ledger.vkey.",
    )
