"""Cascading randomisation: from the top, in order, of a copy; and its similarity falls."""

import copy

import numpy as np
import pytest
import torch

from cxrstudy.explain import cascade, cascade_similarity
from cxrstudy.explain.sanity import blocks
from tests.support.networks import FAMILIES, Pooled, family, noise
from tests.support.some import some


@pytest.mark.parametrize("name", FAMILIES)
def test_from_the_top_until_everything_is_random(name: str) -> None:
    model = family(name)
    before = copy.deepcopy(model.state_dict())
    names = blocks(model)
    steps, early = [], []
    for step, network in cascade(model, seed=1):
        steps.append(step)
        last = dict(network.state_dict())
        changed = {
            key
            for key, value in last.items()
            if value.dtype.is_floating_point and not torch.equal(value, before[key])
        }
        waiting = names[len(steps) :]
        early += [key for key in changed for rest in waiting if key.startswith(f"{rest}.")]
    assert steps == names
    assert early == []
    # Of the weights none is what it was; biases and norms are born with ones and zeros.
    matrices = [key for key, value in network.named_parameters() if value.ndim > 1]
    assert not [key for key in matrices if key not in changed]
    assert all(torch.equal(value, before[key]) for key, value in some(model.state_dict().items()))


def test_chance_comes_from_the_seed_alone() -> None:
    def weights(seed: int) -> list[float]:
        *_, (_, network) = cascade(family("resnet10t"), seed)
        return [float(value.sum()) for value in network.state_dict().values()]

    state = torch.get_rng_state()
    model = Pooled()
    torch.set_rng_state(state)
    for _ in cascade(model):
        pass
    assert torch.equal(torch.get_rng_state(), state)
    first = weights(0)
    torch.manual_seed(99)
    assert weights(0) == first
    assert weights(1) != first


def test_similarity_falls_from_one() -> None:
    table = cascade_similarity(family("resnet10t"), noise(6, 64).numpy(), 1, layer="layer1")
    assert list(table.columns) == ["image", "spearman", "ssim", "depth", "block"]
    means = table.groupby("depth")["spearman"].mean()
    assert means[0] == pytest.approx(1)
    assert means.iloc[-1] < 0.6
    assert table.loc[table["depth"] == 1, "block"].unique() == ["fc"]
    assert len(table) == 6 * len(means)
    assert np.isfinite(table[["spearman", "ssim"]]).all(axis=None)


def test_blocks_of_a_stage_are_apart_and_a_stem_is_one() -> None:
    names = ["fc", "layer4.0", "layer3.0", "layer2.0", "layer1.0", "bn1", "conv1"]
    assert blocks(family("resnet10t")) == names
    assert blocks(family("vit_tiny_patch16_224")) == [
        "head", "norm", "blocks.1", "blocks.0", "patch_embed",
    ]  # fmt: skip
