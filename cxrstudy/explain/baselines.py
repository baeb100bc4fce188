"""Baselines: maps that do not depend on a network, for comparison.

A map has few cells, and its enlargement is smooth. A mask drawn with sharp borders is no fair
comparison: it follows borders that no such map can follow. Masks are therefore drawn with the cells
of the maps that they are compared with, and enlarged in the same way.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from cxrstudy.explain.cells import Cells
from cxrstudy.explain.maps import upsample

Maps = NDArray[np.float32]
Masks = NDArray[np.bool_]

#: Standard deviation of the centre blob as a fraction of the image's side [by eye]: two thirds of
#: its energy lie within the middle half of the sides.
BLOB = 1 / 5

#: Names of masks that are drawn as maps. The second is what a perfect map of the lesions shows.
LUNGS, LESIONS = "lungs, at the map's resolution", "lesions, at the map's resolution"


def as_map(masks: Masks, cells: tuple[int, int]) -> Maps:
    """Draw masks as maps: the share of the mask in each cell, enlarged as a map is.

    Parameters
    ----------
    masks
        (n, side, side).
    cells
        Rows and columns of cells of the maps to compare with; at most the side.

    Returns
    -------
    (n, side, side), 0 to 1.

    Examples
    --------
    >>> halves = np.zeros((1, 8, 8), bool)
    >>> halves[:, :, 4:] = True
    >>> as_map(halves, (2, 2))[0, 0].astype(float).round(2).tolist()  # smooth
    [0.0, 0.0, 0.12, 0.38, 0.62, 0.88, 1.0, 1.0]
    """
    side = masks.shape[-1]
    return upsample(in_cells(masks, cells), side, Cells.even(cells, side))


def in_cells(masks: Masks, cells: tuple[int, int]) -> Maps:
    """Share of masks (n, side, side) in each of the cells of a map: (n, rows, columns)."""
    whole = torch.from_numpy(masks.astype(np.float32))
    return functional.adaptive_avg_pool2d(whole, cells).numpy()


def baselines(
    lungs: Masks, cells: tuple[int, int], lesions: Masks | None = None
) -> dict[str, Maps]:
    """Make baseline maps.

    Parameters
    ----------
    lungs
        (n, side, side) lung fields; for real images, whose lungs are unknown, the thorax-shaped
        centre.
    cells
        Rows and columns of cells of the maps to compare with.
    lesions
        (n, side, side), if they are known.

    Returns
    -------
    Maps (n, side, side) by name: ``uniform``; ``centre blob``, a Gaussian in the middle of the
    image; and, with the cells of a map, :data:`LUNGS` and, if known, :data:`LESIONS`.
    """
    shape = lungs.shape
    blob = np.outer(_bell(shape[1]), _bell(shape[2])).astype(np.float32)
    drawn = {LUNGS: lungs} if lesions is None else {LUNGS: lungs, LESIONS: lesions}
    return {
        "uniform": np.broadcast_to(np.float32(1), shape),
        "centre blob": np.broadcast_to(blob, shape),
        **{name: as_map(masks, cells) for name, masks in drawn.items()},
    }


def _bell(side: int) -> NDArray[np.float64]:
    place = (np.arange(side) + 0.5) / side - 0.5
    return np.asarray(np.exp(-0.5 * (place / BLOB) ** 2))
