"""Exact binomial intervals: published values, and that they cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from cxrstudy.statistics import exact_interval, exact_proportions


def test_none_in_thirty_is_the_rule_of_three():
    """Hanley and Lippman-Hand (1983): about 3/n one-sided; two-sided 1 - 0.025**(1/30)."""
    low, high = exact_interval(0, 30)
    assert (low, high) == (0, pytest.approx(1 - 0.025 ** (1 / 30)))
    assert exact_interval(0, 30, level=0.9)[1] == pytest.approx(3 / 30, abs=0.006)


def test_an_interval_that_is_published():
    """Newcombe (1998), Stat Med 17:857, table I, method 5: 81 in 263 and 15 in 148."""
    assert exact_interval(81, 263) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert exact_interval(15, 148) == pytest.approx((0.0578, 0.1617), abs=5e-5)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_ends_are_quantiles_of_the_beta_distribution(counted):
    count, of = counted
    low, high = exact_interval(count, of)
    expected_low = beta.ppf(0.025, count, of - count + 1) if count else 0
    expected_high = beta.ppf(0.975, count + 1, of - count) if count < of else 1
    assert (low, high) == pytest.approx((expected_low, expected_high), abs=1e-9)


@pytest.mark.parametrize("truth", [0.03, 0.5, 0.91])
def test_intervals_cover_at_least_at_their_level(truth):
    counts = np.arange(41)
    ends = np.array([exact_interval(count, 40) for count in counts])
    covered = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    assert binom.pmf(counts, 40, truth)[covered].sum() >= 0.95


def test_nothing_counted_says_nothing():
    assert exact_interval(0, 0) == (0, 1)


def test_counts_are_of_the_right_among_those_asked():
    scores = np.array([0.9, 0.8, 0.5, 0.4, 0.3])
    truth = np.array([True, True, False, True, False])
    found = exact_proportions(scores, truth, threshold=0.5).set_index("measure")
    assert found[["count", "of"]].to_numpy().tolist() == [[2, 3], [1, 2], [2, 3], [1, 2]]
    assert found["estimate"].tolist() == pytest.approx([2 / 3, 1 / 2, 2 / 3, 1 / 2])
    assert found.loc["specificity", ["low", "high"]].tolist() == pytest.approx(exact_interval(1, 2))


def test_a_value_of_no_flagged_image_is_unknown():
    found = exact_proportions(np.array([0.1, 0.2]), np.array([True, False]), threshold=2.0)
    row = found.set_index("measure").loc["positive predictive value"]
    assert np.isnan(row["estimate"])
    assert (row["of"], row["low"], row["high"]) == (0, 0, 1)
