"""The same operations, drawn from a seed, on a book in SQLite and on one in PostgreSQL.

    python tests/ledger/operations.py --operations 1000000

A PostgreSQL of its own is started and thrown away. Both books run at once, each in a process; then
their heads, their balances and everything that they answered are compared, and both are audited.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import postgres_server

from ledger import errors, merkle
from ledger.authorization import Authorization, sign, sign_batch
from ledger.batches import Batch
from ledger.book import Ledger
from ledger.home import create_home, open_home, station_key
from ledger.orders import Order, OrderLine
from ledger.receipt import Receipt

NOW_MS = 1_800_000_000_000
TOLD_EVERY_S = 30
BATCHES = (1, 5, 128, 129, 300)  # payments of one


def make_pair(folder, database):
    """One home twice, with the same keys: the book of one in a file, of the other in a database."""
    home = create_home(folder / "file", "demo")
    shutil.copytree(home.path, folder / "base")
    record = json.loads((home.path / "home.json").read_text())
    (folder / "base" / "home.json").write_text(json.dumps({**record, "database": database}))
    return home, open_home(folder / "base")


@cache
def key_of(home):
    return station_key(home, "kiosk")


def unsigned(book, rng, shopper, amount, *, now_ms=NOW_MS, until_ms=None):
    order = Order((OrderLine("X", "Thing", 1, amount),), "EUR")
    authorization = Authorization(
        *(f"{rng.getrandbits(128):032x}", key_of(book.home).key_id, shopper, order.digest()),
        *(amount, "EUR", now_ms, now_ms + 30_000, "0" * 64, {}, (), "pin", "live", until_ms),
    )
    return authorization, order


def payment(book, rng, shopper, amount, **times):
    authorization, order = unsigned(book, rng, shopper, amount, **times)
    return sign(authorization, key_of(book.home)), order


def payments(book, rng, shopper, count, now_ms):
    """Several that the kiosk signed together."""
    made = [unsigned(book, rng, shopper, rng.randrange(1, 90), now_ms=now_ms) for _ in range(count)]
    signed = sign_batch([authorization for authorization, _ in made], key_of(book.home))
    return [(one, order) for one, (_, order) in zip(signed, made, strict=True)]


def signed_batch(header, key):
    return replace(header, signature=key.sign(header.message()))


def batch(book, rng, shoppers, count, now_ms, *, price_max=3, counted=0.012):
    """A batch with its pages, made by the format's description: its id and salts from the seed."""
    made = []
    for _ in range(count):
        line = OrderLine("A1", "Apple", 1, rng.randrange(1, price_max), rng.random() < counted)
        made.append((f"{rng.getrandbits(128):032x}", Order((line,), "EUR"), rng.choice(shoppers)))
    records = [f"{salt}\t{order.digest()}\t{who}\tface\tblink nod" for salt, order, who in made]
    pages = [
        (
            "\n".join(records[start : start + 128]).encode(),
            b"\n".join(dict.fromkeys(order.encoded for _, order, _ in made[start : start + 128])),
        )
        for start in range(0, count, 128)
    ]
    root = merkle.levels(merkle.leaf_hashes([record.encode() for record in records]))[-1][0].hex()
    key = key_of(book.home)
    header = Batch(
        *(f"{rng.getrandbits(96):024x}", key.key_id, count, root, "EUR", now_ms, now_ms + 30_000),
        *("0" * 64, {}, "live", "demo"),
    )
    return signed_batch(header, key), pages


def odd_batch(book, rng, shoppers, known, now_ms):
    """One that the book refuses, or has taken before."""
    header, pages = batch(book, rng, shoppers, rng.choice((2, 130)), now_ms)
    match rng.randrange(7):
        case 0:
            header = replace(header, policy="1" * 64)  # what was not signed
        case 1:
            pages = batch(book, rng, shoppers, header.count, now_ms)[1]
        case 2:
            late = replace(header, issued_at_ms=now_ms - 90_000, expires_at_ms=now_ms - 60_000)
            header = signed_batch(late, key_of(book.home))
        case 3:
            header, pages = batch(book, rng, shoppers, 3, now_ms, price_max=10**9)
        case 4 if known:  # an id that another batch has
            header = signed_batch(replace(header, id=rng.choice(known)[0].id), key_of(book.home))
        case 5:
            header, pages = batch(book, rng, [*shoppers, "s-nobody"], 9, now_ms)
        case _ if known:  # asked again
            header, pages = rng.choice(known)
    return header, pages


