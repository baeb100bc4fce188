"""Similarity against scipy's and scikit-image's own, and at the edges."""

import numpy as np
import pytest
from scipy import stats

from cxrstudy.explain import ExplainError, relative, spearman, ssim

RANDOM = np.random.default_rng(0)
FIRST = RANDOM.random((4, 16, 16)).astype(np.float32)
SECOND = (FIRST + 0.7 * RANDOM.random((4, 16, 16))).astype(np.float32)


def test_spearman_is_scipy_s() -> None:
    tied = np.round(SECOND, 1)
    expected = [
        stats.spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(FIRST, tied, strict=True)
    ]
    np.testing.assert_allclose(spearman(FIRST, tied), expected, rtol=1e-12)


def test_ssim_is_scikit_image_s() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    expected = [
        metrics.structural_similarity(a.astype(float), b.astype(float), data_range=1.0)
        for a, b in zip(relative(FIRST), relative(SECOND), strict=True)
    ]
    np.testing.assert_allclose(ssim(FIRST, SECOND), expected, rtol=1e-9)


def test_the_same_map_at_another_scale_is_the_same() -> None:
    np.testing.assert_allclose(spearman(FIRST, 4 * FIRST), 1)
    np.testing.assert_allclose(ssim(FIRST, 4 * FIRST), 1)
    np.testing.assert_allclose(spearman(FIRST, -FIRST), -1)


def test_blank_maps() -> None:
    blank = np.zeros_like(FIRST)
    assert (spearman(blank, blank) == 1).all()
    assert (spearman(blank, FIRST) == 0).all()
    np.testing.assert_allclose(ssim(blank, blank), 1)
    assert (ssim(blank, FIRST) < 0.1).all()


def test_errors() -> None:
    with pytest.raises(ExplainError, match="of one size"):
        spearman(FIRST, FIRST[:, 1:])
    with pytest.raises(ExplainError, match="upsample"):
        ssim(FIRST[:, :4, :4], FIRST[:, :4, :4])
