"""Operating points: chosen on validation scores only, and tested on test scores only."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from cxrstudy.statistics import ScoreError, at_sensitivity, operating_points
from tests.support.score_tables import drawn, table
from tests.support.some import some

RULE = at_sensitivity(0.9)
scored = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=20)


def study(arms=("a", "b"), seeds=2):
    """Scores of a validation and a test split, drawn apart."""
    tables = []
    for split, first in (("validation", 0), ("test", 100)):
        truth, patients, _ = drawn(first)
        made = {
            arm: [drawn(first + 10 * number + seed)[2] for seed in range(seeds)]
            for number, arm in enumerate(arms)
        }
        named = [f"{split}-{name}" for name in patients]
        tables.append(table(made, truth, named, split=split))
    return pd.concat(tables, ignore_index=True)


def proportions(scores, truth, threshold):
    """Sensitivity, specificity, positive and negative predictive value."""
    (tn, fp), (fn, tp) = confusion_matrix(truth, scores >= threshold)
    return tp / (tp + fn), tn / (tn + fp), tp / (tp + fp), tn / (tn + fn)


@given(scored, st.sampled_from([0.01, 0.5, 0.9, 1.0]))
def test_the_highest_threshold_with_the_sensitivity_is_taken(rows, least):
    scores, truth = (np.array(column) for column in zip(*rows, strict=True))
    assume(truth.any())
    threshold = at_sensitivity(least).threshold(scores.astype(float), truth)
    assert (scores[truth] >= threshold).mean() >= least
    higher = scores[truth][scores[truth] > threshold]
    assert not len(higher) or (scores[truth] >= higher.min()).mean() < least


def test_a_share_that_is_a_whole_number_of_images_is_not_rounded_up():
    scores = np.arange(10.0)
    # 0.7 * 10 is a little more than 7 in double precision.
    assert at_sensitivity(0.7).threshold(scores, np.ones(10, bool)) == 3


@pytest.mark.parametrize("least", [0, -0.5, 1.01])
def test_a_sensitivity_that_can_not_be_is_refused(least):
    with pytest.raises(ValueError, match="one above 0 and at most 1"):
        at_sensitivity(least)


@pytest.mark.parametrize("rule", [at_sensitivity(0.9), at_sensitivity(0.5)])
def test_every_seed_is_tested_at_the_threshold_it_chose_on_validation(rule):
    scores = study()
    found = operating_points(scores, "covid19", rule)
    assert found["arm"].tolist() == ["a"] * 4 + ["b"] * 4
    for arm, rows in some(found.groupby("arm")):
        expected, chosen = [], []
        for _, of_seed in scores[scores["arm"] == arm].groupby("seed"):
            parts = {
                split: (part["score_covid19"].to_numpy(), part["truth_covid19"].to_numpy() == 1)
                for split, part in of_seed.groupby("split")
            }
            chosen.append(rule.threshold(*parts["validation"]))
            expected.append(proportions(*parts["test"], chosen[-1]))
        assert rows["estimate"].to_numpy() == pytest.approx(np.mean(expected, axis=0))
        assert rows["threshold"].unique() == pytest.approx([np.mean(chosen)])
        assert (rows["low"] <= rows["estimate"]).all()
        assert (rows["estimate"] <= rows["high"]).all()


def test_test_scores_have_no_say_in_the_threshold():
    scores = study()
    changed = scores.copy()
    changed.loc[changed["split"] == "test", "score_covid19"] *= -1
    one, other = (operating_points(s, "covid19", RULE) for s in (scores, changed))
    assert one["threshold"].tolist() == other["threshold"].tolist()
    assert one["estimate"].tolist() != other["estimate"].tolist()


def test_an_arm_without_validation_scores_is_named():
    scores = study()
    lacking = scores[(scores["arm"] == "a") | (scores["split"] == "test")]
    with pytest.raises(ScoreError, match="arm 'b', seed 0 has no validation scores"):
        operating_points(lacking, "covid19", RULE)
    with pytest.raises(ScoreError, match="no validation scores of role 'target'"):
        operating_points(scores[scores["split"] == "test"], "covid19", RULE)


def test_validation_images_of_one_class_are_refused_by_arm():
    scores = study(arms=["a", "b"], seeds=1)
    lacking = (scores["split"] == "validation") & (scores["arm"] == "b")
    scores.loc[lacking, "truth_covid19"] = 1.0
    with pytest.raises(ScoreError, match="validation images of arm 'b', seed 0 don't show both"):
        operating_points(scores, "covid19", RULE)


def test_scores_that_are_written_as_text_are_numbers():
    scores = study()
    written = scores.assign(score_covid19=scores["score_covid19"].map(repr))
    pd.testing.assert_frame_equal(
        operating_points(written, "covid19", RULE), operating_points(scores, "covid19", RULE)
    )
