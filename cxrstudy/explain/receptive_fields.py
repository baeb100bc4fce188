"""Receptive fields: where the cells of a layer's map lie, from a pass through the network.

Centres are computed from the strides and paddings that a network really uses: a pass of the network
is followed operation by operation. Each tensor has the centre of its first cell and the distance of
its cells, in pixels, and :mod:`cxrstudy.explain.operations` says how an operation moves them.

- Where branches come together (shortcuts, dense blocks) the centre is their mean, weighted by how
  much each varies over a noise image; a branch that is switched off counts nothing.
- Attention and other operations keep the centre of the tensor of the same grid. If none is known,
  the cells divide the last known grid evenly, as the patches of a transformer do.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cxrstudy.explain.cells import Axis, Cells
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.layers import channels_of, find_layer, grid_of
from cxrstudy.explain.operations import MOVES, Grid
from cxrstudy.explain.state import untouched


def cells_of(model: nn.Module, layer: str | None, pixels: int) -> Cells:
    """Compute where the cells of a layer's map lie in square images.

    Parameters
    ----------
    model
        A network; it is not changed.
    layer
        Dotted name; None for the default, as in :func:`cxrstudy.explain.heatmaps`.
    pixels
        Side of the images.

    Raises
    ------
    ExplainError
        There is no such layer, or its output is no grid.

    Examples
    --------
    >>> import timm
    >>> model = timm.create_model("resnet18", in_chans=1)
    >>> cells_of(model, "layer4", 64).rows  # cells of 32 pixels, 15.5 pixels up and left
    Axis(first=0.5, step=32.0)
    """
    target = find_layer(model, layer)
    parameter = next(model.parameters(), None)
    device = "cpu" if parameter is None else parameter.device
    noise = torch.Generator().manual_seed(0)
    image = torch.randn(1, channels_of(model), pixels, pixels, generator=noise).to(device)
    if parameter is not None:
        image = image.to(parameter.dtype)
    grid = grid_of(model, (pixels, pixels))
    found: list[Cells] = []
    trace = _Trace(image)

    def look(layer: nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            rows, columns = grid(output).shape[-2:]
            found.append(trace.cells(output, (rows, columns)))

    with untouched(model):
        handle = target.register_forward_hook(look)
        try:
            with torch.no_grad(), trace:
                model(image)
        finally:
            handle.remove()
    if not found:
        raise ExplainError(f"layer {layer!r} gave no tensor, so its cells have no place")
    return found[-1]


class _Trace(TorchDispatchMode):
    """Follows the geometry of all tensors of a pass."""

    def __init__(self, image: Tensor) -> None:
        super().__init__()
        sides = (image.shape[-2], image.shape[-1])
        start = Grid(Cells(Axis(), Axis()), (2, 3), sides)
        self.known: dict[int, Grid] = {id(image): start}
        self.last = start
        self.kept: list[Tensor] = [image]  # so that no id is used twice

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        inputs = [value for value in tree_leaves((args, kwargs)) if isinstance(value, Tensor)]
        grids = {id(value): self.known[id(value)] for value in inputs if id(value) in self.known}
        # Before the operation, which may overwrite its input.
        weighted = [
            (grid, _variation(grid, value) if len(set(grids.values())) > 1 else 1.0)
            for value in inputs
            if (grid := grids.get(id(value))) is not None
        ]
        output = func(*args, **(kwargs or {}))
        move = MOVES.get(func.overloadpacket.__name__)
        first = grids.get(id(args[0])) if args else None
        for made in (value for value in tree_leaves(output) if isinstance(value, Tensor)):
            found = move(first, args, made) if move and first else _joined(weighted, made)
            if found is not None:
                self.kept.append(made)
                self.known[id(made)] = self.last = found
        return output

    def cells(self, output: Tensor, grid: tuple[int, int]) -> Cells:
        """Cells of a tensor, or those that divide the last known grid evenly."""
        own = self.known.get(id(output))
        if own is not None and own.shape == grid:
            return own.cells
        last = self.last
        for geometry in reversed(list(self.known.values())):
            if geometry.shape == grid:
                return geometry.cells
        rows, columns = (
            axis.scaled(before / now)
            for axis, before, now in zip(
                (last.cells.rows, last.cells.columns), last.shape, grid, strict=True
            )
        )
        return Cells(rows, columns)


def _joined(grids: Iterable[tuple[Grid, float]], output: Tensor) -> Grid | None:
    """Geometry of an operation that keeps places: the mean of its inputs of the same grid."""
    fitting = [(one, weight) for one, weight in grids if _fits(one, output)]
    if not fitting:
        return None
    first = fitting[0][0]
    weights = [weight for _, weight in fitting]
    total = sum(weights)
    shares = [weight / total if total else 1 / len(weights) for weight in weights]
    rows, columns = (
        Axis(
            sum(share * axis.first for share, axis in zip(shares, axes, strict=True)),
            sum(share * axis.step for share, axis in zip(shares, axes, strict=True)),
        )
        for axes in (
            [one.cells.rows for one, _ in fitting],
            [one.cells.columns for one, _ in fitting],
        )
    )
    return Grid(Cells(rows, columns), first.axes, first.shape)


def _fits(grid: Grid, output: Tensor) -> bool:
    """Whether a tensor has this grid in the same axes."""
    there = max(grid.axes) < output.ndim and min(grid.shape) > 0
    return there and tuple(output.shape[axis] for axis in grid.axes) == grid.shape


def _variation(grid: Grid, value: Tensor) -> float:
    """How much a tensor varies over its grid: the sum of variances of all channels."""
    if not value.is_floating_point() or 1 in grid.shape or max(grid.axes) >= value.ndim:
        return 1.0
    return float(value.var(grid.axes).sum())
