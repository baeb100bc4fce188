"""Cells lie where a network looks: by the centroid of squared gradients."""

from typing import Any

import numpy as np
import pytest
import timm
import torch
from torch import nn
from torch.nn import functional

from cxrstudy.explain import ExplainError, cells_of, pointing_layer
from cxrstudy.explain.cells import Axis
from cxrstudy.explain.layers import grid_of
from tests.support.networks import Pooled, family


class Branches(nn.Module):
    """Two branches whose centres are 1 and 0, added; the second one scaled."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale
        # With a bias, the rows that are padded with 0 would make the second branch vary more.
        self.first, self.join = nn.Conv2d(1, 1, 1, bias=False), nn.Identity()
        self.head = nn.Linear(1, 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen = self.first(images)
        one = functional.avg_pool2d(seen, 2)
        other = functional.avg_pool2d(functional.pad(seen, (1, 1, 1, 1)), 2)[..., :32, :32]
        logits: torch.Tensor = self.head(self.join(one + self.scale * other).mean((2, 3)))
        return logits


@pytest.mark.parametrize(("scale", "first"), [(0.0, 1.0), (1.0, 0.5), (1000.0, 0.0)])
def test_branches_count_by_what_they_contribute(scale: float, first: float) -> None:
    assert cells_of(Branches(scale), "join", 64).rows.first == pytest.approx(first, abs=0.05)


def test_branches_that_show_nothing_count_alike() -> None:
    network = Branches(1.0)
    nn.init.zeros_(network.first.weight)
    assert cells_of(network, "join", 64).rows.first == 0.5


def test_tokens_lie_where_their_patches_do() -> None:
    assert cells_of(family("vit_tiny_patch16_224"), None, 64).rows == Axis(8.0, 16.0)


class Lost(Branches):
    """The layer gives out the branch whose centre is 1, put in a line and back in rows."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        one = functional.avg_pool2d(self.first(images), 2)
        again = one.flatten(2).unflatten(2, (32, 32))
        logits: torch.Tensor = self.head(self.join(again).mean((2, 3)))
        return logits


def test_a_tensor_whose_place_was_lost_has_the_cells_of_the_last_one_with_its_grid() -> None:
    assert cells_of(Lost(1.0), "join", 64).rows == Axis(1.0, 2.0)


class Precise(nn.Module):
    """Centres its images itself, and goes on with a higher precision."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 1, 2, 2)
        self.head = nn.Linear(1, 2, dtype=torch.float64)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen = self.first(images - 0.5)
        logits: torch.Tensor = self.head(seen.to(torch.float64).mean((2, 3)))
        return logits


def test_a_network_may_change_its_input_and_its_precision_by_itself() -> None:
    assert cells_of(Precise(), "first", 16).rows == Axis(1.0, 2.0)


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(ExplainError, match="no layer 'nothing'"):
        cells_of(Pooled(), "nothing", 16)


#: Networks of the profiles, at their sides; then one of each kind of stem and of shortcut.
NETWORKS: dict[str, tuple[dict[str, Any], int]] = {
    "resnet10t": ({"channels": (32, 64, 128, 256)}, 64),
    "mobilenetv2_100": ({"pad_type": "same"}, 128),
    "tf_efficientnet_lite0": ({}, 64),
}
MORE: dict[str, tuple[dict[str, Any], int]] = {
    "densenet121": ({}, 64), "resnetv2_50x1_bit": ({}, 64), "resnet18": ({}, 64),
    "resnet50d": ({}, 64), "regnetx_002": ({}, 64), "repvgg_a0": ({}, 64),
    "mobilenetv3_small_100": ({}, 64), "efficientnet_b0": ({}, 64), "convnext_atto": ({}, 64),
    "edgenext_xx_small": ({}, 64), "ghostnet_100": ({}, 64), "vgg11": ({}, 64),
    "xception41": ({}, 96), "swin_tiny_patch4_window7_224": ({"img_size": 64}, 64),
}  # fmt: skip


def distance(name: str, options: dict[str, Any], side: int, seeds: int) -> Any:
    """Cells (down, right) from where a cell is put to the centroid of its squared gradient."""
    place = torch.arange(side) + 0.5
    found = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        model = timm.create_model(name, in_chans=1, num_classes=3, **options).eval()
        layer = pointing_layer(model, side)
        cells = cells_of(model, layer, side)
        kept: list[torch.Tensor] = []
        model.get_submodule(layer).register_forward_hook(
            lambda part, inputs, output, kept=kept: kept.append(output)
        )
        image = torch.randn(1, 1, side, side, requires_grad=True)
        model(image)
        grid = grid_of(model, (side, side))(kept[0])
        mixing = torch.randn(grid.shape[1])
        middle = grid.shape[-1] // 2
        for cell in (middle - 1, middle):
            value = (grid[0, :, cell, cell] * mixing).sum()
            (slope,) = torch.autograd.grad(value, image, retain_graph=True)
            energy = slope[0, 0] ** 2 / (slope**2).sum()
            for other, axis in ((1, cells.rows), (0, cells.columns)):
                seen = float((energy.sum(other) * place).sum())
                found.append((seen - axis.first - cell * axis.step) / axis.step)
    return np.reshape(found, (-1, 2)).mean(0)


@pytest.mark.parametrize("name", NETWORKS)
def test_cells_lie_where_the_network_looks(name: str) -> None:
    options, side = NETWORKS[name]
    assert np.abs(distance(name, options, side, seeds=6)).max() < 0.1


@pytest.mark.sweep
@pytest.mark.parametrize("name", MORE)
def test_cells_lie_where_the_network_looks_for_more_networks(name: str) -> None:
    options, side = MORE[name]
    assert np.abs(distance(name, options, side, seeds=12)).max() < 0.1


@pytest.mark.parametrize("name", ["mobilenetv2_100", "tf_efficientnet_lite0"])
def test_an_even_division_would_not_do(name: str) -> None:
    # So that the tests above can fail.
    options, side = NETWORKS[name]
    model = timm.create_model(name, in_chans=1, **options).eval()
    cells = cells_of(model, pointing_layer(model, side), side)
    count = round(side / cells.rows.step)
    assert cells.offset((count, count), side)[0] / cells.rows.step > 0.3
