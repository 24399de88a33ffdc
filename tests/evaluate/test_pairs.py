"""What is compared with what: lists and folders, good ones and bad ones."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.evaluate.errors import BadEvaluationError
from kiosk.evaluate.pairs import read_folder, read_pairs


@pytest.fixture
def listed(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "pairs.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("heading", ["", "img1,img2,same\n", "first,second,mated\n"])
@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "false"), ("True", "FALSE")])
def test_a_list_is_read_with_or_without_a_heading(listed, heading, yes, no):
    read = read_pairs(listed(f"{heading}a.jpg,b.jpg,{yes}\n\na.jpg, sub/c.png ,{no}\n"))
    assert read.names == ("a.jpg", "b.jpg", "sub/c.png")
    assert read.pairs.tolist() == [[0, 1], [0, 2]]
    assert read.same.tolist() == [True, False]


def test_paths_count_from_the_lists_own_folder(listed, tmp_path):
    read = read_pairs(listed("a.jpg,/elsewhere/b.jpg,1\n"))
    assert [str(file) for file in read.files] == [str(tmp_path / "a.jpg"), "/elsewhere/b.jpg"]


def test_a_picture_that_stands_in_many_pairs_is_read_once(listed):
    read = read_pairs(listed("".join(f"a.jpg,{n}.jpg,0\n" for n in range(50))))
    assert len(read.files) == 51


def test_a_byte_order_mark_is_no_part_of_a_name(listed):
    assert read_pairs(listed("\ufeffa.jpg,b.jpg,1\n".encode())).names == ("a.jpg", "b.jpg")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a.jpg,b.jpg,maybe\n", 1),
        ("a.jpg,b.jpg,1\na.jpg,b.jpg\n", 2),
        ("a.jpg,b.jpg,1\n,b.jpg,0\n", 2),
        ("img1,img2,same\na.jpg,b.jpg,1\na;b;1\n", 3),
        ("a.jpg,b.jpg,1,2\n", 1),
    ],
)
def test_a_line_that_is_no_pair_is_named(listed, text, line):
    with pytest.raises(BadEvaluationError, match=f"Line {line} of pairs.csv"):
        read_pairs(listed(text))


@pytest.mark.parametrize("text", ["", "\n\n", "img1,img2,same\n", b"\xff\xfe\x00a", b'"a'])
def test_a_list_without_pairs_is_refused(listed, text):
    with pytest.raises(BadEvaluationError, match=r"pairs\.csv"):
        read_pairs(listed(text))


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(BadEvaluationError, match=r"gone\.csv cannot be read"):
        read_pairs(tmp_path / "gone.csv")


@pytest.fixture
def people(tmp_path):
    def make(*sizes: int):
        for person, size in enumerate(sizes):
            for number in range(size):
                file = tmp_path / f"p{person:03}" / f"{number}.jpg"
                file.parent.mkdir(exist_ok=True)
                file.touch()
        return tmp_path

    return make


def kinds(read):
    """The mated and the non-mated pairs, as sets of names."""
    pairs = {
        same: {
            tuple(sorted((read.names[a], read.names[b]))) for a, b in read.pairs[read.same == same]
        }
        for same in (True, False)
    }
    assert sum(len(some) for some in pairs.values()) == len(read.pairs), "a pair comes twice"
    return pairs


def test_a_folder_gives_every_pair_of_pictures_once(people):
    read = read_folder(people(3, 2, 1), non_mated_max=1000, seed=0)
    mated, non_mated = (kinds(read)[same] for same in (True, False))
    assert len(mated) == 3 + 1
    assert len(non_mated) == 3 * 2 + 3 * 1 + 2 * 1
    assert all(a.split("/")[0] == b.split("/")[0] for a, b in mated)
    assert all(a.split("/")[0] != b.split("/")[0] for a, b in non_mated)
    assert read.sampled_of is None


def test_too_many_non_mated_pairs_are_drawn_and_the_draw_can_be_repeated(people):
    folder = people(*[3] * 20)
    reads = [read_folder(folder, non_mated_max=100, seed=seed) for seed in (1, 1, 2)]
    drawn = [kinds(read)[False] for read in reads]
    assert [len(pairs) for pairs in drawn] == [100, 100, 100]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(a.split("/")[0] != b.split("/")[0] for a, b in drawn[0])
    assert reads[0].sampled_of == 60 * 59 // 2 - 20 * 3
    assert len(kinds(reads[0])[True]) == 60


def test_every_non_mated_pair_is_as_likely_to_be_drawn(people):
    folder = people(2, 2, 2)
    counts = np.zeros((6, 6))
    for seed in range(600):
        read = read_folder(folder, non_mated_max=4, seed=seed)
        for a, b in read.pairs[~read.same]:
            counts[a, b] += 1
    seen = counts[counts > 0]
    assert len(seen) == 12
    assert seen.min() > 150  # of 200 expected each, with a deviation of 12
    assert seen.max() < 250


def test_a_folder_without_people_is_refused_with_how_to_lay_it_out(people, tmp_path):
    (tmp_path / "a.jpg").touch()
    (tmp_path / "b.jpg").touch()
    with pytest.raises(BadEvaluationError) as refused:
        read_folder(tmp_path, non_mated_max=10, seed=0)
    assert "folder for each person" in refused.value.hint
    with pytest.raises(BadEvaluationError, match="no folder"):
        read_folder(tmp_path / "gone", non_mated_max=10, seed=0)
