"""Choice: the best on validation, inside each seed, whatever test patients say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cxrstudy.base.columns import of_arms
from cxrstudy.statistics import ScoreError, auroc, brier, choices, estimates, with_choice
from cxrstudy.statistics.metrics import calibration_slope
from tests.support.draws import draws
from tests.support.score_tables import COVID
from tests.support.some import some

ARMS = ["a", ("b", 2), "c"]


def table(values, patients=40, seeds=3):
    """Scores of each arm and seed: the truth, seen with the skill of the split."""
    truth = np.arange(patients) % 2
    rows = []
    for (arm, seed, split), skill in values.items():
        noise = np.random.default_rng([seed, len(split), len(str(arm))]).normal(size=patients)
        ids = [f"{split}{n}" for n in range(patients)]
        images = pd.DataFrame({"role": "target", "split": split, "id": ids, "patient": ids})
        scored = 1 / (1 + np.exp(-(skill * (2 * truth - 1) + noise)))
        rows.append(
            images.assign(
                arm=pd.Series([arm] * patients), seed=seed, run=f"{arm}-{seed}",
                truth_covid19=truth.astype(float), score_covid19=scored,
            )
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def skilled(validation, test=1.0, seeds=3):
    """Each arm has the given skills on validation, one per seed."""
    return table(
        {
            (arm, seed, split): skills[seed] if split == "validation" else test
            for arm, skills in zip(ARMS, validation, strict=True)
            for seed in range(seeds)
            for split in ("validation", "test")
        }
    )


def test_each_seed_chooses_for_itself():
    scores = skilled([(9, 0, 0), (0, 9, 0), (0, 0, 9)])
    found = choices(scores, ARMS, COVID)
    assert found["arm"].tolist() == ARMS
    assert found["seed"].tolist() == [0, 1, 2]
    assert found["value"].tolist() == pytest.approx([1, 1, 1])


def test_the_value_is_that_of_another_library_on_validation():
    scores = skilled([(1, 1, 1), (0, 0, 0), (-9, -9, -9)])
    for row in some(choices(scores, ["a", ("b", 2)], COVID).itertuples()):
        mine = of_arms(scores, [row.arm])
        seen = mine[(mine["seed"] == row.seed) & (mine["split"] == "validation")]
        area = roc_auc_score(seen["truth_covid19"], seen["score_covid19"])
        assert row.value == pytest.approx(area)


@draws(5)
@given(st.integers(0, 2**31), st.integers(0, 2))
def test_test_patients_decide_nothing(seed, best):
    """Whatever the scores of the test split are, the choice and the chosen run stay the same."""
    skills = [(3.0 if place == best else 0.1,) * 3 for place in range(3)]
    scores = skilled(skills)
    other = scores.copy()
    tested = (other["split"] == "test").to_numpy()
    drawn = np.random.default_rng(seed).random(int(tested.sum()))
    other.loc[tested, "score_covid19"] = drawn
    pd.testing.assert_frame_equal(choices(scores, ARMS, COVID), choices(other, ARMS, COVID))
    runs = with_choice(scores, {"best": ARMS}, COVID)["run"]
    assert runs.tolist() == with_choice(other, {"best": ARMS}, COVID)["run"].tolist()


def test_the_chosen_arm_has_the_rows_of_the_arms_that_were_chosen():
    scores = skilled([(9, 0, 0), (0, 9, 0), (0, 0, 9)])
    found = with_choice(scores, {("best", "of three"): ARMS, "worst": ["c"]}, COVID)
    assert list(dict.fromkeys(found["arm"])) == [("best", "of three"), "worst"]
    for seed, arm in enumerate(ARMS):
        mine = of_arms(found[found["seed"] == seed], [("best", "of three")])
        assert mine["run"].unique().tolist() == [f"{arm}-{seed}"]
        assert len(mine) == 80  # validation and test
    assert estimates(found, COVID)["seeds"].tolist() == [3, 3]


def test_of_equals_the_first_is_chosen():
    scores = skilled([(9, 9, 9)] * 3)
    assert choices(scores, ["c", "a"], COVID)["arm"].tolist() == ["c"] * 3


def test_a_metric_whose_low_values_are_better_chooses_the_lowest():
    scores = skilled([(9, 9, 9), (0, 0, 0), (0, 0, 0)])
    assert choices(scores, ["c", "a"], brier("covid19"))["arm"].tolist() == ["a"] * 3


def test_choosing_among_equals_by_chance_is_worth_nothing_on_test_patients():
    """A choice that looked at test patients would gain by selection alone."""
    gains = []
    for world in range(16):
        generator = np.random.default_rng(world)
        scores = skilled([(0.5,) * 3] * 3, test=0.5)
        scores["score_covid19"] += generator.normal(size=len(scores))
        chosen = estimates(with_choice(scores, {"best": ARMS}, COVID), COVID, replicates=100)
        plain = estimates(of_arms(scores, ARMS), COVID, replicates=100)
        gains.append(chosen["estimate"].item() - plain["estimate"].mean())
    error = np.std(gains) / np.sqrt(len(gains))
    assert abs(np.mean(gains)) < 4 * error
    assert error < 0.01


@pytest.mark.parametrize(
    ("change", "candidates", "metric", "error", "said"),
    [
        (lambda t: t, [], COVID, ValueError, "each of them once"),
        (lambda t: t, ["a", "a"], COVID, ValueError, "each of them once"),
        (lambda t: t, ARMS, calibration_slope("covid19"), ValueError, "no direction"),
        (lambda t: t, ["a", "z"], COVID, ScoreError, "no arm 'z' to choose; there are a; b, 2; c"),
        (lambda t: t[t["split"] == "test"], ARMS, COVID, ScoreError, "no validation scores"),
        (lambda t: t.drop(t.index[t["split"] == "validation"][3]), ARMS, COVID, ScoreError,
         "lacks image|it has image"),
        (lambda t: t.assign(truth_covid19=1.0), ARMS, COVID, ScoreError,
         "seed 0: AUROC of COVID-19 vs rest is not defined on the validation images"),
    ],
)  # fmt: skip
def test_what_can_t_be_chosen_is_refused_by_name(change, candidates, metric, error, said):
    scores = change(skilled([(1, 1, 1)] * 3))
    with pytest.raises(error, match=said):
        choices(scores, candidates, metric)


def test_images_of_unknown_truth_do_not_decide():
    scores = skilled([(9, 9, 9), (0, 0, 0), (0, 0, 0)])
    expected = choices(scores, ARMS, auroc("covid19"))
    lost = scores["id"].isin(["validation0", "validation1"])
    scores.loc[lost, "truth_covid19"] = np.nan
    scores.loc[lost, "score_covid19"] = np.nan
    assert choices(scores, ARMS, auroc("covid19"))["arm"].tolist() == expected["arm"].tolist()
