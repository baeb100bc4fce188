"""Simulation: intervals, p values and power are right as often as they say."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics.power import VarianceComponents, minimum_detectable_difference, power
from cxrstudy.statistics.simulation import World, exact, first_order, simulate

TABLE = Path(__file__).parents[2] / "benchmarks" / "intervals.csv"


def test_the_truth_of_a_world_is_that_of_a_very_large_study():
    world = World(patients=20_000, seeds=20, spread=0.6, images=2, gain=0.5, prevalence=0.3)
    study = world.study(np.random.default_rng(0), replicates=1)
    for arm in "ab":
        areas = [roc_auc_score(one.truth[:, 0], one.scores[:, 0]) for one in study.arms[arm]]
        error = np.std(areas) / np.sqrt(20)
        assert np.mean(areas) == pytest.approx(world.truth(arm), abs=4 * error)


def test_a_world_with_a_difference_has_it():
    world = World(patients=80, seeds=3, spread=1.0).with_difference(0.07)
    assert world.truth("b") - world.truth("a") == pytest.approx(0.07)
    assert world.truth("a") == pytest.approx(norm.cdf(1 / np.sqrt(5)))


@pytest.mark.parametrize("patients", [80, 800])
def test_to_the_first_order_draws_are_nearly_those_of_the_study(patients):
    study = World(patients, seeds=3, spread=0.3, images=3).study(np.random.default_rng(1), 400)
    one, other = exact(study), first_order(study)
    for arm in "ab":
        np.testing.assert_allclose(other.by_seed[arm], one.by_seed[arm])
        gap = np.sqrt(((other.draws[arm] - one.draws[arm]) ** 2).mean())
        assert gap < 3 / np.sqrt(patients) * one.draws[arm].std()
    errors = [found.difference("b", "a").standard_error for found in (one, other)]
    assert errors[0] == pytest.approx(errors[1], rel=2 / np.sqrt(patients))


def test_the_variance_of_one_seed_has_no_parts():
    found = simulate(World(80, 1, 0.0), studies=2, replicates=50, seed=0)
    assert np.isnan(found[["seed", "patient", "residual"]].to_numpy()).all()


def test_the_variance_of_two_seeds_has_all_parts():
    found = simulate(World(80, 2, 0.3), studies=2, replicates=50, seed=0)
    assert np.isfinite(found[["seed", "patient", "residual"]].to_numpy()).all()


def test_a_patient_has_from_one_to_as_many_images_as_a_world_says():
    study = World(200, 1, 0.0, images=3).study(np.random.default_rng(0), replicates=1)
    assert set(np.bincount(study.patients)) == {1, 2, 3}


WORLDS = [
    World(80, 1, 0.0), World(80, 3, 0.0), World(80, 3, 1.0), World(80, 5, 0.3, images=4),
    World(80, 10, 0.3), World(800, 3, 0.3, images=4), World(800, 5, 0.0), World(800, 5, 1.0),
    World(800, 10, 0.3), World(400, 5, 0.3, prevalence=10 / 400),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_one_null_in_twenty_is_rejected_and_one_interval_in_twenty_misses(world):
    """With 400 studies, a true rate of .05 leaves these bounds less than once in 500 times."""
    found = simulate(world, studies=400, replicates=200, seed=7)
    assert 0.02 <= (found["p"] < 0.05).mean() <= 0.086
    assert 0.914 <= found["arm_covered"].mean() <= 0.985
    assert (found["covered"] == (found["p"] >= 0.05)).all()


@pytest.mark.slow
@pytest.mark.parametrize(("patients", "seeds"), [(80, 5), (800, 3), (800, 10)])
def test_a_study_has_the_power_that_another_of_another_size_plans_for_it(patients, seeds):
    """Components come from 300 patients and 8 seeds."""
    world = World(patients, seeds, spread=0.3)
    pilot = simulate(World(300, 8, 0.3), 100, 200, seed=8)[["seed", "patient", "residual"]].mean()
    parts = VarianceComponents(**pilot.clip(lower=0), rarer=0.5)
    difference = min(0.1, minimum_detectable_difference(parts, seeds, patients))
    found = simulate(world.with_difference(difference), studies=300, replicates=200, seed=9)
    planned = power(parts, difference, seeds, patients)
    assert (found["p"] < 0.05).mean() == pytest.approx(planned, abs=0.09)
    assert found["covered"].mean() >= 0.91
    assert found["equivalent"].mean() <= 0.09


@pytest.fixture(scope="module")
def measured():
    return pd.read_csv(TABLE, dtype={"commit": str})


def test_the_measured_table_is_about_all_sizes(measured):
    usual = measured[(measured["prevalence"] == 0.5) & (measured["seeds"] > 1)]
    found = set(map(tuple, usual[["patients", "seeds", "spread", "images"]].to_numpy().tolist()))
    assert found == set(product((80, 800, 3000), (3, 5, 10, 20), (0, 0.3, 1), (1, 4)))
    assert not usual.duplicated(["patients", "seeds", "spread", "images"]).any()
    assert measured["studies"].min() >= 500
    assert measured["commit"].str.fullmatch("[0-9a-f]{7,}").all()


def test_the_measured_rates_are_those_that_are_promised(measured):
    assert measured["type_1"].between(0.02, 0.07).all()
    assert measured["arm_coverage"].between(0.93, 0.98).all()
    assert measured["coverage"].dropna().between(0.93, 0.98).all()
    assert (measured["equivalence"].dropna() <= 0.07).all()
    planned = measured.dropna(subset=["power"])
    assert ((planned["power"] - planned["planned"]).abs() <= 0.06).all()
