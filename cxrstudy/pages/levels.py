"""Levels: the arms of experiments with factors, in units that a reader can use."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from cxrstudy.data.lesion import SIZES, extent, lesion_areas, size_classes, with_lesions_of
from cxrstudy.pages import figures
from cxrstudy.statistics import Metric, estimates, label_efficiency
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain
from cxrstudy.training.subset import training_rows


def source_doses(study: Study) -> dict[Hashable, float]:
    """Decimal logarithm of the images that out-of-domain weights were trained on, by arm."""
    table = study.initial_images
    shown = table[table["domain"] == "out"]
    return {
        name: float(np.log10(images)) for name, images in shown.set_index("name").images.items()
    }


def resolution_levels(arms: Mapping[tuple[float, str], Chain]) -> pd.DataFrame:
    """Side of the image, steps and computation of every arm of the experiment on resolution.

    Returns
    -------
    One row per arm: ``factor``, ``fixed``, ``pixels``, ``steps``, ``computation`` (image area times
    steps, relative to the arm with factor 1).
    """
    base = next(chain.stages[-1] for (factor, _), chain in arms.items() if factor == 1)
    rows = []
    for (factor, fixed), chain in arms.items():
        stage = chain.stages[-1]
        work = stage.steps * stage.pixels**2 / (base.steps * base.pixels**2)
        facts = {"factor": f"{factor:g}", "fixed": fixed, "pixels": stage.pixels}
        rows.append({**facts, "steps": stage.steps, "computation": f"{work:.2f}"})
    return pd.DataFrame(rows)


def sides(study: Study) -> figures.Factor:
    """The factor of the experiment on resolution, for figures."""
    base = study.stage("target").pixels
    at = {factor: float(round(factor * base)) for factor in study.levels.resolutions}
    return figures.Factor("side of the image (pixels)", "log", at)


def strengths(study: Study) -> figures.Factor:
    """The factor of the experiment on MixUp, for figures, with one line per length of training."""
    steps = study.stage("target").steps
    names = {length: f"{round(length * steps)} steps" for length in study.levels.lengths}
    return figures.Factor("MixUp's alpha", names=names)


def mixup_levels(arms: Mapping[tuple[float, float], Chain]) -> pd.DataFrame:
    """Alpha, length and steps of every arm of the experiment on MixUp."""
    return pd.DataFrame(
        [
            {"alpha": f"{alpha:g}", "length": f"{length:g}", "steps": chain.stages[-1].steps}
            for (alpha, length), chain in arms.items()
        ]
    )


def patients_of(study: Study, arms: Mapping[tuple[str, float | str], Chain]) -> pd.DataFrame:
    """Training patients and images of every fraction and number of shots, with the first seed.

    Returns
    -------
    One row per level: ``level`` (fraction, or text such as ``5-shot``), ``patients``, ``images``,
    and one column per class with its images.
    """
    first = next(iter(arms))[0]
    stages = {level: chain.stages[-1] for (name, level), chain in arms.items() if name == first}
    rows = []
    for level, stage in stages.items():
        role = study.cohort.role(*stage.roles)
        used = training_rows(role, stage)
        counts = role.truth[used].sum(0).astype(int)
        patients = role.table["patient"].iloc[used].nunique()
        classes = dict(zip(role.labels, map(int, counts), strict=True))
        rows.append({"level": level, "patients": patients, "images": len(used), **classes})
    return pd.DataFrame(rows)


def label_efficiency_of(
    study: Study,
    arms: Mapping[tuple[str, float | str], Chain],
    scores: pd.DataFrame,
    metric: Metric,
    name: str,
    against: str,
) -> pd.DataFrame:
    """Label efficiency of two initial weights; see :func:`label_efficiency`."""
    patients = patients_of(study, arms).set_index("level")["patients"]
    by_share = scores[[not isinstance(level, str) for _, level in scores["arm"]]]
    renamed = [(start, int(patients[level])) for start, level in by_share["arm"]]
    sized = by_share.assign(arm=pd.Series(renamed, index=by_share.index))
    return label_efficiency(sized, metric, name, against)


def label_efficiency_table(table: pd.DataFrame) -> pd.DataFrame:
    """Format a table of :func:`label_efficiency_of` for readers, in whole patients.

    If a curve never reaches the level, the table says "more than" the largest size.

    Returns
    -------
    One row per size: ``initial weights``, ``training patients``, ``AUROC``, ``compared with``, and
    ``patients needed`` there for the same AUROC, with interval.
    """
    most = int(table["trained"].max())

    def patients(value: float) -> str:
        return f"more than {most:,}" if np.isinf(value) else f"{value:,.0f}"

    needs = [
        f"{patients(row.estimate)} [{patients(row.low)}, {patients(row.high)}]"
        for row in table.itertuples()
    ]
    shown = table.assign(reached=table["reached"].map("{:.3f}".format), needs=needs)
    named = {"name": "initial weights", "trained": "training patients", "reached": "AUROC"}
    named |= {"against": "compared with", "needs": "patients needed [95 %]"}
    return shown.rename(columns=named)[list(named.values())]


def lesion_extents(study: Study, arms: Mapping[tuple[float, str], Chain]) -> pd.DataFrame:
    """Side of lesions in pixels of the network's input, by size and resolution.

    Returns
    -------
    One row per size: ``size``, ``images``, and one column per resolution with the side of a square
    with the area of the median lesion. Empty if lesions are not known.
    """
    areas = lesion_areas(study.cohort.role("target"), "covid19")
    if areas.empty:
        return pd.DataFrame(columns=["size", "images"])
    sizes = size_classes(areas)
    sides = sorted({chain.stages[-1].pixels for chain in arms.values()})
    rows = []
    for size in SIZES:
        median = float(areas[sizes == size].median())
        shown = {f"on {side} px": f"{extent(median, side):.1f} px" for side in sides}
        rows.append({"size": size, "images": int((sizes == size).sum()), **shown})
    return pd.DataFrame(rows)


def by_lesion_size(study: Study, scores: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Estimate a metric by size of the lesion, for the arms with the same steps.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, with arms (factor, size); empty if lesions are
    not known.
    """
    areas = lesion_areas(study.cohort.role("target"), metric.labels[0])
    if areas.empty:
        return pd.DataFrame()
    sizes = size_classes(areas)
    tables = []
    for size in SIZES:
        kept = with_lesions_of(scores, metric.labels[0], sizes.index[sizes == size])
        same = kept[[fixed == "same steps" for _, fixed in kept["arm"]]]
        table = estimates(same, metric)
        arms = [(factor, f"{size} lesions") for factor, _ in table["arm"]]
        tables.append(table.assign(arm=pd.Series(arms)))
    return pd.concat(tables, ignore_index=True)
