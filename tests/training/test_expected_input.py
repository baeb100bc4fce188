"""Expected input: stated once, checked, and what the weights were really trained on."""

import json
import math
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import safetensors.torch
import sklearn
import timm
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from cxrstudy.base.identity import file_sha256
from cxrstudy.study.networks import NetworkDefinition
from cxrstudy.study.profile import profile_names, read_profile
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import (
    GREY_IMAGENET,
    ExpectedInput,
    ExpectedInputError,
    of_facts,
    stated_input,
)
from cxrstudy.training.model import build, normalise
from cxrstudy.training.weight_files import WeightsError, planned_input
from cxrstudy.training.weights import look_up
from tests.support.some import some


@given(
    black=st.floats(-5000, 5000), width=st.floats(0.001, 10000), channels=st.sampled_from([1, 3])
)
def test_a_range_maps_black_and_white_to_its_ends(black, width, channels):
    made = stated_input(None, None, (black, black + width), channels, None, 0)
    assert made.channels == channels
    ends = [(grey - made.mean[0]) / made.deviation[0] for grey in (0, 1)]
    assert ends == pytest.approx([black, black + width], rel=1e-9, abs=1e-6)
    assert of_facts(json.loads(json.dumps(made.facts)), "x") == made


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ((0.5, None, None, None, None, 0), "mean and deviation together"),
        ((None, 0.5, None, None, None, 0), "mean and deviation together"),
        ((None, None, None, 3, None, 0), "mean and deviation together"),
        ((None, None, None, None, None, 224), "mean and deviation together"),
        ((0.5, 0.5, (0, 1), None, None, 0), "exclude each other"),
        ((0.5, 0.0, None, None, None, 0), "above 0"),
        ((math.inf, 0.5, None, None, None, 0), "finite"),
        ((math.nan, 0.5, None, None, None, 0), "finite"),
        ((0.5, math.inf, None, None, None, 0), "finite"),
        ((None, None, (1, 0), None, None, 0), "black below white"),
        ((None, None, (0, math.inf), None, None, 0), "finite"),
        (((0.5, 0.5), 0.5, None, None, None, 0), "3 channel"),
        ((0.5, 0.5, None, 1, "RGB", 0), "do not fit together"),
    ],
)
def test_a_wrong_statement_says_what_is_legal(stated, said):
    with pytest.raises(ExpectedInputError, match=said):
        stated_input(*stated)


def test_nothing_stated_is_nothing():
    assert stated_input(None, None, None, None, None, 0) is None


def test_a_profile_states_what_a_file_was_trained_with():
    network = NetworkDefinition(
        architecture="densenet121", weights="file:w.pth#0", mean=0.5, deviation=1 / 2048, channels=1
    )
    ranged = NetworkDefinition(
        architecture="densenet121", weights="file:w.pth#0", range=(-1024, 1024), channels=1
    )
    assert network.start.expects == ranged.start.expects
    seen = normalise(np.array([[[0, 255]]], np.uint8), network.start.expects, "cpu")
    assert seen.flatten().tolist() == [-1024, 1024]


def file_with(path, metadata, channels=3):
    model = timm.create_model("resnet10t", in_chans=channels, num_classes=0, channels=(8, 8, 8, 8))
    safetensors.torch.save_file(model.state_dict(), path, metadata)
    return Start("resnet10t", f"file:{path}#{file_sha256(path)}", (("channels", (8, 8, 8, 8)),))


@pytest.mark.parametrize(
    ("metadata", "mean", "deviation"),
    [
        ({"note": "anything; input (x-127.5)/127.5"}, (0.5,) * 3, (0.5,) * 3),
        ({"mean": "0.25", "std": "0.125"}, (0.25,) * 3, (0.125,) * 3),
        ({"mean": "[0.1, 0.2, 0.3]", "deviation": "[1, 2, 3]"}, (0.1, 0.2, 0.3), (1, 2, 3)),
        ({"range": "[-1, 1]"}, (0.5,) * 3, (0.5,) * 3),
    ],
)
def test_a_files_metadata_are_read_before_timms_default(tmp_path, metadata, mean, deviation):
    found = look_up(file_with(tmp_path / "w.safetensors", metadata))
    assert (found.mean, found.deviation) == (mean, deviation)
    assert found.source == "the file's metadata"


def test_a_file_that_says_nothing_gets_timms_default_and_it_is_said(tmp_path):
    found = look_up(file_with(tmp_path / "w.safetensors", {"format": "pt"}))
    assert found.mean == (0.485, 0.456, 0.406)
    assert "assumed: timm's default for resnet10t" in str(found)


def test_a_grey_file_is_recognised(tmp_path):
    start = file_with(tmp_path / "w.safetensors", {"format": "pt"}, channels=1)
    found = look_up(start)
    assert (found.channels, found.mean[0]) == (1, pytest.approx(0.449))
    assert build(start, 2, 0, None).eval()(torch.zeros(1, 1, 32, 32)).shape == (1, 2)


