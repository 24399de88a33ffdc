"""The RFC 6962 Merkle tree (SHA-256), grown one leaf at a time in O(log n).

A leaf completes some perfect subtrees: itself, and one parent for each trailing 1 bit of its
index. `completed` gives those hashes, and whoever keeps them with the leaf can find any perfect
subtree again: the one of level L and number k is hash L of leaf (k + 1) * 2**L - 1. So the whole
tree is stored beside the leaves, in two hashes a leaf on average, and never rewritten.
Proofs follow RFC 9162, section 2.1.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()

if TYPE_CHECKING:
    # (level, number) -> hash of the perfect subtree over leaves number*2**level ...
    Subtree = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """`leaf_hash` of each, in half the time of so many calls."""
    begin = hashlib.sha256(b"\x00").copy
    hashes = []
    for leaf in leaves:
        node = begin()
        node.update(leaf)
        hashes.append(node.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def frontier_places(size: int) -> list[tuple[int, int]]:
    """(level, number) of the perfect subtrees that make up a tree of `size`, largest first."""
    places = []
    start = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            places.append((level, start >> level))
            start += 1 << level
    return places


def keeper(level: int, number: int) -> int:
    """Index of the leaf that completes, and so keeps, a perfect subtree."""
    return ((number + 1) << level) - 1


class Frontier:
    """The perfect subtrees of a growing tree, at most 64 hashes, largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError("a frontier has one hash for each 1 bit of its size")
        self.size = size
        self.hashes = list(hashes)

    def completed(self, leaf: bytes) -> list[bytes]:
        """The hashes of the subtrees that a next leaf hash completes, the leaf first."""
        done = [leaf]
        for back in range((self.size ^ (self.size + 1)).bit_length() - 1):
            done.append(node_hash(self.hashes[-1 - back], done[-1]))
        return done

    def append(self, completed: Sequence[bytes]) -> None:
        """Take in a leaf by what `completed` gave for it."""
        if len(completed) > 1:
            del self.hashes[1 - len(completed) :]
        self.hashes.append(completed[-1])
        self.size += 1

    def root(self) -> bytes:
        """The tree head's hash at the present size."""
        return fold(self.hashes)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root over perfect subtrees, largest first; of nothing, SHA-256 of nothing."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    """Root over leaves start..end-1, where start is a multiple of a power of two >= end-start."""
    hashes = [
        subtree(level, (start >> level) + number) for level, number in frontier_places(end - start)
    ]
    return fold(hashes)


def edges(size: int, subtree: Subtree) -> list[bytes]:
    """The last node of each level of a tree of `size` > 0, perfect or not, the leaf first.

    All inclusion proofs of one tree share these; a last node without a sibling is its parent.
    """
    last = size - 1
    nodes = [subtree(0, last)]
    level = 0
    while last:
        if last & 1:
            nodes.append(node_hash(subtree(level, last - 1), nodes[-1]))
        else:
            nodes.append(nodes[-1])
        last >>= 1
        level += 1
    return nodes


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All nodes of the tree over 1 or more leaf hashes, level by level, the root last.

    A node without a sibling is its own parent. In place of leaves there may be the roots of
    perfect subtrees of one size, of which the last one may be smaller.
    """
    begin = hashlib.sha256(b"\x01").copy  # written out below: a call for each node takes longer
    level = list(leaves)
    found = [level]
    while len(level) > 1:
        pairs = iter(level)
        above = []
        for left, right in zip(pairs, pairs, strict=False):
            node = begin()
            node.update(left + right)
            above.append(node.digest())
        if len(level) & 1:
            above.append(level[-1])
        level = above
        found.append(level)
    return found


def path_up(tree: Sequence[Sequence[bytes]], number: int) -> tuple[bytes, ...]:
    """Audit path of a leaf in a tree that `levels` gave: the leaf's sibling first."""
    path = []
    for level in tree:
        if number ^ 1 < len(level):
            path.append(level[number ^ 1])
        number >>= 1
    return tuple(path)


