"""Error rates and their bounds, against closed forms, a slower second way, and properties."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm

from kiosk.evaluate import metrics
from kiosk.evaluate.metrics import Rate, Scores

similarities = st.lists(
    st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 2)), min_size=1, max_size=40
)


def scores(mated, non_mated) -> Scores:
    return Scores.of(np.array(mated, dtype=np.float64), np.array(non_mated, dtype=np.float64))


@given(similarities, similarities, st.floats(-1, 1))
def test_rates_count_what_a_loop_over_the_scores_counts(mated, non_mated, threshold):
    both = scores(mated, non_mated)
    assert both.fmr(threshold).estimate == sum(s >= threshold for s in non_mated) / len(non_mated)
    assert both.fnmr(threshold).estimate == sum(s < threshold for s in mated) / len(mated)


@given(similarities, similarities, st.floats(-1, 1), st.floats(0, 1))
def test_a_higher_threshold_never_matches_more(mated, non_mated, threshold, more):
    both = scores(mated, non_mated)
    higher = threshold + more
    assert both.fmr(higher).estimate <= both.fmr(threshold).estimate
    assert both.fnmr(higher).estimate >= both.fnmr(threshold).estimate


@given(similarities, similarities)
def test_the_curve_runs_from_all_match_to_none_does(mated, non_mated):
    points = metrics.curve(scores(mated, non_mated))
    assert (points.fmr[0], points.fnmr[0]) == (1, 0)
    assert (points.fmr[-1], points.fnmr[-1]) == (0, 1)
    assert (np.diff(points.fmr) <= 0).all()
    assert (np.diff(points.fnmr) >= 0).all()


def slow_eer(mated, non_mated):
    """By walking along the polyline of operating points until it meets the diagonal."""
    thresholds = [*sorted({*mated, *non_mated}), 2.0]
    points = [
        (
            sum(s >= t for s in non_mated) / len(non_mated),
            sum(s < t for s in mated) / len(mated),
        )
        for t in thresholds
    ]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x1 <= y1:
            along = (x0 - y0) / ((x0 - y0) - (x1 - y1))
            return x0 + along * (x1 - x0)
    raise AssertionError("the curve ends at (0, 1)")


@given(similarities, similarities)
def test_the_equal_error_rate_is_where_the_curve_meets_the_diagonal(mated, non_mated):
    measured = metrics.equal_error_rate(scores(mated, non_mated))
    assert measured == pytest.approx(slow_eer(mated, non_mated))
    assert 0 <= measured <= 1


@pytest.mark.parametrize("apart", [0.5, 1.0, 2.0, 3.0])
def test_two_normal_distributions_have_the_equal_error_rate_of_the_closed_form(apart):
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    both = scores(norm.ppf(quantiles) + apart, norm.ppf(quantiles))
    assert metrics.equal_error_rate(both) == pytest.approx(norm.cdf(-apart / 2), abs=2e-4)


def test_kinds_that_do_not_overlap_have_no_error_and_kinds_that_are_alike_have_half():
    assert metrics.equal_error_rate(scores([0.8, 0.9], [0.1, 0.2])) == 0
    same = np.linspace(0, 1, 1001)
    assert metrics.equal_error_rate(scores(same, same)) == pytest.approx(0.5, abs=1e-3)


def test_no_data_is_no_rate():
    assert scores([0.5], []).fmr(0.3) is None
    assert scores([], [0.5]).fnmr(0.3) is None
    assert metrics.equal_error_rate(scores([], [0.5])) is None
    assert metrics.rate(0, 0) is None


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_hold_the_estimate_and_stay_within_nought_and_one(counted):
    rate = Rate(*counted)
    low, high = rate.bounds
    assert 0 <= low <= rate.estimate <= high <= 1


@given(st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))))
@settings(deadline=None)
def test_the_exact_interval_leaves_a_fortieth_of_the_binomial_on_either_side(counted):
    count, trials = counted
    low, high = Rate(count, trials).bounds
    assert binom.sf(count - 1, trials, low) == pytest.approx(0.025, rel=1e-6)
    assert binom.cdf(count, trials, high) == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize("trials", [1, 10, 262, 3000, 1_000_000])
def test_no_error_at_all_is_bounded_by_the_rule_of_three(trials):
    rate = Rate(0, trials)
    assert rate.rule == "rule of three"
    assert rate.bounds == (0, pytest.approx(1 - 0.05 ** (1 / trials)))
    assert rate.bounds[1] <= 3 / trials
    low, high = Rate(trials, trials).bounds
    assert (low, high) == (pytest.approx(0.05 ** (1 / trials)), 1)


@given(st.integers(0, 2**32 - 1), st.integers(30, 3000), st.sampled_from([0.1, 0.05, 0.01, 0.003]))
@settings(deadline=None, max_examples=60)
def test_a_suggested_threshold_keeps_its_promise_and_is_the_least_that_does(seed, trials, wanted):
    rng = np.random.default_rng(seed)
    both = scores(rng.normal(0.6, 0.1, 50), rng.normal(0.1, 0.1, trials))
    wish = metrics.suggest(both, wanted)
    assert wish.needed == math.ceil(round(3 / wanted, 6))
    if trials < wish.needed:
        assert wish.threshold is None
        return
    assert wish.fmr_bound <= wanted
    assert wish.fmr.estimate <= wanted
    below = wish.threshold - 2e-4
    assert metrics.upper_bound(both.false_matches(below), trials) > wanted


def test_ties_at_the_edge_are_all_kept_from_matching():
    both = scores([0.9], [0.1] * 2990 + [0.4] * 10)
    wish = metrics.suggest(both, 1e-3)
    assert wish.threshold > 0.4
    assert wish.fmr.count == 0


def test_the_promise_holds_for_the_population_as_often_as_it_says():
    """The true FMR beyond the suggested threshold exceeds the wanted one in 5 % of evaluations."""
    rng = np.random.default_rng(5)
    wanted, broken, rounds = 0.01, 0, 400
    for _ in range(rounds):
        wish = metrics.suggest(scores([0.9], rng.uniform(0, 1, 1000)), wanted)
        broken += 1 - wish.threshold > wanted
    assert broken / rounds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / rounds)


def test_scores_are_in_no_text():
    assert "0.123" not in repr(scores([0.123], [0.1234]))
