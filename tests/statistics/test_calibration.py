"""Calibration tables: parts that add up, bins that scikit-learn finds, and error messages."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve as curve_of_scikit_learn
from sklearn.metrics import brier_score_loss

from cxrstudy.statistics import (
    ScoreError,
    brier,
    brier_decomposition,
    calibration_curve,
    calibration_slope,
    calibration_table,
    estimates,
)
from cxrstudy.statistics.calibration import decomposed
from tests.support.score_tables import drawn, probabilities, table


@pytest.fixture
def made():
    truth, patients, scores = probabilities(0, patients=100)
    seeds = [scores, probabilities(1, patients=100)[2]]
    return table({"a": seeds, "b": [s**2 for s in seeds]}, truth, patients)


@given(
    st.lists(st.tuples(st.floats(0, 1, width=16), st.booleans()), min_size=1, max_size=30),
    st.integers(1, 12),
)
def test_the_parts_of_the_brier_score_add_up_exactly(rows, bins):
    scores, truth = (np.array(column) for column in zip(*rows, strict=True))
    parts = decomposed(scores.astype(float), truth, bins)
    together = (
        parts["reliability"] - parts["resolution"] + parts["uncertainty"]
        + parts["within_variance"] - parts["within_covariance"]
    )  # fmt: skip
    expected = brier_score_loss(truth, scores, labels=[False, True])
    assert parts["brier"] == pytest.approx(expected, abs=1e-12)
    assert together == pytest.approx(expected, abs=1e-12)
    for part in ("reliability", "resolution", "uncertainty", "within_variance"):
        assert parts[part] >= 0


def test_three_parts_suffice_where_scores_in_a_bin_are_the_same():
    """Murphy (1973) as it stands: forecasts .2 (right in 1 of 4) and .8 (right in 3 of 4)."""
    scores = np.repeat([0.2, 0.8], 4)
    truth = np.array([1, 0, 0, 0, 1, 1, 1, 0]) == 1
    parts = decomposed(scores, truth, 2)
    assert parts["reliability"] == pytest.approx(0.05**2)
    assert parts["resolution"] == pytest.approx(0.25**2)
    assert parts["uncertainty"] == pytest.approx(0.25)
    assert parts["within_variance"] == pytest.approx(0, abs=1e-15)
    assert parts["within_covariance"] == pytest.approx(0, abs=1e-15)


@given(st.floats(0.01, 0.99))
def test_one_score_for_all_has_no_resolution(score):
    truth = np.arange(20) % 3 == 0
    parts = decomposed(np.full(20, score), truth, 10)
    assert parts["resolution"] == pytest.approx(0, abs=1e-12)
    assert parts["reliability"] == pytest.approx((score - truth.mean()) ** 2)


def test_the_decomposition_is_the_mean_over_seeds(made):
    found = brier_decomposition(made, "covid19")
    assert found["arm"].tolist() == ["a", "b"]
    assert found["brier"].to_numpy() == pytest.approx(
        estimates(made, brier("covid19"))["estimate"].to_numpy()
    )
    assert found["uncertainty"].tolist() == pytest.approx([0.25, 0.25])
    assert found["reliability"][0] < found["reliability"][1]
    assert (found["patients"][0], found["seeds"][0]) == (100, 2)


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
    found = calibration_curve(table({"a": scores}, truth, patients), "covid19", replicates=50)
    assert found["estimate"].to_numpy() == pytest.approx(found["predicted"].to_numpy(), abs=0.04)


def test_bins_that_stay_empty_are_left_out():
    truth, patients, _ = drawn(0)
    made = table({"a": np.where(np.arange(60) < 50, 0.2, 0.7)}, truth, patients)
    found = calibration_curve(made, "covid19", bins=10)
    assert found["predicted"].tolist() == pytest.approx([0.2, 0.7])


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
    assert slopes["low"]["a"] < 1 < slopes["high"]["a"]
    for error in ("Brier score", "expected calibration error"):
        assert found.loc[("a", error), "estimate"] < found.loc[("b", error), "estimate"]
    alone = estimates(made, calibration_slope("covid19"), replicates=100)
    assert slopes["low"].tolist() == alone["low"].tolist()


def test_scores_that_are_no_probabilities_are_refused():
    truth, patients, scores = drawn(0)
    for tabulate in (calibration_table, calibration_curve, brier_decomposition):
        with pytest.raises(ScoreError, match="needs scores from 0 to 1"):
            tabulate(table({"a": scores}, truth, patients), "covid19")


@given(st.integers(0, 10_000))
def test_a_separated_arm_has_an_infinite_slope_and_an_interval_that_says_so(seed):
    generator = np.random.default_rng(seed)
    truth = np.arange(20) % 2 == 1
    scores = np.where(truth, 0.5, 0) + generator.random(20) / 3
    assume(len(np.unique(scores)) == 20)
    row = estimates(table({"a": scores}, truth), calibration_slope("covid19"), replicates=20).iloc[
        0
    ]
    assert (row["estimate"], row["low"], row["high"]) == (np.inf, np.inf, np.inf)
