"""Logistic recalibration against scikit-learn, and where there is no maximum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from cxrstudy.statistics.recalibration import (
    weighted_calibration_intercept,
    weighted_calibration_slope,
)
from tests.support.some import some


def simulated(seed, count=400, slope=1.0, shift=0.0):
    """Scores and truth such that the truth's logit is `shift + slope * logit(score)`."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(-0.5, 1.2, count)
    return expit(logits), generator.random(count) < expit(shift + slope * logits)


@pytest.mark.parametrize("count", [15, 60, 400])
def test_the_slope_is_that_of_scikit_learn_with_weights(count):
    scores, truth = simulated(count, count)
    weights = np.random.default_rng(1).integers(0, 4, (6, count))
    expected = [
        LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12)
        .fit(logit(scores)[:, None], truth, sample_weight=row)
        .coef_[0, 0]
        for row in weights
    ]
    found = weighted_calibration_slope(scores, truth, weights.astype(np.uint8))
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, 0.0), (2.0, -1.0)])
def test_slope_and_intercept_are_those_that_were_planted(slope, shift):
    scores, truth = simulated(3, 40_000, slope, shift)
    ones = np.ones((1, len(scores)))
    assert weighted_calibration_slope(scores, truth, ones) == pytest.approx([slope], abs=0.06)
    if slope == 1:
        found = weighted_calibration_intercept(scores, truth, ones)
        assert found == pytest.approx([shift], abs=0.04)


def test_the_intercept_makes_the_scores_right_on_average():
    scores, truth = simulated(4, 300, slope=0.4, shift=1.0)
    weights = np.random.default_rng(1).integers(0, 4, (5, 300))
    found = weighted_calibration_intercept(scores, truth, weights)
    for row, shift in some(zip(weights, found, strict=True)):
        moved = expit(logit(scores) + shift)
        assert row @ moved == pytest.approx(row @ truth, rel=1e-8)


def test_stretching_the_logit_divides_the_slope():
    scores, truth = simulated(5)
    ones = np.ones((1, len(scores)))
    stretched = expit(3 * logit(scores))
    once = weighted_calibration_slope(scores, truth, ones)
    assert weighted_calibration_slope(stretched, truth, ones) == pytest.approx(once / 3)


@pytest.mark.parametrize(
    ("scores", "truth", "slope"),
    [
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], np.inf),
        ([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1], np.inf),
        ([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], -np.inf),
        ([0.1, 0.2, 0.8, 0.9], [1, 1, 1, 1], np.nan),
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 0, 0], np.nan),
        ([0.3, 0.3, 0.3, 0.3], [0, 1, 0, 1], np.nan),
    ],
)
def test_a_slope_without_a_maximum_is_infinite_or_unknown(scores, truth, slope):
    found = weighted_calibration_slope(np.array(scores), np.array(truth) == 1, np.ones((1, 4)))
    np.testing.assert_array_equal(found, [slope])


def test_only_images_that_are_drawn_decide_whether_there_is_a_maximum():
    scores, truth = np.array([0.1, 0.8, 0.2, 0.9]), np.array([0, 0, 1, 1]) == 1
    weights = np.array([[1, 1, 1, 1], [1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 0, 0]], np.uint8)
    found = weighted_calibration_slope(scores, truth, weights)
    assert 0 < found[0] < np.inf
    np.testing.assert_array_equal(found[1:], [np.inf, -np.inf, np.nan])


def test_an_intercept_of_one_class_is_unknown():
    weights = np.array([[1, 1], [1, 0], [0, 1]], np.uint8)
    found = weighted_calibration_intercept(np.array([0.2, 0.6]), np.array([True, False]), weights)
    assert np.isfinite(found).tolist() == [True, False, False]


def test_certain_scores_count_as_nearly_certain():
    scores, truth = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0, 1, 1, 0]) == 1
    found = weighted_calibration_slope(scores, truth, np.ones((1, 4)))
    assert found == pytest.approx([0.0], abs=1e-9)
    assert np.isfinite(weighted_calibration_intercept(scores, truth, np.ones((1, 4)))).all()


def test_a_slope_is_finite_where_no_threshold_separates_the_classes():
    scores, truth = np.array([0.2, 0.4, 0.3, 0.6]), np.array([0, 0, 1, 1]) == 1
    weights = np.array([[1.0] * 4, [1, 2, 1, 3], [1, 1, 0, 1]])
    found = np.isfinite(weighted_calibration_slope(scores, truth, weights))
    assert found.tolist() == [True, True, False]  # without 0.3, all above 0.4 are ill


#: Scores that networks give: in between, certain, rounded, all the same.
SCORES = st.lists(
    st.sampled_from([0.0, 1e-9, 1e-7, 2e-7, 0.001, 0.1, 0.5, 0.9, 1 - 1e-7, 1.0])
    | st.floats(0, 1, allow_subnormal=False),
    min_size=2, max_size=12,
)  # fmt: skip


@given(SCORES, st.data())
def test_a_finite_fit_solves_the_equations_of_the_likelihood_whatever_the_scores(scores, data):
    """Of the whole sample and of draws from it, none of which ends in an error."""
    size = len(scores)
    truth = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    drawn = st.lists(st.integers(0, 3), min_size=size, max_size=size)
    weights = np.array([[1] * size, data.draw(drawn)], float)
    logits = logit(np.clip(scores, 1e-7, 1 - 1e-7))
    shifts = weighted_calibration_intercept(np.array(scores), truth, weights)
    slopes = weighted_calibration_slope(np.array(scores), truth, weights)
    for row, shift, slope in some(list(zip(weights, shifts, slopes, strict=True))):
        has_both = (row @ truth > 0) and (row @ ~truth > 0)
        assert np.isfinite(shift) == has_both
        if has_both:
            assert row @ (truth - expit(logits + shift)) == pytest.approx(0, abs=1e-6)
        if np.isfinite(slope):
            best = brentq(lambda a, r=row, s=slope: r @ (truth - expit(a + s * logits)), -1e4, 1e4)
            assert row @ ((truth - expit(best + slope * logits)) * logits) == pytest.approx(
                0, abs=1e-4
            )


def test_nearly_separated_scores_still_find_their_maximum():
    """One image in 200 is on the wrong side: the slope is steep and the first steps overshoot."""
    scores = expit(np.linspace(-8, 8, 200))
    truth = np.arange(200) >= 100
    truth[[99, 100]] = truth[[100, 99]]
    (slope,) = weighted_calibration_slope(scores, truth, np.ones((1, 200)))
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    assert slope == pytest.approx(model.fit(logit(scores)[:, None], truth).coef_[0, 0], rel=1e-4)
