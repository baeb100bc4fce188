"""Layers: the layers of a network at which maps can be made, from timm or by dotted name."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from cxrstudy.explain.errors import ExplainError

#: Side of the image that finds the layers of a network that takes any size.
SIDE = 128

#: Layers by network; found by a pass, which no change of weights can change.
_KNOWN: "WeakKeyDictionary[nn.Module, list[str]]" = WeakKeyDictionary()


def layer_names(model: nn.Module) -> list[str]:
    """Names of the usual layers for maps, from shallow to deep; the last is the default.

    The default is the last layer that the head pools: the last part of a pass whose output is a
    grid of which the cells reach the scores (more than half of them, because units may be dead).
    It is found by a pass and its gradients, so it holds for any network, also if a norm, a
    convolution or tokens follow the last stage. Before it come the stages that timm lists as
    features; in a transformer the first norm of each block, because of the last block's output
    only the class token may reach the head; in any other network its two-dimensional convolutions.

    Parameters
    ----------
    model
        A network; it is not changed.

    Returns
    -------
    Dotted names; :func:`cxrstudy.explain.heatmaps` also accepts any other module whose output is a
    grid, by its dotted name.

    Raises
    ------
    ExplainError
        The network has no such layer; the message names the parts whose output is a grid.
    """
    if model not in _KNOWN:
        _KNOWN[model] = _found(model)
    return list(_KNOWN[model])


def find_layer(model: nn.Module, layer: str | None) -> nn.Module:
    """Find a layer by dotted name, or the default.

    Raises
    ------
    ExplainError
        There is no layer with this name; the message lists :func:`layer_names`.
    """
    names = layer_names(model)
    modules: dict[str, nn.Module] = dict(model.named_modules())
    name = names[-1] if layer is None else layer
    if not name or name not in modules:
        raise ExplainError(f"no layer {name!r} in {type(model).__name__}; {legal(model)}")
    return modules[name]


def legal(model: nn.Module) -> str:
    """List the layers, for error messages."""
    return f"choose one of {', '.join(layer_names(model))}"


def grid_of(
    model: nn.Module, sides: tuple[int, int], told: bool = True
) -> Callable[[Tensor], Tensor]:
    """Make the function that converts a layer's output to grids.

    Parameters
    ----------
    model
        The network that contains the layer.
    sides
        Height and width of the images, which decide the grid of a transformer's tokens.
    told
        Whether errors list the legal layers, which takes a pass.

    Returns
    -------
    Function to (n, channels, h', w') from the same shape, from (n, h', w', channels) if timm says
    that the network uses it, or from (n, tokens, channels). Tokens that are not patches (class,
    distillation, registers) are dropped. It raises ``ExplainError`` for any other output.
    """
    return partial(_grid, model, sides, told)


def channel_axis(model: nn.Module, output: Tensor) -> int:
    """Number of the axis with the channels in a layer's output."""
    tokens = output.ndim == 3
    return -1 if tokens or getattr(model, "output_fmt", "NCHW") == "NHWC" else 1


def _grid(model: nn.Module, sides: tuple[int, int], told: bool, output: Tensor) -> Tensor:
    advice = f"; {legal(model)}" if told and output.ndim != 4 else ""
    if output.ndim == 4:
        return output.movedim(channel_axis(model, output), 1)
    embedding = getattr(model, "patch_embed", None)
    if output.ndim != 3 or embedding is None:
        raise ExplainError(
            f"the layer's output {tuple(output.shape)} has no grid to make a map of{advice}"
        )
    rows, columns = embedding.dynamic_feat_size(sides)
    patches = output[:, getattr(model, "num_prefix_tokens", 0) :]
    if patches.shape[1] != rows * columns:
        raise ExplainError(
            f"the layer's output has {patches.shape[1]} tokens, the images have {rows} x {columns} "
            f"patches{advice}"
        )
    grids: Tensor = patches.transpose(1, 2).unflatten(2, (rows, columns))
    return grids


def _is_transformer(model: nn.Module) -> bool:
    """Whether blocks pass on tokens, as in timm's vision transformers."""
    return hasattr(model, "num_prefix_tokens") and hasattr(model, "patch_embed")


