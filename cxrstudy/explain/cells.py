"""Cells: where the cells of a layer's map lie in the image.

A map of a layer has one number per cell. A cell looks at a part of the image, and its number
belongs to the centre of this part. It is not always the centre of a square of its own: a 3 x 3
convolution with stride 2 and padding 1 looks at pixels -1 to 1 for its first cell, so the cells of
many networks lie up to half a cell up and left; one-sided padding (``same``) moves them down and
right (Araujo, Norris and Sim 2019).

Centres are computed from the strides and paddings that a network really uses: a pass of the network
is followed operation by operation. Each tensor has the centre of its first cell and the distance of
its cells, in pixels:

- a convolution or pooling of size ``k``, stride ``s``, padding ``p`` and dilation ``d`` moves the
  centre by ``((k - 1) d / 2 - p)`` distances, and multiplies the distance by ``s``;
- padding, slicing and resizing move it likewise;
- where branches come together (shortcuts, dense blocks) the centre is their mean, weighted by how
  much each varies over a noise image; a branch that is switched off counts nothing;
- attention and other operations keep the centre of the tensor of the same grid. If none is known,
  the cells divide the last known grid evenly, as the patches of a transformer do.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.layers import channels_of, find_layer, grid_of
from cxrstudy.explain.state import untouched


@dataclass(frozen=True)
class Axis:
    """Cells along one side of an image, in pixels; the first pixel's centre is at one half.

    Attributes
    ----------
    first
        Centre of the first cell.
    step
        Distance of two cells' centres.
    """

    first: float = 0.5
    step: float = 1.0

    def windowed(self, size: int, stride: int, padding: int, dilation: int = 1) -> "Axis":
        """Cells after a convolution or pooling."""
        moved = ((size - 1) * dilation / 2 - padding) * self.step
        return Axis(self.first + moved, self.step * stride)

    def scaled(self, ratio: float) -> "Axis":
        """Cells that divide the same area evenly, each as large as ``ratio`` of these."""
        return Axis(self.first + (ratio - 1) / 2 * self.step, self.step * ratio)


@dataclass(frozen=True)
class Cells:
    """Where the cells of a map lie: rows from the top, columns from the left."""

    rows: Axis
    columns: Axis

    @classmethod
    def even(cls, grid: tuple[int, int], pixels: int) -> "Cells":
        """Cells that divide a square image evenly."""
        rows, columns = (Axis().scaled(pixels / count) for count in grid)
        return cls(rows, columns)

    def offset(self, grid: tuple[int, int], pixels: int) -> tuple[float, float]:
        """Pixels (down, right) from the centres of an even division to the cells' own.

        It is given at the middle of the image.
        """
        even = Cells.even(grid, pixels)
        down, right = (
            own.first + (count - 1) / 2 * own.step - (other.first + (count - 1) / 2 * other.step)
            for own, other, count in zip(
                (self.rows, self.columns), (even.rows, even.columns), grid, strict=True
            )
        )
        return down, right


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


def interpolation(axis: Axis, count: int, pixels: int) -> NDArray[np.float32]:
    """(pixels, count) weights of linear interpolation between the centres of cells."""
    place = (np.arange(pixels) + 0.5 - axis.first) / axis.step
    place = np.clip(place, 0, count - 1)
    before = np.minimum(place.astype(int), max(count - 2, 0))
    share = place - before
    weights = np.zeros((pixels, count), np.float32)
    rows = np.arange(pixels)
    weights[rows, before] = 1 - share
    weights[rows, np.minimum(before + 1, count - 1)] += share
    return weights


@dataclass(frozen=True)
class _Grid:
    """Geometry of a tensor: where, and which axes of the tensor are rows and columns."""

    cells: Cells
    axes: tuple[int, int]
    shape: tuple[int, int]


class _Trace(TorchDispatchMode):
    """Follows the geometry of all tensors of a pass."""

    def __init__(self, image: Tensor) -> None:
        super().__init__()
        sides = (image.shape[-2], image.shape[-1])
        start = _Grid(Cells(Axis(), Axis()), (2, 3), sides)
        self.known: dict[int, _Grid] = {id(image): start}
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
        rule = _RULES.get(func.overloadpacket.__name__)
        first = grids.get(id(args[0])) if args else None
        for made in (value for value in tree_leaves(output) if isinstance(value, Tensor)):
            found = rule(first, args, made) if rule and first else _joined(weighted, made)
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


def _joined(grids: Iterable[tuple[_Grid, float]], output: Tensor) -> _Grid | None:
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
    return _Grid(Cells(rows, columns), first.axes, first.shape)


def _fits(grid: _Grid, output: Tensor) -> bool:
    """Whether a tensor has this grid in the same axes."""
    there = max(grid.axes) < output.ndim and min(grid.shape) > 0
    return there and tuple(output.shape[axis] for axis in grid.axes) == grid.shape


def _variation(grid: _Grid, value: Tensor) -> float:
    """How much a tensor varies over its grid: the sum of variances of all channels."""
    if not value.is_floating_point() or 1 in grid.shape or max(grid.axes) >= value.ndim:
        return 1.0
    return float(value.var(grid.axes).sum())


def _pair(value: Any, default: int) -> tuple[int, int]:
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return default, default
    if isinstance(value, int):
        return value, value
    return (value[0], value[0]) if len(value) == 1 else (value[0], value[1])


def _new(before: _Grid, rows: Axis, columns: Axis, output: Tensor) -> _Grid:
    shape = tuple(output.shape[axis] for axis in before.axes)
    return _Grid(Cells(rows, columns), before.axes, (shape[0], shape[1]))


def _windowed(
    before: _Grid, output: Tensor, size: Any, stride: Any, padding: Any, dilation: Any
) -> _Grid:
    sizes = _pair(size, 1)
    strides = sizes if stride in ([], (), None) else _pair(stride, 1)
    paddings, dilations = _pair(padding, 0), _pair(dilation, 1)
    rows, columns = (
        axis.windowed(sizes[i], strides[i], paddings[i], dilations[i])
        for i, axis in enumerate((before.cells.rows, before.cells.columns))
    )
    return _new(before, rows, columns, output)


def _convolution(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    _, weight, _, stride, padding, dilation, transposed = args[:7]
    if transposed or output.ndim != 4:
        return _resized(before, args, output)
    return _windowed(before, output, weight.shape[-2:], stride, padding, dilation)


def _max_pool(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    size, stride, padding, dilation = (*args[1:5], *[None] * 4)[:4]
    return _windowed(before, output, size, stride, padding, dilation)


def _average_pool(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    size, stride, padding = (*args[1:4], *[None] * 3)[:3]
    return _windowed(before, output, size, stride, padding, None)


def _padded(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    ends = list(args[1])  # of the last axis first: before, after
    moved = {output.ndim - 1 - i: ends[2 * i] for i in range(len(ends) // 2)}
    rows, columns = (
        Axis(cells.first - moved.get(axis, 0) * cells.step, cells.step)
        for cells, axis in zip((before.cells.rows, before.cells.columns), before.axes, strict=True)
    )
    return _new(before, rows, columns, output)


def _resized(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    """Resizing and adaptive pooling: the same area in other cells."""
    if max(before.axes) >= output.ndim:
        return None
    shape = [output.shape[axis] for axis in before.axes]
    rows, columns = (
        axis.scaled(size / now)
        for axis, size, now in zip(
            (before.cells.rows, before.cells.columns), before.shape, shape, strict=True
        )
    )
    return _new(before, rows, columns, output)


def _sliced(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    axis, start, _, step = (*args[1:5], *[None] * 4)[:4]
    axis = (axis or 0) % output.ndim
    begin = start or 0
    if axis in before.axes and begin < 0:
        begin += before.shape[before.axes.index(axis)]
    rows, columns = (
        Axis(cells.first + begin * cells.step, cells.step * (step or 1)) if own == axis else cells
        for cells, own in zip((before.cells.rows, before.cells.columns), before.axes, strict=True)
    )
    return _new(before, rows, columns, output)


def _permuted(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    order = [axis % output.ndim for axis in args[1]]
    return _Grid(
        before.cells, (order.index(before.axes[0]), order.index(before.axes[1])), before.shape
    )


def _transposed(before: _Grid, args: tuple[Any, ...], output: Tensor) -> _Grid | None:
    order = list(range(output.ndim))
    one, other = (axis % output.ndim for axis in args[1:3])
    order[one], order[other] = order[other], order[one]
    return _permuted(before, (args[0], order), output)


_RULES: Mapping[str, Callable[[_Grid, tuple[Any, ...], Tensor], _Grid | None]] = {
    "convolution": _convolution,
    "mkldnn_convolution": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "avg_pool2d": _average_pool,
    "constant_pad_nd": _padded,
    "reflection_pad2d": _padded,
    "replication_pad2d": _padded,
    "_adaptive_avg_pool2d": _resized,
    "adaptive_max_pool2d": _resized,
    "upsample_nearest2d": _resized,
    "upsample_bilinear2d": _resized,
    "upsample_bicubic2d": _resized,
    "slice": _sliced,
    "permute": _permuted,
    "transpose": _transposed,
}
