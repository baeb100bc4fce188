"""Trust: sanity, faithfulness and stability of one network's maps, with intervals."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cxrstudy.explain import cells_of, faithfulness, heatmaps, layer_names, reliability
from cxrstudy.explain.reliability import (
    Subject,
    between,
    between_seeds,
    faithful,
    sanity,
    steady,
    subject,
)


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
    assert (table["patients"] == len(set(control.patients))).all()


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


def test_areas_are_those_of_maps_of_the_label_and_at_the_layer_that_are_asked_about(
    control: Subject,
) -> None:
    model, network = control.network.model, control.network
    layer, *_, default = layer_names(model)
    assert layer != default
    few, patients = control.images[:2], np.array(["a", "b"])
    one = replace(control, label="normal", layer=layer, images=few, patients=patients)
    output = network.labels.index("normal")
    maps, cells = heatmaps(model, few, output, layer=layer), cells_of(model, layer, network.pixels)
    expected = faithfulness(model, few.numpy(), maps, output, network.task, cells=cells)
    found = faithful(one).set_index("metric")["estimate"]
    for area in ("deletion", "insertion"):
        assert found[area] == pytest.approx(expected[area].mean())


def test_stability_is_a_similarity(control):
    table = steady(control)
    assert table["metric"].tolist() == ["spearman", "ssim"]
    assert table["estimate"].between(-1, 1).all()
    assert (table["low"] <= table["estimate"]).all()


@pytest.mark.parametrize("measure", [sanity, steady])
def test_maps_are_those_of_the_label_that_is_asked_about(
    control: Subject, measure: Callable[[Subject], pd.DataFrame]
) -> None:
    few = replace(control, images=control.images[:2], patients=control.patients[:2])
    found = [measure(replace(few, label=label))["estimate"] for label in ("covid19", "normal")]
    assert (found[0].iloc[1:] != found[1].iloc[1:]).all()


def test_trainings_that_differ_in_the_seed_are_compared_with_the_first(small):
    table = between_seeds(small.arms, "control")
    assert table["seed"].tolist() == [1, 1]
    first, other = (subject(small.arms, "control", seed=seed) for seed in (0, 1))
    expected = between(first, other)["estimate"].tolist()
    assert table["estimate"].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("seeds", [1, 3])
def test_every_further_seed_is_compared_with_the_first(
    monkeypatch: pytest.MonkeyPatch, seeds: int
) -> None:
    def between(first: int, other: int) -> pd.DataFrame:
        return pd.DataFrame({"metric": ["spearman", "ssim"], "estimate": [first, other]})

    monkeypatch.setattr(reliability, "subject", lambda arms, arm, label, seed=0: seed)
    monkeypatch.setattr(reliability, "between", between)
    arms: Any = SimpleNamespace(study=SimpleNamespace(seeds=seeds))
    rows = between_seeds(arms, "control").to_dict("list")
    expected = {
        1: {"seed": []},
        3: {"metric": ["spearman", "ssim"] * 2, "estimate": [0, 1, 0, 2], "seed": [1, 1, 2, 2]},
    }
    assert rows == expected[seeds]
    assert between_seeds(arms, "control").index.tolist() == list(range(len(rows["seed"])))
