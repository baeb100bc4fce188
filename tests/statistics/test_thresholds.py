"""Metrics over all thresholds against scikit-learn, and that a weight of two is an image twice."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_curve

from cxrstudy.statistics import (
    average_precision,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
)

rows = st.lists(
    st.tuples(st.floats(0, 1, width=16), st.booleans(), st.integers(0, 3)), min_size=2, max_size=20
)
SHARES = st.sampled_from([0.0, 0.5, 0.8, 0.9, 1.0])


def value(metric, scores, truth, weights):
    return metric.weighted(scores, truth, weights[None])[0]


def columns(drawn):
    scores, truth, weights = (np.array(column) for column in zip(*drawn, strict=True))
    assume(weights[truth].sum() > 0)
    assume(weights[~truth].sum() > 0)
    return scores, truth, weights


@given(rows)
def test_the_average_precision_is_that_of_scikit_learn(drawn):
    scores, truth, weights = columns(drawn)
    expected = average_precision_score(truth, scores, sample_weight=weights)
    assert value(average_precision("a"), scores, truth, weights) == pytest.approx(expected, 1e-12)


@given(rows, SHARES)
def test_shares_at_a_share_are_those_of_scikit_learns_curve(drawn, least):
    scores, truth, weights = columns(drawn)
    fpr, tpr, _ = roc_curve(truth, scores, sample_weight=weights, drop_intermediate=False)
    best = tpr[1 - fpr >= least - 1e-9].max()
    metric = sensitivity_at_specificity("a", least)
    assert value(metric, scores, truth, weights) == pytest.approx(best, abs=1e-12)
    best = (1 - fpr)[tpr >= least - 1e-9].max()
    metric = specificity_at_sensitivity("a", least)
    assert value(metric, scores, truth, weights) == pytest.approx(best, abs=1e-12)


def test_a_share_that_is_reached_exactly_counts():
    scores, truth = np.arange(20.0), np.arange(20) >= 10
    scores[0] = 15.5  # one of ten negatives is above half of the positives
    found = value(sensitivity_at_specificity("a", 0.9), scores, truth, np.ones(20))
    assert found == 1.0
    assert value(sensitivity_at_specificity("a", 0.91), scores, truth, np.ones(20)) == 0.4


def test_without_positives_there_is_no_value():
    scores, truth = np.arange(4.0), np.zeros(4, bool)
    for metric in (average_precision("a"), sensitivity_at_specificity("a", 0.9)):
        assert np.isnan(value(metric, scores, truth, np.ones(4)))


def test_many_rows_of_weights_give_what_each_gives_alone():
    generator = np.random.default_rng(0)
    scores, truth = generator.normal(size=30), np.arange(30) % 3 == 0
    weights = generator.integers(0, 3, (9, 30)).astype(np.uint8)
    for metric in (average_precision("a"), specificity_at_sensitivity("a", 0.8)):
        alone = [value(metric, scores, truth, row) for row in weights]
        assert metric.weighted(scores, truth, weights) == pytest.approx(alone)


@pytest.mark.parametrize("make", [sensitivity_at_specificity, specificity_at_sensitivity])
def test_a_share_above_one_is_refused(make):
    with pytest.raises(ValueError, match="give a number from 0 to 1"):
        make("a", 90)
