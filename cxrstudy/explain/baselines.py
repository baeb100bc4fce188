"""Baselines: maps that do not depend on a network, for comparison."""

import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.float32]

#: Standard deviation of the centre blob as a fraction of the image's side [by eye]: two thirds of
#: its energy lie within the middle half of the sides.
BLOB = 1 / 5


def baselines(lungs: NDArray[np.bool_]) -> dict[str, Maps]:
    """Make baseline maps.

    Parameters
    ----------
    lungs
        (n, h, w) lung fields; for real images, whose lungs are unknown, the thorax-shaped centre.

    Returns
    -------
    Maps (n, h, w) by name: ``uniform``; ``centre blob``, a Gaussian in the middle of the image;
    ``lung mask``, uniform within the lungs.
    """
    shape = lungs.shape
    blob = np.outer(_bell(shape[1]), _bell(shape[2])).astype(np.float32)
    return {
        "uniform": np.broadcast_to(np.float32(1), shape),
        "centre blob": np.broadcast_to(blob, shape),
        "lung mask": lungs.astype(np.float32),
    }


def _bell(side: int) -> NDArray[np.float64]:
    place = (np.arange(side) + 0.5) / side - 0.5
    return np.asarray(np.exp(-0.5 * (place / BLOB) ** 2))
