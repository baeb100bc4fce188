"""Estimates and their intervals: theory, simulated coverage, and what counts as one image."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import ScoreError, brier, estimates, positive_predictive_value
from tests.support.score_tables import COVID, drawn, table


def test_an_estimate_is_the_mean_over_seeds_of_the_auroc():
    truth, patients, first = drawn(0)
    second = drawn(3)[2]
    found = estimates(table({"a": [first, second], "b": [second, second]}, truth, patients), COVID)
    expected = [roc_auc_score(truth, scores) for scores in (first, second)]
    assert found["arm"].tolist() == ["a", "b"]
    assert found["estimate"].tolist() == pytest.approx([np.mean(expected), expected[1]])
    assert (found["low"] < found["estimate"]).all()
    assert (found["estimate"] < found["high"]).all()


def test_counts_are_of_patients_images_and_seeds():
    truth, patients, scores = drawn(0, patients=10, images=3)
    found = estimates(table({"a": [scores, scores]}, truth, patients), COVID).iloc[0]
    assert (found["patients"], found["images"], found["seeds"]) == (10, 30, 2)


def test_a_table_says_which_values_of_its_metric_are_better():
    truth, patients, scores = drawn(0)
    for metric in (COVID, brier("covid19")):
        found = estimates(table({"a": expit(scores)}, truth, patients), metric)
        assert found["better"].tolist() == [metric.better]


def test_only_the_test_split_of_the_role_counts():
    truth, patients, scores = drawn(0)
    tested = table({"a": scores}, truth, patients)
    others = [
        table({"a": -scores}, truth, patients, split="validation"),
        table({"a": -scores}, truth, patients, role="external"),
    ]
    everything = pd.concat([others[0], tested, others[1]])
    pd.testing.assert_frame_equal(estimates(everything, COVID), estimates(tested, COVID))
    external = estimates(everything, COVID, role="external")
    assert external["estimate"][0] == pytest.approx(1 - estimates(tested, COVID)["estimate"][0])


def test_the_same_scores_give_the_same_table_whatever_other_arms_there_are():
    truth, patients, scores = drawn(0)
    alone = estimates(table({"a": scores}, truth, patients), COVID)
    among = estimates(table({"b": -scores, "a": scores}, truth, patients), COVID)
    pd.testing.assert_frame_equal(alone, among[1:].reset_index(drop=True))


def test_a_lower_level_gives_an_interval_inside():
    scores = table({"a": drawn(0)[2]}, drawn(0)[0])
    wide, narrow = (estimates(scores, COVID, level=level).iloc[0] for level in (0.95, 0.5))
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]


def test_an_interval_of_one_seed_has_the_width_that_theory_gives():
    """Hanley and McNeil's variance, at 200 positive and 200 negative patients."""
    truth, patients, scores = drawn(2, patients=400)
    row = estimates(table({"a": scores}, truth, patients), COVID).iloc[0]
    area, count = row["estimate"], 200
    beats_two, beaten_by_two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (
        area * (1 - area) + (count - 1) * (beats_two + beaten_by_two - 2 * area**2)
    ) / count**2  # fmt: skip
    expected = 2 * norm.ppf(0.975) * np.sqrt(variance)
    # Draws against an approximation.
    assert row["high"] - row["low"] == pytest.approx(expected, rel=0.15)


def test_copies_of_a_seed_add_nothing_to_the_interval():
    truth, patients, scores = drawn(0)
    one, three = (
        estimates(table({"a": [scores] * count}, truth, patients), COVID) for count in (1, 3)
    )
    columns = ["estimate", "low", "high"]
    np.testing.assert_allclose(one[columns], three[columns])
    assert (one["covers"][0], three["covers"][0]) == ("patients", "patients and seeds")


