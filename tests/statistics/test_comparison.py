"""Contrasts: paired, adjusted, and silent where nothing is known."""

import numpy as np
import pandas as pd
import pytest
from pauc import ROC, compare
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import (
    ScoreError,
    contrast,
    contrasts,
    holm,
    mean,
)
from cxrstudy.statistics.inference import FLAT, PATIENTS
from cxrstudy.statistics.recovery import METHOD
from tests.support.score_tables import COVID, drawn, table


@pytest.fixture
def two_arms():
    truth, patients, scores = drawn(0, patients=8)
    return table({"a": [scores, scores], "b": [scores, -scores]}, truth, patients)


def test_an_arm_and_its_copy_differ_by_nothing():
    truth, patients, scores = drawn(0)
    seeds = [scores, drawn(1)[2]]
    row = contrasts(table({"a": seeds, "b": seeds}, truth, patients), COVID, against="a").iloc[0]
    assert row["estimate"] == 0
    unknown = ["low", "high", "low90", "high90", "p", "adjusted_p", "standard_error"]
    assert row[[*unknown, "minimum_detectable_difference"]].isna().all()
    assert row["reason"] == FLAT


def test_a_contrast_is_the_arm_minus_the_one_compared_with():
    truth, patients, scores = drawn(0)
    found = table({"poor": -1.0 * truth, "base": scores, "best": 1.0 * truth}, truth, patients)
    rows = contrasts(found, COVID, against="base")
    area = roc_auc_score(truth, scores)
    assert rows["arm"].tolist() == ["poor", "best"]
    assert rows["against"].tolist() == ["base", "base"]
    assert rows["estimate"].tolist() == pytest.approx([-area, 1 - area])
    assert rows["high"][0] < 0 < rows["low"][1]
    # Of the draws' t distribution.
    assert rows["p"].tolist() == pytest.approx([1e-9, 0.044], rel=0.3)
    assert rows[["patients", "images", "seeds"]].drop_duplicates().to_numpy().tolist() == [
        [60, 60, 1]
    ]


def test_exchanging_the_arms_turns_the_interval_round():
    truth, patients, scores = drawn(0)
    found = table({"a": scores, "b": scores + drawn(1)[2]}, truth, patients)
    one, other = (contrasts(found, COVID, against=arm).iloc[0] for arm in ("a", "b"))
    assert one["estimate"] == pytest.approx(-other["estimate"])
    assert (one["low"], one["high"]) == pytest.approx((-other["high"], -other["low"]))
    assert one["p"] == other["p"]


def test_contrasts_are_paired_by_patient():
    """Two arms that err alike differ by less than two that err apart."""
    truth, patients, scores = drawn(0)
    apart = drawn(1)[2]
    found = table({"a": scores, "alike": scores + 0.1 * apart, "apart": apart}, truth, patients)
    rows = contrasts(found, COVID, against="a").set_index("arm")
    width = rows["high"] - rows["low"]
    assert width["alike"] < 0.3 * width["apart"]


def test_contrasts_are_paired_by_seed():
    """Good seeds are good for both arms, so that the contrast does not feel them."""
    truth, patients, noise = drawn(0, patients=200, skill=0.0)
    skills = np.array([0.2, 1.0, 1.8])
    arms = {
        "a": [noise + truth * skill for skill in skills],
        "same seeds": [noise + truth * (skill + 0.1) for skill in skills],
        "other seeds": [noise + truth * (skill + 0.1) for skill in skills[::-1]],
    }
    rows = contrasts(table(arms, truth, patients), COVID, against="a").set_index("arm")
    width = rows["high"] - rows["low"]
    assert width["same seeds"] < 0.3 * width["other seeds"]


def test_p_values_are_adjusted_for_all_rows():
    truth, patients, scores = drawn(0)
    arms = {"a": scores} | {f"b{n}": scores + 0.7 * drawn(n)[2] for n in range(1, 5)}
    rows = contrasts(table(arms, truth, patients), COVID, against="a")
    assert rows["adjusted_p"].to_numpy() == pytest.approx(holm(rows["p"].to_numpy()))
    assert (rows["adjusted_p"] > rows["p"]).any()
    assert list(rows)[list(rows).index("p") + 1] == "adjusted_p"


@pytest.mark.slow
def test_arms_of_equal_skill_are_rarely_told_apart():
    small = 0
    for study in range(150):
        truth, patients, one = drawn(3000 + study)
        two = drawn(6000 + study)[2]
        arms = table({"a": one, "b": two}, truth, patients)
        small += contrasts(arms, COVID, against="a", replicates=200)["p"][0] <= 0.1
    assert 0.04 <= small / 150 <= 0.17


def test_arms_may_be_named_by_anything_that_can_be_a_key():
    truth, patients, scores = drawn(0)
    shares = table({0.5: scores, 1.0: scores}, truth, patients)
    assert contrasts(shares, COVID, against=1.0)["arm"].tolist() == [0.5]
    pairs = table({("general", share): scores for share in (1, 2)}, truth, patients)
    assert contrasts(pairs, COVID, against=("general", 1))["arm"].tolist() == [("general", 2)]


def test_an_unknown_arm_is_named_with_those_there_are(two_arms):
    with pytest.raises(ScoreError, match="no arm 'c'; there are a; b"):
        contrasts(two_arms, COVID, against="c")
    with pytest.raises(ScoreError, match="no arm 'c'; there are a; b"):
        contrast(two_arms, COVID, "c", against="b")


