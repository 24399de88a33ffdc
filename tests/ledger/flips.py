"""Flips single bits of a book's file, and sees whether the audit finds and names each.

    python tests/ledger/flips.py --count 5000
    python tests/ledger/flips.py --every

The first flips bits of the file itself, drawn from a seed, and audits it all each time. The second
takes every bit of every leaf, tree hash and signed head, and hands each row, as it then reads, to
the part of the audit that compares it with the tree before it.

A flip in what SQLite leaves unused changes nothing that anybody can read; it is told apart by
reading every row again. Of the others each must be found, and where one row alone reads otherwise
than before, that entry must be among those named.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

import apsw

from ledger import audit, merkle
from ledger.authorization import Authorization, sign_batch
from ledger.book import Ledger
from ledger.errors import Error
from ledger.home import create_home, station_key
from ledger.orders import Order, OrderLine
from ledger.treecheck import TreeCheck

NOW_MS = 1_800_000_000_000


def make_book(folder, entries):
    """A closed book of so many entries, several to a commit."""
    home = create_home(folder / "home", "demo")
    kiosk = station_key(home, "kiosk")
    rng = random.Random(1)
    order = Order((OrderLine("X", "Thing", 1, 7),), "EUR")
    with Ledger.create(home, NOW_MS) as book:
        desk = book.at(station_key(home, "desk"), NOW_MS)
        desk.topup("s-ann", 10**9, "t-1")
        desk.supply("X", 10, "s-1")
        desk.close("z-1")
        while len(book) < entries:
            some = [
                Authorization(
                    *(f"{rng.getrandbits(128):032x}", kiosk.key_id, "s-ann", order.digest(), 7),
                    *("EUR", NOW_MS, NOW_MS + 30_000, "0" * 64, {}, (), "pin", "live"),
                )
                for _ in range(min(rng.randrange(1, 9), entries - len(book)))
            ]
            book.post_all([(signed, order) for signed in sign_batch(some, kiosk)], NOW_MS)
    return home


def rows_of(path):
    """Every row as anybody would read it; None where SQLite cannot."""
    try:
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        entries = {
            row[0]: row[1:]
            for row in db.execute(
                "SELECT idx, CAST(id AS BLOB), leaf, hashes, head FROM entries ORDER BY idx"
            )
        }
        accounts = sorted(
            db.execute(
                "SELECT CAST(account AS BLOB), CAST(currency AS BLOB), balance FROM accounts"
            )
        )
        schema = list(db.execute("SELECT * FROM sqlite_schema"))
        pragmas = [db.pragma("user_version"), db.pragma("application_id")]
        # the index on ids must lead to the same rows
        found = [
            db.execute("SELECT idx FROM entries WHERE id = CAST(? AS TEXT)", (row[0],)).fetchall()
            for row in entries.values()
        ]
        db.close()
    except (apsw.Error, UnicodeDecodeError):
        return None
    return entries, accounts, schema, pragmas, found


def flip(path, original, place):
    data = bytearray(original)
    data[place // 8] ^= 1 << place % 8
    path.write_bytes(data)


def run(count, seed, entries, folder):
    home = make_book(folder, entries)
    path = home.ledger_db
    original, before = path.read_bytes(), rows_of(path)
    clean = audit.check_home(home) == ([], entries)
    result = {"flips": 0, "found": 0, "unused": 0, "missed": 0, "not_named": 0}
    result["false_alarms"] = int(not clean)
    rng = random.Random(seed)
    for _ in range(count):
        flip(path, original, rng.randrange(len(original) * 8))
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        try:
            findings, _ = audit.check_home(home)
        except Error:
            findings = [audit.Finding(None, "cannot be read")]
        after = rows_of(path)
        result["flips"] += 1
        if findings:
            result["found"] += 1
        elif after == before:
            result["unused"] += 1
        else:
            result["missed"] += 1
        if after is not None and after[0].keys() == before[0].keys():
            changed = {i for i, row in after[0].items() if row != before[0][i]}
            named = {finding.index for finding in findings}
            result["not_named"] += bool(changed) and not changed <= named
    path.write_bytes(original)
    return result


def every_bit(home, step=1):
    """(bits tried, bits missed) of the leaves, hashes and heads of each `step`th entry."""
    anchor, tried, missed = audit.trusted_keys(home)[0], 0, 0
    frontier = merkle.Frontier()

    def suspected(index, leaf, hashes, head):
        found = set()
        tree = TreeCheck(anchor, lambda entry, _: found.add(entry), set(), signed_all=False)
        tree._computed = merkle.Frontier(frontier.size, frontier.hashes)
        tree.add(index, leaf, hashes, head)
        return found | {*tree._suspects, *tree._unsigned}

    for index, (_, leaf, hashes, head) in rows_of(home.ledger_db)[0].items():
        if index % step == 0:
            missed += suspected(index, leaf, hashes, head) != set()  # a false alarm
            for spoilt in spoilt_by_a_bit(leaf):
                missed += suspected(index, spoilt, hashes, b"") != {index}
                tried += 1
            for spoilt in spoilt_by_a_bit(hashes):
                missed += suspected(index, leaf, spoilt, b"") != {index}
                tried += 1
            for spoilt in spoilt_by_a_bit(head):
                missed += suspected(index, leaf, hashes, spoilt) != {index}
                tried += 1
        frontier.append(frontier.completed(merkle.leaf_hash(leaf)))
    return tried, missed


def spoilt_by_a_bit(value):
    for place in range(len(value) * 8):
        spoilt = bytearray(value)
        spoilt[place // 8] ^= 1 << place % 8
        yield bytes(spoilt)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--entries", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="every bit of every column, by row")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="facetill-flips"))
    try:
        if args.every:
            tried, missed = every_bit(make_book(folder, args.entries))
            result = {"flips": tried, "missed": missed, "not_named": 0, "false_alarms": 0}
        else:
            result = run(args.count, args.seed, args.entries, folder)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result))  # noqa: T201 - the command's answer
    return int(bool(result["missed"] or result["not_named"] or result["false_alarms"]))


if __name__ == "__main__":
    sys.exit(main())
