"""Model: grey images, a new head, and a body that the seed or an earlier stage gives."""

from dataclasses import replace

import numpy as np
import pytest
import timm
import torch

from cxrstudy.training.backbone import backbone_of
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import build, create, expected_input_of, normalise
from cxrstudy.training.weight_files import WeightsError
from tests.support.builders import TINY
from tests.support.some import some

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
    assert all((value != 7).all() for value in some(head_of(after).values()))
    # The head is that of a first stage with the same seed: it depends on nothing before it.
    assert same(head_of(after), head_of(build(TINY, 3, seed=0, backbone=None)))
    assert not same(head_of(after), head_of(build(TINY, 3, seed=1, backbone=backbone_of(before))))


def test_a_head_may_have_another_number_of_labels_than_the_one_before():
    before = build(TINY, 3, seed=0, backbone=None)
    after = build(TINY, 7, seed=0, backbone=backbone_of(before))
    assert head_of(after)["fc.weight"].shape == (7, 8)
    assert same(backbone_of(after), backbone_of(before))


def test_a_given_body_is_taken_and_the_weights_of_the_start_are_not_even_looked_for():
    expects = ExpectedInput((0.449,), (0.226,), "grey")
    start = replace(TINY, weights="file:/nowhere/at/all#0", expects=expects)
    before = build(TINY, 3, seed=0, backbone=None)
    assert same(
        backbone_of(build(start, 2, seed=5, backbone=backbone_of(before))), backbone_of(before)
    )


@pytest.mark.parametrize("start", [OTHER, Start("tf_efficientnet_lite0")])
def test_a_body_of_another_architecture_is_refused_by_the_name_of_a_weight(start):
    body = backbone_of(create(TINY, 2))
    with pytest.raises(ValueError, match=r"weights do not fit .*(conv|bn).*same architecture"):
        build(start, 2, seed=0, backbone=body)


def test_random_weights_get_one_channel_and_a_pretrained_start_gets_what_it_expects():
    random = expected_input_of(create(Start("tf_efficientnet_lite0"), 2))
    assert random.facts == {
        "mean": [0.449], "deviation": [0.226], "colours": "grey", "pixels": 0,
    }  # fmt: skip
    packaged = expected_input_of(create(Start("tf_efficientnet_lite0", "imagenet"), 2))
    assert packaged.facts == {
        "mean": [0.5] * 3, "deviation": [0.5] * 3, "colours": "RGB", "pixels": 224,
    }  # fmt: skip


#: One small network a kind of stem: an ordinary one; standardised (BiT, NFNet); space to depth;
#: patches; a stem of attention; re-parameterised branches; two patch sizes at once.
STEMS = {
    "resnet10t": {"channels": (8, 8, 8, 8)},
    "resnetv2_50x1_bit": {"channels": (128, 128, 128, 128), "stem_chs": 32},
    "tresnet_m": {},
    "vit_tiny_patch16_224": {"img_size": 64},
}
SLOW_STEMS = {
    "densenet121": {}, "mobilenetv2_100": {"pad_type": "same"}, "tf_efficientnet_lite0": {},
    "dm_nfnet_f0": {}, "convnext_atto": {}, "swin_tiny_patch4_window7_224": {"img_size": 224},
    "xcit_nano_12_p16_224": {}, "levit_128s": {}, "coat_lite_tiny": {}, "crossvit_tiny_240": {},
    "mobileone_s0": {}, "repvgg_a0": {}, "halonet26t": {}, "tnt_s_patch16_224": {},
    "volo_d1_224": {}, "edgenext_xx_small": {}, "mixer_s32_224": {}, "vit_tiny_r_s16_p8_224": {},
}  # fmt: skip


def sees_in_grey_what_three_channels_showed(architecture, options, side):
    """Compare with timm's network for colours, which gets the grey image in three channels."""
    start = Start(
        architecture, "random", tuple(options.items()),
        ExpectedInput((0.4, 0.5, 0.6), (0.2, 0.25, 0.3), "RGB"),
    )  # fmt: skip
    torch.manual_seed(0)
    made = create(start, 3).eval()
    colour = timm.create_model(architecture, in_chans=3, num_classes=3, **options).eval()
    # Filters that are nearly blind to grey, as trained ones are.
    state = {
        name: value - 0.9 * value.mean(1, keepdim=True) if value.ndim == 4 else value
        for name, value in made.state_dict().items()
    }
    made.load_state_dict(state)
    colour.load_state_dict(state)
    images = np.random.default_rng(0).integers(0, 256, (2, side, side)).astype(np.uint8)
    grey = torch.from_numpy(images)[:, None].float() / 255
    with torch.inference_mode():
        equal = colour(grey.expand(-1, 3, -1, -1))
        torch.testing.assert_close(made(grey), equal, rtol=1e-5, atol=1e-5)
        mean, deviation = (
            torch.tensor(values)[:, None, None]
            for values in (start.expects.mean, start.expects.deviation)
        )
        own = colour((grey.expand(-1, 3, -1, -1) - mean) / deviation)
        found = made(normalise(images, start.expects, "cpu"))
        torch.testing.assert_close(found, own, rtol=1e-5, atol=1e-5)
        assert (equal - own).abs().max() > 1e-4  # the two differ, so each is really compared


@pytest.mark.parametrize("architecture", STEMS)
def test_grey_gives_the_response_of_three_equal_channels(architecture):
    sees_in_grey_what_three_channels_showed(architecture, STEMS[architecture], 64)


@pytest.mark.sweep
@pytest.mark.parametrize("architecture", SLOW_STEMS)
def test_grey_gives_the_response_of_three_equal_channels_in_every_family(architecture):
    side = 240 if "240" in architecture else 224
    sees_in_grey_what_three_channels_showed(architecture, SLOW_STEMS[architecture], side)


def test_a_part_of_the_network_repeats_grey_too():
    start = replace(TINY, expects=ExpectedInput((0.5,) * 3, (0.5,) * 3))
    model, grey = create(start, 2).eval(), torch.rand(1, 1, 32, 32)
    with torch.inference_mode():
        assert torch.equal(
            model.forward_features(grey), model.forward_features(grey.expand(-1, 3, -1, -1))
        )


def test_an_option_that_the_network_does_not_know_is_named():
    with pytest.raises(WeightsError, match=r"resnet10t with options .*window_size"):
        create(Start("resnet10t", "random", (("window_size", 7),)), 2)
