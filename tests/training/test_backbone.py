"""Body: everything but the head goes on, whole and unchanged, or not at all."""

import pickle

import pytest
import torch
from torch import nn

from cxrstudy.training.backbone import backbone_of, load_backbone, read_weights, write_weights
from cxrstudy.training.model import create
from tests.support.builders import TINY
from tests.support.some import some


class TwoHeads(nn.Module):
    """A network as timm describes one that has two heads, with a layer of a similar name."""

    pretrained_cfg = {"classifier": ("head", "head_dist")}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.stem, self.head_norm = nn.Linear(2, 2), nn.BatchNorm1d(2)
        self.head, self.head_dist = nn.Linear(2, 3), nn.Linear(2, 3)


def same(one, other):
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


def test_the_body_is_all_but_the_head():
    model = create(TINY, 3)
    names = set(model.state_dict())
    assert names - set(backbone_of(model)) == {"fc.weight", "fc.bias"}
    assert "bn1.running_mean" in backbone_of(model)


def test_every_head_is_left_out_and_nothing_that_is_only_called_alike():
    assert {name.split(".")[0] for name in backbone_of(TwoHeads())} == {"stem", "head_norm"}


def test_loading_carries_the_body_and_leaves_the_head_as_it_is():
    torch.manual_seed(1)
    giver, taker = create(TINY, 3), create(TINY, 2)
    giver.train()(torch.randn(4, 1, 32, 32))  # running statistics that are not those at the start
    head = {name: value.clone() for name, value in taker.state_dict().items() if "fc." in name}
    assert not same(backbone_of(giver), backbone_of(taker))
    load_backbone(taker, backbone_of(giver))
    assert same(backbone_of(giver), backbone_of(taker))
    assert all(torch.equal(taker.state_dict()[name], value) for name, value in some(head.items()))


def without_a_weight(body):
    return {name: value for name, value in body.items() if name != "layer1.0.conv1.weight"}


def with_a_stranger(body):
    return body | {"layer9.conv.weight": torch.zeros(1)}


def with_another_shape(body):
    return body | {"layer1.0.conv1.weight": torch.zeros(8, 8, 5, 5)}


def with_a_head(body):
    return body | {"fc.weight": torch.zeros(2, 8)}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (without_a_weight, "layer1.0.conv1.weight"),
        (with_a_stranger, "layer9.conv.weight"),
        (with_another_shape, "layer1.0.conv1.weight"),
        (with_a_head, "fc.weight"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_the_name_of_its_weight(change, name):
    model = create(TINY, 2)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ValueError, match=rf"1 missing.*\({name}\)"):
        load_backbone(model, change(backbone_of(model)))
    assert same(before, model.state_dict())


def test_a_body_is_read_as_it_was_written(tmp_path):
    model = create(TINY, 2).to(memory_format=torch.channels_last)
    write_weights(backbone_of(model), tmp_path / "backbone.safetensors")
    assert read_weights(tmp_path / "backbone.safetensors").keys() == backbone_of(model).keys()
    for name, value in some(read_weights(tmp_path / "backbone.safetensors").items()):
        assert torch.equal(value, model.state_dict()[name])
        assert value.dtype == model.state_dict()[name].dtype


def test_the_same_body_is_the_same_file(tmp_path):
    for name in ("one", "other"):
        torch.manual_seed(3)
        write_weights(backbone_of(create(TINY, 2)), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_pickle_is_not_read_as_a_body(tmp_path):
    file = tmp_path / "backbone.safetensors"
    file.write_bytes(pickle.dumps({"weight": torch.zeros(1)}))
    with pytest.raises(Exception, match="header"):
        read_weights(file)
