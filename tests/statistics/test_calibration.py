"""Calibration tables: parts that add up, bins that scikit-learn finds, and error messages."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve as curve_of_scikit_learn

from cxrstudy.statistics import (
    ScoreError,
    calibration_curve,
    calibration_slope,
    calibration_table,
    estimates,
    expected_calibration_error,
    squared_calibration_error,
)
from tests.support.score_tables import drawn, probabilities, table


@pytest.fixture
def made():
    truth, patients, scores = probabilities(0, patients=100)
    seeds = [scores, probabilities(1, patients=100)[2]]
    return table({"a": seeds, "b": [s**2 for s in seeds]}, truth, patients)


def test_the_curve_of_one_seed_is_that_of_scikit_learn(made):
    one = made[(made["seed"] == 0) & (made["arm"] == "b")]
    found = calibration_curve(one, "covid19", bins=5)
    shares, means = curve_of_scikit_learn(
        one["truth_covid19"], one["score_covid19"], n_bins=5, strategy="quantile"
    )
    assert found["bin"].tolist() == [1, 2, 3, 4, 5]
    assert found["predicted"].to_numpy() == pytest.approx(means)
    assert found["estimate"].to_numpy() == pytest.approx(shares)
    assert (found["low"] <= found["estimate"]).all()
    assert (found["estimate"] <= found["high"]).all()


def test_the_curve_of_a_calibrated_arm_is_the_diagonal():
    truth, patients, scores = probabilities(3, patients=20_000)
    found = calibration_curve(table({"a": scores}, truth, patients), "covid19", replicates=100)
    assert found["estimate"].to_numpy() == pytest.approx(found["predicted"].to_numpy(), abs=0.04)


def test_images_with_one_score_are_in_one_bin():
    truth, patients, _ = drawn(0)
    made = table({"a": np.where(np.arange(60) < 50, 0.2, 0.7)}, truth, patients)
    found = calibration_curve(made, "covid19", bins=10)
    assert found["predicted"].tolist() == pytest.approx([0.2, 0.7])
    assert found["in_bin"].tolist() == [50, 10]


def test_no_image_vanishes_if_seeds_call_different_shares_positive():
    truth, patients, noise = drawn(0, patients=200)
    seeds = [(np.argsort(np.argsort(noise)) >= share * 200) * 1.0 for share in (0.45, 0.55, 0.65)]
    found = calibration_curve(table({"a": seeds}, truth, patients), "covid19")
    assert found["predicted"].tolist() == [0, 1]
    assert found["in_bin"].tolist() == pytest.approx([110, 90], abs=0.4)
    assert (found["low"] < found["high"]).all()


def test_a_bin_that_is_empty_in_a_seed_has_no_interval_and_says_so():
    truth, patients, _ = drawn(0)
    seeds = [np.linspace(0.1, 0.3, 60), np.linspace(0.6, 0.8, 60)]
    found = calibration_curve(table({"a": seeds}, truth, patients), "covid19", bins=2)
    assert found["in_bin"].sum() == 60
    assert found["low"].isna().all()
    assert (found["reason"] == "no image in 1 of 2 seeds").all()


def test_too_few_patients_have_a_curve_without_numbers():
    truth, patients, scores = probabilities(0, patients=12)
    found = calibration_curve(table({"a": scores, "b": scores}, truth, patients), "covid19")
    assert found["arm"].tolist() == ["a", "b"]
    assert found[["predicted", "estimate", "low", "high"]].isna().all(axis=None)
    assert (found["reason"] == "6 patients with covid19; at least 10 are needed").all()


def test_the_table_says_which_arm_is_too_extreme(made):
    extreme = made["arm"] == "b"
    odds = (made["score_covid19"] / (1 - made["score_covid19"])) ** 2
    made.loc[extreme, "score_covid19"] = (odds / (1 + odds))[extreme]
    # The scores of "b" were squared before: start again from those of "a".
    odds = (made["score_covid19"] / (1 - made["score_covid19"]))[made["arm"] == "a"] ** 2
    made.loc[extreme, "score_covid19"] = (odds / (1 + odds)).to_numpy()
    found = calibration_table(made, "covid19", replicates=100).set_index(["arm", "measure"])
    slopes = found.xs("slope", level="measure")
    assert slopes["estimate"]["b"] == pytest.approx(slopes["estimate"]["a"] / 2, rel=1e-6)
    assert slopes["high"]["b"] < 1
    assert slopes["low"]["a"] < slopes["estimate"]["a"] < slopes["high"]["a"]
    for error in ("Brier score", "expected calibration error"):
        assert found.loc[("a", error), "estimate"] < found.loc[("b", error), "estimate"]
    alone = estimates(made, calibration_slope("covid19"), replicates=100)
    assert slopes["low"].tolist() == alone["low"].tolist()


def test_the_errors_of_the_table_are_over_as_many_bins_as_those_of_the_metrics(made):
    found = calibration_table(made, "covid19", replicates=100).set_index(["measure", "arm"])
    for measure, metric in (
        ("expected calibration error", expected_calibration_error("covid19")),
        ("squared calibration error, debiased", squared_calibration_error("covid19")),
    ):
        alone = estimates(made, metric, replicates=100)["estimate"].tolist()
        assert found.loc[measure, "estimate"].tolist() == alone


def test_scores_that_are_no_probabilities_are_refused():
    truth, patients, scores = drawn(0)
    for tabulate in (calibration_table, calibration_curve):
        with pytest.raises(ScoreError, match="needs scores from 0 to 1"):
            tabulate(table({"a": scores}, truth, patients), "covid19")


@given(st.integers(0, 10_000))
def test_a_separated_arm_has_an_infinite_slope_and_no_interval(seed):
    generator = np.random.default_rng(seed)
    truth = np.arange(20) % 2 == 1
    scores = np.where(truth, 0.5, 0) + generator.random(20) / 3
    assume(len(np.unique(scores)) == 20)
    found = estimates(table({"a": scores}, truth), calibration_slope("covid19"), replicates=100)
    assert (found["estimate"][0], found["reason"][0]) == (np.inf, "infinite")
    assert found[["low", "high"]].isna().all(axis=None)
