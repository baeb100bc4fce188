"""Own network: what its head and stem are, and errors that name the layer."""

import pytest
import torch
from torch import nn

from cxrstudy.base.own_function import own_function
from cxrstudy.explain.layers import layer_names
from cxrstudy.training.backbone import backbone_of, head_of
from cxrstudy.training.chain import Start, StartError
from cxrstudy.training.layers import layer_groups
from cxrstudy.training.model import build, create
from cxrstudy.training.own_network import check_pass
from cxrstudy.training.weight_files import WeightsError
from tests.support.some import some

MINE = """from torch import nn


def small(channels, outputs, width=4):
    body = [nn.Conv2d(channels, width, 3), nn.ReLU(), nn.Conv2d(width, width, 3), nn.ReLU()]
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, outputs))


def colours(channels, outputs):
    return small(3, outputs)


def four(channels, outputs):
    return small(4, outputs)


def ten(channels, outputs):
    return small(channels, 10)


def flat(channels, outputs):
    return nn.Sequential(nn.Flatten(), nn.Linear(64, outputs))


def wrong(channels, outputs):
    return nn.Sequential(nn.Conv2d(channels, 4, 3), nn.Flatten(), nn.Linear(7, outputs))


def grid(channels, outputs):
    return nn.Sequential(nn.Conv2d(channels, 4, 3), nn.Conv2d(4, outputs, 1))


def none(channels, outputs):
    return None
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine.py").write_text(MINE)


def start(name, **arguments):
    made = own_function(f"mine:{name}", **arguments)
    return Start(made.name, function=made)


def test_the_head_is_new_and_the_rest_goes_on():
    first = build(start("small", width=8), 3, 0, None)
    assert list(head_of(first)) == ["6.weight", "6.bias"]
    second = build(start("small", width=8), 2, 1, backbone_of(first))
    assert torch.equal(second.state_dict()["0.weight"], first.state_dict()["0.weight"])
    assert second(torch.zeros(1, 1, 16, 16)).shape == (1, 2)
    groups = [len(group) for group in layer_groups(first)]
    assert groups == [2, 2, 2]
    assert layer_names(first) == ["0", "2"]


def test_the_same_seed_gives_the_same_weights():
    one, other, third = (build(start("small"), 2, seed, None) for seed in (0, 0, 1))
    assert torch.equal(one[0].weight, other[0].weight)
    assert not torch.equal(one[0].weight, third[0].weight)


def test_a_stem_of_three_channels_gets_the_grey_image_in_each():
    model = build(start("colours"), 2, 0, None).eval()
    image = torch.rand(2, 1, 16, 16)
    assert torch.equal(model(image), model(image.expand(-1, 3, -1, -1)))
    check_pass(model, 2, 1, 16)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("four", r"network mine:four: layer 0 takes 4 channels, and an image has 1"),
        ("ten", r"mine:ten: its last layer 6 gives 10 outputs, and the stage has 2 labels"),
        ("flat", r"mine:flat: it has no nn\.Conv2d, so no layer for maps"),
        ("none", r"mine:none: it returned None, not an nn\.Module"),
    ],
)
def test_what_breaks_a_rule_is_named_with_its_layer(name, said):
    with pytest.raises(WeightsError, match=said):
        create(start(name), 2)


def test_a_pass_names_the_layer_that_fails():
    with pytest.raises(WeightsError, match=r"layer 2 of Sequential fails for images of 16 x 16"):
        check_pass(create(start("wrong"), 2), 2, 1, 16)
    with pytest.raises(WeightsError, match=r"gives \(2, 2, 14, 14\) for two .*last layer is 1"):
        check_pass(create(start("grid"), 2), 2, 1, 16)


def test_a_pass_changes_nothing():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(392, 2))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    check_pass(model, 2, 1, 16)
    assert model.training
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(value, before[name]) for name, value in some(model.state_dict().items()))
    assert not any(part._forward_pre_hooks for part in model.modules())


def test_its_weights_are_random_and_a_timm_network_without_a_head_is_refused():
    made = own_function("mine:small")
    with pytest.raises(StartError, match="are random; load others in its function, or in a recipe"):
        Start("small", "imagenet", function=made)
    with pytest.raises(WeightsError, match="Unknown model"):
        create(Start("no_such_network"), 2)
