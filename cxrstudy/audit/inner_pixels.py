"""Inner pixels: parts and properties of thumbnails that hold no lung, for checks of shortcuts."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.local_contrast import blur

Images = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: Side of a corner, of 64 pixels: an eighth of each side, without lung except in tight crops.
CORNER = 8
#: Width of the frame in which text and texture are looked at, of 64 pixels.
FRAME = 8
#: Grey levels by which a pixel must differ from its surroundings to be part of a letter or a line.
_LETTER = 40.0
#: Pixels from one cell, in which letters are counted, to the next.
_CELL = 8
#: Scales in pixels between which the strength of details is measured.
_SCALES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)


def corners(images: Images) -> Floats:
    """(n, 4 * 16 + 4) mean grey levels of the corners.

    Those of 2 by 2 pixels, each less its corner's mean, then the four corners' means.
    """
    ends = (slice(0, CORNER), slice(-CORNER, None))
    cut = np.stack([images[:, rows, columns] for rows in ends for columns in ends], 1)
    half = CORNER // 2
    small = cut.reshape(len(images), 4, half, 2, half, 2).mean((3, 5))
    return np.concatenate(
        [(small - small.mean((2, 3), keepdims=True)).reshape(len(images), -1), small.mean((2, 3))],
        1,
    )


def letters(images: Images) -> Floats:
    """(n, cells) fraction of pixels in each cell of the frame that stand out as letters do."""
    grey = images.astype(np.float32)
    stands_out = np.abs(grey - blur(grey, 2.0)) > _LETTER
    return _cells(stands_out.astype(np.float64))


def texture(images: Images) -> Floats:
    """(n, 2 * scales) strength of details in the frame, by scale, and its differences.

    Blur, compression and scaling change it; the middle, where lungs are, is not looked at.
    """
    grey = images.astype(np.float32)
    levels = [grey, *(blur(grey, scale) for scale in _SCALES)]
    frame = in_frame(images.shape[1])
    strength = [np.abs(finer - coarser)[:, frame].mean(1) for finer, coarser in pairwise(levels)]
    logs = np.log(np.stack(strength, 1) + 1e-2).astype(np.float64)
    return np.concatenate([logs, logs[:, 1:] - logs[:, :-1]], 1)


def in_frame(side: int) -> NDArray[np.bool_]:
    """(side, side) whether a pixel is in the frame."""
    frame = np.ones((side, side), bool)
    frame[FRAME:-FRAME, FRAME:-FRAME] = False
    return frame


def _cells(values: Floats) -> Floats:
    side = values.shape[1] // _CELL
    cells = values.reshape(len(values), side, _CELL, side, _CELL).mean((2, 4))
    frame = np.ones((side, side), bool)
    frame[1:-1, 1:-1] = False
    return np.asarray(cells[:, frame])
