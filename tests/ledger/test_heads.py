"""Signed heads against the book's tree, whatever the size, and altered rows between two of them."""

from __future__ import annotations

import itertools

import apsw
import pytest

from ledger import audit, merkle, note, seals
from ledger.keyring import Keyring


def roots_of(book):
    """The tree's root at each size from 1 on, from the leaves alone."""
    frontier, roots = merkle.Frontier(), []
    for entry in book.entries():
        frontier.append(frontier.completed(merkle.leaf_hash(entry.leaf())))
        roots.append(frontier.root())
    return roots


def signed(shop, size, root):
    return note.sign(
        note.Checkpoint(shop.book.genesis.origin, size, root), Keyring(shop.home).newest
    )


def findings(shop, *heads, memory=None):
    return audit.check_home(shop.home, heads=heads, memory=memory)[0]


def change(shop, statement, *values):
    shop.book.close()
    db = apsw.Connection(str(shop.home.ledger_db))
    db.execute(statement, values)
    db.close()


def columns(shop, index):
    return next(shop.book._store.rows("SELECT leaf, hashes FROM entries WHERE idx = ?", (index,)))


@pytest.fixture
def memory(tmp_path, monkeypatch):
    monkeypatch.setattr(seals, "CHUNK", 4)
    return tmp_path / "auditor"


@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_kept_head_of_any_size_tells_this_tree_from_another(stocked, memory, is_remembered):
    assert findings(stocked, memory=memory) == []
    for _ in range(3):
        stocked.topup(1)
    roots = dict(enumerate([merkle.EMPTY_ROOT, *roots_of(stocked.book)]))
    asked = {"memory": memory} if is_remembered else {}
    for size in roots:
        [found] = findings(stocked, signed(stocked, size, bytes(32)), **asked)
        assert found.index == max(size - 1, 0)
        assert "the tree up to it is not the one that the given head 1" in found.problem
    assert findings(stocked, *(signed(stocked, *head) for head in roots.items()), **asked) == []


@pytest.mark.parametrize("index", range(8))
def test_a_spoilt_tree_hash_is_no_reproach_to_heads_over_its_leaves(stocked, index):
    heads = [signed(stocked, *head) for head in enumerate(roots_of(stocked.book), 1)]
    change(stocked, "UPDATE entries SET hashes = zeroblob(length(hashes)) WHERE idx = ?", index)
    assert [(f.index, f.problem) for f in findings(stocked, *heads)] == [
        (index, "its tree hashes are not those of its leaf")
    ]


@pytest.fixture
def grouped(shop):
    """Entries 4 to 10 are payments of one commit, and 11 follows."""
    shop.topup()
    order = shop.order()
    shop.book.post_many([(shop.authorize(order), order) for _ in range(7)], shop.now_ms)
    shop.topup(1)
    return shop


@pytest.mark.parametrize("index", range(4, 11))
def test_in_a_commit_of_several_a_spoilt_tree_hash_is_one_finding(grouped, index):
    change(grouped, "UPDATE entries SET hashes = zeroblob(length(hashes)) WHERE idx = ?", index)
    assert [(f.index, f.problem) for f in findings(grouped)] == [
        (index, "its tree hashes are not those of its leaf")
    ]


@pytest.mark.parametrize("index", range(4, 11))
def test_in_a_commit_of_several_an_altered_leaf_is_named_and_no_neighbour(grouped, index):
    leaf, _ = columns(grouped, index)
    altered = leaf.replace(b'"policy":"0', b'"policy":"1')
    change(grouped, "UPDATE entries SET leaf = ? WHERE idx = ?", altered, index)
    found = findings(grouped)
    assert {f.index for f in found} == {index}
    problems = [f.problem for f in found]
    assert "its leaf, or one before it, is not the one that was signed" in problems
    assert "its tree hashes are not those of its leaf" not in problems


@pytest.mark.parametrize("index", range(4, 10))
def test_a_leaf_altered_with_its_tree_hashes_is_found_by_the_heads_after_it(grouped, index):
    frontier = merkle.Frontier()
    for entry in itertools.islice(grouped.book.entries(), index):
        frontier.append(frontier.completed(merkle.leaf_hash(entry.leaf())))
    leaf, _ = columns(grouped, index)
    altered = leaf.replace(b'"policy":"0', b'"policy":"1')
    hashes = b"".join(frontier.completed(merkle.leaf_hash(altered)))
    change(grouped, "UPDATE entries SET leaf = ?, hashes = ? WHERE idx = ?", altered, hashes, index)
    found = findings(grouped)
    assert any("not that of the station" in f.problem for f in found if f.index == index)
    assert max(f.index for f in found) > index


def test_one_spoilt_head_is_one_finding(grouped):
    change(grouped, "UPDATE entries SET head = zeroblob(64) WHERE idx = 10")
    assert [(f.index, f.problem) for f in findings(grouped)] == [
        (10, "the tree head after it is not signed by the ledger's key")
    ]


def test_spoilt_heads_with_a_good_one_between_them_are_two_findings(stocked):
    change(stocked, "UPDATE entries SET head = zeroblob(64) WHERE idx IN (3, 5)")
    assert [(f.index, f.problem) for f in findings(stocked)] == [
        (3, "the tree head after it is not signed by the ledger's key"),
        (5, "the tree head after it is not signed by the ledger's key"),
    ]


def test_a_new_key_is_still_known_after_two_checks_that_remember(stocked, memory):
    stocked.book.rotate_key(stocked.now_ms)
    for _ in range(4):
        assert findings(stocked, memory=memory) == []
        stocked.topup(1)
    change(stocked, "UPDATE entries SET head = zeroblob(64) WHERE idx = 11")
    assert [f.index for f in findings(stocked, memory=memory)] == [11]


def test_rows_behind_the_last_head_are_still_compared(grouped):
    change(
        grouped,
        "UPDATE entries SET head = X'', hashes = zeroblob(length(hashes)) WHERE idx = 11",
    )
    assert [(f.index, f.problem) for f in findings(grouped)] == [
        (11, "its tree hashes are not those of its leaf"),
        (11, "no signed tree head follows it"),
    ]


@pytest.fixture
def limited(shop):
    """Entries 4 to 6 set limits, and so move nothing; the ledger's key changes behind them."""
    shop.topup()
    for number in range(3):
        shop.at_desk().limit("s-a", 100, f"l{number}")
    shop.topup()
    shop.book.rotate_key(shop.now_ms)
    shop.topup()
    return shop


@pytest.mark.parametrize(("last", "named"), [(4, ""), (5, " to 5"), (6, " to 6")])
def test_after_a_gap_heads_and_new_keys_are_still_followed(limited, last, named):
    change(limited, "DELETE FROM entries WHERE idx BETWEEN 4 AND ?", last)
    gap, rolled_back = findings(limited)
    assert gap == audit.Finding(4, f"it is missing{named}; later tree heads cannot be recomputed")
    assert "head.note beside the book is signed over 10 entries" in rolled_back.problem


def test_a_row_before_the_first_stands_out_of_order(limited):
    change(
        limited, "INSERT INTO entries SELECT -1, id || '0', leaf, hashes, head FROM entries LIMIT 1"
    )
    assert "entry -1: it stands out of order" in map(str, findings(limited))
