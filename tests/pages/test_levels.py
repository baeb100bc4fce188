"""Levels: what arms of factors are in steps, pixels and patients."""

from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.pages.levels import (
    at_equal_passes,
    at_equal_steps,
    mixup_levels,
    own_disease,
    resolution_levels,
    source_budgets,
    source_doses,
    strengths,
)
from cxrstudy.statistics import auroc, estimates, made_scores
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study
from tests.support.some import some


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
    for factor in some(study.levels.resolutions):
        stages = arms[factor, "own weights"].stages
        assert {stage.pixels for stage in stages} == {round(64 * factor)}
        assert arms[factor, "same steps"].stages[0].pixels == 64
    assert arms[1, "own weights"] == arms[1, "same steps"]


def test_resolutions_are_told_in_pixels_steps_and_computation(study):
    table = resolution_levels(arms_of("03_resolution", study)).set_index(["factor", "fixed"])
    assert table.loc[("2", "same steps"), ["pixels", "computation"]].tolist() == [128, "4.00"]
    same = table.xs("same computation", level="fixed")["computation"].astype(float)
    assert same.between(0.9, 1.1).all()


def test_computation_is_told_of_arms_that_begin_with_the_stage_on_the_target(study):
    start, target = study.start("resnet10t"), study.stage("target")
    chains = {(1, "alone"): start >> target, (2, "alone"): start >> target.but(pixels=128)}
    table = resolution_levels(study.arms(chains))
    assert table["computation"].tolist() == ["1.00", "4.00"]


def test_mixup_is_told_in_alpha_and_steps(study):
    table = mixup_levels(arms_of("04_mixup", study))
    steps = table.groupby("length")["steps"].unique()
    assert steps["1 × steps"].tolist() == [2 * steps["0.5 × steps"][0]]
    assert sorted(table["alpha"].unique()) == ["0", "0.1", "0.2", "0.4"]
    assert table["repeat"].tolist()[-2:] == ["1", "2"]
    assert (table["images seen"] == 32 * table["steps"]).all()


def test_of_a_chain_the_last_stage_is_told():
    first, second, last = (
        SimpleNamespace(steps=steps, pixels=64, learning_rate=0.001) for steps in (10, 20, 40)
    )
    arms = {
        (1, "base"): SimpleNamespace(stages=[first, second, last]),
        (2, "long"): SimpleNamespace(stages=[first, second, last]),
    }
    table = resolution_levels(arms)
    assert table["steps"].tolist() == [40, 40]
    assert table["computation"].tolist() == ["1.00", "1.00"]


def test_lengths_of_training_are_named_by_their_steps(study):
    steps = study.stage("target").steps
    assert strengths(study).names == {0.5: f"{steps // 2} steps", 1: f"{steps} steps"}


def test_every_arm_is_estimated_on_what_it_is_tested_on():
    made = made_scores(["one", "other"])
    asked = {"other": ("target", auroc("normal")), "one": ("target", auroc("covid19"))}
    each = [
        estimates(made[made["arm"] == arm], metric, role) for arm, (role, metric) in asked.items()
    ]
    expected = pd.concat(each, ignore_index=True)
    assert expected["arm"].tolist() == ["other", "one"]
    by_disease = expected.assign(arm=["normal", "COVID-19"])
    pd.testing.assert_frame_equal(own_disease(made, asked), by_disease)