def test_seeds_that_differ_more_give_a_wider_interval():
    truth, patients, noise = drawn(0, patients=200, skill=0.0)
    widths = []
    for spread in (0.0, 0.3, 0.6):
        seeds = [noise + truth * (1 + spread * step) for step in (-1, 0, 1)]
        row = estimates(table({"a": seeds}, truth, patients), COVID).iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[0] * 1.2 < widths[1]
    assert widths[1] * 1.2 < widths[2]


def test_images_whose_truth_is_unknown_are_left_out():
    truth, patients, scores = drawn(0)
    known = table({"a": scores}, truth, patients)
    more = table({"a": scores}, truth, patients).assign(truth_covid19=np.nan)
    more["id"] += " of unknown truth"
    both = pd.concat([known, more])
    left, alone = estimates(both, COVID), estimates(known, COVID)
    assert (left["unknown"][0], alone["unknown"][0]) == (60, 0)
    pd.testing.assert_frame_equal(left.drop(columns="unknown"), alone.drop(columns="unknown"))


@pytest.mark.slow
def test_an_interval_covers_when_patients_are_drawn_and_not_when_images_are():
    """150 studies of 60 patients with five images each, which are alike."""
    truth_known = norm.cdf(1.0 / np.sqrt(2 * (1 + 0.3**2)))
    covered = {"patients": 0, "images": 0}
    for study in range(150):
        truth, patients, scores = drawn(1000 + study, images=5, within=0.3)
        for unit, names in (("patients", patients), ("images", None)):
            rows = estimates(table({"a": scores}, truth, names), COVID, replicates=250).iloc[0]
            covered[unit] += rows["low"] <= truth_known <= rows["high"]
    assert 0.89 <= covered["patients"] / 150 <= 0.99
    assert covered["images"] / 150 < 0.75


@pytest.mark.slow
def test_an_interval_over_patients_and_seeds_covers_the_mean_over_all_seeds():
    """150 studies of 60 patients and 8 seeds whose skill differs."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(30)
    mean = (shares * norm.cdf((1 + 0.4 * nodes) / np.sqrt(2))).sum() / shares.sum()
    covered = {"both": 0, "patients": 0}
    for study in range(150):
        generator = np.random.default_rng(study)
        truth, patients, _ = drawn(0)
        # Every seed sees the same patients with noise of its own in part.
        common = 0.5 * generator.normal(size=60)
        own = np.sqrt(0.75) * generator.normal(size=(8, 60))
        skills = 1 + 0.4 * generator.normal(size=(8, 1))
        seeds = skills * truth + common + own
        for unit, rows in (("both", seeds), ("patients", seeds[:1])):
            row = estimates(table({"a": rows}, truth, patients), COVID, replicates=200).iloc[0]
            covered[unit] += row["low"] <= mean <= row["high"]
    # One seed alone says nothing of how seeds differ.
    assert 0.87 <= covered["both"] / 150 <= 0.995
    assert covered["patients"] / 150 < 0.87


def test_an_estimate_without_a_value_says_so():
    truth, patients, scores = drawn(0)
    made = table({"a": scores - 99}, truth, patients)
    row = estimates(made, positive_predictive_value("covid19", 1.0)).iloc[0]
    assert row[["estimate", "low", "high"]].isna().all()
    assert row["reason"] == "not defined"


def test_an_estimate_that_one_seed_lacks_says_so():
    truth, patients, scores = drawn(0)
    made = table({"a": [scores, scores - 99]}, truth, patients)
    row = estimates(made, positive_predictive_value("covid19", 0.5)).iloc[0]
    assert row[["estimate", "low", "high"]].isna().all()
    assert row["reason"] == "not defined in 1 of 2 seeds"


def test_a_score_that_is_no_probability_is_named_by_arm_label_and_image():
    truth, patients, scores = drawn(0, patients=6)
    made = table({"a": 1 / (1 + np.exp(-scores)), "b": scores}, truth, patients)
    with pytest.raises(ScoreError, match=r"arm 'b' gives image 'image-\d' the score .* of covid19"):
        estimates(made, brier("covid19"))
