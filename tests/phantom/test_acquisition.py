"""The image chain against known physics."""

import numpy as np
import pytest

from cxrstudy.phantom.acquisition import SITES, _enlarge, _reduce, acquire, expose, transmission
from cxrstudy.phantom.attenuation import CORTICAL_BONE, MU_SOFT, SOFT_TISSUE


def slab(value, n=64):
    return np.full((n, n), value, dtype=np.float32)


def test_beer_lambert_for_a_slab_of_tissue():
    primary, depth = transmission(slab(10.0), slab(0.0), slab(0.0))
    assert primary[0, 0] == pytest.approx(np.exp(-2.17088), rel=1e-4)
    assert depth[0, 0] == pytest.approx(10 * MU_SOFT, rel=1e-6)


def test_bone_replaces_the_tissue_in_its_place():
    _, depth = transmission(slab(10.0), slab(2.0), slab(0.0))
    expected = 8 * SOFT_TISSUE.linear + 2 * CORTICAL_BONE.linear
    assert depth[0, 0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("counts", [200.0, 1e4])
def test_noise_has_poissons_variance(counts):
    noisy = expose(slab(0.5, 256), counts, np.random.default_rng(0)) * counts
    assert noisy.mean() == pytest.approx(0.5 * counts, rel=0.01)
    assert noisy.var() == pytest.approx(0.5 * counts, rel=0.03)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("view", ["PA", "AP"])
def test_thicker_tissue_is_brighter(site, view):
    x = np.linspace(-1, 1, 128, dtype=np.float32)
    soft = np.broadcast_to(14 + 6 * x, (128, 128)).astype(np.float32)
    zero = np.zeros_like(soft)
    image = acquire(soft, zero, zero, SITES[site], view, np.random.default_rng(1))
    assert image.dtype == np.uint8
    assert image.shape == (128, 128)
    profile = image[30:100].mean(axis=0)
    assert profile[100] > profile[64] > profile[28]


def test_the_same_stream_takes_the_same_image():
    soft = np.abs(np.random.default_rng(0).normal(10, 2, (64, 64))).astype(np.float32)
    zero = np.zeros_like(soft)
    first, second = (
        acquire(soft, zero, zero, SITES["birch"], "PA", np.random.default_rng(5)) for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize("n", [48, 64, 96, 150, 256])
def test_the_coarse_grid_keeps_means_and_slopes(n):
    ramp = np.broadcast_to(np.linspace(0, 1, n, dtype=np.float32), (n, n)).copy()
    coarse = _reduce(ramp)
    assert coarse.mean() == pytest.approx(0.5, abs=0.01)
    assert np.abs(_enlarge(coarse, n) - ramp).max() < 0.03
