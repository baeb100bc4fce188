"""Backbone: the part of a network that is passed from stage to stage; each stage has a new head."""

from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor, nn


def backbone_of(model: nn.Module) -> dict[str, Tensor]:
    """Weights and running statistics of all layers except the head, on the CPU."""
    return {
        name: value.detach().cpu().contiguous()
        for name, value in model.state_dict().items()
        if not in_head(model, name)
    }


def head_of(model: nn.Module) -> dict[str, Tensor]:
    """Weights of the head, which :func:`backbone_of` omits, on the CPU."""
    return {
        name: value.detach().cpu().contiguous()
        for name, value in model.state_dict().items()
        if in_head(model, name)
    }


def load_backbone(model: nn.Module, backbone: dict[str, Tensor]) -> None:
    """Load a backbone's weights into a model; the head stays unchanged.

    Raises
    ------
    ValueError
        A weight is missing, unknown or of another shape.
    """
    expected = {name: value.shape for name, value in backbone_of(model).items()}
    given = {name: value.shape for name, value in backbone.items()}
    wrong = [name for name in expected | given if expected.get(name) != given.get(name)]
    if wrong:
        raise ValueError(
            f"the weights do not fit {type(model).__name__}: {len(wrong)} missing, unknown or of "
            f"another shape ({', '.join(wrong[:3])}); stages of a chain must have the same "
            "architecture and options"
        )
    model.load_state_dict(backbone, strict=False)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read the backbone or the head of a run."""
    return safetensors.torch.load_file(path)


def write_weights(weights: dict[str, Tensor], path: Path) -> None:
    """Write a backbone or a head as safetensors.

    Raises
    ------
    OSError
        The file can't be written, as on a full disk.
    """
    try:
        safetensors.torch.save_file(weights, path)
    except SafetensorError as error:
        raise OSError(f"{path}: {error}") from error


def facts_of(model: nn.Module) -> dict[str, Any]:
    """Facts about an architecture, from timm: names of head and stem, mean, standard deviation."""
    facts: Any = model.pretrained_cfg
    return dict(facts)


def in_head(model: nn.Module, name: str) -> bool:
    """Whether a weight belongs to the head, according to timm."""
    heads = facts_of(model)["classifier"]
    heads = (heads,) if isinstance(heads, str) else heads
    return name.startswith(tuple(f"{head}." for head in heads))
