"""The ledger's signing keys in the home: the present one, and the next while it is being changed.

A change is written down in this order: the next key's file, the entry in the book, then the next
key's file becomes the present one. Whatever interrupts it, the key that the book names is in one
of the two files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import keys, note
from ledger.errors import DamagedError
from ledger.home import VKEYS, station_key, storage_error, sync_folder, write_new

if TYPE_CHECKING:
    from ledger.home import Home, Station
    from ledger.keys import StationKey

NEXT: Final = "ledger.key.next"


class Keyring:
    """The keys of a home that the book uses; read when first needed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._signer: StationKey | None = None

    @property
    def newest(self) -> StationKey:
        """The key in HOME/keys/ledger.key."""
        return station_key(self._home, "ledger")

    def station(self, role: Station) -> StationKey:
        """The home's own kiosk's or desk's key."""
        return station_key(self._home, role)

    def signer(self, public_bytes: bytes) -> StationKey:
        """The private key that the book names for its next head.

        Raises:
            DamagedError: The home does not have it.
        """
        if self._signer is None or self._signer.public_bytes != public_bytes:
            self.settle(public_bytes)
            key = self.newest
            if key.public_bytes != public_bytes:
                raise DamagedError(
                    "The ledger key in HOME/keys is not the one that the book names.",
                    hint="Restore HOME/keys and HOME/ledger from the same backup.",
                )
            self._signer = key
        return self._signer

    def prepare_next(self) -> StationKey:
        """A key to change to, on the disk; one that was prepared and not used is taken again."""
        path = self._home.keys_dir / NEXT
        if not path.exists():
            try:
                write_new(path, keys.pem(keys.generate()), 0o600)
                sync_folder(path.parent)
            except OSError as e:
                raise storage_error(e, "The next key could not be written") from e
        return keys.load(path)

    def settle(self, public_bytes: bytes) -> None:
        """Make the next key the present one, if it is the one that the book names."""
        path = self._home.keys_dir / NEXT
        if not path.exists() or keys.load(path).public_bytes != public_bytes:
            return
        vkeys = self._home.keys_dir / VKEYS
        line = str(note.VerifierKey(f"facetill/{self._home.id}", public_bytes))
        try:
            text = vkeys.read_text("utf-8")
            if line not in text:
                staging = vkeys.with_suffix(".new")
                staging.unlink(missing_ok=True)
                write_new(staging, f"{text.rstrip()}\n{line}\n".encode(), 0o644)
                staging.replace(vkeys)
            path.replace(self._home.keys_dir / "ledger.key")
            sync_folder(path.parent)
        except OSError as e:
            raise storage_error(e, "The next key could not be put in place") from e