def inclusion_proof(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Audit path of leaf `index` in the tree of `size`: the leaf's sibling first.

    Args:
        index: 0..size-1.
        size: Number of leaves.
        subtree: Gives the perfect subtrees.
    """
    if not 0 <= index < size:
        raise ValueError("the leaf is outside of the tree")
    path, level, number, last = [], 0, index, size - 1
    while last:
        sibling = number ^ 1
        if sibling < last:
            path.append(subtree(level, sibling))
        elif sibling == last:
            path.append(_range_hash(sibling << level, size, subtree))
        level, number, last = level + 1, number >> 1, last >> 1
    return tuple(path)


def inclusion_proofs(first: int, end: int, size: int, subtree: Subtree) -> list[tuple[bytes, ...]]:
    """Audit paths of the leaves first..end-1: neighbours share all but their lowest steps.

    Costs O(end - first + log(size)) steps.
    """
    if not 0 <= first < end <= size:
        raise ValueError("the leaves are outside of the tree")
    last_nodes = edges(size, subtree)
    above: list[tuple[bytes, ...]] = [()]  # the paths of the nodes of the level above
    for level in reversed(range(len(last_nodes))):
        start, last = first >> level, size - 1 >> level
        paths = []
        for number in range(start, (end - 1 >> level) + 1):
            path = above[(number >> 1) - (start >> 1)]
            sibling = number ^ 1
            if sibling < last:
                path = (subtree(level, sibling), *path)
            elif sibling == last:
                path = (last_nodes[level], *path)
            paths.append(path)
        above = paths
    return above


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to (RFC 9162, 2.1.3.2); None if its length cannot be right."""
    if not 0 <= index < size:
        return None
    number, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            root = node_hash(sibling, root)
            while not number & 1:  # it is not 0, or `last` would be
                number >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        number >>= 1
        last >>= 1
    return root if last == 0 else None


class ProvenTree:
    """A tree of known size and root, and the nodes that inclusion proofs have shown to be its own.

    A further proof is hashed only up to the first of these, and must go on as theirs do, so that
    all leaves together cost about one hash each.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        # (level, number) -> the node's hash, and the path from it to the root
        self._nodes: dict[tuple[int, int], tuple[bytes, tuple[bytes, ...]]] = {}

    def includes(
        self, index: int, leaf: bytes, path: tuple[bytes, ...], is_root: Callable[[bytes], bool]
    ) -> bool:
        """Whether a proof (RFC 9162, 2.1.3.2) holds; `is_root` judges the root that it leads to.

        Args:
            index: 0..size-1.
            leaf: The leaf's hash.
            path: The leaf's sibling first.
            is_root: Asked only where no node on the way is known.
        """
        number, last, level, node = index, self._size - 1, 0, leaf
        fresh = {}
        while last:
            known = self._nodes.get((level, number))
            if known is not None:
                if known != (node, path):
                    return False
                break
            sibling = number ^ 1
            if sibling <= last:
                if not path:
                    return False
                beside, path = path[0], path[1:]
                fresh[level, sibling] = beside, (node, *path)
                node = node_hash(beside, node) if number & 1 else node_hash(node, beside)
            number >>= 1
            last >>= 1
            level += 1
        else:
            if path or not is_root(node):
                return False
        self._nodes.update(fresh)
        return True


def consistency_proof(first: int, size: int, subtree: Subtree) -> list[bytes]:
    """What shows that the tree of `first` leaves is the beginning of the tree of `size`.

    RFC 9162, 2.1.4.1; empty where both are the same.
    """
    if not 0 < first <= size:
        raise ValueError("a proof leads from a tree that is not empty to one not smaller")
    path = []
    start, end, whole = 0, size, True
    while first != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if first <= middle:
            path.append(_range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, end, subtree))
    return path[::-1]


def is_consistent(
    first: int, first_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a proof leads from one tree head to the other (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= size:
        return False
    if first == size:
        return not path and first_root == root
    number, last = first - 1, size - 1
    while number & 1:
        number >>= 1
        last >>= 1
    # a tree of a power of two of leaves is itself the first hash
    hashes = list(path) if number else [first_root, *path]
    if not hashes:
        return False
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not number & 1:  # it is not 0, or `last` would be
                number >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        number >>= 1
        last >>= 1
    return (old, new) == (first_root, root) and last == 0
