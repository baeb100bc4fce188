"""Weight content: a file of weights arrives whole, whatever wraps it, or is refused by its name."""

import pickle
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import timm
import torch

from cxrstudy.training.backbone import backbone_of, write_weights
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import build
from cxrstudy.training.weight_files import WeightsError
from cxrstudy.training.weights import pretrained
from tests.support.builders import TINY
from tests.support.given_weights import assert_sees_the_same, colour_network, given, sha256
from tests.support.some import some

# --- A local file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
def test_a_file_of_timms_layout_sees_the_same(tmp_path, name):
    colour, file = colour_network(), tmp_path / name
    save = safetensors.torch.save_file if name.endswith("safetensors") else torch.save
    save(colour.state_dict(), file)
    model = build(given(file), 2, seed=0, backbone=None)
    assert_sees_the_same(model, colour)
    for key, value in some(backbone_of(model).items()):
        assert torch.equal(value, colour.state_dict()[key])


def test_the_body_that_a_run_left_is_such_a_file(tmp_path):
    before = build(TINY, 3, seed=4, backbone=None)
    write_weights(backbone_of(before), tmp_path / "backbone.safetensors")
    after = build(given(tmp_path / "backbone.safetensors"), 2, seed=0, backbone=None)
    for name, value in some(backbone_of(after).items()):
        assert torch.equal(value, before.state_dict()[name]), name


def test_the_head_of_a_file_stays_behind(tmp_path):
    colour, file = colour_network(), tmp_path / "weights.safetensors"
    with torch.no_grad():
        colour.fc.weight.fill_(7)
    safetensors.torch.save_file(colour.state_dict(), file)
    model = build(given(file), 1000, seed=0, backbone=None)
    assert (model.fc.weight != 7).all()


def test_a_file_with_another_sha256_is_refused_and_both_are_named(tmp_path):
    file = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(colour_network().state_dict(), file)
    start = replace(TINY, weights=f"file:{file}#{'0' * 64}")
    with pytest.raises(
        WeightsError, match=rf"{file}: SHA-256 is {sha256(file)}, expected {'0' * 64}"
    ):
        build(start, 2, seed=0, backbone=None)


def test_a_file_without_a_sha256_is_refused(tmp_path):
    file = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(colour_network().state_dict(), file)
    with pytest.raises(WeightsError, match="no such file"):
        build(replace(TINY, weights=f"file:{file}"), 2, seed=0, backbone=None)
    with pytest.raises(WeightsError, match="expected one after #"):
        build(replace(TINY, weights=f"file:{file}#"), 2, seed=0, backbone=None)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"nothing\.safetensors: no such file"):
        build(
            replace(TINY, weights=f"file:{tmp_path}/nothing.safetensors#0"),
            2,
            seed=0,
            backbone=None,
        )


def lacking(state):
    return {name: value for name, value in state.items() if name != "layer3.0.conv2.weight"}


def renamed(state):
    return {name.replace("layer", "stage"): value for name, value in state.items()}


@pytest.mark.parametrize("change", [lacking, renamed])
def test_a_file_that_lacks_a_weight_is_refused_and_not_filled_up_at_random(tmp_path, change):
    file = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(change(colour_network().state_dict()), file)
    with pytest.raises(WeightsError, match=r"(?s)not those of resnet10t.*missing \(layer"):
        build(given(file), 2, seed=0, backbone=None)


def test_a_file_of_another_width_is_refused(tmp_path):
    file = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(colour_network(channels=(8, 8, 8, 16)).state_dict(), file)
    with pytest.raises(WeightsError, match=r"(?s)not those of resnet10t.*layer4"):
        build(given(file), 2, seed=0, backbone=None)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"state_dict": state, "best": np.float64(0.9), "epoch": 3},
        lambda state: {"state_dict": state, "best": np.float32(0.9), "epochs": np.int32([3, 4])},
        lambda state: {"state_dict": state, "done": np.bool_(True), "epoch": np.int64(3)},
        lambda state: {"model_state_dict": state, "optimizer": {"state": {0: torch.ones(2)}}},
        lambda state: {"state_dict": {f"model.{name}": value for name, value in state.items()}},
        lambda state: {f"encoder_q.{name}": value for name, value in state.items()},
        lambda state: {f"module.net.{name}": value for name, value in state.items()},
        lambda state: {"model": "resnet10t", "weights": state},
        lambda state: {"checkpoint": {"deep": {"deeper": state}}},
        lambda state: {"state_dict": state, "state_dict_ema": dict(state)},  # the same numbers
        lambda state: {n: v for n, v in state.items() if not n.endswith("num_batches_tracked")},
        lambda state: {n: v.half() if v.ndim > 3 else v for n, v in state.items()},
    ],
)
def test_a_checkpoint_as_people_save_it_gives_the_right_weights(tmp_path, wrap):
    colour, file = colour_network(), tmp_path / "weights.pth"
    torch.save(wrap(colour.state_dict()), file)
    model = build(given(file), 2, seed=0, backbone=None)
    read, saved = backbone_of(model), colour.state_dict()
    for name in some(name for name in read if not name.endswith("num_batches_tracked")):
        torch.testing.assert_close(read[name], saved[name], atol=1e-3, rtol=1e-3)


