"""Deletion and insertion on a network whose score is known for every share of the pixels."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from cxrstudy.explain import ExplainError, curves, faithfulness
from cxrstudy.explain.faithfulness import Filling, shuffled
from tests.support.networks import noise


class Brightness(nn.Module):
    """One logit: the mean of the left half, times ten."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(10.0))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        half = images.shape[-1] // 2
        logits: torch.Tensor = self.factor * images[..., :half].mean((1, 2, 3))[:, None]
        return logits


def left_bright() -> NDArray[np.float32]:
    images = np.full((2, 1, 8, 8), -1.0, np.float32)
    images[..., :4] = 1
    return images


def test_known_curve() -> None:
    # The left half goes first: after half of the pixels the mean grey (0) is all there is.
    images, model = left_bright(), Brightness()
    maps = (images[:, 0] > 0).astype(np.float32)
    found = curves(model, images, maps, 0, "binary", steps=4, filling="mean")
    logits = np.array([10, 5, 0, 0, 0])
    expected = 1 / (1 + np.exp(-logits))
    np.testing.assert_allclose(found.deletion, np.stack([expected] * 2), rtol=1e-5)
    np.testing.assert_allclose(
        found.insertion, np.stack([expected[[2, 1, 0, 0, 0]]] * 2), rtol=1e-5
    )
    area = ((expected[1:] + expected[:-1]) / 2).mean()
    np.testing.assert_allclose(found.areas["deletion"], area, rtol=1e-5)
    np.testing.assert_array_equal(found.shares, [0, 0.25, 0.5, 0.75, 1])


def test_ends_are_the_image_and_the_filling() -> None:
    images, model = noise(3, 16).numpy(), Brightness()
    found = curves(model, images, images[:, 0].clip(0), 0, "multilabel", steps=5)
    np.testing.assert_allclose(found.deletion[:, 0], found.insertion[:, -1], rtol=1e-6)
    np.testing.assert_allclose(found.deletion[:, -1], found.insertion[:, 0], rtol=1e-6)


@pytest.mark.parametrize("filling", ["blur", "mean"])
def test_an_image_is_filled_by_nothing_of_another(filling: Filling) -> None:
    images, model = noise(3, 16).numpy(), Brightness()
    maps = images[:, 0].clip(0)
    together = curves(model, images, maps, 0, "binary", steps=1, filling=filling).deletion[:, -1]
    alone = [
        curves(model, one[None], maps[:1], 0, "binary", steps=1, filling=filling).deletion[0, -1]
        for one in images
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_a_true_map_beats_a_random_order_and_a_false_one_does_not() -> None:
    images, model = np.repeat(left_bright(), 20, 0), Brightness()
    true = (images[:, 0] > 0).astype(np.float32)
    good = faithfulness(model, images, true, 0, "binary", filling="mean").mean()
    assert good["deletion"] < good["random_deletion"] - 0.02
    assert good["insertion"] > good["random_insertion"] + 0.02
    bad = faithfulness(model, images, 1 - true, 0, "binary", filling="mean").mean()
    assert bad["deletion"] > bad["random_deletion"] + 0.02


def test_ties_go_in_random_order_not_from_top_to_bottom() -> None:
    images = np.full((40, 1, 8, 8), 1.0, np.float32)
    images[:, :, 4:] = -1
    blank = np.zeros((40, 8, 8), np.float32)
    found = curves(Brightness(), images, blank, 0, "binary", steps=2, filling="mean")
    np.testing.assert_allclose(found.deletion.mean(0), 0.5, atol=0.1)


def test_shuffling_keeps_the_cells() -> None:
    maps = np.random.default_rng(0).random((3, 4, 4)).astype(np.float32)
    made = shuffled(maps, 0)
    np.testing.assert_array_equal(np.sort(made.reshape(3, -1)), np.sort(maps.reshape(3, -1)))
    assert (made != maps).any((1, 2)).all()
    assert np.array_equal(shuffled(maps, 0), made)
    assert not np.array_equal(shuffled(maps, 1), made)
    assert len(np.unique(shuffled(np.zeros((1, 4, 4), np.float32), 0))) == 16


def test_model_is_left_alone() -> None:
    model = Brightness().train()
    curves(model, left_bright(), left_bright()[:, 0].clip(0), 0, "binary", steps=1)
    assert model.training
    assert model.factor.requires_grad


def test_errors() -> None:
    images = left_bright()
    maps = np.zeros((2, *images.shape[-2:]), np.float32)
    with pytest.raises(ExplainError, match="with a map each"):
        curves(Brightness(), images, maps[:1], 0, "binary")
    with pytest.raises(ExplainError, match="'blur' or 'mean'"):
        curves(Brightness(), images, maps, 0, "binary", filling="noise")  # type: ignore[arg-type]
    with pytest.raises(ExplainError, match="no label 1"):
        curves(Brightness(), images, maps, 1, "binary")
