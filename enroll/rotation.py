"""Replaces the master key: rewraps every shopper's data key, in pieces that may be interrupted.

A rotation is written down in the vault before it starts: the new key's check value, and each of
the two keys sealed under the other, so that either opens everything. Then the data keys are
rewrapped, some thousands in each transaction; what is enrolled meanwhile goes under the new key.
The last transaction forgets the old key. Killed at any point, the vault opens, and the next
`rotate-key` goes on where this one stopped. Until it ends, who has the old key can open the vault.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Final, cast

from enroll import unlocking
from enroll.errors import SecretError, StorageError
from enroll.people import damaged
from enroll.sealing import SealBrokenError
from enroll.secrets import default_secret
from enroll.store import scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from enroll.core import Core
    from enroll.secrets import Kind, MasterSecret, Record
    from enroll.trail import Trail
    from enroll.unlocking import Head

    Progress = Callable[[int, int], None]

CHUNK: Final = 20_000


def rotate(
    core: Core,
    trail: Trail,
    target: MasterSecret | None,
    now_ms: int,
    progress: Progress | None = None,
) -> int:
    """Rotate the master key, or go on with a rotation that was interrupted.

    Args:
        core: The open vault.
        trail: Its audit trail.
        target: Another source of the key; None keeps the source, with a new key.
        now_ms: The time, Unix ms.
        progress: Called with (data keys done, all) after each piece.

    Returns:
        How many data keys were rewrapped.

    Raises:
        DamagedError: Names the shopper whose data key does not open.
        SecretError, StorageError: As named; both keys stay in force if it had begun.
    """
    with core.lock:
        with core.transaction(write=False):
            trail.permit("rotate the key")
            head = unlocking.read_head(core.store)
        count = 0
        if head.rotating:
            count = _go_on(core, trail, now_ms, progress)
            if target is None or _is_of(target, head, core.keys.masters[core.keys.epoch]):
                return count
        _begin(core, target or core.secret)
        return count + _go_on(core, trail, now_ms, progress)


def _begin(core: Core, target: MasterSecret) -> None:
    """Write down that both keys are in force from now on."""
    head, old = core.keys.head, core.keys.masters[core.keys.epoch]
    core.secret.settle(json.loads(head.secret_record), old)  # or staging would lose it
    target.prepare()
    staged: tuple[Record, bytes] | None = None
    try:
        with core.transaction(write=True):
            _require_still(unlocking.read_head(core.store))
            staged = record, master = target.stage(fresh=True)
            core.store.write(
                "UPDATE vault SET next_kind = ?, next_record = ?, next_check = ?,"
                " bridge_forth = ?, bridge_back = ?",
                (
                    target.kind,
                    json.dumps(record, sort_keys=True),
                    unlocking.check_value(master, core.home.id),
                    unlocking.bridge(old, master),
                    unlocking.bridge(master, old),
                ),
            )
            core.adopt_keys()
    except BaseException:
        _give_up(core, target, staged)
        raise
    core.target = target


def _require_still(head: Head) -> None:
    if head.rotating:
        raise StorageError(
            "Another process began to rotate the key at this moment.",
            hint="Wait until it is done, or run it again to help it finish.",
        )


def _give_up(core: Core, target: MasterSecret, staged: tuple[Record, bytes] | None) -> None:
    # A commit that failed may still have reached the disk: the new key is given up only if the
    # vault certainly stands under the old one alone.
    if staged is None:
        return
    with contextlib.suppress(Exception):
        with core.store.transaction(write=False):
            head = unlocking.read_head(core.store)
        if not head.rotating and not unlocking.opens(staged[1], head.check_value, head.home_id):
            target.abandon(*staged)


def _go_on(core: Core, trail: Trail, now_ms: int, progress: Progress | None) -> int:
    """Rewrap what is left, then forget the old key; gives how many were rewrapped."""
    with core.transaction(write=False):
        total = cast("int", scalar(core.store, "SELECT count(*) FROM data_keys"))
    done, last = 0, ""
    settle: Callable[[], None] | None = None
    while settle is None:
        with core.transaction(write=True):
            head = unlocking.read_head(core.store)
            if not head.rotating:
                return done  # another process finished it
            batch = _rewrap(core, head.epoch, last)
            if not batch:
                settle = _finish(core, trail, head, total, now_ms)
        if batch:
            done, last = done + len(batch), batch[-1][0]
        if progress is not None:
            progress(done, total)
    settle()
    return done


def _rewrap(core: Core, old: int, after: str) -> list[tuple[str, int, bytes]]:
    """The next piece of data keys, from the epoch `old` to the next one."""
    query = (
        "SELECT pseudonym, data_key FROM data_keys WHERE pseudonym > ? AND epoch = ?"
        " ORDER BY pseudonym LIMIT ?"
    )
    unwrap, wrap = core.keys.wraps[old], core.keys.wraps[old + 1]
    batch: list[tuple[str, int, bytes]] = []
    for found in core.store.rows(query, (after, old, CHUNK)):
        pseudonym, cell = cast("tuple[str, bytes]", found)
        try:
            data_key = unwrap.unseal(cell, pseudonym, "data-key")
        except SealBrokenError as e:
            raise damaged(pseudonym) from e
        batch.append((pseudonym, old + 1, wrap.seal(data_key, pseudonym, "data-key")))
    if batch:
        rows = cast("list[tuple[object, ...]]", batch)
        core.store.update("data_keys", "pseudonym", ("epoch", "data_key"), rows)
    return batch


def _finish(core: Core, trail: Trail, head: Head, total: int, now_ms: int) -> Callable[[], None]:
    """Forget the old key, within the caller's transaction; gives what to do once it is durable."""
    keys, new = core.keys, head.epoch + 1
    left = scalar(core.store, "SELECT count(*) FROM data_keys WHERE epoch <> ?", (new,))
    if left:
        raise unlocking.damaged_head()
    wrap = keys.wraps[new]
    transforms = {
        number: unlocking.wrap_transform(wrap, key, number)
        for number, key in keys.transforms.items()
    }
    core.store.write(
        "UPDATE vault SET epoch = ?, secret_kind = next_kind, secret_record = next_record,"
        " check_value = next_check, installation_key = ?, transform_key = ?,"
        " old_transform_key = ?, next_kind = NULL, next_record = NULL, next_check = NULL,"
        " bridge_forth = NULL, bridge_back = NULL, revision = revision + 1",
        (
            new,
            unlocking.wrap_installation(wrap, keys.installation),
            transforms[keys.transform],
            transforms.get(keys.transform - 1),
        ),
    )
    session = trail.permit("rotate the key")
    trail.append(now_ms, session, "rotate the key", "", f"{total} data keys, to {head.next_kind}")
    core.adopt_keys()

    def settle() -> None:
        old_secret, new_secret = _secret(core, head.secret_kind), _target(core, head)
        core.secret, core.target = new_secret, None
        with contextlib.suppress(StorageError):  # a staged key opens as well as a settled one
            new_secret.settle(json.loads(head.next_record or "{}"), keys.masters[new])
            old_secret.retire(json.loads(head.secret_record), keys.masters[head.epoch])

    return settle


def _secret(core: Core, kind: Kind) -> MasterSecret:
    return core.secret if core.secret.kind == kind else default_secret(kind, core.home)


def _target(core: Core, head: Head) -> MasterSecret:
    return core.target or _secret(core, cast("Kind", head.next_kind))


def _is_of(target: MasterSecret, head: Head, master: bytes) -> bool:
    """Whether the rotation that was going on was one to this very secret."""
    if target.kind != head.next_kind or head.next_record is None:
        return False
    with contextlib.suppress(SecretError):
        return master in target.candidates(json.loads(head.next_record))
    return False