def test_one_arm_alone_has_no_contrast(two_arms):
    with pytest.raises(ScoreError, match="no other arm to compare with 'a'"):
        contrasts(two_arms[two_arms["arm"] == "a"], COVID, against="a")


def test_one_contrast_is_the_row_among_all_but_for_the_adjustment():
    truth, patients, scores = drawn(0)
    arms = {("a", 1): scores, ("b", 1): scores + drawn(1)[2], ("c", 2): scores + drawn(2)[2]}
    made = table(arms, truth, patients)
    one = contrast(made, COVID, ("c", 2), against=("a", 1))
    among = contrasts(made, COVID, against=("a", 1)).iloc[[1]].reset_index(drop=True)
    assert one["adjusted_p"][0] == one["p"][0]
    pd.testing.assert_frame_equal(one.drop(columns="adjusted_p"), among.drop(columns="adjusted_p"))


def test_the_standard_error_of_one_seed_is_that_of_delong():
    truth, patients, scores = drawn(0, patients=300)
    other = scores + drawn(1, patients=300)[2]
    row = contrasts(table({"a": scores, "b": other}, truth, patients), COVID, "a").iloc[0]
    rocs = [ROC(truth.astype(int), column, direction="<") for column in (other, scores)]
    expected = compare(*rocs, method="delong", paired=True)
    assert row["estimate"] == pytest.approx(rocs[0].auc - rocs[1].auc)
    # Draws against a closed form.
    assert row["standard_error"] == pytest.approx(row["estimate"] / expected.stat, rel=0.08)
    assert row["freedom"] == 149
    # 1.976 + 0.845 standard errors, by the noncentral t distribution with 149 degrees of freedom.
    assert row["minimum_detectable_difference"] == pytest.approx(
        2.82 * row["standard_error"], rel=2e-3
    )


def test_p_values_are_about_the_null_that_is_asked_for():
    truth, patients, scores = drawn(0)
    made = table({"a": scores, "b": scores + drawn(1)[2]}, truth, patients)
    zero, there, beyond = (
        contrasts(made, COVID, "a", null=null).iloc[0]
        for null in (0.0, contrasts(made, COVID, "a")["estimate"][0], 0.9)
    )
    assert (zero["null"], beyond["null"]) == (0.0, 0.9)
    assert there["p"] > 0.5
    assert beyond["p"] < 1e-6
    same = ["estimate", "low", "high", "standard_error"]
    assert zero[same].tolist() == beyond[same].tolist()


def test_the_p_value_says_at_which_level_the_interval_ends_at_the_null():
    truth, patients, scores = drawn(0)
    made = table({"a": scores, "b": scores + 0.8 * drawn(3)[2]}, truth, patients)
    row = contrasts(made, COVID, "a").iloc[0]
    ends = contrasts(made, COVID, "a", null=row["low"]).iloc[0]
    assert ends["p"] == pytest.approx(0.05)
    narrow = contrasts(made, COVID, "a", null=row["high90"]).iloc[0]
    assert narrow["p"] == pytest.approx(0.10)


def test_arms_without_an_error_are_no_evidence_that_neither_ever_errs():
    truth, patients, _ = drawn(0, patients=40)
    made = table({"a": 1.0 * truth, "b": 2.0 * truth}, truth, patients)
    row = contrasts(made, COVID, "a", null=-0.05).iloc[0]
    assert row["estimate"] == 0
    bound = 1 - 0.025 ** (1 / 20)
    assert (row["low"], row["high"]) == pytest.approx((-bound, bound))
    assert row["p"] > 0.5
    assert np.isnan(row["minimum_detectable_difference"])
    assert (row["covers"], row["method"]) == (PATIENTS, METHOD)


@pytest.mark.parametrize("null", [5, -5, 1, -1])
def test_a_null_that_no_difference_of_shares_has_is_named(two_arms, null):
    with pytest.raises(ValueError, match=r"null .*: give a number above −1 and below 1"):
        contrasts(two_arms, COVID, "a", null=null)


@pytest.mark.parametrize("metric", [COVID, mean("covid19")])
@pytest.mark.parametrize("null", [float("nan"), float("inf")])
def test_a_null_that_is_no_number_is_named(two_arms, metric, null):
    with pytest.raises(ValueError, match=r"null (nan|inf): give a finite number"):
        contrasts(two_arms, metric, "a", null=null)


def test_a_row_without_a_p_value_counts_among_the_tests():
    truth, patients, scores = drawn(0)
    arms = {"a": scores, "copy": scores, "b": scores + 0.7 * drawn(1)[2]}
    rows = contrasts(table(arms, truth, patients), COVID, "a").set_index("arm")
    assert rows["adjusted_p"]["b"] == pytest.approx(min(1, 2 * rows["p"]["b"]))
    assert np.isnan(rows["adjusted_p"]["copy"])


def test_two_seeds_give_an_interval_within_the_possible_differences():
    truth, patients, scores = drawn(0)
    arms = {"a": [scores, scores], "b": [-scores, scores]}
    row = contrasts(table(arms, truth, patients), COVID, "a").iloc[0]
    assert (row["low"], row["high"]) == (-1, 1)
