"""Metrics against scikit-learn, by hand, and that a weight of two is an image twice."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, confusion_matrix

from cxrstudy.base.checks import ParameterError
from cxrstudy.statistics import (
    auroc,
    average_precision,
    brier,
    calibration_intercept,
    calibration_slope,
    contrasts,
    estimates,
    expected_calibration_error,
    macro_auroc,
    mean,
    negative_predictive_value,
    net_benefit,
    positive_predictive_value,
    sensitivity,
    sensitivity_at_specificity,
    specificity,
    specificity_at_sensitivity,
    squared_calibration_error,
)
from tests.support.score_tables import drawn, probabilities, table
from tests.support.some import some

ONE = [
    auroc, brier, calibration_slope, calibration_intercept,
    lambda label: sensitivity(label, 0.4), lambda label: specificity(label, 0.4),
    lambda label: positive_predictive_value(label, 0.4),
    lambda label: negative_predictive_value(label, 0.4), lambda label: net_benefit(label, 0.4),
    lambda label: sensitivity_at_specificity(label, 0.4),
    lambda label: specificity_at_sensitivity(label, 0.4),
]  # fmt: skip

rows = st.lists(
    st.tuples(st.floats(0, 1, width=16), st.booleans(), st.integers(0, 3)), min_size=1, max_size=20
)


def value(metric, scores, truth, weights=None):
    weights = np.ones((1, len(scores))) if weights is None else weights
    return metric.weighted(np.asarray(scores, float), np.asarray(truth, bool), weights)


NAMES = {
    "AUROC of COVID-19 vs rest": auroc("covid19"),
    "AUROC of effusion vs rest": auroc("effusion"),
    "macro AUROC, one vs rest, of COVID-19, normal": macro_auroc(["covid19", "normal"]),
    "mean energy_lesion": mean("energy_lesion"),
    "average precision of COVID-19 vs rest": average_precision("covid19"),
    "sensitivity to COVID-19 at specificity 0.9": sensitivity_at_specificity("covid19", 0.9),
    "specificity for COVID-19 at sensitivity 0.9": specificity_at_sensitivity("covid19", 0.9),
    "Brier score of COVID-19 vs rest": brier("covid19"),
    "calibration slope of COVID-19 vs rest": calibration_slope("covid19"),
    "calibration intercept (slope 1) of COVID-19 vs rest": calibration_intercept("covid19"),
    "expected calibration error (10 bins) of COVID-19 vs rest": expected_calibration_error(
        "covid19"
    ),
    "squared calibration error, debiased (5 bins), of COVID-19 vs rest": squared_calibration_error(
        "covid19", 5
    ),
    "sensitivity to COVID-19 at 0.400": sensitivity("covid19", 0.4),
    "specificity for COVID-19 at 0.400": specificity("covid19", 0.4),
    "positive predictive value for COVID-19 at 0.400": positive_predictive_value("covid19", 0.4),
    "negative predictive value for COVID-19 at 0.400": negative_predictive_value("covid19", 0.4),
    "net benefit for COVID-19 at 0.400": net_benefit("covid19", 0.4),
}


def test_metrics_are_named_after_what_they_are_asked_as_people_say_it():
    assert [metric.name for metric in NAMES.values()] == list(NAMES)


@pytest.mark.parametrize("make", ONE)
def test_a_weight_of_two_is_the_image_twice(make):
    truth, _, scores = probabilities(1, patients=30)
    weights = np.random.default_rng(0).integers(0, 4, 30)
    twice = np.repeat(np.arange(30), weights)
    found = value(make("covid19"), scores, truth, weights[None].astype(np.uint8))
    assert found == pytest.approx(value(make("covid19"), scores[twice], truth[twice]), rel=1e-9)


@pytest.mark.parametrize("make", ONE)
def test_many_rows_of_weights_give_what_each_gives_alone(make):
    truth, _, scores = probabilities(2, patients=25)
    weights = np.random.default_rng(1).integers(0, 4, (7, 25)).astype(np.uint8)
    alone = [value(make("covid19"), scores, truth, weights[[row]])[0] for row in range(7)]
    assert value(make("covid19"), scores, truth, weights) == pytest.approx(alone, rel=1e-9)


@given(rows)
def test_the_brier_score_is_that_of_scikit_learn(drawn_rows):
    scores, truth, weights = (np.array(column) for column in zip(*drawn_rows, strict=True))
    several = np.array([weights + 1, np.ones(len(weights))])
    expected = [
        brier_score_loss(truth, scores, sample_weight=row, labels=[False, True]) for row in several
    ]
    assert value(brier("a"), scores, truth, several) == pytest.approx(expected, abs=1e-12)


@given(rows, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_proportions_are_those_of_the_confusion_matrix(drawn_rows, threshold):
    scores, truth, weights = (np.array(column) for column in zip(*drawn_rows, strict=True))
    assume(weights.sum() > 0)
    (tn, fp), (fn, tp) = confusion_matrix(
        truth, scores >= threshold, sample_weight=weights, labels=[False, True]
    )
    expected = {
        sensitivity: (tp, tp + fn), specificity: (tn, tn + fp),
        positive_predictive_value: (tp, tp + fp), negative_predictive_value: (tn, tn + fn),
    }  # fmt: skip
    for make, (right, among) in some(expected.items()):
        (found,) = value(make("a", threshold), scores, truth, weights[None])
        assert found == pytest.approx(right / among if among else np.nan, nan_ok=True)


def test_net_benefit_is_the_textbook_count():
    """Vickers and Elkin: at 20 % a false positive costs a quarter of a true one."""
    scores = [0.9, 0.8, 0.3, 0.2, 0.1, 0.05, 0.02, 0.6, 0.4, 0.1]
    truth = [1, 1, 1, 0, 0, 0, 0, 0, 0, 1]
    # Three true positives, and three false ones (0.2 counts as positive), in ten.
    assert value(net_benefit("a", 0.2), scores, truth) == pytest.approx([(3 - 3 / 4) / 10])


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 1.5, np.nan, None, "0.5"])
def test_net_benefit_needs_a_threshold_that_has_odds(threshold):
    with pytest.raises(ParameterError, match=r"threshold .*: give a "):
        net_benefit("a", threshold)


@pytest.mark.parametrize(
    "metric",
    [sensitivity, specificity, positive_predictive_value, negative_predictive_value,
     sensitivity_at_specificity, specificity_at_sensitivity],
)  # fmt: skip
@pytest.mark.parametrize("value", [90, -0.1, np.nan, np.inf, None, "0.9", True])
def test_a_threshold_or_share_that_is_no_probability_is_refused_by_name(metric, value):
    with pytest.raises(ParameterError, match=r"(threshold|sensitivity|specificity) .*: give a "):
        metric("a", value)


@pytest.mark.parametrize("metric", [expected_calibration_error, squared_calibration_error])
@pytest.mark.parametrize("bins", [0, -1, 2.5, "3", None, True])
def test_bins_that_are_no_whole_number_are_refused_by_name(metric, bins):
    with pytest.raises(ParameterError, match=r"bins .*: give a whole number of at least 1"):
        metric("a", bins)


def test_the_macro_auroc_is_the_mean_over_labels():
    truth, patients, scores = drawn(0)
    made = table({"a": scores}, truth, patients)
    made = made.assign(score_normal=-drawn(5)[2], truth_normal=(~truth).astype(float))
    metric = macro_auroc(["covid19", "normal"])
    each = [estimates(made, auroc(label))["estimate"][0] for label in metric.labels]
    assert each[0] != each[1]
    assert estimates(made, metric)["estimate"][0] == pytest.approx(np.mean(each))


# --- Direction ----------------------------------------------------------------------------------


DIRECTED = [make for make in (*ONE, expected_calibration_error) if make("covid19").better]


@pytest.mark.parametrize("make", DIRECTED)
@given(seed=st.integers(0, 100))
def test_the_better_direction_is_that_of_scores_that_are_right(make, seed):
    metric = make("covid19")
    truth = np.arange(60) % 2 == 1
    guessed = np.random.default_rng(seed).uniform(size=60)
    right, wrong = (value(metric, scores, truth)[0] for scores in (truth.astype(float), guessed))
    gained = {"higher": right - wrong, "lower": wrong - right}[metric.better]
    assert gained >= 0


def test_metrics_that_are_best_in_the_middle_have_no_direction():
    assert {make("covid19").better for make in (calibration_slope, calibration_intercept)} == {""}
    assert {make("covid19").better for make in (auroc, brier)} == {"higher", "lower"}


def test_contrasts_say_which_side_is_better():
    truth, patients, scores = probabilities(0)
    made = table({"a": scores, "b": scores / 2}, truth, patients)
    for metric in (auroc("covid19"), brier("covid19"), calibration_slope("covid19")):
        assert (contrasts(made, metric, against="a")["better"] == metric.better).all()
