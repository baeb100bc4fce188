"""Baselines: masks drawn with the cells of a map, as fairly as the map itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.explain import LESIONS, LUNGS, Cells, as_map, baselines, energy, upsample


@pytest.mark.parametrize("cells", [(8, 8), (7, 7), (4, 8)])
def test_a_mask_as_a_map_is_the_share_of_each_cell_enlarged_as_a_map(cells):
    masks = np.random.default_rng(0).random((3, 56, 56)) < 0.4
    rows, columns = 56 // cells[0], 56 // cells[1]
    shares = masks.reshape(3, cells[0], rows, cells[1], columns).mean((2, 4)).astype(np.float32)
    expected = upsample(shares, 56, Cells.even(cells, 56))
    np.testing.assert_allclose(as_map(masks, cells), expected, atol=1e-6)


def test_sharp_borders_are_an_advantage_that_is_gone_with_the_cells_of_a_map():
    disc = np.add.outer(*[(np.arange(64) - 30.3) ** 2] * 2)[None] < 100
    sharp = energy(disc.astype(np.float32), disc)[0]
    fine, coarse = (energy(as_map(disc, (side, side)), disc)[0] for side in (32, 8))
    assert sharp == 1
    assert 0.3 < coarse < fine < sharp


@given(st.integers(1, 16), st.integers(1, 16), st.integers(0, 2**16))
def test_a_drawn_mask_is_a_share_and_an_even_one_stays_even(rows, columns, seed):
    masks = np.random.default_rng(seed).random((2, 16, 16)) < 0.5
    drawn = as_map(masks, (rows, columns))
    assert drawn.shape == masks.shape
    assert drawn.min() >= 0
    assert drawn.max() <= 1 + 1e-6
    np.testing.assert_allclose(as_map(np.ones_like(masks), (rows, columns)), 1, atol=1e-6)


def test_lesions_are_drawn_where_they_are_known():
    lungs = np.zeros((1, 32, 32), bool)
    lungs[:, 8:24, 4:28] = True
    assert list(baselines(lungs, (8, 8))) == ["uniform", "centre blob", LUNGS]
    lesions = lungs & (np.arange(32) < 16)
    maps = baselines(lungs, (8, 8), lesions)
    np.testing.assert_array_equal(maps[LESIONS], as_map(lesions, (8, 8)))
    assert energy(maps[LESIONS], lesions)[0] > energy(maps[LUNGS], lesions)[0]
