"""Each network: a table of measures of simulated images, for all arms and seeds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.columns import PLATEAU
from cxrstudy.data.role import Role
from cxrstudy.explain.attention import shown_rows
from cxrstudy.explain.errors import ExplainError
from cxrstudy.runs import store
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.scores import measure_table, of_arm, together
from cxrstudy.study.arms import Arms

Squares = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shown:
    """Images of a role that a network is asked about.

    Attributes
    ----------
    role, rows
        Role, and which of its images.
    addresses
        Addresses of the phantoms.
    label
        Label whose score is explained.
    squares
        (n, side, side) grey images at the network's size.
    """

    role: Role
    rows: NDArray[np.intp]
    addresses: list[str]
    label: str
    squares: Squares


Measure = Callable[[TrainedNetwork, Shown], dict[str, Floats]]


def score_of(network: TrainedNetwork, label: str) -> Callable[[Squares], Floats]:
    """Function of (m, side, side) grey images: their scores of a label by a network."""
    output = network.labels.index(label)
    return lambda images: network.probabilities(images)[:, output].astype(np.float64)


def measured(arms: Arms, label: str, role: str, most: int, measure: Measure) -> pd.DataFrame:
    """Measure the images that show a label, with the network of every arm and seed.

    Parameters
    ----------
    arms
        Study and arms whose runs are recorded; the cohort's images are phantoms.
    label
        Label whose score is explained, on the images that show it; empty: the study's.
    role
        Role whose test images are used.
    most
        Maximum number of images.
    measure
        Gives (n,) values of each measure by name.

    Returns
    -------
    One row per arm, seed and image, in the form of :func:`cxrstudy.explain.attention.attention`,
    with a column ``score_MEASURE`` for each measure.

    Raises
    ------
    ExplainError
        No test image shows the label; or an image is no phantom: nobody has the twin of a patient.
    """
    study, label = arms.study, label or arms.study.label
    wanted = study.cohort.role(role)
    rows = shown_rows(wanted, label, most)
    images = wanted.table[["id", "patient"]].iloc[rows].assign(role=wanted.name)
    if not len(rows):
        raise ExplainError(f"no test image of role {role!r} shows {label!r}")
    addresses = wanted.table["path"].iloc[rows].to_list()
    if not all(address.startswith("phantom:") for address in addresses):
        raise ExplainError(f"role {role!r} has images that are no phantoms; they have no twins")
    tables = []
    for (arm, seed), run in arms.trained.items():
        network = arms.network(arm, seed)
        squares = study.squares(wanted, network.pixels)[rows]
        found = measure(network, Shown(wanted, rows, addresses, label, squares))
        reached = store.read(study.records, run).at_plateau
        table = measure_table(images, found)
        tables.append(of_arm(table, arm, seed, run).assign(**{PLATEAU: reached}))
    return together(tables)
