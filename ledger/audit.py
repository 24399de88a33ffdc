"""`ledger check`: recomputes the book from its leaves, and names whatever differs.

Nothing stored is believed but the leaves, and those only under the ledger key's signature: ids,
tree hashes, heads and balances are computed again and compared, column by column; kiosks' and
desks' signatures are verified; each entry is judged again by the rules it was taken under. The
database's own check looks at what lies below rows.

Rolling the whole file back to an older copy leaves a book that is right in itself. The newest
head is therefore kept beside it in `head.note`; whoever can write both can roll back both, so
`heads` takes further ones, kept elsewhere.

An auditor who comes again need not verify what has not changed by a bit: see `ledger.seals`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from ledger import note, pages, parts, rules, store
from ledger.batches import Batch
from ledger.collector import held_back
from ledger.contents import Genesis, Rotation
from ledger.entries import parse_leaf
from ledger.errors import BadInputError, Error, KeyMissingError, LedgerMissingError, Refused
from ledger.figures import Figures
from ledger.home import VKEYS
from ledger.log import Log
from ledger.replay import Replay
from ledger.seals import Resumed, Seals, balances_digest, hex_of
from ledger.treecheck import TreeCheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledger.batches import Sheet
    from ledger.entries import Entry
    from ledger.home import Home
    from ledger.store import Store

FINDINGS_MAX: Final = 1_000
BATCH: Final = 1_024
_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**63 - 1
_KEY_FILE_BYTES_MAX: Final = 100_000
_SECOND_LINE: Final = re.compile(r".*\n([0-9]{1,18})\n")  # a head's size, not verified yet


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        index: The entry concerned; None for the file as a whole.
        problem: What is wrong, as part of a sentence.
    """

    index: int | None
    problem: str

    def __str__(self) -> str:
        return f"{'book' if self.index is None else f'entry {self.index}'}: {self.problem}"


def trusted_keys(home: Home) -> list[note.VerifierKey]:
    """The ledger's public keys as the home keeps them outside of the book, the first one first.

    Raises:
        KeyMissingError, BadInputError: They cannot be used.
    """
    path = home.keys_dir / VKEYS
    try:
        with path.open("rb") as file:
            text = file.read(_KEY_FILE_BYTES_MAX).decode("utf-8", "replace")
    except OSError as e:
        raise KeyMissingError(
            f"The ledger's public key {path} cannot be read ({e.strerror}).",
            hint="Restore it from your backup, or from any receipt's shop notice.",
        ) from e
    return note.parse_vkeys(text)


def check_home(
    home: Home,
    *,
    key: note.Keys | None = None,
    heads: tuple[str, ...] = (),
    memory: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Finding], int]:
    """All findings in the home's book (none: it is clean), and its number of entries.

    Args:
        home: Whose book.
        key: The ledger's first public key; by default the one in HOME/keys/ledger.vkey. Later
            ones are followed in the book.
        heads: Signed heads kept elsewhere, with which the book must agree.
        memory: The auditor's own folder, which remembers what was verified; None: nothing is.
        progress: Called now and then with entries done and entries in all.

    Raises:
        LedgerMissingError, KeyMissingError: There is nothing to check, or nothing to check by.
    """
    anchor = note.key_list(trusted_keys(home) if key is None else key)[0]
    # The head is read before the book: a payment posted meanwhile must not look like a rollback.
    try:
        newest = store.head_note(home).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        newest = ""
    named = [(newest, f"{store.HEAD_NAME} beside the book")]
    named += [(head, f"the given head {number}") for number, head in enumerate(heads, 1)]
    audit = _Audit(home, anchor, progress)
    try:
        opened = store.open_store(home, read_only=True)
        try:
            with held_back(), opened.transaction(write=False):
                seals = Seals(memory, anchor) if memory is not None else None
                audit.run(opened, seals, named)
        finally:
            opened.close()
    except LedgerMissingError:
        raise
    except Error as e:
        audit.find(None, e.message.removesuffix("."))
    return audit.findings, audit.size


