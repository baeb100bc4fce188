"""Statistics against scikit-learn, published examples and simulated truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import (
    ScoreError,
    auroc,
    contrasts,
    estimates,
    holm,
    weighted_auroc,
)

COVID = auroc("covid19")


def table(arms, truth, patients=None, role="target", split="test"):
    """Tidy scores; `arms` maps a name to one row of scores a seed."""
    names = [f"image-{number}" for number in range(len(truth))]
    patients = names if patients is None else patients
    parts = [
        pd.DataFrame({
            "arm": arm, "seed": seed, "role": role, "split": split, "id": names,
            "patient": patients, "truth_covid19": np.asarray(truth, float), "score_covid19": scores,
        })
        for arm, seeds in arms.items()
        for seed, scores in enumerate(np.atleast_2d(seeds))
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def drawn(seed, patients=60, images=1, skill=1.0, between=1.0, within=0.0):
    """Truth and name a patient, and scores that patients and images share."""
    generator = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), images)
    truth = patient % 2 == 1
    scores = skill * truth + between * generator.normal(size=patients)[patient]
    return truth, [f"p{n}" for n in patient], scores + within * generator.normal(size=len(patient))


@pytest.mark.parametrize(
    ("label", "name"),
    [("covid19", "AUROC of COVID-19 vs rest"), ("effusion", "AUROC of effusion vs rest")],
)
def test_a_metric_is_named_after_its_label_as_people_say_it(label, name):
    assert (auroc(label).name, auroc(label).label) == (name, label)


# --- AUROC ---------------------------------------------------------------------------------------


def test_auroc_counts_pairs_with_ties_as_half():
    scores, truth = np.array([1.0, 2, 3, 2, 4]), np.array([False, False, False, True, True])
    # 2 beats 1, ties with 2, loses to 3; 4 beats all three.
    assert weighted_auroc(scores, truth, np.ones((1, 5)))[0] == pytest.approx(4.5 / 6)


images = st.lists(
    st.tuples(st.integers(-4, 4) | st.floats(-5, 5, width=16), st.booleans(), st.integers(0, 3)),
    min_size=2,
    max_size=25,
)


@given(images)
def test_auroc_is_that_of_scikit_learn_with_weights_and_ties(rows):
    scores, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    truth, scores = truth.astype(bool), scores.astype(float)
    assume(weights[truth].sum() > 0 and weights[~truth].sum() > 0)
    several = np.array([weights, 4.5 - weights, np.ones(len(rows))])
    expected = [roc_auc_score(truth, scores, sample_weight=row) for row in several]
    assert weighted_auroc(scores, truth, several) == pytest.approx(expected, abs=1e-12)


@given(images)
def test_auroc_of_reversed_scores_is_the_rest_to_one(rows):
    scores, truth, _ = (np.array(column) for column in zip(*rows, strict=True))
    truth, ones = truth.astype(bool), np.ones((1, len(rows)))
    assume(truth.any() and not truth.all())
    forward = weighted_auroc(scores.astype(float), truth, ones)
    assert weighted_auroc(-scores.astype(float), truth, ones) == pytest.approx(1 - forward)


def test_a_weight_of_two_is_the_image_twice():
    truth, _, scores = drawn(1, patients=12)
    weights = np.random.default_rng(0).integers(1, 4, 12)
    twice = np.repeat(np.arange(12), weights)
    assert weighted_auroc(scores, truth, weights[None].astype(float)) == pytest.approx(
        weighted_auroc(scores[twice], truth[twice], np.ones((1, len(twice))))
    )


def test_auroc_of_one_class_is_unknown():
    truth = np.array([True, False, False])
    weights = np.array([[1.0, 0, 0], [0, 1, 2], [1, 1, 0]])
    found = weighted_auroc(np.array([2.0, 1, 3]), truth, weights)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1.0])


# --- Holm ----------------------------------------------------------------------------------------

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


def test_holm_adjusts_the_textbook_example():
    # .005 x 4, .01 x 3, .03 x 2, and .04 x 1, which is raised to the one before it.
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_of_one_p_value_is_itself_and_of_large_ones_is_one():
    assert holm(np.array([0.03])) == pytest.approx([0.03])
    assert holm(np.array([0.9, 0.6, 0.7])) == pytest.approx([1, 1, 1])


@given(probabilities)
def test_holm_is_the_largest_of_all_steps_up_to_a_p_value(p):
    ranked = sorted(p)
    steps = [min(1.0, (len(p) - rank) * value) for rank, value in enumerate(ranked)]
    expected = [max(steps[: ranked.index(value) + 1]) for value in p]
    last = [max(steps[: len(ranked) - ranked[::-1].index(value)]) for value in p]
    found = holm(p)
    assert all(e - 1e-12 <= f <= g + 1e-12 for e, f, g in zip(expected, found, last, strict=True))


@given(probabilities)
def test_holm_is_monotone_and_never_below_the_p_value_nor_above_bonferroni(p):
    found = holm(p)
    assert (found >= p).all()
    assert (found <= np.minimum(1, p * len(p)) + 1e-12).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()


@given(st.permutations([0.001, 0.02, 0.03, 0.3, 0.9]))
def test_holm_keeps_the_order_it_is_given(p):
    by_value = dict(zip([0.001, 0.02, 0.03, 0.3, 0.9], [0.005, 0.08, 0.09, 0.6, 0.9], strict=True))
    assert holm(np.array(p)) == pytest.approx([by_value[value] for value in p])


# --- Estimates -----------------------------------------------------------------------------------


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
    assert row["high"] - row["low"] == pytest.approx(expected, rel=0.15)


def test_copies_of_a_seed_add_nothing_to_the_interval():
    truth, patients, scores = drawn(0)
    one, three = (
        estimates(table({"a": [scores] * count}, truth, patients), COVID) for count in (1, 3)
    )
    columns = ["estimate", "low", "high"]
    np.testing.assert_allclose(one[columns], three[columns])


def test_seeds_that_differ_more_give_a_wider_interval():
    truth, patients, noise = drawn(0, patients=200, skill=0.0)
    widths = []
    for spread in (0.0, 0.3, 0.6):
        seeds = [noise + truth * (1 + spread * step) for step in (-1, 0, 1)]
        row = estimates(table({"a": seeds}, truth, patients), COVID).iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[0] * 1.2 < widths[1]
    assert widths[1] * 1.2 < widths[2]


def test_replicates_of_one_class_are_left_out():
    scores = table({"a": [0.9, 0.1, 0.2, 0.8, 0.3]}, [True, False, False, False, False])
    row = estimates(scores, COVID).iloc[0]
    assert row["estimate"] == 1.0
    assert (row["low"], row["high"]) == (1.0, 1.0)


def test_images_whose_truth_is_unknown_are_left_out():
    truth, patients, scores = drawn(0)
    known = table({"a": scores}, truth, patients)
    more = table({"a": scores}, truth, patients).assign(truth_covid19=np.nan)
    more["id"] += " of unknown truth"
    both = pd.concat([known, more])
    pd.testing.assert_frame_equal(estimates(both, COVID), estimates(known, COVID))


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


# --- Contrasts -----------------------------------------------------------------------------------


def test_an_arm_and_its_copy_differ_by_nothing():
    truth, patients, scores = drawn(0)
    seeds = [scores, drawn(1)[2]]
    row = contrasts(table({"a": seeds, "b": seeds}, truth, patients), COVID, against="a").iloc[0]
    assert row[["estimate", "low", "high"]].tolist() == [0, 0, 0]
    assert row[["p", "adjusted_p"]].tolist() == [1, 1]


def test_a_contrast_is_the_arm_minus_the_one_compared_with():
    truth, patients, scores = drawn(0)
    found = table({"poor": -1.0 * truth, "base": scores, "best": 1.0 * truth}, truth, patients)
    rows = contrasts(found, COVID, against="base")
    area = roc_auc_score(truth, scores)
    assert rows["arm"].tolist() == ["poor", "best"]
    assert rows["against"].tolist() == ["base", "base"]
    assert rows["estimate"].tolist() == pytest.approx([-area, 1 - area])
    assert rows["high"][0] < 0 < rows["low"][1]
    # No replicate crosses zero: one more draw in each tail, twice.
    assert rows["p"].tolist() == pytest.approx([2 / 2001] * 2)
    assert rows["adjusted_p"].tolist() == pytest.approx([4 / 2001] * 2)
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
    pairs = pd.concat([shares.assign(arm=[("general", share)] * len(shares)) for share in (1, 2)])
    pairs = pairs.drop_duplicates(["arm", "id"])
    assert contrasts(pairs, COVID, against=("general", 1))["arm"].tolist() == [("general", 2)]


# --- Errors --------------------------------------------------------------------------------------


@pytest.fixture
def two_arms():
    truth, patients, scores = drawn(0, patients=8)
    return table({"a": [scores, scores], "b": [scores, -scores]}, truth, patients)


@pytest.mark.parametrize("compare", [estimates, lambda *a: contrasts(*a, against="a")])
def test_rows_in_another_order_are_refused_and_not_paired_wrongly(two_arms, compare):
    moved = pd.concat([two_arms[two_arms["arm"] == "a"], two_arms[two_arms["arm"] == "b"][::-1]])
    with pytest.raises(ScoreError, match="arm 'b' was scored on other images"):
        compare(moved, COVID)


def test_an_arm_that_lacks_an_image_is_named(two_arms):
    with pytest.raises(ScoreError, match="arm 'b' was scored on other images"):
        estimates(two_arms[:-1], COVID)


def test_an_arm_that_lacks_a_seed_is_named_with_the_seeds(two_arms):
    lacking = two_arms[(two_arms["arm"] == "a") | (two_arms["seed"] == 0)]
    with pytest.raises(ScoreError, match=r"arm 'b' has seeds \[0\], another arm has \[0, 1\]"):
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
def test_test_images_of_one_class_are_refused(two_arms, truth):
    with pytest.raises(ScoreError, match="don't show both covid19 and its absence"):
        estimates(two_arms.assign(truth_covid19=truth), COVID)


def test_a_missing_score_is_named_by_arm_and_image(two_arms):
    two_arms.loc[21, "score_covid19"] = np.nan
    with pytest.raises(ScoreError, match="arm 'b' has no score of covid19 for image 'image-5'"):
        estimates(two_arms, COVID)


def test_an_unknown_arm_is_named_with_those_there_are(two_arms):
    with pytest.raises(ScoreError, match="no arm 'c'; there are a, b"):
        contrasts(two_arms, COVID, against="c")


def test_one_arm_alone_has_no_contrast(two_arms):
    with pytest.raises(ScoreError, match="no other arm to compare with 'a'"):
        contrasts(two_arms[two_arms["arm"] == "a"], COVID, against="a")
