"""Lesion size: how large lesions are in pixels, and metrics and maps by size of the lesion."""

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.data.lesion import SIZES, extent, lesion_areas, size_classes, with_lesions_of
from cxrstudy.statistics import Metric, estimates, mean
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study


def lesion_extents(arms: Arms) -> pd.DataFrame:
    """Side of lesions in pixels of the network's input, by size and resolution.

    Returns
    -------
    One row per size: ``size``, ``images``, and one column per resolution with the side of a square
    with the area of the median lesion. Empty if lesions are not known.

    Examples
    --------
    >>> from cxrstudy.notebook import levels
    >>> levels.lesion_extents(arms).columns.tolist()  # of two resolutions
    ['size', 'images', 'on 64 px', 'on 96 px']
    """
    areas = lesion_areas(arms.study.cohort.role("target"), arms.study.label)
    if areas.empty:
        return pd.DataFrame(columns=["size", "images"])
    sizes = size_classes(areas)
    sides = sorted({chain.stages[-1].pixels for chain in arms.values()})
    rows = []
    for size in SIZES:
        median = float(areas[sizes == size].median())
        shown = {f"on {side} px": _pixels(extent(median, side)) for side in sides}
        rows.append({"size": size, "images": int((sizes == size).sum()), **shown})
    return pd.DataFrame(rows)


def _pixels(side: float) -> str:
    return f"{numbers.level(side, least=1)} px" if np.isfinite(side) else "no such lesion"


def by_lesion_size(study: Study, scores: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Estimate a metric by size of the lesion, for the arms with the same steps.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, with arms (factor, size); empty if lesions are
    not known.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, metrics
    >>> study = arms.study  # trained, as in a chapter
    >>> control = arms.only(["control"]).scores()
    >>> renamed = control.assign(arm=[(1, "same steps")] * len(control))
    >>> levels.by_lesion_size(study, renamed, metrics.auroc("covid19"))["arm"].tolist()
    [(1, 'small lesions'), (1, 'middle lesions'), (1, 'large lesions')]
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


def attention_by_size(study: Study, table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Estimate the mean of a measure between 0 and 1, such as a share of a map, by lesion size.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, with arms (arm, size); empty if lesions are not
    known.

    Examples
    --------
    >>> from cxrstudy.explain.attention import attention
    >>> from cxrstudy.notebook import levels
    >>> looked = attention(arms.only(["control"]))  # arms are trained, as in a chapter
    >>> levels.attention_by_size(arms.study, looked, "energy_lesion")["arm"].tolist()[:2]
    ['control, small lesions', 'uniform, small lesions']
    """
    areas = lesion_areas(study.cohort.role("target"), study.label)
    if areas.empty:
        return pd.DataFrame()
    sizes, tables = size_classes(areas), []
    for size in SIZES:
        kept = table[table["id"].isin(sizes.index[sizes == size])]
        found = estimates(kept, mean(measure, (0, 1)))
        tables.append(found.assign(arm=[f"{arm}, {size} lesions" for arm in found["arm"]]))
    return pd.concat(tables, ignore_index=True)
