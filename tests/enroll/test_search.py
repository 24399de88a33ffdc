"""The two nearest shoppers are found, whichever way the gallery is held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enroll.gallery import Gallery
from enroll.search import SCAN_FROM, Compact, Plain, index_for
from models.scan import BLOCK_ROWS, Scan

DIMENSIONS = 32


def unit(rng, count, dimensions=DIMENSIONS):
    rows = rng.standard_normal((count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def names(found):
    return [owner for owner, _ in found]


def both(owners, templates):
    indexes = Plain(templates.shape[1]), Compact(templates.shape[1])
    for index in indexes:
        index.add(np.asarray(owners, np.int32), templates)
    return indexes


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.integers(1, 40),
    st.sets(st.integers(0, 40), max_size=20),
    st.floats(0, 0.999),
)
def test_both_forms_find_the_same_two_after_any_removals(seed, count, people, gone, likeness):
    rng = np.random.default_rng(seed)
    common = unit(rng, 1)
    templates = likeness * common + (1 - likeness) * unit(rng, count)
    templates = (templates / np.linalg.norm(templates, axis=1, keepdims=True)).astype(np.float32)
    plain, compact = both(rng.integers(0, people, count), templates)
    for owner in gone:
        plain.remove(owner)
        compact.remove(owner)
    assert len(plain) == len(compact)
    probe = unit(rng, 1)[0]
    wanted, got = plain.best_two(probe), compact.best_two(probe)
    assert len(wanted) == len(got)
    everybody = dict(plain.at_least(probe, -1.1))
    for (_, cosine), (other, near) in zip(wanted, got, strict=True):
        assert near == pytest.approx(cosine, abs=2e-5)
        # of two that are alike to the last digit either may come first
        assert everybody[other] == pytest.approx(cosine, abs=4e-5)
    assert len({other for other, _ in got}) == len(got)


@pytest.mark.parametrize("seed", range(5))
def test_the_compact_form_misses_nobody_of_many(seed):
    rng = np.random.default_rng(seed)
    templates = unit(rng, BLOCK_ROWS + 1_000, 128)  # more than one block
    plain, compact = both(np.arange(len(templates)), templates)
    for probe in unit(rng, 20, 128):
        assert names(compact.best_two(probe)) == names(plain.best_two(probe))
        assert names(compact.at_least(probe, 0.3)) == names(plain.at_least(probe, 0.3))


def test_one_shopper_with_very_many_templates_does_not_hide_the_second():
    rng = np.random.default_rng(1)
    probe = unit(rng, 1)[0]
    crowd = np.tile(probe, (2_000, 1)) + 0.01 * unit(rng, 2_000)
    other = unit(rng, 1) * 0.5 + probe * 0.5
    templates = np.concatenate([crowd, other]).astype(np.float32)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    for index in both([*[7] * 2_000, 9], templates):
        assert names(index.best_two(probe)) == [7, 9]


def test_who_is_added_later_is_found_and_who_is_removed_is_not():
    rng = np.random.default_rng(2)
    for index in both(range(50), unit(rng, 50)):
        newcomer = unit(rng, 1)
        index.add(np.array([50], np.int32), newcomer)
        assert index.best_two(newcomer[0])[0][0] == 50
        index.remove(50)
        assert 50 not in names(index.at_least(newcomer[0], -1.0))
        assert len(index) == 50


def test_an_empty_index_finds_nobody():
    for index in (Plain(DIMENSIONS), Compact(DIMENSIONS)):
        assert index.best_two(np.ones(DIMENSIONS, np.float32)) == []
        assert index.at_least(np.ones(DIMENSIONS, np.float32), -1) == []
        assert index.of(np.ones(DIMENSIONS, np.float32), {1}) == []


def test_only_the_named_are_compared():
    rng = np.random.default_rng(3)
    templates = unit(rng, 40)
    for index in both(range(40), templates):
        assert names(index.of(templates[5], {5, 6, 99}))[0] == 5
        assert set(names(index.of(templates[5], {5, 6, 99}))) == {5, 6}


def test_what_was_removed_leaves_no_trace_of_the_template():
    index = Compact(DIMENSIONS)
    index.add(np.array([3], np.int32), unit(np.random.default_rng(4), 1))
    index.remove(3)
    assert not index._scan.blocks[0].rows.any()
    assert not index._fine[0].any()


def test_a_small_gallery_is_held_plainly_and_a_large_one_compactly():
    assert isinstance(index_for(SCAN_FROM - 1, DIMENSIONS), Plain)
    assert isinstance(index_for(SCAN_FROM, DIMENSIONS), Compact)


def test_a_large_gallery_answers_as_a_small_one_does():
    rng = np.random.default_rng(5)
    templates = unit(rng, SCAN_FROM + 5)
    people = [f"s-{number}" for number in range(len(templates))]
    turn = np.linalg.qr(rng.standard_normal((DIMENSIONS, DIMENSIONS)))[0].astype(np.float32)
    gallery = Gallery("m-1", templates @ turn.T, people, {}, turn)
    probe = (templates[11] + 0.1 * unit(rng, 1)[0]).astype(np.float32)
    probe /= np.linalg.norm(probe)
    match = gallery.search(probe)
    cosines = np.sort(templates @ probe)
    assert match.pseudonym == "s-11"
    assert match.similarity == pytest.approx(cosines[-1], abs=1e-4)
    assert match.margin == pytest.approx(cosines[-1] - cosines[-2], abs=1e-4)
    assert gallery.search(probe, among={"s-1"}).pseudonym == "s-1"
    assert gallery.search(probe, among={"s-1"}).margin == float("inf")


def test_a_query_that_would_overflow_the_kernel_is_refused():
    scan = Scan(DIMENSIONS)
    scan.add_block()
    with pytest.raises(ValueError, match="at most 127"):
        list(scan.results(np.full(DIMENSIONS, 128, np.uint8)))


def test_the_kernel_is_exact_at_its_limits():
    scan = Scan(128)
    block = scan.add_block()
    block.rows[:, 0], block.rows[:, 1] = 127, -127
    block.scales[:], block.offsets[:] = 1, 0
    ((results, peaks),) = scan.results(np.full(128, 127, np.uint8))
    assert results[:3].tolist() == [128 * 127 * 127, -128 * 127 * 127, 0]
    assert peaks[0] == 128 * 127 * 127
