"""Levels: what arms of factors are in steps, pixels and patients."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.explain.attention import attention
from cxrstudy.pages import levels
from cxrstudy.pages.levels import (
    at_equal_passes,
    at_equal_steps,
    attention_by_size,
    by_lesion_size,
    label_efficiency_of,
    label_efficiency_table,
    lesion_extents,
    mixup_levels,
    patients_of,
    resolution_levels,
    source_budgets,
    source_doses,
)
from cxrstudy.statistics import auroc, made_scores
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study


@pytest.fixture(scope="module")
def study():
    return Study("quick", "phantom", 2)


def test_doses_are_logarithms_of_images_of_out_of_domain_sets(study):
    doses = source_doses(study)
    images = study.initial_images.set_index("name")["images"]
    assert list(doses) == [f"out-of-domain, {size}" for size in ("small", "middle", "large")]
    assert {name: round(10**dose) for name, dose in doses.items()} == images[list(doses)].to_dict()
    assert sorted(doses.values()) == list(doses.values())


def test_equal_steps_are_not_equal_passes_and_equal_passes_are(study):
    table = source_budgets(study)
    same = dict(list(table.groupby("budget")))
    assert same["same steps"]["steps"].nunique() == 1
    passes = same["same passes"]["passes"].astype(float)
    # Steps are whole and divide into validations.
    assert passes.between(0.85, 1.15).all()
    assert same["same passes"]["steps"].is_monotonic_increasing
    spread = same["same steps"]["passes"].astype(float)
    assert spread.max() > 3 * spread.min()


def test_arms_at_equal_passes_are_told_from_those_at_equal_steps():
    made = made_scores(["small", ("small", "same passes")])
    assert set(at_equal_steps(made)["arm"]) == {"small"}
    assert set(at_equal_passes(made)["arm"]) == {("small", "same passes")}
    assert at_equal_passes(at_equal_steps(made)).empty


def test_every_resolution_may_have_weights_of_its_own(study):
    arms = arms_of("03_resolution", study)
    for factor in study.levels.resolutions:
        stages = arms[factor, "own weights"].stages
        assert {stage.pixels for stage in stages} == {round(64 * factor)}
        assert arms[factor, "same steps"].stages[0].pixels == 64
    assert arms[1, "own weights"] == arms[1, "same steps"]


def test_resolutions_are_told_in_pixels_steps_and_computation(study):
    table = resolution_levels(arms_of("03_resolution", study)).set_index(["factor", "fixed"])
    assert table.loc[("2", "same steps"), ["pixels", "computation"]].tolist() == [128, "4.00"]
    same = table.xs("same computation", level="fixed")["computation"].astype(float)
    assert same.between(0.9, 1.1).all()


def test_mixup_is_told_in_alpha_and_steps(study):
    table = mixup_levels(arms_of("04_mixup", study))
    steps = table.groupby("length")["steps"].unique()
    assert steps["1"].tolist() == [2 * steps["0.5"][0]]
    assert sorted(table["alpha"].unique()) == ["0", "0.1", "0.2", "0.4"]


def test_shares_and_shots_are_told_in_patients_and_images_of_each_class(study):
    table = patients_of(arms_of("05_low_data", study)).set_index("level")
    role = study.cohort.role("target")
    everybody = role.table[role.table["split"] == "train"]
    assert table.loc[1, "patients"] == everybody["patient"].nunique()
    assert table.loc[1, "images"] == len(everybody)
    assert table.loc["5-shot", "patients"] == 15
    classes = table[list(role.labels)]
    assert (classes.sum(axis=1) == table["images"]).all()
    shares = table.drop("5-shot")["patients"]
    assert shares.is_monotonic_increasing


def scored(study, arms, skill, seeds=2):
    """Scores of arms on the study's test images; ``skill`` says how well an arm tells COVID-19."""
    role = study.cohort.role("target")
    rows = role.rows("test")
    covid = role.truth[rows, role.labels.index("covid19")]
    table = role.table.iloc[rows][["id", "patient", "source"]].reset_index(drop=True)
    table = table.assign(role="target", split="test", truth_covid19=covid)
    made = []
    for arm in arms:
        for seed in range(seeds):
            noise = np.random.default_rng(seed).normal(size=len(table))
            part = table.assign(seed=seed, run="r", score_covid19=skill(arm) * covid + noise)
            made.append(part.assign(arm=pd.Series([arm] * len(table))))
    return pd.concat(made, ignore_index=True)