def _features(model: nn.Module) -> list[str]:
    """Parts that timm lists as features, or all convolutions."""
    features = [feature["module"] for feature in getattr(model, "feature_info", None) or []]
    if not features:
        return [name for name, part in model.named_modules() if isinstance(part, nn.Conv2d)]
    return [f"{name}.norm1" for name in features] if _is_transformer(model) else features


def _found(model: nn.Module) -> list[str]:
    features = _features(model)
    if not features:
        raise ExplainError(f"{type(model).__name__} has no layer with a grid to make a map at")
    if not getattr(model, "feature_info", None):
        return features
    grids, reaching = _grids(model)
    if not reaching:
        raise ExplainError(
            f"{type(model).__name__}: no part with a grid reaches the scores; parts with a grid "
            f"are {', '.join(grids) or 'none'}"
        )
    order = list(grids)
    same = [name for name in reaching if grids[name] == grids[reaching[-1]]]
    pooled = min(same, key=lambda name: (name not in features, name.count("."), order.index(name)))
    usual = [name for name in features if name in grids and order.index(name) < order.index(pooled)]
    return [*(name for name in usual if grids[name] != grids[pooled]), pooled]


def _grids(model: nn.Module) -> tuple[dict[str, int], list[str]]:
    """Parts whose output is a grid, with the number of their output, in the order of a pass.

    Then those of which more than half of the cells reach the scores: all, but for dead units.
    """
    network = deepcopy(model).cpu().float().eval()
    with torch.inference_mode(False), torch.enable_grad():
        side = side_of(network)
        generator = torch.Generator().manual_seed(0)
        for parameter in network.parameters():
            parameter.requires_grad_(True)
            if not parameter.detach().any():  # some heads and branches begin switched off
                values = torch.randn(parameter.shape, generator=generator)
                parameter.data = 0.02 * values
        grid = grid_of(network, (side, side), told=False)
        outputs: dict[str, Tensor] = {}

        def keep(name: str) -> Callable[[nn.Module, Any, Any], None]:
            def hook(part: nn.Module, inputs: Any, output: Any) -> None:
                if isinstance(output, Tensor) and output.requires_grad:
                    outputs.pop(name, None)
                    outputs[name] = output

            return hook

        for name, part in network.named_modules():
            if name and not _within_attention(network, name):
                part.register_forward_hook(keep(name))
        image = torch.randn(1, channels_of(network), side, side, generator=generator)
        logits = network(image)
        logits = logits[0] if isinstance(logits, (tuple, list)) else logits
        shaped: dict[str, Tensor] = {}
        for name, output in outputs.items():
            try:
                cells = grid(output).shape[-2:]
            except (ExplainError, RuntimeError):
                continue
            if min(cells) > 1 and max(cells) <= side:
                shaped[name] = output
        mixed = (logits * torch.randn(logits.shape, generator=generator)).sum()
        slopes = torch.autograd.grad(mixed, list(shaped.values()), allow_unused=True)
        numbers = {id(output): number for number, output in enumerate(shaped.values())}
        names = {name: numbers[id(output)] for name, output in shaped.items()}
        reaching = [
            name
            for name, slope in zip(shaped, slopes, strict=True)
            if slope is not None and _reaches(grid(slope))
        ]
    return names, reaching


def _reaches(slope: Tensor) -> bool:
    return float((slope.abs().sum(1) > 0).float().mean()) > 0.5


def _within_attention(model: nn.Module, name: str) -> bool:
    """Whether a part lies inside an attention, whose values are not those of the grid itself."""
    above = name.split(".")
    parents = (model.get_submodule(".".join(above[:i])) for i in range(1, len(above)))
    kinds = (type(part).__name__.lower() for part in parents)
    return any("attention" in kind or "attn" in kind for kind in kinds)


def side_of(model: nn.Module) -> int:
    """Side of an image that the network takes."""
    embedding = getattr(model, "patch_embed", None)
    size = getattr(embedding, "img_size", None)
    facts = getattr(model, "pretrained_cfg", None)
    known = dict(facts) if facts else {}
    if size is not None:
        return int(size[0] if isinstance(size, (tuple, list)) else size)
    if known.get("fixed_input_size"):
        return int(known["input_size"][-1])
    return SIDE


def channels_of(model: nn.Module) -> int:
    """Channels of the network's input, 1 or 3: those of its first convolution."""
    first = next((part for part in model.modules() if isinstance(part, nn.Conv2d)), None)
    return 3 if first is not None and first.in_channels % 3 == 0 else 1
