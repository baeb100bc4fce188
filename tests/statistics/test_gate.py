"""Gate: everything that is not a score, a truth or a name is refused with arm, image and value."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.statistics import (
    ScoreError,
    at_sensitivity,
    auroc,
    calibration_curve,
    calibration_table,
    contrasts,
    decision_curve,
    estimates,
    label_efficiency,
    made_scores,
    mean,
    operating_points,
    subgroups,
    trend,
)

COVID = auroc("covid19")
ARMS = [("start", 10), ("start", 20), ("other", 10), ("other", 20)]
DOSES = {arm: float(place) for place, arm in enumerate(ARMS)}

#: Everything that takes a table of scores.
DOORS = {
    "estimates": lambda s, **k: estimates(s, COVID, **k),
    "contrasts": lambda s, **k: contrasts(s, COVID, against=ARMS[0], **k),
    "trend": lambda s, **k: trend(s, COVID, DOSES, **k),
    "label efficiency": lambda s, **k: label_efficiency(s, COVID, "start", "other", **k),
    "calibration table": lambda s, **k: calibration_table(s, "covid19", **k),
    "calibration curve": lambda s, **k: calibration_curve(s, "covid19", **k),
    "decision curve": lambda s, **k: decision_curve(s, "covid19", [0.3], **k),
    "operating points": lambda s, **k: operating_points(s, "covid19", at_sensitivity(0.9), **k),
    "subgroups": lambda s, **k: subgroups(s, COVID, _sex(s), **k),
}


def _sex(scores):
    names = scores["id"].unique()
    return pd.Series("F", index=names, name="sex")


@pytest.fixture
def made():
    return made_scores(ARMS, seeds=3, patients=60)


def row_of(made, image="test-7", arm=3, seed=1):
    """Index of the row of an image, arm and seed."""
    right = np.array([name == ARMS[arm] for name in made["arm"]])
    return made.index[right & (made["seed"] == seed) & (made["id"] == image)][0]


def changed(made, column, value, **where):
    made[column] = made[column].astype(object)
    made.at[row_of(made, **where), column] = value
    return made


def without_seed(made):
    return made[(made["seed"] != 2) | np.array([arm != ARMS[3] for arm in made["arm"]])]


#: What is wrong, how it comes about, and what the message says.
WRONG = {
    "infinite": (lambda m: changed(m, "score_covid19", np.inf), "seed 1, image 'test-7'.* is inf"),
    "no score": (lambda m: changed(m, "score_covid19", np.nan), "image 'test-7'.* is empty"),
    "text": (lambda m: changed(m, "score_covid19", "high"), "image 'test-7'.* is 'high'"),
    "truth of a half": (lambda m: changed(m, "truth_covid19", 0.5), "image 'test-7'.* is 0.5"),
    "truth of two": (lambda m: changed(m, "truth_covid19", 2), "image 'test-7'.* is 2"),
    "truth in words": (lambda m: changed(m, "truth_covid19", "yes"), "image 'test-7'.* is 'yes'"),
    "no arm": (lambda m: changed(m, "arm", None), "arm None, seed 1, image 'test-7': arm is empty"),
    "NaN arm": (lambda m: changed(m, "arm", np.nan), "arm nan, seed 1, .* arm is empty"),
    "a blank arm": (lambda m: changed(m, "arm", " "), "arm ' ', seed 1, .* arm is empty"),
    "an arm without a part": (
        lambda m: changed(m, "arm", ("a", None)), r"arm \('a', None\), seed 1, .* arm is empty"
    ),
    "an arm of which a part is NaN": (
        lambda m: changed(m, "arm", ("a", (np.nan, 1))), r"arm \('a', .*, seed 1, .* arm is empty"
    ),
    "a blank patient": (
        lambda m: changed(m, "patient", ""), "image 'test-7': patient is empty",
    ),
    "no seed": (lambda m: changed(m, "seed", np.nan), "image 'test-7': seed is empty"),
    "half a seed": (lambda m: changed(m, "seed", 1.5), "seed 1.5 is not a whole number"),
    "no patient": (lambda m: changed(m, "patient", None), "image 'test-7': patient is empty"),
    "an image twice": (
        lambda m: changed(m, "id", "test-8"), "seed 1: image 'test-8' has several rows",
    ),
    "another image": (
        lambda m: changed(m, "id", "test-99"), r"'other', 20\), seed 1 .* lacks image 'test-7'",
    ),
    "another truth": (
        lambda m: changed(m, "truth_covid19", 0), "image 'test-7': truth_covid19 is 0, of arm",
    ),
    "unknown truth in one": (
        lambda m: changed(m, "truth_covid19", np.nan), "image 'test-7': truth_covid19 is nan, of",
    ),
    "another patient": (
        lambda m: changed(m, "patient", "x"), "image 'test-7': patient is x, of arm",
    ),
    "seeds missing": (without_seed, r"'other', 20\) has seeds \[0, 1\], arm .* has \[0, 1, 2\]"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("door", DOORS)
def test_no_door_lets_a_wrong_table_in(made, door, what):
    make, message = WRONG[what]
    if ("arm" in what or what == "no seed") and door in ("trend", "label efficiency"):
        # These select arms by name first.
        message = "|".join([message, "other images", "not a tuple"])
    with pytest.raises(ScoreError, match=message):
        DOORS[door](make(made), replicates=100)


@pytest.mark.parametrize("door", DOORS)
def test_every_door_lets_a_right_table_in_and_says_level_and_counts(made, door):
    found = DOORS[door](made, replicates=100, level=0.9)
    assert (found["level"] == 0.9).all()
    assert (found["patients"] == 60).all()
    assert (found["images"] == 60).all()
    assert (found["seeds"] == 3).all()
    rows = found[found["method"] != "by definition"]
    # An interval says what it covers; where there is none, the reason is said instead.
    held = rows["low"].notna()
    assert held.any()
    assert rows.loc[held, "covers"].isin(["patients and seeds", "patients"]).all()
    assert (rows.loc[held, "reason"] == "").all()
    assert (rows.loc[~held, "covers"] == "").all()
    assert (rows.loc[~held, "reason"] != "").all()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"level": 95}, "level 95: give a proportion, 0.95"),
        ({"level": 0.05}, "level 0.05: that is alpha; give 0.95"),
        ({"level": -1}, "level −1: give a proportion .* such as 0.95"),
        ({"level": 0}, "level 0: give a proportion .* such as 0.95"),
        ({"level": 1}, "level 1: give a proportion .* such as 0.95"),
        ({"level": float("nan")}, "level nan: give a finite number"),
        ({"replicates": 0}, "replicates 0: give a whole number of at least 100"),
        ({"replicates": 1}, "replicates 1: give a whole number of at least 100"),
    ],
)
def test_parameters_are_refused_by_name_and_with_what_is_meant(made, door, parameters, message):
    with pytest.raises(ValueError, match=message):
        DOORS[door](made, **({"replicates": 100} | parameters))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.9917, 0.999])
def test_levels_in_use_are_let_in_and_a_higher_one_is_wider(made, level):
    found, wider = (
        estimates(made, COVID, level=used, replicates=100) for used in (level, (1 + level) / 2)
    )
    assert (found["level"] == level).all()
    assert (wider["low"] < found["low"]).all()
    inside = found["high"] < 1  # A bound of 1 can't be higher: some area is perfect here.
    assert inside.any()
    assert (wider["high"] > found["high"])[inside].all()
    assert (wider["high"] == 1)[~inside].all()


def test_whole_numbers_of_any_type_are_seeds(made):
    expected = estimates(made, COVID, replicates=100)
    for kind in (np.int8, np.float64, object):
        found = estimates(made.assign(seed=made["seed"].astype(kind)), COVID, replicates=100)
        pd.testing.assert_frame_equal(found, expected)


def test_scores_where_the_truth_is_unknown_need_not_be_numbers(made):
    made.loc[made["id"] == "test-7", ["truth_covid19", "score_covid19"]] = np.nan
    assert (estimates(made, COVID, replicates=100)["unknown"] == 1).all()


def test_rows_of_other_roles_are_not_looked_at(made):
    other = made.assign(role="external", score_covid19=np.inf)
    both = pd.concat([made, other], ignore_index=True)
    pd.testing.assert_frame_equal(estimates(both, COVID), estimates(made, COVID))


def test_a_measure_needs_ten_patients_of_any_class(made):
    few = made[made["id"].isin([f"test-{n}" for n in range(9)])]
    assert (estimates(few, mean("covid19"))["reason"] == "9 patients; at least 10 are needed").all()


def test_a_label_without_scores_is_named_with_those_there_are(made):
    with pytest.raises(ScoreError, match="no scores of label 'gout'; there are normal, covid19"):
        estimates(made, auroc("gout"))
