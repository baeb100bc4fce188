"""The sample that all arms share: what is refused, and how patients are drawn."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.statistics import ScoreError, auroc, contrasts, estimates, macro_auroc
from cxrstudy.statistics.sample import draw, sample
from tests.support.score_tables import COVID, drawn, table


@pytest.fixture
def two_arms():
    truth, patients, scores = drawn(0, patients=8)
    return table({"a": [scores, scores], "b": [scores, -scores]}, truth, patients)


@pytest.mark.parametrize("compare", [estimates, lambda *a: contrasts(*a, against="a")])
def test_rows_in_another_order_are_refused_and_not_paired_wrongly(two_arms, compare):
    moved = pd.concat([two_arms[two_arms["arm"] == "a"], two_arms[two_arms["arm"] == "b"][::-1]])
    with pytest.raises(ScoreError, match="arm 'b', seed 0 was scored on other images than arm 'a'"):
        compare(moved, COVID)


def test_an_arm_that_lacks_an_image_is_named(two_arms):
    with pytest.raises(ScoreError, match=r"arm 'b', seed 1 was scored .* lacks image 'image-7'"):
        estimates(two_arms[:-1], COVID)


def test_an_arm_that_lacks_a_seed_is_named_with_the_seeds(two_arms):
    lacking = two_arms[(two_arms["arm"] == "a") | (two_arms["seed"] == 0)]
    with pytest.raises(ScoreError, match=r"arm 'b' has seeds \[0\], arm 'a' has \[0, 1\]"):
        estimates(lacking, COVID)


def test_a_role_without_scores_is_named(two_arms):
    with pytest.raises(ScoreError, match="no test scores of role 'external'"):
        estimates(two_arms, COVID, role="external")
    with pytest.raises(ScoreError, match="no test scores of role 'target'"):
        estimates(two_arms.assign(split="validation"), COVID)


def test_a_label_without_scores_is_named_with_those_there_are(two_arms):
    with pytest.raises(ScoreError, match="no scores of label 'normal'; there are covid19"):
        estimates(two_arms, auroc("normal"))


@pytest.mark.parametrize("truth", [0.0, 1.0, np.nan])
def test_test_images_of_one_class_have_no_estimate_and_the_reason(two_arms, truth):
    found = estimates(two_arms.assign(truth_covid19=truth), COVID)
    assert found["arm"].tolist() == ["a", "b"]
    assert found[["estimate", "low", "high"]].isna().all(axis=None)
    assert found["reason"].str.startswith("0 patients with").all()


@pytest.mark.parametrize(("ill", "enough"), [(9, False), (10, True)])
def test_an_estimate_needs_ten_patients_of_each_class(ill, enough):
    truth = np.arange(60) < ill
    scores = np.random.default_rng(0).normal(size=60)
    row = estimates(table({"a": scores}, truth), COVID).iloc[0]
    assert np.isfinite(row[["estimate", "low", "high"]].to_numpy(float)).all() == enough
    assert row["reason"] == ("" if enough else "9 patients with covid19; at least 10 are needed")


def test_many_images_of_one_patient_are_one_patient():
    truth = np.arange(60) < 30
    scores = np.random.default_rng(0).normal(size=60)
    patients = ["p"] * 30 + [f"q{n}" for n in range(30)]
    made = table({"a": scores, "b": -scores}, truth, patients)
    assert estimates(made, COVID)["reason"].str.startswith("1 patient with covid19").all()
    difference = contrasts(made, COVID, against="a").iloc[0]
    assert np.isnan(
        difference[["estimate", "low", "high", "p", "adjusted_p"]].to_numpy(float)
    ).all()
    assert difference["reason"].startswith("1 patient with covid19")


def test_only_images_whose_truth_about_all_labels_is_known_count():
    truth, patients, scores = drawn(0, patients=24)
    made = table({"a": scores}, truth, patients).assign(
        score_normal=scores, truth_normal=~truth * 1.0
    )
    made.loc[3, "truth_normal"] = np.nan
    assert estimates(made, COVID)["images"][0] == 24
    both = estimates(made, macro_auroc(["covid19", "normal"])).iloc[0]
    assert (both["images"], both["unknown"]) == (23, 1)


def test_draws_are_counts_of_as_many_patients_as_there_are():
    counts = draw(np.random.default_rng(0), units=30, replicates=500)
    assert counts.shape == (30, 500)
    assert (counts.sum(axis=0) == 30).all()


def test_draws_have_the_moments_of_drawing_with_replacement():
    """Counts are multinomial: mean 1, variance 1 - 1/n, covariance -1/n."""
    counts = draw(np.random.default_rng(0), units=10, replicates=40_000).astype(float)
    covariance = np.cov(counts)
    np.testing.assert_allclose(counts.mean(axis=1), 1, atol=0.03)
    np.testing.assert_allclose(covariance, np.eye(10) - 0.1, atol=0.04)


def test_all_images_of_a_patient_are_drawn_together():
    truth, patients, scores = drawn(0, patients=20, images=4)
    drawn_again = sample(
        table({"a": [scores, scores]}, truth, patients), ["covid19"], "target", 100
    )
    by_patient = drawn_again.weights.reshape(100, 20, 4)
    assert (by_patient == by_patient[:, :, :1]).all()
    assert (by_patient[:, :, 0].sum(axis=1) == 20).all()


def test_a_patient_that_is_drawn_more_often_than_one_byte_holds_is_counted():
    class Always:
        def integers(self, units, size):
            return np.zeros(size, int)

    counts = draw(Always(), units=300, replicates=70)
    assert (counts[0] == 300).all()
    assert (counts[1:] == 0).all()


def test_the_same_scores_are_drawn_the_same_way_again(two_arms):
    pd.testing.assert_frame_equal(estimates(two_arms, COVID), estimates(two_arms.copy(), COVID))
