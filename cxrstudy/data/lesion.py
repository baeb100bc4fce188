"""Lesion: how large the disease is on phantoms, whose truth is known."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cxrstudy import phantom
from cxrstudy.base.columns import truth_column
from cxrstudy.data.role import Role

#: Side at which masks are rendered. Areas are shares of the image, so that any side would do.
SIDE = 64

#: Classes of size: terciles of the images that show the disease.
SIZES = ("small", "middle", "large")


def lesion_areas(role: Role, label: str) -> pd.Series:
    """Share of the image that lesions cover, for the test images that show a label.

    Parameters
    ----------
    role
        Of phantoms; other images have no known truth and are left out.
    label
        One of the role's.

    Returns
    -------
    (m,) shares in (0, 1), indexed by image id; empty where no image is a phantom.
    """
    present = role.truth[:, role.labels.index(label)] == 1
    table = role.table[present & (role.table["split"] == "test")]
    shown = table[table["path"].str.startswith("phantom:")]
    areas = [phantom.render(path, SIDE).lesion.mean() for path in shown["path"]]
    return pd.Series(areas, index=shown["id"].to_list(), dtype=float)


def size_classes(areas: pd.Series) -> pd.Series:
    """Sort images into terciles of the area of their lesions: one of ``SIZES`` each."""
    ranks = areas.rank(method="first")
    return pd.Series(pd.qcut(ranks, len(SIZES), labels=list(SIZES)).astype(str), index=areas.index)


def extent(area: float, pixels: int) -> float:
    """Side, in pixels, of a square as large as the lesion, on an image of a resolution."""
    return float(np.sqrt(area) * pixels)


def with_lesions_of(scores: pd.DataFrame, label: str, images: Iterable[str]) -> pd.DataFrame:
    """Keep the images without a label, and of those that show it only the given ones."""
    return scores[(scores[truth_column(label)] != 1) | scores["id"].isin(list(images))]
