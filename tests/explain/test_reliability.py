"""Trust: sanity, faithfulness and stability of one network's maps, with intervals."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.explain import reliability
from cxrstudy.explain.reliability import between, between_seeds, faithful, sanity, steady, subject


@pytest.fixture(autouse=True)
def few_patients_are_enough(monkeypatch):
    """Say that two patients are enough: the small study has few, and these tests are about maps."""
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)


@pytest.fixture(scope="module")
def control(small):
    return subject(small.arms, "control", most=5)


def test_a_map_is_like_itself_until_weights_are_made_random(control):
    table = sanity(control)
    assert table["depth"].tolist() == list(range(len(table)))
    assert table["estimate"].iloc[0] == pytest.approx(1.0)
    assert table["estimate"].iloc[-1] < 0.9
    assert (table["images"] == 5).all()


def test_means_are_known_ones_with_intervals_over_patients_and_leave_out_what_is_not_known():
    spread = np.random.default_rng(0).normal(size=50)
    patient = np.repeat(np.arange(50), 4).astype(str)
    table = pd.DataFrame({"patient": patient, "alike": np.repeat(spread, 4)})
    # Four alike images of a patient say no more than one.
    one = reliability._means(table.iloc[::4], ["alike"]).iloc[0]
    four = reliability._means(table, ["alike"]).iloc[0]
    assert four["estimate"] == pytest.approx(spread.mean())
    assert four["high"] - four["low"] == pytest.approx(one["high"] - one["low"])
    assert (four["patients"], four["images"]) == (50, 200)
    table.loc[:3, "alike"] = np.nan
    known = reliability._means(table, ["alike"]).iloc[0]
    assert known["estimate"] == pytest.approx(spread[1:].mean())
    assert (known["patients"], known["images"]) == (49, 196)


def test_a_network_s_maps_are_those_of_itself_and_not_of_another(small, control):
    assert between(control, control)["estimate"].tolist() == pytest.approx([1.0, 1.0])
    other = subject(small.arms, "control", seed=1, most=5)
    assert (between(control, other)["estimate"] < 0.99).all()


def test_differences_to_a_random_order_are_those_of_the_areas(control):
    table = faithful(control).set_index("metric")["estimate"]
    for area in ("deletion", "insertion"):
        difference = table[area] - table[f"random_{area}"]
        assert table[f"{area} − random"] == pytest.approx(difference)
        assert 0 <= table[area] <= 1


def test_stability_is_a_similarity(control):
    table = steady(control)
    assert table["metric"].tolist() == ["spearman", "ssim"]
    assert table["estimate"].between(-1, 1).all()
    assert (table["low"] <= table["estimate"]).all()


def test_trainings_that_differ_in_the_seed_are_compared_with_the_first(small):
    table = between_seeds(small.arms, "control")
    assert table["seed"].tolist() == [1, 1]
    first, other = (subject(small.arms, "control", seed=seed) for seed in (0, 1))
    expected = between(first, other)["estimate"].tolist()
    assert table["estimate"].tolist() == pytest.approx(expected)
