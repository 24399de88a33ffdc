"""Brings a vault of format 1 to today's, once, in one transaction, when it is first opened.

Format 1 kept a shopper in two tables' worth of columns fewer: no PIN, limits, lookalikes, trail or
staff; consents without a MAC; one transform, drawn from the installation key itself.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, cast

from enroll import unlocking
from enroll.core import Core
from enroll.people import FIRST_TRANSFORM, Row, row_mac
from enroll.roles import OPEN_DESK
from enroll.sealing import SealBrokenError, subkey
from enroll.store import FORMAT
from enroll.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from enroll.secrets import Kind, MasterSecret
    from enroll.store import Store
    from ledger.home import Home

_COLUMNS_1 = (
    "pseudonym, status, enrolled_ms, revoked_ms, consent_version, consent_ms, staff, model,"
    " phone_index, person, template, data_key"
)


def read_head_1(store: Store) -> unlocking.Head:
    """The head of a vault of format 1, as one of today's."""
    found = list(
        store.rows(
            "SELECT home_id, secret_kind, secret_record, check_value, installation_key FROM vault"
        )
    )
    if len(found) != 1:
        raise unlocking.damaged_head()
    home_id, kind, record, check_value, installation = cast(
        "tuple[str, Kind, str, bytes, bytes]", found[0]
    )
    none = (None,) * 5
    return unlocking.Head(
        *(home_id, kind, record, check_value, installation, 1, *none),
        *(FIRST_TRANSFORM, b"", None),
    )


def migrate(store: Store, home: Home, secret: MasterSecret, head: unlocking.Head) -> None:
    """Write a vault of format 1 anew as one of today's.

    Args:
        store: Open, of format 1 a moment ago.
        home: Its home.
        secret: Where its master key comes from.
        head: What `read_head_1` gave.

    Raises:
        WrongSecretError, DamagedError, StorageError: As named; nothing was changed.
    """
    _, master = unlocking.find_master(head, secret)
    wrap = unlocking.wrap_of(master)
    try:
        installation = wrap.unseal(head.installation_key, "vault", "installation-key")
    except SealBrokenError as e:
        raise unlocking.damaged_head() from e
    with store.transaction(write=True):
        if store.require_format() == FORMAT:
            return  # another process did it meanwhile
        revision = cast("int", next(store.rows("SELECT revision FROM vault"))[0])
        store.write("ALTER TABLE shoppers RENAME TO shoppers_1")
        store.write("DROP TABLE vault")
        store.make_tables()
        insert_head(store, home, head.secret_kind, json.loads(head.secret_record), revision, (
            head.check_value, head.installation_key,
            unlocking.wrap_transform(wrap, installation, FIRST_TRANSFORM),
        ))  # fmt: skip
        _copy(store, subkey(installation, "row-mac"), revision)
        store.write("DROP TABLE shoppers_1")
        keys = unlocking.opened(unlocking.read_head(store), 1, master)
        core = Core(home, store, secret, keys)
        note = f"from format 1 to {FORMAT}"
        Trail(core).append(time.time_ns() // 1_000_000, OPEN_DESK, "upgrade the vault", "", note)


def insert_head(
    store: Store,
    home: Home,
    kind: Kind,
    record: dict[str, object],
    revision: int,
    cells: tuple[bytes, bytes, bytes],
) -> None:
    """The vault's own row; cells are the check value and the installation and transform keys."""
    store.write(
        "INSERT INTO vault (id, format, home_id, revision, epoch, secret_kind, secret_record,"
        " check_value, installation_key, transform, transform_key)"
        " VALUES (1, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
        (FORMAT, home.id, revision, kind, json.dumps(record, sort_keys=True), *cells[:2],
         FIRST_TRANSFORM, cells[2]),
    )  # fmt: skip


def _copy(store: Store, mac_key: bytes, revision: int) -> None:
    columns = Row._fields[:-2]
    places = ", ".join("?" * len(columns))
    query = f"SELECT {_COLUMNS_1} FROM shoppers_1 ORDER BY rowid"  # noqa: S608 - our own names
    for number, found in enumerate(store.rows(query), 1):
        pseudonym, status, *dates, version, given, staff, model, index = found[:9]
        person, template, data_key = found[9:]
        cells = (
            *(number, pseudonym, status, revision, *dates, version, given, staff, model),
            *(FIRST_TRANSFORM, index, person, template, None, b"", 1, data_key),
        )
        row = Row._make(cast("Iterable[Any]", cells))
        store.write(
            f"INSERT INTO shoppers ({', '.join(columns)}, tombstone_due)"  # noqa: S608
            f" VALUES ({places}, 0)",
            row._replace(mac=row_mac(mac_key, row))[:-2],
        )
        if data_key is not None:
            store.write(
                "INSERT INTO data_keys (pseudonym, epoch, data_key) VALUES (?, 1, ?)",
                (row.pseudonym, row.data_key),
            )