def test_the_better_start_saves_the_patients_that_the_other_needs(study):
    arms = arms_of("05_low_data", study)
    patients = patients_of(arms).set_index("level")["patients"]

    def skill(arm):
        name, level = arm
        used = patients[level] * (4 if name == "in-domain" else 1)
        return 0.5 * np.log2(used + 1)

    table = label_efficiency_of(
        arms, scored(study, arms, skill), auroc("covid19"), "in-domain", "random"
    )
    middle = table[table["trained"] == patients[0.1]].iloc[0]
    assert middle["estimate"] / middle["trained"] == pytest.approx(4, rel=0.35)
    said = label_efficiency_table(table)
    assert said["training patients"].tolist() == table["trained"].tolist()
    needed = said.iloc[:, -1]
    assert needed.iloc[-1].startswith(f"more than {patients[1]} [")
    assert needed.iloc[2].startswith(f"{middle['estimate']:.0f} [")
    assert "AUROC of COVID-19 vs rest" in said


def test_bounds_of_patients_needed_stay_bounds():
    row = {"name": "a", "trained": 36, "reached": 0.8, "against": "b", "metric": "AUROC"}
    row |= {"smallest": 10, "largest": 1360, "level": 0.9}
    ends = pd.DataFrame({"estimate": [10.0, 50.2, np.inf], "low": [10, 10, 400.4], "high": np.inf})
    said = label_efficiency_table(ends.assign(**row))
    assert said["patients needed [90 %]"].tolist() == [
        "at most 10 [at most 10, more than 1,360]",
        "50 [at most 10, more than 1,360]",
        "more than 1,360 [400, more than 1,360]",
    ]
    assert label_efficiency_table(ends.iloc[:0]).empty


def test_lesions_of_a_size_are_larger_where_the_image_has_more_pixels(study):
    table = lesion_extents(arms_of("03_resolution", study)).set_index("size")
    assert table.index.tolist() == ["small", "middle", "large"]
    sides = [float(text.removesuffix(" px")) for text in table.loc["middle"].drop("images")]
    assert sides == sorted(sides)
    assert sides[-1] / sides[0] == pytest.approx(4, rel=0.05)
    assert table["images"].max() - table["images"].min() <= 1


def test_each_size_of_lesion_is_told_from_all_without(study, monkeypatch):
    role = study.cohort.role("target")
    covid = role.truth[:, role.labels.index("covid19")] == 1
    ids = role.table["id"][covid & (role.table["split"] == "test")]
    areas = pd.Series(np.arange(len(ids), dtype=float), index=ids.to_list())
    monkeypatch.setattr(levels, "lesion_areas", lambda role, label: areas)
    arms = [(1, "same steps"), (2, "same steps"), (2, "same computation")]
    scores = scored(study, arms, lambda arm: 1.0)
    large = areas.index[areas >= areas.quantile(2 / 3)]
    scores.loc[scores["id"].isin(large), "score_covid19"] += 20
    table = by_lesion_size(study, scores, auroc("covid19")).set_index("arm")
    assert set(table.index) == {(f, f"{s} lesions") for f in (1, 2) for s in levels.SIZES}
    assert table["estimate"].loc[[(1, "large lesions")]].item() > 0.99
    assert table["estimate"].loc[[(1, "small lesions")]].item() < 0.9


def test_where_lesions_are_not_known_nothing_is_said(study, monkeypatch):
    monkeypatch.setattr(levels, "lesion_areas", lambda role, label: pd.Series(dtype=float))
    assert lesion_extents(arms_of("03_resolution", study)).empty
    assert by_lesion_size(study, pd.DataFrame(), auroc("covid19")).empty


def test_sizes_of_lesions_divide_the_maps(small, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)  # the small study has few
    everything = attention(small.arms.only(["control"]))
    table = attention_by_size(small.study, everything, "energy_lesion")
    uniform = table[table["arm"].str.startswith("uniform")]["estimate"]
    assert uniform.is_monotonic_increasing
    assert table["arm"].iloc[0] == "control, small lesions"
