"""Local contrast: a blur is the Gaussian that it says, and no product with almost nothing."""

import numpy as np
import pytest
from scipy.stats import norm

from cxrstudy.audit import local_contrast

SCALES = [0.5, 0.7, 1.0, 2.0, 4.0, 20.0]


@pytest.mark.parametrize("scale", SCALES)
def test_a_blur_is_a_gaussian_of_its_scale_normed_at_the_edges(scale):
    image = np.random.default_rng(0).integers(0, 256, (2, 64, 64)).astype(np.float32)
    at = np.arange(64)
    weights = norm.pdf(at[:, None], at, scale)
    weights /= weights.sum(1, keepdims=True)
    expected = weights @ image.astype(np.float64) @ weights.T
    np.testing.assert_allclose(local_contrast.blur(image, scale), expected, atol=1e-3)


@pytest.mark.parametrize("scale", SCALES)
def test_no_weight_is_a_subnormal_number_which_processors_are_slow_at(scale):
    weights = local_contrast._weights(scale)
    assert not ((weights > 0) & (weights < np.finfo(np.float32).tiny)).any()


def test_images_that_differ_in_exposure_have_nearly_the_same_local_contrast():
    image = np.random.default_rng(1).integers(60, 190, (1, 64, 64)).astype(np.float32)
    one, other = (
        local_contrast.local_contrast(np.rint(gain * image).astype(np.uint8), 4.0)
        for gain in (1.0, 0.7)
    )
    assert np.abs(one - other).max() < 0.1