def post_batches(book, rng, shoppers, taken, now_ms):
    """Post one or two, odd or not; gives a payment's receipt of each, or why there is none."""
    items = [batch(book, rng, shoppers, rng.choice(BATCHES), now_ms)]
    if rng.random() < 0.5:
        odd = odd_batch(book, rng, shoppers, taken, now_ms)
        items.insert(rng.randrange(2), odd)
    if len(items) == 1:
        answers = [book.post_batch(*items[0], now_ms)]
    else:
        answers = book.post_batches(items, now_ms)
    for item, receipts in zip(items, answers, strict=True):
        if isinstance(receipts, Exception):
            yield receipts
        else:
            taken.append(item)
            yield receipts[rng.randrange(len(receipts))]


def told_of(book, answer):
    """A receipt's whole text, which the book must give again; a refusal's name."""
    if isinstance(answer, Receipt):
        return answer.qr_payload(), book.receipt(answer.id) == answer
    return type(answer).__name__


def run(book, seed, count, *, together=6, watch=lambda _: None):  # noqa: C901, PLR0912 - one case an operation
    """The same operations for the same seed; gives what each said."""
    rng, said, paid, held, taken = random.Random(seed), [], [], [], []
    shoppers = ["s-ann", "s-bob", "s-cyn"]
    desk_key = station_key(book.home, "desk")
    now_ms = NOW_MS
    number, much = 0, max(1, together // 6)  # enough money for what is posted together
    while number < count:
        number += 1
        now_ms += rng.randrange(2_000)
        watch(number)
        desk = book.at(desk_key, now_ms)
        shopper = rng.choice(shoppers)
        try:
            match rng.randrange(15):
                case 0:
                    desk.topup(shopper, rng.randrange(1, 3_000) * much, f"t{number}")
                case 1 if paid:
                    desk.refund(rng.choice(paid), rng.randrange(1, 60), f"r{number}")
                case 2:
                    desk.supply("A1", rng.randrange(1, 4), f"s{number}")
                case 3:
                    desk.close(f"z{number}")
                case 4:
                    desk.limit(shopper, rng.randrange(2_000, 9_000) * much, f"l{number}")
                case 9:
                    until_ms = now_ms + 100_000
                    amount = rng.randrange(1, 200)
                    item = payment(book, rng, shopper, amount, now_ms=now_ms, until_ms=until_ms)
                    book.hold(*item, now_ms)
                    held.append(item[0].authorization.id)
                case 10 if held:
                    end = rng.choice([desk.capture, desk.void, desk.expire])
                    end(rng.choice(held))
                case 11 if rng.random() < 0.01:
                    desk.tombstone(f"s-gone{number}")
                case 5:
                    items = payments(book, rng, shopper, rng.randrange(1, together), now_ms)
                    number += len(items) - 1
                    said += [type(r).__name__ for r in book.post_many(items, now_ms)]
                case 6:
                    for answer in post_batches(book, rng, shoppers, taken, now_ms):
                        said.append(told_of(book, answer))
                        paid += [answer.id] if isinstance(answer, Receipt) else []
                case _:
                    item = payment(book, rng, shopper, rng.randrange(1, 90), now_ms=now_ms)
                    paid.append(book.post(*item, now_ms).id)
        except errors.Refused as e:
            said.append(type(e).__name__)
        else:
            said.append(book.balance(shopper))
    return said


def compare(home, seed, count, together, answers):
    """Run all on one book, audit it, and say what can be compared."""
    name = "PostgreSQL" if home.database else "SQLite"
    started_s = time.monotonic()

    told_s = started_s

    def watch(number):
        nonlocal told_s
        if time.monotonic() > told_s + TOLD_EVERY_S:
            told_s = time.monotonic()
            rate = number / (told_s - started_s)
            sys.stderr.write(f"{name}: {number:,} operations, {rate:,.0f} a second\n")

    with Ledger.create(home, NOW_MS) as book:
        said = run(book, seed, count, together=together, watch=watch)
        seconds = time.monotonic() - started_s
        digest = hashlib.sha256(json.dumps([said, book.balances()]).encode()).hexdigest()
        head, size = book.head, len(book)
        findings = len(book.check())
    told = {"head": head, "entries": size, "answers": digest, "findings": findings}
    answers.put((name, told, round(seconds, 1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--together", type=int, default=2_000, help="payments in one commit")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="facetill-operations"))
    try:
        with postgres_server.running() as server:
            answers = multiprocessing.Queue()
            works = [
                multiprocessing.Process(
                    target=compare,
                    args=(home, args.seed, args.operations, args.together, answers),
                )
                for home in make_pair(folder, server.url)
            ]
            for work in works:
                work.start()
            for work in works:
                work.join()
            found = [answers.get(timeout=10) for _ in works]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    same = found[0][1] == found[1][1] and not found[0][1]["findings"]
    seconds = {name: took for name, _, took in found}
    print(  # noqa: T201 - the command's answer
        json.dumps({"same": same, "operations": args.operations, "seconds": seconds, **found[0][1]})
    )
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