def test_weights_of_half_precision_are_widened_before_anything_is_computed(tmp_path):
    file = tmp_path / "weights.pth"
    colour = colour_network().state_dict()
    saved = {n: v.half() if v.is_floating_point() else v for n, v in colour.items()}
    torch.save(saved, file)
    for name, value in some(pretrained(given(file), colour_network()).items()):
        assert torch.equal(value, saved[name].to(colour[name].dtype)), name
        assert value.dtype == colour[name].dtype, name


def other_numbers(state):
    return {
        name: value + 1 if value.is_floating_point() else value for name, value in state.items()
    }


@pytest.mark.parametrize(
    ("wrap", "said"),
    [
        (lambda state: [1, 2], "it is a list without tensors by name"),
        (lambda state: {"state_dict": None}, "it is a dict without tensors by name"),
        (lambda state: {"model": "resnet10t"}, "it is a dict without tensors by name"),
        (
            lambda state: {"state_dict": state, "state_dict_ema": other_numbers(state)},
            "2 networks .*'state_dict', 'state_dict_ema'",
        ),
        (
            lambda state: {
                **{f"encoder_q.{name}": value for name, value in state.items()},
                **{f"encoder_k.{name}": value for name, value in other_numbers(state).items()},
            },
            "2 networks .*'encoder_k', 'encoder_q'",
        ),
        (lambda state: {**state, "extra.weight": torch.ones(2)}, r"not used .*\(extra\.weight\)"),
        (
            lambda state: {
                **{f"model.{name}": value for name, value in state.items()},
                "queue": torch.ones(2),
            },
            r"further entries are not used \(queue\)",
        ),
        (
            lambda state: {"arch": "resnet18", "state_dict": state},
            "the file says arch 'resnet18', and the network is resnet10t",
        ),
        (
            lambda state: {f"model.{name}.x": value for name, value in state.items()},
            "all begin with 'model'.*expected .*conv1",
        ),
    ],
)
def test_a_checkpoint_that_can_not_be_understood_says_what_it_holds(tmp_path, wrap, said):
    file = tmp_path / "weights.pth"
    torch.save(wrap(colour_network().state_dict()), file)
    with pytest.raises(WeightsError, match=f"(?s){file}.*{said}") as caught:
        build(given(file), 2, seed=0, backbone=None)
    assert "safetensors" in str(caught.value) or "arch" in said
    assert "AttributeError" not in str(caught.value)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_file_with_other_channels_than_stated_is_refused(tmp_path, channels):
    state = timm.create_model(
        "resnet10t", in_chans=4 - channels, num_classes=0, **dict(TINY.options)
    ).state_dict()
    file = tmp_path / "weights.pth"
    torch.save(state, file)
    expects = ExpectedInput(
        (0.5,) * channels, (0.5,) * channels, "grey" if channels == 1 else "RGB"
    )
    with pytest.raises(WeightsError, match=r"of another shape \(conv1\.0\.weight"):
        build(replace(given(file), expects=expects), 2, seed=0, backbone=None)


DENSE = Start("densenet121", "random", (("growth_rate", 4), ("block_config", (1, 1, 1, 1))))


def dense_network():
    return timm.create_model("densenet121", num_classes=5, **dict(DENSE.options))


def dotted(state):
    """The same as torchvision names it, whose DenseNet has dots where timm has none."""
    return {
        re.sub(r"(denselayer\d+)\.(norm|conv)(\d)", r"\1.\2.\3", name): value
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")
    }


def test_an_imports_layout_that_timm_knows_is_renamed(tmp_path):
    colour, file = dense_network(), tmp_path / "weights.pth"
    torch.save(dotted(colour.state_dict()), file)
    model = build(given(file, DENSE), 2, 0, None)
    for name, value in some(backbone_of(model).items()):
        assert torch.equal(value, colour.state_dict()[name]), name
    read = pretrained(given(file, DENSE), dense_network())
    for name, value in some(backbone_of(colour).items()):
        assert torch.equal(read[name], value), name


def test_a_file_that_has_a_layer_under_two_names_is_refused(tmp_path):
    state, file = dense_network().state_dict(), tmp_path / "weights.pth"
    name = "features.denseblock1.denselayer1.norm1.weight"
    torch.save(dotted(state) | {name: state[name] + 1}, file)
    with pytest.raises(WeightsError, match=rf"{file}: not those of densenet121.*norm\.1"):
        build(given(file, DENSE), 2, 0, None)


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "save", [torch.save, lambda value, file: file.write_bytes(pickle.dumps(value))]
)
@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors", "weights.bin"])
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_pickle_is_refused_without_being_unpickled(tmp_path, save, name):
    file, sprung = tmp_path / name, tmp_path / "sprung"
    save({"conv1.0.weight": Trap(sprung)}, file)
    with pytest.raises(WeightsError, match=name):
        build(given(file), 2, seed=0, backbone=None)
    assert not sprung.exists()
    with file.open("rb") as stream:  # the trap does work
        is_pickle = stream.read(1) == b"\x80"
    if is_pickle:
        pickle.loads(file.read_bytes())
    assert sprung.exists() == is_pickle


