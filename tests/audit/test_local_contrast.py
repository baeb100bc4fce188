"""Local contrast: a blur is the Gaussian that it says; a border is no part of an image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from cxrstudy.audit import local_contrast as module
from cxrstudy.audit.local_contrast import SIDE, frame, local_contrast
from tests.support.audited import scenes

WIDTH = st.integers(0, 16)


@given(WIDTH, WIDTH, WIDTH, WIDTH, st.integers(0, 255), st.sampled_from([1.0, 2.0, 10.0]))
def test_what_is_inside_a_border_does_not_depend_on_it(
    top: int, bottom: int, left: int, right: int, level: int, scale: float
) -> None:
    inside = (slice(top, SIDE - bottom), slice(left, SIDE - right))
    image = scenes(1, np.random.default_rng(0), SIDE)[0]
    contrasts = []
    for border in (0, level):
        shown = np.full((1, SIDE, SIDE), border, np.uint8)
        shown[0][inside] = image[inside]
        edges = [int(edge[0]) for edge in frame(shown)]
        widths = (top, bottom, left, right)
        expected = [width + 1 if width else 0 for width in widths]
        assert [edges[0], SIDE - edges[1], edges[2], SIDE - edges[3]] == expected
        contrasts.append(local_contrast(shown, scale))
    np.testing.assert_array_equal(*contrasts)
    outside = np.ones((SIDE, SIDE), bool)
    outside[inside] = False
    assert not contrasts[0][0][outside].any()


def test_blank_images_have_no_border_and_no_contrast() -> None:
    blank = np.full((2, SIDE, SIDE), 7, np.uint8)
    assert [edge.tolist() for edge in frame(blank)] == [[0, 0], [64, 64], [0, 0], [64, 64]]
    assert np.abs(local_contrast(blank, 2.0)).max() < 1e-3


SCALES = [0.5, 0.7, 1.0, 2.0, 4.0, 20.0]


@pytest.mark.parametrize("scale", SCALES)
def test_a_blur_is_a_gaussian_of_its_scale_normed_at_the_edges(scale):
    image = np.random.default_rng(0).integers(0, 256, (2, 64, 64)).astype(np.float32)
    at = np.arange(64)
    weights = norm.pdf(at[:, None], at, scale)
    weights /= weights.sum(1, keepdims=True)
    expected = weights @ image.astype(np.float64) @ weights.T
    np.testing.assert_allclose(module.blur(image, scale), expected, atol=1e-3)


@pytest.mark.parametrize("scale", SCALES)
def test_no_weight_is_a_subnormal_number_which_processors_are_slow_at(scale):
    weights = module._weights(scale)
    assert not ((weights > 0) & (weights < np.finfo(np.float32).tiny)).any()


def test_images_that_differ_in_exposure_have_nearly_the_same_local_contrast():
    image = np.random.default_rng(1).integers(60, 190, (1, 64, 64)).astype(np.float32)
    one, other = (
        local_contrast(np.rint(gain * image).astype(np.uint8), 4.0) for gain in (1.0, 0.7)
    )
    assert np.abs(one - other).max() < 0.1
