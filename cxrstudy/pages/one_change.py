"""One change: what a page shows of the effects of changing one thing in an image."""

from collections.abc import Hashable, Mapping

import pandas as pd
from matplotlib.figure import Figure

from cxrstudy.explain.counterfactuals import by_hospital, changes_table
from cxrstudy.pages import figures
from cxrstudy.pages.figures.source import told_by
from cxrstudy.pages.own_run import as_shown
from cxrstudy.pages.ties import ends_of
from cxrstudy.phantom.twins import LOOK_UP

#: What the changed images are compared with.
AS_IT_IS = "the image as it is"


def effects_apart(changed: pd.DataFrame, hospital: Mapping[str, str]) -> pd.DataFrame:
    """Effects of all changes, with the look-ups of the other hospital apart for each direction.

    Parameters
    ----------
    changed
        From :func:`cxrstudy.explain.counterfactuals.counterfactuals`.
    hospital
        Hospital of each image, by its id.

    Returns
    -------
    As :func:`cxrstudy.explain.counterfactuals.changes_table`; the row of the look-up, whose two
    directions may cancel, is followed by one for each direction.

    Examples
    --------
    >>> from cxrstudy.explain.counterfactuals import counterfactuals
    >>> looked = counterfactuals(arms.only(["control"]), most=2)  # arms are trained
    >>> hospital = arms.study.cohort.role("target").table.set_index("id")["source"]
    >>> effects_apart(looked, hospital)["of"].unique().tolist()
    ['the disease', 'all else']
    """
    table = changes_table(changed)
    last = max(place for place, change in enumerate(table["change"]) if change == LOOK_UP) + 1
    apart = by_hospital(changed, hospital)
    parts = [table.iloc[:last], apart, table.iloc[last:]]
    return pd.concat(parts, ignore_index=True).assign(against=AS_IT_IS)


def effects_figure(table: pd.DataFrame, arm: Hashable) -> Figure:
    """Draw the effects on one network; its axis covers the effects on all of them.

    Both directions of the look-up are drawn, and not their mean.

    Parameters
    ----------
    table
        From :func:`effects_apart`.
    arm
        The network.

    Examples
    --------
    >>> from cxrstudy.explain.counterfactuals import counterfactuals
    >>> looked = counterfactuals(arms.only(["control"]), most=2)  # arms are trained
    >>> hospital = arms.study.cohort.role("target").table.set_index("id")["source"]
    >>> effects_figure(effects_apart(looked, hospital), "control")
    <Figure size ...>
    """
    drawn = table[table["change"] != LOOK_UP]
    rows = drawn[[each == arm for each in drawn["arm"]]]
    figure = figures.differences(
        rows.assign(arm=rows["change"]),
        "score of COVID-19 (0 to 1)",
        also=ends_of([as_shown(drawn)]),
    )
    return told_by(figure, "change")
