"""Operations: how each operation of a network moves the cells of a tensor.

- A convolution or pooling of size ``k``, stride ``s``, padding ``p`` and dilation ``d`` moves the
  centre by ``((k - 1) d / 2 - p)`` distances, and multiplies the distance by ``s``.
- Padding, slicing and resizing move it likewise.
- Exchanging axes moves nothing, but rows and columns are other axes then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from cxrstudy.explain.cells import Axis, Cells


@dataclass(frozen=True)
class Grid:
    """Geometry of a tensor: where, and which axes of the tensor are rows and columns."""

    cells: Cells
    axes: tuple[int, int]
    shape: tuple[int, int]


def _pair(value: Any, default: int) -> tuple[int, int]:
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return default, default
    if isinstance(value, int):
        return value, value
    return (value[0], value[0]) if len(value) == 1 else (value[0], value[1])


def _new(before: Grid, rows: Axis, columns: Axis, output: Tensor) -> Grid:
    shape = tuple(output.shape[axis] for axis in before.axes)
    return Grid(Cells(rows, columns), before.axes, (shape[0], shape[1]))


def _windowed(
    before: Grid, output: Tensor, size: Any, stride: Any, padding: Any, dilation: Any
) -> Grid:
    sizes = _pair(size, 1)
    strides = sizes if stride in ([], (), None) else _pair(stride, 1)
    paddings, dilations = _pair(padding, 0), _pair(dilation, 1)
    rows, columns = (
        axis.windowed(sizes[i], strides[i], paddings[i], dilations[i])
        for i, axis in enumerate((before.cells.rows, before.cells.columns))
    )
    return _new(before, rows, columns, output)


def _convolution(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
    _, weight, _, stride, padding, dilation, transposed = args[:7]
    if transposed or output.ndim != 4:
        return _resized(before, args, output)
    return _windowed(before, output, weight.shape[-2:], stride, padding, dilation)


def _max_pool(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
    size, stride, padding, dilation = (*args[1:5], *[None] * 4)[:4]
    return _windowed(before, output, size, stride, padding, dilation)


def _average_pool(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
    size, stride, padding = (*args[1:4], *[None] * 3)[:3]
    return _windowed(before, output, size, stride, padding, None)


def _padded(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
    ends = list(args[1])  # of the last axis first: before, after
    moved = {output.ndim - 1 - i: ends[2 * i] for i in range(len(ends) // 2)}
    rows, columns = (
        Axis(cells.first - moved.get(axis, 0) * cells.step, cells.step)
        for cells, axis in zip((before.cells.rows, before.cells.columns), before.axes, strict=True)
    )
    return _new(before, rows, columns, output)


def _resized(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
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


def _sliced(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
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


def _permuted(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
    order = [axis % output.ndim for axis in args[1]]
    return Grid(
        before.cells, (order.index(before.axes[0]), order.index(before.axes[1])), before.shape
    )


def _transposed(before: Grid, args: tuple[Any, ...], output: Tensor) -> Grid | None:
    order = list(range(output.ndim))
    one, other = (axis % output.ndim for axis in args[1:3])
    order[one], order[other] = order[other], order[one]
    return _permuted(before, (args[0], order), output)


#: Where an operation of PyTorch puts the cells, by its name; others keep them.
MOVES: Mapping[str, Callable[[Grid, tuple[Any, ...], Tensor], Grid | None]] = {
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
