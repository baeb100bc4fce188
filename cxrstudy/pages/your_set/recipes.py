"""Recipes: which does best on a set, at what cost, and how sure that is."""

from collections.abc import Hashable, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.rounding import significant
from cxrstudy.base.words import counted
from cxrstudy.pages.arm_words import arm_in_words
from cxrstudy.pages.html import fold
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.pages.your_set.answer import Answer
from cxrstudy.pages.your_set.compared import CHOSEN, Compared


def best_recipes(compared: Sequence[Compared], metric: str) -> Answer:
    """Which recipe does best, and at what cost.

    Examples
    --------
    >>> best_recipes([], "AUROC").said
    'No recipes were compared on this cohort.'
    """
    question = "Which recipe does best here, and at what cost?"
    if not compared:
        return Answer(question, "No recipes were compared on this cohort.")
    said = "<br>".join(_in_words(each, metric) for each in compared)
    shown = "".join(
        fold(
            _begun(each.what),
            framed(rows_as_html(_as_rows(each, metric)), f"Recipes that differ in {each.what}"),
        )
        for each in compared
    )
    return Answer(question, said, shown)


def _in_words(compared: Compared, metric: str) -> str:
    table, failed = compared.table, len(compared.failed)
    if table.empty:
        return (
            f"<b>{escape(_begun(compared.what))}</b>: none of {counted(failed, 'recipe')} has a "
            "result, so none is best."
        )
    if failed:
        rest = f" {counted(failed, 'other recipe')} {'has' if failed == 1 else 'have'} no result."
        return _best_in_words(compared, metric) + rest
    return _best_in_words(compared, metric)


def _best_in_words(compared: Compared, metric: str) -> str:
    table = compared.table
    best = table[table["said"] == CHOSEN].iloc[0]
    text = (
        f"<b>{escape(_begun(compared.what))}</b>: {escape(_named(compared, compared.chosen))} "
        f"was best on validation (test patients: {escape(metric)} "
        f"{numbers.level(best['estimate'])}{_cost(best['minutes'])})"
    )
    others = table[table["said"] != CHOSEN]
    if others.empty:
        return f"{text}; it is the only one with a result."
    if compared.seeds < fewest_seeds():
        return f"{text}; whether it differs from the others is not judged."
    if len(compared.alike) == 0:
        return f"{text}; it can be told apart from {counted(len(others), 'other')}."
    text = f"{text}; {len(compared.alike)} of {counted(len(others), 'other')} can't be told apart"
    cheap = compared.alike.sort_values("minutes", kind="stable").iloc[0]
    if not cheap["minutes"] < best["minutes"]:
        return f"{text} from it."
    name = escape(_named(compared, cheap["arm"]))
    return f"{text} from it, of which {name} costs least{_cost(cheap['minutes'], ' (')}."


def _named(compared: Compared, arm: Hashable) -> str:
    """The name of an arm; those of several factors are named by all of them."""
    parts = arm if isinstance(arm, tuple) else (arm,)
    name = ", ".join(
        numbers.plain(part) if isinstance(part, float) else str(part) for part in parts
    )
    return arm_in_words(compared.experiment, name)


def _others(compared: Compared, arm: Hashable) -> str:
    """Recipes that are the same trainings as an arm; nothing if there are none."""
    same = [_named(compared, other) for other in compared.same.get(arm, [])]
    return f" (the same training: {'; '.join(same)})" if same else ""


def _cost(minutes: float, opening: str = ", ") -> str:
    if np.isnan(minutes):
        return ""
    closing = ")" if "(" in opening else ""
    return f"{opening}{_time(minutes)} a seed{closing}"


def _time(minutes: float) -> str:
    if minutes < 1:
        return f"{numbers.plain(significant(60 * minutes, 2))} seconds"
    return f"{numbers.plain(significant(minutes, 2))} minutes"


def _as_rows(compared: Compared, metric: str) -> pd.DataFrame:
    shown = _alone if compared.seeds < fewest_seeds() else _beside_the_chosen
    rows = []
    for row in compared.table.itertuples():
        name = escape(_named(compared, row.arm) + _others(compared, row.arm))
        rows.append(
            {
                "recipe": name,
                "on validation": numbers.level(row.validation),
                **shown(row, metric),
                "time of a seed": _time(row.minutes) if row.minutes > 0 else "",
            }
        )
    rows += [
        {"recipe": escape(_named(compared, arm)), "on validation": escape(f"no result: {why}")}
        for arm, why in compared.failed.items()
    ]
    return pd.DataFrame(rows).fillna("")


def _alone(row: Any, metric: str) -> dict[str, str]:
    """Of too few seeds: no interval, and nothing is said of a difference."""
    apart = escape(row.said) if np.isnan(row.less) else numbers.difference(row.less)
    return {metric: numbers.level(row.estimate), "difference, not judged": apart}


def _beside_the_chosen(row: Any, metric: str) -> dict[str, str]:
    less = numbers.interval(row.less, row.less_low, row.less_high, numbers.difference)
    return {
        metric: numbers.interval(row.estimate, row.low, row.high),
        "difference": "" if np.isnan(row.less) else less,
        "from the chosen one": escape(row.said),
    }


def certainty(compared: Sequence[Compared]) -> Answer:
    """How sure the comparisons are: seeds, test patients, and what they would miss."""
    question = "How sure is that?"
    compared = [each for each in compared if not each.table.empty]
    if not compared:
        return Answer(question, "Nothing was compared.")
    first = compared[0]
    tested = counted(first.patients, "test patient")
    if first.seeds < fewest_seeds():
        return Answer(
            question,
            f"Not at all yet: with {counted(first.seeds, 'seed')} a difference may be luck of the "
            f"training. Give at least {fewest_seeds()}: <code>make book SEEDS={fewest_seeds()}"
            f"</code>. There are {tested}.",
        )
    found = pd.concat([each.table["finds"] for each in compared]).dropna()
    if found.empty:
        return Answer(question, f"There are {tested}, and no difference has an interval.")
    return Answer(
        question,
        f"With {tested} and {counted(first.seeds, 'seed')}, a difference of "
        f"{numbers.level(float(found.median()))} would be found in four of five such studies, in "
        f"the best comparison one of {numbers.level(float(found.min()))}. Smaller ones stay open. "
        "It holds for these patients' hospital and for one draw of training patients.",
    )


def _begun(what: str) -> str:
    """A name at the beginning of a line. The rest of it, such as MixUp, keeps its letters."""
    return what[:1].upper() + what[1:]
