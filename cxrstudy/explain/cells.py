"""Cells: where the cells of a map lie in the image.

A map of a layer has one number per cell. A cell looks at a part of the image, and its number
belongs to the centre of this part. It is not always the centre of a square of its own: a 3 x 3
convolution with stride 2 and padding 1 looks at pixels -1 to 1 for its first cell, so the cells of
many networks lie up to half a cell up and left; one-sided padding (``same``) moves them down and
right (Araujo, Norris and Sim 2019). :mod:`cxrstudy.explain.receptive_fields` computes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
