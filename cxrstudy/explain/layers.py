"""Layers: the layers of a network at which maps can be made, from timm or by dotted name."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from cxrstudy.explain.errors import ExplainError

#: Top-level norms that some timm networks apply to the grid before pooling: ``norm`` in ResNetV2
#: and BiT, ``bn2`` in MobileNetV2 and EfficientNet (after their last convolution). A map is made
#: where the class score is computed, so after them.
LAST_NORMS = ("norm", "bn2")


def layer_names(model: nn.Module) -> list[str]:
    """Names of the usual layers for maps, from shallow to deep; the last is the default.

    =====================  ======================================================================
    timm's CNN             the stages that timm lists as features, then the norm after them
    timm's ViT             the first norm of each block, because of the last block's output only the
                           class token reaches the head, so no gradient reaches the patches
    any other network      its two-dimensional convolutions
    =====================  ======================================================================

    Parameters
    ----------
    model
        A network.

    Returns
    -------
    Dotted names; :func:`cxrstudy.explain.heatmaps` also accepts any other module whose output is a
    grid, by its dotted name.

    Raises
    ------
    ExplainError
        The network has no such layer.
    """
    features = [feature["module"] for feature in getattr(model, "feature_info", None) or []]
    if not features:
        features = [name for name, part in model.named_modules() if isinstance(part, nn.Conv2d)]
    elif _is_transformer(model):
        features = [f"{name}.norm1" for name in features]
    if not features:
        raise ExplainError(f"{type(model).__name__} has no layer with a grid to make a map at")
    return features + [name for name in _after(model, features[-1]) if name in LAST_NORMS]


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


def grid_of(model: nn.Module, sides: tuple[int, int]) -> Callable[[Tensor], Tensor]:
    """Make the function that converts a layer's output to grids.

    Parameters
    ----------
    model
        The network that contains the layer.
    sides
        Height and width of the images, which decide the grid of a transformer's tokens.

    Returns
    -------
    Function to (n, channels, h', w') from the same shape, from (n, h', w', channels) if timm says
    that the network uses it, or from (n, tokens, channels). Tokens that are not patches (class,
    distillation, registers) are dropped. It raises ``ExplainError`` for any other output.
    """
    return partial(_grid, model, sides)


def channel_axis(model: nn.Module, output: Tensor) -> int:
    """Number of the axis with the channels in a layer's output."""
    tokens = output.ndim == 3
    return -1 if tokens or getattr(model, "output_fmt", "NCHW") == "NHWC" else 1


def _grid(model: nn.Module, sides: tuple[int, int], output: Tensor) -> Tensor:
    if output.ndim == 4:
        return output.movedim(channel_axis(model, output), 1)
    embedding = getattr(model, "patch_embed", None)
    if output.ndim != 3 or embedding is None:
        raise ExplainError(
            f"the layer's output {tuple(output.shape)} has no grid to make a map of; {legal(model)}"
        )
    rows, columns = embedding.dynamic_feat_size(sides)
    patches = output[:, getattr(model, "num_prefix_tokens", 0) :]
    if patches.shape[1] != rows * columns:
        raise ExplainError(
            f"the layer's output has {patches.shape[1]} tokens, the images have {rows} x {columns} "
            f"patches; {legal(model)}"
        )
    grids: Tensor = patches.transpose(1, 2).unflatten(2, (rows, columns))
    return grids


def _is_transformer(model: nn.Module) -> bool:
    """Whether blocks pass on tokens, as in timm's vision transformers."""
    return hasattr(model, "num_prefix_tokens") and hasattr(model, "patch_embed")


def _after(model: nn.Module, name: str) -> list[str]:
    """Names of the top-level parts after the part with a layer, without identity modules."""
    if _is_transformer(model):
        return []
    children = dict(model.named_children())
    names = list(children)
    following = names[names.index(name.split(".")[0]) + 1 :]
    return [name for name in following if not isinstance(children[name], nn.Identity)]
