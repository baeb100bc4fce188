"""Thumbnails: the images of a manifest at the size that checks use, and unreadable images."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base import places
from cxrstudy.pixels import memory_map
from cxrstudy.pixels.decode import UnreadableImage
from cxrstudy.runs import engine

#: Side of the thumbnails: enough for a hash and a border, decoded in seconds, and the side that the
#: quick profile decodes anyway.
PIXELS = 64
#: Number of rows from which several processes are used; for fewer, starting them takes longer.
PARALLEL_FROM = 500


@dataclass(frozen=True)
class Thumbnails:
    """Images of all rows of a manifest, including excluded ones, at :data:`PIXELS` pixels.

    Attributes
    ----------
    pixels
        (n, 64, 64); black if an image could not be read.
    unreadable
        Row to the error of its image, with a code of :mod:`cxrstudy.pixels.decode`.
    """

    pixels: NDArray[np.uint8]
    unreadable: Mapping[int, str]


def look(table: pd.DataFrame, included: pd.DataFrame) -> Thumbnails:
    """Read the images of a manifest.

    Parameters
    ----------
    table
        All rows of the manifest.
    included
        The included rows, as in a cohort, so that pixels are shared with training.
    """
    seen = np.zeros((len(table), PIXELS, PIXELS), np.uint8)
    is_in = (table["excluded"] == "").to_numpy()
    unreadable: dict[int, str] = {}
    for rows, part in ((np.flatnonzero(is_in), included), (np.flatnonzero(~is_in), table[~is_in])):
        if len(rows):
            seen[rows], wrong = _read(part)
            unreadable |= {int(rows[row]): what for row, what in wrong.items()}
    return Thumbnails(seen, unreadable)


def _read(table: pd.DataFrame) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """Read all readable images, from existing pixel files if possible."""
    lost = {
        row: f"PIX001 missing file: {path}"
        for row, path in enumerate(table["path"])
        if not path.startswith("phantom:") and not (places.data() / path).is_file()
    }
    if not lost:
        folder = places.runs() / "pixels"
        try:
            workers = engine.workers() if len(table) >= PARALLEL_FROM else 1
            file = memory_map.build(table, PIXELS, folder, places.data(), workers)
            return np.load(file), {}
        except UnreadableImage:
            pass  # at least one; the search below finds all of them
    seen = np.zeros((len(table), PIXELS, PIXELS), np.uint8)
    present = np.setdiff1d(np.arange(len(table)), list(lost))
    with TemporaryDirectory() as scratch:
        lost |= _search(table, present, seen, Path(scratch))
    return seen, lost


def _search(
    table: pd.DataFrame, rows: NDArray[np.intp], seen: NDArray[np.uint8], scratch: Path
) -> dict[int, str]:
    """Fill `seen` and find unreadable images by bisection."""
    if not len(rows):
        return {}
    try:
        file = memory_map.build(table.iloc[rows], PIXELS, scratch, places.data(), 1)
    except UnreadableImage as error:
        if len(rows) == 1:
            return {int(rows[0]): str(error)}
        halves = np.array_split(rows, 2)
        return _search(table, halves[0], seen, scratch) | _search(table, halves[1], seen, scratch)
    seen[rows] = np.load(file)
    return {}
