"""Faithfulness: how the score changes when the important pixels of a map are changed.

After RISE (Petsiuk, Das and Saenko 2018, arXiv:1806.07421).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch import nn

from cxrstudy.base.progress import progress
from cxrstudy.data.role import Task
from cxrstudy.explain.cells import Cells
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.maps import upsample
from cxrstudy.explain.state import untouched
from cxrstudy.training.loss import probabilities

Floats = NDArray[np.float32]
Filling = Literal["blur", "mean"]

#: Steps of a curve; images per forward pass; standard deviation of the blur relative to the side.
STEPS, BATCH, BLUR = 20, 128, 1 / 10


@dataclass(frozen=True)
class Curves:
    """Scores while pixels are deleted and inserted, most important first.

    Attributes
    ----------
    shares
        (steps + 1,) fraction of pixels that are changed, 0 to 1.
    deletion, insertion
        (n, steps + 1) probabilities of the label.
    """

    shares: NDArray[np.float64]
    deletion: Floats
    insertion: Floats

    @property
    def areas(self) -> pd.DataFrame:
        """Area under each curve by the trapezoidal rule, one row per image, 0 to 1.

        A faithful map has a small area for ``deletion`` and a large one for ``insertion``.
        """
        return pd.DataFrame(
            {
                name: np.trapezoid(getattr(self, name), self.shares, axis=1)
                for name in ("deletion", "insertion")
            }
        )


def curves(
    model: nn.Module,
    images: Floats,
    maps: Floats,
    label: int,
    task: Task,
    steps: int = STEPS,
    filling: Filling = "blur",
    seed: int = 0,
    cells: Cells | None = None,
) -> Curves:
    """Delete and insert pixels in the order of a map.

    Parameters
    ----------
    model
        A network; it is restored afterwards.
    images
        (n, 1, h, h), normalised.
    maps
        (n, h', w'), of the size of the images, or at a layer's resolution with its ``cells``.
    label, kind
        The label whose probability is used, and the kind of classification.
    steps
        Number of steps; each changes the same number of pixels.
    filling
        Value of deleted and not yet inserted pixels: ``blur``, the image blurred by a tenth of its
        side, which leaves no artificial edges; or ``mean``, the image's mean grey. (Petsiuk et al.
        delete to grey and insert into a blur.)
    seed
        Seed of the order of pixels with equal values, such as zeros.
    cells
        Where the cells of smaller maps lie, from :func:`cxrstudy.explain.cells_of`.

    Raises
    ------
    ExplainError
        Shapes, label, steps or filling are not legal.
    """
    side = images.shape[-1]
    _check(images, maps, steps, filling)
    if maps.shape[1:] != (side, side) and cells is None:
        raise ExplainError(
            f"maps of {maps.shape[1:]} for images of {side} pixels: give cells, from cells_of, or "
            "upsample the maps first"
        )
    ranks = _ranks(upsample(maps, side, cells or Cells.even((side, side), side)), seed)
    filled = _filled(images, filling)
    shares = np.linspace(0, 1, steps + 1)
    scores: dict[str, list[Floats]] = {"deletion": [], "insertion": []}
    with untouched(model), torch.no_grad():
        for part in progress(list(_parts(len(images))), "deleting and inserting", "batch"):
            for share in shares:
                changed = (ranks[part] < round(share * side * side))[:, None]
                given, blank = images[part], filled[part]
                for name, shown in (
                    ("deletion", np.where(changed, blank, given)),
                    ("insertion", np.where(changed, given, blank)),
                ):
                    scores[name].append(_score(model, shown, label, task))
    deletion, insertion = (_in_rows(found, len(shares)) for found in scores.values())
    return Curves(shares, deletion, insertion)


def faithfulness(
    model: nn.Module,
    images: Floats,
    maps: Floats,
    label: int,
    task: Task,
    steps: int = STEPS,
    filling: Filling = "blur",
    seed: int = 0,
    cells: Cells | None = None,
) -> pd.DataFrame:
    """Compare areas under the curves with those of a random order.

    The random order is the map with shuffled cells, so that pixels are deleted in blocks of the
    same size, and only their positions differ.

    Parameters
    ----------
    model, images, maps, label, task, steps, filling, seed, cells
        As for :func:`curves`.

    Returns
    -------
    One row per image: ``image`` (its number), ``deletion``, ``insertion``, ``random_deletion``,
    ``random_insertion``.

    Raises
    ------
    ExplainError
        As :func:`curves`.
    """
    shared = (label, task, steps, filling, seed, cells)
    areas = curves(model, images, maps, *shared).areas
    random = curves(model, images, shuffled(maps, seed), *shared).areas
    table = areas.join(random.add_prefix("random_"))
    table.insert(0, "image", np.arange(len(table)))
    return table


def shuffled(maps: Floats, seed: int) -> Floats:
    """Shuffle the cells of each (h', w') map; the cells of a constant map get random ranks."""
    generator = np.random.default_rng([seed, 1])
    flat = maps.reshape(len(maps), -1)
    constant = flat.min(1) == flat.max(1)
    flat = np.where(constant[:, None], np.arange(flat.shape[1], dtype=np.float32), flat)
    return generator.permuted(flat, axis=1).reshape(maps.shape)


def _score(model: nn.Module, images: Floats, label: int, task: Task) -> Floats:
    parameter = next(model.parameters())
    logits = model(torch.from_numpy(images).to(parameter))
    if not 0 <= label < logits.shape[1]:
        raise ExplainError(f"no label {label}: the network has {logits.shape[1]}, counted from 0")
    return probabilities(logits.float(), task)[:, label].cpu().numpy()


def _ranks(maps: Floats, seed: int) -> NDArray[np.intp]:
    """Rank the pixels of each image, 0 for the most important, ties in random order."""
    flat = maps.reshape(len(maps), -1)
    generator = np.random.default_rng(seed)
    ties = generator.permuted(np.tile(np.arange(flat.shape[1]), (len(flat), 1)), axis=1)
    order = np.lexsort((ties, -flat), axis=1)
    ranks = np.argsort(order, axis=1)
    return ranks.reshape(maps.shape)


def _filled(images: Floats, filling: Filling) -> Floats:
    if filling == "mean":
        return np.broadcast_to(images.mean((2, 3), keepdims=True), images.shape)
    deviation = images.shape[-1] * BLUR
    blurred: Floats = gaussian_filter(images, (0, 0, deviation, deviation), mode="nearest")
    return blurred


def _parts(images: int) -> Iterator[slice]:
    return (slice(first, first + BATCH) for first in range(0, images, BATCH))


def _in_rows(scores: list[Floats], columns: int) -> Floats:
    """Arrange scores, one list entry per part and fraction, with one row per image."""
    parts = [scores[first : first + columns] for first in range(0, len(scores), columns)]
    return np.concatenate([np.stack(part, 1) for part in parts])


def _check(images: Floats, maps: Floats, steps: int, filling: str) -> None:
    if images.ndim != 4 or images.shape[2] != images.shape[3] or len(images) != len(maps):
        raise ExplainError(
            f"images {images.shape} must be (n, 1, h, h), with a map each, not maps {maps.shape}"
        )
    if maps.ndim != 3 or not len(maps) or steps < 1 or filling not in ("blur", "mean"):
        raise ExplainError(
            f"maps {maps.shape} must be (n, h', w'), n and steps ({steps}) at least 1, filling "
            f"({filling!r}) 'blur' or 'mean'"
        )
