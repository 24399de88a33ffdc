"""Kills a desk at random moments of its work, again and again, and looks for anything half done.

    python tests/enroll/crash.py --cycles 200

Each cycle starts a process that enrols, revokes, rotates the master key and renews the transform in
a random order, telling its parent before and after each; the parent kills it with SIGKILL at a
random moment, opens the vault as the next process would, and compares: what was told done is done,
what was begun is done wholly or not at all, everybody enrolled is found by phone and face, the
trail is whole and tells of exactly what happened, and the book has a tombstone of each erased.
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

import numpy as np

from enroll import erasure, renewal, rotation
from enroll.shopper import Consent, EnrolmentRecord, Template
from enroll.vault import Vault
from ledger.book import Ledger
from ledger.home import create_home

NOW_MS = 1_800_000_000_000
MODEL = "m-1"
PEOPLE_MAX = 40
ACTIONS = ("enrol", "enrol", "revoke", "rotate", "renew")

# small pieces, so that kills fall between them
rotation.CHUNK = renewal.CHUNK = 3


def face(number):
    vector = np.random.default_rng(number).standard_normal(64).astype(np.float32)
    return vector / np.linalg.norm(vector)


def phone(number):
    return f"555{number:06d}"


def record(number):
    consent = Consent("2026-2-en", NOW_MS, "desk")
    return EnrolmentRecord(
        f"Person {number}", phone(number), Template(face(number), MODEL), consent, NOW_MS
    )


class Desk:
    """What the parent knows of one home."""

    def __init__(self, folder):
        self.home = create_home(folder, "demo")
        Ledger.create(self.home, NOW_MS).close()
        Vault.create(self.home).close()
        self.enrolled = set()
        self.next = 0
        self.done = 0

    def work(self, seed, pipe):
        """In the child: until killed."""
        rng = random.Random(seed)
        enrolled, number = sorted(self.enrolled), self.next
        with Vault.open(self.home) as vault:
            while True:
                action = rng.choice(ACTIONS)
                if action == "revoke" and not enrolled:
                    continue
                who = number if action == "enrol" else 0
                if action == "revoke":
                    who = enrolled.pop(rng.randrange(len(enrolled)))
                os.write(pipe, json.dumps(["begin", action, who]).encode() + b"\n")
                if action == "enrol":
                    vault.add(record(who))
                    enrolled.append(who)
                    number += 1
                elif action == "revoke":
                    erasure.erase(vault, phone(who), NOW_MS)
                elif action == "rotate":
                    vault.rotate_key()
                else:
                    vault.renew_transform()
                os.write(pipe, json.dumps(["done", action, who]).encode() + b"\n")

    def cycle(self, rng):
        """Run and kill one child; gives what is wrong."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reader)
                self.work(rng.getrandbits(64), writer)
            finally:
                os._exit(1)
        os.close(writer)
        data = os.read(reader, 65_536)  # it has begun
        time.sleep(rng.uniform(0, 0.15))
        os.kill(child, signal.SIGKILL)
        while part := os.read(reader, 65_536):
            data += part
        os.close(reader)
        _, status = os.waitpid(child, 0)
        told = [json.loads(line) for line in data.splitlines()]
        if not os.WIFSIGNALED(status):
            return [f"the child ended by itself after {told}"]
        return self.examine(told)

    def allowed(self, told):
        """Who may be enrolled now: as told, and with what was begun done or not done."""
        expected, begun = set(self.enrolled), None
        for what, action, who in told:
            begun = (action, who) if what == "begin" else None
            self.done += what == "done"
            if what == "done" and action in ("enrol", "revoke"):
                expected ^= {who}
        if begun is not None and begun[0] in ("enrol", "revoke"):
            return expected, expected ^ {begun[1]}
        return (expected,)

    def examine(self, told):
        allowed, wrong = self.allowed(told), []
        with Vault.open(self.home) as vault:
            found = {int(s.phone[3:]) for s in vault.list() if s.status == "active"}
            if found not in allowed:
                wrong.append(f"enrolled are {found}, not any of {allowed}")
            gallery = vault.gallery(MODEL, strict=False)
            for number in found:
                match = gallery.search(face(number))
                if match is None or match.pseudonym != vault.pseudonym_of(phone(number)):
                    wrong.append(f"{number} is not found by face")
            erasure.settle(vault, NOW_MS)
            revoked = {s.pseudonym for s in vault.list() if s.status == "revoked"}
            if erasure.erased_in(self.home) != revoked:
                wrong.append("the book's tombstones are not the vault's")
            trail = vault.trail.read()
            counts = {a: sum(e.action == a for e in trail) for a in ("enrol", "revoke")}
            if counts != {"enrol": len(found) + len(revoked), "revoke": len(revoked)}:
                wrong.append(f"the trail tells of {counts}")
            if vault.tombstones_due():
                wrong.append("tombstones are still due")
        self.enrolled = found
        self.next = max([self.next, *(who + 1 for _, action, who in told if action == "enrol")])
        return wrong


def run(cycles, seed, folder, *, lie=False):
    """Gives the counts, and everything found wrong."""
    rng = random.Random(seed)
    result = {"cycles": cycles, "kills": 0, "done": 0, "wrong": []}
    desk = Desk(folder / "home0")
    for number in range(1, cycles + 1):
        if lie:
            desk.enrolled.add(999_999)
        result["wrong"] += desk.cycle(rng)
        result["kills"] += 1
        if len(desk.enrolled) > PEOPLE_MAX:
            result["done"] += desk.done
            shutil.rmtree(desk.home.path)
            desk = Desk(folder / f"home{number}")
    with Ledger.open(desk.home, read_only=True) as book:
        result["wrong"] += [str(finding) for finding in book.check()]
    result["done"] += desk.done
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lie", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="facetill-crash"))
    try:
        result = run(args.cycles, args.seed, folder, lie=args.lie)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result))  # noqa: T201 - the command's answer
    return int(bool(result["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
