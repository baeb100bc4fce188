"""Method comparison: a network that sees the marker is told from one that sees the lesion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cxrstudy.explain.method_comparison import (
    COMPARED,
    EVEN_TITLE,
    MEASURES,
    compared,
    correlation,
    measures,
    methods_table,
)
from cxrstudy.explain.methods import METHODS
from tests.support.seeing import LESION, MARKER, SIDE, made_world, network
from tests.support.some import some

MAPS = arrays(np.float32, (2, 3, 3), elements=st.integers(-50, 50).map(float))


@given(MAPS, MAPS)
def test_correlation_is_pearsons_where_maps_vary(one, other):
    found = correlation(one, other)
    for number in range(2):
        varies = np.ptp(one[number]) > 0, np.ptp(other[number]) > 0
        if all(varies):
            expected = np.corrcoef(one[number].ravel(), other[number].ravel())[0, 1]
            assert found[number] == pytest.approx(expected, abs=1e-6)
        else:
            assert found[number] == float(not any(varies))


@pytest.fixture
def one_layer(monkeypatch):
    monkeypatch.setattr(
        "cxrstudy.explain.method_comparison.pointing_layer", lambda model, pixels: "cells"
    )


@pytest.mark.usefixtures("one_layer")
def test_a_network_that_sees_the_marker_has_maps_on_it_that_change_without_it():
    images, twins, _, _ = made_world()
    marker = np.zeros((4, SIDE, SIDE), bool)
    marker[(slice(None), *MARKER)] = True
    of_marker = measures(network(MARKER), "covid19", images, twins, marker)
    of_lesion = measures(network(LESION), "covid19", images, twins, marker)
    everywhere = network((slice(0, SIDE), slice(0, SIDE)))
    of_both = measures(everywhere, "covid19", images, twins, marker)
    assert of_lesion["even_marker"] == pytest.approx(marker.mean((1, 2)))
    for name in some(COMPARED):
        assert (of_marker[f"{name}_marker"] > of_lesion[f"{name}_marker"] + 0.3).all(), name
        assert (of_lesion[f"{name}_alike"] > 0.95).all(), name
        assert (of_lesion[f"{name}_alike"] > of_both[f"{name}_alike"] + 0.05).all(), name


@pytest.mark.usefixtures("one_layer")
def test_cells_of_a_map_may_be_wider_than_high() -> None:
    images, twins, _, _ = made_world()
    marker = np.zeros((4, SIDE, SIDE), bool)
    marker[(slice(None), *MARKER)] = True
    found = measures(network(MARKER, (4, 8)), "covid19", images, twins, marker)
    for name in some(COMPARED):
        assert found[f"{name}_agreement"] == pytest.approx(np.ones(4)), name


def test_the_table_has_every_method_and_measure(small, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)
    looked = compared(small.arms.only(["control"]), most=3)
    assert len(looked) == 2 * 3
    table = methods_table(looked)
    assert set(table["map"]) == {EVEN_TITLE, *(METHODS[name].title for name in COMPARED)}
    assert len(table) == len(COMPARED) * len(MEASURES) + 1
    assert table.loc[table["map"] == EVEN_TITLE, "measure"].tolist() == [MEASURES["marker"]]
    shares = looked[[f"score_{name}_marker" for name in COMPARED]].to_numpy()
    assert shares.min() >= 0
    assert shares.max() <= 1