def test_a_file_that_holds_more_than_numbers_says_what_and_why_it_is_refused(tmp_path):
    file = tmp_path / "weights.pth"
    torch.save({"conv1.0.weight": Trap(tmp_path / "sprung")}, file)
    said = rf"{file}: it holds more than tensors .*\(.*GLOBAL getattr.*could run code"
    with pytest.raises(WeightsError, match=said):
        build(given(file), 2, seed=0, backbone=None)


# --- As BiT's authors publish them ----------------------------------------------------------------

THIN = (("channels", (128, 128, 128, 128)), ("stem_chs", 32))
BIT = Start("resnetv2_50x1_bit", "random", THIN)


def published(model):
    """A network's weights under the names, and in the layout, of the authors' files."""
    names = {}

    def convolution(name, weight):
        names[f"{name}/standardized_conv2d/kernel"] = weight.detach().permute(2, 3, 1, 0).numpy()

    def norm(name, layer):
        names[f"{name}/group_norm/gamma"] = layer.weight.detach().numpy()
        names[f"{name}/group_norm/beta"] = layer.bias.detach().numpy()

    convolution("resnet/root_block", model.stem.conv.weight)
    norm("resnet", model.norm)
    for number, stage in enumerate(model.stages, 1):
        for place, block in enumerate(stage.blocks, 1):
            unit = f"resnet/block{number}/unit{place:02d}"
            for letter, index in zip("abc", "123", strict=True):
                convolution(f"{unit}/{letter}", getattr(block, f"conv{index}").weight)
                norm(f"{unit}/{letter}", getattr(block, f"norm{index}"))
            if block.downsample is not None:
                convolution(f"{unit}/a/proj", block.downsample.conv.weight)
    names["resnet/head/conv2d/kernel"] = model.head.fc.weight.detach().permute(2, 3, 1, 0).numpy()
    names["resnet/head/conv2d/bias"] = model.head.fc.bias.detach().numpy()
    return names


def colour_bit():
    torch.manual_seed(3)
    return timm.create_model("resnetv2_50x1_bit", num_classes=1000, **dict(BIT.options)).eval()


def test_a_file_of_bit_s_authors_is_read(tmp_path):
    colour = colour_bit()
    np.savez(tmp_path / "BiT-S-R50x1.npz", **published(colour))
    made = build(given(tmp_path / "BiT-S-R50x1.npz", BIT), 3, seed=0, backbone=None).eval()
    assert_sees_the_same(made, colour)


def test_a_file_of_bit_of_another_depth_is_refused(tmp_path):
    torch.manual_seed(0)
    deeper = timm.create_model("resnetv2_101x1_bit", num_classes=5, **dict(BIT.options))
    np.savez(tmp_path / "deeper.npz", **published(deeper))
    with pytest.raises(WeightsError, match=r"153 not used by the network \(stages\.2\.blocks\.6"):
        build(given(tmp_path / "deeper.npz", BIT), 3, seed=0, backbone=None)


def test_a_relative_file_lies_in_the_folder_of_what_is_brought(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    path = tmp_path / "weights" / "BiT-S-R50x1.npz"
    path.parent.mkdir()
    np.savez(path, **published(colour_bit()))
    start = replace(BIT, weights=f"file:weights/BiT-S-R50x1.npz#{sha256(path)}")
    assert build(start, 3, seed=0, backbone=None) is not None
    with pytest.raises(WeightsError, match=r"SHA-256 is .*, expected one after #"):
        build(replace(BIT, weights="file:weights/BiT-S-R50x1.npz#"), 3, seed=0, backbone=None)


def test_a_file_of_bit_for_another_network_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", **published(colour_bit()))
    with pytest.raises(WeightsError, match=r"other\.npz: not those of resnet10t.*153 not used"):
        build(given(tmp_path / "other.npz"), 3, seed=0, backbone=None)
    np.savez(tmp_path / "wrong.npz", nothing=np.zeros(3))
    with pytest.raises(WeightsError, match=r"wrong\.npz: nothing is not a name of BiT's files"):
        build(given(tmp_path / "wrong.npz", BIT), 3, seed=0, backbone=None)


def test_what_is_no_plain_value_is_named_with_the_reason_why_it_is_refused(tmp_path):
    file = tmp_path / "weights.pth"
    torch.save(colour_network().state_dict() | {"best": Fraction(1, 2)}, file)
    said = (
        r"more than tensors and plain values \(.*fractions\.Fraction.*\), which is refused because"
    )
    with pytest.raises(WeightsError, match=said):
        build(given(file), 2, seed=0, backbone=None)


def test_the_reason_is_said_where_torch_s_begins_with_empty_lines(tmp_path):
    file = tmp_path / "weights.pkl"
    file.write_bytes(pickle.dumps({"name": "nothing of torch"}, protocol=3))
    with pytest.raises(WeightsError, match=r"plain values \(\w.*\), which is refused because"):
        build(given(file), 2, seed=0, backbone=None)
