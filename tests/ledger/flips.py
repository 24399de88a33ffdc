"""Flips single bits of a book's file, and sees whether the audit finds and names each.

    python tests/ledger/flips.py --count 5000
    python tests/ledger/flips.py --every

The first flips bits of the file itself, drawn from a seed, and audits it all each time. The second
takes every bit of every leaf, tree hash and signed head, and hands each row, as it then reads, to
the part of the audit that compares it with the tree before it; and every bit of every column of a
batch's pages, and hands them to the part that compares them with the batch's header.

A flip in what SQLite leaves unused changes nothing that anybody can read; it is told apart by
reading every row again. Of the others each must be found, and where one row alone reads otherwise
than before, that entry must be among those named; a page may be named by the entry that it was
moved away from, or by the one that it was moved to.
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

sys.path.insert(0, str(Path(__file__).parent))
import rush

from ledger import audit, merkle, pages, rules
from ledger.authorization import Authorization, sign_batch
from ledger.book import Ledger
from ledger.entries import parse_leaf
from ledger.errors import BadInputError, Error, Refused
from ledger.home import create_home, station_key
from ledger.log import HEAD_AFTER
from ledger.orders import Order, OrderLine
from ledger.replay import Replay
from ledger.treecheck import TreeCheck

NOW_MS = rush.NOW_MS
PAGE_COLUMNS = ("idx", "page", "root", "total_minor", "payments", "orders")
BATCHES = (3, pages.PAGE + 2, 1)  # payments; the second is of two pages


def make_book(folder, entries):
    """A closed book of so many entries, several to a commit, and batches among them."""
    home = create_home(folder / "home", "demo")
    kiosk = station_key(home, "kiosk")
    rng = random.Random(1)
    order = Order((OrderLine("X", "Thing", 1, 7),), "EUR")
    with Ledger.create(home, NOW_MS) as book:
        desk = book.at(station_key(home, "desk"), NOW_MS)
        desk.topup("s-ann", 10**9, "t-1")
        desk.supply("X", 10, "s-1")
        desk.close("z-1")
        for count in BATCHES:
            orders = [Order((OrderLine("X", f"Thing {n % 5}", 1, 7),), "EUR") for n in range(count)]
            book.post_batch(*rush.signed(kiosk, [("s-ann", o) for o in orders]), NOW_MS)
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
        rows = db.execute(
            "SELECT idx, CAST(id AS BLOB), leaf, hashes, head FROM entries ORDER BY idx"
        ).fetchall()
        entries = {row[0]: row[1:] for row in rows}
        accounts = sorted(
            db.execute(
                "SELECT CAST(account AS BLOB), CAST(currency AS BLOB), balance FROM accounts"
            ),
            key=repr,  # a damaged row may have no value
        )
        paged = db.execute("SELECT rowid, * FROM batch_pages NOT INDEXED ORDER BY rowid").fetchall()
        sheets = {row[0]: row[1:] for row in paged}
        if (len(entries), len(sheets)) != (len(rows), len(paged)):
            return None  # a cell too many on a page reads as a row of any number
        schema = list(db.execute("SELECT * FROM sqlite_schema"))
        pragmas = [db.pragma("user_version"), db.pragma("application_id")]
        # the indexes must lead to the same rows
        found = (
            [
                db.execute(
                    "SELECT idx FROM entries WHERE id = CAST(? AS TEXT)", (row[0],)
                ).fetchall()
                for row in entries.values()
            ]
            + [
                db.execute(
                    "SELECT rowid FROM batch_pages WHERE idx = ? AND page = ?", row[:2]
                ).fetchall()
                for row in sheets.values()
            ]
            + [db.execute(HEAD_AFTER, (index,)).fetchall() for index in entries]
        )
        db.close()
    except (apsw.Error, UnicodeDecodeError):
        return None
    return entries, sheets, accounts, schema, pragmas, found


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
        if after is not None and [*map(set, after[:2])] == [*map(set, before[:2])]:
            named = {finding.index for finding in findings}
            changed = [{i} for i, row in after[0].items() if row != before[0][i]]
            changed += [
                {row[0], before[1][i][0]} for i, row in after[1].items() if row != before[1][i]
            ]
            result["not_named"] += not all(named & either for either in changed)
    path.write_bytes(original)
    return result


class Sheets:
    """The pages of a book alone, in a store where any column takes any value."""

    def __init__(self, sheets):
        self.db = apsw.Connection(":memory:")
        self.db.execute("CREATE TABLE batch_pages (idx, page, root, total_minor, payments, orders)")
        self.db.executemany(pages.INSERT, sheets)

    def require_format(self):
        return pages.SINCE

    def rows(self, sql, values=()):
        return self.db.execute(sql, values)


def every_bit_of_pages(home, rows, step):
    """(bits tried, bits missed) of all columns of all pages, every `step`th bit of each."""
    pass_over = audit._Audit(home, audit.trusted_keys(home)[0], None)
    entries, sheets, *_ = rows
    store, tried, missed = Sheets(sheets.values()), 0, 0

    def is_suspected(entry):
        try:
            rules.require_sheet(pass_over._with_sheet(entry, Replay(store)).content)
        except (BadInputError, Refused):
            return True
        return False

    for rowid, row in enumerate(sheets.values(), 1):
        entry = parse_leaf(entries[row[0]][1])
        missed += is_suspected(entry)  # a false alarm
        for column, value in zip(PAGE_COLUMNS, row, strict=True):
            put = f"UPDATE batch_pages SET {column} = ? WHERE rowid = {rowid}"
            is_number = isinstance(value, int)
            data = value.to_bytes(8, "big", signed=True) if is_number else value
            for spoilt in spoilt_by_a_bit(data, 1 if is_number else step):
                new = int.from_bytes(spoilt, "big", signed=True) if is_number else spoilt
                store.db.execute(put, (new,))
                missed += not is_suspected(entry)
                tried += 1
            store.db.execute(put, (value,))
    return tried, missed


def every_bit(home, step=1):
    """(bits tried, bits missed) of the leaves, hashes and heads of each `step`th entry.

    And of every page, every `step`th bit of each column.
    """
    anchor, rows = audit.trusted_keys(home)[0], rows_of(home.ledger_db)
    tried, missed = every_bit_of_pages(home, rows, step)
    frontier = merkle.Frontier()

    def suspected(index, leaf, hashes, head):
        found = set()
        tree = TreeCheck(anchor, lambda entry, _: found.add(entry), set(), signed_all=False)
        tree._computed = merkle.Frontier(frontier.size, frontier.hashes)
        tree.add(index, leaf, hashes, head)
        return found | {*tree._suspects, *tree._unsigned}

    for index, (_, leaf, hashes, head) in rows[0].items():
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


def spoilt_by_a_bit(value, step=1):
    for place in range(0, len(value) * 8, step):
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
