"""Intervals: means over images, whose unit of chance is the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxrstudy.explain.errors import ExplainError

#: Bootstrap replicates, and the seed of their draws: fixed, or a table would change by itself.
REPLICATES, DRAW = 2_000, 20_261_121


@dataclass(frozen=True)
class Interval:
    """A mean with its percentile interval, and over how many it was taken."""

    estimate: float
    low: float
    high: float
    patients: int
    images: int


def clustered_mean(
    values: ArrayLike,
    patients: Sequence[Any] | pd.Series | NDArray[Any],
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> Interval:
    """Mean over images, with patients drawn again, each with all of their images.

    The percentile interval of the cluster bootstrap (Davison and Hinkley 1997), as for
    the study's other estimates. Images have equal weight, not patients.

    Parameters
    ----------
    values
        (n,); NaN (no mask, so no value) is left out.
    patients
        (n,) ids.
    level
        Of the interval.
    replicates
        Of the bootstrap.

    Returns
    -------
    Interval
        NaN throughout where no value is known.

    Raises
    ------
    ExplainError
        There are not as many patients as values.
    """
    numbers, names = np.asarray(values, np.float64), np.asarray(patients)
    if numbers.shape != names.shape or numbers.ndim != 1:
        raise ExplainError(f"values {numbers.shape} and patients {names.shape} must be (n,)")
    known = ~np.isnan(numbers)
    numbers, names = numbers[known], names[known]
    if not len(numbers):
        return Interval(np.nan, np.nan, np.nan, 0, 0)
    people, person = np.unique(names, return_inverse=True)
    sums, counts = np.bincount(person, numbers), np.bincount(person)
    equal = np.full(len(people), 1 / len(people))
    drawn = np.random.default_rng(DRAW).multinomial(len(people), equal, replicates)
    means = drawn @ sums / (drawn @ counts)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(numbers.mean()), float(low), float(high), len(people), len(numbers))


def summarise(
    table: pd.DataFrame,
    columns: Sequence[str],
    by: Sequence[str] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Take clustered means of several columns, in groups.

    Parameters
    ----------
    table
        A row an image, with ``patient``.
    columns
        To average.
    by
        Columns that make the groups; none for one group.
    level
        Of the intervals.

    Returns
    -------
    A row a group and column: `by`, ``metric``, ``estimate``, ``low``, ``high``, ``patients``,
    ``images``.
    """
    groups = table.groupby(list(by), sort=False, dropna=False) if by else [((), table)]
    rows = [
        {
            **dict(zip(by, key, strict=True)),
            "metric": column,
            **vars(clustered_mean(group[column], group["patient"], level)),
        }
        for key, group in groups
        for column in columns
    ]
    return pd.DataFrame(rows)
