from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle

# The reference inputs of Certificate Transparency, and the roots of their first 1..8.
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


# --- a second, plain writing of RFC 6962, straight from its definitions ----------------------


def plain_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    pair = plain_root(leaves[:k]) + plain_root(leaves[k:])
    return hashlib.sha256(b"\x01" + pair).digest()


def plain_path(m, leaves):
    if len(leaves) <= 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*plain_path(m, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(m - k, leaves[k:]), plain_root(leaves[:k])]


def plain_verify(leaf, m, n, path):
    if n == 1:
        return hashlib.sha256(b"\x00" + leaf).digest() if not path else None
    if not path:
        return None
    k = 1
    while k * 2 < n:
        k *= 2
    if m < k:
        below = plain_verify(leaf, m, k, path[:-1])
        pair = below and below + path[-1]
    else:
        below = plain_verify(leaf, m - k, n - k, path[:-1])
        pair = below and path[-1] + below
    return pair and hashlib.sha256(b"\x01" + pair).digest()


# --- growing as the book does ----------------------------------------------------------------


def grow(leaves):
    frontier, kept, roots = merkle.Frontier(), [], []
    for leaf in leaves:
        kept.append(frontier.completed(merkle.leaf_hash(leaf)))
        frontier.append(kept[-1])
        roots.append(frontier.root())
    return kept, roots


def subtrees(kept):
    return lambda level, number: kept[merkle.keeper(level, number)][level]


def test_the_reference_roots_are_met():
    assert [root.hex() for root in grow(LEAVES)[1]] == ROOTS
    assert [plain_root(LEAVES[: n + 1]).hex() for n in range(8)] == ROOTS


def test_the_empty_tree_is_the_hash_of_nothing():
    assert merkle.Frontier().root() == hashlib.sha256().digest() == plain_root([])


def test_the_reference_inclusion_proof_is_met():
    # index 5 (0-based) of 8, from the reference implementation's tests
    path = merkle.inclusion_proof(5, 8, subtrees(grow(LEAVES)[0]))
    assert [h.hex() for h in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=70), st.data())
@settings(max_examples=100, deadline=None)
def test_two_writings_agree_on_random_logs(leaves, data):
    kept, roots = grow(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    assert roots[size - 1] == plain_root(leaves[:size])
    path = merkle.inclusion_proof(index, size, subtrees(kept))
    assert list(path) == plain_path(index, leaves[:size])
    assert plain_verify(leaves[index], index, size, path) == roots[size - 1]
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.root_from_inclusion(index, size, leaf, path) == roots[size - 1]
    places = merkle.frontier_places(size)
    assert merkle.fold([subtrees(kept)(*p) for p in places]) == roots[size - 1]


@given(st.integers(1, 70), st.data())
@settings(max_examples=60, deadline=None)
def test_the_proofs_of_neighbours_are_those_of_each(size, data):
    leaves = [bytes([n]) for n in range(size)]
    kept, _ = grow(leaves)
    first = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(first + 1, size))
    paths = merkle.inclusion_proofs(first, end, size, subtrees(kept))
    assert [list(p) for p in paths] == [plain_path(n, leaves) for n in range(first, end)]


@given(st.integers(1, 40), st.data())
@settings(max_examples=200, deadline=None)
def test_a_proven_tree_takes_what_leads_to_its_root_and_nothing_else(size, data):
    leaves = [bytes([n]) for n in range(size)]
    kept, roots = grow(leaves)
    tree = merkle.ProvenTree(size)
    steps = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.integers(-1, 6))
    for index, other, altered in data.draw(st.lists(steps, min_size=1, max_size=20)):
        leaf = merkle.leaf_hash(leaves[other])
        path = [*merkle.inclusion_proof(index, size, subtrees(kept))]
        if 0 <= altered < len(path):
            path[altered] = merkle.leaf_hash(leaves[other])
        elif altered == len(path):
            path.append(bytes(32))
        elif altered == len(path) + 1:
            path = path[:-1]
        truth = merkle.root_from_inclusion(index, size, leaf, path) == roots[-1]
        told = tree.includes(index, leaf, tuple(path), lambda root: root == roots[-1])
        assert told is truth


