"""Decision curves: the strategies that need no model, and a model that is right."""

import numpy as np
import pytest

from cxrstudy.statistics import ScoreError, decision_curve, estimates, net_benefit
from tests.support.score_tables import drawn, probabilities, table

THRESHOLDS = [0.1, 0.25, 0.5, 0.8]


@pytest.fixture(scope="module")
def made():
    truth, patients, scores = probabilities(0, patients=300, skill=2.0)
    return table({"a": [scores, scores], "no use": [scores[::-1], scores[::-1]]}, truth, patients)


def curve(found, arm):
    return found[found["arm"] == arm].set_index("threshold")


def test_rows_are_of_every_arm_and_strategy_at_every_threshold(made):
    found = decision_curve(made, "covid19", THRESHOLDS, replicates=100)
    assert list(dict.fromkeys(found["arm"])) == ["a", "no use", "treat all", "treat none"]
    assert found["threshold"].tolist() == THRESHOLDS * 4
    assert (found["patients"] == 300).all()


def test_treating_nobody_is_worth_nothing_and_all_what_the_prevalence_says(made):
    found = decision_curve(made, "covid19", THRESHOLDS, replicates=200)
    nobody = curve(found, "treat none")
    assert (nobody[["estimate", "low", "high"]] == 0).all(axis=None)
    assert (nobody[["covers", "method", "reason"]] == ["", "by definition", ""]).all(axis=None)
    everybody = curve(found, "treat all")
    odds = np.array(THRESHOLDS) / (1 - np.array(THRESHOLDS))
    assert everybody["estimate"].to_numpy() == pytest.approx(0.5 - 0.5 * odds)
    assert (everybody["low"] < everybody["estimate"]).all()
    assert (everybody["estimate"] < everybody["high"]).all()


def test_an_arm_has_the_net_benefit_of_the_metric_with_its_interval(made):
    found = decision_curve(made, "covid19", THRESHOLDS)
    for threshold in THRESHOLDS:
        alone = estimates(made, net_benefit("covid19", threshold)).set_index("arm")
        columns = ["estimate", "low", "high"]
        assert (
            curve(found, "a").loc[threshold, columns].tolist() == alone.loc["a", columns].tolist()
        )


def test_a_calibrated_model_is_never_worth_less_than_either_strategy(made):
    found = decision_curve(made, "covid19", THRESHOLDS, replicates=100)
    model = curve(found, "a")["estimate"]
    assert (model >= curve(found, "treat all")["estimate"]).all()
    assert (model > 0).all()
    assert (curve(found, "no use")["estimate"] < model).all()


def test_a_threshold_without_odds_and_scores_that_are_no_probabilities_are_refused(made):
    with pytest.raises(ValueError, match="threshold 1: give a number above 0 and below 1"):
        decision_curve(made, "covid19", [0.5, 1.0])
    truth, patients, scores = drawn(0)
    with pytest.raises(ScoreError, match="needs scores from 0 to 1"):
        decision_curve(table({"a": scores}, truth, patients), "covid19", [0.5])
