"""Reliability: whether the maps of a trained network can be trusted, measured on one run.

Sanity (does a map depend on what was learnt?), faithfulness (does the score depend on the marked
pixels?) and stability (does a map move with the image?), each with intervals over patients.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from cxrstudy.explain import (
    cascade_similarity,
    cells_of,
    faithfulness,
    heatmaps,
    pointing_layer,
    similarities,
    stability,
)
from cxrstudy.explain.attention import maps_of, shown_rows
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.scores import measure_table, of_arm
from cxrstudy.statistics import estimates, mean
from cxrstudy.study.arms import Arms


@dataclass(frozen=True)
class Subject:
    """A trained network, and test images that show a label."""

    network: TrainedNetwork
    layer: str
    label: str
    images: Tensor
    patients: NDArray[np.str_]

    @property
    def output(self) -> int:
        """Number of the label among the network's outputs."""
        return self.network.labels.index(self.label)


def subject(arms: Arms, arm: Hashable, label: str = "", seed: int = 0, most: int = 40) -> Subject:
    """Load the network of an arm, and the first test images that show a label (empty: the study's).

    Examples
    --------
    >>> control = subject(arms, "control", most=5)  # arms are trained, as in a chapter
    >>> control.label, len(control.images)
    ('covid19', 5)
    """
    network, label = arms.network(arm, seed), label or arms.study.label
    role = arms.study.cohort.role("target")
    rows = shown_rows(role, label, most)
    squares = arms.study.squares(role, network.pixels)[rows]
    return Subject(
        network, pointing_layer(network.model, network.pixels), label, network.tensor(squares),
        role.table["patient"].iloc[rows].to_numpy(str),
    )  # fmt: skip


def sanity(one: Subject) -> pd.DataFrame:
    """Similarity of maps with those of the network as it is randomised from the output backwards.

    Returns
    -------
    One row per depth: ``depth``, ``block``, and for the rank correlation ``estimate``, ``low``,
    ``high``, ``patients``, ``images``, ``seeds`` (one run). It should fall (Adebayo et al. 2018).

    Examples
    --------
    >>> control = subject(arms, "control", most=5)  # arms are trained, as in a chapter
    >>> sanity(control)["depth"].tolist()[:2]
    [0, 1]
    """
    table = cascade_similarity(
        one.network.model, one.images.numpy(), one.output, layer=one.layer, seed=1
    )
    table = table.assign(patient=one.patients[table["image"].to_numpy()])
    levels = table.groupby(["depth", "block"], sort=False)
    rows = [
        _means(rows, ["spearman"]).assign(depth=depth, block=block)
        for (depth, block), rows in levels
    ]
    return pd.concat(rows, ignore_index=True).drop(columns="metric")


def between(one: Subject, other: Subject) -> pd.DataFrame:
    """Similarity of the maps of two networks on the same images.

    Returns
    -------
    One row per measure: ``metric`` (``spearman``, ``ssim``), ``estimate``, ``low``, ``high``,
    ``patients``, ``images``, ``seeds`` (one run).

    Examples
    --------
    >>> control = subject(arms, "control", most=5)  # arms are trained, as in a chapter
    >>> between(control, control)["metric"].tolist()
    ['spearman', 'ssim']
    """
    first = maps_of(one.network, one.images, one.label)
    second = maps_of(other.network, other.images, other.label)
    table = pd.DataFrame(similarities(first, second)).assign(patient=one.patients)
    return _means(table, ["spearman", "ssim"])


def between_seeds(arms: Arms, arm: Hashable, label: str = "") -> pd.DataFrame:
    """Similarity of the maps of trainings that differ only in the seed, each with the first.

    Returns
    -------
    As :func:`between`, with a column ``seed``; empty if there is only one seed.

    Examples
    --------
    >>> between_seeds(arms, "control")["seed"].unique().tolist()  # of two, trained
    [1]
    """
    first = subject(arms, arm, label)
    tables = [
        between(first, subject(arms, arm, label, seed)).assign(seed=seed)
        for seed in range(1, arms.study.seeds)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"seed": []})


def faithful(one: Subject) -> pd.DataFrame:
    """Faithfulness: areas under deletion and insertion curves, and those of a random order.

    Returns
    -------
    One row per area: ``metric``, ``estimate``, ``low``, ``high``, ``patients``, ``images``. A
    faithful map has a lower ``deletion`` and a higher ``insertion`` than the random order.

    Examples
    --------
    >>> control = subject(arms, "control", most=5)  # arms are trained, as in a chapter
    >>> faithful(control)["metric"].tolist()[:2]
    ['deletion', 'random_deletion']
    """
    model = one.network.model
    task = one.network.task
    maps = heatmaps(model, one.images, one.output, layer=one.layer)
    cells = cells_of(model, one.layer, one.network.pixels)
    table = faithfulness(model, one.images.numpy(), maps, one.output, task, cells=cells)
    table = table.assign(
        patient=one.patients,
        **{"deletion − random": table["deletion"] - table["random_deletion"],
           "insertion − random": table["insertion"] - table["random_insertion"]},
    )  # fmt: skip
    names = ["deletion", "random_deletion", "deletion − random"]
    names += ["insertion", "random_insertion", "insertion − random"]
    return _means(table, names)


def steady(one: Subject) -> pd.DataFrame:
    """Stability: similarity of maps with those of shifted images, shifted back.

    Returns
    -------
    One row per measure, as :func:`between`.

    Examples
    --------
    >>> control = subject(arms, "control", most=5)  # arms are trained, as in a chapter
    >>> steady(control)["metric"].tolist()
    ['spearman', 'ssim']
    """
    table = stability(one.network.model, one.images.numpy(), one.output, layer=one.layer)
    table = table.assign(patient=one.patients[table["image"].to_numpy()])
    return _means(table, ["spearman", "ssim"])


def _means(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Means of measures of one run's images, with intervals over patients; one row per measure.

    Missing values, such as the rank correlation of a map that is zero everywhere, are left out.
    """
    tables = []
    for column in columns:
        known = table[table[column].notna()]
        images = known[["patient"]].assign(role="target", id=range(len(known)))
        scores = of_arm(measure_table(images, {column: known[column]}), column, seed=0)
        tables.append(estimates(scores, mean(column)).rename(columns={"arm": "metric"}))
    return pd.concat(tables, ignore_index=True)
