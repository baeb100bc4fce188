"""Layers: groups of parameters from input to output, for any timm network."""

from itertools import chain

import pytest
from torch import nn

from cxrstudy.training.backbone import in_head
from cxrstudy.training.layers import layer_groups
from tests.support.networks import FAMILIES, family
from tests.support.some import some


@pytest.mark.parametrize("name", FAMILIES)
def test_groups_run_from_the_stem_over_the_stages_to_the_head(name):
    model = family(name)
    names = {id(value): name for name, value in model.named_parameters()}
    groups = [[names[id(value)] for value in group] for group in layer_groups(model)]
    assert sorted(chain(*groups)) == sorted(names.values())
    assert all(in_head(model, each) for each in some(groups[-1]))
    assert not any(in_head(model, each) for each in chain(*groups[:-1]))
    first = next(name for name, each in model.named_modules() if isinstance(each, nn.Conv2d))
    assert f"{first}.weight" in groups[0]
    assert len(groups) >= 4 or name.startswith("vit")


def test_the_stages_of_a_residual_network_are_its_four_layers():
    model = family("resnet10t")
    names = {id(value): name for name, value in model.named_parameters()}
    groups = [{names[id(value)].split(".")[0] for value in group} for group in layer_groups(model)]
    assert groups == [{"conv1", "bn1"}, {"layer1"}, {"layer2"}, {"layer3"}, {"layer4"}, {"fc"}]
