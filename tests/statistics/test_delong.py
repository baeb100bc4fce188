"""DeLong's variance and test: published values, an independent package, and counting all pairs.

The data set is aSAH (Turck et al. 2010, Intensive Care Med 36:107), 113 patients with a
subarachnoid haemorrhage: whether the outcome was poor, and three predictors of it, as the R package
pROC 1.18.0 gives them away (Robin et al. 2011). The values are those that pROC's own tests expect
(tests/testthat/test-roc.test.R and test-cov.R).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pauc import ROC, compare
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import ScoreError, delong_covariance, delong_interval, delong_test

ASAH = pd.read_csv(Path(__file__).with_name("asah.csv")).astype(float)
POOR = ASAH["poor"].to_numpy() == 1


def by_pairs(scores, truth):
    """DeLong et al. (1988), equations 4 to 6, as they stand: every positive with every negative."""
    wins = np.array(
        [
            [[(x > y) + 0.5 * (x == y) for y in row[~truth]] for x in row[truth]]
            for row in scores
        ]
    )  # fmt: skip
    positive, negative = np.cov(wins.mean(axis=2)), np.cov(wins.mean(axis=1))
    return wins.mean(axis=(1, 2)), positive / truth.sum() + negative / (~truth).sum()


@pytest.mark.parametrize(
    ("first", "second", "z", "p", "low", "high"),
    [
        ("wfns", "s100b", 2.20898359144091, 0.0271757822291882,
         0.0104061769564846, 0.174214419249478),
        ("wfns", "ndka", 2.79777591868904, 0.00514557970691098,
         0.0634011709339876, 0.3600405634833566),
        ("ndka", "s100b", -1.39077002573558, 0.164295175223054, None, None),
    ],
)  # fmt: skip
def test_paired_tests_are_those_of_proc(first, second, z, p, low, high):
    found = delong_test(ASAH[first].to_numpy(), ASAH[second].to_numpy(), POOR)
    assert (found.z, found.p) == pytest.approx((z, p), rel=1e-12)
    if low is not None:
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


def test_covariances_are_those_of_proc():
    areas, covariance = delong_covariance(ASAH[["wfns", "ndka", "s100b"]].to_numpy().T, POOR)
    assert areas[:2] == pytest.approx([0.823678861788618, 0.611957994579946], rel=1e-12)
    expected = [-0.000532967856762438, 0.00119615567376754, -0.000756164938056579]
    assert covariance[[0, 0, 1], [1, 2, 2]] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_paired_test_is_that_of_pauc(seed):
    generator = np.random.default_rng(seed)
    truth = generator.random(60) < 0.4
    scores = np.round(generator.normal(size=(2, 60)) + truth, seed)  # fewer and fewer ties
    rocs = [ROC(truth.astype(int), row, direction="<") for row in scores]
    expected = compare(*rocs, method="delong", paired=True)
    found = delong_test(*scores, truth)
    assert (found.z, found.p) == pytest.approx((expected.stat, expected.p_value), rel=1e-8)


@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.floats(-2, 2, width=16), st.booleans()),
        min_size=4, max_size=14,
    )
)  # fmt: skip
def test_covariance_is_that_of_all_pairs_with_ties(rows):
    *scores, truth = (np.array(column) for column in zip(*rows, strict=True))
    scores, truth = np.stack(scores).astype(float), truth.astype(bool)
    assume(2 <= truth.sum() <= len(rows) - 2)
    expected_areas, expected = by_pairs(scores, truth)
    areas, covariance = delong_covariance(scores, truth)
    np.testing.assert_allclose(areas, expected_areas, atol=1e-12)
    np.testing.assert_allclose(covariance, expected, atol=1e-12)
    assert areas == pytest.approx([roc_auc_score(truth, row) for row in scores])


def test_exchanging_the_scores_turns_the_test_round():
    one, other = ASAH["wfns"].to_numpy(), ASAH["ndka"].to_numpy()
    forth, back = delong_test(one, other, POOR), delong_test(other, one, POOR)
    assert (forth.z, forth.p, forth.low) == pytest.approx((-back.z, back.p, -back.high))


def test_a_score_and_itself_do_not_differ():
    found = delong_test(ASAH["wfns"].to_numpy(), 2 * ASAH["wfns"].to_numpy(), POOR)
    assert (found.difference, found.standard_error, found.z, found.p) == (0, 0, 0, 1)


def test_a_difference_without_variance_is_certain():
    truth = np.arange(6) > 2
    found = delong_test(1.0 * truth, -1.0 * truth, truth)
    assert (found.difference, found.z, found.p) == (1, np.inf, 0)


def test_an_interval_is_normal_and_stays_within_0_and_1():
    areas, covariance = delong_covariance(ASAH["s100b"].to_numpy(), POOR)
    low, high = delong_interval(ASAH["s100b"].to_numpy(), POOR)
    assert (low + high) / 2 == pytest.approx(areas[0])
    assert high - low == pytest.approx(2 * 1.959964 * np.sqrt(covariance[0, 0]), rel=1e-6)
    assert delong_interval(np.array([1.0, 2, 3, 4, 2.5]), np.array([0, 0, 1, 1, 1]) == 1)[1] == 1


@pytest.mark.parametrize("truth", [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]])
def test_fewer_than_two_of_a_class_are_refused(truth):
    with pytest.raises(ScoreError, match="needs two positive and two negative images"):
        delong_covariance(np.arange(4.0), np.array(truth) == 1)


def test_a_missing_score_is_refused():
    with pytest.raises(ScoreError, match="row 1 of the scores has none for image number 2"):
        delong_covariance(np.array([[1, 2, 3, 4], [1, 2, np.nan, 4]]), np.array([1, 0, 1, 0]) == 1)
