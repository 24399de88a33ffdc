"""The log as tiles: what a stranger reads from plain files is what was signed."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle, note, tiles
from ledger.errors import BadInputError, ProofRefused


def leaves_of(size):
    return [b"leaf %d" % number for number in range(size)]


def plain_root(leaves):
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 1_234_067, 256, "tile/1/x001/x234/067"),
        (0, 273, 112, "tile/0/273.p/112"),
        ("entries", 1_000, 256, "tile/entries/x001/000"),
    ],
)
def test_a_tile_is_where_the_specification_puts_it(level, number, width, path):
    assert tiles.tile_path(level, number, width) == path


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 65_536, 65_537])
def test_proofs_from_the_files_alone_lead_to_the_root(tmp_path, size):
    leaves = leaves_of(size)
    tiles.export(tmp_path / "t", "head", size, leaves)
    read = tiles.Tiles(tmp_path / "t", size)
    root = plain_root(leaves)
    for index in {0, size // 2, size - 1, min(255, size - 1), min(256, size - 1)}:
        assert read.leaf(index) == leaves[index]
        path = merkle.inclusion_proof(index, size, read.subtree)
        leaf = merkle.leaf_hash(leaves[index])
        assert merkle.root_from_inclusion(index, size, leaf, path) == root


def plain_leaves(folder, size):
    """A second reader: the bundles in the order of their names, cut by their lengths."""
    found = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        name = f"{number:03d}" + ("" if width == 256 else f".p/{width}")
        data = (folder / "tile" / "entries" / name).read_bytes()
        while data:
            length = data[0] * 256 + data[1]
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
    return found


@settings(max_examples=25, deadline=None)
@given(first=st.integers(1, 600), more=st.integers(0, 600))
def test_an_export_that_is_gone_on_with_is_the_whole_export(tmp_path_factory, first, more):
    folder, size = tmp_path_factory.mktemp("tiles"), first + more
    leaves = leaves_of(size)
    tiles.export(folder / "a", "head 1", first, leaves[:first])
    tiles.export(folder / "a", "head 2", size, leaves)
    tiles.export(folder / "b", "head 2", size, leaves)
    for path in (folder / "b").rglob("*"):
        if path.is_file():
            assert (folder / "a" / path.relative_to(folder / "b")).read_bytes() == path.read_bytes()
    assert plain_leaves(folder / "a", size) == leaves


def test_a_rewritten_log_is_refused(tmp_path):
    leaves = leaves_of(300)
    tiles.export(tmp_path / "t", "head", 300, leaves)
    with pytest.raises(ProofRefused, match="rewritten"):
        tiles.export(tmp_path / "t", "head", 300, [b"other", *leaves[1:]])


def test_an_export_that_breaks_off_leaves_the_older_head(tmp_path):
    def broken():
        yield from leaves_of(500)
        raise OSError(5, "Input/output error")

    tiles.export(tmp_path / "t", "old head", 300, leaves_of(300))
    with pytest.raises(Exception, match="could not be written"):
        tiles.export(tmp_path / "t", "new head", 600, broken())
    assert (tmp_path / "t" / "checkpoint").read_text() == "old head"
    assert plain_leaves(tmp_path / "t", 300) == leaves_of(300)


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BadInputError):
        tiles.export(tmp_path, "head", 1, [b"x"])
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(("size", "leaves"), [(1, [b"x" * 65_536]), (3, [b"x", b"y"])])
def test_what_cannot_be_exported_is_said(tmp_path, size, leaves):
    with pytest.raises(BadInputError):
        tiles.export(tmp_path / "t", "head", size, leaves)
    assert not (tmp_path / "t" / "checkpoint").exists()


def test_the_books_own_head_is_the_root_of_its_tiles(stocked, tmp_path):
    head = stocked.book.head
    size = note.open_checkpoint(head, stocked.book.vkey).size
    tiles.export(tmp_path / "t", head, size, stocked.book.leaves(size))
    assert (
        plain_root(plain_leaves(tmp_path / "t", size))
        == note.parse_checkpoint(
            note.open_note((tmp_path / "t" / "checkpoint").read_text(), stocked.book.vkey)
        ).root
    )