def read_part(
    book: parts.Book,
    opened: Store,
    begin: Resumed,
    last: int,
    sheets: dict[int, Sheet],
    tell: Callable[[int], None],
) -> parts.Ended | None:
    """Verify the entries from `begin` to before `last`; None: they are not all clean.

    Args:
        book: What is checked.
        opened: Its store, in a transaction.
        begin: What is known to be right so far.
        last: Where to stop.
        sheets: Of batches that were read in the same transaction, by their entries.
        tell: Called now and then with entries done.
    """
    audit = _Audit(book.home, book.anchor, lambda size, _: tell(size - begin.size))
    audit.sheets = sheets
    limits = last, last
    tree, known = audit.read(opened, begin, limits, set(), signed_all=book.signed_all)
    if audit.findings or audit.size != last:
        return None
    return parts.Ended(
        balances_digest(known.balances),
        known.figures_so_far(),
        known.has_figures,
        audit.recorded_ms,
        hex_of(tree.keys),
    )


class _Audit:
    """One pass over the book."""

    def __init__(
        self,
        home: Home,
        anchor: note.VerifierKey,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.findings: list[Finding] = []
        self.size = 0
        self._total: int
        self._home = home
        self._anchor = anchor
        self._progress = progress
        self._genesis = Genesis(home.id, home.mode, home.currency, anchor.public_bytes)
        self.recorded_ms = 0
        self.sheets: dict[int, Sheet] = {}

    def find(self, index: int | None, problem: str) -> None:
        """Note a finding; beyond FINDINGS_MAX they are no longer told apart."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(index, problem))

    def run(self, opened: Store, seals: Seals | None, named: list[tuple[str, str]]) -> None:
        """Look at everything; inside a read transaction."""
        signed_all = opened.require_format() == 1
        begin = Resumed(0, {}, Figures(), 0, [self._anchor])
        known = None if seals is None else seals.untouched(opened, self._progress)
        if known is not None:
            self._pass(opened, known, known.size, named, signed_all=signed_all)
            return
        for index, problem in opened.problems():
            self.find(index, problem)
        total = cast("int", next(opened.rows("SELECT count(*) FROM entries"))[0])
        if not self.findings:
            if seals is not None:
                begin = seals.resume(opened, total, self._progress) or begin
            book = parts.Book(self._home, self._anchor, signed_all)
            log = Log(opened, self._genesis)
            known = parts.verified(book, log, begin, total, self._progress)
        tree, replay = self._pass(opened, known or begin, total, named, signed_all=signed_all)
        if known is not None and self.findings:  # only a pass over the entries can name them
            self.findings.clear()
            tree, replay = self._pass(opened, begin, total, named, signed_all=signed_all)
        if seals is not None and not self.findings:
            seals.keep(opened, self.size, tree.keys, replay, self.recorded_ms)

    def _pass(
        self,
        opened: Store,
        begin: Resumed,
        total: int,
        named: list[tuple[str, str]],
        *,
        signed_all: bool,
    ) -> tuple[TreeCheck, Replay]:
        """Read all that comes after what is known, and compare the whole with what it implies."""
        heads = _Heads(named, self.find)
        tree, known = self.read(
            opened, begin, (_HIGHEST, total), heads.sizes, signed_all=signed_all
        )
        self._check_accounts(opened, known)
        for index in pages.strays(opened):
            self.find(index, "it has payments beside it, and is no batch")
        heads.check(opened, tree, self.size)
        return tree, known

    def read(
        self,
        opened: Store,
        begin: Resumed,
        limits: tuple[int, int],
        sizes: set[int],
        *,
        signed_all: bool,
    ) -> tuple[TreeCheck, Replay]:
        """Verify the entries after `begin` and before a limit, of so many in all."""
        known = Replay(opened)
        tree = TreeCheck(self._anchor, self.find, sizes, signed_all=signed_all)
        if begin.size:
            known.resume(begin.balances, begin.figures, begin.size)
            tree.resume(opened, begin.size, begin.keys)
        self.recorded_ms = begin.recorded_ms
        self.size = begin.size
        self._read(opened, limits, tree, known)
        tree.finish(self.size)
        return tree, known

    def _read(self, opened: Store, limits: tuple[int, int], tree: TreeCheck, known: Replay) -> None:
        query = (
            f"SELECT idx, {opened.raw_id}, leaf, hashes, head FROM entries"  # noqa: S608 - a constant
            " WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?"
        )
        end, self._total = limits
        expected = self.size
        start = expected or _LOWEST
        while rows := list(opened.rows(query, (start, end, BATCH))):
            if any(cast("int", row[0]) < start for row in rows):  # or it would be read for ever
                self.find(None, f"asked for entries from {start} on, the file gives others")
                break
            for row in rows:
                index = cast("int", row[0])
                if index != expected:
                    tree.gap(index, expected)
                self._check_row(index, row, tree, known)
                expected = index + 1
                self.size += 1
            start = expected
            self._tell()
        if expected == 0:
            self.find(0, "it is missing, and so is every other")

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.size, self._total)

    def _check_row(self, index: int, row: store.Row, tree: TreeCheck, known: Replay) -> None:
        _, entry_id, leaf, hashes, head = row
        if not (isinstance(leaf, bytes) and isinstance(hashes, bytes) and isinstance(head, bytes)):
            self.find(index, "a column has another type than it was made with")
            tree.lost()
            return
        tree.add(index, leaf, hashes, head)
        try:
            entry = parse_leaf(leaf)
        except BadInputError as e:
            self.find(index, f"its leaf is malformed: {e.message.removesuffix('.')}")
            return
        if entry.index != index:
            self.find(index, f"its leaf says that it is entry {entry.index}")
        if entry_id != entry.id.encode():
            self.find(index, "its id column is not the id in its leaf")
        try:
            entry = self._with_sheet(entry, known)
        except BadInputError as e:
            self.find(index, f"its payments are malformed: {e.message.removesuffix('.')}")
            return
        self._check_entry(index, entry, known)
        if isinstance(entry.content, Rotation):
            tree.rotate(entry.content.public_bytes)

    def _with_sheet(self, entry: Entry, known: Replay) -> Entry:
        if not isinstance(entry.content, Batch):
            return entry
        self._tell()  # it may take as long as a thousand others
        index = entry.index
        sheet = self.sheets.pop(index, None) or pages.sheet(known.opened, index, kept=False)
        return entry.with_sheet(sheet)

    def _check_entry(self, index: int, entry: Entry, known: Replay) -> None:
        content = entry.content
        if entry.recorded_ms != max(self.recorded_ms, entry.clock_ms):
            self.find(index, "its recorded time is not the latest of its clock and all before")
        self.recorded_ms = max(self.recorded_ms, entry.recorded_ms)
        if isinstance(content, Genesis) != (index == 0):
            self.find(index, "a genesis must be the first entry, and only that")
        elif isinstance(content, Genesis) and content != self._genesis:
            self.find(index, "it names another home, mode, currency or key than the home does")
        known.size = index
        for rule in (
            partial(rules.require_signed, content, known),
            partial(rules.require, content, known, self._genesis, entry.clock_ms),
        ):
            self._judge(index, rule)
        if any(known.add(entry).values()):
            self.find(index, "its postings do not sum to zero")

    def _judge(self, index: int, rule: Callable[[], None]) -> None:
        try:
            rule()
        except (Refused, BadInputError) as e:  # also what it refers to may be malformed
            self.find(index, f"it should have been refused: {e.message.removesuffix('.')}")

    def _check_accounts(self, opened: Store, known: Replay) -> None:
        left = dict(known.balances)
        for account, currency, balance in opened.rows(
            "SELECT account, currency, balance FROM accounts"
        ):
            place = (str(account), str(currency))
            expected = left.pop(place, None)
            if expected is None:
                self.find(None, f"the account {place[0]!r} in {place[1]!r} has no entry")
            elif balance != expected:
                self.find(
                    known.touched.get(place),
                    f"after it {place[0]} is {expected} {place[1]} in minor units,"
                    f" but the accounts say {balance}",
                )
        for place in left:
            self.find(known.touched.get(place), f"the accounts lack {place[0]}, which it posts to")


class _Heads:
    """Signed heads kept elsewhere, compared with the book when its keys and size are known."""

    def __init__(
        self, named: list[tuple[str, str]], find: Callable[[int | None, str], None]
    ) -> None:
        self._named = named
        self._find = find
        found = [_SECOND_LINE.match(text) for text, _ in named]
        self.sizes = {int(size[1]) for size in found if size}

    def check(self, opened: Store, tree: TreeCheck, size: int) -> None:
        for text, name in self._named:
            if not text:
                self._find(None, f"{name} is missing")
                continue
            try:
                checkpoint = note.open_checkpoint(text, tree.keys)
            except Error as e:
                self._find(None, f"{name}: {e.message.removesuffix('.')}")
                continue
            if checkpoint.size > size:
                self._find(
                    size,
                    f"it is missing: {name} is signed over {checkpoint.size} entries, the book"
                    f" has {size}, so it was rolled back",
                )
            elif tree.root_at(opened, checkpoint.size) not in (None, checkpoint.root):
                self._find(
                    max(checkpoint.size - 1, 0),
                    f"the tree up to it is not the one that {name} is signed over",
                )
