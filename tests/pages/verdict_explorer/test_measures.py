"""Measures: which a claim can be asked about, and which way round they are."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.verdict_explorer.measures import (
    OF_SCORES,
    bound_of,
    measures_of,
    own_measure,
    shared_labels,
)
from cxrstudy.statistics import made_scores, mean, measure
from cxrstudy.verdicts.claims_file import find_claim

LABELS = ("normal", "other_pneumonia", "covid19")


def names(claim, labels=LABELS):
    return [each.name for each in measures_of(find_claim(claim), labels)]


def test_a_claim_about_scores_has_its_own_measure_first():
    assert names("B1") == ["auroc", "macro", "precision", "brier", "sensitivity"]


def test_of_one_label_the_mean_over_labels_is_no_other_measure():
    assert names("B1", ["covid19"]) == ["auroc", "precision", "brier", "sensitivity"]


def test_arms_with_other_patients_are_compared_by_what_prevalence_does_not_change():
    assert names("B5") == ["auroc", "sensitivity"]


@pytest.mark.parametrize(("claim", "name"), [("A5", "lesion energy"), ("A14", "sign energy")])
def test_a_claim_about_maps_has_only_its_own(claim, name):
    assert names(claim, ()) == [name]
    assert own_measure(find_claim(claim)).name == name


def test_a_better_arm_has_the_higher_value_of_each_measure_unless_it_falls():
    truth = np.array([0, 0, 0, 1, 1, 1])
    worse, better = (
        np.array([0.1, 0.8, 0.3, 0.2, 0.7, 0.6]),
        np.array([0.1, 0.2, 0.3, 0.8, 0.7, 0.9]),
    )
    for each in OF_SCORES:
        metric = each.metric("covid19", ["covid19"])
        gain = measure(metric, scores=better, truth=truth) - measure(
            metric, scores=worse, truth=truth
        )
        assert (gain < 0) == each.falls
        assert gain != 0


def test_a_map_compared_with_a_perfect_one_has_no_largest_difference():
    assert bound_of(own_measure(find_claim("A15")).metric("covid19", ())) is None
    assert bound_of(own_measure(find_claim("A5")).metric("covid19", ())) == 1


def test_values_from_one_below_to_one_above_zero_differ_by_two_at_most():
    assert bound_of(mean("correlation", (-1.0, 1.0))) == 2


def test_labels_are_shared_where_every_image_has_score_and_truth():
    scores = made_scores(patients=10).assign(truth_rare=np.nan, score_rare=0.5, score_lost=0.5)
    assert shared_labels(scores, "target") == ["normal", "covid19"]
    scores.loc[scores["arm"] == "control", "score_normal"] = np.nan
    assert shared_labels(scores, "target") == ["covid19"]
    assert shared_labels(pd.concat([scores.assign(role="external"), scores]), "external") == [
        "covid19"
    ]
