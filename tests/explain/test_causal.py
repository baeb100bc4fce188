"""Causal: effects of causes that are known, and maps that rank them or do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.explain import ExplainError
from cxrstudy.explain.causal import (
    MEASURES,
    agreement,
    effects_by_cell,
    effects_table,
    interventions,
    measures,
)
from cxrstudy.statistics import estimates, mean
from tests.support.seeing import LESION, MARKER, made_world, network


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**16))
def test_effects_of_a_linear_score_are_the_weighted_differences_of_each_cell(rows, columns, seed):
    random = np.random.default_rng(seed)
    images, bare = random.integers(0, 256, (2, 3, 8, 8), dtype=np.uint8)
    weights = random.normal(size=(8, 8))

    def score(squares):
        return (squares * weights).sum((1, 2))

    effects = effects_by_cell(score, images, bare, (rows, columns))
    difference = weights * (images.astype(float) - bare)
    assert effects.sum((1, 2)) == pytest.approx(difference.sum((1, 2)), rel=1e-3, abs=0.1)
    if (rows, columns) == (8, 8):
        np.testing.assert_allclose(effects, difference, rtol=1e-3, atol=1e-3)


def test_images_of_other_shapes_and_cells_smaller_than_pixels_are_refused():
    images = np.zeros((2, 8, 8), np.uint8)
    for bare, cells in ((images[:1], (2, 2)), (images, (9, 2)), (images[0], (2, 2))):
        with pytest.raises(ExplainError, match="must be \\(n, side, side\\)"):
            effects_by_cell(lambda squares: np.zeros(len(squares)), images, bare, cells)


def test_agreement_is_of_ranks_and_nothing_where_nothing_is_ranked():
    effects = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    assert agreement(effects**3, effects) == pytest.approx(1)
    assert agreement(-effects, effects) == pytest.approx(-1)
    flat = np.ones_like(effects)
    for pair in ((flat, effects), (effects, flat), (flat, flat)):
        assert agreement(*pair).tolist() == [0.0]


@pytest.fixture
def world():
    return made_world()


@pytest.fixture(autouse=True)
def one_layer(monkeypatch):
    monkeypatch.setattr("cxrstudy.explain.causal.pointing_layer", lambda model, pixels: "cells")


def test_a_network_that_sees_the_lesion_loses_its_score_with_it_and_its_map_says_so(world):
    found = measures(network(LESION), "covid19", *world)
    assert set(found) == set(MEASURES)
    assert (found["change_without_lesion"] < -0.2).all()
    assert (found["change_elsewhere"] < -0.2).all()  # it looks at one place only
    assert found["change_without_marker"] == pytest.approx(0, abs=1e-6)
    assert (found["agreement"] > 0.8).all()
    assert (found["agreement_lesions"] > 0.8).all()
    assert found["agreement_lungs"].tolist() == [0.0] * 4  # everywhere is no ranking


def test_a_network_that_sees_the_marker_is_found_out(world):
    found = measures(network(MARKER), "covid19", *world)
    assert found["change_without_lesion"] == pytest.approx(0, abs=1e-6)
    assert (found["change_without_marker"] < -0.2).all()
    assert (found["agreement"] > 0.9).all()  # its map is honest
    assert (found["agreement_lesions"] < 0.1).all()  # and not of the lesion


def test_a_map_that_points_where_nothing_matters_does_not_agree(world, monkeypatch):
    wrong = np.zeros((4, 8, 8), np.float32)
    wrong[:, 6:, :2] = 1
    monkeypatch.setattr("cxrstudy.explain.causal.heatmaps", lambda *asked, **more: wrong)
    assert (measures(network(LESION), "covid19", *world)["agreement"] < 0.1).all()


def test_a_map_follows_a_lesion_that_is_moved(world):
    everywhere = network((slice(0, 32), slice(0, 32)))
    assert (measures(everywhere, "covid19", *world)["followed"] > 0.2).all()
    fixed = measures(network(LESION), "covid19", *world)["followed"]
    assert fixed == pytest.approx(0, abs=1e-3)


def test_changes_of_trained_networks_are_a_table_that_statistics_take(small, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)
    table = interventions(small.arms.only(["control"]), most=6)
    assert len(table) == 2 * 6
    found = estimates(table, mean("change_without_lesion", (-1, 1)), replicates=100).iloc[0]
    scores = small.arms.only(["control"]).scores()
    assert found["estimate"] == pytest.approx(table["score_change_without_lesion"].mean())
    assert set(table["id"]) <= set(scores["id"])
    assert table.filter(regex="score_agreement(_lungs|_lesions)?$").abs().to_numpy().max() <= 1
    shown = effects_table(table)
    assert shown["measure"].tolist() == list(MEASURES.values())
    assert shown["estimate"].iloc[0] == pytest.approx(found["estimate"])