def test_metadata_without_sense_are_named(tmp_path):
    file = tmp_path / "w.safetensors"
    start = file_with(file, {"mean": "half", "std": "0.5"})
    with pytest.raises(ExpectedInputError, match=str(file)):
        look_up(start)


def test_a_tag_has_a_configuration_of_its_own():
    # These two differ from the first tag of their architecture, or from its default.
    assert look_up(Start("resnetv2_50x1_bit", "timm:resnetv2_50x1_bit.goog_in21k")).mean[0] == 0.5
    start = Start("vit_base_patch16_224", "timm:vit_base_patch16_224.mae")
    assert look_up(start).mean == (0.485, 0.456, 0.406)
    assert look_up(
        Start("vit_base_patch16_224", "timm:vit_base_patch16_224.augreg_in21k")
    ).mean == ((0.5,) * 3)


def test_what_can_not_be_looked_up_here_is_none_in_a_plan_and_an_error_in_a_run():
    start = Start("resnet10t", "file:/nowhere/w.pth#00")
    assert planned_input(start) is None
    with pytest.raises(WeightsError, match="no such file"):
        look_up(start)
    assert planned_input(Start("resnet10t")) == GREY_IMAGENET


def test_every_start_of_every_profile_states_what_it_expects():
    pretrained = [start for start in starts() if start.weights != "random"]
    assert len(pretrained) >= 6
    assert all(start.expects is not None for start in some(pretrained))


def starts():
    found = {}
    for name in profile_names():
        profile = read_profile(name)
        listed = [network.start for network in profile.networks.values()]
        listed += [
            compared.start(one)
            for compared in profile.initial_weights.values()
            for one in compared.initial
        ]
        found |= dict.fromkeys(listed)
    return list(found)


class Reached(Exception):
    """What the first batch norm is given; nothing after it is computed."""


def misfit(model, expects, images):
    """How far the images lie from the running statistics of the first batch norm.

    In standard deviations of a channel, averaged over its channels, plus the logarithm of the ratio
    of variances.
    """
    norm = next(part for part in model.modules() if isinstance(part, nn.BatchNorm2d))

    def stop(layer, inputs):
        raise Reached(inputs[0])

    stopping = norm.register_forward_pre_hook(stop)
    with stopping, torch.inference_mode(), pytest.raises(Reached) as reached:
        model(normalise(images, expects, "cpu"))
    values = reached.value.args[0].transpose(0, 1).flatten(1).double()
    known = norm.running_var > 1e-3 * norm.running_var.median()  # dead channels say nothing
    off = (values.mean(1) - norm.running_mean).abs() / norm.running_var.sqrt()
    ratio = (values.var(1) / norm.running_var).clamp(min=1e-6).log().abs()
    return float((off + ratio)[known].median())


OTHERS = {
    "-1 to 1": ExpectedInput((0.5,) * 3, (0.5,) * 3),
    "ImageNet": ExpectedInput((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "0 to 1": ExpectedInput((0.0,) * 3, (1.0,) * 3),
    "0 to 255": ExpectedInput((0.0,) * 3, (1 / 255,) * 3),
    "-1024 to 1024": ExpectedInput((0.5,) * 3, (1 / 2048,) * 3),
}


def photographs():
    """Photographs that come with libraries, in crops."""
    files = [
        *Path(sklearn.__file__).parent.glob("datasets/images/*.jpg"),
        *Path(mpl.get_data_path()).glob("sample_data/*hopper.jpg"),
    ]
    crops = []
    for file in files:
        image = Image.open(file).convert("L")
        side = min(image.size)
        for left in (0, image.width - side):
            crop = image.crop((left, 0, left + side, side)).resize((224, 224))
            crops.append(np.asarray(crop))
    return np.stack(crops)


def some_of(folder):
    files = sorted((folder / "nih1k" / "images").glob("*.jpg"))[:24]
    shown = [Image.open(file).convert("L").resize((224, 224)) for file in files]
    return np.stack([np.asarray(image) for image in shown])


def fits_best(start, images):
    model = build(start, 2, 0, None).eval()
    own = misfit(model, start.expects, images)
    others = {
        name: misfit(model, other, images)
        for name, other in OTHERS.items()
        if (other.mean, other.deviation) != (start.expects.mean, start.expects.deviation)
    }
    assert len(others) >= 4
    assert own < min(others.values()), (own, others)


def test_statistics_of_the_packaged_weights_fit_photographs_best_under_what_is_stated():
    fits_best(read_profile("quick").networks["open"].start, photographs())


@pytest.mark.data
@pytest.mark.parametrize(
    "start",
    [start for start in starts() if start.weights.startswith("file:weights/mobilenet")],
    ids=lambda start: start.title,
)
def test_statistics_of_brought_weights_fit_radiographs_best_under_what_is_stated(
    start, radiographs
):
    fits_best(start, some_of(radiographs))
