"""Maps: class activation maps by grad-cam, at a layer's resolution."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.base.locks import lock_of
from cxrstudy.explain.cells import Cells, interpolation
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.layers import find_layer, grid_of, legal
from cxrstudy.explain.methods import cam_class, method_of
from cxrstudy.explain.state import untouched

Floats = NDArray[np.float32]
Report = Callable[[float], None]

#: Images per backward pass of a fast method; the last bits of the result depend on it.
BATCH = 32
#: Channels per forward pass of a slow method.
CHANNELS = 32


def heatmaps(
    model: nn.Module,
    images: Floats | Tensor,
    label: int,
    method: str = "gradcam",
    layer: str | None = None,
    report: Report | None = None,
) -> Floats:
    """Make one map per image of the evidence for a label.

    The score that is explained is the logit of the label, before softmax or sigmoid. Only positive
    contributions are kept (the ReLU of the papers).

    Parameters
    ----------
    model
        A network in any mode, frozen or not, on any device. It is restored afterwards, hooks
        included, also after an interruption. Its lock is held (`cxrstudy.base.locks`), so that
        threads may call this at once.
    images
        (n, 1, h, w), or one image (1, h, w), normalised for the network.
    label
        Index of the logit; 0 for a head with one logit.
    method
        A name in :data:`cxrstudy.explain.METHODS`.
    layer
        Dotted name; None for the last of :func:`cxrstudy.explain.layer_names`.
    report
        Called with the finished fraction, 0 to 1, after every batch of images, with a slow method
        after every batch of channels. An exception in it stops the
        work; nothing is left changed.

    Returns
    -------
    (n, h', w') raw maps at the layer's resolution: not negative, in units of the method. A map is
    zero everywhere if there is no evidence for the label. See :func:`relative` and
    :func:`upsample`.

    Raises
    ------
    ExplainError
        Method, layer, label or images are not legal; the message says what is legal. Or a map is
        not finite, because weights or pixels are not.
    """
    slow = method_of(method).slow
    target = find_layer(model, layer)
    found: list[Floats] = []
    # Hooks of two explanations at a time would read each other's values.
    with lock_of(model), untouched(model):
        batch = _as_batch(images, model)
        parts = batch.split(1 if slow else BATCH)
        for part in parts:
            within = _within(report, len(found), len(parts)) if slow else None
            found.append(_batch_of_maps(model, part, label, method, target, within))
            if report:
                report(len(found) / len(parts))
    maps = np.concatenate(found)
    if not np.isfinite(maps).all():
        raise ExplainError("a map is not finite: look for NaN in the images and the weights")
    return maps


def relative(maps: Floats) -> Floats:
    """Divide each (h, w) map by its maximum; a map that is zero everywhere is unchanged."""
    peak = maps.max((1, 2), keepdims=True)
    return np.asarray(maps / np.where(peak > 0, peak, 1), np.float32)


def upsample(maps: Floats, pixels: int, cells: Cells) -> Floats:
    """Interpolate maps (n, h', w') bilinearly to (n, pixels, pixels).

    Parameters
    ----------
    maps
        At a layer's resolution.
    pixels
        Side of the images.
    cells
        Where the cells lie, from :func:`cxrstudy.explain.cells_of`. Beyond the outermost centres
        the outermost values go on.
    """
    small = np.asarray(maps, np.float32)
    down, right = (
        interpolation(axis, count, pixels)
        for axis, count in zip((cells.rows, cells.columns), small.shape[1:], strict=True)
    )
    return np.asarray(down @ small @ right.T, np.float32)


def _as_batch(images: Floats | Tensor, model: nn.Module) -> Tensor:
    parameter = next(model.parameters(), None)
    # A copy: torch warns about read-only arrays, and can't differentiate tensors of inference mode.
    tensor = images if isinstance(images, Tensor) else torch.from_numpy(np.array(images))
    batch = tensor.detach().clone()
    batch = batch[None] if batch.ndim == 3 else batch
    if batch.ndim != 4 or not len(batch) or not batch.is_floating_point():
        raise ExplainError(
            "images must be floating-point numbers (n, 1, h, w), normalised, n at least 1, not "
            f"{tuple(batch.shape)} of {batch.dtype}"
        )
    return batch if parameter is None else batch.to(parameter)


def _batch_of_maps(
    model: nn.Module,
    images: Tensor,
    label: int,
    method: str,
    layer: nn.Module,
    report: Report | None,
) -> Floats:
    """Make the maps of one batch, like grad-cam's ``forward`` without its scaling.

    grad-cam would rescale each map to its range and to the size of the image, and clear the
    gradients of a model in training.
    """
    grids = grid_of(model, (images.shape[2], images.shape[3]))
    targets = [lambda logits: logits[label]] * len(images)
    with _made(model, layer, method, grids) as cam:
        kept = cam.activations_and_grads
        with torch.set_grad_enabled(cam.uses_gradients):
            logits = kept(images)
            _check(model, logits, label, len(kept.activations))
            if cam.uses_gradients:
                logits[:, label].sum().backward()
        cells = kept.activations[0].numpy()
        slopes = kept.gradients[0].numpy() if cam.uses_gradients else None
        kept.release()  # otherwise Score-CAM would keep the activations of all passes
        passes = -(-cells.shape[1] // CHANNELS)
        # Without warnings: heatmaps raises an error if a map is not finite.
        with _counted(model, passes, report), np.errstate(all="ignore"):
            if slopes is not None and method == "gradcam++":
                cells, slopes = _in_scale(cells, slopes)
            maps: Floats = cam.get_cam_image(images, layer, targets, cells, slopes, False)
    return np.maximum(maps, 0).astype(np.float32)


@contextmanager
def _made(model: nn.Module, layer: nn.Module, method: str, grids: Any) -> Iterator[Any]:
    """Make grad-cam's object, with additional hooks so that it works at any layer.

    Before its hooks: the graph begins at the layer, so that earlier layers need no gradient and no
    memory. After its hooks: later layers get a copy, because an in-place activation would change
    what grad-cam has stored.
    """
    before = layer.register_forward_hook(_begin)
    cam = cam_class(method)(model, [layer], grids)
    cam.batch_size = CHANNELS
    after = layer.register_forward_hook(lambda layer, inputs, output: output.clone())
    try:
        yield cam
    finally:
        before.remove()
        after.remove()
        cam.activations_and_grads.release()


def _begin(layer: nn.Module, inputs: Any, output: Any) -> Any:
    if not isinstance(output, Tensor):
        raise ExplainError(f"the layer's output is a {type(output).__name__}, not one tensor")
    return output.detach().requires_grad_(torch.is_grad_enabled())


def _check(model: nn.Module, logits: Tensor, label: int, passes: int) -> None:
    if passes != 1:
        raise ExplainError(
            f"the layer runs {passes} times in a pass, a map needs one that runs once; "
            f"{legal(model)}"
        )
    if logits.ndim != 2 or not 0 <= label < logits.shape[1]:
        raise ExplainError(
            f"no label {label}: the network's output is {tuple(logits.shape)}, and a label is an "
            "index, from 0, of (n, labels)"
        )
    if torch.is_grad_enabled() and not logits.requires_grad:
        raise ExplainError(f"the layer has no part in the scores; {legal(model)}")


def _in_scale(cells: Floats, slopes: Floats) -> tuple[Floats, Floats]:
    """Scale gradients of each image to a maximum of 1 to 2, and activations inversely.

    Grad-CAM++ (equation 19) is invariant under ``t g`` and ``A / t``. grad-cam adds 1e-6 to its
    denominator, compared with which the squared gradients of a large grid would be negligible.
    ``t`` is a power of two, so nothing is rounded.
    """
    largest = np.abs(slopes).max((1, 2, 3), keepdims=True)
    factor = np.exp2(-np.floor(np.log2(np.where(largest > 0, largest, 1)))).astype(np.float32)
    return cells / factor, slopes * factor


@contextmanager
def _counted(model: nn.Module, passes: int, report: Report | None) -> Iterator[None]:
    """Report the finished fraction of passes before each pass of a slow method."""
    done = 0

    def count(model: nn.Module, inputs: Any) -> None:
        nonlocal done
        if report:
            report(min(done / passes, 1.0))
        done += 1

    handle = model.register_forward_pre_hook(count)
    try:
        yield
    finally:
        handle.remove()


def _within(report: Report | None, done: int, images: int) -> Report | None:
    """Convert the fraction of one image to a fraction of all images."""
    return (lambda share: report((done + share) / images)) if report else None
