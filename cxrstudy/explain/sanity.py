"""Sanity: whether a map changes when the weights of the network are randomised.

After Adebayo et al. 2018 (Sanity checks for saliency maps, arXiv:1810.03292).
"""

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from cxrstudy.base.progress import progress
from cxrstudy.explain.maps import heatmaps, upsample
from cxrstudy.explain.receptive_fields import cells_of
from cxrstudy.explain.similarity import similarities

#: Standard deviation for parameters that belong to no layer of torch (tokens, positions).
SPREAD = 0.02

#: Parts of timm's networks whose children are the blocks.
_CONTAINERS = (nn.Sequential, nn.ModuleList)


def blocks(model: nn.Module) -> list[str]:
    """Names of the blocks with weights, from the output (head) to the input (stem).

    A block is a top-level part of the network, or a child of a part that is a sequence of blocks.
    """
    names = []
    for name, part in model.named_children():
        inside = [f"{name}.{child}" for child, _ in part.named_children()]
        names += inside if _holds_blocks(part) else [name]
    weighted = [
        name for name in names if next(model.get_submodule(name).parameters(), None) is not None
    ]
    return weighted[::-1]


def cascade(model: nn.Module, seed: int = 0) -> Iterator[tuple[str, nn.Module]]:
    """Cascading randomisation: randomise a copy of a network block by block, from the output.

    Parameters
    ----------
    model
        A network; it is not changed.
    seed
        Seed of the random weights; torch's global random state is not changed.

    Yields
    ------
    Name of the block that was randomised last, and the network, in which this block and all later
    layers are random. It is the same object each time, so use it before the next step. With the
    last block, parameters that belong to no block (tokens, positions) are random too.
    """
    copy = deepcopy(model)
    names = blocks(copy)
    for number, name in enumerate(names):
        with torch.random.fork_rng():
            torch.manual_seed(seed * 10_007 + number)
            randomise(copy.get_submodule(name))
            if name == names[-1]:
                _draw_own(copy)
        yield name, copy


def randomise(part: nn.Module) -> None:
    """Draw new initial weights and statistics for a part of a network."""
    for module in part.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()
        else:
            _draw_own(module)


def cascade_similarity(
    model: nn.Module,
    images: NDArray[np.float32],
    label: int,
    method: str = "gradcam",
    layer: str | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare each image's map with those of increasingly randomised networks.

    Parameters
    ----------
    model, images, label, method, layer
        As for :func:`cxrstudy.explain.heatmaps`; images are square.
    seed
        Seed of the random weights.

    Returns
    -------
    One row per image and depth: ``image`` (its number), ``depth`` (randomised blocks, from 0),
    ``block`` (the last of them, ``none`` at depth 0, where both maps are the same), ``spearman``,
    ``ssim``. Maps are compared at the size of the images.

    Raises
    ------
    ExplainError
        As ``heatmaps``.
    """
    side = images.shape[-1]
    cells = cells_of(model, layer, side)

    def maps(network: nn.Module) -> NDArray[np.float32]:
        return upsample(heatmaps(network, images, label, method, layer), side, cells)

    trained = maps(model)
    tables = [_rows(0, "none", similarities(trained, trained))]
    steps = progress(cascade(model, seed), "randomising", "block", total=len(blocks(model)))
    for depth, (name, network) in enumerate(steps, start=1):
        tables.append(_rows(depth, name, similarities(trained, maps(network))))
    return pd.concat(tables, ignore_index=True)


def _holds_blocks(part: nn.Module) -> bool:
    """Whether a part is a sequence of blocks, like a stage, and not of layers, like a stem."""
    return isinstance(part, _CONTAINERS) and any(list(child.children()) for child in part)


def _rows(depth: int, block: str, columns: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    table = pd.DataFrame(columns).assign(depth=depth, block=block)
    table.insert(0, "image", np.arange(len(table)))
    return table


def _draw_own(module: nn.Module) -> None:
    """Draw the parameters of a module itself, not those of its parts."""
    for parameter in module.parameters(recurse=False):
        with torch.no_grad():
            parameter.normal_(0, SPREAD)
