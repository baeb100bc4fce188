"""Weight files: which bytes initial weights are, without torch."""

import subprocess
import sys

import pytest

from cxrstudy.base.identity import file_sha256
from cxrstudy.training import weight_files
from cxrstudy.training.chain import Start
from cxrstudy.training.weight_files import UNKNOWN, obtain, packaged_file, sha256_of

LITE = "tf_efficientnet_lite0"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A folder as the hub's client keeps one."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def keep(hub, tag, content):
    path = hub / f"models--timm--{tag}" / "snapshots" / ("f" * 40) / "model.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_random_weights_are_no_bytes():
    assert sha256_of("random", LITE) == ""


def test_packaged_weights_are_the_bytes_of_the_package():
    # The file's own name ends with the first digits of its SHA-256, as torch's hub names files.
    assert sha256_of("imagenet", LITE).startswith("57934424")
    assert sha256_of("imagenet", LITE) == file_sha256(packaged_file(LITE))
    assert sha256_of("imagenet", "resnet18") == UNKNOWN


def test_a_pinned_file_or_tag_is_what_is_pinned(hub):
    assert sha256_of("file:weights/a.safetensors#abc", "any") == "abc"
    assert sha256_of("timm:resnet18.a1_in1k#def", "resnet18") == "def"


def test_a_tag_is_the_bytes_that_the_client_has_kept(hub):
    assert sha256_of("timm:resnet18.a1_in1k", "resnet18") == UNKNOWN
    path = keep(hub, "resnet18.a1_in1k", b"weights")
    assert sha256_of("timm:resnet18.a1_in1k", "resnet18") == file_sha256(path)


def test_only_tags_that_are_not_here_are_downloaded(hub, monkeypatch):
    keep(hub, "resnet18.a1_in1k", b"weights")
    asked = []
    monkeypatch.setattr("cxrstudy.training.weight_files.from_hub", asked.append)
    weights = ("random", "imagenet", "timm:resnet18.a1_in1k", "timm:resnet34.a1_in1k#ab",
               "timm:resnet34.a1_in1k", "file:x#ab")  # fmt: skip
    obtain(Start("resnet18", name) for name in (*weights, *weights))
    assert asked == ["resnet34.a1_in1k"]


def test_it_takes_no_torch():
    program = (
        "import sys\n"
        "from cxrstudy.training.weight_files import sha256_of\n"
        f"sha256_of('imagenet', {LITE!r})\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_a_package_nothing_is_known(monkeypatch):
    monkeypatch.setattr(weight_files, "find_spec", lambda _: None)
    assert packaged_file(LITE) is None
