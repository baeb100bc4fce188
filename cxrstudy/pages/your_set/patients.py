"""Patients: what more of them would buy, by the learning curve of a set."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.pages.your_set.answer import Answer
from cxrstudy.statistics import Metric, trend

#: How many of the largest sizes a slope is over.
LARGEST = 3
QUESTION = "What would more patients buy?"


def unknown() -> Answer:
    """The answer where no training was repeated with fewer patients."""
    return Answer(QUESTION, "No training was repeated with fewer patients, so it is not known.")


def more_patients(
    scores: pd.DataFrame, metric: Metric, sizes: Mapping[Hashable, float], failed: int = 0
) -> Answer:
    """What more training patients would buy, from the learning curve.

    Parameters
    ----------
    scores
        Of arms that are pairs of initial weights and a share of the training patients, each with
        a result.
    metric
        What is looked at.
    sizes
        Training patients at each share.
    failed
        Number of arms that are left out, because a training of theirs has no result.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> made = made_scores([("random", 0.25), ("random", 0.5), ("random", 1)])
    >>> sizes = {0.25: 20, 0.5: 40, 1: 80}
    >>> more_patients(made, auroc("covid19"), sizes).question
    'What would more patients buy?'
    """
    rows = list(_gains(scores, metric, sizes))
    left_out = f" Left out: {counted(failed, 'arm')} without a result." if failed else ""
    if not rows:
        return Answer(QUESTION, f"Not known: no curve has two sizes with a result.{left_out}")
    most = max(sizes.values())
    judged = rows[0]["seeds"] >= fewest_seeds()
    gains = [row["gain"] for row in rows]
    said = (
        f"Each doubling of the training patients, up to all {numbers.count(int(most))}, changed "
        f"the {escape(metric.name)} by {_span(gains)}. "
    )
    if not judged:
        said += f"With fewer than {fewest_seeds()} seeds that may be chance. "
    elif all(row["low"] <= 0 for row in rows):
        said += "No gain can be told from none, so more patients of this kind may buy nothing. "
    said += (
        f"{_beyond(gains)} More test patients make intervals narrower: with four times as many, "
        f"the part of an interval's width that is due to patients is half as large.{left_out}"
    )
    table = pd.DataFrame(
        {
            "initial weights": escape(str(row["start"])),
            "training patients": f"{numbers.count(row['from'])} to {numbers.count(row['to'])}",
            "change by a doubling": numbers.interval(
                row["gain"], row["low"], row["high"], numbers.difference
            )
            if judged
            else numbers.difference(row["gain"]),
        }
        for row in rows
    )
    return Answer(
        QUESTION,
        said,
        framed(
            rows_as_html(table), f"Change of the {metric.name} by twice as many training patients"
        ),
    )


def _beyond(gains: Sequence[float]) -> str:
    """What the curves say of more patients than there are: something only where they rise."""
    rising = sum(gain > 0 for gain in gains)
    if rising == len(gains):
        return (
            "Twice as many patients would gain about as much if the curve went on straight; "
            "curves flatten, so it is the most to hope for."
        )
    which = "None of the curves rises" if not rising else "Not all of the curves rise"
    return f"{which}, so they do not say what twice as many patients would gain."


def _gains(
    scores: pd.DataFrame, metric: Metric, sizes: Mapping[Hashable, float]
) -> Iterator[dict[str, Any]]:
    """The slope per doubling, over the largest sizes of each kind of initial weights."""
    arms = list(dict.fromkeys(scores["arm"]))
    for start in dict.fromkeys(name for name, _ in arms):
        mine = [
            (sizes[share], (name, share)) for name, share in arms
            if name == start and not isinstance(share, str) and share in sizes
        ]  # fmt: skip
        largest = sorted(mine, key=lambda pair: pair[0])[-LARGEST:]
        if len({size for size, _ in largest}) < 2:
            continue
        doses: dict[Hashable, float] = {arm: float(np.log2(size)) for size, arm in largest}
        found = trend(scores, metric, doses).iloc[0]
        yield {
            "start": start, "from": int(largest[0][0]), "to": int(largest[-1][0]),
            "gain": found["estimate"], "low": found["low"], "high": found["high"],
            "seeds": int(found["seeds"]),
        }  # fmt: skip


def _span(gains: Sequence[float]) -> str:
    low, high = numbers.difference(min(gains)), numbers.difference(max(gains))
    return low if low == high else f"{low} to {high}"
