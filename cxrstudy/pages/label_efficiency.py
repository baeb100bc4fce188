"""Label efficiency: levels of low data in patients, and how many more other weights need."""

from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import label_name
from cxrstudy.pages.tables import interval_heading
from cxrstudy.statistics import Metric, label_efficiency
from cxrstudy.study.arms import Arms
from cxrstudy.training.subset import training_rows


def patients_of(arms: Arms) -> pd.DataFrame:
    """Training patients and images of every fraction and number of shots, with the first seed.

    Returns
    -------
    One row per level: ``level`` (fraction, or text such as ``5-shot``), ``patients``, ``images``,
    and one column per class with its images.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.patients_of(arms_of("05_low_data", study)).columns.tolist()
    ['level', 'patients', 'images', 'normal', 'other pneumonia', 'COVID-19']
    """
    first = next(iter(arms))[0]
    stages = {level: chain.stages[-1] for (name, level), chain in arms.items() if name == first}
    rows = []
    for level, stage in stages.items():
        role = arms.study.cohort.role(*stage.roles)
        used = training_rows(role, stage)
        counts = role.truth[used].sum(0).astype(int)
        patients = role.table["patient"].iloc[used].nunique()
        classes = dict(zip(map(label_name, role.labels), map(int, counts), strict=True))
        rows.append({"level": level, "patients": patients, "images": len(used), **classes})
    return pd.DataFrame(rows)


def label_efficiency_of(
    arms: Arms,
    scores: pd.DataFrame,
    metric: Metric,
    name: str,
    against: str,
) -> pd.DataFrame:
    """Label efficiency of two initial weights; see :func:`label_efficiency`.

    Returns
    -------
    As :func:`label_efficiency`, with ``metric``, and ``smallest`` and ``largest``: the numbers of
    patients between which the other weights were trained, so that nothing is known beyond.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, metrics, statistics
    >>> study = Study("quick", "phantom", seeds=1)
    >>> arms = arms_of("05_low_data", study)
    >>> scores = statistics.made_scores(list(arms))
    >>> table = levels.label_efficiency_of(
    ...     arms, scores, metrics.auroc("covid19"), "in-domain", "random"
    ... )
    >>> table[["name", "against"]].drop_duplicates().to_dict("records")
    [{'name': 'in-domain', 'against': 'random'}]
    """
    patients = patients_of(arms).set_index("level")["patients"]
    by_share = scores[[not isinstance(level, str) for _, level in scores["arm"]]]
    renamed = [(start, int(patients[level])) for start, level in by_share["arm"]]
    sized = by_share.assign(arm=pd.Series(renamed, index=by_share.index))
    sizes = {size for start, size in renamed if start == against}
    found = label_efficiency(sized, metric, name, against)
    return found.assign(metric=metric.name, smallest=min(sizes), largest=max(sizes))


def label_efficiency_table(table: pd.DataFrame) -> pd.DataFrame:
    """Format a table of :func:`label_efficiency_of` for readers, in whole patients.

    Bounds stay bounds: "more than" the largest size where a curve never reaches the level, and "at
    most" the smallest size where it has reached it there already.

    Returns
    -------
    One row per size: training patients of the better weights, the metric, and the patients that the
    other weights need for the same value, with interval. The headings name both weights.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, metrics, statistics
    >>> study = Study("quick", "phantom", seeds=1)
    >>> arms = arms_of("05_low_data", study)
    >>> scores = statistics.made_scores(list(arms))
    >>> covid = metrics.auroc("covid19")
    >>> table = levels.label_efficiency_of(arms, scores, covid, "in-domain", "random")
    >>> list(levels.label_efficiency_table(table))[:2]
    ['patients, “in-domain”', 'AUROC of COVID-19 vs rest']
    """
    if table.empty:
        return pd.DataFrame(columns=["training patients", "patients needed"])
    needs = [_needs(row) for row in table.itertuples()]
    shown = table.assign(reached=table["reached"].map(numbers.level), needs=needs)
    better, others = table["name"].iloc[0], table["against"].iloc[0]
    named = {"trained": f"patients, “{better}”", "reached": table["metric"].iloc[0]}
    named |= {"needs": f"patients needed, “{others}” {interval_heading(table)}"}
    return shown.rename(columns=named)[list(named.values())]


def saved_in_words(table: pd.DataFrame) -> str:
    """Where better initial weights are shown to save patients, and how many the others need there.

    A saving is shown where the interval of the patients needed lies above the weights' own number.

    Parameters
    ----------
    table
        From :func:`label_efficiency_of`.

    Examples
    --------
    >>> row = {"name": "in-domain", "against": "random", "smallest": 5, "largest": 400}
    >>> rows = [row | {"trained": 50, "low": 40.0}, row | {"trained": 100, "low": 150.0}]
    >>> saved_in_words(pd.DataFrame(rows))  # doctest: +NORMALIZE_WHITESPACE
    'For the same value, weights “random” are shown to need more patients than “in-domain”:
    at least 150 in place of 100. In place of 50, it is not shown that more are needed.'
    """
    known = table[table["low"].notna()]
    if known.empty:
        return ""
    named = (known["against"].iloc[0], known["name"].iloc[0])
    saves = known["low"] > known["trained"]
    if not saves.any():
        return "Weights “{}” are not shown to need more patients than “{}”.".format(*named)
    more = "; ".join(
        f"{_at_least(row)} in place of {numbers.count(row.trained)}"
        for row in known[saves].itertuples()
    )
    said = "For the same value, weights “{}” are shown to need more patients than “{}”: ".format(
        *named
    )
    others = ", ".join(numbers.count(size) for size in known.loc[~saves, "trained"])
    none = f" In place of {others}, it is not shown that more are needed." if others else ""
    return f"{said}{more}.{none}"


def _at_least(row: Any) -> str:
    """The lower end of the patients needed, in words."""
    if row.low > row.largest:
        return f"more than {numbers.count(row.largest)}"
    return f"at least {numbers.count(row.low)}"


def _needs(row: Any) -> str:
    """Patients needed, with interval, or why there is none."""
    if pd.isna(row.estimate):
        return str(row.reason)
    if pd.isna(row.low):
        return f"{_patients(row.estimate, row)} [no interval: {row.reason}]"
    all_three = [_patients(value, row) for value in (row.estimate, row.low, row.high)]
    if len(set(all_three)) == 1 and not row.smallest < row.estimate <= row.largest:
        return all_three[0]  # the same bound, of which nothing more is known
    needed, low, high = all_three
    return f"{needed} [{low}, {high}]"


def _patients(needed: float, row: Any) -> str:
    """Patients needed, or the bound that is known of them."""
    if needed > row.largest:
        return f"more than {numbers.count(row.largest)}"
    if needed <= row.smallest:
        return f"at most {numbers.count(row.smallest)}"
    return numbers.count(needed)
