"""Batch bookings for the ledger's tests and tools: payments that a kiosk signs as one entry."""

from __future__ import annotations

from ledger.batching import Batching

NOW_MS = 1_800_000_000_000


def begun(kiosk, now_ms=NOW_MS, mode="demo", **changes):
    """A batch without payments yet."""
    models = {"recogniser": "sface-0123456789abcdef"}
    fields = {"policy": "0" * 64, "models": models, "source": "live"}
    return Batching(kiosk, mode, now_ms, **(fields | changes))


def signed(kiosk, items, now_ms=NOW_MS, **changes):
    """What `Ledger.post_batch` takes, for (pseudonym, order) of each payment."""
    made = begun(kiosk, now_ms, **changes)
    for pseudonym, order in items:
        made.add(pseudonym, order, "face", ("blink", "turn_left"))
    return made.signed(now_ms + 30_000)


def ids(batch):
    """Those of its payments, in order."""
    return [f"{batch.id}{number:08x}" for number in range(batch.count)]
