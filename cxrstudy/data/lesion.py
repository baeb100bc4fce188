"""Lesion: the size of lesions on phantoms, whose lesions are known exactly."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cxrstudy import phantom
from cxrstudy.base.columns import truth_column
from cxrstudy.data.role import Role

#: Side at which masks are rendered. Areas are fractions of the image, so the side does not matter.
SIDE = 64

#: Size classes: terciles of the images with the disease.
SIZES = ("small", "middle", "large")


def lesion_areas(role: Role, label: str) -> pd.Series:
    """Fraction of the image that lesions cover, for the test images with a label.

    Parameters
    ----------
    role
        Role of phantoms; other images are omitted, because their lesions are unknown.
    label
        One of the role's labels.

    Returns
    -------
    (m,) fractions in (0, 1), indexed by image id; empty if no image is a phantom.
    """
    present = role.truth[:, role.labels.index(label)] == 1
    table = role.table[present & (role.table["split"] == "test")]
    shown = table[table["path"].str.startswith("phantom:")]
    areas = [phantom.render(path, SIDE).lesion.mean() for path in shown["path"]]
    return pd.Series(areas, index=shown["id"].to_list(), dtype=float)


def size_classes(areas: pd.Series) -> pd.Series:
    """Assign one of ``SIZES`` to each image: its tercile by the area of lesions."""
    ranks = areas.rank(method="first")
    return pd.Series(pd.qcut(ranks, len(SIZES), labels=list(SIZES)).astype(str), index=areas.index)


def extent(area: float, pixels: int) -> float:
    """Side of a square with the area of the lesion, in pixels of an image with side `pixels`."""
    return float(np.sqrt(area) * pixels)


def with_lesions_of(scores: pd.DataFrame, label: str, images: Iterable[str]) -> pd.DataFrame:
    """Keep all images without a label, and those of the given images that have it."""
    return scores[(scores[truth_column(label)] != 1) | scores["id"].isin(list(images))]
