"""Exact: scipy's interval of a share, and the chance of perfect order in any world."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from cxrstudy.statistics import (
    estimates,
    negative_predictive_value,
    positive_predictive_value,
    sensitivity,
    specificity,
)
from cxrstudy.statistics.exact import METHOD, exact_interval, pairs
from tests.support.score_tables import COVID, table


@given(st.integers(1, 500), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_is_that_of_clopper_and_pearson(trials, level):
    for at_top in (True, False):
        expected = binomtest(trials * at_top, trials).proportion_ci(level, "exact")
        found = exact_interval(at_top, trials, level)
        assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_forty_patients_ranked_right_are_not_certain():
    truth = np.arange(40) < 20
    made = table({"a": [2.0 * truth, 3.0 * truth], "b": -1.0 * truth}, truth)
    made = made[(made["arm"] == "a") | (made["seed"] == 0)]
    best = estimates(made[made["arm"] == "a"], COVID).iloc[0]
    assert best["estimate"] == 1
    assert (best["low"], best["high"]) == pytest.approx((0.025 ** (1 / 20), 1))
    assert (best["covers"], best["method"], best["reason"]) == ("patients", METHOD, "")
    worst = estimates(made[made["arm"] == "b"], COVID).iloc[0]
    assert (worst["low"], worst["high"]) == pytest.approx((0, 1 - 0.025 ** (1 / 20)))


@pytest.mark.parametrize(
    ("metric", "trials"),
    [
        (sensitivity, 12), (specificity, 28), (positive_predictive_value, 12),
        (negative_predictive_value, 28),
    ],
)  # fmt: skip
def test_shares_without_an_error_have_the_interval_of_their_patients(metric, trials):
    truth = np.arange(40) < 12
    row = estimates(table({"a": 1.0 * truth}, truth), metric("covid19", 0.5)).iloc[0]
    expected = binomtest(trials, trials).proportion_ci(0.95, "exact")
    assert row["estimate"] == 1
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high))


def test_constant_scores_are_not_known_for_certain_either():
    truth = np.arange(40) < 20
    row = estimates(table({"a": np.zeros(40)}, truth), COVID).iloc[0]
    assert row["estimate"] == 0.5
    assert row[["low", "high"]].isna().all()
    assert row["reason"] == "the same in every draw of patients, which is no certainty"


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=20))
def test_pairs_have_nobody_in_common(images):
    patients, truth = (np.array(column) for column in zip(*images, strict=True))
    ill, well = set(patients[truth]), set(patients[~truth])
    only_ill, only_well, both = len(ill - well), len(well - ill), len(ill & well)
    # Pair those of one kind only, then complete the rest with patients who are of both.
    best = 0
    for as_ill in range(both + 1):
        best = max(best, min(only_ill + as_ill, only_well + both - as_ill))
    assert pairs(np.zeros(len(truth)), truth, patients) == best


@pytest.mark.slow
@pytest.mark.parametrize(("skill", "ill"), [(2.5, 10), (3.5, 10), (4.5, 20), (3.5, 100)])
def test_the_interval_holds_the_truth_near_perfection(skill, ill):
    """Studies of 200 patients, few of them ill, of which many are ranked without an error."""
    truth, area = np.arange(200) < ill, norm.cdf(skill / np.sqrt(2))
    generator = np.random.default_rng(ill)
    covered = 0
    for _ in range(300):
        scores = skill * truth + generator.normal(size=200)
        row = estimates(table({"a": scores}, truth), COVID, replicates=100).iloc[0]
        covered += row["low"] <= area <= row["high"]
    assert covered / 300 >= 0.9
