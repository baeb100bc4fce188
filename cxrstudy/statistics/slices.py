"""Slices: groups of images that a network sees as alike, found without looking at any cause.

Images are grouped by what the network makes of them (the features before its last layer) with
k-means; the groups with the largest error are where it fails. Afterwards the groups are compared
with known causes, such as hospital or size of the lesion: a cause that explains the error has
groups of its own. This is the idea of slice discovery (Eyuboglu et al. 2022, Domino), with the
simplest clustering.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.preprocessing import StandardScaler

#: Number of groups.
SLICES = 6


def find_slices(
    features: NDArray[np.floating], error: NDArray[np.floating], count: int = SLICES
) -> NDArray[np.intp]:
    """Group images by their features; group 0 has the largest mean error.

    Parameters
    ----------
    features
        (n, k) features of a network.
    error
        (n,) error of each image, larger for worse.
    count
        Number of groups; at most n.

    Returns
    -------
    (n,) number of the group of each image.

    Raises
    ------
    ValueError
        Sizes differ, there are fewer images than groups, or a value is not finite.

    Examples
    --------
    >>> features = np.array([[0.0], [0.1], [5.0], [5.1]])
    >>> find_slices(features, np.array([0.1, 0.1, 0.9, 0.8]), count=2).tolist()
    [1, 1, 0, 0]
    """
    if features.ndim != 2 or len(features) != len(error) or not 1 <= count <= len(error):
        raise ValueError(
            f"features {features.shape} and {len(error)} errors: give one row of features per "
            f"image, and at least {count} images"
        )
    if not (np.isfinite(features).all() and np.isfinite(error).all()):
        raise ValueError("a feature or an error is not finite")
    scaled = StandardScaler().fit_transform(features.astype(np.float64))
    found = KMeans(count, n_init=10, random_state=0).fit_predict(scaled)
    mean = [error[found == number].mean() if (found == number).any() else -np.inf
            for number in range(count)]  # fmt: skip
    rank = np.empty(count, np.intp)
    rank[np.argsort(-np.array(mean), kind="stable")] = np.arange(count)
    return np.asarray(rank[found], np.intp)


def describe_slices(
    slices: NDArray[np.intp], error: NDArray[np.floating], causes: pd.DataFrame
) -> pd.DataFrame:
    """Say what images of each group have in common, of causes that were not used to find them.

    Parameters
    ----------
    slices
        From :func:`find_slices`.
    error
        (n,) error of each image.
    causes
        (n) rows in the same order, one column per known cause, with names of groups.

    Returns
    -------
    One row per group, the worst first: ``slice``, ``images``, ``error`` (mean), ``most`` (the cause
    and value that are most over-represented), ``share`` (of the group with that value), ``overall``
    (of all images).
    """
    rows = []
    for number in np.unique(slices):
        mine = slices == number
        cause, value, here, overall = _over_represented(causes, mine)
        rows.append(
            {
                "slice": int(number) + 1,
                "images": int(mine.sum()),
                "error": float(error[mine].mean()),
                "most": f"{cause}: {value}",
                "share": here,
                "overall": overall,
            }
        )
    return pd.DataFrame(rows)


def _over_represented(
    causes: pd.DataFrame, mine: NDArray[np.bool_]
) -> tuple[str, str, float, float]:
    """Cause and value whose share in a group exceeds that in all images by most."""
    found = []
    for cause, column in causes.astype(str).items():
        for value in sorted(column.unique()):
            has = (column == value).to_numpy()
            found.append((str(cause), str(value), float(has[mine].mean()), float(has.mean())))
    return max(found, key=lambda each: each[2] - each[3])


def agreement_with_causes(slices: NDArray[np.intp], causes: pd.DataFrame) -> pd.DataFrame:
    """Adjusted mutual information of groups with each known cause, the largest first.

    Returns
    -------
    One row per cause: ``cause``, ``agreement``, which is 1 if groups and cause are the same
    division and 0 on average for a division by chance (Vinh et al. 2010).

    Examples
    --------
    >>> groups = np.array([0, 0, 1, 1])
    >>> causes = pd.DataFrame({"site": ["a", "a", "b", "b"], "sex": ["F", "M", "F", "M"]})
    >>> agreement_with_causes(groups, causes)["cause"].tolist()
    ['site', 'sex']
    """
    rows = [
        {"cause": cause, "agreement": float(adjusted_mutual_info_score(column, slices))}
        for cause, column in causes.astype(str).items()
    ]
    return pd.DataFrame(rows).sort_values("agreement", ascending=False, ignore_index=True)
