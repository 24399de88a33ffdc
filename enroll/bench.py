"""How long the rotation of the master key takes, on a vault of its own that is thrown away after.

The vault holds real wrapped data keys and no shoppers, since a rotation touches nothing else. The
peer is the bare cryptography in the same run: opening and sealing as many keys in memory, without
the store, its transactions and its syncs. What is measured includes beginning and ending the
rotation and emptying the log.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from enroll.sealing import new_key
from enroll.shopper import new_pseudonym
from enroll.vault import Vault
from ledger.home import create_home

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[int, int], None]

BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class RotationFigures:
    """What was measured.

    Attributes:
        records: Data keys that were rewrapped.
        seconds: From the call to its return.
        records_per_s: Of that.
        peer_seconds: The bare cryptography of as many.
        ratio_to_peer: `seconds` as a multiple of it.
        store: "sqlite" or "postgresql".
    """

    records: int
    seconds: float
    records_per_s: float
    peer_seconds: float
    ratio_to_peer: float
    store: str

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


def rotation(
    records: int,
    filling: Progress = lambda *_: None,
    rotating: Progress = lambda *_: None,
    database: str | None = None,
) -> RotationFigures:
    """Fill a vault with data keys, and rotate it.

    Args:
        records: How many, at least one.
        filling: Called with (data keys written, all).
        rotating: Called with (data keys rewrapped, all).
        database: A PostgreSQL address, for a vault there; it is dropped after.
    """
    with tempfile.TemporaryDirectory(prefix="facetill-bench-") as folder:
        home = create_home(Path(folder) / "home", "demo", database=database)
        try:
            with Vault.create(home) as vault:
                _fill(vault, records, filling)
                peer_s = _peer(records)
                began_s = time.perf_counter()
                count = vault.rotate_key(progress=rotating)
                took_s = time.perf_counter() - began_s
        finally:
            if database is not None:
                from enroll import postgres

                postgres.drop(database, home.id)
    kind = "sqlite" if database is None else "postgresql"
    return RotationFigures(count, took_s, count / took_s, peer_s, took_s / peer_s, kind)


def _fill(vault: Vault, records: int, progress: Progress) -> None:
    core = vault.core
    wrap, epoch = core.keys.wraps[core.keys.epoch], core.keys.epoch
    for start in range(0, records, BATCH):
        owners = [new_pseudonym() for _ in range(min(BATCH, records - start))]
        rows = [(owner, epoch, wrap.seal(new_key(), owner, "data-key")) for owner in owners]
        with core.transaction(write=True):
            core.store.write_rows("INSERT INTO data_keys VALUES (?, ?, ?)", rows)
        progress(start + len(rows), records)


def _peer(records: int) -> float:
    """Seconds of the same openings and sealings in memory."""
    from enroll.unlocking import wrap_of

    old, new, owner = wrap_of(new_key()), wrap_of(new_key()), new_pseudonym()
    cell = old.seal(new_key(), owner, "data-key")
    began_s = time.perf_counter()
    for _ in range(records):
        new.seal(old.unseal(cell, owner, "data-key"), owner, "data-key")
    return time.perf_counter() - began_s
