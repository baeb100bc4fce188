"""Role pixels: the pixels of a role's images, read from the memory maps of their manifests.

Pixels are stored once per manifest and resolution. An image in several roles, or in pooled roles,
is therefore decoded only once.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.pixels.masking import Visible, masked
from cxrstudy.pixels.pixel_file import open_checked


class RolePixels:
    """The images of a role, indexed like one (n, pixels, pixels) uint8 array.

    Parameters
    ----------
    table
        Table of a role; its columns ``manifest`` and ``row`` give the position of each image.
    maps
        Name of each manifest to its pixel file, from :func:`cxrstudy.pixels.memory_map.build`.
    visible
        Visible part of each image; see :mod:`cxrstudy.pixels.masking`.
    """

    def __init__(
        self, table: pd.DataFrame, maps: Mapping[str, Path], visible: Visible = "whole"
    ) -> None:
        names = list(dict.fromkeys(table["manifest"]))
        self._maps = [open_checked(maps[name]) for name in names]
        self._map = table["manifest"].map(names.index).to_numpy(np.intp)
        self._visible: Visible = visible
        self._row = table["row"].to_numpy(np.intp)

    def __len__(self) -> int:
        return len(self._row)

    def __getitem__(self, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Read images by row number into a new array, in the given order."""
        gathered = np.empty((len(rows), *self._maps[0].shape[1:]), np.uint8)
        for number, pixels in enumerate(self._maps):
            here = self._map[rows] == number
            gathered[here] = pixels[self._row[rows[here]]]
        return masked(gathered, self._visible)
