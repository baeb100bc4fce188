"""Cells: maps are averages between centres."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cxrstudy.explain import Cells, upsample
from cxrstudy.explain.cells import Axis, interpolation
from tests.support.draws import draws


@given(
    first=st.floats(-8, 24), step=st.floats(0.5, 32), count=st.integers(1, 12),
    pixels=st.integers(1, 64),
)  # fmt: skip
def test_interpolation_is_an_average_and_keeps_places(
    first: float, step: float, count: int, pixels: int
) -> None:
    weights = interpolation(Axis(first, step), count, pixels)
    assert weights.shape == (pixels, count)
    assert (weights >= -1e-6).all()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-5)
    # A map that is the place of its own cells becomes the place of each pixel between the centres.
    place = weights @ (first + step * np.arange(count))
    wanted = np.clip(np.arange(pixels) + 0.5, first, first + step * (count - 1))
    np.testing.assert_allclose(place, wanted, atol=1e-3)


@draws(20)
@given(side=st.integers(2, 9), factor=st.integers(1, 8), seed=st.integers(0, 99))
def test_an_even_division_is_torchs_bilinear(side: int, factor: int, seed: int) -> None:
    maps = np.random.default_rng(seed).random((2, side, side)).astype(np.float32)
    pixels = side * factor
    shown = torch.from_numpy(maps)[:, None]
    large = functional.interpolate(shown, (pixels, pixels), mode="bilinear")[:, 0]
    found = upsample(maps, pixels, Cells.even((side, side), pixels))
    np.testing.assert_allclose(found, large.numpy(), atol=1e-5)
