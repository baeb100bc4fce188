"""Opening: the layer whose maps are shown first."""

import pytest
import torch

from cxrstudy.explain import CELLS, heatmaps, layer_names, pointing_layer
from tests.support.networks import family


@pytest.mark.parametrize(("pixels", "layer"), [(64, "layer2"), (128, "layer3"), (512, "layer4")])
def test_the_layer_is_the_deepest_with_enough_cells(pixels: int, layer: str) -> None:
    model = family("resnet10t", 2)
    assert pointing_layer(model, pixels) == layer
    blank = torch.zeros(1, 1, pixels, pixels)
    assert heatmaps(model, blank, 0, layer=layer).shape[-1] >= CELLS


def test_where_none_has_enough_it_is_the_finest() -> None:
    model = family("resnet10t", 2)
    assert pointing_layer(model, 16) == layer_names(model)[0]
