"""Kills a till that is posting, again and again, and looks for what was lost, doubled or half done.

    python tests/ledger/crash.py --cycles 100000

Each cycle forks a child that posts payments and tells each acknowledged one to its parent; the
parent kills it with SIGKILL at a random moment, opens the book as the next till would, and
compares.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import rush

from ledger.authorization import Authorization, sign, sign_batch
from ledger.book import Ledger
from ledger.home import create_home, station_key
from ledger.orders import Order, OrderLine

NOW_MS = rush.NOW_MS
ENTRIES_MAX = 3_000
GROUP = 3
BATCH = 130  # payments, on two pages
SHOPPERS = ("s-ann", "s-bob")
TOPUP_MINOR = 10**9
ID_CHARS = 32


class Shop:
    def __init__(self, folder, number):
        self.home = create_home(folder / f"home{number}", "demo")
        self.kiosk = station_key(self.home, "kiosk")
        with Ledger.create(self.home, NOW_MS) as book:
            desk = book.at(station_key(self.home, "desk"), NOW_MS)
            for shopper in SHOPPERS:
                desk.topup(shopper, TOPUP_MINOR, f"t-{shopper}")
        self.order = Order((OrderLine("X", "Thing", 1, 7),), "EUR")
        self.acknowledged = set()
        self.size, self.payments = 5, 0

    def authorization(self, rng):
        return Authorization(
            *(f"{rng.getrandbits(128):032x}", self.kiosk.key_id, rng.choice(SHOPPERS)),
            *(self.order.digest(), self.order.total_minor, "EUR", NOW_MS, NOW_MS + 30_000),
            *("0" * 64, {}, (), "pin", "live"),
        )

    def batched(self, rng):
        return [(rng.choice(SHOPPERS), self.order) for _ in range(BATCH)]

    def post_until_killed(self, seed, pipe):
        rng = random.Random(seed)
        book = Ledger.open(self.home)
        while True:
            kind = rng.randrange(3)
            if kind == 0:
                batch, sheet = rush.signed(self.kiosk, self.batched(rng))
                book.post_batch(batch, sheet, NOW_MS)
                # all of its payments have its id, and its number of them is fixed
                os.write(pipe, rush.ids(batch)[0].encode())
                continue
            if kind == 1:
                receipts = [
                    book.post(sign(self.authorization(rng), self.kiosk), self.order, NOW_MS)
                ]
            else:
                some = [self.authorization(rng) for _ in range(GROUP)]
                items = [(signed, self.order) for signed in sign_batch(some, self.kiosk)]
                receipts = book.post_all(items, NOW_MS)
            # shorter than a pipe's atomic size: the parent reads whole ids
            os.write(pipe, b"".join(receipt.id.encode() for receipt in receipts))

    def examine(self, told, *, whole):
        """(lost, doubled, half) after a kill, against what was acknowledged."""
        self.acknowledged |= told
        with Ledger.open(self.home) as book:
            new = list(book.entries(self.size))
            ids = [e.content.sale_id for e in new if e.kind == "payment"]
            batches = [e.content for e in new if e.kind == "batch"]
            grown = len(book) - self.size
            self.size = len(book)
            self.payments += len(ids)
            paid = self.payments * self.order.total_minor
            left = sum(book.balance(shopper) for shopper in SHOPPERS)
            findings = book.check() if whole else []
        told = told | {
            sale_id for b in batches if rush.ids(b)[0] in told for sale_id in rush.ids(b)
        }
        lost = len(told - set(ids))
        doubled = len(ids) - len(set(ids))
        beyond = len(ids) - len(told)
        entries = len(ids) - sum(b.count - 1 for b in batches)
        half = int(
            left != len(SHOPPERS) * TOPUP_MINOR - paid
            or beyond not in (0, 1, GROUP, BATCH)
            or entries != grown
        )
        return lost, doubled, half + len(findings)


def cycle(shop, seed, rng):
    """Run and kill one child; gives the ids that it was told are paid."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            shop.post_until_killed(seed, writer)
        finally:
            os._exit(1)
    os.close(writer)
    time.sleep(rng.uniform(0.001, 0.08))
    os.kill(child, signal.SIGKILL)
    data = b""
    while part := os.read(reader, 65_536):
        data += part
    os.close(reader)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    ids = {data[i : i + ID_CHARS].decode() for i in range(0, len(data), ID_CHARS)}
    return ids, killed


def run(cycles, seed, check_every, folder, *, lie=False, watch=None):
    """Gives the counts; the last three are 0 for a book that keeps its word."""
    rng = random.Random(seed)
    result = dict.fromkeys(("cycles", "kills", "acknowledged", "entries", "lost", "doubled"), 0)
    result["half"] = 0
    shops = 1
    shop = Shop(folder, shops)
    for number in range(1, cycles + 1):
        told, killed = cycle(shop, rng.getrandbits(64), rng)
        if lie:
            told.add("f" * ID_CHARS)
        whole = number % check_every == 0 or number == cycles
        lost, doubled, half = shop.examine(told, whole=whole)
        for name, count in (
            *(("cycles", 1), ("kills", int(killed)), ("acknowledged", len(told))),
            *(("lost", lost), ("doubled", doubled), ("half", half)),
        ):
            result[name] += count
        if shop.size > ENTRIES_MAX or number == cycles:
            result["entries"] += shop.size
            if number < cycles:
                shutil.rmtree(shop.home.path)
                shops += 1
                shop = Shop(folder, shops)
        if watch is not None:
            watch(number)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cycles", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check-every", type=int, default=50, help="audit the whole book then")
    parser.add_argument("--lie", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="facetill-crash"))
    try:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            with Progress(console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task("Killing tills", total=args.cycles)
                watch = lambda number: bar.update(task, completed=number)  # noqa: E731
                result = run(
                    args.cycles, args.seed, args.check_every, folder, lie=args.lie, watch=watch
                )
        else:
            result = run(args.cycles, args.seed, args.check_every, folder, lie=args.lie)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result))  # noqa: T201 - the command's answer
    return int(bool(result["lost"] or result["doubled"] or result["half"]))


if __name__ == "__main__":
    sys.exit(main())
