"""Flow: the images of each role of a cohort, from listed to used, as boxes that fit any screen."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base.words import label_name
from cxrstudy.data.cohort import Cohort
from cxrstudy.pages.demographics import flow_of
from cxrstudy.pages.html import HTML


def flow(cohort: Cohort) -> HTML:
    """Show which images of which sources are in which split, and why others are excluded.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, show
    >>> study = Study("quick", "phantom", seeds=1)
    >>> show.flow(study.cohort)
    <HTML>
    """
    return boxes(flow_of(cohort))


def boxes(rows: pd.DataFrame) -> HTML:
    """Show rows of :func:`cxrstudy.pages.demographics.flow_of`, one line of boxes each."""
    if rows.empty:
        return HTML("<p>No role has images.</p>")
    roles = "".join(_role(row) for row in rows.to_dict("records"))
    return HTML(f'<div class="study-flows">{roles}</div>')


def _role(row: Mapping[Any, Any]) -> str:
    """A role's images as boxes in a line: listed, excluded, and the splits, which lie in one."""
    listed = "\n".join(map(label_name, row["listed"].splitlines()))
    items = _box("listed", listed) + _box("excluded", row["excluded"])
    splits = ""
    # A line in brackets belongs to the split before it.
    for split in str(row["used"]).replace("\n(", " (").splitlines():
        name, _, said = split.partition(": ")
        splits += _box(name, said)
    # All splits come from what is listed; none comes from another split.
    items += f'<li class="study-splits"><ol>{splits}</ol></li>'
    role = escape(label_name(str(row["role"])))
    return f'<p class="study-role"><b>{role}</b></p><ol class="study-flow">{items}</ol>'


def _box(name: str, text: str) -> str:
    return f"<li><b>{escape(name)}</b> {escape(text)}</li>" if text else ""
