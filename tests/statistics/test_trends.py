"""Trends over arms with doses: slopes by hand, a null world."""

import numpy as np
import pytest
from scipy.stats import binom, linregress
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import ScoreError, contrasts, trend
from tests.support.score_tables import COVID, drawn, table

DOSES = {"none": 0.0, "small": 3.0, "large": 6.0}


def study(seed=0, gain=0.4, seeds=3, patients=60):
    """Arms whose skill grows with their dose."""
    truth, names, base = drawn(seed, patients=patients)
    generator = np.random.default_rng(70_000 + seed)
    arms = {
        arm: base + gain * dose / 3 * truth + generator.normal(size=(seeds, patients))
        for arm, dose in DOSES.items()
    }
    return table(arms, truth, names)


def test_the_slope_is_that_of_least_squares():
    scores = study()
    areas = [
        np.mean(
            [
                roc_auc_score(rows["truth_covid19"], rows["score_covid19"])
                for _, rows in scores[scores["arm"] == arm].groupby("seed")
            ]
        )
        for arm in DOSES
    ]
    row = trend(scores, COVID, DOSES).iloc[0]
    assert row["estimate"] == pytest.approx(linregress(list(DOSES.values()), areas).slope)
    assert row["low"] < row["estimate"] < row["high"]
    assert (row["arms"], row["patients"], row["seeds"]) == (3, 60, 3)
    assert row["metric"] == COVID.name


def test_two_doses_are_a_contrast_a_unit_of_dose():
    scores = study()
    row = trend(scores, COVID, {"none": 0, "large": 4}).iloc[0]
    pair = contrasts(scores, COVID, against="none").set_index("arm").loc["large"]
    for column in ("estimate", "low", "high", "standard_error", "minimum_detectable_difference"):
        assert row[column] == pytest.approx(pair[column] / 4)
    assert row["p"] == pytest.approx(pair["p"])


def test_turning_the_doses_round_turns_the_slope_round():
    one = trend(study(), COVID, DOSES).iloc[0]
    other = trend(study(), COVID, {arm: -dose for arm, dose in DOSES.items()}).iloc[0]
    assert (one["estimate"], one["low"]) == pytest.approx((-other["estimate"], -other["high"]))
    assert one["p"] == other["p"]


@pytest.mark.slow
def test_a_trend_that_is_there_is_found_and_one_that_is_not_seldom():
    found = [
        trend(study(seed, gain=1.0), COVID, DOSES, replicates=200)["p"][0] for seed in range(5)
    ]
    assert max(found) < 0.05
    null = [trend(study(seed, gain=0), COVID, DOSES, replicates=200) for seed in range(150)]
    out = sum(not row["low"][0] <= 0 <= row["high"][0] for row in null)
    assert binom.ppf(1e-3, 150, 0.02) <= out <= binom.ppf(1 - 1e-3, 150, 0.09)


@pytest.mark.parametrize(
    ("doses", "message"),
    [
        ({"none": 0, "huge": 1}, "no arm 'huge'; there are none; small; large"),
        ({"none": -np.inf, "large": 1}, "the dose of arm 'none' is -inf"),
        ({"none": 1, "large": 1}, "at least two different doses"),
        ({}, "at least two different doses"),
    ],
)
def test_doses_that_say_nothing_are_refused(doses, message):
    with pytest.raises(ScoreError, match=message):
        trend(study(), COVID, doses)
