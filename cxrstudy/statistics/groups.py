"""Groups: estimates by sex, age, view and source, for groups with enough patients."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.checks import checked_level
from cxrstudy.base.columns import truth_column
from cxrstudy.statistics.estimation import estimates
from cxrstudy.statistics.gate import ScoreError, check_same_images, selected
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.sample import FEWEST_PATIENTS, REPLICATES, scores_of

UNKNOWN = "unknown"
TOO_FEW = "too few to say"

#: Age groups in years: from, below, name.
AGES = ((0, 18, "below 18"), (18, 40, "18 to 39"), (40, 65, "40 to 64"), (65, np.inf, "65 or more"))


def subgroups(
    scores: pd.DataFrame,
    metric: Metric,
    groups: pd.Series | pd.DataFrame,
    role: str = "target",
    minimum: int = FEWEST_PATIENTS,
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Estimate a metric of every arm in every group of test images.

    Intervals are for each group separately, with patients resampled within it. They are not
    adjusted for multiple comparisons, and comparing two intervals is not a test of a difference.

    Parameters
    ----------
    scores, metric, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    groups
        Group of every test image, indexed by image id, with one column per grouping, for instance
        from :func:`groups_of`. Missing values count as ``unknown``.
    minimum
        Minimum number of patients with and without each label for an estimate; at least 10.

    Returns
    -------
    One row per grouping, group and arm: ``grouping``, ``group``, ``arm``, ``estimate``, ``low``,
    ``high``, ``positive`` and ``negative`` (patients with and without the label; for several
    labels, of the rarest), ``patients``, ``images``, ``unknown``, ``seeds``, ``level``, ``better``,
    ``covers``, ``method``, ``reason``, ``note`` (empty, or :data:`TOO_FEW` if there is no
    estimate).

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or a test image is in no group, or in
        several of one grouping.
    ValueError
        ``minimum`` is below 10.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> scores = made_scores()
    >>> names = scores["id"].unique()
    >>> sex = pd.Series(["F" if n % 3 else "M" for n in range(len(names))], names, name="sex")
    >>> table = subgroups(scores, auroc("covid19"), sex)
    >>> table[["group", "arm", "patients"]]
      group      arm  patients
    0     F  control        40
    1     F  general        40
    2     M  control        20
    3     M  general        20
    """
    if minimum < FEWEST_PATIENTS:
        raise ValueError(
            f"minimum {minimum}: at least {FEWEST_PATIENTS} patients are needed for an estimate"
        )
    checked_level(level)
    check_same_images(selected(scores, metric.labels, role, "test"), metric.labels)
    rows = scores[(scores["role"] == role) & (scores["split"] == "test")]
    known = scores_of(scores, metric.labels, role, "test", metric.classes)
    tables = []
    for grouping, column in pd.DataFrame(groups).items():
        _check_groups(column, known["id"], grouping)
        group = column.astype(object).reindex(rows["id"])
        group = group.where(group.notna(), UNKNOWN)
        for name in _names(column):
            members = rows[(group == name).to_numpy()]
            if len(members):
                estimated = _estimated(members, metric, role, minimum, level, replicates)
                tables.append(_headed(estimated, grouping, name))
    return pd.concat(tables, ignore_index=True)


def groups_of(table: pd.DataFrame) -> pd.DataFrame:
    """Sex, age group, view and source of every image, for :func:`subgroups`.

    Parameters
    ----------
    table
        Columns of the manifest, for instance ``cohort.roles["target"].table``.

    Returns
    -------
    Indexed by image id: ``sex``, ``age`` (one of :data:`AGES`, or ``unknown``), ``view``,
    ``source``.

    Examples
    --------
    >>> import pandas as pd
    >>> manifest = pd.DataFrame(
    ...     {"id": ["a", "b"], "sex": ["F", "M"], "age": [17, 70], "view": "PA", "source": "nih"}
    ... )
    >>> groups_of(manifest)["age"].to_dict()
    {'a': 'below 18', 'b': '65 or more'}
    """
    bands = pd.cut(
        table["age"], [low for low, _, _ in AGES] + [np.inf], right=False,
        labels=[name for _, _, name in AGES],
    )  # fmt: skip
    age = bands.cat.add_categories(UNKNOWN).fillna(UNKNOWN)
    grouped = table[["sex", "view", "source"]].assign(age=age).set_axis(table["id"])
    return grouped[["sex", "age", "view", "source"]]


def _names(column: "pd.Series[Any]") -> list[Any]:
    """Groups in order of display: the order of categories, otherwise by name."""
    named = column.dropna()
    ordered = isinstance(column.dtype, pd.CategoricalDtype)
    order = list(column.cat.categories) if ordered else sorted(named.unique(), key=str)
    return list(dict.fromkeys([*order, UNKNOWN]))


def _check_groups(column: "pd.Series[Any]", ids: "pd.Series[str]", grouping: Hashable) -> None:
    if column.index.has_duplicates:
        twice = column.index[column.index.duplicated()][0]
        raise ScoreError(f"image {twice!r} has several rows in the grouping {grouping!r}; keep one")
    lacking = ids[~ids.isin(column.index)]
    if len(lacking):
        raise ScoreError(
            f"test image {lacking.iloc[0]!r} is in no group of {grouping!r}; give every test image "
            "a row, empty where its group is not known"
        )


def _estimated(
    rows: pd.DataFrame, metric: Metric, role: str, minimum: int, level: float, replicates: int
) -> pd.DataFrame:
    """Estimates of one group; if it is smaller than asked for, without numbers."""
    found = estimates(rows, metric, role, level, replicates)
    one = rows.drop_duplicates("id")
    one = one[one[[truth_column(label) for label in metric.labels]].notna().all(axis=1)]
    shown = {
        kind: min(
            one["patient"][one[truth_column(label)] == value].nunique() for label in metric.labels
        )
        for kind, value in (("positive", 1), ("negative", 0))
    }
    counted = list(shown.values())[: metric.classes]
    if min(counted) >= minimum:
        return found.assign(**shown, note="")
    reason = found["reason"].where(found["reason"] != "", f"fewer than {minimum} patients a class")
    unknown = dict.fromkeys(["estimate", "low", "high"], np.nan)
    return found.assign(**unknown, **shown, covers="", method="", reason=reason, note=TOO_FEW)


def _headed(table: pd.DataFrame, grouping: Hashable, name: Any) -> pd.DataFrame:
    # In lists, because names may be tuples or intervals, which pandas would spread over rows.
    heads = pd.DataFrame({"grouping": [grouping] * len(table), "group": [name] * len(table)})
    columns = [
        "arm", "estimate", "low", "high", "positive", "negative", "patients", "images", "unknown",
        "seeds", "level", "better", "covers", "method", "reason", "note",
    ]  # fmt: skip
    return pd.concat([heads, table[columns]], axis=1)