def test_a_proven_tree_hashes_each_node_once(monkeypatch):
    size = 64
    leaves = [bytes([n]) for n in range(size)]
    kept, roots = grow(leaves)
    asked, hashed = [], []
    node_hash = merkle.node_hash
    monkeypatch.setattr(
        merkle, "node_hash", lambda left, right: hashed.append(1) or node_hash(left, right)
    )
    tree = merkle.ProvenTree(size)
    paths = merkle.inclusion_proofs(0, size, size, subtrees(kept))
    del hashed[:]
    for index, path in enumerate(paths):
        leaf = merkle.leaf_hash(leaves[index])
        assert tree.includes(index, leaf, path, lambda root: not asked.append(root))
    assert asked == [roots[-1]]
    assert len(hashed) == size - 1


@given(st.integers(1, 300), st.data())
@settings(max_examples=60, deadline=None)
def test_an_altered_proof_leads_elsewhere(size, data):
    leaves = [bytes([n % 256, n // 256]) for n in range(size)]
    kept, roots = grow(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = list(merkle.inclusion_proof(index, size, subtrees(kept)))
    leaf = merkle.leaf_hash(leaves[index])
    wrong = [[*path, b"\0" * 32], path[:-1]] if path else [[b"\0" * 32]]
    wrong += [[*path[:i], b"\0" * 32, *path[i + 1 :]] for i in range(len(path))]
    for other in wrong:
        assert merkle.root_from_inclusion(index, size, leaf, other) != roots[-1]
    assert merkle.root_from_inclusion(size, size, leaf, path) is None
    assert merkle.root_from_inclusion(-1, size, leaf, path) is None


def test_a_tree_that_is_at_hand_level_by_level_has_the_roots_and_proofs_of_one_that_grew():
    leaves = [n.to_bytes(2) for n in range(300)]
    kept, roots = grow(leaves)
    hashes = merkle.leaf_hashes(leaves)
    assert hashes == [merkle.leaf_hash(leaf) for leaf in leaves]
    for size in range(1, 301):
        tree = merkle.levels(hashes[:size])
        assert tree[0] == hashes[:size]
        assert tree[-1] == [roots[size - 1]]
        paths = [merkle.path_up(tree, index) for index in range(size)]
        assert paths == merkle.inclusion_proofs(0, size, size, subtrees(kept))


@given(st.integers(0, 7), st.data())
@settings(max_examples=60, deadline=None)
def test_a_tree_in_pages_of_a_power_of_two_is_the_tree_of_all_leaves(bits, data):
    page = 1 << bits
    beside = [n for n in (127, 128, 129, 255, 256, 257, 384, 385) if page == 128]
    size = data.draw(st.sampled_from(beside) if beside else st.integers(1, 300))
    leaves = merkle.leaf_hashes([n.to_bytes(2) for n in range(size)])
    pages = [merkle.levels(leaves[start : start + page]) for start in range(0, size, page)]
    above = merkle.levels([tree[-1][0] for tree in pages])
    whole = merkle.levels(leaves)
    assert above[-1] == whole[-1]
    for index in range(size):
        path = merkle.path_up(pages[index // page], index % page)
        path += merkle.path_up(above, index // page)
        assert path == merkle.path_up(whole, index)
        assert merkle.root_from_inclusion(index, size, leaves[index], path) == whole[-1][0]


def test_a_frontier_of_the_wrong_length_is_a_mistake():
    with pytest.raises(ValueError, match="one hash for each"):
        merkle.Frontier(3, [b"\0" * 32])
    with pytest.raises(ValueError, match="outside"):
        merkle.inclusion_proof(3, 3, lambda _level, _number: b"")
    with pytest.raises(ValueError, match="outside"):
        merkle.inclusion_proofs(1, 1, 3, lambda _level, _number: b"")


def test_a_leaf_costs_a_logarithm():
    frontier = merkle.Frontier()
    longest = 0
    for n in range(5000):
        completed = frontier.completed(n.to_bytes(32))
        frontier.append(completed)
        longest = max(longest, len(completed))
    assert longest <= 14
    assert len(frontier.hashes) <= 13


def plain_consistency(m, leaves, whole=True):
    """RFC 9162, 2.1.4.1, to the letter."""
    if m == len(leaves):
        return [] if whole else [plain_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*plain_consistency(m, leaves[:k], whole), plain_root(leaves[k:])]
    return [*plain_consistency(m - k, leaves[k:], whole=False), plain_root(leaves[:k])]


@pytest.mark.parametrize(
    ("first", "size", "wanted"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_the_reference_consistency_proofs_are_met(first, size, wanted):
    path = merkle.consistency_proof(first, size, subtrees(grow(LEAVES)[0]))
    assert [step.hex() for step in path] == wanted
    old, new = (bytes.fromhex(ROOTS[n - 1]) for n in (first, size))
    assert merkle.is_consistent(first, old, size, new, path)


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=70), st.data())
@settings(max_examples=100, deadline=None)
def test_a_consistency_proof_holds_and_any_change_breaks_it(leaves, data):
    kept, roots = grow(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, size))
    path = merkle.consistency_proof(first, size, subtrees(kept))
    assert path == plain_consistency(first, leaves[:size])
    old, new = roots[first - 1], roots[size - 1]
    assert merkle.is_consistent(first, old, size, new, path)
    wrong = b"\x00" * 32
    assert not merkle.is_consistent(first, wrong, size, new, path)
    assert not merkle.is_consistent(first, old, size, wrong, path)
    assert not merkle.is_consistent(first, old, size, new, [*path, wrong])
    assert not merkle.is_consistent(size + 1, old, size, new, path)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        altered = [*path[:place], wrong, *path[place + 1 :]]
        assert not merkle.is_consistent(first, old, size, new, altered)
        assert not merkle.is_consistent(first, old, size, new, path[:-1])


@pytest.mark.parametrize(("first", "size"), [(0, 3), (4, 3)])
def test_no_proof_leads_from_nothing_or_backwards(first, size):
    with pytest.raises(ValueError, match="not smaller"):
        merkle.consistency_proof(first, size, subtrees(grow(LEAVES)[0]))


def test_all_proofs_of_small_trees_hold_and_no_longer_or_shorter_ones():
    leaves = [bytes([n]) for n in range(20)]
    kept, roots = grow(leaves)
    for size in range(1, len(leaves) + 1):
        paths = merkle.inclusion_proofs(0, size, size, subtrees(kept))
        for index, path in enumerate(paths):
            assert list(path) == plain_path(index, leaves[:size])
            leaf = merkle.leaf_hash(leaves[index])
            assert merkle.root_from_inclusion(index, size, leaf, path) == roots[size - 1]
            for wrong in ((*path, bytes(32)), path[:-1], (*path, *path)):
                if wrong != path:
                    assert merkle.root_from_inclusion(index, size, leaf, wrong) is None


def test_all_small_trees_are_proven_to_continue_and_by_no_other_proof():
    leaves = [bytes([n]) for n in range(20)]
    kept, roots = grow(leaves)
    for size in range(1, len(leaves) + 1):
        for first in range(1, size + 1):
            path = merkle.consistency_proof(first, size, subtrees(kept))
            assert path == plain_consistency(first, leaves[:size])
            heads = (first, roots[first - 1], size, roots[size - 1])
            assert merkle.is_consistent(*heads, path)
            wrong = [[*path, bytes(32)], [bytes(32), *path], [*path, *path], path[:-1], path[1:]]
            wrong += [[*path[:n], bytes(32), *path[n + 1 :]] for n in range(len(path))]
            for other in wrong:
                assert other == path or not merkle.is_consistent(*heads, other)


def test_the_empty_tree_is_continued_by_proof_of_none():
    _, roots = grow(LEAVES)
    for path in ([], [roots[-1]], [merkle.EMPTY_ROOT]):
        assert not merkle.is_consistent(0, merkle.EMPTY_ROOT, 8, roots[-1], path)
        assert not merkle.is_consistent(0, roots[-1], 8, roots[-1], path)
