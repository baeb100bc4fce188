"""The layers of each family are found by rule, exist, and give maps of falling size."""

import pytest
import timm
import torch

from cxrstudy.explain import ExplainError, heatmaps, layer_names
from cxrstudy.explain.layers import _reaches, side_of
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


@pytest.mark.parametrize(("cells", "reaches"), [(0, False), (2, False), (3, True), (4, True)])
def test_more_than_half_of_the_cells_must_reach_the_scores(cells: int, reaches: bool) -> None:
    slope = torch.zeros(1, 3, 4)
    slope[0, 1, :cells] = -0.1
    assert _reaches(slope.unflatten(2, (2, 2))) is reaches


#: Networks whose scores depend on no grid; the message names the parts that have one.
NO_GRID: tuple[str, ...] = ()


def smallest() -> list[str]:
    """One architecture of every module of timm: that with the shortest name."""
    found: dict[str, str] = {}
    for name in sorted(timm.list_models(), key=lambda one: (len(one), one)):
        found.setdefault(timm.models._registry._model_to_module[name], name)
    return sorted(found.values())


@pytest.mark.sweep
@pytest.mark.parametrize("name", smallest())
def test_the_default_of_every_family_of_timm_is_pooled_or_candidates_are_named(name: str) -> None:
    model = timm.create_model(name, in_chans=1, num_classes=3).eval()
    images = noise(1, side_of(model))
    if name in NO_GRID:
        with pytest.raises(ExplainError, match="parts with a grid are"):
            layer_names(model)
        return
    layer = layer_names(model)[-1]
    assert min(heatmaps(model, images, 0, layer=layer).shape[1:]) > 1
    kept: list[torch.Tensor] = []
    model.get_submodule(layer).register_forward_hook(
        lambda part, inputs, output: kept.append(output)
    )
    with torch.no_grad():
        features = model.forward_features(images)
    tokens = bool(getattr(model, "num_prefix_tokens", 0)) or layer.endswith("norm1")
    if isinstance(features, torch.Tensor) and not tokens:
        # What the head gets, but for the order of axes and for activations without a module.
        one, other = (value.flatten().sort().values for value in (features, kept[-1]))
        assert one.shape == other.shape
        assert torch.equal(one, other) or torch.equal(one, other.clamp(min=0))


def test_default_of_a_transformer_sees_the_patches() -> None:
    # Of the last block's output only the class token is read, so its map would be empty.
    model, images = family("vit_tiny_patch16_224"), noise(4, 64)
    assert heatmaps(model, images, 0, "layercam").max() > 0
    assert heatmaps(model, images, 0, "layercam", "blocks.1").max() == 0
