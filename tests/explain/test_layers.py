"""The layers of each family are found by rule, exist, and give maps of falling size."""

import pytest

from cxrstudy.explain import heatmaps, layer_names
from tests.support.networks import FAMILIES, family, noise

LAST = {
    "resnet10t": "layer4",
    "resnetv2_50x1_bit": "norm",
    "densenet121": "features.norm5",
    "mobilenetv2_050": "bn2",
    "mobilenetv3_small_050": "blocks.5",
    "tf_efficientnet_lite0": "bn2",
    "efficientnet_b0": "bn2",
    "vit_tiny_patch16_224": "blocks.1.norm1",
    "deit_tiny_distilled_patch16_224": "blocks.1.norm1",
    "swin_tiny_patch4_window7_224": "norm",
}


@pytest.mark.parametrize("name", FAMILIES)
def test_default_is_where_the_head_reads(name: str) -> None:
    assert layer_names(family(name))[-1] == LAST[name]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_layer_gives_a_map_and_deeper_ones_are_not_larger(name: str) -> None:
    model, images = family(name), noise(1, 64)
    sides = [heatmaps(model, images, 0, layer=layer).shape[1] for layer in layer_names(model)]
    assert len(sides) >= 2
    assert sides == sorted(sides, reverse=True)


def test_default_of_a_transformer_sees_the_patches() -> None:
    # Of the last block's output only the class token is read, so its map would be empty.
    model, images = family("vit_tiny_patch16_224"), noise(4, 64)
    assert heatmaps(model, images, 0, "layercam").max() > 0
    assert heatmaps(model, images, 0, "layercam", "blocks.1").max() == 0
