"""A network that moves with its input has maps that do; one that does not, does not."""

import numpy as np
import pytest
import torch

from cxrstudy.explain import ExplainError, stability
from cxrstudy.explain.stability import moved
from tests.support.networks import Flattened, Pooled, noise


def test_moved() -> None:
    image = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    np.testing.assert_array_equal(moved(image, 1, 0)[0], image[0][[0, 0, 1]])
    np.testing.assert_array_equal(moved(image, 0, -2)[0], image[0][:, [2, 3, 3, 3]])
    np.testing.assert_array_equal(moved(moved(image, 1, 0), -1, 0)[0, :2], image[0, :2])


def test_a_convolution_moves_with_the_image() -> None:
    images = noise(3, 32).numpy()
    images[:, :, :6], images[:, :, -6:] = 0, 0
    images[..., :6], images[..., -6:] = 0, 0
    table = stability(Pooled(), images, 1, layer="act")
    assert len(table) == 3 * 8
    np.testing.assert_allclose(table["spearman"], 1, atol=1e-3)
    np.testing.assert_allclose(table["ssim"], 1, atol=1e-3)


def test_a_weight_for_every_cell_does_not() -> None:
    model = Flattened(side=16)
    table = stability(model, noise(3, 16).numpy(), 1, "hirescam", "act", shifts=[(2, 0)])
    assert table["spearman"].mean() < 0.7
    assert table["down"].unique() == [2]


def test_shift_too_far() -> None:
    with pytest.raises(ExplainError, match="half of 8"):
        stability(Pooled(), torch.zeros(1, 1, 8, 8).numpy(), 0, shifts=[(5, 0)])
