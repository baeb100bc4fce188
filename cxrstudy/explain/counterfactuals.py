"""Counterfactuals: what one change of a simulated patient does to the score of a network.

Each image is rendered again with one thing changed (:mod:`cxrstudy.phantom.twins`): the disease,
the hospital, the exposure, the projection, the person. The change of the score is the effect of
that thing on this network. What is not the disease should have none.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.columns import of_arms, score_column
from cxrstudy.base.progress import progress
from cxrstudy.explain.each_network import Floats, Shown, Squares, measured, score_of
from cxrstudy.phantom import twins
from cxrstudy.phantom.twins import twin
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.statistics import estimates, mean
from cxrstudy.study.arms import Arms

#: Changes by the name of their measure: of the disease, then of everything else.
DISEASE = {
    "without_lesion": twins.WITHOUT_LESION,
    "lighter": twins.LIGHTER,
    "denser": twins.DENSER,
    "elsewhere": twins.ELSEWHERE,
}
REST = {
    "without_marker": twins.WITHOUT_MARKER,
    "look_up": twins.LOOK_UP,
    "border": twins.BORDER,
    "noise": twins.NOISIER,
    "blur": twins.BLURRED,
    "view": twins.VIEW,
    "anatomy": twins.ANATOMY,
}
MEASURES = DISEASE | REST


def counterfactuals(
    arms: Arms, label: str = "", role: str = "target", most: int = 40
) -> pd.DataFrame:
    """Change simulated images one thing at a time, and score them with each network.

    Parameters
    ----------
    arms, label, role, most
        As for :func:`cxrstudy.explain.each_network.measured`.

    Returns
    -------
    One row per arm, seed and image: the score of the changed image minus that of the image, in a
    column ``score_MEASURE`` for each of :data:`MEASURES`.

    Raises
    ------
    ExplainError
        An image is no phantom: nobody has the twin of a patient.

    Examples
    --------
    >>> looked = counterfactuals(arms.only(["control"]), most=2)  # arms are trained
    >>> sorted(looked["seed"].unique().tolist())
    [0, 1]
    """
    rendered: dict[int, dict[str, Squares]] = {}
    return measured(arms, label, role, most, partial(_changes, rendered=rendered))


def _changes(
    network: TrainedNetwork, shown: Shown, rendered: dict[int, dict[str, Squares]]
) -> dict[str, Floats]:
    """Change of the score by each change of the image; twins of a size are rendered once."""
    side = network.pixels
    if side not in rendered:
        rendered[side] = render_all(shown.addresses, side)
    score = score_of(network, shown.label)
    before = score(shown.squares)
    return {name: score(images) - before for name, images in rendered[side].items()}


def render_all(addresses: list[str], pixels: int) -> dict[str, NDArray[np.uint8]]:
    """Render every change of radiographs: (n, pixels, pixels) by the name of the measure."""
    return {
        name: np.stack([twin(address, pixels, change).image for address in addresses])
        for name, change in progress(list(MEASURES.items()), "rendering twins", "change")
    }


def changes_table(changed: pd.DataFrame) -> pd.DataFrame:
    """Mean change of the score by each change, by arm.

    Parameters
    ----------
    changed
        From :func:`counterfactuals`.

    Returns
    -------
    One row per change and arm: ``change``, ``of`` (``the disease`` or ``all else``), ``size`` (mean
    of the changes without their sign), and the columns of
    :func:`cxrstudy.statistics.estimates`. An interval that excludes 0 shows an effect; one around 0
    shows none only if the size is small too, because changes of two directions cancel.

    Examples
    --------
    >>> looked = counterfactuals(arms.only(["control"]), most=2)  # arms are trained
    >>> changes_table(looked)["change"].iloc[0]
    'without the lesion'
    """
    tables = [_effect(changed, name, title) for name, title in MEASURES.items()]
    return pd.concat(tables, ignore_index=True)


def by_hospital(changed: pd.DataFrame, hospital: Mapping[str, str]) -> pd.DataFrame:
    """Mean change by the other hospital's look-up, apart for the hospital that an image is from.

    The look-up becomes that of the other of two hospitals. What the one direction adds to a score
    the other takes away, so the mean over both directions may be zero for a network that goes by
    the look-up alone.

    Parameters
    ----------
    changed
        From :func:`counterfactuals`.
    hospital
        Hospital of each image, by its id.

    Returns
    -------
    One row per hospital and arm, with the columns of :func:`changes_table`.

    Examples
    --------
    >>> looked = counterfactuals(arms.only(["control"]), most=2)  # arms are trained
    >>> source = arms.study.cohort.role("target").table.set_index("id")["source"]
    >>> by_hospital(looked, source)["of"].unique().tolist()
    ['all else']
    """
    left = changed["id"].map(hospital)
    tables = [
        _effect(changed[left == name], "look_up", f"{twins.LOOK_UP}, of images from {name}")
        for name in sorted(left.unique())
    ]
    return pd.concat(tables, ignore_index=True)


def _effect(changed: pd.DataFrame, name: str, title: str) -> pd.DataFrame:
    """Mean change of the score by one change of the image, by arm."""
    (role,) = changed["role"].unique()
    found = estimates(changed, mean(name), role)
    # All seeds of an arm have the same images, so a mean over rows is one over images and seeds.
    sizes = [of_arms(changed, [arm])[score_column(name)].abs().mean() for arm in found["arm"]]
    of = "the disease" if name in DISEASE else "all else"
    return found.assign(change=title, of=of, size=sizes)
