"""Calibration: whether scores are correct probabilities, as a curve and in single numbers."""

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.checks import checked_level
from cxrstudy.statistics import metrics
from cxrstudy.statistics.binning import edges_of, members
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.exact import patients_among
from cxrstudy.statistics.metric import PROBABILITY, SHARE, Metric
from cxrstudy.statistics.sample import REPLICATES, Sample, sample
from cxrstudy.statistics.weighting import Flags, Floats, Weights, ratios, totals


def calibration_table(
    scores: pd.DataFrame,
    label: str,
    bins: int = 10,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Calibration of every arm in single numbers.

    Returns
    -------
    One row per arm and measure: ``arm``, ``measure`` (``slope``, ``intercept``, ``Brier score``,
    ``expected calibration error``, ``squared calibration error, debiased``), ``estimate`` (mean
    over seeds), ``low``, ``high``, ``covers``, ``method``, ``reason``, ``patients``, ``images``,
    ``unknown``, ``seeds``, ``level``. For the meaning of each
    measure, and for biased intervals, see :mod:`cxrstudy.statistics.metrics`.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`.
    """
    measures = {
        "slope": metrics.calibration_slope(label),
        "intercept": metrics.calibration_intercept(label),
        "Brier score": metrics.brier(label),
        "expected calibration error": metrics.expected_calibration_error(label, bins),
        "squared calibration error, debiased": metrics.squared_calibration_error(label, bins),
    }
    checked_level(level)
    drawn = sample(scores, [label], role, replicates)
    found = {measure: resample(drawn, metric) for measure, metric in measures.items()}
    rows = [
        {
            "arm": arm,
            "measure": measure,
            **bootstrap.row(arm, level),
        }
        for arm in drawn.arms
        for measure, bootstrap in found.items()
    ]
    return pd.DataFrame(rows).assign(**drawn.counts, level=level)


def calibration_curve(
    scores: pd.DataFrame,
    label: str,
    bins: int = 10,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Fraction of positives against mean score, in bins with about equal numbers of images.

    The edges of the bins are quantiles of the scores of all seeds of an arm together. Images with
    the same score are in the same bin, so there may be fewer bins. No image is left out.

    Returns
    -------
    One row per arm and bin that has images in a seed: ``arm``, ``bin`` (from 1, low to high),
    ``predicted`` (mean score), ``estimate`` (fraction of positives), ``low``, ``high``, ``covers``,
    ``method``, ``reason``, ``in_bin`` (images, mean over seeds), ``patients``, ``images`` (of all
    bins), ``unknown``, ``seeds``, ``level``. If some seeds have no image in a bin, the row is about
    the others, and there is no interval.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`.

    Examples
    --------
    >>> from cxrstudy.statistics import made_scores
    >>> table = calibration_curve(made_scores(["control"]), "covid19", bins=3)
    >>> table["bin"].tolist()
    [1, 2, 3]
    """
    checked_level(level)
    drawn = sample(scores, [label], role, replicates)
    rows = [row for arm in drawn.arms for row in _curve(drawn, arm, label, bins, level)]
    return pd.DataFrame(rows).assign(**drawn.counts, level=level)


def _curve(
    drawn: Sample, arm: Hashable, label: str, bins: int, level: float
) -> list[dict[str, Any]]:
    """Rows of an arm."""
    tables = drawn.arms[arm]
    if drawn.short:
        unknown = dict.fromkeys(["predicted", "estimate", "low", "high", "in_bin"], np.nan)
        texts = {"covers": "", "method": "", "reason": drawn.short}
        return [{"arm": arm, "bin": 1, **unknown, **texts}]
    edges = edges_of(np.concatenate([table.scores[:, 0] for table in tables]), bins)
    rows = []
    for number in range(bins):
        inside = [members(table.scores[:, 0], edges) == number for table in tables]
        there = [place for place, flags in enumerate(inside) if flags.any()]
        if not there:
            continue
        share = Metric(
            f"bin {number + 1}", (label,), partial(_share_in_bin, edges=edges, number=number),
            PROBABILITY, bounds=SHARE, trials=partial(_patients_in_bin, edges=edges, number=number),
        )  # fmt: skip
        kept = replace(drawn, arms={arm: [tables[place] for place in there]})
        row = resample(kept, share).row(arm, level)
        if len(there) < len(tables):
            gone = f"no image in {len(tables) - len(there)} of {len(tables)} seeds"
            row |= {"low": np.nan, "high": np.nan, "covers": "", "method": "", "reason": gone}
        predicted = [tables[place].scores[inside[place], 0].mean() for place in there]
        sizes = {"in_bin": float(np.mean([flags.sum() for flags in inside]))}
        named = {"arm": arm, "bin": number + 1, "predicted": float(np.mean(predicted))}
        rows.append(named | row | sizes)
    return rows


def _share_in_bin(
    scores: Floats, truth: Flags, weights: Weights, edges: Floats, number: int
) -> Floats:
    member = members(scores, edges) == number
    sums = totals(weights, np.stack([member & truth, member], axis=1).astype(np.float64))
    return ratios(sums[:, 0], sums[:, 1])


def _patients_in_bin(
    scores: Floats, truth: Flags, patients: NDArray[np.intp], edges: Floats, number: int
) -> int:
    return patients_among(members(scores, edges) == number, patients)
