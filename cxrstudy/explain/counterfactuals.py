"""Counterfactuals: what one change of a simulated patient does to the score of a network.

Each image is rendered again with one thing changed (:mod:`cxrstudy.phantom.twins`): the disease,
the hospital, the exposure, the projection, the person. The change of the score is the effect of
that thing on this network. What is not the disease should have none.
"""

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    One row per change and arm: ``change``, ``of`` (``the disease`` or ``all else``), and the
    columns of :func:`cxrstudy.statistics.estimates`. An interval that excludes 0 shows an effect.

    Examples
    --------
    >>> looked = counterfactuals(arms.only(["control"]), most=2)  # arms are trained
    >>> changes_table(looked)["change"].iloc[0]
    'without the lesion'
    """
    (role,) = changed["role"].unique()
    tables = [
        estimates(changed, mean(name), role).assign(
            change=title, of="the disease" if name in DISEASE else "all else"
        )
        for name, title in MEASURES.items()
    ]
    return pd.concat(tables, ignore_index=True)
