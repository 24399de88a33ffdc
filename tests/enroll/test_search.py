"""The two nearest shoppers are found, whichever way the gallery is held."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enroll import search
from enroll.gallery import Gallery
from enroll.search import SCAN_FROM, Compact, Plain, index_for
from models import levels, scan
from models.levels import result_of
from models.scan import TOLD, Scan

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
        assert near == pytest.approx(cosine, abs=1e-4)
        # of two that are alike to the last digit either may come first
        assert everybody[other] == pytest.approx(cosine, abs=2e-4)
    assert len({other for other, _ in got}) == len(got)


@pytest.mark.parametrize("seed", range(5))
def test_the_compact_form_misses_nobody_of_many(seed, monkeypatch):
    monkeypatch.setattr(scan, "BLOCK_ROWS", 4_096)  # several blocks of both kinds
    monkeypatch.setattr(search, "PLANES_ROWS", 5_000)
    rng = np.random.default_rng(seed)
    templates = unit(rng, 20_000, 128)
    plain, compact = both(np.arange(len(templates)), templates)
    for probe in unit(rng, 20, 128):
        assert names(compact.best_two(probe)) == names(plain.best_two(probe))
        assert names(compact.at_least(probe, 0.3)) == names(plain.at_least(probe, 0.3))


def test_a_search_does_by_itself_what_the_other_thread_has_no_time_for(monkeypatch):
    monkeypatch.setattr(scan, "BLOCK_ROWS", 4_096)
    rng = np.random.default_rng(12)
    templates = unit(rng, 20_000, 128)
    plain, compact = both(np.arange(len(templates)), templates)
    busy = threading.Event()
    scan._helper().submit(busy.wait)
    try:
        for probe in unit(rng, 5, 128):
            assert names(compact.best_two(probe)) == names(plain.best_two(probe))
    finally:
        busy.set()


@pytest.mark.parametrize("dimensions", [8, 128, 512])
def test_six_bits_of_each_number_are_held_in_three_fourths_of_a_byte(dimensions):
    values = np.random.default_rng(13).integers(0, 64, (5, dimensions), dtype=np.uint8)
    packed = search._packed(values)
    assert packed.shape == (5, dimensions * 3 // 4)
    assert (search._unpacked(packed) == values).all()


def test_one_shopper_with_very_many_templates_does_not_hide_the_second():
    rng = np.random.default_rng(1)
    probe = unit(rng, 1)[0]
    crowd = np.tile(probe, (2_000, 1)) + 0.01 * unit(rng, 2_000)
    other = unit(rng, 1) * 0.5 + probe * 0.5
    templates = np.concatenate([crowd, other]).astype(np.float32)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    for index in both([*[7] * 2_000, 9], templates):
        assert names(index.best_two(probe)) == [7, 9]


def family(rng, count, likeness):
    """Near-duplicates: so many with about this cosine to each other."""
    rows = likeness**0.5 * unit(rng, 1, 128) + (1 - likeness) ** 0.5 * unit(rng, count, 128)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("likeness", [0.6, 0.8, 0.95])
def test_families_larger_than_what_is_told_at_first_hide_nobody(likeness):
    rng = np.random.default_rng(int(likeness * 100))
    templates = np.concatenate([unit(rng, 1_000, 128), family(rng, 4 * TOLD, likeness)])
    plain, compact = both(range(len(templates)), templates)
    for owner in range(0, len(templates), 3):
        plain.remove(owner)
        compact.remove(owner)
    newcomers = family(rng, 300, likeness)
    for index in (plain, compact):
        index.add(np.arange(300, dtype=np.int32) + len(templates), newcomers)
    asked = np.concatenate([templates[::400], newcomers[:10], unit(rng, 10, 128)])
    asked += 0.2 * unit(rng, len(asked), 128)
    for probe in asked / np.linalg.norm(asked, axis=1, keepdims=True):
        wanted, got = plain.best_two(probe), compact.best_two(probe)
        assert [near for _, near in got] == pytest.approx([near for _, near in wanted], abs=1e-4)
        if plain.best_two(probe)[1][1] - sorted(templates @ probe)[-3] > 2e-4:
            assert names(got) == names(wanted)


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
    assert not index._planes[0].rows.any()
    left = index._scan.levels_of(0)
    assert np.abs(left) == pytest.approx(np.abs(left[0]))


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


def places_from(look, least):
    return sorted(np.concatenate(list(look.places_from(least))).tolist())


def test_the_scan_keeps_of_a_row_the_nearest_of_eight_levels():
    rng = np.random.default_rng(6)
    rows = unit(rng, 100, 128)
    held = Scan(128)
    held.add(rows[:37])  # no whole group of those that lie together
    held.add(rows[37:])
    step = scan.STEP / 128**0.5
    kept = (np.arange(8) - 3.5) * step
    for place in (0, 1, 15, 16, 31, 32, 36, 37, 63, 64, 99):
        nearest = kept[np.abs(rows[place][:, None] - kept).argmin(axis=1)]
        assert held.levels_of(place) == pytest.approx(nearest, abs=1e-6)
    held.blank(16)
    assert np.abs(held.levels_of(16)) == pytest.approx(step / 2)


def test_the_scan_adds_up_what_it_keeps():
    rng = np.random.default_rng(7)
    rows = unit(rng, 200, 128)
    held = Scan(128)
    held.add(rows)
    step = scan.STEP / 128**0.5
    kept = np.clip(np.floor(rows / step), -4, 3) + 0.5
    results, places = held.look(rows[42])._told[0]
    assert sorted(places.tolist()) == list(range(200))
    assert results == pytest.approx(kept[places] @ rows[42] * step, abs=0.01)


def test_no_row_is_lower_in_the_scan_than_its_cosine_allows():
    rng = np.random.default_rng(8)
    for cosine in (0.2, 0.4, 0.7, 0.9):
        query = unit(rng, 1, 128)[0]
        away = unit(rng, 20_000, 128)
        away -= np.outer(away @ query, query)
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        held = Scan(128)
        held.add((cosine * query + (1 - cosine**2) ** 0.5 * away).astype(np.float32))
        look = held.look(query)
        assert len(places_from(look, look.least(cosine))) == 20_000


def test_the_normal_distribution_is_known_to_seven_places():
    at = np.linspace(-9, 9, 1_001)
    density, above = levels._normal(at)
    assert above == pytest.approx([math.erfc(x / 2**0.5) / 2 for x in at], abs=1e-7)
    assert density == pytest.approx(np.exp(-at * at / 2) / (2 * np.pi) ** 0.5, abs=1e-12)


@pytest.mark.parametrize("cosine", [0.1, 0.5, 0.9])
def test_what_is_expected_of_a_query_is_what_random_rows_give(cosine):
    rng = np.random.default_rng(11)
    step = scan.STEP / 128**0.5
    even = np.full(128, 128**-0.5) * np.resize([1, -1], 128)
    uneven = unit(np.random.default_rng(3), 1, 128)[0].astype(np.float64)
    uneven[:3] = 0.5
    uneven /= np.linalg.norm(uneven)
    for query in (even, uneven):
        away = rng.standard_normal((40_000, 128))
        away -= np.outer(away @ query, query)
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        rows = cosine * query + (1 - cosine**2) ** 0.5 * away
        results = (np.clip(np.floor(rows / step), -4, 3) + 0.5) * step @ query
        mean, deviation = result_of(query, cosine, step)
        assert results.mean() == pytest.approx(mean, abs=0.001)
        assert results.std() <= 1.02 * deviation <= 1.3 * results.std()


def test_of_nobody_in_particular_everybody_is_wanted():
    held = Scan(128)
    held.add(unit(np.random.default_rng(9), 3, 128))
    look = held.look(unit(np.random.default_rng(9), 1, 128)[0])
    assert look.least(-np.inf) == -np.inf
    assert places_from(look, -np.inf) == [0, 1, 2]
